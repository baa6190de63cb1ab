//! The roster as a file: UTF-8 with a BOM, which every spreadsheet reads, or Shift_JIS (Windows-31J) for programs that know nothing else.
//!
//! Shift_JIS lacks letters that names have, such as 𠮷. A name is never changed in silence: the file is refused, with the names. A cell that a
//! spreadsheet would take for a formula gets an apostrophe in front.

use sea_orm::ActiveEnum as _;

use super::{HouseholdError, Listed};

/// How a file is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Encoding {
    /// UTF-8 with a BOM.
    Utf8,
    /// Windows-31J.
    ShiftJis,
}

/// The columns: those of an import of households, and who lives there.
const COLUMNS: [&str; 5] = ["area_code", "group", "household", "delivery", "people"];

/// The households of a roster as CSV, a line each.
///
/// # Errors
/// [`HouseholdError::NotInShiftJis`] with the texts that can't be written.
pub fn export(roster: &[Listed], encoding: Encoding) -> Result<Vec<u8>, HouseholdError> {
    let mut writer = csv::WriterBuilder::new().terminator(csv::Terminator::CRLF).from_writer(Vec::new());
    let failed = |error: csv::Error| HouseholdError::Csv(error.to_string());
    writer.write_record(COLUMNS).map_err(failed)?;
    let mut lost = Vec::new();
    for home in roster {
        let (association, group) = home.code.split_once('.').unwrap_or((&home.code, ""));
        let people = home.people.iter().filter(|name| !name.is_empty()).cloned().collect::<Vec<_>>().join("、");
        let named = home.people.iter().map(String::as_str).chain([group, &*home.label]);
        if encoding == Encoding::ShiftJis {
            lost.extend(named.filter(|text| !in_shift_jis(text)).map(str::to_owned));
        }
        let cells = [association, group, &home.label, &home.delivery.to_value(), &people].map(harmless);
        writer.write_record(cells).map_err(failed)?;
    }
    if !lost.is_empty() {
        return Err(HouseholdError::NotInShiftJis(lost));
    }
    let bytes = writer.into_inner().map_err(|error| HouseholdError::Csv(error.to_string()))?;
    let text = String::from_utf8_lossy(&bytes);
    Ok(match encoding {
        Encoding::Utf8 => [b"\xef\xbb\xbf", text.as_bytes()].concat(),
        Encoding::ShiftJis => encoding_rs::SHIFT_JIS.encode(&text).0.into_owned(),
    })
}

/// Whether a text comes back from Shift_JIS as it was.
fn in_shift_jis(text: &str) -> bool {
    let (bytes, _, lossy) = encoding_rs::SHIFT_JIS.encode(text);
    !lossy && encoding_rs::SHIFT_JIS.decode_without_bom_handling(&bytes).0 == text
}

/// A cell that is a text to every spreadsheet.
fn harmless(cell: &str) -> String {
    if needs_apostrophe(cell) { format!("'{cell}") } else { cell.to_owned() }
}

/// Whether a spreadsheet takes a cell for a formula, or the cell looks like one that was made harmless.
pub(super) fn needs_apostrophe(cell: &str) -> bool {
    cell.trim_start_matches('\'').starts_with(['=', '+', '-', '@', '\t', '\r', '＝', '＋', '－', '＠'])
}

#[cfg(test)]
mod tests {
    use entity::household::Delivery;

    use super::*;

    fn home(label: &str, people: &[&str]) -> Listed {
        Listed {
            id: uuid::Uuid::nil(),
            label: label.into(),
            delivery: Delivery::Both,
            code: "900001-1-01-001.1".into(),
            area: "1班".into(),
            people: people.iter().map(|name| (*name).to_owned()).collect(),
            phones: 0,
        }
    }

    #[test]
    fn a_name_is_written_as_it_is_or_not_at_all() {
        let plain = [home("1号", &["髙橋 花子", ""]), home("2号", &["山﨑, 太郎"])];
        let utf8 = export(&plain, Encoding::Utf8).expect("a file");
        let text = String::from_utf8(utf8).expect("text");
        assert!(text.starts_with('\u{feff}') && text.contains("900001-1-01-001,1,1号,both,髙橋 花子\r\n"), "{text}");
        assert!(text.contains("\"山﨑, 太郎\""), "{text}");
        let shift_jis = export(&plain, Encoding::ShiftJis).expect("a file");
        assert_eq!(encoding_rs::SHIFT_JIS.decode(&shift_jis).0, text.trim_start_matches('\u{feff}'));
        // The yen sign would come back as a backslash.
        let odd = [home("𠮷野家", &["𠮷田", "花子"]), home("1号", &["¥子"])];
        let Err(HouseholdError::NotInShiftJis(lost)) = export(&odd, Encoding::ShiftJis) else { panic!("written") };
        assert_eq!(lost, ["𠮷田", "𠮷野家", "¥子"]);
        let group = Listed { code: "900001-1-01-001.𠮷班".into(), ..home("1号", &[]) };
        let Err(HouseholdError::NotInShiftJis(lost)) = export(&[group], Encoding::ShiftJis) else { panic!("written") };
        assert_eq!(lost, ["𠮷班"]);
        assert!(export(&odd, Encoding::Utf8).is_ok());
    }

    #[test]
    fn a_name_is_no_formula() {
        for cell in ["=1+1", "+81", "-1", "@sum", "\tx", "\rx", "＝1"] {
            assert_eq!(harmless(cell), format!("'{cell}"));
        }
        assert_eq!((harmless("1-2号"), harmless("'78")), ("1-2号".to_owned(), "'78".to_owned()));
        assert_eq!(harmless("'=1"), "''=1", "what has an apostrophe of its own keeps it");
    }
}
