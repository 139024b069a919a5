use std::time::Duration;

use serde_json::{from_value, json};

use crate::config::builder::ConfigBuilder;
use crate::config::options::{Endpoint, KeepaliveOptions};
use crate::config::resolved::Config;
use crate::config::secret::Secret;
use crate::config::source::Source;

#[test]
fn the_dictionaries_of_the_reference_are_read() {
    let config: Config = from_value(json!({
        "host": "redis-cluster.internal",
        "port": 6380,
        "db": 0,
        "password": "production_password",
        "max_connections": 100,
        "retry_on_timeout": true,
        "decode_responses": true,
        "socket_keepalive": true,
        "socket_keepalive_options": {},
        "health_check_interval": 30,
        "socket_connect_timeout": 5,
        "socket_timeout": 0.5,
    }))
    .unwrap();

    assert_eq!(config.endpoint(), Endpoint::Tcp { host: "redis-cluster.internal".to_owned(), port: 6380 });
    assert_eq!(config.password(), Some(&Secret::from("production_password")));
    assert_eq!((config.db(), config.max_connections()), (0, 100));
    assert_eq!(config.socket_keepalive_options(), KeepaliveOptions::System);
    assert_eq!(config.health_check_interval(), Duration::from_secs(30));
    assert_eq!(config.socket_timeout(), Duration::from_millis(500));
    assert_eq!(config.explain().setting("port").unwrap().source, Source::Document);
}

#[test]
fn absent_empty_and_partial_keepalive_options_differ() {
    let tuned = |idle, interval, count| KeepaliveOptions::Tuned {
        idle: Duration::from_secs(idle),
        interval: Duration::from_secs(interval),
        count,
    };
    for (document, options) in [
        (json!({}), KeepaliveOptions::TUNED),
        (json!({ "socket_keepalive_options": {} }), KeepaliveOptions::System),
        (json!({ "socket_keepalive_options": null }), KeepaliveOptions::System),
        (json!({ "socket_keepalive_options": { "TCP_KEEPIDLE": 60 } }), tuned(60, 5, 3)),
        (json!({ "socket_keepalive_options": { "idle": "1m", "interval": 7, "count": 9 } }), tuned(60, 7, 9)),
    ] {
        assert_eq!(from_value::<Config>(document).unwrap().socket_keepalive_options(), options);
    }
}

#[test]
fn times_are_texts_or_seconds_and_none_is_null() {
    for (value, time) in [
        (json!("250ms"), Duration::from_millis(250)),
        (json!("1m30s"), Duration::from_secs(90)),
        (json!(2), Duration::from_secs(2)),
        (json!(0.25), Duration::from_millis(250)),
        (json!(null), Duration::from_secs(5)),
    ] {
        let config: Config = from_value(json!({ "socket_connect_timeout": value })).unwrap();

        assert_eq!(config.connect_timeout(), time);
    }
}

#[test]
fn a_url_stands_below_the_other_keys_and_code_above() {
    let document = json!({ "url": "redis://alice:x@cache:7000/2", "db": 3, "username": null });

    let builder: ConfigBuilder = from_value(document).unwrap();
    let config = builder.port(7001).build().unwrap();

    assert_eq!(config.to_string(), "redis://:********@cache:7001/3");
    assert_eq!(config.explain().setting("host").unwrap().source, Source::Url);
}

#[test]
fn mistakes_are_told_by_name_and_without_the_value() {
    for (document, told) in [
        (json!({ "hots": "x" }), "no setting is called `hots` (document)"),
        (json!({ "SWORDFISH": "x" }), "no setting is called `…` (document)"),
        (json!({ "password": 12345 }), "setting `password`: expected text"),
        (json!({ "password": ["swordfish"] }), "invalid type: sequence"),
        (json!({ "url": 12345 }), "setting `url`: expected text"),
        (json!({ "url": "redis://:swordfish@h?x=1" }), "no setting is called `x` (URL)"),
        (json!({ "host": null }), "setting `host`: expected text"),
        (json!({ "port": "swordfish" }), "setting `port`: expected a port number from 1 to 65535"),
        (json!({ "port": 0 }), "setting `port`: expected a port number from 1 to 65535"),
        (json!({ "port": 12345.5 }), "setting `port`: expected a port number"),
        (json!({ "max_connections": 0 }), "setting `max_connections`: expected a number of at least 1"),
        (json!({ "retry_on_timeout": "12345" }), "setting `retry_on_timeout`: expected true, false"),
        (json!({ "socket_timeout": -12345 }), "setting `socket_timeout`: expected a time"),
        (json!({ "socket_timeout": 1e-12 }), "setting `socket_timeout`: expected a time"),
        (
            json!({ "socket_keepalive_options": { "swordfish": 1 } }),
            "setting `socket_keepalive_options`: expected a mapping",
        ),
        (json!({ "host": "h", "unix_socket_path": "/s" }), "host and unix_socket_path exclude each other"),
        (
            json!({ "dangerous_accept_any_certificate": true }),
            "no setting is called `dangerous_accept_any_certificate`",
        ),
        (
            json!({ "ssl": true, "unix_socket_path": "/s" }),
            if cfg!(feature = "tls") { "tls and unix" } else { "built without TLS" },
        ),
        (json!("swordfish"), "a mapping of settings"),
    ] {
        let error = from_value::<Config>(document).unwrap_err().to_string();

        assert!(error.contains(told), "{error}");
        if !told.contains("a mapping of settings") {
            assert!(!error.contains("swordfish") && !error.contains("12345"), "{error}");
        }
    }
}

#[test]
fn a_key_is_given_once() {
    let error = serde_json::from_str::<Config>(r#"{ "db": 1, "db": 2 }"#).unwrap_err();

    assert!(error.to_string().contains("`db` is given twice"), "{error}");
}
