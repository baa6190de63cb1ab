//! stub
/// stub
pub fn date_time(at: time::OffsetDateTime) -> String {
    at.to_string()
}
