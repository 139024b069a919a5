//! What a setting's value must satisfy, whoever said it.

use std::net::IpAddr;
use std::path::PathBuf;
use std::time::Duration;

/// What is expected of a time that bounds something. Within a year, so that adding it to a clock cannot overflow.
pub(super) const LIMIT: &str = "a time that is not zero (unless zero means off) and at most 365 days";

const YEAR: Duration = Duration::from_secs(365 * 24 * 60 * 60);

pub(super) fn always<T>(_: &T) -> bool {
    true
}

/// A name or address that can be dialled: no separators of URLs or lists, no white space, not an address that is for
/// listening only.
pub(super) fn is_host(host: &str) -> bool {
    let address = host.parse::<IpAddr>().ok();
    let colons = address.is_some_and(|address| address.is_ipv6()) || is_scoped_ipv6(host);
    let plain = |c: char| !c.is_control() && !c.is_whitespace() && !"/?#@[]\\,\"'<>".contains(c);
    let named = |c: char| plain(c) && (colons || !":%".contains(c));
    !host.is_empty() && host.chars().all(named) && !address.is_some_and(|address| address.is_unspecified())
}

/// An IPv6 address with a zone, such as `fe80::1%eth0`.
fn is_scoped_ipv6(host: &str) -> bool {
    let Some((address, zone)) = host.split_once('%') else { return false };
    let zone_is_plain = zone.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-._~".contains(&byte));
    !zone.is_empty()
        && zone_is_plain
        && address.parse::<std::net::Ipv6Addr>().is_ok_and(|ip| !ip.is_unspecified())
}

pub(super) fn is_path(path: &Option<PathBuf>) -> bool {
    path.as_ref().is_none_or(|path| {
        let bytes = path.as_os_str().as_encoded_bytes();
        path.file_name().is_some() && !bytes.contains(&0)
    })
}

pub(super) fn is_server_name(name: &Option<String>) -> bool {
    name.as_deref().is_none_or(is_host)
}

pub(super) fn is_client_name(name: &Option<String>) -> bool {
    name.as_ref().is_none_or(|name| name.bytes().all(|byte| byte.is_ascii_graphic()))
}

pub(super) fn is_limit(time: &Duration) -> bool {
    !time.is_zero() && *time <= YEAR
}

pub(super) fn is_limit_or_zero(time: &Duration) -> bool {
    *time <= YEAR
}

pub(super) fn is_limit_if_any(time: &Option<Duration>) -> bool {
    time.as_ref().is_none_or(is_limit)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hosts_that_can_be_dialled() {
        for host in [
            "localhost",
            "redis-cluster.internal",
            "10.0.0.1",
            "::1",
            "fe80::1%eth0",
            "a_b",
            "bücher.example",
        ] {
            assert!(is_host(host), "{host}");
        }
    }

    #[test]
    fn hosts_that_cannot() {
        for host in [
            "",
            "0.0.0.0",
            "::",
            "0:0::0",
            "a b",
            "a,b",
            "a:6379",
            "[::1]",
            "a/b",
            "user@host",
            "a\n",
            "a%20b",
            "fe80::1%",
            "::%eth0",
        ] {
            assert!(!is_host(host), "{host}");
        }
    }
}
