//! What `redlane::guide::troubleshooting` says one sees is what one sees: each problem is made, and its error compared.

use std::time::Duration;

use redlane::config::ConfigBuilder;
use redlane::prelude::*;
use redlane_test_support::ports::free_port;
use redlane_test_support::{Keys, Options, Server, eventually_async};

const SHORT: Duration = Duration::from_millis(300);

/// The settings for a server, with a short time for everything.
fn settings(server: &Server) -> ConfigBuilder {
    Config::builder().url(&server.url()).socket_connect_timeout(Some(SHORT)).acquire_timeout(SHORT)
}

async fn client_of(server: &Server) -> Client {
    Client::connect(settings(server).build().unwrap()).await.unwrap()
}

/// Kind, outcome and the beginning of the text, as the table of the guide has them.
#[track_caller]
fn assert_seen<T>(result: Result<T, Error>, kind: ErrorKind, outcome: Outcome, text: &str) {
    let error = result.err().expect("an error");
    let shown = error.to_string();
    assert!(shown.starts_with(text), "{shown}");
    assert_eq!((error.kind(), error.outcome()), (kind, outcome), "{shown}");
}

#[tokio::test]
async fn no_server_is_a_connect_error() {
    let url = format!("redis://127.0.0.1:{}", free_port());
    let config = Config::builder().url(&url).socket_connect_timeout(Some(SHORT)).build().unwrap();

    let result = Client::connect(config).await;

    assert_seen(result, ErrorKind::Connect, Outcome::NotSent, "no connection");
}

#[tokio::test]
async fn a_node_of_a_cluster_is_a_connect_error_that_names_the_cluster() {
    let server = Server::start(Options::new().set("cluster-enabled", "yes"));

    let error = Client::connect(settings(&server).build().unwrap()).await.unwrap_err();

    let source = std::error::Error::source(&error).unwrap().to_string();
    assert_eq!(error.kind(), ErrorKind::Connect);
    assert!(source.contains("Redis Cluster is not built yet"), "{source}");
}

#[tokio::test]
async fn a_wrong_password_is_an_auth_error_and_the_probe_says_where() {
    let server = Server::start(Options::new().password("right"));
    let wrong = settings(&server).password("wrong").build().unwrap();
    let redis = RedisClient::with_config(wrong);

    let result = redis.initialize().await;
    let probe = redis.probe().await.unwrap().to_string();

    assert_seen(result, ErrorKind::Auth, Outcome::NotSent, "error reply");
    assert!(probe.contains("fails at greet, the credentials are refused"), "{probe}");
}

#[tokio::test]
async fn a_silent_server_is_a_timeout_that_names_the_command_and_the_limit() {
    let server = Server::start(Options::new());
    let client = client_of(&server).await;

    server.pause();
    let result = client.set("key", "value").deadline(SHORT).await;
    server.resume();

    assert_seen(result, ErrorKind::Timeout, Outcome::MaybeExecuted, "no reply to SET within 300ms");
}

#[tokio::test]
async fn a_lost_connection_is_told_with_what_may_have_run() {
    let server = Server::start(Options::new());
    let client = client_of(&server).await;

    server.pause();
    let waiting = tokio::spawn({
        let client = client.clone();
        async move { client.set("key", "value").await }
    });
    eventually_async("it is sent", Duration::from_secs(5), || client.link_stats().in_flight == 1).await;
    server.kill();

    assert_seen(waiting.await.unwrap(), ErrorKind::Disconnected, Outcome::MaybeExecuted, "connection lost: ");
}

#[tokio::test]
async fn more_blocking_calls_than_connections_are_a_pool_timeout() {
    let server = Server::shared();
    let config = settings(server).max_connections(2).build().unwrap();
    let client = Client::connect(config).await.unwrap();
    let keys = Keys::new();
    let (queue, other) = (keys.key("queue"), keys.key("other"));

    let waiting = tokio::spawn({
        let client = client.clone();
        async move { client.blpop(queue, 5.0).await }
    });
    eventually_async("it waits", Duration::from_secs(5), || client.pool_stats().in_use == 1).await;
    let result = client.blpop(other, 5.0).await;
    waiting.abort();

    assert_seen(result, ErrorKind::PoolTimeout, Outcome::NotSent, "no free connection within 300ms");
}

