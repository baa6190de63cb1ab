//! The keys that tokens are signed under, and how one follows another.
//!
//! Any number of them may lie in the directory. The name says from when on a key signs: `token.pem` from the beginning, `token-20270401T030000Z.pem`
//! from that moment. The newest whose time has come signs, and all of them verify. A key is added an hour before it signs, so that every server
//! can be started again meanwhile and none meets a token under a key that it does not know. The one before may go when nothing that was made under
//! it is good any more.

use std::{
    fmt,
    path::{Path, PathBuf},
};

use aws_lc_rs::{
    hmac,
    signature::{Ed25519KeyPair, KeyPair as _},
};
use secrecy::{ExposeSecret as _, SecretSlice};
use time::{
    Duration, OffsetDateTime, PrimitiveDateTime,
    format_description::{StaticFormatDescription, well_known::Rfc3339},
    macros::format_description,
};

use super::{KeyError, TOKEN, key_id, others, read_key, write_key};

/// How long a key waits before it signs.
const AHEAD: Duration = Duration::hours(1);
/// How long something made under a key may be good: an answer that is kept under an `Idempotency-Key` longest.
const GOOD_FOR: Duration = Duration::hours(24);
/// The time in a file's name, UTC.
const NAME: StaticFormatDescription = format_description!("[year][month][day]T[hour][minute][second]Z");

/// One key: an Ed25519 pair, of which nothing but the private half is used, as the root of secrets.
#[derive(Debug)]
pub struct TokenKey {
    from: OffsetDateTime,
    id: String,
    public: Vec<u8>,
    root: SecretSlice<u8>,
}

impl TokenKey {
    /// Its id: `kid` of every token under it.
    #[must_use]
    pub fn id(&self) -> &str {
        &self.id
    }

    /// Its public half, 32 bytes. Nothing is ever verified with it.
    #[must_use]
    pub fn public(&self) -> &[u8] {
        &self.public
    }

    /// From when on it signs.
    #[must_use]
    pub fn from(&self) -> OffsetDateTime {
        self.from
    }

    /// A secret for one purpose: 32 bytes.
    #[must_use]
    pub fn secret_bytes_for(&self, purpose: &str) -> SecretSlice<u8> {
        let root = hmac::Key::new(hmac::HMAC_SHA256, self.root.expose_secret());
        hmac::sign(&root, purpose.as_bytes()).as_ref().to_vec().into()
    }

    /// The same as a key for HMAC with SHA-256.
    #[must_use]
    pub fn secret_for(&self, purpose: &str) -> hmac::Key {
        hmac::Key::new(hmac::HMAC_SHA256, self.secret_bytes_for(purpose).expose_secret())
    }
}

/// All token keys of an installation: one at least.
#[derive(Debug)]
pub struct TokenKeys {
    first: TokenKey,
    /// Oldest first.
    later: Vec<TokenKey>,
}

/// A key that was added.
#[derive(Debug)]
pub struct Added {
    /// Its file.
    pub path: PathBuf,
    /// When it begins to sign.
    pub signs_from: OffsetDateTime,
    /// The file of the one before.
    pub before: PathBuf,
    /// When that one may go.
    pub gone_from: OffsetDateTime,
}

/// What an operator has to know.
impl fmt::Display for Added {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let time = |at: OffsetDateTime| at.format(&Rfc3339).map_err(|_| fmt::Error);
        writeln!(f, "Wrote {}", self.path.display())?;
        writeln!(f, "It signs from {} on: start every server and worker again before that.", time(self.signs_from)?)?;
        write!(f, "{} may be deleted from {} on.", self.before.display(), time(self.gone_from)?)
    }
}

impl TokenKeys {
    /// Reads them from `dir`.
    ///
    /// # Errors
    /// When there is none, or a file holds something else or is misnamed.
    pub(super) fn load(dir: &Path) -> Result<Self, KeyError> {
        let mut named = Vec::new();
        if dir.join(TOKEN).exists() {
            named.push((OffsetDateTime::UNIX_EPOCH, TOKEN.to_owned()));
        }
        for name in others(dir, "token")? {
            let time = name.trim_start_matches("token-").trim_end_matches(".pem");
            let from = PrimitiveDateTime::parse(time, NAME).map_err(|_| KeyError::Misnamed(dir.join(&name)))?;
            named.push((from.assume_utc(), name));
        }
        if named.is_empty() {
            // Says which file is missing.
            named.push((OffsetDateTime::UNIX_EPOCH, TOKEN.to_owned()));
        }
        named.sort();
        let mut keys = Vec::with_capacity(named.len());
        for (from, name) in named {
            let (_, der, path) = read_key(dir, &name, "Ed25519")?;
            let pair = Ed25519KeyPair::from_pkcs8(&der).map_err(|_| KeyError::NoKey { path, expected: "Ed25519" })?;
            let public = pair.public_key().as_ref().to_vec();
            keys.push(TokenKey { from, id: key_id(&public), public, root: SecretSlice::from(der) });
        }
        let first = keys.remove(0);
        Ok(Self { first, later: keys })
    }

