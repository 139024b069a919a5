//! No row of the command tables goes untried: each stands in a test of this folder. It is the sources that are
//! compared, since the tests run in processes of their own.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

/// The text of a source file without blanks and lines of comments, so that a broken line is one again.
fn dense(path: &Path) -> String {
    let text = fs::read_to_string(path).unwrap();
    let code = text.lines().filter(|line| !line.trim_start().starts_with("//"));
    code.flat_map(str::chars).filter(|c| !c.is_whitespace()).collect()
}

/// The files of a folder and of those in it.
fn sources(folder: &str) -> Vec<PathBuf> {
    let mut folders = vec![Path::new(env!("CARGO_MANIFEST_DIR")).join(folder)];
    let mut files = Vec::new();
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() { folders.push(path) } else { files.push(path) }
        }
    }
    files
}

/// All that the tests of the commands say.
fn tests() -> String {
    let files = sources("tests/api/commands");
    let own = Path::new(file!()).file_name();
    files.iter().filter(|path| path.file_name() != own).map(|path| dense(path)).collect()
}

/// The word that a line begins with.
fn word(line: &str) -> String {
    line.chars().take_while(|c| c.is_alphanumeric() || *c == '_').collect()
}

/// The names of all rows.
fn rows() -> BTreeSet<String> {
    let mut names = BTreeSet::new();
    for path in sources("src/commands") {
        let text = fs::read_to_string(path).unwrap();
        for table in text.split("_rows { ($surface:ident)").skip(1) {
            let table = table.split("pub(crate) use").next().unwrap();
            names.extend(table.lines().filter_map(|line| line.strip_prefix("    fn ").map(word)));
        }
    }
    names
}

#[test]
fn every_row_is_tried() {
    let (rows, tests) = (rows(), tests());

    assert!(rows.len() > 300, "the tables were not understood: {}", rows.len());
    let untried: Vec<&String> =
        rows.iter().filter(|name| !tests.contains(&format!("redis.{name}("))).collect();
    assert_eq!(untried, [""; 0]);
}
