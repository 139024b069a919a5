#![allow(clippy::arithmetic_side_effects)]

use std::path::Path;
use std::time::Duration;

use percent_encoding::{NON_ALPHANUMERIC, percent_encode};
use proptest::prelude::*;

use crate::config::error::ConfigError;
use crate::config::options::{Endpoint, OnExhausted, Protocol};
use crate::config::resolved::Config;
use crate::config::secret::Secret;
use crate::config::source::Source;

fn tcp(host: &str, port: u16) -> Endpoint {
    Endpoint::Tcp { host: host.to_owned(), port }
}

fn unix(path: &str) -> Endpoint {
    Endpoint::Unix { path: path.into() }
}

#[test]
fn a_url_names_the_server_and_the_database() {
    for (url, endpoint, db) in [
        ("redis://localhost", tcp("localhost", 6379), 0),
        ("redis://localhost/", tcp("localhost", 6379), 0),
        ("redis://localhost:7000/3", tcp("localhost", 7000), 3),
        ("redis://localhost/3/", tcp("localhost", 6379), 3),
        ("REDIS://LocalHost", tcp("LocalHost", 6379), 0),
        ("valkey://10.0.0.1:1", tcp("10.0.0.1", 1), 0),
        ("redis://[::1]", tcp("::1", 6379), 0),
        ("redis://[2001:db8::7]:65535/1", tcp("2001:db8::7", 65535), 1),
        ("redis://[fe80::1%25eth0]:7000", tcp("fe80::1%eth0", 7000), 0),
        ("redis://host?db=4", tcp("host", 6379), 4),
        ("redis://host/?db=4&", tcp("host", 6379), 4),
        ("redis://host/99999", tcp("host", 6379), 99_999),
        ("redis://host/-1", tcp("host", 6379), -1),
        ("unix:///run/redis.sock", unix("/run/redis.sock"), 0),
        ("unix:/run/redis.sock", unix("/run/redis.sock"), 0),
        ("redis+unix:///run/redis.sock?db=2", unix("/run/redis.sock"), 2),
        ("valkey+unix:///run/a%20b.sock", unix("/run/a b.sock"), 0),
        ("unix:///run/a@b.sock", unix("/run/a@b.sock"), 0),
    ] {
        let config = Config::from_url(url).unwrap_or_else(|error| panic!("{url}: {error}"));

        assert_eq!(config.endpoint(), endpoint, "{url}");
        assert_eq!(config.db(), db, "{url}");
    }
}

#[test]
fn user_information_is_decoded_exactly_once() {
    for (url, username, password) in [
        ("redis://host", None, None),
        ("redis://@host", None, None),
        ("redis://alice@host", Some("alice"), None),
        ("redis://:secret@host", None, Some("secret")),
        ("redis://alice:@host", Some("alice"), None),
        ("redis://alice:secret@host", Some("alice"), Some("secret")),
        ("redis://al%69ce:%2525@host", Some("alice"), Some("%25")),
        ("redis://alice:a:b@host", Some("alice"), Some("a:b")),
        ("redis://alice:p@ss@host", Some("alice"), Some("p@ss")),
        ("redis://alice:100%@host", Some("alice"), Some("100%")),
        ("redis://alice:a+b@host", Some("alice"), Some("a+b")),
        ("redis://:%2F%3F%23%40%3A@host", None, Some("/?#@:")),
        ("unix://alice:secret@/run/s", Some("alice"), Some("secret")),
        ("unix:///run/s?user=alice&pass=s%26t", Some("alice"), Some("s&t")),
        ("unix:///run/s?username=alice&password=secret", Some("alice"), Some("secret")),
    ] {
        let config = Config::from_url(url).unwrap_or_else(|error| panic!("{url}: {error}"));

        assert_eq!(config.username(), username, "{url}");
        assert_eq!(config.password(), password.map(Secret::from).as_ref(), "{url}");
    }
}

#[test]
fn a_password_may_be_any_bytes() {
    for url in ["redis://:%ff%00@host", "unix:///s?pass=%ff%00"] {
        let config = Config::from_url(url).unwrap();

        assert_eq!(config.password().unwrap().expose(), [0xff, 0x00], "{url}");
    }
}

#[test]
fn parameters_are_settings_by_name() {
    let url = "redis://host?protocol=resp2&socket_timeout=250ms&socket_connect_timeout=none&max_connections=7\
               &retry_on_timeout=No&decode_responses=0&health_check_interval=0&client_name=worker-1\
               &on_exhausted=fail&acquire_timeout=1.5";

    let config = Config::from_url(url).unwrap();

    assert_eq!(config.protocol(), Protocol::Resp2);
    assert_eq!(config.socket_timeout(), Duration::from_millis(250));
    assert_eq!(config.connect_timeout(), Duration::from_millis(250));
    assert_eq!(config.max_connections(), 7);
    assert!(!config.retry_on_timeout());
    assert!(!config.decode_responses());
    assert_eq!(config.health_check_interval(), Duration::ZERO);
    assert_eq!(config.client_name(), Some("worker-1"));
    assert_eq!(config.on_exhausted(), OnExhausted::Fail);
    assert_eq!(config.acquire_timeout(), Duration::from_millis(1500));
    assert_eq!(config.explain().setting("protocol").unwrap().source, Source::Url);
}

