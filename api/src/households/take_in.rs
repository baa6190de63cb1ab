//! Officers hand in the households of their own association, as the city does for all. A file that was saved from the roster comes back as it was.

use std::collections::HashMap;

use entity::area;
use sea_orm::ConnectionTrait;
use time::OffsetDateTime;

use super::{
    export,
    import::{COLUMNS, ImportedHouseholds, Row, put, refuse_twins, row},
};
use crate::{
    areas::{
        ImportError,
        csv::{self, Fault},
    },
    say::Message,
};

/// A column of the saved file that says who lives there: people join by themselves, so nothing is taken from it.
const PEOPLE: &str = "people";

/// Adds the households of `bytes`, all of them of the associations `own`, and takes over how those that are there want their notices.
///
/// # Errors
/// The first fault of the file; then nothing may be committed.
pub async fn import_roster(
    db: &impl ConnectionTrait,
    own: Vec<area::Model>,
    bytes: &[u8],
    now: OffsetDateTime,
) -> Result<ImportedHouseholds, ImportError> {
    let rows = csv::read_with(bytes, (&COLUMNS, &[PEOPLE]), |line| row(line, as_it_was))?;
    refuse_twins(&rows)?;
    let own: HashMap<String, area::Model> = own.into_iter().map(|area| (area.code.clone(), area)).collect();
    if let Some(Row { line, area_code, .. }) = rows.iter().find(|row| !own.contains_key(&row.area_code)) {
        let (column, value) = ("area_code".to_owned(), area_code.clone());
        return Err(Fault { line: *line, column, value, reason: "is no association of yours".into() }.into());
    }
    put(db, &rows, &own, false, now).await
}

/// A name without the apostrophe that makes it harmless in a spreadsheet.
fn as_it_was(cell: &str) -> &str {
    cell.strip_prefix('\'').filter(|name| export::needs_apostrophe(name)).unwrap_or(cell)
}

/// A fault as an officer reads it: the line, the column, what stands there, and what would be right.
#[must_use]
pub fn told(fault: &Fault) -> Message {
    let Fault { line, column, value, reason } = fault;
    let right = match &**column {
        "area_code" => "file-area",
        "group" => "file-group",
        "household" if value.is_empty() => "file-household-empty",
        "household" if reason.starts_with("stands already") => "file-household-twice",
        "household" => "file-household",
        "delivery" => "file-delivery",
        _ if *line == 1 => "file-header",
        _ => "file-unreadable",
    };
    let at = |key| Message::new(key).with("line", *line).with("right", Message::new(right));
    match (column.is_empty(), value.is_empty()) {
        (true, true) => at("file-line"),
        (_, false) => at("file-line-value").with("value", value),
        (false, true) => at("file-line-empty").with("column", column),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::say::{Language, Says as _, Target};

    #[test]
    fn what_was_made_harmless_comes_back_as_it_was() {
        for (cell, name) in [
            ("'=1+1", "=1+1"),
            ("'＝1", "＝1"),
            ("''=1", "'=1"),
            ("'78年の会", "'78年の会"),
            ("1号", "1号"),
            ("'", "'"),
        ] {
            assert_eq!(as_it_was(cell), name);
        }
    }

    #[test]
    fn a_fault_says_where_it_is_and_what_would_be_right() {
        let fault = |column: &str, value: &str, reason: &str| {
            let fault = Fault { line: 3, column: column.into(), value: value.into(), reason: reason.into() };
            told(&fault).say(Language::Japanese, Target::Plain)
        };
        assert!(fault("delivery", "紙", "is none of").starts_with("3行目の「紙」：delivery の列には"));
        assert!(fault("household", "", "is empty").contains("空です"));
        assert!(fault("household", "1号", "stands already in line 2").contains("前の行にも"));
        assert!(fault("", "", "can't be read").starts_with("3行目："));
    }
}
