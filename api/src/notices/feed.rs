//! Lists of notices: what the caller may read, and what their offices have drawn up.
//!
//! A resident's feed is read from the circulations of their association, newest first, with their household's receipt beside:
//! no row per reader is written to publish. Many such feeds are one statement. Staff see what circulates below them, which is the same
//! notice many times over, so theirs is read by notice.

use std::{collections::BTreeSet, sync::Arc};

use entity::{
    ids::{CityId, NoticeId},
    notice, receipt,
};
use sea_orm::{ColumnTrait as _, ConnectionTrait, DbErr, EntityTrait as _, FromQueryResult, QueryFilter as _, Value};
use time::OffsetDateTime;
use uuid::Uuid;

use super::{
    Search, Sight, notices_of,
    rights::COLUMNS,
    sight::{SIGHTS, values, visible},
};
use crate::{identity::Caller, postgres::sql, web::Cursor};

/// A notice with the caller's own receipt.
#[derive(Clone, Debug)]
pub struct Entry {
    /// The notice, which many lists have in common.
    pub notice: Arc<notice::Model>,
    /// Whether and when the caller's household read it.
    pub receipt: Option<receipt::Model>,
}

/// A page of a feed that is asked for.
#[derive(Clone, Debug)]
pub struct Wanted {
    /// By whom.
    pub caller: Caller,
    /// From after which notice; none: from the newest.
    pub cursor: Option<Cursor>,
    /// How many.
    pub limit: u64,
    /// What is looked for; none: every notice.
    pub only: Option<Search>,
}

/// A line of a feed: which notice, and the columns of its receipt where there is one.
struct Line {
    notice: NoticeId,
    receipt: Option<receipt::Model>,
}

/// At most so many notices as are wanted that are out and reach the caller, newest first.
///
/// # Errors
/// The database's.
pub async fn feed(db: &impl ConnectionTrait, wanted: Wanted, now: OffsetDateTime) -> Result<Vec<Entry>, DbErr> {
    Ok(feeds(db, &[wanted], now).await?.pop().unwrap_or_default())
}

/// The same, and how many there are in all, counted up to `most`.
///
/// # Errors
/// The database's.
pub async fn feed_and_number(
    db: &impl ConnectionTrait,
    wanted: Wanted,
    most: u64,
    now: OffsetDateTime,
) -> Result<(Vec<Entry>, usize), DbErr> {
    let all = [Wanted { cursor: None, limit: most, ..wanted.clone() }];
    let mut lines = lines_of(db, &all, now).await?.pop().unwrap_or_default();
    let number = lines.len();
    if wanted.cursor.is_some() {
        return Ok((feed(db, wanted, now).await?, number));
    }
    // The newest of them are the first page.
    lines.truncate(usize::try_from(wanted.limit).unwrap_or(usize::MAX));
    Ok((entries(db, &[wanted], vec![lines]).await?.pop().unwrap_or_default(), number))
}

/// The same as [`feed`] for many callers, place by place.
///
/// # Errors
/// The database's.
pub async fn feeds(
    db: &impl ConnectionTrait,
    wanted: &[Wanted],
    now: OffsetDateTime,
) -> Result<Vec<Vec<Entry>>, DbErr> {
    let lines = lines_of(db, wanted, now).await?;
    entries(db, wanted, lines).await
}

/// The notices of the lines of each list.
async fn entries(
    db: &impl ConnectionTrait,
    wanted: &[Wanted],
    lines: Vec<Vec<Line>>,
) -> Result<Vec<Vec<Entry>>, DbErr> {
    let city = |place: usize| wanted[place].caller.city;
    let keys: BTreeSet<(CityId, NoticeId)> = lines
        .iter()
        .enumerate()
        .flat_map(|(place, lines)| lines.iter().map(move |line| (city(place), line.notice)))
        .collect();
    let notices = notices_of(db, keys).await?;
    let entries = |(place, lines): (usize, Vec<Line>)| {
        let entry =
            |Line { notice, receipt }| Some(Entry { notice: notices.get(&(city(place), notice))?.clone(), receipt });
        lines.into_iter().filter_map(entry).collect()
    };
    Ok(lines.into_iter().enumerate().map(entries).collect())
}

