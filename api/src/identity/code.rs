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

/// 23 letters and digits.
const ALPHABET: &[u8; 23] = b"ACDEFGHJKMNPQRTWXY34679";
/// Letters of a code, the check among them.
const LENGTH: usize = 16;

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
    /// [`IdentityError::Mistyped`] when a letter is wrong, missing or too many.
    pub fn parse(typed: &str) -> Result<Self, IdentityError> {
        let narrow = |c: char| match c {
            '\u{ff01}'..='\u{ff5e}' => char::from_u32(c as u32 - 0xfee0).unwrap_or(c),
            other => other,
        };
        let letters = typed.chars().map(narrow).filter(|c| !c.is_whitespace() && !is_dash(*c));
        let digits: Option<Vec<usize>> = letters
            .take(LENGTH + 1)
            .map(|c| ALPHABET.iter().position(|a| char::from(*a) == c.to_ascii_uppercase()))
            .collect();
        match digits {
            Some(digits) if digits.len() == LENGTH && check(&digits[..LENGTH - 1]) == digits[LENGTH - 1] => {
                Ok(Self(digits.iter().map(|d| char::from(ALPHABET[*d])).collect::<String>().into()))
            }
            _ => Err(IdentityError::Mistyped),
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

fn is_dash(c: char) -> bool {
    matches!(c, '-' | '\u{2010}'..='\u{2015}' | '\u{2212}' | 'ー' | 'ｰ' | '_')
}

/// The letter that makes the weighted sum a multiple of 23.
fn check(digits: &[usize]) -> usize {
    let sum: usize = digits.iter().enumerate().map(|(place, digit)| (place + 2) * digit).sum();
    (23 - sum % 23) % 23
}

#[cfg(test)]
mod tests {
    use super::*;

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
        for typed in ["", "ACDE", "0000-0000-0000-0000", "AAAA-AAAA-AAAA-AAAA-A", "コード", &"A".repeat(10_000)] {
            assert!(matches!(Code::parse(typed), Err(IdentityError::Mistyped)), "{typed}");
        }
    }
}
