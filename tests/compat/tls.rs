//! Encrypted connections by redis-rs's own types.

use redlane::compat::{
    AsyncCommands, Client, ClientTlsConfig, ConnectionAddr, ErrorKind, IntoConnectionInfo, RedisResult,
    TlsCertificates,
};
use redlane_test_support::{Authority, Options, Server, Tls};

/// A server, what it is certified for, and who vouches for it. `None`, said aloud, when it was built without TLS.
fn ground(names: &[&str], asks: bool) -> Option<(Server, Authority)> {
    let authority = Authority::new("the servers' authority");
    let client_authority = asks.then(|| authority.certificate().to_owned());
    let tls = Tls { identity: authority.certify(names), client_authority };
    Some((Server::start_tls(Options::new().tls(tls))?, authority))
}

fn certificates(authority: &Authority) -> TlsCertificates {
    TlsCertificates { client_tls: None, root_cert: Some(authority.certificate().as_bytes().to_vec()) }
}

async fn ping(client: &Client) -> RedisResult<String> {
    let mut con = client.get_multiplexed_async_connection().await?;
    con.ping().await
}

#[tokio::test]
async fn a_server_is_trusted_by_the_authority_that_was_named_and_by_no_other() {
    let Some((server, authority)) = ground(&["localhost"], false) else { return };
    let url = format!("rediss://localhost:{}", server.port());

    let trusted = Client::build_with_tls(url.as_str(), certificates(&authority)).unwrap();
    let stranger = Client::build_with_tls(url.as_str(), certificates(&Authority::new("a stranger"))).unwrap();
    let anybody = Client::open(format!("{url}/#insecure")).unwrap();

    assert_eq!(ping(&trusted).await.unwrap(), "PONG");
    let refused = ping(&stranger).await.unwrap_err();
    assert_eq!(refused.kind(), ErrorKind::Io, "{refused}");
    assert_eq!(ping(&anybody).await.unwrap(), "PONG");
}

#[tokio::test]
async fn a_name_is_checked_unless_that_was_given_up() {
    let Some((server, authority)) = ground(&["elsewhere.example"], false) else { return };
    let url = format!("rediss://localhost:{}", server.port());

    let strict = Client::build_with_tls(url.as_str(), certificates(&authority)).unwrap();
    let mut addr: ConnectionAddr = strict.get_connection_info().addr().clone();
    addr.set_danger_accept_invalid_hostnames(true);
    let loose = Client::open(addr.into_connection_info().unwrap()).unwrap();

    assert!(ping(&strict).await.is_err());
    assert_eq!(ping(&loose).await.unwrap(), "PONG");
}

#[tokio::test]
async fn a_server_that_asks_who_we_are_is_told() {
    let Some((server, authority)) = ground(&["localhost"], true) else { return };
    let url = format!("rediss://localhost:{}", server.port());
    let identity = authority.certify(&["client.example"]);
    let mut known = certificates(&authority);
    known.client_tls = Some(ClientTlsConfig {
        client_cert: identity.certificate.clone().into_bytes(),
        client_key: identity.key.clone().into_bytes(),
    });

    let known = Client::build_with_tls(url.as_str(), known).unwrap();
    let unknown = Client::build_with_tls(url.as_str(), certificates(&authority)).unwrap();

    assert_eq!(ping(&known).await.unwrap(), "PONG");
    assert!(ping(&unknown).await.is_err());
}

#[test]
fn what_is_no_certificate_is_refused_at_once_and_shown_to_nobody() {
    let nonsense = TlsCertificates { client_tls: None, root_cert: Some(b"-----BEGIN nonsense".to_vec()) };
    assert_eq!(
        format!("{nonsense:?}"),
        "TlsCertificates { client_tls: \"not set\", root_cert: \"<redacted>\" }"
    );

    let refused = Client::build_with_tls("rediss://localhost", nonsense.clone()).unwrap_err();
    assert_eq!(refused.kind(), ErrorKind::Io);
    let empty = TlsCertificates { client_tls: None, root_cert: None };
    let plain = Client::build_with_tls("redis://localhost", empty).unwrap_err();
    assert_eq!(
        plain.to_string(),
        "Constructing a TLS client requires a URL with the `rediss://` scheme - InvalidClientConfig"
    );
}
