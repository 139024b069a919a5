//! The URL grammar, written by hand: it must never panic, never repeat a password, and name the byte that is wrong.
//!
//! `redis://[user[:password]@]host[:port][/db][?setting=value&…]` and
//! `unix://[user[:password]@]/path[?setting=value&…]`. User information ends at the *last* `@` before the path, and a
//! `%` that begins no escape stands for itself, as in the URL parsers that users of other clients are used to.

use std::net::Ipv6Addr;

use percent_encoding::percent_decode_str;

use crate::config::error::ConfigError;
use crate::config::layer::{Layer, Said};
use crate::config::source::Source;
use crate::config::value::{Word, secret_or_none, text_or_none};

/// Longer than any URL that is one; tokens used as passwords run to some kilobytes.
const LONGEST: usize = 64 * 1024;

const DEFAULT_PORT: u16 = 6379;

/// Settings that are no parameter: the URL says them elsewhere, or no word can, or they are too long and too secret.
const NO_PARAMETERS: [&str; 8] = [
    "host",
    "port",
    "unix_socket_path",
    "tls",
    "tls_ca_pem",
    "tls_cert_pem",
    "tls_key_pem",
    "socket_keepalive_options",
];

enum Scheme {
    Tcp,
    Tls,
    Unix,
    NotBuilt(&'static str),
}

/// Reads a URL into the settings that it mentions.
pub(super) fn parse(url: &str, from: Source) -> Result<Layer, ConfigError> {
    if url.len() > LONGEST {
        return Err(ConfigError::Url { position: LONGEST, problem: "longer than 64 KiB", from });
    }
    let mut parser = Parser { url, from, layer: Layer::default() };
    parser.whole()?;
    Ok(parser.layer)
}

struct Parser<'a> {
    url: &'a str,
    from: Source,
    layer: Layer,
}

/// A piece of the URL and the offset at which it stands.
#[derive(Clone, Copy)]
struct Piece<'a> {
    text: &'a str,
    at: usize,
}

impl<'a> Piece<'a> {
    /// The pieces before and after the first byte that `separates`, that byte being the first of the second piece.
    fn cut(self, separates: impl Fn(u8) -> bool) -> (Piece<'a>, Piece<'a>) {
        let end = self.text.bytes().position(separates).unwrap_or(self.text.len());
        // Separators are ASCII, so the cut is between characters.
        let (before, after) = self.text.split_at_checked(end).unwrap_or((self.text, ""));
        (Piece { text: before, at: self.at }, Piece { text: after, at: self.at.saturating_add(before.len()) })
    }

    /// What follows `prefix`, if the piece starts with it.
    fn after(self, prefix: &str) -> Option<Piece<'a>> {
        let text = self.text.strip_prefix(prefix)?;
        Some(Piece { text, at: self.at.saturating_add(prefix.len()) })
    }

    /// The pieces before and after the last `separator`.
    fn cut_last(self, separator: char) -> Option<(Piece<'a>, Piece<'a>)> {
        let (before, after) = self.text.rsplit_once(separator)?;
        let at = self.at.saturating_add(before.len()).saturating_add(separator.len_utf8());
        Some((Piece { text: before, at: self.at }, Piece { text: after, at }))
    }
}