#[test]
fn the_protocol_has_four_spellings() {
    for (text, protocol) in [
        ("2", Protocol::Resp2),
        ("resp2", Protocol::Resp2),
        ("3", Protocol::Resp3),
        ("resp3", Protocol::Resp3),
    ] {
        assert_eq!(Config::from_url(&format!("redis://h?protocol={text}")).unwrap().protocol(), protocol);
    }
}

#[test]
fn a_malformed_url_is_told_with_its_position() {
    for (url, at) in [
        ("", 0),
        ("localhost", 0),
        ("localhost:6379", 0),
        ("http://host", 0),
        ("redis:host", 6),
        ("redis:/host", 6),
        ("redis://", 8),
        ("redis://:7000", 8),
        ("redis://user@", 13),
        ("redis:///0", 8),
        ("redis://host:", 13),
        ("redis://host:0x1", 12),
        ("redis://host:70000", 13),
        ("redis://host:+1", 12),
        ("redis://::1", 8),
        ("redis://[::1", 8),
        ("redis://[::1]7000", 13),
        ("redis://[host]", 9),
        ("redis://host?protocol", 13),
        ("redis://host/0#top", 14),
        (" redis://host", 0),
        ("redis://host\n", 12),
        ("redis://us%ffer@host", 8),
        ("unix://run/redis.sock", 7),
        ("unix://", 7),
        ("unix:run", 5),
        ("unix:///%ff", 7),
        ("redis://user:p/ss@host", 17),
        ("redis://user:1?s=s@host", 18),
    ] {
        let error = Config::from_url(url).expect_err(url);

        assert!(matches!(error, ConfigError::Url { position, .. } if position == at), "{url}: {error:?}");
        assert!(error.to_string().contains(&format!("at byte {at} (URL)")), "{error}");
    }
}

#[test]
fn a_wrong_setting_is_told_by_name() {
    for (url, setting) in [
        ("redis://0.0.0.0", "host"),
        ("redis://[::]", "host"),
        ("redis://a,b", "host"),
        ("redis://a%20b", "host"),
        ("redis://host:0", "port"),
        ("redis://host/zero", "db"),
        ("redis://host/1/2", "db"),
        ("redis://host/99999999999999999999", "db"),
        ("redis://host?protocol=4", "protocol"),
        ("redis://host?max_connections=0", "max_connections"),
        ("redis://host?retry_on_timeout=maybe", "retry_on_timeout"),
        ("redis://host?socket_timeout=0", "socket_timeout"),
        ("redis://host?socket_timeout=-1", "socket_timeout"),
        ("redis://host?client_name=a%20b", "client_name"),
        ("unix:///", "unix_socket_path"),
        ("unix:///s%00", "unix_socket_path"),
    ] {
        let error = Config::from_url(url).expect_err(url);

        assert!(
            matches!(error, ConfigError::Invalid { setting: wrong, from: Source::Url, .. } if wrong == setting),
            "{url}: {error:?}"
        );
        assert!(error.to_string().starts_with(&format!("`{setting}` (URL): expected ")), "{error}");
    }
}

#[test]
fn an_unknown_parameter_is_named() {
    for name in [
        "timeout",
        "host",
        "port",
        "tls",
        "tls_ca_pem",
        "tls_cert_pem",
        "tls_key_pem",
        "dangerous_accept_any_certificate",
        "unix_socket_path",
        "socket_keepalive_options",
        "ssl-cert",
    ] {
        let error = Config::from_url(&format!("redis://host?{name}=1")).expect_err(name);

        assert_eq!(error, ConfigError::UnknownSetting { name: name.to_owned(), from: Source::Url });
        assert!(error.to_string().contains(name));
    }
}

#[test]
fn a_setting_is_given_once() {
    for (url, setting) in [
        ("redis://host/1?db=1", "db"),
        ("redis://host?db=1&db=1", "db"),
        ("redis://a:b@host?user=a", "username"),
        ("redis://a:b@host?password=b", "password"),
        ("unix:///s?pass=a&password=b", "password"),
    ] {
        assert_eq!(
            Config::from_url(url).expect_err(url),
            ConfigError::Repeated { setting, from: Source::Url }
        );
    }
}

