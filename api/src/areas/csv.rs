//! CSV in: UTF-8 with or without BOM, or Shift_JIS (Windows-31J), which is what a city's other systems write.
//!
//! Whatever is wrong names its line, its column and its value. Lines count from 1, the header included, as an editor shows them.

use std::{collections::HashMap, fmt};

use crate::web::{plain_text, tidy};

/// A fault in a file.
#[derive(Debug, PartialEq, Eq)]
pub struct Fault {
    /// The line, from 1.
    pub line: u64,
    /// The column's name; empty where the whole line is meant.
    pub column: String,
    /// What stands there.
    pub value: String,
    /// What is wrong with it.
    pub reason: String,
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "line {}", self.line)?;
        if !self.column.is_empty() {
            write!(f, ", column {}: {:?}", self.column, self.value)?;
        } else if !self.value.is_empty() {
            write!(f, ": {:?}", self.value)?;
        }
        write!(f, " {}", self.reason)
    }
}

impl std::error::Error for Fault {}

/// One line of a file.
#[derive(Debug)]
pub struct Line<'a> {
    /// Its number.
    pub number: u64,
    fields: Vec<String>,
    columns: &'a HashMap<&'static str, usize>,
}

impl Line<'_> {
    /// The text in a column.
    #[must_use]
    pub fn text(&self, column: &'static str) -> &str {
        self.columns.get(column).and_then(|place| self.fields.get(*place)).map_or("", String::as_str)
    }

    /// The text in a column that must not be empty.
    ///
    /// # Errors
    /// When it is empty or longer than 200 characters.
    pub fn required(&self, column: &'static str) -> Result<&str, Fault> {
        match self.text(column) {
            "" => Err(self.fault(column, "is empty")),
            text if text.chars().count() > 200 => Err(self.fault(column, "is longer than 200 characters")),
            text => Ok(text),
        }
    }

    /// What is wrong with a column of this line.
    pub fn fault(&self, column: &'static str, reason: impl Into<String>) -> Fault {
        let value: String = self.text(column).chars().take(80).collect();
        Fault { line: self.number, column: column.to_owned(), value, reason: reason.into() }
    }
}

/// Reads a file with exactly these columns, in any order, and makes one `T` of each line. Empty lines are passed over.
///
/// # Errors
/// The first fault.
pub fn read<T>(
    bytes: &[u8],
    columns: &[&'static str],
    parse: impl FnMut(&Line<'_>) -> Result<T, Fault>,
) -> Result<Vec<T>, Fault> {
    read_with(bytes, (columns, &[]), parse)
}

/// The same for a file that may have further columns besides.
///
/// # Errors
/// The first fault.
pub fn read_with<T>(
    bytes: &[u8],
    (columns, further): (&[&'static str], &[&'static str]),
    mut parse: impl FnMut(&Line<'_>) -> Result<T, Fault>,
) -> Result<Vec<T>, Fault> {
    let text = decode(bytes)?;
    let mut reader = csv::ReaderBuilder::new().flexible(true).trim(csv::Trim::All).from_reader(text.as_bytes());
    let whole_line = |line, value: String, reason: String| Fault { line, column: String::new(), value, reason };
    let header = reader.headers().map_err(|e| whole_line(1, String::new(), format!("can't be read: {e}")))?.clone();
    let mut places = HashMap::new();
    for column in columns {
        let place = header.iter().position(|name| name == *column);
        let missing =
            || whole_line(1, String::new(), format!("has no column {column}; it must have {}", columns.join(", ")));
        places.insert(*column, place.ok_or_else(missing)?);
    }
    let known = columns.len() + header.iter().filter(|name| further.contains(name)).count();
    if header.len() != known {
        let reason = format!("has {} columns; it must have {}", header.len(), columns.join(", "));
        return Err(whole_line(1, String::new(), reason));
    }
    let mut items = Vec::new();
    for record in reader.records() {
        let record = record.map_err(|e| {
            whole_line(e.position().map_or(0, csv::Position::line), String::new(), format!("can't be read: {e}"))
        })?;
        let number = record.position().map_or(0, csv::Position::line);
        let value = || record.iter().collect::<Vec<_>>().join(",").chars().take(80).collect();
        if record.len() != known {
            return Err(whole_line(number, value(), format!("has {} fields and not {known}", record.len())));
        }
        if record.iter().any(|field| plain_text(field, &()).is_err()) {
            return Err(whole_line(number, value(), "has a control character".into()));
        }
        let line = Line { number, fields: record.iter().map(tidy).collect(), columns: &places };
        items.push(parse(&line)?);
    }
    Ok(items)
}

/// The text of a file: what is not UTF-8 is Windows-31J, or nothing that can be read.
fn decode(bytes: &[u8]) -> Result<String, Fault> {
    let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
    if let Ok(text) = std::str::from_utf8(bytes) {
        return Ok(text.to_owned());
    }
    let in_shift_jis =
        |line: &[u8]| encoding_rs::SHIFT_JIS.decode_without_bom_handling_and_without_replacement(line).is_some();
    let lines = || (1..).zip(bytes.split(|b| *b == b'\n'));
    let neither = lines().find(|(_, line)| std::str::from_utf8(line).is_err() && !in_shift_jis(line));
    // A file that mixes both has no such line; then the first that is not Shift_JIS is named.
    if let Some((number, line)) = neither.or_else(|| lines().find(|(_, line)| !in_shift_jis(line))) {
        let value = String::from_utf8_lossy(line).chars().take(80).collect();
        let reason = "is neither UTF-8 nor Shift_JIS".into();
        return Err(Fault { line: number, column: String::new(), value, reason });
    }
    Ok(encoding_rs::SHIFT_JIS.decode_without_bom_handling(bytes).0.into_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(bytes: &[u8]) -> Result<Vec<String>, String> {
        read(bytes, &["code", "name"], |line| Ok(format!("{}={}", line.required("code")?, line.required("name")?)))
            .map_err(|fault| fault.to_string())
    }

    #[test]
    fn utf_8_with_and_without_bom_and_shift_jis_are_the_same() {
        let text = "code,name\n1,表町\n2,髙橋町\n";
        let expected = vec!["1=表町".to_owned(), "2=髙橋町".to_owned()];
        let (shift_jis, _, unmappable) = encoding_rs::SHIFT_JIS.encode(text);
        assert!(!unmappable);
        for bytes in [text.as_bytes(), &[b"\xef\xbb\xbf", text.as_bytes()].concat(), &shift_jis] {
            assert_eq!(names(bytes).as_ref(), Ok(&expected));
        }
    }

    #[test]
    fn columns_may_stand_in_any_order_and_empty_lines_are_passed_over() {
        assert_eq!(names("name,code\r\n\r\n表町,1\r\n".as_bytes()), Ok(vec!["1=表町".into()]));
    }

    #[test]
    fn what_is_wrong_names_line_column_and_value() {
        for (bytes, says) in [
            (&b"code,name\n1,a\n2,\n"[..], "line 3, column name: \"\" is empty"),
            (b"code,name\n1,a,b\n", "line 2: \"1,a,b\" has 3 fields and not 2"),
            (b"code\n1\n", "line 1 has no column name; it must have code, name"),
            (b"code,name,more\n", "line 1 has 3 columns; it must have code, name"),
            (b"code,name\n1,a\0b\n", "line 2: \"1,a\\0b\" has a control character"),
            (b"code,name\n1,\xff\xff\n", "line 2: \"1,\u{fffd}\u{fffd}\" is neither UTF-8 nor Shift_JIS"),
        ] {
            assert_eq!(names(bytes), Err(says.to_owned()));
        }
    }
}
