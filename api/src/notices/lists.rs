//! The lists of notices that the requests of a server ask for, many at a time.

use std::time::Duration;

use sea_orm::{DatabaseConnection, DbErr};

use super::{
    Sight, Wanted, feeds,
    json::{NoticeOut, lists_out},
};
use crate::{
    clock::Clock,
    postgres::gather::Gather,
    problem::Problem,
    web::{Cursor, Page},
};

/// Reads lists for the requests of a server.
#[derive(Debug)]
pub struct Lists {
    db: DatabaseConnection,
    clock: Clock,
    together: Gather<Wanted, Result<Page<NoticeOut>, DbErr>>,
}

impl Lists {
    /// Begins to read from `db`.
    #[must_use]
    pub fn start(db: DatabaseConnection, clock: Clock) -> Self {
        let (own_db, own_clock) = (db.clone(), clock.clone());
        let together = Gather::start("lists", Duration::ZERO, move |wanted: Vec<Wanted>| {
            let (db, clock) = (own_db.clone(), own_clock.clone());
            async move {
                match pages(&db, &wanted, &clock).await {
                    Ok(pages) => pages.into_iter().map(Ok).collect(),
                    Err(error) => vec![Err(error); wanted.len()],
                }
            }
        });
        Self { db, clock, together }
    }

    /// The page that is wanted, and where the next one begins.
    ///
    /// # Errors
    /// The database's.
    pub async fn read(&self, wanted: Wanted) -> Result<Page<NoticeOut>, Problem> {
        // Staff are few, and a list of theirs takes as long as many of residents, who should not wait for it.
        if Sight::of(&wanted.caller).is_staff() {
            let page = pages(&self.db, &[wanted], &self.clock).await?.pop();
            return page.ok_or_else(|| Problem::internal("a list without its page"));
        }
        Ok(self.together.ask(wanted).await??)
    }
}

/// A page for each that is wanted.
async fn pages(db: &DatabaseConnection, wanted: &[Wanted], clock: &Clock) -> Result<Vec<Page<NoticeOut>>, DbErr> {
    let now = clock.now();
    // One more than wanted tells whether there are more.
    let longer: Vec<Wanted> = wanted.iter().map(|one| Wanted { limit: one.limit + 1, ..one.clone() }).collect();
    let mut lists = feeds(db, &longer, now).await?;
    let mut cursors = Vec::with_capacity(lists.len());
    for (list, wanted) in lists.iter_mut().zip(wanted) {
        let more = list.len() as u64 > wanted.limit;
        list.truncate(usize::try_from(wanted.limit).unwrap_or(100));
        let last = list.last().filter(|_| more).and_then(|entry| Some((entry.notice.published_at?, entry.notice.id)));
        cursors.push(last.map(|(at, id)| Cursor { at, id: id.0 }.to_text()));
    }
    let lists = lists_out(db, lists, now).await?;
    Ok(lists.into_iter().zip(cursors).map(|(items, next_cursor)| Page { items, next_cursor }).collect())
}