#[test]
fn what_is_not_built_says_so() {
    for (url, missing) in [
        ("redis-cluster://a,b,c", "Redis Cluster"),
        ("rediss-cluster://a", "Redis Cluster"),
        ("valkey+cluster://a", "Redis Cluster"),
        ("redis-sentinel://a:26379/mymaster", "Sentinel"),
        ("redis+sentinel://a:26379/mymaster", "Sentinel"),
    ] {
        let error = Config::from_url(url).expect_err(url);

        assert!(matches!(error, ConfigError::NotBuilt { what, .. } if what == missing), "{url}: {error:?}");
        assert!(error.to_string().starts_with(&format!("{missing} is not built yet")));
    }
}

#[test]
fn insecure_is_never_a_matter_of_urls() {
    for url in ["rediss://host#insecure", "redis://host/0#insecure"] {
        assert_eq!(Config::from_url(url).expect_err(url), ConfigError::Insecure { from: Source::Url });
    }
}

#[test]
fn no_error_repeats_a_piece_of_the_password() {
    for url in [
        "redis://user:xyzzyplugh@",
        "redis://user:xyzzy#plugh@host",
        "redis://user:xyzzy/plugh@host",
        "redis://user:xyzzy?plugh@host",
        "redis://user:1/xyzzyplugh@host",
        "redis://user:1?xyzzyplugh@host",
        "redis://user:1?xyzzyplugh=x@host",
        "redis://user:xyzzy\nplugh@host",
        "redis://user:xyzzyplugh@0.0.0.0",
        "redis://user:xyzzyplugh@host:xyzzyplugh",
        "redis://user:xyzzyplugh@host/xyzzyplugh",
        "redis://user:xyzzyplugh@host?protocol=xyzzyplugh",
        "redis://user:xyzzyplugh@host?socket_timeout=xyzzyplugh",
        "redis://user:xyzzyplugh@host?password=xyzzyplugh",
        "redis://user:xyzzyplugh@host#xyzzyplugh",
        "rediss://user:xyzzyplugh@",
        "rediss://user:xyzzyplugh@host?tls_key_pem=xyzzyplugh",
        "rediss://user:xyzzyplugh@host?tls_cert_file=xyzzyplugh",
        "xyzzyplugh://host",
        "xyzzyplugh",
        "redis://host?XYZZYPLUGH=1",
        "unix://user:xyzzyplugh/run/s",
        "unix://user:xyzzy?plugh@/run/s",
    ] {
        let error = Config::from_url(url).expect_err(url);

        let text = format!("{error} {error:?}").to_lowercase();
        assert!(!text.contains("xyzzy") && !text.contains("plugh"), "{url}: {text}");
    }
}

#[test]
fn an_overlong_url_is_refused() {
    let long = format!("redis://:{}@host", "x".repeat(64 * 1024));

    assert!(matches!(Config::from_url(&long), Err(ConfigError::Url { position: 65_536, .. })));
}

proptest! {
    #[test]
    fn no_text_makes_the_parser_panic(text in "\\PC*") {
        let _ = Config::from_url(&text);
    }

    #[test]
    fn nothing_that_looks_like_a_url_does(rest in "[a-z0-9:/@?#&=%\\[\\].é\\-]{0,60}", unix in any::<bool>()) {
        let scheme = if unix { "unix" } else { "redis" };
        let _ = Config::from_url(&format!("{scheme}:{rest}"));
        let _ = Config::from_url(&format!("{scheme}://{rest}"));
    }

    #[test]
    fn any_password_comes_back_from_its_escapes(password in proptest::collection::vec(any::<u8>(), 1..40)) {
        let escaped = percent_encode(&password, NON_ALPHANUMERIC);

        let tcp = Config::from_url(&format!("redis://alice:{escaped}@host:7000/1")).unwrap();
        let unix = Config::from_url(&format!("unix:///run/s?pass={escaped}")).unwrap();

        prop_assert_eq!(tcp.password().unwrap().expose(), &password[..]);
        prop_assert_eq!(unix.password().unwrap().expose(), &password[..]);
        prop_assert_eq!(tcp.endpoint(), Endpoint::Tcp { host: "host".to_owned(), port: 7000 });
    }

    #[test]
    fn any_user_name_and_socket_path_come_back(username in "\\PC{1,20}", path in "[^\u{0}/]{1,20}") {
        let user = percent_encode(username.as_bytes(), NON_ALPHANUMERIC);
        let file = percent_encode(path.as_bytes(), NON_ALPHANUMERIC);
        prop_assume!(path != "." && path != "..");

        let config = Config::from_url(&format!("unix://{user}@/run/{file}")).unwrap();

        prop_assert_eq!(config.username(), Some(&username[..]));
        let path = format!("/run/{path}");
        prop_assert_eq!(config.unix_socket_path(), Some(Path::new(&path)));
    }
}
