//! The texts are those that redis-rs 1.8.1 gives for the same URLs.

use std::path::Path;

use super::*;
use crate::compat::protocol::ProtocolVersion;

fn info(url: &str) -> ConnectionInfo {
    url.into_connection_info().unwrap()
}

fn refused(url: &str) -> String {
    url.into_connection_info().unwrap_err().to_string()
}

#[test]
fn a_url_names_host_port_database_and_credentials() {
    let info = info("redis://us%40er:p%2Fw@example.com:7000/3?protocol=resp3");

    assert_eq!(info.addr(), &ConnectionAddr::Tcp("example.com".into(), 7000));
    let redis = info.redis_settings();
    assert_eq!((redis.username(), redis.password()), (Some("us@er"), Some("p/w")));
    assert_eq!((redis.db(), redis.protocol()), (3, ProtocolVersion::RESP3));
    assert_eq!(redis.lib_name(), None);
}

#[test]
fn what_a_url_does_not_name_has_a_default() {
    for url in
        ["redis://localhost", "redis://localhost/", "valkey://localhost", "redis://localhost?protocol=2"]
    {
        let info = info(url);
        assert_eq!(info.addr(), &ConnectionAddr::Tcp("localhost".into(), 6379), "{url}");
        let redis = info.redis_settings();
        assert_eq!((redis.username(), redis.password(), redis.db()), (None, None, 0));
        assert_eq!(redis.protocol(), ProtocolVersion::RESP2);
    }
}

#[test]
fn an_ipv6_address_loses_its_brackets() {
    assert_eq!(info("redis://[::1]:1").addr(), &ConnectionAddr::Tcp("::1".into(), 1));
    assert!(("fe80::cafe:beef%eno1", 6379).into_connection_info().is_ok());
}

#[cfg(unix)]
#[test]
fn a_unix_socket_takes_its_settings_as_parameters() {
    for scheme in ["unix", "redis+unix", "valkey+unix"] {
        let info = info(&format!("{scheme}:///var/run/redis.sock?db=2&user=u%25&pass=p%23&protocol=3"));
        assert_eq!(info.addr(), &ConnectionAddr::Unix(Path::new("/var/run/redis.sock").into()));
        let redis = info.redis_settings();
        assert_eq!((redis.username(), redis.password(), redis.db()), (Some("u%"), Some("p#"), 2));
        assert_eq!(redis.protocol(), ProtocolVersion::RESP3);
    }
}

#[cfg(feature = "tls")]
#[test]
fn a_tls_url_says_whether_anybody_is_trusted() {
    let tls = |insecure| ConnectionAddr::TcpTls { host: "h".into(), port: 6379, insecure, tls_params: None };

    assert_eq!(info("rediss://h").addr(), &tls(false));
    assert_eq!(info("valkeys://h/#insecure").addr(), &tls(true));
    assert_eq!(
        refused("rediss://h/#secure"),
        "only #insecure is supported as URL fragment - InvalidClientConfig"
    );
}

#[cfg(not(feature = "tls"))]
#[test]
fn a_tls_url_needs_the_feature() {
    assert_eq!(
        refused("rediss://h"),
        "can't connect with TLS, the feature is not enabled - InvalidClientConfig"
    );
}

#[test]
fn a_url_that_cannot_be_used_says_why() {
    for (url, reason) in [
        ("localhost:6379", "Redis URL did not parse - InvalidClientConfig"),
        ("http://localhost", "Redis URL did not parse - InvalidClientConfig"),
        ("", "Redis URL did not parse - InvalidClientConfig"),
        ("redis://localhost/x", "Invalid database number - InvalidClientConfig"),
        ("redis://localhost/?protocol=4", "Invalid protocol version - InvalidClientConfig: 4"),
        ("redis://0.0.0.0", "Cannot connect to a wildcard address (0.0.0.0 or ::) - InvalidClientConfig"),
        ("redis://[::]", "Cannot connect to a wildcard address (0.0.0.0 or ::) - InvalidClientConfig"),
        ("redis:///0", "Missing hostname - InvalidClientConfig"),
        ("redis://%ff@h", "Username is not valid UTF-8 string - InvalidClientConfig"),
        ("redis://:%ff@h", "Password is not valid UTF-8 string - InvalidClientConfig"),
    ] {
        assert_eq!(refused(url), reason, "{url}");
    }
    let foreign = ::url::Url::parse("http://localhost").unwrap();
    assert_eq!(
        foreign.into_connection_info().unwrap_err().to_string(),
        "URL provided is not a redis URL - InvalidClientConfig"
    );
}

#[test]
fn debug_shows_no_password() {
    let text = format!("{:?}", info("redis://u:hunter2@h"));

    assert!(!text.contains("hunter2") && text.contains("<redacted>"), "{text}");
}
