//! The installation's keys: made once, kept in files that only their owner can read, never overwritten.
//!
//! `vapid.pem` (P-256) is what every phone has subscribed under: another one silences them all. So it is replaced slowly: the one before
//! is kept as `vapid-….pem` until the last phone has subscribed under `vapid.pem`, and each is signed for with its own. What is in `token.pem`
//! is the root of the secret that signs tokens, and of whatever other secret is needed (`token_keys.rs`); others follow it as `token-….pem`.

use std::{
    fs,
    io::{self, Write as _},
    os::unix::fs::{DirBuilderExt as _, OpenOptionsExt as _},
    path::{Path, PathBuf},
};

use aws_lc_rs::{
    digest::{SHA256, digest},
    error::Unspecified,
    signature::{ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, Ed25519KeyPair, KeyPair as _},
};
use base64::{Engine as _, prelude::BASE64_URL_SAFE_NO_PAD as BASE64URL};
use secrecy::SecretString;

pub use token_keys::{Added, TokenKey, TokenKeys};

mod token_keys;

/// The two files of a fresh keys directory.
const VAPID: &str = "vapid.pem";
const TOKEN: &str = "token.pem";

/// The keys, loaded.
#[derive(Debug)]
pub struct Keys {
    /// The VAPID key pair that phones subscribe under.
    pub vapid: VapidKey,
    /// Those of before: phones that subscribed under them are still signed for.
    pub former_vapid: Vec<VapidKey>,
    /// The token keys: the root of all secrets.
    pub tokens: TokenKeys,
}

/// A VAPID key pair (RFC 8292).
#[derive(Debug)]
pub struct VapidKey {
    /// PKCS#8 in PEM.
    pub pem: SecretString,
    /// Its public half: 65 bytes, uncompressed.
    pub public: Vec<u8>,
}

impl VapidKey {
    /// Its id, kept on every subscription made under it.
    #[must_use]
    pub fn id(&self) -> String {
        key_id(&self.public)
    }
}

/// Keys that can't be made or read.
#[derive(Debug, thiserror::Error)]
pub enum KeyError {
    /// A file can't be read or written.
    #[error("{path}: {source}")]
    File {
        /// Which.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// A file holds something else than a key of the right kind.
    #[error("{path} holds no {expected} private key in PKCS#8 PEM; `kairan keys DIR` makes one in an empty directory")]
    NoKey {
        /// Which.
        path: PathBuf,
        /// What was looked for.
        expected: &'static str,
    },
    /// A token key whose name does not say from when on it signs.
    #[error("{0} should be named token.pem or like token-20270401T030000Z.pem")]
    Misnamed(PathBuf),
    /// No key to rotate yet.
    #[error("{0} has no token key yet; `kairan keys DIR` makes the first ones")]
    Nothing(PathBuf),
    /// A key that was added a short while ago does not sign yet.
    #[error("{0} was added a short while ago and does not sign yet: one after the other")]
    Waiting(PathBuf),
    /// The VAPID key is gone where there were keys already.
    #[error(
        "{0} is gone: put it back from the backup; a key made anew would silence every phone until its owner opens the page again"
    )]
    Lost(PathBuf),
    /// The cryptographic library failed.
    #[error("no key could be made: the cryptographic library failed")]
    Crypto,
}

impl From<Unspecified> for KeyError {
    fn from(_: Unspecified) -> Self {
        Self::Crypto
    }
}

impl Keys {
    /// Makes what is missing in `dir` and leaves what is there. Gives the files that it made. A VAPID key is made where there is none of any
    /// time yet, or beside the one before it.
    ///
    /// # Errors
    /// When the directory can't be written, or has lost its VAPID key.
    pub fn make(dir: &Path) -> Result<Vec<PathBuf>, KeyError> {
        let failed = |source| KeyError::File { path: dir.to_owned(), source };
        fs::DirBuilder::new().recursive(true).mode(0o700).create(dir).map_err(failed)?;
        let vapid_path = dir.join(VAPID);
        let some_token = !others(dir, "token")?.is_empty();
        if (some_token || dir.join(TOKEN).exists()) && !vapid_path.exists() && others(dir, "vapid")?.is_empty() {
            return Err(KeyError::Lost(vapid_path));
        }
        let mut made = Vec::new();
        let vapid = EcdsaKeyPair::generate(&ECDSA_P256_SHA256_FIXED_SIGNING)?.to_pkcs8v1()?;
        made.extend(write_key(dir, VAPID, vapid.as_ref())?);
        if !some_token {
            made.extend(write_key(dir, TOKEN, Ed25519KeyPair::generate()?.to_pkcs8v1()?.as_ref())?);
        }
        Ok(made)
    }

