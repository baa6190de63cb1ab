//! Making keys ahead, while nothing is to be sent.
//!
//! Whose next message can be foreseen gets a key: the phones that a draft or a scheduled notice is for, from the moment that it is there, and
//! those that have just used theirs up. The keys are made by threads of the lowest priority, so that whatever else the machine has to do comes
//! first; a phone that has none when its message leaves is sealed from the beginning.

use std::{
    collections::{HashSet, VecDeque},
    io,
    sync::{Arc, Mutex, PoisonError, atomic::Ordering::Relaxed},
    thread,
    time::Duration as StdDuration,
};

use ece::Prekey;
use entity::ids::{CityId, NoticeId};
use sea_orm::{ConnectionTrait as _, DatabaseConnection, DbErr};
use time::{Duration, OffsetDateTime};
use tokio::sync::{Notify, mpsc};
use uuid::Uuid;

use super::{audience::audience, keyring::Keyring, mailing::Desk};
use crate::{clock::JAPAN, postgres::sql};

/// A draft that nobody has published for so long is not what comes next.
const DRAFT_IS_FRESH: Duration = Duration::DAY;
/// Subscriptions that are looked up together.
const TOGETHER: usize = 500;
/// Subscriptions that may wait for their keys; what is beyond that is sealed from the beginning.
const WAITING: usize = 2_000_000;
/// How long a maker waits while something is being sent.
const BETWEEN_BATCHES: StdDuration = StdDuration::from_millis(20);
/// Among these are all that a notice is for: who lives in its areas, and who holds any seat.
const MAY_BE_MEANT: &str = "
    SELECT s.id FROM notice n JOIN area a ON a.city_id = $1 AND a.path && n.area_ids
    JOIN subscription s ON s.city_id = $1 AND s.area_id = a.id AND s.gone_at IS NULL WHERE n.city_id = $1 AND n.id = $2
    UNION SELECT s.id FROM seat t JOIN subscription s ON s.city_id = $1 AND s.person_id = t.person_id AND s.gone_at IS NULL
    WHERE t.city_id = $1";
/// The lowest priority that there is.
const LOWEST: i32 = 19;

/// What keys are to be made for.
#[derive(Debug, Default)]
pub struct Ahead {
    wanted: Mutex<Wanted>,
    more: Notify,
    /// The drafts and scheduled notices whose phones are already wanted.
    foreseen: Mutex<HashSet<(NoticeId, i32)>>,
}

#[derive(Debug, Default)]
struct Wanted {
    batches: VecDeque<(CityId, Vec<Uuid>)>,
    subscriptions: usize,
}

/// A phone to make a key for.
struct Phone {
    id: Uuid,
    p256dh: Vec<u8>,
    auth: Vec<u8>,
}

impl Ahead {
    /// These subscriptions of a city will want keys.
    pub fn wants(&self, city: CityId, ids: Vec<Uuid>) {
        let mut wanted = self.wanted.lock().unwrap_or_else(PoisonError::into_inner);
        if !ids.is_empty() && wanted.subscriptions + ids.len() <= WAITING {
            wanted.subscriptions += ids.len();
            wanted.batches.push_back((city, ids));
            self.more.notify_one();
        }
    }

    /// How many subscriptions wait for their keys.
    #[must_use]
    pub fn waiting(&self) -> usize {
        self.wanted.lock().unwrap_or_else(PoisonError::into_inner).subscriptions
    }

    fn next(&self) -> Option<(CityId, Vec<Uuid>)> {
        let mut wanted = self.wanted.lock().unwrap_or_else(PoisonError::into_inner);
        let next = wanted.batches.pop_front()?;
        wanted.subscriptions -= next.1.len();
        Some(next)
    }

    /// Looks for drafts and scheduled notices, and wants keys for the phones that they are for, of each once.
    ///
    /// # Errors
    /// The database's.
    pub async fn foresee(&self, db: &DatabaseConnection, now: OffsetDateTime) -> Result<(), DbErr> {
        let coming = db.query_all_raw(sql(
            "SELECT city_id, id, revision FROM notice WHERE published_at IS NULL AND created_at > $1
             UNION ALL SELECT city_id, id, revision FROM notice WHERE published_at > $2 AND withdrawn_at IS NULL",
            [(now - DRAFT_IS_FRESH).into(), now.into()],
        ));
        let mut present = HashSet::new();
        for row in coming.await? {
            let (city, id): (CityId, NoticeId) = (row.try_get("", "city_id")?, row.try_get("", "id")?);
            let known = (id, row.try_get("", "revision")?);
            if !self.foreseen.lock().unwrap_or_else(PoisonError::into_inner).contains(&known) {
                self.want_audience(db, (city, id), now).await?;
            }
            present.insert(known);
        }
        *self.foreseen.lock().unwrap_or_else(PoisonError::into_inner) = present;
        Ok(())
    }

