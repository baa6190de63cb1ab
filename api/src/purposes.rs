//! What personal data is used for: the words that people agree to when they join, and their version.

use serde::Serialize;
use utoipa::ToSchema;

/// What people agree to.
#[derive(Clone, Copy, Debug, Serialize, ToSchema)]
pub struct Purposes {
    /// Rises whenever the words change in what they mean; everybody who agreed to an earlier one is asked again.
    pub version: i16,
    /// What the data is for, point by point.
    #[schema(value_type = Vec<String>)]
    pub uses: &'static [&'static str],
    /// What is kept, and what is not done with it.
    pub kept: &'static str,
}

/// As they are.
pub const PURPOSES: Purposes = Purposes {
    version: 1,
    uses: &[
        "市や自治会からのお知らせを、あなたのスマートフォンに届けるため",
        "読んだかどうかを、世帯ごとに、あなたの自治会の役員と班長に伝えるため。市には数だけが伝わります",
        "災害などのときに、まだ届いていない世帯を自治会が確かめるため",
    ],
    kept: "そのために、世帯、お名前（書いた場合）、使っている端末、お知らせを読んだ日時を記録します。\
           ほかの目的には使いません。広告の会社などに渡すこともありません。退会すると、あなたのものと分かる記録を消します。",
};

#[cfg(test)]
mod tests {
    use aws_lc_rs::digest::{SHA256, digest};

    use super::PURPOSES;

    /// Other words are another version: raise it, and write their digest here.
    #[test]
    fn each_version_has_its_words() {
        let words = [PURPOSES.uses.concat(), PURPOSES.kept.to_owned()].concat();
        let digest: String =
            digest(&SHA256, words.as_bytes()).as_ref()[..8].iter().map(|b| format!("{b:02x}")).collect();
        assert_eq!((PURPOSES.version, digest.as_str()), (1, "d72384d7339a2104"));
    }
}
