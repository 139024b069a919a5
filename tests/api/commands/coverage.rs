//! Nothing of the command tables goes untried: every row, every choice and every setting of an option stands in a
//! test of this folder. It is the sources that are compared, since the tests run in processes of their own.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

/// Choices that no test names, each for a reason.
const UNNAMED: &[(&str, &str)] = &[
    ("IncrexOptions::enx", "no server here has INCREX"),
    ("IncrexOptions::lower_bound", "no server here has INCREX"),
    ("IncrexOptions::saturate", "no server here has INCREX"),
    ("IncrexOptions::upper_bound", "no server here has INCREX"),
    ("StreamIdempotencyMode::Automatic", "`idmpauto` makes it"),
    ("StreamIdempotencyMode::Manual", "`idmp` makes it"),
    ("StreamTrimStrategy::MaxLen", "`maxlen` makes it"),
    ("StreamTrimStrategy::MinId", "`minid` makes it"),
    ("ValueComparison::Bytes", "`ifeq` makes it of what is no text"),
    ("ValueComparison::IFDEQ", "`ifdeq` makes it"),
    ("ValueComparison::IFDNE", "`ifdne` makes it"),
    ("ValueComparison::IFNE", "`ifne` makes it"),
];

/// Tables, and a row, of which no server here has a command: unit tests hold their words against redis-rs's.
const WITHOUT_SERVER: [&str; 5] = ["bloom", "hotkeys", "increx", "json", "search"];

/// The sources of the tables that servers here have.
fn tables() -> Vec<PathBuf> {
    let names =
        |path: &Path| path.iter().filter_map(|name| name.to_str()).map(str::to_owned).collect::<Vec<_>>();
    let out = |name: &String| WITHOUT_SERVER.contains(&name.trim_end_matches(".rs"));
    sources("src/commands").into_iter().filter(|path| !names(path).iter().any(out)).collect()
}

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

/// Whether a text holds a path; `Expiry::at` is not in `SetExpiry::at`.
fn names(text: &str, path: &str) -> bool {
    text.match_indices(path).any(|(at, _)| !text[..at].ends_with(char::is_alphanumeric))
}

/// The names of all rows.
fn rows() -> BTreeSet<String> {
    let mut names = BTreeSet::new();
    for path in tables() {
        let text = fs::read_to_string(path).unwrap();
        for table in text.split("_rows { ($surface:ident)").skip(1) {
            let table = table.split("pub(crate) use").next().unwrap();
            names.extend(table.lines().filter_map(|line| line.strip_prefix("    fn ").map(word)));
        }
    }
    names
}

/// What the types of the options offer: the values to choose from and the methods that set something, each as
/// `Type::name`.
fn choices() -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    let is_options = |path: &PathBuf| {
        let folder = path.parent().is_some_and(|folder| folder.ends_with("options"));
        (folder && !path.ends_with("tests.rs")) || path.ends_with("options.rs") || path.ends_with("acl.rs")
    };
    for path in tables().into_iter().filter(is_options) {
        let (mut choices, mut methods) = (None, None);
        for line in fs::read_to_string(path).unwrap().lines() {
            if let Some(name) = line.strip_prefix("pub enum ") {
                choices = Some(word(name));
            } else if let Some(block) = line.strip_prefix("impl") {
                // Whatever its type parameters; traits say nothing of their own.
                let name = block.split_once('>').map_or(block, |(_, name)| name).trim_start();
                methods = (!block.contains(" for ")).then(|| word(name));
            } else if line == "}" {
                (choices, methods) = (None, None);
            }
            let Some(inside) = line.strip_prefix("    ") else { continue };
            match (&choices, &methods) {
                (Some(kind), _) if inside.starts_with(char::is_uppercase) => {
                    found.insert(format!("{kind}::{}", word(inside)));
                }
                (_, Some(kind)) => {
                    // What only looks at an option sets nothing.
                    let name =
                        inside.strip_prefix("pub fn ").filter(|_| !inside.contains("(&self")).map(word);
                    found.extend(name.map(|name| format!("{kind}::{name}")));
                }
                _ => {}
            }
        }
    }
    found
}

#[test]
fn every_row_is_tried() {
    let (rows, tests) = (rows(), tests());

    assert!(rows.len() > 300, "the tables were not understood: {}", rows.len());
    let untried: Vec<&String> = rows
        .iter()
        .filter(|name| !WITHOUT_SERVER.contains(&name.as_str()))
        .filter(|name| !tests.contains(&format!("redis.{name}(")))
        .collect();
    assert_eq!(untried, [""; 0]);
}

#[test]
fn every_choice_of_an_option_is_tried() {
    let (choices, tests) = (choices(), tests());

    assert!(choices.len() > 150, "the options were not understood: {}", choices.len());
    // `redis.get(` is no `.get(` of an option.
    let options = tests.replace("redis.", "");
    let is_tried = |choice: &str| {
        let method = choice.split("::").nth(1).filter(|name| name.starts_with(char::is_lowercase));
        names(&options, choice) || method.is_some_and(|name| options.contains(&format!(".{name}(")))
    };
    let untried: Vec<&str> = choices.iter().map(String::as_str).filter(|choice| !is_tried(choice)).collect();
    let excused: Vec<&str> = UNNAMED.iter().map(|(choice, _)| *choice).collect();
    assert_eq!(untried, excused);
}
