//! Codes that people type: a household's slip (加入票) and a seat holder's first sign-in.
//!
//! Sixteen letters and digits in groups of four, from an alphabet of 23 in which no two look alike on paper (no 0 and O, no 1, I
//! and L, no 2 and Z, no 5 and S, no 8 and B, no U and V). Fifteen of them are drawn at random: 67.8 bits. The last one is a check: since 23
//! is prime, a weighted sum finds every single wrong letter and every two neighbours that changed places, so a slip of the
//! finger is told apart from a code that does not exist. Only a hash is ever kept.

use aws_lc_rs::{
    digest::{SHA256, digest},
    rand,
};
use secrecy::{ExposeSecret as _, SecretString};

use super::IdentityError;
use crate::say::Message;

/// 23 letters and digits.
const ALPHABET: &[u8; 23] = b"ACDEFGHJKMNPQRTWXY34679";
/// Letters of a code, the check among them.
const LENGTH: usize = 16;
/// What is read of a text at the most: nobody is told by how much it is too long.
const MOST: usize = LENGTH + 1;

/// A code in clear: on its way to paper, or as somebody typed it.
#[derive(Clone, Debug)]
pub struct Code(SecretString);

impl Code {
    /// Draws a fresh one.
    ///
    /// # Errors
    /// When the system has no randomness.
    pub fn draw() -> Result<Self, IdentityError> {
        let mut digits = Vec::with_capacity(LENGTH);
        let mut random = [0u8; 32];
        while digits.len() < LENGTH - 1 {
            rand::fill(&mut random).map_err(|e| IdentityError::Crypto(e.to_string()))?;
            // 253 is the largest multiple of 23 in a byte: what lies above would favour the first letters.
            let fair = random.iter().filter(|b| **b < 253).map(|b| usize::from(b % 23));
            digits.extend(fair.take(LENGTH - 1 - digits.len()));
        }
        digits.push(check(&digits));
        Ok(Self(digits.iter().map(|d| char::from(ALPHABET[*d])).collect::<String>().into()))
    }

    /// Reads what somebody typed: small letters, full width, spaces and dashes of any kind are all forgiven.
    ///
    /// # Errors
    /// [`IdentityError::Mistyped`] when a letter is wrong, missing or too many, and which.
    pub fn parse(typed: &str) -> Result<Self, IdentityError> {
        let narrow = |c: char| match c {
            '\u{ff01}'..='\u{ff5e}' => char::from_u32(c as u32 - 0xfee0).unwrap_or(c),
            other => other,
        };
        let letters = typed.chars().map(narrow).filter(|c| !is_nothing(*c)).map(|c| c.to_ascii_uppercase());
        let letters: Vec<char> = letters.take(MOST).collect();
        let digit = |c: &char| ALPHABET.iter().position(|a| char::from(*a) == *c).ok_or(Typo::Letter(*c));
        let digits =
            letters.iter().map(digit).collect::<Result<Vec<usize>, Typo>>().map_err(IdentityError::Mistyped)?;
        match digits.len() {
            LENGTH if check(&digits[..LENGTH - 1]) == digits[LENGTH - 1] => {
                Ok(Self(digits.iter().map(|d| char::from(ALPHABET[*d])).collect::<String>().into()))
            }
            LENGTH => Err(IdentityError::Mistyped(Typo::Wrong)),
            length => Err(IdentityError::Mistyped(Typo::Length(length))),
        }
    }

    /// The code as it is printed: `XXXX-XXXX-XXXX-XXXX`.
    #[must_use]
    pub fn to_print(&self) -> String {
        let letters = self.0.expose_secret().as_bytes();
        letters.chunks(4).map(String::from_utf8_lossy).collect::<Vec<_>>().join("-")
    }

    /// What is kept of it.
    #[must_use]
    pub fn hash(&self) -> Vec<u8> {
        digest(&SHA256, self.0.expose_secret().as_bytes()).as_ref().to_vec()
    }
}

/// What is wrong with a code as it was typed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Typo {
    /// A letter that stands in no code.
    Letter(char),
    /// So many letters, which are not sixteen.
    Length(usize),
    /// Sixteen letters, of which one is wrong or two have changed places.
    Wrong,
}

