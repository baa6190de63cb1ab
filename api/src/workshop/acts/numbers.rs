//! The numbers of a PDF's objects: that each stands for one object alone.
//!
//! An object is known by a number and a generation (ISO 32000-1, 7.3.10), and a number that became free may serve again with the next generation. Some
//! readers go by both, others by the number alone. Where one number has two generations, they find different things behind the same reference.

use std::collections::{BTreeMap, BTreeSet};

use super::super::{Refusal, words::after_blanks};

/// The numbers that stand in the file with another generation than 0. In a stream of objects all have generation 0.
///
/// # Errors
/// [`Refusal::Broken`] where a number has two generations.
pub(super) fn used_again(file: &[u8]) -> Result<BTreeSet<u64>, Refusal> {
    let mut generations = BTreeMap::new();
    // What is between words is passed over twice at most, but for comments, which may hold what looks like words.
    let mut budget = 3 * file.len();
    let mut after_gap = |rest: &'_ [u8]| {
        let after = after_blanks(rest).len();
        budget = budget.checked_sub(rest.len() - after).ok_or(Refusal::Broken)?;
        Ok(rest.len() - after)
    };
    for at in (0..file.len()).filter(|at| begins_digits(file, *at)) {
        let Some((number, rest)) = digits(&file[at..]) else { continue };
        let gap = after_gap(rest)?;
        let Some((generation, rest)) = digits(&rest[gap..]).filter(|_| gap > 0) else { continue };
        let gap = after_gap(rest)?;
        if rest[gap..].starts_with(b"obj") && *generations.entry(number).or_insert(generation) != generation {
            return Err(Refusal::Broken);
        }
    }
    Ok(generations.into_iter().filter(|(_, generation)| *generation != 0).map(|(number, _)| number).collect())
}

fn begins_digits(file: &[u8], at: usize) -> bool {
    file[at].is_ascii_digit() && !at.checked_sub(1).is_some_and(|before| file[before].is_ascii_digit())
}

/// The number with which this begins, and what comes after it.
fn digits(bytes: &[u8]) -> Option<(u64, &[u8])> {
    let (digits, rest) = bytes.split_at(bytes.iter().position(|byte| !byte.is_ascii_digit())?);
    Some((str::from_utf8(digits).ok()?.parse().ok()?, rest))
}
