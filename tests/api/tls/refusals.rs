//! Whom an encrypted client turns down, and who turns it down: each is told by name, and to nobody was a word said that
//! was not for them.

use redlane::error::{ConnectError, Failure, TlsFailure};
use redlane::health::{StepName, Trouble, probe};
use redlane::prelude::*;
use redlane_test_support::{Authority, Identity, Options, Server, Tls};

use super::tap::{Tap, records, server_name};
use super::{Ground, PASSWORD};

/// An alert in a record that is encrypted: two bytes, their type and their proof.
const ALERT: usize = 2 + 1 + 16;

const HANDSHAKE: u8 = 22;
const APPLICATION: u8 = 23;

/// Connects to `host` and gives the reason why it could not.
async fn refusal(config: Config) -> TlsFailure {
    let error = Client::connect(config.clone()).await.unwrap_err();

    assert_eq!(error.kind(), ErrorKind::Connect);
    assert_eq!(error.outcome(), Outcome::NotSent);
    assert!(!error.to_string().contains(PASSWORD));
    let Failure::Connect(ConnectError::Tls(failure)) = error.failure() else {
        panic!("no TLS failure: {error:?}")
    };
    let source = std::error::Error::source(&error).unwrap().to_string();
    assert_eq!(source, format!("no TLS connection: {failure}"));

    // The probe says the same, and where.
    let report = probe(&config, None).await;
    let (step, trouble) = report.trouble().unwrap();
    assert!(matches!(trouble, Trouble::Tls(probed) if probed == failure), "{report}");
    // Under TLS 1.3 the server's own verdict comes behind the handshake.
    let by_server =
        matches!(failure, TlsFailure::ClientCertificateMissing | TlsFailure::ClientCertificateRefused { .. });
    assert!(step == StepName::Tls || by_server && step == StepName::Greet, "{report}");
    failure.clone()
}

/// Whether the server has seen the beginning of a greeting, which carries the password.
fn was_greeted(server: &Server) -> bool {
    server.command(&["INFO", "commandstats"]).text().contains("cmdstat_hello")
}

/// Connects to the ground's server by way of a tap, and proves that nothing but a handshake and an alert was said.
async fn refusal_by_us(ground: &Ground, host: &str) -> TlsFailure {
    let (port, tap) = Tap::before(ground.server.port()).await;
    let config = ground.config().host(host).port(port).build().unwrap();

    let failure = refusal(config).await;

    let heard = tap.heard();
    assert!(!heard.is_empty());
    for said in &heard {
        let records = records(said);
        assert_eq!(records[0].0, HANDSHAKE);
        let words = records.iter().filter(|(kind, record)| *kind == APPLICATION && record.len() > ALERT);
        assert_eq!(words.count(), 0, "something was said to a server that is not trusted");
    }
    assert!(!was_greeted(&ground.server));
    failure
}

fn showing(identity: impl FnOnce(&Authority) -> Identity) -> Option<Ground> {
    Ground::with(|authority| Tls { identity: identity(authority), client_authority: None })
}

#[tokio::test]
async fn a_server_whose_certificate_is_for_another_host() {
    let Some(ground) = showing(|authority| authority.certify(&["elsewhere.example", "10.9.8.7"])) else {
        return;
    };
    let presented = vec!["elsewhere.example".to_owned(), "10.9.8.7".to_owned()];

    for host in ["localhost", "127.0.0.1"] {
        let wanted = TlsFailure::WrongHost { host: host.to_owned(), presented: presented.clone() };
        assert_eq!(refusal_by_us(&ground, host).await, wanted);
    }
}

#[tokio::test]
async fn a_server_whose_certificate_has_expired() {
    let Some(ground) = showing(|authority| authority.certify_expired(&["localhost"])) else { return };

    assert_eq!(refusal_by_us(&ground, "localhost").await, TlsFailure::Expired);
}

#[tokio::test]
async fn a_server_that_vouches_for_itself() {
    let Some(ground) = showing(|_| Identity::self_signed(&["localhost"])) else { return };

    assert_eq!(refusal_by_us(&ground, "localhost").await, TlsFailure::SelfSigned);
}

