//! Encrypted connections to a real server: what works over plain TCP works over TLS. What is refused stands in
//! `tls/refusals.rs`.

mod refusals;
mod tap;

use std::fs;
use std::path::PathBuf;
use std::process::Output;
use std::time::Duration;

use redlane::config::{ConfigBuilder, Protocol};
use redlane::health::{StepName, probe};
use redlane::prelude::*;
use redlane_test_support::{Authority, Identity, Keys, Options, Server, Tls};
use tokio::task::JoinSet;

use crate::examples::example;

const PASSWORD: &str = "s3cret";

/// A server with a password, and who vouches for it.
struct Ground {
    server: Server,
    authority: Authority,
}

impl Ground {
    /// `None`, said aloud, when the server was built without TLS.
    fn new() -> Option<Self> {
        Self::with(|authority| Tls {
            identity: authority.certify(&["localhost", "127.0.0.1"]),
            client_authority: None,
        })
    }

    fn with(tls: impl FnOnce(&Authority) -> Tls) -> Option<Self> {
        let authority = Authority::new("the servers' authority");
        let server = Server::start_tls(Options::new().password(PASSWORD).tls(tls(&authority)))?;
        Some(Self { server, authority })
    }

    /// Settings that trust the server's authority.
    fn config(&self) -> ConfigBuilder {
        Config::builder().url(&self.server.url()).tls_ca_pem(self.authority.certificate())
    }

    async fn client(&self) -> Client {
        Client::connect(self.config().build().unwrap()).await.unwrap()
    }

    /// Writes a file into the server's folder, which goes away with it.
    fn file(&self, name: &str, content: &str) -> PathBuf {
        let path = self.server.folder().join(name);
        fs::write(&path, content).unwrap();
        path
    }
}

#[tokio::test]
async fn commands_travel_encrypted_in_both_protocols() {
    let Some(ground) = Ground::new() else { return };
    let keys = Keys::new();

    for protocol in [Protocol::Resp2, Protocol::Resp3] {
        let client = Client::connect(ground.config().protocol(protocol).build().unwrap()).await.unwrap();

        client.set(keys.key("name"), "Ada").await.unwrap();
        assert_eq!(client.get(keys.key("name")).await.unwrap().as_deref(), Some("Ada"));
        let (sum, name): (i64, String) =
            client.pipeline().incr(keys.key("n"), 2).get(keys.key("name")).query().await.unwrap();
        assert_eq!((sum > 0, name.as_str()), (true, "Ada"));
    }
    assert_eq!(
        ground.server.command(&["CONFIG", "GET", "port"]).elements()[1].text(),
        "0",
        "it has a plain port"
    );
}

#[tokio::test]
async fn the_authority_may_be_a_file_or_a_text_and_come_from_url_or_environment() {
    let Some(ground) = Ground::new() else { return };
    let file = ground.file("ca.pem", ground.authority.certificate());
    let url = ground.server.url();
    let by_url = format!("{url}?tls_ca_file={}", file.display());
    let port = ground.server.port().to_string();
    let variables = |name: &str| {
        let value = match name {
            "REDIS_HOST" => "localhost",
            "REDIS_PORT" => port.as_str(),
            "REDIS_PASSWORD" => PASSWORD,
            "REDIS_TLS" => "yes",
            "REDIS_TLS_CA_PEM" => ground.authority.certificate(),
            _ => return None,
        };
        Some(value.to_owned())
    };

    for config in [
        Config::builder().url(&url).tls_ca_file(&file).build(),
        Config::builder().url(&url).tls_ca_pem(ground.authority.certificate().as_bytes()).build(),
        Config::from_url(&by_url),
        Config::from_url(&by_url.replacen("rediss", "valkeys", 1)),
        Config::from_lookup(variables),
    ] {
        let client = Client::connect(config.unwrap()).await.unwrap();

        assert_eq!(client.ping().await.unwrap(), "PONG");
    }
}

#[tokio::test]
async fn a_client_certificate_opens_the_door() {
    let clients = Authority::new("the clients' authority");
    let Some(ground) = Ground::with(|authority| Tls {
        identity: authority.certify(&["127.0.0.1"]),
        client_authority: Some(clients.certificate().to_owned()),
    }) else {
        return;
    };
    let Identity { certificate, key } = clients.certify(&["a client"]);
    let files = (ground.file("client.pem", &certificate), ground.file("client.key", &key));

    for config in [
        ground.config().tls_cert_pem(certificate).tls_key_pem(key).build(),
        ground.config().tls_cert_file(&files.0).tls_key_file(&files.1).build(),
    ] {
        let client = Client::connect(config.unwrap()).await.unwrap();

        assert_eq!(client.ping().await.unwrap(), "PONG");
    }
}

