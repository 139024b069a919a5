//! How a test wants its server: the lines of its configuration file.

use std::fmt::Write;
use std::path::Path;

use crate::version::Version;

/// Settings of a server, by default: loopback only, nothing saved, DEBUG allowed.
#[derive(Clone, Debug, Default)]
pub struct Options {
    lines: Vec<String>,
    password: Option<String>,
}

impl Options {
    /// No setting beyond the default ones.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Sets one directive to one value, which is quoted: `set("maxmemory", "2mb")`.
    #[must_use]
    pub fn set(self, name: &str, value: &str) -> Self {
        let mut quoted = String::new();
        for byte in value.bytes() {
            match byte {
                b'"' | b'\\' => _ = write!(quoted, "\\{}", char::from(byte)),
                b' '..=b'~' => quoted.push(char::from(byte)),
                _ => _ = write!(quoted, "\\x{byte:02x}"),
            }
        }
        self.line(&format!("{name} \"{quoted}\""))
    }

    /// Adds a line as it is: `line("user reader on >secret ~* +@read")`, `line("rename-command HELLO \"\"")`.
    #[must_use]
    pub fn line(mut self, line: &str) -> Self {
        self.lines.push(line.to_owned());
        self
    }

    /// Gives the server a password, which [`Server::url`](super::Server::url) and
    /// [`Server::raw`](super::Server::raw) then use. Keep to letters and digits: it is not escaped in the URL.
    #[must_use]
    pub fn password(mut self, password: &str) -> Self {
        self.password = Some(password.to_owned());
        self.set("requirepass", password)
    }

    pub(super) fn requirepass(&self) -> Option<&str> {
        self.password.as_deref()
    }

    /// The whole configuration file.
    pub(super) fn configuration(&self, folder: &Path, port: u16, version: Version) -> String {
        let folder = folder.display();
        let mut lines = vec![
            "bind 127.0.0.1".to_owned(),
            format!("port {port}"),
            format!("unixsocket \"{folder}/socket\""),
            format!("dir \"{folder}\""),
            format!("logfile \"{folder}/log\""),
            "daemonize no".to_owned(),
            "save \"\"".to_owned(),
            "appendonly no".to_owned(),
        ];
        if version.at_least(Some((7, 0)), Some((7, 0))) {
            lines.push("enable-debug-command yes".to_owned());
        }
        lines.extend(self.lines.iter().cloned());
        lines.join("\n") + "\n"
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_value_is_quoted_for_the_configuration_file() {
        let options = Options::new().set("requirepass", "a \"b\"\\\n");

        assert_eq!(options.lines, [r#"requirepass "a \"b\"\\\x0a""#]);
    }
}