    async fn want_audience(
        &self,
        db: &DatabaseConnection,
        (city, notice): (CityId, NoticeId),
        now: OffsetDateTime,
    ) -> Result<(), DbErr> {
        let text = format!("{} SELECT id FROM audience", audience(MAY_BE_MEANT));
        let values = [city.0.into(), notice.0.into(), now.to_offset(JAPAN).date().into()];
        let rows = db.query_all_raw(sql(&text, values)).await?;
        let ids: Result<Vec<Uuid>, DbErr> = rows.iter().map(|row| row.try_get_by_index(0)).collect();
        for some in ids?.chunks(TOGETHER) {
            self.wants(city, some.to_vec());
        }
        Ok(())
    }

    /// Makes keys for whoever is waiting, until there is nobody to make them any more.
    ///
    /// # Errors
    /// When the system gives no thread.
    pub async fn make(&self, db: &DatabaseConnection, desk: &Arc<Desk>) -> io::Result<()> {
        let makers = start_makers(desk)?;
        loop {
            let Some((city, ids)) = self.next() else {
                self.more.notified().await;
                continue;
            };
            let ids: Vec<Uuid> = ids.into_iter().filter(|id| !desk.keyring.has(*id)).collect();
            match phones(db, city, &ids).await {
                Ok(phones) => {
                    if makers.send(phones).await.is_err() {
                        return Ok(());
                    }
                }
                // They are sealed from the beginning.
                Err(error) => tracing::warn!(%error, "no keys could be made ahead"),
            }
        }
    }
}

async fn phones(db: &DatabaseConnection, city: CityId, ids: &[Uuid]) -> Result<Vec<Phone>, DbErr> {
    let rows = db.query_all_raw(sql(
        "SELECT id, p256dh, auth FROM subscription WHERE city_id = $1 AND id = ANY($2) AND gone_at IS NULL",
        [city.0.into(), ids.to_vec().into()],
    ));
    let phone = |row: &sea_orm::QueryResult| {
        Ok(Phone { id: row.try_get_by_index(0)?, p256dh: row.try_get_by_index(1)?, auth: row.try_get_by_index(2)? })
    };
    rows.await?.iter().map(phone).collect()
}

/// A thread for each core, which makes keys when nobody else has anything to do. They end with the sender that this gives.
fn start_makers(desk: &Arc<Desk>) -> io::Result<mpsc::Sender<Vec<Phone>>> {
    let cores = thread::available_parallelism().map_or(1, usize::from);
    let (give, take) = mpsc::channel::<Vec<Phone>>(cores);
    let take = Arc::new(Mutex::new(take));
    for number in 0..cores {
        let (take, desk) = (take.clone(), desk.clone());
        thread::Builder::new().name(format!("keys {number}")).spawn(move || {
            // On Linux this is the thread's own. Where it is refused, the keys are made all the same.
            let _ = rustix::process::nice(LOWEST);
            loop {
                let phones = take.lock().unwrap_or_else(PoisonError::into_inner).blocking_recv();
                let Some(phones) = phones else { return };
                make_keys(&desk, phones);
            }
        })?;
    }
    Ok(give)
}

fn make_keys(desk: &Desk, phones: Vec<Phone>) {
    for Phone { id, p256dh, auth } in phones {
        while desk.in_hand.load(Relaxed) > 0 && !desk.stopping.load(Relaxed) {
            thread::sleep(BETWEEN_BATCHES);
        }
        // Keys that are none are found out, and said, when a message is to be sealed with them.
        if let Ok(key) = Prekey::new(&p256dh, &auth) {
            desk.keyring.put(id, key);
        }
    }
}

/// Drops the keys of subscriptions that have ended, or have other keys than those they were made for.
///
/// # Errors
/// The database's.
pub async fn sweep(db: &DatabaseConnection, keyring: &Keyring) -> Result<usize, DbErr> {
    let mut dropped = 0;
    for ids in keyring.ids().chunks(10_000) {
        let rows = db.query_all_raw(sql(
            "SELECT id, p256dh, auth FROM subscription WHERE id = ANY($1) AND gone_at IS NULL",
            [ids.to_vec().into()],
        ));
        let mut ended: HashSet<Uuid> = ids.iter().copied().collect();
        for row in rows.await? {
            let id: Uuid = row.try_get_by_index(0)?;
            let (p256dh, auth): (Vec<u8>, Vec<u8>) = (row.try_get_by_index(1)?, row.try_get_by_index(2)?);
            if keyring.is_for(id, &p256dh, &auth) {
                ended.remove(&id);
            }
        }
        let ended: Vec<Uuid> = ended.into_iter().collect();
        keyring.drop_keys(&ended);
        dropped += ended.len();
    }
    Ok(dropped)
}