#[tokio::test]
async fn sixteen_mebibytes_go_both_ways() {
    let Some(ground) = Ground::new() else { return };
    let client = ground.client().await;
    let mut value = vec![0; 16 * 1024 * 1024];
    fastrand::Rng::with_seed(16).fill(&mut value);

    client.set("large", value.as_slice()).await.unwrap();
    let back: Vec<u8> = client.get("large").read_as().await.unwrap();

    assert!(back == value, "{} bytes came back otherwise", back.len());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_thousand_tasks_share_one_encrypted_connection() {
    let Some(ground) = Ground::new() else { return };
    let client = ground.client().await;
    let mut tasks = JoinSet::new();

    for task in 0..1_000 {
        let client = client.clone();
        tasks.spawn(async move {
            for round in 0..10 {
                let key = format!("task:{task}");
                let value = format!("{task}/{round} {}", "x".repeat(task));
                client.set(&key, &value).await.unwrap();
                assert_eq!(client.get(&key).await.unwrap(), Some(value));
            }
        });
    }
    while let Some(done) = tasks.join_next().await {
        done.unwrap();
    }

    assert_eq!(ground.server.clients().len(), 1);
}

#[tokio::test]
async fn a_blocking_command_has_an_encrypted_connection_of_its_own() {
    let Some(ground) = Ground::new() else { return };
    let client = ground.client().await;

    let waiting = tokio::spawn({
        let client = client.clone();
        async move { client.blpop("queue", 10.0).await }
    });
    while client.pool_stats().in_use == 0 || ground.server.info("blocked_clients") != "1" {
        tokio::time::sleep(Duration::from_millis(2)).await;
    }
    client.rpush("queue", "job").await.unwrap();

    let popped = waiting.await.unwrap().unwrap();
    assert_eq!(popped, Some(("queue".to_owned(), "job".to_owned())));
    assert_eq!(client.ping().await.unwrap(), "PONG");
}

#[tokio::test]
async fn a_restarted_server_is_found_again() {
    let Some(ground) = Ground::new() else { return };
    let client = ground.client().await;
    client.set("before", 1).await.unwrap();

    ground.server.restart();

    assert_eq!(client.get("before").await.unwrap(), None);
    client.set("after", 2).await.unwrap();
    assert_eq!(client.get("after").await.unwrap().as_deref(), Some("2"));
}

#[tokio::test]
async fn a_probe_tells_how_long_the_handshake_took() {
    let Some(ground) = Ground::new() else { return };

    let report = probe(&ground.config().build().unwrap(), None).await;

    assert!(report.is_ready(), "{report}");
    let steps: Vec<_> = report.steps.iter().map(|step| step.name).collect();
    use StepName::{Connect, Greet, Ready, Resolve, Role};
    assert_eq!(steps, [Resolve, Connect, StepName::Tls, Greet, Ready, Role]);
    assert!(report.to_string().contains(", tls "), "{report}");
}

#[tokio::test]
async fn the_documented_client_works_over_tls() {
    let Some(ground) = Ground::new() else { return };
    let client = RedisClient::with_config(ground.config().build().unwrap());
    client.initialize().await.unwrap();

    client.set("name", "Ada").await.unwrap();

    assert_eq!(client.get("name").await.unwrap().as_deref(), Some("Ada"));
    assert!(client.probe().await.unwrap().is_ready());
    client.close().await;
}

#[test]
fn the_example_works_and_says_what_helps_where_it_does_not() {
    let Some(ground) = Ground::new() else { return };
    let authority = ground.file("ca.pem", ground.authority.certificate());
    let Some(mut works) = example("tls") else { return };
    let Some(mut stranger) = example("tls") else { return };

    let works =
        works.env("REDIS_URL", ground.server.url()).env("REDIS_TLS_CA_FILE", authority).output().unwrap();
    let stranger = stranger.env("REDIS_URL", ground.server.url()).output().unwrap();

    let text = |output: &Output| String::from_utf8_lossy(&output.stdout).into_owned();
    assert_eq!(works.status.code(), Some(0), "{works:?}");
    assert!(text(&works).contains("nobody else can read this"), "{works:?}");
    assert_eq!(stranger.status.code(), Some(1), "{stranger:?}");
    assert!(text(&stranger).contains("REDIS_TLS_CA_FILE"), "{stranger:?}");
    assert_eq!(ground.server.command(&["DBSIZE"]).text(), "0");
    assert!(!format!("{works:?} {stranger:?}").contains(PASSWORD));
}
