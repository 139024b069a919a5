//! Settings of encryption: what asks for it, what it needs, and that nothing takes it away in silence.

use super::*;

fn said(setting: &'static str, from: Source, expected: &'static str) -> ConfigError {
    ConfigError::Invalid { setting, from, expected }
}

#[cfg(not(feature = "tls"))]
#[test]
fn without_the_feature_whoever_asks_for_tls_is_told_its_name() {
    let url = |url: &str| Config::from_url(url).unwrap_err();
    let env = |name: &str, value: &str| from_variables(&[(name, value)]).unwrap_err();

    for (error, from) in [
        (url("rediss://host"), Source::Url),
        (url("valkeys://host:6380/1"), Source::Url),
        (env("REDIS_TLS", "yes"), Source::Env("REDIS_TLS")),
        (env("REDIS_URL", "rediss://host"), Source::Env("REDIS_URL")),
        (Config::builder().tls(true).build().unwrap_err(), Source::Code),
    ] {
        assert_eq!(error, ConfigError::WithoutFeature { what: "TLS", feature: "tls", from });
        let text = format!("built without TLS: enable the feature `tls` (asked for by {from})");
        assert_eq!(error.to_string(), text);
    }
}

#[test]
fn certificates_without_tls_are_an_error_unless_it_is_declined() {
    let expected = "`tls` or a rediss URL beside it, or `tls` to be false";
    for setting in ["tls_ca_file", "tls_cert_file", "tls_key_file", "tls_server_name"] {
        let error = Config::from_url(&format!("redis://host?{setting}=x")).unwrap_err();
        assert_eq!(error, said(setting, Source::Url, expected));
    }
    let error = from_variables(&[("REDIS_TLS_CA_PEM", "x")]).unwrap_err();
    assert_eq!(error, said("tls_ca_pem", Source::Env("REDIS_TLS_CA_PEM"), expected));
    assert!(error.to_string().starts_with("REDIS_TLS_CA_PEM: expected `tls` or a rediss URL"), "{error}");

    assert!(from_variables(&[("REDIS_TLS", "no"), ("REDIS_TLS_CA_FILE", "/ca.pem")]).is_ok());
}

#[test]
fn a_url_with_tls_is_never_spoken_to_without() {
    let overruled = Config::builder().tls(false).url("rediss://host").build().unwrap_err();

    assert_eq!(
        overruled,
        ConfigError::Conflict { first: "tls=false", second: "a URL with TLS", from: Source::Code }
    );
    assert_eq!(overruled.to_string(), "tls=false and a URL with TLS exclude each other (code)");
}

#[cfg(feature = "tls")]
mod with_the_feature {
    use std::path::Path;

    use redlane_pool::transport::Target;

    use super::*;

    #[test]
    fn a_url_and_the_environment_ask_for_tls() {
        for (config, shown) in [
            (Config::from_url("rediss://host"), "rediss://host:6379/0"),
            (Config::from_url("valkeys://:x@host:6380/1"), "rediss://:********@host:6380/1"),
            (from_variables(&[("REDIS_TLS", "yes")]), "rediss://localhost:6379/0"),
            (from_variables(&[("REDIS_TLS", "no"), ("REDIS_URL", "rediss://h")]), "rediss://h:6379/0"),
            (from_variables(&[("REDIS_TLS", "1"), ("REDIS_URL", "redis://h")]), "rediss://h:6379/0"),
        ] {
            let config = config.unwrap();

            assert!(config.tls());
            assert_eq!(config.to_string(), shown);
            assert!(matches!(config.target(), Target::Tls { .. }));
            assert!(
                matches!(config.target_at("other", 1), Target::Tls { host, port: 1, .. } if host == "other")
            );
        }
        assert!(matches!(Config::default().target_at("other", 1), Target::Tcp { .. }));
    }

