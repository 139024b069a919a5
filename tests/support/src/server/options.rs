//! How a test wants its server: the lines of its configuration file.

use std::fmt::Write;
use std::path::Path;

use crate::certificates::Identity;
use crate::version::Version;

/// How a server encrypts.
#[derive(Clone, Debug)]
pub struct Tls {
    /// The certificate that it shows.
    pub identity: Identity,
    /// The certificate of who may vouch for clients, which then have to show one; `None`: anybody may come.
    pub client_authority: Option<String>,
}

/// Settings of a server, by default: loopback only, nothing saved, DEBUG allowed.
#[derive(Clone, Debug, Default)]
pub struct Options {
    lines: Vec<String>,
    password: Option<String>,
    tls: Option<Tls>,
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

    /// Has the server speak TLS on its port, and nothing else there; see [`Server::start_tls`](super::Server::start_tls).
    #[must_use]
    pub fn tls(mut self, tls: Tls) -> Self {
        self.tls = Some(tls);
        self
    }

    pub(super) fn scheme(&self) -> &'static str {
        if self.tls.is_some() { "rediss" } else { "redis" }
    }

    /// Names and contents of the files that the configuration names.
    pub(super) fn files(&self) -> Vec<(&'static str, &str)> {
        let Some(tls) = &self.tls else { return Vec::new() };
        let mut files =
            vec![("server.pem", tls.identity.certificate.as_str()), ("server.key", &tls.identity.key)];
        files.extend(tls.client_authority.as_ref().map(|pem| ("clients.pem", pem.as_str())));
        files
    }

    pub(super) fn requirepass(&self) -> Option<&str> {
        self.password.as_deref()
    }

    /// The whole configuration file.
    pub(super) fn configuration(&self, folder: &Path, port: u16, version: Version) -> String {
        let folder = folder.display();
        let mut lines = vec![
            "bind 127.0.0.1".to_owned(),
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
        match &self.tls {
            None => lines.push(format!("port {port}")),
            Some(tls) => {
                lines.extend(["port 0".to_owned(), format!("tls-port {port}")]);
                lines.push(format!("tls-cert-file \"{folder}/server.pem\""));
                lines.push(format!("tls-key-file \"{folder}/server.key\""));
                match tls.client_authority {
                    None => lines.push("tls-auth-clients no".to_owned()),
                    Some(_) => lines.push(format!("tls-ca-cert-file \"{folder}/clients.pem\"")),
                }
            }
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