/// The lines of each list.
async fn lines_of(db: &impl ConnectionTrait, wanted: &[Wanted], now: OffsetDateTime) -> Result<Vec<Vec<Line>>, DbErr> {
    let mut lines: Vec<Vec<Line>> = Vec::new();
    lines.resize_with(wanted.len(), Vec::new);
    let (staff, others): (Vec<usize>, Vec<usize>) =
        (0..wanted.len()).partition(|place| Sight::of(&wanted[*place].caller).is_staff());
    for place in staff {
        lines[place] = of_staff(db, &wanted[place], now).await?;
    }
    // What is looked for differs, so each of these is a statement of its own.
    let (searching, others): (Vec<usize>, Vec<usize>) =
        others.into_iter().partition(|place| wanted[*place].only.is_some());
    for place in searching {
        of_others(db, (wanted, &[place]), now, &mut lines).await?;
    }
    if !others.is_empty() {
        of_others(db, (wanted, &others), now, &mut lines).await?;
    }
    Ok(lines)
}

/// What is added to a statement by what is looked for, whose values begin at `$first`: rows of a `WITH`, a condition on a notice `n`, and values.
fn narrowed(only: Option<&Search>, first: usize) -> (String, String, Vec<Value>) {
    match only {
        None => Default::default(),
        Some(only) => {
            let (word, condition) = (Search::word(first), Search::condition(first));
            (format!(", {word}"), format!("AND {condition}"), only.values().into())
        }
    }
}

/// By notice.
async fn of_staff(db: &impl ConnectionTrait, wanted: &Wanted, now: OffsetDateTime) -> Result<Vec<Line>, DbErr> {
    #[derive(FromQueryResult)]
    struct Found {
        id: NoticeId,
    }
    let (words, only, sought) = narrowed(wanted.only.as_ref(), 11);
    let text = format!(
        "WITH {SIGHTS}{words}
         SELECT n.id FROM sight JOIN notice n ON n.city_id = sight.city_id
         WHERE n.published_at <= $7 AND (n.published_at, n.id) < ($8, $9)
           AND (n.withdrawn_at IS NULL OR n.withdrawn_at > n.published_at) {only}
           AND (n.alone_reason IS NOT NULL OR EXISTS (
                SELECT FROM circulation c JOIN channel ch ON ch.city_id = c.city_id AND ch.id = c.channel_id
                WHERE c.city_id = n.city_id AND c.notice_id = n.id AND {}))
         ORDER BY n.published_at DESC, n.id DESC LIMIT $10",
        visible()
    );
    let before = before(wanted, now);
    let mut values = values([&Sight::of(&wanted.caller)]);
    values.extend([now.into(), before.at.into(), before.id.into(), wanted.limit.into()] as [Value; 4]);
    values.extend(sought);
    let found = Found::find_by_statement(sql(&text, values)).all(db).await?;
    let ids: Vec<NoticeId> = found.into_iter().map(|found| found.id).collect();
    let mut receipts = receipt::Entity::find()
        .filter(receipt::Column::CityId.eq(wanted.caller.city))
        .filter(receipt::Column::ReaderId.eq(wanted.caller.reader()))
        .filter(receipt::Column::NoticeId.is_in(ids.clone()))
        .all(db)
        .await?;
    let line = |notice: NoticeId| {
        let place = receipts.iter().position(|receipt| receipt.notice_id == notice);
        Line { notice, receipt: place.map(|place| receipts.swap_remove(place)) }
    };
    Ok(ids.into_iter().map(line).collect())
}

