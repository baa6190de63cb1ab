//! Officers hand in the households of their own association, as the city does for all. A file that was saved from the roster comes back as it was.

use std::collections::HashMap;

use entity::area;
use sea_orm::ConnectionTrait;
use time::OffsetDateTime;

use super::{
    export,
    import::{COLUMNS, ImportedHouseholds, Row, put, refuse_twins, row},
};
use crate::areas::{
    ImportError,
    csv::{self, Fault},
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
pub fn in_japanese(fault: &Fault) -> String {
    let Fault { line, column, value, reason } = fault;
    let right = match &**column {
        "area_code" => "area_code の列には、あなたの自治会・町内会のコードを書いてください。",
        "group" => "group の列の班の名前は50文字までで、点・斜線・シャープは使えません。",
        "household" if value.is_empty() => "household の列に、世帯の名前を書いてください。",
        "household" if reason.starts_with("stands already") => "同じ世帯が、前の行にもあります。",
        "household" => "household の列の世帯の名前は、1行で100文字までです。",
        "delivery" => {
            "delivery の列には digital（スマートフォン）、paper（紙）、both（両方）、undecided（まだ決めていない）のどれかを書いてください。"
        }
        _ if *line == 1 => "1行目には area_code,group,household,delivery と書いてください。",
        _ => "この行は読めません。列の数と、文字コード（UTF-8かShift_JIS）と、使えない文字がないかをお確かめください。",
    };
    match (column.is_empty(), value.is_empty()) {
        (true, true) => format!("{line}行目：{right}"),
        (_, false) => format!("{line}行目の「{value}」：{right}"),
        (false, true) => format!("{line}行目の {column} の列が空です。{right}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

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
            in_japanese(&Fault { line: 3, column: column.into(), value: value.into(), reason: reason.into() })
        };
        assert!(fault("delivery", "紙", "is none of").starts_with("3行目の「紙」：delivery の列には"));
        assert!(fault("household", "", "is empty").contains("空です"));
        assert!(fault("household", "1号", "stands already in line 2").contains("前の行にも"));
        assert!(fault("", "", "can't be read").starts_with("3行目："));
    }
}