#[tokio::test]
async fn a_full_memory_refuses_writes_and_answers_reads() {
    let server = Server::start(Options::new().set("maxmemory", "1").set("maxmemory-policy", "noeviction"));
    let redis = RedisClient::with_config(settings(&server).build().unwrap());
    redis.initialize().await.unwrap();

    let write = redis.set("key", "value").await;
    let read = redis.get("key").await.unwrap();
    let check = redis.memory_check().await.unwrap();

    assert!(!write.as_ref().unwrap_err().is_retryable());
    assert_seen(write, ErrorKind::OutOfMemory, Outcome::Refused, "error reply to SET: OOM ");
    assert_eq!(read, None);
    assert!(check.is_high());
    assert!(check.to_string().ends_with("(Warning: Memory usage too high)"), "{check}");
    let info = redis.info_sections("memory").await.unwrap();
    assert_eq!(info.raw("maxmemory_policy"), Some("noeviction"));
}

#[tokio::test]
async fn wrong_calls_are_told_apart() {
    let client = client_of(Server::shared()).await;
    let keys = Keys::new();
    let (text, bytes) = (keys.key("text"), keys.key("bytes"));
    client.set(&text, "text").await.unwrap();
    client.set(&bytes, &b"\xff"[..]).await.unwrap();

    let wrong_type = client.lpush(&text, 1).await;
    let no_text = client.get(&bytes).await;
    let select = client.execute::<()>(cmd("SELECT").arg(1)).await;
    let subscribe = client.execute::<()>(cmd("SUBSCRIBE").arg("channel")).await;

    let refused = Outcome::Refused;
    assert_seen(wrong_type, ErrorKind::WrongType, refused, "error reply to LPUSH: WRONGTYPE ");
    assert_eq!(no_text.as_ref().unwrap_err().kind(), ErrorKind::Conversion);
    assert!(no_text.unwrap_err().to_string().starts_with("unexpected reply to GET"));
    assert_eq!(client.get(&bytes).read_as::<Bytes>().await.unwrap(), &b"\xff"[..]);
    for (result, name) in [(select, "SELECT"), (subscribe, "SUBSCRIBE")] {
        let text = format!("{name} would change a shared connection: use ");
        assert_seen(result, ErrorKind::Usage, Outcome::NotSent, &text);
    }
}

#[tokio::test]
async fn a_user_without_rights_is_told_so_and_a_discarded_transaction_says_by_what() {
    let server = Server::start(Options::new());
    server.command(&["ACL", "SETUSER", "u", "on", ">p", "+@all", "-lpush", "~*", "&*"]);
    let url = server.url().replace("redis://", "redis://u:p@");
    let client = Client::connect(Config::from_url(&url).unwrap()).await.unwrap();

    let forbidden = client.lpush("key", 1).await;
    let discarded = client.pipeline().atomic().set("key", 1).lpush("key", 1).exec().await;

    assert_seen(forbidden, ErrorKind::NoPermission, Outcome::Refused, "error reply to LPUSH: NOPERM ");
    let text = "transaction discarded, error reply to the command at index 1: NOPERM ";
    assert_seen(discarded, ErrorKind::ExecAbort, Outcome::Refused, text);
    assert_eq!(client.get("key").await.unwrap(), None);
}

#[tokio::test]
async fn a_script_without_end_is_a_busy_error() {
    let server = Server::start(Options::new().set("lua-time-limit", "10"));
    let client = client_of(&server).await;
    let mut raw = server.raw();
    raw.write(b"*3\r\n$4\r\nEVAL\r\n$17\r\nwhile true do end\r\n$1\r\n0\r\n").unwrap();
    eventually_async("it is busy", Duration::from_secs(5), || {
        server.command(&["PING"]).text().starts_with("BUSY")
    })
    .await;

    let result = client.set("key", "value").deadline(SHORT).await;

    server.command(&["SCRIPT", "KILL"]);
    assert_seen(result, ErrorKind::Busy, Outcome::Refused, "error reply to SET: BUSY ");
}

#[tokio::test]
async fn a_call_before_initialize_says_what_to_call() {
    let redis = RedisClient::new();

    let result = redis.get("key").await;

    assert_seen(result, ErrorKind::NotInitialized, Outcome::NotSent, "Redis client not initialized. ");
}

#[test]
fn a_client_kept_over_two_runtimes_says_so() {
    let runtime = || tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let first = runtime();
    let client = first.block_on(client_of(Server::shared()));
    drop(first);

    let result = runtime().block_on(async { client.get("key").await });

    assert_seen(
        result,
        ErrorKind::RuntimeGone,
        Outcome::NotSent,
        "the runtime that made this client is gone",
    );
}

#[tokio::test]
async fn keyspace_events_are_off_unless_somebody_asked_for_them() {
    let client = client_of(Server::shared()).await;

    let flags = client.config_get("notify-keyspace-events").await.unwrap();

    assert_eq!(flags.get("notify-keyspace-events").map(String::as_str), Some(""));
}