/// By channel, each read from its newest circulation on: a resident's have what is for everyone, the others' what is for officers too. A list is
/// one row, and each of its receipts another. What is looked for, if anything, is the same for all of them.
async fn of_others(
    db: &impl ConnectionTrait,
    (wanted, places): (&[Wanted], &[usize]),
    now: OffsetDateTime,
    lines: &mut [Vec<Line>],
) -> Result<(), DbErr> {
    let only = places.first().and_then(|place| wanted[*place].only.as_ref());
    let (words, only, sought) = narrowed(only, 12);
    // As it is where nothing is looked for, which is when a city was just rung.
    let only = if only.is_empty() {
        only
    } else {
        format!("AND EXISTS (SELECT FROM notice n WHERE n.city_id = c.city_id AND n.id = c.notice_id {only})")
    };
    let text = format!(
        "WITH {SIGHTS}{words}, list AS MATERIALIZED (
         SELECT sight.n, sight.city_id, given.reader_id, found.ids
         FROM sight
         JOIN unnest($7::uuid[], $8::timestamptz[], $9::uuid[]) WITH ORDINALITY AS given (reader_id, at, id, n) USING (n)
         CROSS JOIN LATERAL (
            SELECT array_agg(notice_id ORDER BY published_at DESC, notice_id DESC) AS ids FROM (
            SELECT DISTINCT one.published_at, one.notice_id
            FROM channel ch CROSS JOIN LATERAL (
                SELECT c.published_at, c.notice_id FROM circulation c
                WHERE c.channel_id = ch.id AND c.city_id = ch.city_id AND c.published_at <= $10
                  AND (c.published_at, c.notice_id) < (given.at, given.id) AND {}
                  AND NOT EXISTS (SELECT FROM notice n WHERE n.city_id = c.city_id AND n.id = c.notice_id
                                  AND n.withdrawn_at <= n.published_at) {only}
                ORDER BY c.published_at DESC, c.notice_id DESC LIMIT $11) AS one
            WHERE ch.city_id = sight.city_id AND ch.area_id = ANY(sight.associations)
              AND (ch.kind = 'everyone' OR NOT sight.of_resident)
            ORDER BY one.published_at DESC, one.notice_id DESC LIMIT $11) AS newest) AS found
         WHERE found.ids IS NOT NULL)
         SELECT list.n, list.ids, r.* FROM list LEFT JOIN receipt r ON false
         UNION ALL
         SELECT list.n, NULL, r.* FROM list
         JOIN receipt r ON r.city_id = list.city_id AND r.reader_id = list.reader_id AND r.notice_id = ANY(list.ids)",
        visible()
    );
    let sights: Vec<Sight> = places.iter().map(|place| Sight::of(&wanted[*place].caller)).collect();
    let (mut readers, mut times, mut ids): (Vec<Uuid>, Vec<OffsetDateTime>, Vec<Uuid>) = Default::default();
    for place in places {
        let before = before(&wanted[*place], now);
        readers.push(wanted[*place].caller.reader().0);
        times.push(before.at);
        ids.push(before.id);
    }
    let most = places.iter().map(|place| wanted[*place].limit).max().unwrap_or(0);
    let mut values = values(&sights);
    values.extend([readers.into(), times.into(), ids.into(), now.into(), most.into()] as [Value; 5]);
    values.extend(sought);
    let mut receipts = Vec::new();
    for row in db.query_all_raw(sql(&text, values)).await? {
        let n: i64 = row.try_get_by_index(0)?;
        let Some(place) = usize::try_from(n - 1).ok().and_then(|n| places.get(n)) else { continue };
        match row.try_get_by_index::<Option<Vec<Uuid>>>(1)? {
            Some(ids) => {
                let wanted = usize::try_from(wanted[*place].limit).unwrap_or(usize::MAX);
                let line = |id| Line { notice: NoticeId(id), receipt: None };
                lines[*place] = ids.into_iter().take(wanted).map(line).collect();
            }
            None => receipts.push((*place, receipt::Model::from_query_result(&row, "")?)),
        }
    }
    for (place, receipt) in receipts {
        if let Some(line) = lines[place].iter_mut().find(|line| line.notice == receipt.notice_id) {
            line.receipt = Some(receipt);
        }
    }
    Ok(())
}

fn before(wanted: &Wanted, now: OffsetDateTime) -> Cursor {
    wanted.cursor.unwrap_or(Cursor { at: now + time::Duration::SECOND, id: Uuid::max() })
}

/// The newest notices of the caller's own offices, drafts and scheduled ones among them; at most 100.
///
/// # Errors
/// The database's.
pub async fn office(db: &impl ConnectionTrait, caller: &Caller) -> Result<Vec<notice::Model>, DbErr> {
    let (mut areas, mut roles): (Vec<Uuid>, Vec<String>) = (Vec::new(), Vec::new());
    for seat in &caller.seats {
        areas.push(seat.area.id.0);
        roles.push(sea_orm::ActiveEnum::to_value(&seat.role));
    }
    // An office's own, and what was drawn up for areas that lie wholly in its reach by the same kind of seat.
    let text = format!(
        "SELECT {} FROM notice n
         WHERE n.city_id = $1 AND EXISTS (
            SELECT FROM unnest($2::uuid[], $3::text[]) AS mine (area_id, role)
            WHERE (mine.role = 'staff') = (n.sender_role = 'staff')
              AND NOT EXISTS (SELECT FROM area target WHERE target.city_id = n.city_id AND target.id = ANY(n.area_ids)
                              AND NOT target.path @> ARRAY[(SELECT CASE WHEN seat.kind = 'centre' THEN seat.parent_id ELSE seat.id END
                                                            FROM area seat WHERE seat.city_id = $1 AND seat.id = mine.area_id)]))
         ORDER BY n.id DESC LIMIT 100",
        *COLUMNS
    );
    let statement = sql(&text, [caller.city.0.into(), areas.into(), roles.into()]);
    notice::Model::find_by_statement(statement).all(db).await
}