#[tokio::test]
async fn a_server_that_a_stranger_vouches_for() {
    let Some(ground) = showing(|_| Authority::new("a stranger").certify(&["localhost"])) else { return };

    assert_eq!(refusal_by_us(&ground, "localhost").await, TlsFailure::UnknownAuthority);
}

#[tokio::test]
async fn a_server_without_tls() {
    let server = Server::start(Options::new().password(PASSWORD));
    let (port, tap) = Tap::before(server.port()).await;
    let config = Config::builder().url(&format!("rediss://:{PASSWORD}@localhost:{port}"));

    // Whoever it is, even where any certificate would do: there is none.
    for config in [config.clone(), config.dangerous_accept_any_certificate()] {
        assert_eq!(refusal(config.build().unwrap()).await, TlsFailure::NotTls);
    }

    for said in tap.heard() {
        // Handshakes, and the four bytes that are no command, which tell a plain server from a silent one.
        assert!(said == b"*x\r\n" || records(&said).iter().all(|(kind, _)| *kind == HANDSHAKE), "{said:?}");
    }
    assert!(!was_greeted(&server));
}

#[tokio::test]
async fn a_client_without_the_certificate_that_the_server_wants() {
    let clients = Authority::new("the clients' authority");
    let Some(ground) = Ground::with(|authority| Tls {
        identity: authority.certify(&["127.0.0.1"]),
        client_authority: Some(clients.certificate().to_owned()),
    }) else {
        return;
    };

    assert_eq!(refusal(ground.config().build().unwrap()).await, TlsFailure::ClientCertificateMissing);
    assert!(!was_greeted(&ground.server));
}

#[tokio::test]
async fn a_client_whose_certificate_a_stranger_vouches_for() {
    let clients = Authority::new("the clients' authority");
    let Some(ground) = Ground::with(|authority| Tls {
        identity: authority.certify(&["127.0.0.1"]),
        client_authority: Some(clients.certificate().to_owned()),
    }) else {
        return;
    };
    let Identity { certificate, key } = Authority::new("a stranger").certify(&["a client"]);

    let config = ground.config().tls_cert_pem(certificate).tls_key_pem(key).build().unwrap();

    let refused = refusal(config).await;
    let wanted = TlsFailure::ClientCertificateRefused { alert: "UnknownCA".to_owned() };
    assert_eq!(refused, wanted);
    assert!(!was_greeted(&ground.server));
}

#[tokio::test]
async fn a_server_that_is_not_the_one_asked_for_by_name() {
    let Some(ground) = showing(|authority| authority.certify(&["localhost", "inside.example"])) else {
        return;
    };
    let (port, tap) = Tap::before(ground.server.port()).await;
    let by_name =
        |host: &str, name: &str| ground.config().host(host).port(port).tls_server_name(name).build().unwrap();

    let inside = Client::connect(by_name("127.0.0.1", "inside.example")).await.unwrap();
    let outside = refusal(by_name("localhost", "outside.example")).await;

    assert_eq!(inside.ping().await.unwrap(), "PONG");
    assert!(was_greeted(&ground.server), "or the other tests prove nothing");
    assert!(matches!(outside, TlsFailure::WrongHost { host, .. } if host == "outside.example"));
    // By default the name that is asked for is the host's; an address is never asked for.
    let _ = Client::connect(ground.config().host("localhost").port(port).build().unwrap()).await.unwrap();
    let _ = Client::connect(ground.config().host("127.0.0.1").port(port).build().unwrap()).await.unwrap_err();
    let asked: Vec<_> = tap.heard().iter().map(|said| server_name(said)).collect();
    let asked = |name: Option<&str>| asked.iter().any(|asked| asked.as_deref() == name);
    assert!(asked(Some("inside.example")) && asked(Some("outside.example")) && asked(Some("localhost")));
    assert!(asked(None) && !asked(Some("127.0.0.1")));
}
