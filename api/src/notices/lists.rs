//! The lists of notices that the requests of a server ask for, many at a time, as JSON.

use std::{collections::HashMap, time::Duration};

use entity::ids::{CityId, NoticeId};
use sea_orm::{ConnectionTrait, DatabaseConnection, DbErr};

use super::{
    Entry, Sight, Wanted, feeds,
    json::{NoticeOut, ReceiptOut, without_receipt},
};
use crate::{
    clock::Clock,
    postgres::{cities::Cities, gather::Gather},
    problem::Problem,
    web::Cursor,
};

/// Reads lists for the requests of a server.
#[derive(Debug)]
pub struct Lists {
    cities: Cities,
    clock: Clock,
    together: Gather<Wanted, Result<String, DbErr>>,
}

impl Lists {
    /// Begins to read: for many at once from `db`, and one city at a time from `cities`.
    #[must_use]
    pub fn start((db, cities): (DatabaseConnection, Cities), clock: Clock) -> Self {
        let own_clock = clock.clone();
        let together = Gather::start("lists", Duration::ZERO, move |wanted: Vec<Wanted>| {
            let (db, clock) = (db.clone(), own_clock.clone());
            async move {
                match pages(&db, &wanted, &clock).await {
                    Ok(pages) => pages.into_iter().map(Ok).collect(),
                    Err(error) => vec![Err(error); wanted.len()],
                }
            }
        });
        Self { cities, clock, together }
    }

    /// The page that is wanted, as JSON.
    ///
    /// # Errors
    /// The database's.
    pub async fn read(&self, wanted: Wanted) -> Result<String, Problem> {
        // Staff are few, and a list of theirs takes as long as many of residents, who should not wait for it. So does a search.
        if wanted.only.is_some() || Sight::of(&wanted.caller).is_staff() {
            let tx = self.cities.look(wanted.caller.city).await?;
            let page = pages(&tx, &[wanted], &self.clock).await?.pop();
            return page.ok_or_else(|| Problem::internal("a list without its page"));
        }
        Ok(self.together.ask(wanted).await??)
    }
}

/// A page for each that is wanted.
async fn pages(db: &impl ConnectionTrait, wanted: &[Wanted], clock: &Clock) -> Result<Vec<String>, DbErr> {
    let now = clock.now();
    // One more than wanted tells whether there are more.
    let longer: Vec<Wanted> = wanted.iter().map(|one| Wanted { limit: one.limit + 1, ..one.clone() }).collect();
    let lists = feeds(db, &longer, now).await?;
    let json = |error: serde_json::Error| DbErr::Json(error.to_string());
    let written = written(without_receipt(db, lists.iter().flatten().map(|entry| &*entry.notice), now).await?);
    let written = written.map_err(json)?;
    let page = |(list, wanted): (Vec<Entry>, &Wanted)| page(list, wanted.limit, &written);
    lists.into_iter().zip(wanted).map(page).collect::<Result<_, _>>().map_err(json)
}

/// Notices as JSON, each up to its receipt: what lists have in common is written once. A city's homes have the same notices, and receipts of their
/// own.
type Written = HashMap<(CityId, NoticeId), String>;

fn written(notices: HashMap<(CityId, NoticeId), NoticeOut>) -> Result<Written, serde_json::Error> {
    let up_to_receipt = |(key, notice): (_, NoticeOut)| {
        let mut text = serde_json::to_string(&notice)?;
        text.truncate(text.len() - "null}".len());
        Ok((key, text))
    };
    notices.into_iter().map(up_to_receipt).collect()
}

/// At most `limit` of a list, as the JSON of a [`Page`](crate::web::Page).
fn page(mut list: Vec<Entry>, limit: u64, written: &Written) -> Result<String, serde_json::Error> {
    let more = list.len() as u64 > limit;
    list.truncate(usize::try_from(limit).unwrap_or(100));
    let last = list.last().filter(|_| more).and_then(|entry| Some((entry.notice.published_at?, entry.notice.id)));
    let next = last.map(|(at, id)| Cursor { at, id: id.0 }.to_text());
    let mut text = String::from("{\"items\":[");
    let mut between = "";
    for Entry { notice, receipt } in &list {
        text.push_str(between);
        text.push_str(&written[&(notice.city_id, notice.id)]);
        text.push_str(&serde_json::to_string(&receipt.as_ref().map(ReceiptOut::from))?);
        text.push('}');
        between = ",";
    }
    text.push_str("],\"next_cursor\":");
    text.push_str(&serde_json::to_string(&next)?);
    text.push('}');
    Ok(text)
}