    /// The one that signs at `now`. Before all their times it is the first.
    #[must_use]
    pub fn signing(&self, now: OffsetDateTime) -> &TokenKey {
        self.later.iter().rev().find(|key| key.from <= now).unwrap_or(&self.first)
    }

    /// All of them, newest first.
    pub fn all(&self) -> impl Iterator<Item = &TokenKey> {
        self.later.iter().rev().chain(std::iter::once(&self.first))
    }

    /// Adds a key to `dir`, which signs an hour from `now`.
    ///
    /// # Errors
    /// When there is none yet, or the last one that was added still waits; when the directory can't be written.
    pub fn rotate(dir: &Path, now: OffsetDateTime) -> Result<Added, KeyError> {
        let last = others(dir, "token")?.pop();
        if last.is_none() && !dir.join(TOKEN).exists() {
            return Err(KeyError::Nothing(dir.to_owned()));
        }
        let before = dir.join(last.as_deref().unwrap_or(TOKEN));
        if Self::load(dir)?.all().any(|key| now < key.from) {
            return Err(KeyError::Waiting(before));
        }
        let signs_from = (now + AHEAD).replace_nanosecond(0).unwrap_or(now);
        let time = signs_from.to_offset(time::UtcOffset::UTC).format(NAME).map_err(|_| KeyError::Crypto)?;
        let key = Ed25519KeyPair::generate()?.to_pkcs8v1()?;
        let name = format!("token-{time}.pem");
        let path = write_key(dir, &name, key.as_ref())?.ok_or_else(|| KeyError::Waiting(dir.join(name)))?;
        Ok(Added { path, signs_from, before, gone_from: signs_from + GOOD_FOR })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::keys::Keys;

    #[test]
    fn a_key_that_follows_signs_when_its_time_has_come_and_the_others_are_still_known() {
        let dir = tempfile::tempdir().expect("a directory");
        let now = time::macros::datetime!(2027-04-01 12:00 +9);
        assert!(matches!(TokenKeys::rotate(dir.path(), now), Err(KeyError::Nothing(_))));
        Keys::make(dir.path()).expect("keys");
        let added = TokenKeys::rotate(dir.path(), now).expect("a key");
        assert_eq!(added.path, dir.path().join("token-20270401T040000Z.pem"));
        assert_eq!((added.before, added.gone_from), (dir.path().join("token.pem"), now + Duration::hours(25)));
        assert!(matches!(TokenKeys::rotate(dir.path(), now), Err(KeyError::Waiting(_))));
        let keys = TokenKeys::load(dir.path()).expect("keys");
        let ids: Vec<&str> = keys.all().map(TokenKey::id).collect();
        assert_eq!(keys.signing(now).id(), ids[1]);
        assert_eq!(keys.signing(now + AHEAD).id(), ids[0]);

        // The one before may go; keys are not made anew for it.
        std::fs::remove_file(dir.path().join("token.pem")).expect("a key less");
        assert!(Keys::make(dir.path()).expect("nothing").is_empty());
        let left = TokenKeys::load(dir.path()).expect("keys");
        assert_eq!(left.all().map(TokenKey::id).collect::<Vec<_>>(), ids[..1]);
        assert!(TokenKeys::rotate(dir.path(), now + AHEAD).is_ok());
    }

    #[test]
    fn a_file_that_does_not_say_when_it_signs_stops_the_start() {
        let dir = tempfile::tempdir().expect("a directory");
        Keys::make(dir.path()).expect("keys");
        std::fs::copy(dir.path().join("token.pem"), dir.path().join("token-old.pem")).expect("a copy");
        assert!(matches!(TokenKeys::load(dir.path()), Err(KeyError::Misnamed(_))));
    }
}
