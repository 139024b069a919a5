//! Encrypted connections, all but the shared one.

use redlane::compat::{Client, TlsCertificates, cmd};
use redlane_test_support::{Authority, Keys, Options, Server, Tls};

use crate::monitor::next;

/// A server that speaks TLS, and a client that trusts it; `None`, said aloud, when the server was built without.
fn ground() -> Option<(Server, Client)> {
    let authority = Authority::new("the servers' authority");
    let tls = Tls { identity: authority.certify(&["localhost", "127.0.0.1"]), client_authority: None };
    let server = Server::start_tls(Options::new().tls(tls))?;
    let root_cert = Some(authority.certificate().as_bytes().to_vec());
    let certificates = TlsCertificates { client_tls: None, root_cert };
    let client = Client::build_with_tls(server.url(), certificates).unwrap();
    Some((server, client))
}

#[test]
fn the_blocking_connection_is_encrypted_and_carries_large_values() {
    let Some((server, client)) = ground() else { return };
    let keys = Keys::new();
    let value = "x".repeat(2_000_000);

    let mut con = client.get_connection().unwrap();
    cmd("SET").arg(keys.key("large")).arg(&value).exec(&mut con).unwrap();

    assert_eq!(cmd("GET").arg(keys.key("large")).query(&mut con), Ok(value));
    let strangers = Client::open(server.url()).unwrap();
    assert!(strangers.get_connection().is_err(), "nobody vouches for the server");
}

#[tokio::test]
async fn subscriptions_and_managers_are_encrypted_too() {
    let Some((server, client)) = ground() else { return };
    let keys = Keys::new();
    let mut pubsub = client.get_async_pubsub().await.unwrap();
    let mut manager = client.get_connection_manager().await.unwrap();
    pubsub.subscribe(keys.key("news")).await.unwrap();

    cmd("PUBLISH").arg(keys.key("news")).arg("hello").exec_async(&mut manager).await.unwrap();

    let message = next(pubsub.on_message()).await.unwrap();
    assert_eq!(message.get_payload(), Ok("hello".to_owned()));
    drop(server);
}