impl Parser<'_> {
    fn error(&self, position: usize, problem: &'static str) -> ConfigError {
        ConfigError::Url { position, problem, from: self.from }
    }

    fn said<T>(&self, value: T) -> Option<Said<T>> {
        Some(Said { value, source: self.from })
    }

    fn whole(&mut self) -> Result<(), ConfigError> {
        let url = Piece { text: self.url, at: 0 };
        if let Some(position) = url.text.find(|c: char| c.is_whitespace() || c.is_control()) {
            return Err(self.error(position, "white space and control characters must be percent-encoded"));
        }
        let (scheme, rest) = url.cut(|byte| byte == b':');
        let rest =
            rest.after(":").ok_or_else(|| self.error(0, "a URL starts with a scheme such as redis://"))?;
        let scheme = scheme_of(scheme.text).ok_or_else(|| {
            self.error(
                0,
                "the scheme is none of redis, rediss, valkey, valkeys, unix, redis+unix, valkey+unix",
            )
        })?;
        if let Scheme::NotBuilt(what) = scheme {
            return Err(ConfigError::NotBuilt { what, from: self.from });
        }
        let (rest, fragment) = rest.cut(|byte| byte == b'#');
        match fragment.text {
            "" => {}
            "#insecure" => return Err(ConfigError::Insecure { from: self.from }),
            _ => {
                return Err(
                    self.error(fragment.at, "a fragment has no meaning; `#` in a password is written %23")
                );
            }
        }
        match scheme {
            Scheme::Unix => self.unix(rest),
            Scheme::Tls => {
                self.layer.tls = self.said(true);
                self.tcp(rest)
            }
            Scheme::Tcp | Scheme::NotBuilt(_) => self.tcp(rest),
        }
    }

    fn tcp(&mut self, rest: Piece<'_>) -> Result<(), ConfigError> {
        let rest = rest.after("//").ok_or_else(|| self.error(rest.at, "the scheme is followed by //"))?;
        let (authority, rest) = rest.cut(|byte| matches!(byte, b'/' | b'?'));
        // Behind the host there is no use for an `@`: the password holds a character that had to be encoded.
        let (_, Piece { text, at }) = rest.cut(|byte| byte == b'@');
        if !text.is_empty() {
            return Err(
                self.error(at, "`@` after the host; `/`, `?` and `#` in a password must be percent-encoded")
            );
        }
        let place = self.user_information(authority)?;
        self.host_and_port(place)?;
        let (path, query) = rest.cut(|byte| byte == b'?');
        let db = path.text.strip_prefix('/').unwrap_or(path.text);
        let db = db.strip_suffix('/').unwrap_or(db);
        if !db.is_empty() {
            self.layer.set("db", Word::Text(db.to_owned()), self.from)?;
        }
        self.parameters(query)
    }

    fn unix(&mut self, rest: Piece<'_>) -> Result<(), ConfigError> {
        let rest = rest.after("//").unwrap_or(rest);
        let (before_query, query) = rest.cut(|byte| byte == b'?');
        let (authority, path) = before_query.cut(|byte| byte == b'/');
        let place = self.user_information(authority)?;
        if !place.text.is_empty() || path.text.is_empty() {
            return Err(self.error(place.at, "the path of a socket starts with a slash"));
        }
        let path = self.decoded(path)?;
        self.layer.unix_socket_path = self.said(Some(path.into()));
        self.parameters(query)
    }

    /// Reads what stands before the last `@`, and gives what stands behind it.
    fn user_information<'a>(&mut self, authority: Piece<'a>) -> Result<Piece<'a>, ConfigError> {
        let Some((user_information, place)) = authority.cut_last('@') else { return Ok(authority) };
        let (username, password) = user_information.cut(|byte| byte == b':');
        if !username.text.is_empty() {
            self.layer.username = self.said(text_or_none(self.decoded(username)?));
        }
        if let Some(password) = password.after(":") {
            let bytes = percent_decode_str(password.text).collect::<Vec<u8>>();
            self.layer.password = self.said(secret_or_none(bytes));
        }
        Ok(place)
    }

    fn host_and_port(&mut self, place: Piece<'_>) -> Result<(), ConfigError> {
        let (host, port) = match place.after("[") {
            Some(bracketed) => {
                let (address, rest) = bracketed.cut(|byte| byte == b']');
                let rest =
                    rest.after("]").ok_or_else(|| self.error(place.at, "the bracket is never closed"))?;
                let host = address.text.replacen("%25", "%", 1);
                let number = host.split('%').next().unwrap_or_default();
                if number.parse::<Ipv6Addr>().is_err() {
                    return Err(self.error(address.at, "only an IPv6 address stands in brackets"));
                }
                (host, rest)
            }
            None => {
                let (host, rest) = place.cut(|byte| byte == b':');
                (host.text.to_owned(), rest)
            }
        };
        if host.is_empty() {
            return Err(self.error(place.at, "there is no host"));
        }
        let port = match port.after(":") {
            _ if port.text.is_empty() => DEFAULT_PORT,
            Some(digits) if digits.text.contains(':') => {
                return Err(self.error(place.at, "an IPv6 address stands in brackets"));
            }
            Some(digits) if digits.text.bytes().all(|byte| byte.is_ascii_digit()) => digits
                .text
                .parse()
                .map_err(|_| self.error(digits.at, "the port is a number from 1 to 65535"))?,
            _ => return Err(self.error(port.at, "behind the host comes a colon and a port, or nothing")),
        };
        self.layer.host = self.said(host);
        self.layer.port = self.said(port);
        Ok(())
    }

    fn parameters(&mut self, query: Piece<'_>) -> Result<(), ConfigError> {
        let mut rest = query.after("?");
        while let Some(parameters) = rest {
            let (parameter, next) = parameters.cut(|byte| byte == b'&');
            rest = next.after("&");
            if parameter.text.is_empty() {
                continue;
            }
            let (name, value) = parameter.cut(|byte| byte == b'=');
            let value =
                value.after("=").ok_or_else(|| self.error(parameter.at, "a parameter is name=value"))?;
            self.parameter(name, value)?;
        }
        Ok(())
    }

    fn parameter(&mut self, name: Piece<'_>, value: Piece<'_>) -> Result<(), ConfigError> {
        let setting = match name.text {
            "user" => "username",
            "pass" => "password",
            name => name,
        };
        if setting == "password" && self.layer.password.is_none() {
            // Not by way of text: a password may be any bytes.
            let bytes = percent_decode_str(value.text).collect::<Vec<u8>>();
            self.layer.password = self.said(secret_or_none(bytes));
            return Ok(());
        }
        if NO_PARAMETERS.contains(&setting) {
            return Err(ConfigError::unknown(setting, self.from));
        }
        let word = Word::Text(self.decoded(value)?);
        self.layer.set(setting, word, self.from)
    }

    fn decoded(&self, piece: Piece<'_>) -> Result<String, ConfigError> {
        let decoded = percent_decode_str(piece.text).decode_utf8();
        decoded
            .map(|text| text.into_owned())
            .map_err(|_| self.error(piece.at, "the escapes do not decode to UTF-8"))
    }
}

fn scheme_of(scheme: &str) -> Option<Scheme> {
    match scheme.to_ascii_lowercase().as_str() {
        "redis" | "valkey" => Some(Scheme::Tcp),
        "rediss" | "valkeys" => Some(Scheme::Tls),
        "unix" | "redis+unix" | "valkey+unix" => Some(Scheme::Unix),
        other => {
            let (server, kind) = other.split_once(['-', '+'])?;
            match (server, kind) {
                ("redis" | "rediss" | "valkey" | "valkeys", "cluster") => {
                    Some(Scheme::NotBuilt("Redis Cluster"))
                }
                ("redis" | "rediss" | "valkey" | "valkeys", "sentinel") => Some(Scheme::NotBuilt("Sentinel")),
                _ => None,
            }
        }
    }
}

#[cfg(test)]
mod tests;
