//! Whose phones a notice is for, at this moment: asked when it is planned, and again when a batch is sent, so that who signed
//! out, moved away or lost a seat meanwhile is left alone.
//!
//! The rule stands here twice, since it is asked from two ends: [`audience`] starts from subscriptions that are known, [`part`] from
//! areas. A test holds the two to each other. For many notices at once the weekly summary asks it (`digest.rs`).
//!
//! - residents under an area in whose channel for everyone the notice goes round;
//! - who holds a seat in the areas named or below them. A centre lies below its district, and so do its seats;
//! - the whole staff, where one person alone published an emergency: then it is for everyone to see that they did.

/// The beginning of a query, which gives `audience`: of the subscriptions whose ids the query `given (id)` gives, the rows of those that
/// notice `$2` of city `$1` is for on the day `$3`.
///
/// Each table is asked row by row (`LATERAL … LIMIT 1`): the database's statistics know nothing of a notice just published, and would read
/// whole tables for a batch.
#[must_use]
pub fn audience(given: &str) -> String {
    format!(
        "WITH asked AS MATERIALIZED (
             SELECT area_ids, addressees = 'everyone' AS everyone, alone_reason IS NOT NULL AS alone
             FROM notice WHERE city_id = $1 AND id = $2
         ), {live}, reached AS MATERIALIZED (
             SELECT a.id FROM asked CROSS JOIN (SELECT DISTINCT area_id FROM live) d
             CROSS JOIN LATERAL (SELECT a.id, a.path FROM area a WHERE a.city_id = $1 AND a.id = d.area_id LIMIT 1) a
             WHERE asked.everyone AND a.path && asked.area_ids
         ), holders AS MATERIALIZED (
             SELECT l.person_id FROM asked CROSS JOIN (SELECT DISTINCT person_id FROM live) l
             CROSS JOIN LATERAL (
                 SELECT t.area_id, t.role FROM seat t WHERE t.city_id = $1 AND t.person_id = l.person_id
                     AND t.starts_on <= $3 AND (t.ends_on IS NULL OR t.ends_on >= $3) OFFSET 0) t
             CROSS JOIN LATERAL (SELECT a.path FROM area a WHERE a.city_id = $1 AND a.id = t.area_id LIMIT 1) a
             WHERE a.path && asked.area_ids OR asked.alone AND t.role = 'staff'
         ), audience AS (
             SELECT l.* FROM live l
             WHERE l.area_id IN (SELECT id FROM reached) OR l.person_id IN (SELECT person_id FROM holders)
         )",
        live = live(given),
    )
}

/// A part of a query, which gives `live`: of the subscriptions of city `$1` whose ids the query `given (id)` gives, the rows of those whose person
/// is signed in there.
#[must_use]
pub fn live(given: &str) -> String {
    format!(
        "live AS MATERIALIZED (
             SELECT s.* FROM ({given}) AS given (id)
             CROSS JOIN LATERAL (
                 SELECT * FROM subscription s WHERE s.city_id = $1 AND s.id = given.id AND s.gone_at IS NULL LIMIT 1) s
             WHERE EXISTS (SELECT FROM session e WHERE e.city_id = $1 AND e.id = s.session_id AND e.ended_at IS NULL OFFSET 0)
         )"
    )
}

/// The beginning of a query, which gives `audience (id, origin, area_id)`: the subscriptions that notice `$2` of city `$1` is for on the day
/// `$3`, but for those that are in a batch of it, and `turn (area_id)`, the areas that were looked at. With a number in `$4` these are so many
/// of those in which it goes round; with null, all. Who has signed out may still be among them: sending asks again.
#[must_use]
pub fn part() -> &'static str {
    "WITH asked AS MATERIALIZED (
         SELECT area_ids, alone_reason IS NOT NULL AS alone FROM notice WHERE city_id = $1 AND id = $2
     ), turn AS MATERIALIZED (
         SELECT DISTINCT c.area_id FROM circulation c
         JOIN channel h ON h.city_id = c.city_id AND h.id = c.channel_id AND h.kind = 'everyone'
         WHERE c.city_id = $1 AND c.notice_id = $2 LIMIT $4
     ), holders AS MATERIALIZED (
         SELECT DISTINCT t.person_id FROM seat t
         JOIN area a ON a.city_id = $1 AND a.id = t.area_id
         JOIN asked n ON a.path && n.area_ids OR n.alone AND t.role = 'staff'
         WHERE t.city_id = $1 AND t.starts_on <= $3 AND (t.ends_on IS NULL OR t.ends_on >= $3)
     ), homes AS MATERIALIZED (
         SELECT a.id FROM area a
         WHERE a.city_id = $1 AND EXISTS (SELECT FROM unnest(a.path) AS up (id) WHERE up.id IN (SELECT area_id FROM turn))
     ), before AS MATERIALIZED (
         SELECT unnest(b.subscription_ids) AS id FROM batch b WHERE b.city_id = $1 AND b.notice_id = $2
     ), audience AS (
         SELECT s.id, s.origin, s.area_id FROM homes
         JOIN subscription s ON s.city_id = $1 AND s.area_id = homes.id AND s.gone_at IS NULL
         WHERE s.person_id NOT IN (SELECT person_id FROM holders) AND s.id NOT IN (SELECT id FROM before)
         UNION ALL
         SELECT s.id, s.origin, s.area_id FROM holders
         JOIN subscription s ON s.city_id = $1 AND s.person_id = holders.person_id AND s.gone_at IS NULL
         WHERE s.id NOT IN (SELECT id FROM before)
     )"
}
