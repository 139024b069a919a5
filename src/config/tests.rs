//! Sources, their precedence, the environment and what is shown of it all.

mod tls;

use std::collections::HashMap;
use std::time::Duration;

use crate::config::credentials::Credentials;
use crate::config::error::ConfigError;
use crate::config::options::{Endpoint, KeepaliveOptions, OnExhausted, Protocol};
use crate::config::resolved::Config;
use crate::config::secret::Secret;
use crate::config::source::Source;

/// An environment of its own; the process's is shared by all tests.
fn environment(variables: &[(&str, &str)]) -> impl Fn(&str) -> Option<String> + use<> {
    let variables: HashMap<String, String> =
        variables.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
    move |name| variables.get(name).cloned()
}

fn from_variables(variables: &[(&str, &str)]) -> Result<Config, ConfigError> {
    Config::from_lookup(environment(variables))
}

fn source(config: &Config, name: &str) -> Source {
    config.explain().setting(name).unwrap().source
}

#[test]
fn defaults_are_those_of_the_documentation() {
    let config = Config::builder().build().unwrap();

    assert_eq!(config.endpoint(), Endpoint::Tcp { host: "localhost".to_owned(), port: 6379 });
    assert_eq!((config.db(), config.username(), config.password()), (0, None, None));
    assert_eq!((config.max_connections(), config.on_exhausted()), (20, OnExhausted::Wait));
    assert!(config.retry_on_timeout() && config.decode_responses() && config.socket_keepalive());
    assert_eq!(config.socket_timeout(), Duration::from_secs(5));
    assert_eq!(config.connect_timeout(), Duration::from_secs(5));
    assert_eq!(config.acquire_timeout(), Duration::from_secs(5));
    assert_eq!(config.health_check_interval(), Duration::from_secs(30));
    assert_eq!(config.socket_keepalive_options(), KeepaliveOptions::TUNED);
    assert_eq!(config.protocol(), Protocol::Resp3);
    assert_eq!(config.max_in_flight(), 4096);
    assert!(config.announce_library() && !config.no_evict() && !config.no_touch());
    assert!(config.explain().iter().all(|setting| setting.source == Source::Default));
    assert_eq!(format!("{:?}", Config::default()), format!("{config:?}"));
}

#[test]
fn every_variable_is_honoured_and_named_as_the_source() {
    let config = from_variables(&[
        ("REDIS_HOST", "cache.internal"),
        ("REDIS_PORT", "7000"),
        ("REDIS_DB", "2"),
        ("REDIS_USERNAME", "alice"),
        ("REDIS_PASSWORD", " sword fish "),
        ("REDIS_TLS", "no"),
        ("REDIS_MAX_CONNECTIONS", "50"),
        ("REDIS_RETRY_ON_TIMEOUT", "False"),
        ("REDIS_DECODE_RESPONSES", "0"),
        ("REDIS_SOCKET_TIMEOUT", "2"),
        ("REDIS_SOCKET_CONNECT_TIMEOUT", "250ms"),
        ("REDIS_HEALTH_CHECK_INTERVAL", "0"),
        ("REDIS_SOCKET_KEEPALIVE", "NO"),
        ("REDIS_PROTOCOL", "resp2"),
    ])
    .unwrap();

    assert_eq!(config.endpoint(), Endpoint::Tcp { host: "cache.internal".to_owned(), port: 7000 });
    assert_eq!((config.db(), config.username()), (2, Some("alice")));
    assert_eq!(config.password(), Some(&Secret::from(" sword fish ")));
    assert_eq!(config.max_connections(), 50);
    assert!(!config.retry_on_timeout() && !config.decode_responses() && !config.socket_keepalive());
    assert_eq!(config.socket_timeout(), Duration::from_secs(2));
    assert_eq!(config.connect_timeout(), Duration::from_millis(250));
    assert_eq!(config.health_check_interval(), Duration::ZERO);
    assert_eq!(config.protocol(), Protocol::Resp2);
    assert_eq!(source(&config, "port"), Source::Env("REDIS_PORT"));
    assert_eq!(source(&config, "socket_connect_timeout"), Source::Env("REDIS_SOCKET_CONNECT_TIMEOUT"));
    assert_eq!(source(&config, "min_idle"), Source::Default);
}

#[test]
fn an_empty_password_or_user_name_is_none() {
    let config = from_variables(&[("REDIS_PASSWORD", ""), ("REDIS_USERNAME", "")]).unwrap();

    assert_eq!((config.password(), config.username()), (None, None));
    assert_eq!(source(&config, "password"), Source::Env("REDIS_PASSWORD"));
    assert_eq!(Config::builder().password("").build().unwrap().password(), None);
}

#[test]
fn truth_has_three_words_and_so_has_its_opposite() {
    for (word, value) in
        [("true", true), ("YES", true), ("1", true), ("False", false), ("no", false), ("0", false)]
    {
        assert_eq!(
            from_variables(&[("REDIS_RETRY_ON_TIMEOUT", word)]).unwrap().retry_on_timeout(),
            value,
            "{word}"
        );
    }
}

