//! Whose phones a notice is for, at this moment: asked when it is fanned out, and again when a batch is sent, so that who signed
//! out, moved away or lost a seat meanwhile is left alone.

/// The beginning of a query, which gives `audience (id, person_id, origin)`: the subscriptions that notice `$2` of city `$1` is
/// for on the day `$3`, each once. `only` narrows the subscriptions `s` that are looked at.
///
/// - residents under an area in whose channel for everyone it goes round;
/// - who holds a seat in the areas named or below them. A centre lies below its district, and so do its seats;
/// - the whole staff, where one person alone published an emergency: then it is for everyone to see that they did.
#[must_use]
pub fn audience(only: &str) -> String {
    format!(
        "WITH asked AS (
             SELECT area_ids, alone_reason IS NOT NULL AS alone FROM notice WHERE city_id = $1 AND id = $2
         ), reached AS (
             SELECT DISTINCT c.area_id FROM circulation c
             JOIN channel h ON h.city_id = c.city_id AND h.id = c.channel_id AND h.kind = 'everyone'
             WHERE c.city_id = $1 AND c.notice_id = $2
         ), live AS (
             SELECT s.id, s.person_id, s.origin FROM subscription s
             JOIN session e ON e.city_id = s.city_id AND e.id = s.session_id AND e.ended_at IS NULL
             WHERE s.city_id = $1 AND s.gone_at IS NULL {only}
         ), addressed AS (
             SELECT l.person_id FROM live l
             JOIN person p ON p.city_id = $1 AND p.id = l.person_id
             JOIN household h ON h.city_id = $1 AND h.id = p.household_id
             JOIN area a ON a.city_id = $1 AND a.id = h.area_id
             CROSS JOIN LATERAL unnest(a.path) AS above (id)
             JOIN reached r ON r.area_id = above.id
             UNION
             SELECT l.person_id FROM live l
             JOIN seat t ON t.city_id = $1 AND t.person_id = l.person_id
                 AND t.starts_on <= $3 AND (t.ends_on IS NULL OR t.ends_on >= $3)
             JOIN area a ON a.city_id = $1 AND a.id = t.area_id
             JOIN asked n ON a.path && n.area_ids OR n.alone AND t.role = 'staff'
         ), audience AS (
             SELECT l.id, l.person_id, l.origin FROM live l JOIN addressed d ON d.person_id = l.person_id
         )"
    )
}