    /// Reads the keys from `dir`.
    ///
    /// # Errors
    /// When a file is missing or holds no key of its kind.
    pub fn load(dir: &Path) -> Result<Self, KeyError> {
        let vapid_key = |name: &str| {
            let (pem, der, path) = read_key(dir, name, "P-256")?;
            let pair = EcdsaKeyPair::from_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, &der);
            let pair = pair.map_err(|_| KeyError::NoKey { path, expected: "P-256" })?;
            Ok::<_, KeyError>(VapidKey { pem, public: pair.public_key().as_ref().to_vec() })
        };
        let vapid = vapid_key(VAPID)?;
        let former_vapid = others(dir, "vapid")?.iter().map(|name| vapid_key(name)).collect::<Result<_, _>>()?;
        Ok(Self { vapid, former_vapid, tokens: TokenKeys::load(dir)? })
    }

    /// All VAPID keys, the present one first.
    pub fn vapid_keys(&self) -> impl Iterator<Item = &VapidKey> {
        std::iter::once(&self.vapid).chain(&self.former_vapid)
    }
}

/// The files named after a kind of key and something more: `vapid-….pem`, in the order of their names.
fn others(dir: &Path, kind: &str) -> Result<Vec<String>, KeyError> {
    let failed = |source| KeyError::File { path: dir.to_owned(), source };
    let mut names = Vec::new();
    for entry in fs::read_dir(dir).map_err(failed)? {
        let name = entry.map_err(failed)?.file_name().to_string_lossy().into_owned();
        if name.strip_prefix(kind).is_some_and(|rest| rest.starts_with('-')) && name.ends_with(".pem") {
            names.push(name);
        }
    }
    names.sort();
    Ok(names)
}

/// A key as it stands in its file, as PEM and as DER, and where that is.
fn read_key(dir: &Path, name: &str, expected: &'static str) -> Result<(SecretString, Vec<u8>, PathBuf), KeyError> {
    let path = dir.join(name);
    let text = fs::read_to_string(&path).map_err(|source| KeyError::File { path: path.clone(), source })?;
    let der = pem::parse(&text).ok().filter(|p| p.tag() == "PRIVATE KEY").map(pem::Pem::into_contents);
    let der = der.ok_or_else(|| KeyError::NoKey { path: path.clone(), expected })?;
    Ok((SecretString::from(text), der, path))
}

/// Writes a key, PKCS#8 in DER, into a file of its own; none where there is one already.
fn write_key(dir: &Path, name: &str, key: &[u8]) -> Result<Option<PathBuf>, KeyError> {
    let path = dir.join(name);
    match write_new(dir, &path, &pem::encode(&pem::Pem::new("PRIVATE KEY", key))) {
        Ok(()) => Ok(Some(path)),
        Err(e) if e.kind() == io::ErrorKind::AlreadyExists => Ok(None),
        Err(source) => Err(KeyError::File { path, source }),
    }
}

/// The first 12 characters of a public key's hash.
fn key_id(public: &[u8]) -> String {
    BASE64URL.encode(&digest(&SHA256, public).as_ref()[..9])
}

/// Writes a file that is either whole or not there, and never in place of another.
fn write_new(dir: &Path, path: &Path, text: &str) -> io::Result<()> {
    if path.exists() {
        return Err(io::ErrorKind::AlreadyExists.into());
    }
    let side = dir.join(format!(".{}", uuid::Uuid::now_v7()));
    let mut file = fs::OpenOptions::new().write(true).create_new(true).mode(0o600).open(&side)?;
    let written =
        file.write_all(text.as_bytes()).and_then(|()| file.sync_all()).and_then(|()| fs::hard_link(&side, path));
    fs::remove_file(&side)?;
    written
}
