//! Whose stamps a notice asks for, and the numbers that are shown of them.

use entity::channel;
use sea_orm::FromQueryResult;

use crate::areas::Count;

/// By what a coverage is broken down.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum By {
    /// 区
    Ward,
    /// 校区
    District,
    /// 自治会・町内会
    Association,
    /// 班・組
    Group,
    /// 世帯
    Household,
}

/// One line of a coverage.
#[derive(Clone, Debug)]
pub struct Row {
    /// Code of the area, or id of the household.
    pub code: String,
    /// Its name.
    pub name: String,
    /// Households that the notice is for; of an officers' notice, seat holders' households.
    pub households: Count,
    /// Of these, those that have read.
    pub read: Count,
    /// Of these, those that have acknowledged.
    pub acknowledged: Count,
    /// Of these, those that get paper.
    pub paper: Count,
    /// Of these, those that no paper and no phone reaches and that have not read.
    pub unreached: Count,
}

/// The numbers of one area.
#[derive(Debug, FromQueryResult)]
pub(super) struct Numbers {
    pub code: String,
    pub name: String,
    pub households: i64,
    pub read: i64,
    pub acknowledged: i64,
    pub paper: i64,
    pub unreached: i64,
}

impl Numbers {
    pub(super) fn shown(self, exactly: bool) -> Row {
        let Self { code, name, households, read, acknowledged, paper, unreached } = self;
        let shown = |number| Count::shown(number, exactly);
        Row {
            code,
            name,
            households: shown(households),
            read: shown(read),
            acknowledged: shown(acknowledged),
            paper: shown(paper),
            unreached: shown(unreached),
        }
    }
}

/// Each reader of a notice (`$2`) of a city (`$1`) as `reader`: the `circulation_area` through which they are reached, the `area_id`
/// where they live or hold their seat, `reader_id`, `label`, whether they get `paper`, and whether a phone `rings`. `$3` is today, for seats.
pub(super) fn readers(addressees: channel::Kind) -> &'static str {
    match addressees {
        // One look into the key for each area, whatever the statistics say: of a notice just published they know nothing, and joined the
        // other way round a city takes half a minute. The circulations of a notice don't overlap.
        channel::Kind::Everyone => {
            "WITH reached AS MATERIALIZED (
                SELECT a.id, round.area_id AS circulation_area
                FROM area a CROSS JOIN LATERAL unnest(a.path) AS above (id) CROSS JOIN LATERAL (
                    SELECT c.area_id FROM circulation c
                    WHERE c.city_id = $1 AND c.notice_id = $2 AND c.area_id = above.id LIMIT 1) AS round
                WHERE a.city_id = $1),
             ringing AS MATERIALIZED (
                SELECT DISTINCT p.household_id
                FROM subscription s JOIN person p ON p.city_id = s.city_id AND p.id = s.person_id
                JOIN session ON session.city_id = s.city_id AND session.id = s.session_id
                WHERE s.city_id = $1 AND s.gone_at IS NULL AND session.ended_at IS NULL AND $3::date IS NOT NULL),
             reader AS MATERIALIZED (
                SELECT reached.circulation_area, h.area_id, h.id AS reader_id, h.label,
                       h.delivery IN ('paper', 'both') AS paper, ringing.household_id IS NOT NULL AS rings
                FROM reached JOIN household h ON h.city_id = $1 AND h.area_id = reached.id
                LEFT JOIN ringing ON ringing.household_id = h.id)"
        }
        channel::Kind::Officers => {
            "WITH reader AS MATERIALIZED (
                SELECT c.area_id AS circulation_area, sa.id AS area_id, coalesce(p.household_id, p.id) AS reader_id,
                       min(coalesce(p.name, '')) AS label, false AS paper,
                       bool_or(EXISTS (
                            SELECT FROM subscription s
                            JOIN session ON session.city_id = s.city_id AND session.id = s.session_id
                            WHERE s.city_id = $1 AND s.person_id = p.id AND s.gone_at IS NULL
                              AND session.ended_at IS NULL)) AS rings
                FROM circulation c
                JOIN area sa ON sa.city_id = c.city_id AND sa.path @> ARRAY[c.area_id]
                JOIN seat ON seat.city_id = sa.city_id AND seat.area_id = sa.id
                     AND seat.starts_on <= $3 AND (seat.ends_on IS NULL OR seat.ends_on >= $3)
                JOIN person p ON p.city_id = seat.city_id AND p.id = seat.person_id
                WHERE c.city_id = $1 AND c.notice_id = $2
                GROUP BY c.area_id, sa.id, coalesce(p.household_id, p.id))"
        }
    }
}