    #[test]
    fn every_variable_of_tls_is_honoured() {
        let config = from_variables(&[
            ("REDIS_TLS", "true"),
            ("REDIS_TLS_CA_FILE", "/etc/ca.pem"),
            ("REDIS_TLS_CERT_PEM", "certificate"),
            ("REDIS_TLS_KEY_PEM", "swordfish"),
            ("REDIS_TLS_SERVER_NAME", "inside.example"),
        ])
        .unwrap();
        let files = from_variables(&[
            ("REDIS_TLS", "true"),
            ("REDIS_TLS_CA_PEM", "authority"),
            ("REDIS_TLS_CERT_FILE", "/etc/cert.pem"),
            ("REDIS_TLS_KEY_FILE", "/etc/key.pem"),
        ])
        .unwrap();

        assert_eq!(config.tls_ca_file(), Some(Path::new("/etc/ca.pem")));
        assert_eq!(config.tls_cert_pem(), Some(&Secret::from(b"certificate")));
        assert_eq!(config.tls_server_name(), Some("inside.example"));
        assert_eq!(source(&config, "tls_key_pem"), Source::Env("REDIS_TLS_KEY_PEM"));
        assert_eq!(files.tls_ca_pem(), Some(&Secret::from("authority")));
        assert_eq!(
            (files.tls_cert_file(), files.tls_key_file()),
            (Some(Path::new("/etc/cert.pem")), Some(Path::new("/etc/key.pem")))
        );
        let shown = format!("{config:?} {:?} {}", config.target(), config.explain());
        assert!(!shown.contains("swordfish") && shown.contains("/etc/ca.pem"), "{shown}");
    }

    #[test]
    fn a_certificate_and_its_key_come_together() {
        let tls = || Config::builder().tls(true);

        let no_key = tls().tls_cert_file("/cert.pem").build().unwrap_err();
        let no_certificate = tls().tls_key_pem("key").build().unwrap_err();

        let expected = "a key beside it, `tls_key_file` or `tls_key_pem`";
        assert_eq!(no_key, said("tls_cert_file", Source::Code, expected));
        let expected = "a certificate beside it, `tls_cert_file` or `tls_cert_pem`";
        assert_eq!(no_certificate, said("tls_key_pem", Source::Code, expected));
        assert!(tls().tls_cert_file("/cert.pem").tls_key_pem("key").build().is_ok());
    }

    #[test]
    fn of_a_file_and_a_text_the_strongest_place_decides() {
        let both = Config::builder().tls(true).tls_ca_file("/ca.pem").tls_ca_pem("text").build().unwrap_err();
        let config = Config::builder()
            .tls_ca_pem("text")
            .url("rediss://host?tls_ca_file=/url.pem&tls_cert_file=/cert.pem&tls_key_file=/key.pem")
            .build()
            .unwrap();

        let (first, second) = ("tls_ca_file", "tls_ca_pem");
        assert_eq!(both, ConfigError::Conflict { first, second, from: Source::Code });
        assert_eq!((config.tls_ca_file(), config.tls_ca_pem()), (None, Some(&Secret::from("text"))));
        assert_eq!(config.tls_key_file(), Some(Path::new("/key.pem")));
    }

    #[test]
    fn a_unix_socket_is_not_encrypted() {
        let error = Config::builder().tls(true).unix_socket_path("/run/s").build().unwrap_err();

        let (first, second) = ("tls", "unix_socket_path");
        assert_eq!(error, ConfigError::Conflict { first, second, from: Source::Code });
    }

    #[test]
    fn danger_is_a_matter_of_code_and_shown() {
        let safe = Config::from_url("rediss://host").unwrap();
        let dangerous =
            Config::builder().url("rediss://host").dangerous_accept_any_certificate().build().unwrap();

        let shown = |config: &Config| {
            let explained = config.explain();
            let setting = explained.setting("dangerous_accept_any_certificate").unwrap();
            (setting.value.clone(), setting.source)
        };
        assert_eq!(shown(&safe), ("false".to_owned(), Source::Default));
        assert_eq!(shown(&dangerous), ("true".to_owned(), Source::Code));
        assert!(dangerous.accepts_any_certificate() && !safe.accepts_any_certificate());
        let variables = [("REDIS_URL", "rediss://host#insecure")];
        assert!(matches!(from_variables(&variables), Err(ConfigError::Insecure { .. })));
    }

    #[test]
    fn clones_share_what_was_read_for_encryption() {
        let config = Config::from_url("rediss://host").unwrap();

        assert_eq!(config.target(), config.clone().target());
    }
}
