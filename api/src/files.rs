//! Files that people hand in: their bytes, beside the database and not in it. A year's notices may bring tens of gigabytes, which a
//! database would carry through its log and into each of its copies.
//!
//! They are in a directory, or in a bucket that speaks S3. A key is made of the city, the id of what the file belongs to and the SHA-256 of its bytes, and is
//! written once: a file is never another one, and a key that nothing names is never named again. So a file is written before its row,
//! and what stands without a row for a day was left behind by somebody who did not come to the end.

use std::{fmt, future::ready, path::PathBuf, str::FromStr, sync::Arc, time::Duration};

use actix_web::web::Bytes;
use entity::ids::CityId;
use futures_util::{Stream, StreamExt as _, stream::BoxStream};
use object_store::{
    ClientConfigKey, ObjectStore, ObjectStoreExt as _, RetryConfig,
    aws::{AmazonS3Builder, AmazonS3ConfigKey},
    local::LocalFileSystem,
    path::Path,
    prefix::PrefixStore,
};
use time::OffsetDateTime;
use uuid::Uuid;

/// SHA-256.
pub type Sum = [u8; 32];

/// How long a bucket may take to answer.
const PATIENCE: &str = "20s";
/// How long one that refuses for a moment is asked again: somebody waits.
const AGAIN: Duration = Duration::from_secs(5);
/// The file in which it stands whose place it is.
const OWNER: &str = "owner";

/// Where files are kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Place {
    /// In a directory, which is made where it is not there.
    Directory(PathBuf),
    /// In a bucket, below a path that may be empty; where it is and by what right is in the variables of the AWS tools (`AWS_…`).
    Bucket {
        /// Its name.
        name: String,
        /// What all keys begin with.
        below: String,
    },
}

impl FromStr for Place {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        match text.split_once("://") {
            None => Ok(Self::Directory(text.into())),
            Some(("s3", rest)) => {
                let (name, below) = rest.split_once('/').unwrap_or((rest, ""));
                let fits = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || matches!(c, '-' | '.');
                if name.len() < 3 || !name.chars().all(fits) {
                    return Err("names no bucket: it must be like s3://bucket or s3://bucket/path".into());
                }
                Ok(Self::Bucket { name: name.to_owned(), below: below.trim_matches('/').to_owned() })
            }
            Some(_) => Err("must be a directory, or like s3://bucket/path".into()),
        }
    }
}

/// What a file is kept under.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Key {
    /// The city.
    pub city: CityId,
    /// What it belongs to.
    pub of: Uuid,
    /// The SHA-256 of its bytes.
    pub sum: Sum,
}

impl Key {
    fn path(&self) -> Path {
        Path::from_iter([self.city.to_string(), self.of.to_string(), hex(&self.sum)])
    }

    fn read(path: &Path) -> Option<Self> {
        let mut parts = path.parts();
        let mut next = || parts.next();
        let (city, of, sum) = (next()?, next()?, next()?);
        let id = |part: &str| Uuid::try_parse(part).ok();
        Some(Self { city: CityId(id(city.as_ref())?), of: id(of.as_ref())?, sum: unhex(sum.as_ref())? })
    }
}

/// 64 hexadecimal digits.
#[must_use]
pub fn hex(sum: &[u8]) -> String {
    sum.iter().map(|byte| format!("{byte:02x}")).collect()
}

fn unhex(text: &str) -> Option<Sum> {
    let mut sum = [0; 32];
    if text.len() != 64 || !text.is_ascii() {
        return None;
    }
    for (place, byte) in sum.iter_mut().enumerate() {
        *byte = u8::from_str_radix(text.get(2 * place..2 * place + 2)?, 16).ok()?;
    }
    Some(sum)
}

/// What goes wrong with the place itself.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
pub struct FilesError(String);

impl FilesError {
    fn new(error: impl fmt::Display) -> Self {
        Self(error.to_string().replace('\n', " "))
    }
}

/// The place where files are kept.
#[derive(Clone, Debug)]
pub struct Files(Arc<dyn ObjectStore>);

impl Files {
    /// Opens the place. A directory is made and written to, so that a wrong one is known at the start and not with the first file.
    ///
    /// # Errors
    /// When it can't be used.
    pub fn open(place: &Place) -> Result<Self, FilesError> {
        match place {
            Place::Directory(directory) => {
                let said = |e: std::io::Error| FilesError::new(format!("{}: {e}", directory.display()));
                std::fs::create_dir_all(directory).map_err(said)?;
                tempfile::tempfile_in(directory).map_err(said)?;
                let store = LocalFileSystem::new_with_prefix(directory).map_err(FilesError::new)?;
                Ok(Self(Arc::new(store.with_automatic_cleanup(true).with_fsync(true))))
            }
            Place::Bucket { name, below } => {
                let patience = AmazonS3ConfigKey::Client(ClientConfigKey::Timeout);
                let store = AmazonS3Builder::from_env().with_bucket_name(name).with_config(patience, PATIENCE);
                let store =
                    store.with_retry(RetryConfig { max_retries: 3, retry_timeout: AGAIN, ..Default::default() });
                let store = store.build().map_err(FilesError::new)?;
                Ok(Self(Arc::new(PrefixStore::new(store, below.as_str()))))
            }
        }
    }