#[test]
fn a_wrong_variable_is_named_and_its_value_is_not() {
    for (variable, value) in [
        ("REDIS_HOST", ""),
        ("REDIS_HOST", "0.0.0.0"),
        ("REDIS_HOST", "swordfish@host"),
        ("REDIS_PORT", ""),
        ("REDIS_PORT", "swordfish"),
        ("REDIS_PORT", "0"),
        ("REDIS_PORT", "65536"),
        ("REDIS_PORT", " 6379"),
        ("REDIS_PORT", "+6379"),
        ("REDIS_PORT", "6_379"),
        ("REDIS_DB", ""),
        ("REDIS_DB", "1.0"),
        ("REDIS_TLS", "on"),
        ("REDIS_MAX_CONNECTIONS", "0"),
        ("REDIS_MAX_CONNECTIONS", "-1"),
        ("REDIS_RETRY_ON_TIMEOUT", ""),
        ("REDIS_RETRY_ON_TIMEOUT", "swordfish"),
        ("REDIS_DECODE_RESPONSES", "y"),
        ("REDIS_SOCKET_TIMEOUT", "0"),
        ("REDIS_SOCKET_TIMEOUT", "5 parsecs"),
        ("REDIS_SOCKET_TIMEOUT", "366d"),
        ("REDIS_SOCKET_CONNECT_TIMEOUT", "0"),
        ("REDIS_HEALTH_CHECK_INTERVAL", "-1"),
        ("REDIS_SOCKET_KEEPALIVE", "2"),
        ("REDIS_PROTOCOL", "4"),
    ] {
        let error = from_variables(&[(variable, value)]).expect_err(variable);

        let text = error.to_string();
        assert!(text.starts_with(&format!("{variable}: expected ")), "{text}");
        assert!(!text.contains("swordfish") && !text.contains("parsecs"), "{text}");
    }
}

#[test]
fn variables_of_what_is_not_built_say_so() {
    for (variable, missing) in [
        ("REDIS_CLUSTER_NODES", "Redis Cluster"),
        ("REDIS_SENTINELS", "Sentinel"),
        ("REDIS_SENTINEL_SERVICE", "Sentinel"),
    ] {
        let error = from_variables(&[(variable, "1")]).expect_err(variable);

        assert_eq!(error, ConfigError::NotBuilt { what: missing, from: Source::Env(variable) });
    }
    assert!(from_variables(&[("REDIS_CLUSTER_NODES", "")]).is_ok());
}

#[test]
fn the_url_of_the_environment_is_stronger_than_its_parts() {
    let config = from_variables(&[
        ("REDIS_URL", "redis://alice@url-host/3?socket_timeout=1"),
        ("REDIS_HOST", "part-host"),
        ("REDIS_PORT", "7000"),
        ("REDIS_DB", "4"),
        ("REDIS_PASSWORD", "from the parts"),
    ])
    .unwrap();

    assert_eq!(config.endpoint(), Endpoint::Tcp { host: "url-host".to_owned(), port: 6379 });
    assert_eq!((config.db(), config.username()), (3, Some("alice")));
    assert_eq!(config.password(), Some(&Secret::from("from the parts")));
    assert_eq!(source(&config, "db"), Source::Env("REDIS_URL"));
    assert_eq!(source(&config, "password"), Source::Env("REDIS_PASSWORD"));
}

#[test]
fn a_wrong_url_of_the_environment_is_named() {
    let error = from_variables(&[("REDIS_URL", "redis://:swordfish@h?protocol=x")]).unwrap_err();
    assert_eq!(error.to_string(), "`protocol` (REDIS_URL): expected 2, 3, resp2 or resp3");

    let error = from_variables(&[("REDIS_URL", "")]).unwrap_err();
    assert!(error.to_string().starts_with("malformed URL at byte 0 (REDIS_URL)"), "{error}");
}

#[test]
fn code_is_stronger_than_the_url_the_url_than_the_environment_that_than_the_default() {
    let variables =
        [("REDIS_HOST", "env"), ("REDIS_DB", "1"), ("REDIS_PROTOCOL", "2"), ("REDIS_MAX_CONNECTIONS", "9")];
    let config = Config::builder()
        .db(3)
        .url("redis://url:7000/2?protocol=3")
        .environment_from(environment(&variables))
        .build()
        .unwrap();

    assert_eq!((config.db(), source(&config, "db")), (3, Source::Code));
    assert_eq!((config.host(), source(&config, "host")), ("url", Source::Url));
    assert_eq!((config.protocol(), source(&config, "protocol")), (Protocol::Resp3, Source::Url));
    assert_eq!(source(&config, "max_connections"), Source::Env("REDIS_MAX_CONNECTIONS"));
    assert_eq!(source(&config, "socket_timeout"), Source::Default);
}