impl Typo {
    /// What to look at again.
    #[must_use]
    pub fn told(self) -> Message {
        match self {
            Self::Letter(c) => {
                let said = |key| Message::new(key).with("letter", c.to_string());
                match like(c) {
                    [] => said("code-letter"),
                    [one] => said("code-letter-like").with("like", *one),
                    [one, other, ..] => said("code-letter-like-either").with("one", *one).with("other", *other),
                }
            }
            Self::Length(0) => "code-empty".into(),
            Self::Length(length) if length < LENGTH => Message::new("code-short").with("length", length),
            Self::Length(_) => "code-long".into(),
            Self::Wrong => "code-wrong".into(),
        }
    }
}

/// The letters of the alphabet that one which is not in it may have been read for.
fn like(c: char) -> &'static [&'static str] {
    match c {
        '0' | 'O' | 'U' => &["D", "Q"],
        '1' | 'I' | 'L' => &["J", "T"],
        '2' | 'Z' => &["7"],
        '5' | 'S' => &["6"],
        '8' | 'B' => &["3", "6"],
        'V' => &["Y", "W"],
        _ => &[],
    }
}

/// Spaces, what can't be seen, and everything that somebody may type for the lines between the groups.
fn is_nothing(c: char) -> bool {
    c.is_whitespace()
        || c.is_control()
        || matches!(
            c,
            '-' | '_'
                | '~'
                | '.'
                | '\u{ad}'
                | '\u{b7}'
                | '\u{2043}'
                | '\u{2212}'
                | '\u{feff}'
                | '一'
                | 'ー'
                | 'ｰ'
                | '・'
                | '･'
                | '〜'
        )
        || matches!(c, '\u{200b}'..='\u{200f}' | '\u{2010}'..='\u{2015}' | '\u{2500}'..='\u{2501}' | '\u{fe58}' | '\u{fe63}')
}

/// The letter that makes the weighted sum a multiple of 23.
fn check(digits: &[usize]) -> usize {
    let sum: usize = digits.iter().enumerate().map(|(place, digit)| (place + 2) * digit).sum();
    (23 - sum % 23) % 23
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::say::{Language, Says as _, Target};

    #[test]
    fn what_is_printed_can_be_typed_back_in_many_ways() {
        let code = Code::draw().expect("a code");
        let printed = code.to_print();
        let full_width: String = printed.chars().map(|c| char::from_u32(c as u32 + 0xfee0).unwrap_or(c)).collect();
        for typed in [
            printed.clone(),
            printed.to_lowercase(),
            printed.replace('-', "　"),
            printed.replace('-', "ー"),
            printed.replace('-', " ‐ "),
            printed.replace('-', "－"),
            printed.replace('-', "\u{200b}・一"),
            full_width,
        ] {
            assert_eq!(Code::parse(&typed).expect("readable").hash(), code.hash(), "{typed}");
        }
    }

    #[test]
    fn every_wrong_letter_and_every_swap_of_neighbours_is_found() {
        let letters: Vec<char> = Code::draw().expect("a code").to_print().replace('-', "").chars().collect();
        for place in 0..LENGTH {
            for other in ALPHABET.iter().map(|b| char::from(*b)).filter(|c| *c != letters[place]) {
                let mut wrong = letters.clone();
                wrong[place] = other;
                assert!(Code::parse(&wrong.iter().collect::<String>()).is_err(), "{wrong:?}");
            }
        }
        for place in (0..LENGTH - 1).filter(|p| letters[*p] != letters[p + 1]) {
            let mut swapped = letters.clone();
            swapped.swap(place, place + 1);
            assert!(Code::parse(&swapped.iter().collect::<String>()).is_err(), "{swapped:?}");
        }
    }

    #[test]
    fn what_is_no_code_is_refused() {
        for (typed, typo) in [
            ("", Typo::Length(0)),
            ("ACDE", Typo::Length(4)),
            ("oooo-0000-0000-0000", Typo::Letter('O')),
            ("AAAA-AAAA-AAAA-AAAA-A", Typo::Length(17)),
            ("AAAA-AAAA-AAAA-AAAC", Typo::Wrong),
            ("カイラン", Typo::Letter('カ')),
            (&"A".repeat(10_000), Typo::Length(17)),
        ] {
            let said = Code::parse(typed);
            assert!(matches!(said, Err(IdentityError::Mistyped(one)) if one == typo), "{typed}: {said:?}");
            let told = typo.told().say(Language::English, Target::Plain);
            assert!(typed.is_empty() || told.starts_with("The code is mistyped"), "{told}");
        }
        // Whatever is taken for another letter is named with letters that are there.
        for c in "0OU1IL2Z5S8BV".chars() {
            let like = like(c);
            assert!(!like.is_empty() && like.iter().all(|one| ALPHABET.contains(&one.as_bytes()[0])), "{c}: {like:?}");
        }
    }
}
