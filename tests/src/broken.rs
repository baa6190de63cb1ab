//! Deliberately broken builds: small changes of the program, each a promise taken away, by which the crash run shows that it can
//! fail. They are kept as words to find and words to put there, and a test of the house holds that each still applies.

use std::{
    fs,
    path::{Path, PathBuf},
};

use toml::{Table, Value};

/// One broken build.
#[derive(Clone, Debug)]
pub struct Broken {
    /// Its name: that of its file.
    pub name: String,
    /// What is broken.
    pub what: String,
    /// The scenarios that show it.
    pub scenarios: Vec<String>,
    /// A part of what the crash run must then say; any of them.
    pub says: Vec<String>,
    /// What else the crash run is told, such as `--phones`.
    pub arguments: Vec<String>,
    edits: Vec<Edit>,
}

#[derive(Clone, Debug)]
struct Edit {
    file: String,
    find: String,
    replace: String,
}

impl Broken {
    /// All of them, by name.
    ///
    /// # Errors
    /// When one can't be read.
    pub fn all() -> Result<Vec<Self>, String> {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("crash/broken");
        let entries = fs::read_dir(&folder).map_err(|e| format!("{}: {e}", folder.display()))?;
        let mut paths: Vec<PathBuf> = entries.filter_map(|entry| Some(entry.ok()?.path())).collect();
        paths.sort();
        paths.iter().map(|path| Self::read(path)).collect()
    }

    fn read(path: &Path) -> Result<Self, String> {
        let named = |what: &str| format!("{}: {what}", path.display());
        let text = fs::read_to_string(path).map_err(|e| named(&e.to_string()))?;
        let table: Table = text.parse().map_err(|e: toml::de::Error| named(e.message()))?;
        let word = |table: &Table, key: &str| {
            table.get(key).and_then(Value::as_str).map(str::to_owned).ok_or_else(|| named(&format!("no {key}")))
        };
        let words = |key: &str| -> Vec<String> {
            let list = table.get(key).and_then(Value::as_array).cloned().unwrap_or_default();
            list.iter().filter_map(|one| one.as_str().map(str::to_owned)).collect()
        };
        let edits = table.get("edit").and_then(Value::as_array).cloned().unwrap_or_default();
        let edits = edits.iter().filter_map(Value::as_table).map(|edit| {
            Ok(Edit { file: word(edit, "file")?, find: word(edit, "find")?, replace: word(edit, "replace")? })
        });
        Ok(Self {
            name: path.file_stem().unwrap_or_default().to_string_lossy().into_owned(),
            what: word(&table, "what")?,
            scenarios: words("scenarios"),
            says: words("says"),
            arguments: words("arguments"),
            edits: edits.collect::<Result<_, String>>()?,
        })
    }

    /// The files that it changes, as they become in the tree at `root`.
    ///
    /// # Errors
    /// When a file is not there, or the words to find are not in it exactly once.
    pub fn applied(&self, root: &Path) -> Result<Vec<(String, String)>, String> {
        let mut files: Vec<(String, String)> = Vec::new();
        for Edit { file, find, replace } in &self.edits {
            let at = match files.iter().position(|(name, _)| name == file) {
                Some(at) => at,
                None => {
                    let text =
                        fs::read_to_string(root.join(file)).map_err(|e| format!("{}: {file}: {e}", self.name))?;
                    files.push((file.clone(), text));
                    files.len() - 1
                }
            };
            let text = &mut files[at].1;
            match text.matches(find.as_str()).count() {
                1 => *text = text.replacen(find.as_str(), replace, 1),
                times => return Err(format!("{}: {file} has these words {times} times: {find}", self.name)),
            }
        }
        if files.is_empty() { Err(format!("{}: it changes nothing", self.name)) } else { Ok(files) }
    }
}