    /// Keeps a file. When this comes back it is there, whatever is switched off then.
    ///
    /// # Errors
    /// When it can't be kept.
    pub async fn put(&self, key: &Key, bytes: Bytes) -> Result<(), FilesError> {
        self.0.put(&key.path(), bytes.into()).await.map(drop).map_err(FilesError::new)
    }

    /// A file, piece by piece, and its length in bytes; none where there is no such file.
    ///
    /// # Errors
    /// When the place does not answer.
    pub async fn get(
        &self,
        key: &Key,
    ) -> Result<Option<(u64, BoxStream<'static, Result<Bytes, FilesError>>)>, FilesError> {
        match self.0.get(&key.path()).await {
            Ok(found) => {
                let length = found.range.end - found.range.start;
                Ok(Some((length, found.into_stream().map(|piece| piece.map_err(FilesError::new)).boxed())))
            }
            Err(object_store::Error::NotFound { .. }) => Ok(None),
            Err(error) => Err(FilesError::new(error)),
        }
    }

    /// The keys of all files that were written before a moment. What else is in the place is passed over.
    pub fn written_before(&self, moment: OffsetDateTime) -> impl Stream<Item = Result<Key, FilesError>> + use<> {
        let moment = moment.unix_timestamp();
        self.0.list(None).filter_map(move |found| {
            ready(match found {
                Ok(file) if file.last_modified.timestamp() < moment => Key::read(&file.location).map(Ok),
                Ok(_) => None,
                Err(error) => Some(Err(FilesError::new(error))),
            })
        })
    }

    /// Whether the place is `owner`'s; who asks first where nobody has, gets it. Giving it to another is to delete the file `owner` in it.
    ///
    /// # Errors
    /// When the place does not answer.
    pub async fn belongs_to(&self, owner: &str) -> Result<bool, FilesError> {
        let at = Path::from(OWNER);
        if let Err(error) = self.0.head(&at).await {
            let object_store::Error::NotFound { .. } = error else { return Err(FilesError::new(error)) };
            self.0.put(&at, owner.to_owned().into()).await.map_err(FilesError::new)?;
        }
        // Of two that ask at once the later one has it: not every place can write only what is not there.
        let there = self.0.get(&at).await.map_err(FilesError::new)?.bytes().await.map_err(FilesError::new)?;
        Ok(there.trim_ascii() == owner.as_bytes())
    }

    /// Deletes a file; that it is gone already is as good.
    ///
    /// # Errors
    /// When the place does not answer.
    pub async fn delete(&self, key: &Key) -> Result<(), FilesError> {
        match self.0.delete(&key.path()).await {
            Ok(()) | Err(object_store::Error::NotFound { .. }) => Ok(()),
            Err(error) => Err(FilesError::new(error)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::clock::Clock;

    #[test]
    fn a_place_is_a_directory_or_a_bucket() {
        let bucket = |name: &str, below: &str| Place::Bucket { name: name.into(), below: below.into() };
        assert_eq!("/srv/kairan".parse(), Ok(Place::Directory("/srv/kairan".into())));
        assert_eq!("s3://kairan".parse(), Ok(bucket("kairan", "")));
        assert_eq!("s3://kairan-files/a/b/".parse(), Ok(bucket("kairan-files", "a/b")));
        for bad in ["s3://", "s3:///a", "s3://K", "http://host/a"] {
            assert!(bad.parse::<Place>().is_err(), "{bad}");
        }
        // Without a network: what it needs is looked for when something is asked of it.
        assert!(Files::open(&bucket("kairan", "a")).is_ok());
    }

    #[tokio::test]
    async fn a_file_comes_back_as_it_was_and_is_found_by_its_age() {
        let directory = tempfile::tempdir().expect("a directory");
        let files = Files::open(&Place::Directory(directory.path().join("files"))).expect("a place");
        let key = Key { city: CityId(Uuid::now_v7()), of: Uuid::now_v7(), sum: [7; 32] };
        assert!(files.get(&key).await.expect("an answer").is_none());
        files.put(&key, Bytes::from_static(b"poster")).await.expect("kept");
        std::fs::write(directory.path().join("files/README"), "not ours").expect("a file");
        let (length, pieces) = files.get(&key).await.expect("an answer").expect("a file");
        let pieces: Vec<Bytes> = pieces.map(|piece| piece.expect("a piece")).collect().await;
        assert_eq!((length, pieces.concat()), (6, b"poster".to_vec()));
        let older = async |than| files.written_before(than).map(|key| key.expect("a key")).collect::<Vec<_>>().await;
        let now = Clock::system().now();
        assert_eq!(older(now - time::Duration::DAY).await, []);
        assert_eq!(older(now + time::Duration::DAY).await, [key]);
        for (owner, whose) in [("ours", true), ("theirs", false), ("ours", true)] {
            assert_eq!(files.belongs_to(owner).await.expect("an answer"), whose, "{owner}");
        }
        files.delete(&key).await.expect("gone");
        files.delete(&key).await.expect("gone already");
        assert_eq!(older(now + time::Duration::DAY).await, []);
    }

    #[test]
    fn a_directory_that_cannot_be_used_is_said_at_once() {
        let file = tempfile::NamedTempFile::new().expect("a file");
        let said = Files::open(&Place::Directory(file.path().join("files"))).expect_err("no directory").to_string();
        assert!(said.starts_with('/') && !said.contains('\n'), "{said}");
    }
}