#[test]
fn a_url_in_code_replaces_the_one_of_the_environment() {
    let config = Config::builder()
        .environment_from(environment(&[("REDIS_URL", "redis://env/5")]))
        .url("redis://code")
        .build()
        .unwrap();

    assert_eq!((config.host(), config.db()), ("code", 0));
}

#[test]
fn a_broken_weaker_place_is_told_all_the_same() {
    let error = Config::builder().port(7000).environment_from(environment(&[("REDIS_PORT", "x")])).build();

    assert!(matches!(error, Err(ConfigError::Invalid { from: Source::Env("REDIS_PORT"), .. })));
}

#[test]
fn the_strongest_place_decides_between_host_and_socket() {
    let host = Config::builder().host("h").url("unix:///run/s").build().unwrap();
    let socket = Config::builder().unix_socket_path("/run/s").url("redis://h:7000").build().unwrap();
    let both = Config::builder().unix_socket_path("/run/s").host("h").build();

    assert_eq!(host.endpoint(), Endpoint::Tcp { host: "h".to_owned(), port: 6379 });
    assert_eq!(socket.endpoint(), Endpoint::Unix { path: "/run/s".into() });
    assert_eq!(source(&socket, "host"), Source::Default);
    assert!(matches!(both, Err(ConfigError::Conflict { from: Source::Code, .. })));
}

#[test]
fn code_is_checked_by_the_same_rules() {
    let day = Duration::from_secs(24 * 60 * 60);
    let spaced = KeepaliveOptions::Tuned { idle: Duration::from_millis(1500), interval: day, count: 3 };
    for (builder, setting) in [
        (Config::builder().host(""), "host"),
        (Config::builder().port(0), "port"),
        (Config::builder().max_connections(0), "max_connections"),
        (Config::builder().min_idle(21), "min_idle"),
        (Config::builder().socket_timeout(Duration::ZERO), "socket_timeout"),
        (Config::builder().socket_timeout(Duration::MAX), "socket_timeout"),
        (Config::builder().max_lifetime(Some(Duration::ZERO)), "max_lifetime"),
        (Config::builder().client_name("two words"), "client_name"),
        (Config::builder().client_name("new\r\nline"), "client_name"),
        (Config::builder().socket_keepalive_options(spaced), "socket_keepalive_options"),
        (Config::builder().retry_budget(0), "retry_budget"),
        (Config::builder().limit_depth(129), "limit_depth"),
    ] {
        let error = builder.build().expect_err(setting);

        assert!(error.to_string().starts_with(&format!("setting `{setting}`: expected ")), "{error}");
    }
}

#[test]
fn a_connect_timeout_of_none_is_the_socket_timeout() {
    let builder = Config::builder().socket_timeout(Duration::from_secs(2));

    assert_eq!(builder.clone().build().unwrap().connect_timeout(), Duration::from_secs(5));
    assert_eq!(
        builder.socket_connect_timeout(None).build().unwrap().connect_timeout(),
        Duration::from_secs(2)
    );
}

#[test]
fn a_provider_takes_the_place_of_weaker_credentials_and_contradicts_those_of_code() {
    let provider = Credentials::password_only("rotating");
    let builder = Config::builder().credentials_provider(provider);

    let config = builder.clone().url("redis://alice:old@h").build().unwrap();
    let both = builder.password("fixed").build();

    assert!(config.credentials_provider().is_some());
    assert_eq!((config.username(), config.password()), (None, None));
    assert!(matches!(both, Err(ConfigError::Conflict { second: "password", .. })));
}

#[test]
fn nothing_that_is_shown_contains_the_password() {
    let builder = Config::builder().url("redis://alice:swordfish@cache:7000/2?client_name=worker");
    let config = builder.clone().build().unwrap();

    let explained = config.explain().to_string();
    for text in [
        format!("{config:?}"),
        format!("{config:#?}"),
        config.to_string(),
        explained.clone(),
        format!("{builder:?}"),
    ] {
        assert!(!text.contains("swordfish"), "{text}");
    }
    assert_eq!(config.to_string(), "redis://alice:********@cache:7000/2");
    assert_eq!(config.explain().setting("password").unwrap().value, "********");
    let port = explained.lines().find(|line| line.starts_with("port ")).unwrap();
    assert_eq!(port.split_whitespace().collect::<Vec<_>>(), ["port", "7000", "URL"]);
}

#[test]
fn the_displayed_url_is_one() {
    for (url, shown) in [
        ("redis://[::1]:7000/1", "redis://[::1]:7000/1"),
        ("redis://a%40b@h", "redis://a%40b@h:6379/0"),
        ("unix://alice:x@/run/s?db=3", "unix://alice:********@/run/s?db=3"),
    ] {
        assert_eq!(Config::from_url(url).unwrap().to_string(), shown);
    }
}
