//! The numbers of a PDF's objects: that each stands for one object alone.
//!
//! An object is known by a number and a generation (ISO 32000-1, 7.3.10), and a number that became free may serve again with the next generation. Some
//! readers go by both, others by the number alone. Where one number has two generations, they find different things behind the same reference.

use std::{
    collections::{BTreeMap, BTreeSet},
    ops::Range,
};

use super::super::{Refusal, words::is_blank};

/// The numbers that stand in the file with another generation than 0. In a stream of objects all have generation 0.
///
/// # Errors
/// [`Refusal::Broken`] where a number has two generations.
pub(super) fn used_again(file: &[u8]) -> Result<BTreeSet<u64>, Refusal> {
    let (mut generations, mut gaps) = (BTreeMap::new(), Gaps::new(file));
    for at in (0..file.len()).filter(|at| begins_digits(file, *at)) {
        let Some((number, gap)) = digits(file, at) else { continue };
        let after = gaps.after(gap)?;
        let Some((generation, gap)) = digits(file, after).filter(|_| after > gap) else { continue };
        let after = gaps.after(gap)?;
        if file[after..].starts_with(b"obj") && *generations.entry(number).or_insert(generation) != generation {
            return Err(Refusal::Broken);
        }
    }
    Ok(generations.into_iter().filter(|(_, generation)| *generation != 0).map(|(number, _)| number).collect())
}

fn begins_digits(file: &[u8], at: usize) -> bool {
    file[at].is_ascii_digit() && !at.checked_sub(1).is_some_and(|before| file[before].is_ascii_digit())
}

/// The number that stands at a place, and where it ends.
fn digits(file: &[u8], at: usize) -> Option<(u64, usize)> {
    let end = at + file[at..].iter().position(|byte| !byte.is_ascii_digit())?;
    Some((str::from_utf8(&file[at..end]).ok()?.parse().ok()?, end))
}

/// What is between words: blanks and comments.
///
/// A line may be as long as the file, and what looks like a comment may begin at every second byte of it, as in a picture that is written as text. So
/// the end of a line is looked for once.
struct Gaps<'a> {
    file: &'a [u8],
    /// A part of the file without a line's end, up to one.
    line: Range<usize>,
    /// What may yet be passed over.
    budget: usize,
}

impl<'a> Gaps<'a> {
    fn new(file: &'a [u8]) -> Self {
        // Each blank is passed over twice at most, and each line once, but where comments follow each other.
        Self { file, line: 0..0, budget: 4 * file.len() }
    }

    /// Where the next word begins.
    fn after(&mut self, mut at: usize) -> Result<usize, Refusal> {
        loop {
            let blanks = self.file[at..].iter().take_while(|byte| is_blank(**byte)).count();
            at += blanks;
            self.spend(blanks)?;
            if self.file.get(at) != Some(&b'%') {
                return Ok(at);
            }
            if !self.line.contains(&at) {
                let rest = &self.file[at..];
                let length = rest.iter().position(|byte| matches!(byte, b'\n' | b'\r')).unwrap_or(rest.len());
                self.line = at..at + length;
                self.spend(length)?;
            }
            self.spend(1)?;
            at = self.line.end;
        }
    }

    fn spend(&mut self, bytes: usize) -> Result<(), Refusal> {
        self.budget = self.budget.checked_sub(bytes).ok_or(Refusal::Broken)?;
        Ok(())
    }
}
