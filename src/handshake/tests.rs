//! The whole conversation against scripts: what is sent, in which writes, and what becomes of the answers.

#![allow(clippy::arithmetic_side_effects)]

use std::collections::VecDeque;
use std::sync::atomic::{AtomicUsize, Ordering};

use super::*;
use crate::config::{ConfigBuilder, CredentialsError};

/// What Redis 7.0 answers to `HELLO 3`, in short.
const HELLO: &[u8] = b"%7\r\n$6\r\nserver\r\n$5\r\nredis\r\n$7\r\nversion\r\n$6\r\n7.0.15\r\n$5\r\nproto\r\n:3\r\n\
    $2\r\nid\r\n:7\r\n$4\r\nmode\r\n$10\r\nstandalone\r\n$4\r\nrole\r\n$6\r\nmaster\r\n$7\r\nmodules\r\n*0\r\n";
const OK: &[u8] = b"+OK\r\n";
const UNKNOWN_HELLO: &[u8] =
    b"-ERR unknown command 'HELLO', with args beginning with: '3' 'AUTH' 'default' 'xyzzy' \r\n";
const NOAUTH: &[u8] = b"-NOAUTH Authentication required.\r\n";
const WRONGPASS: &[u8] = b"-WRONGPASS invalid username-password pair or user is disabled.\r\n";
const UNKNOWN_SETINFO: &[u8] = b"-ERR unknown subcommand 'SETINFO'. Try CLIENT HELP.\r\n";

/// Answers in order, whatever it is asked; at the end of the script the socket is closed.
struct Script {
    answers: VecDeque<&'static [u8]>,
    writes: Vec<String>,
}

impl Script {
    fn new(answers: impl IntoIterator<Item = &'static [u8]>) -> Self {
        Script { answers: answers.into_iter().collect(), writes: Vec::new() }
    }
}

impl Wire for Script {
    async fn send(&mut self, bytes: &[u8]) -> Result<(), ConnectError> {
        self.writes.push(words(bytes));
        Ok(())
    }

    async fn read(&mut self) -> Result<Reply, ConnectError> {
        let answer = self.answers.pop_front().ok_or(ConnectError::Closed)?;
        Ok(Reply::from_frame(Bytes::from_static(answer)))
    }
}

/// Commands of one write as lines of words.
fn words(bytes: &[u8]) -> String {
    let text = String::from_utf8(bytes.to_vec()).unwrap();
    let commands = text.split('*').skip(1);
    let line = |command: &str| command.split("\r\n").skip(2).step_by(2).collect::<Vec<_>>().join(" ");
    commands.map(line).collect::<Vec<_>>().join("; ")
}

async fn greet(config: ConfigBuilder, script: &mut Script) -> Result<Greeting, ConnectError> {
    Handshake::new(&config.build().unwrap()).greet_over(script).await
}

fn quiet() -> ConfigBuilder {
    Config::builder().announce_library(false)
}

fn version() -> &'static str {
    env!("CARGO_PKG_VERSION")
}

#[tokio::test]
async fn everything_is_said_in_one_write() {
    let setinfo = format!("CLIENT SETINFO LIB-NAME redlane; CLIENT SETINFO LIB-VER {}", version());
    for (config, said) in [
        (quiet(), "HELLO 3".to_owned()),
        (Config::builder(), format!("HELLO 3; {setinfo}")),
        (quiet().password("xyzzy"), "HELLO 3 AUTH default xyzzy".to_owned()),
        (quiet().username("alice").password("x"), "HELLO 3 AUTH alice x".to_owned()),
        (quiet().username("alice"), "HELLO 3 AUTH alice ".to_owned()),
        (quiet().client_name("worker"), "HELLO 3 SETNAME worker".to_owned()),
        (
            Config::builder().password("x").client_name("worker").db(2).no_evict(true).no_touch(true),
            format!(
                "HELLO 3 AUTH default x SETNAME worker; SELECT 2; {setinfo}; CLIENT NO-EVICT ON; CLIENT NO-TOUCH ON"
            ),
        ),
    ] {
        let mut script = Script::new([HELLO, OK, OK, OK, OK, OK]);

        let greeting = greet(config, &mut script).await.unwrap();

        assert_eq!(script.writes, [said]);
        assert_eq!(greeting.protocol, Protocol::Resp3);
    }
}

#[tokio::test]
async fn resp2_says_the_same_without_hello() {
    for (config, said) in [
        (quiet(), "INFO server"),
        (quiet().password("x"), "AUTH x; INFO server"),
        (quiet().username("alice").password("x"), "AUTH alice x; INFO server"),
        (
            quiet().password("x").client_name("worker").db(2).no_evict(true),
            "AUTH x; CLIENT SETNAME worker; INFO server; SELECT 2; CLIENT NO-EVICT ON",
        ),
    ] {
        let mut script = Script::new([OK, OK, OK, OK, OK]);

        let greeting = greet(config.protocol(Protocol::Resp2), &mut script).await.unwrap();

        assert_eq!(script.writes, [said]);
        assert_eq!(greeting.protocol, Protocol::Resp2);
    }
}

#[tokio::test]
async fn the_reply_to_hello_is_kept() {
    let mut script = Script::new([HELLO]);

    let greeting = greet(quiet(), &mut script).await.unwrap();

    assert_eq!(greeting.server.as_deref(), Some("redis"));
    assert_eq!(greeting.version.as_deref(), Some("7.0.15"));
    assert_eq!(greeting.role.as_deref(), Some("master"));
    assert_eq!((greeting.mode, greeting.id), (Mode::Standalone, Some(7)));
    assert_eq!(greeting.availability_zone, None);
}

#[tokio::test]
async fn a_server_without_hello_is_greeted_in_resp2_on_the_same_connection() {
    let info: &[u8] = b"$59\r\n# Server\r\nredis_version:5.0.14\r\nredis_mode:standalone\r\nos:x\r\n\r\n";
    for refusal in [
        UNKNOWN_HELLO,
        b"-ERR unknown command `HELLO`, with args beginning with: `3`, \r\n",
        b"-NOPROTO unsupported protocol version\r\n",
        NOAUTH,
    ] {
        let mut script =
            Script::new([refusal, NOAUTH, UNKNOWN_SETINFO, UNKNOWN_SETINFO, OK, info, OK, OK, OK]);

        let greeting = greet(Config::builder().password("xyzzy").db(1), &mut script).await.unwrap();

        assert_eq!(script.writes.len(), 2);
        assert!(script.writes[1].starts_with("AUTH xyzzy; INFO server; SELECT 1; CLIENT SETINFO"));
        assert_eq!(greeting.protocol, Protocol::Resp2);
        assert_eq!(greeting.version.as_deref(), Some("5.0.14"));
        assert!(script.answers.is_empty());
    }
}

#[tokio::test]
async fn all_replies_are_read_and_the_first_failure_is_told() {
    let wrong_database: &[u8] = b"-ERR DB index is out of range\r\n";
    let password = || quiet().password("xyzzy").db(99);
    for (config, answers, told, is_auth) in [
        (password(), vec![WRONGPASS, NOAUTH], "WRONGPASS", true),
        (quiet().db(99), vec![NOAUTH, NOAUTH], "NOAUTH", true),
        (password(), vec![HELLO, wrong_database], "DB index is out of range", false),
        (quiet().db(1), vec![HELLO, b"-NOPERM this user has no permissions\r\n"], "NOPERM", true),
        (password(), vec![UNKNOWN_HELLO, NOAUTH, WRONGPASS, NOAUTH, NOAUTH], "WRONGPASS", true),
        (quiet(), vec![UNKNOWN_HELLO, NOAUTH], "NOAUTH", true),
        (Config::builder().protocol(Protocol::Resp2), vec![OK, NOAUTH, NOAUTH], "NOAUTH", true),
        (
            quiet().password("x").protocol(Protocol::Resp2),
            vec![b"-ERR Client sent AUTH, but no password is set\r\n", OK],
            "no password is set",
            true,
        ),
    ] {
        let mut script = Script::new(answers);

        let error = greet(config, &mut script).await.unwrap_err();

        assert!(matches!(error, ConnectError::Refused(_)), "{error:?}");
        assert!(error.to_string().contains(told), "{error}");
        assert_eq!(error.is_auth(), is_auth, "{error}");
        assert!(script.answers.is_empty());
    }
}

#[tokio::test]
async fn a_server_that_takes_nobody_now_is_busy() {
    for (answers, told) in [
        (vec![b"-ERR max number of clients reached\r\n".as_slice()], "max number of clients"),
        (vec![b"-LOADING Redis is loading the dataset in memory\r\n"], "LOADING"),
        (vec![HELLO, b"-LOADING Redis is loading the dataset in memory\r\n"], "LOADING"),
    ] {
        let error = greet(quiet().db(1), &mut Script::new(answers)).await.unwrap_err();

        assert!(matches!(error, ConnectError::Busy(_)), "{error:?}");
        assert!(error.to_string().contains(told), "{error}");
    }
}

#[tokio::test]
async fn a_refusal_is_told_even_if_the_server_closes_behind_it() {
    let refused = greet(quiet().db(1), &mut Script::new([WRONGPASS])).await.unwrap_err();
    let closed = greet(quiet().db(1), &mut Script::new([HELLO])).await.unwrap_err();

    assert!(matches!(refused, ConnectError::Refused(_)));
    assert!(matches!(closed, ConnectError::Closed));
}

#[tokio::test]
async fn niceties_that_are_refused_do_not_matter() {
    let noperm: &[u8] = b"-NOPERM this user has no permissions to run the 'client|setinfo' command\r\n";
    let config = || Config::builder().no_evict(true).no_touch(true).client_name("worker");

    let resp3 =
        greet(config(), &mut Script::new([HELLO, UNKNOWN_SETINFO, UNKNOWN_SETINFO, noperm, noperm])).await;
    let answers = [noperm, noperm, noperm, noperm, noperm, noperm];
    let resp2 = greet(config().protocol(Protocol::Resp2), &mut Script::new(answers)).await;

    assert!(resp3.is_ok());
    assert_eq!(resp2.unwrap().mode, Mode::Standalone);
}

#[tokio::test]
async fn clusters_and_sentinels_are_told_apart_from_what_fails_on_them() {
    let hello_cluster: &[u8] = b"%1\r\n$4\r\nmode\r\n$7\r\ncluster\r\n";
    let hello_sentinel: &[u8] = b"%1\r\n$4\r\nmode\r\n$8\r\nsentinel\r\n";
    let info_cluster: &[u8] = b"$20\r\nredis_mode:cluster\r\n\r\n";
    let info_valkey: &[u8] = b"$44\r\nredis_mode:standalone\r\nserver_mode:cluster\r\n\r\n";
    let info_sentinel: &[u8] = b"$21\r\nredis_mode:sentinel\r\n\r\n";
    let no_select: &[u8] = b"-ERR SELECT is not allowed in cluster mode\r\n";
    for (protocol, answers, told) in [
        (Protocol::Resp3, [hello_cluster, no_select], "Redis Cluster is not built yet"),
        (Protocol::Resp3, [hello_sentinel, no_select], "Sentinel is not built yet"),
        (Protocol::Resp2, [info_cluster, no_select], "Redis Cluster is not built yet"),
        (Protocol::Resp2, [info_valkey, no_select], "Redis Cluster is not built yet"),
        (Protocol::Resp2, [info_sentinel, no_select], "Sentinel is not built yet"),
    ] {
        let error = greet(quiet().db(1).protocol(protocol), &mut Script::new(answers)).await.unwrap_err();

        assert!(matches!(error, ConnectError::Unsupported(_)), "{error:?}");
        assert!(error.to_string().ends_with(told), "{error}");
    }
}

#[tokio::test]
async fn no_error_quotes_the_password() {
    let quoting_auth: &[u8] = b"-ERR unknown command 'AUTH', with args beginning with: 'xyzzy' \r\n";
    let quoting: &[u8] = b"-WRONGPASS no such password: xyzzy\r\n";
    for (protocol, answers) in [
        (Protocol::Resp3, vec![UNKNOWN_HELLO, quoting_auth, OK]),
        (Protocol::Resp3, vec![quoting]),
        (Protocol::Resp2, vec![quoting_auth, OK]),
        (Protocol::Resp2, vec![quoting, OK]),
    ] {
        let config = quiet().password("xyzzy").protocol(protocol);

        let error = greet(config, &mut Script::new(answers)).await.unwrap_err();

        assert!(!format!("{error} {error:?}").contains("xyzzy"), "{error}");
    }
}

#[tokio::test]
async fn a_provider_is_asked_at_every_greeting() {
    let asked = Arc::new(AtomicUsize::new(0));
    let provider = {
        let asked = Arc::clone(&asked);
        move || {
            let time = asked.fetch_add(1, Ordering::Relaxed);
            async move { Ok(Credentials::new("alice", format!("token-{time}"))) }
        }
    };
    let handshake = Handshake::new(&quiet().credentials_provider(provider).build().unwrap());
    let mut script = Script::new([HELLO, HELLO]);

    handshake.greet_over(&mut script).await.unwrap();
    handshake.greet_over(&mut script).await.unwrap();

    assert_eq!(script.writes, ["HELLO 3 AUTH alice token-0", "HELLO 3 AUTH alice token-1"]);
    assert_eq!(asked.load(Ordering::Relaxed), 2);
}

#[tokio::test]
async fn nothing_is_said_without_the_credentials_that_were_asked_for() {
    let provider = || async { Err(CredentialsError::new("the vault is sealed")) };
    let mut script = Script::new([HELLO]);

    let error = greet(quiet().credentials_provider(provider), &mut script).await.unwrap_err();

    assert!(script.writes.is_empty());
    assert!(error.is_transient());
    let source = std::error::Error::source(&error).unwrap();
    assert_eq!(source.to_string(), "no credentials: the vault is sealed");
}

#[test]
fn one_command_cleanses_and_what_cannot_be_cleansed_is_closed() {
    let handshake = Handshake::new(&Config::default());
    for (dirt, word) in [
        (Dirt::WATCH, Some("UNWATCH")),
        (Dirt::MULTI, Some("DISCARD")),
        (Dirt::WATCH | Dirt::MULTI, Some("DISCARD")),
        (Dirt::OTHER, None),
        (Dirt::WATCH | Dirt::OTHER, None),
        (Dirt::BUSY, None),
    ] {
        assert_eq!(handshake.cleanse(dirt).map(|bytes| words(&bytes)).as_deref(), word, "{dirt:?}");
    }
    assert_eq!(words(&handshake.probe()), "PING");
}

#[tokio::test]
async fn the_target_is_the_endpoint() {
    let tcp = Handshake::new(&Config::from_url("redis://[::1]:7000").unwrap());
    let unix = Handshake::new(&Config::from_url("unix:///run/s").unwrap());

    assert_eq!(tcp.target().await.unwrap(), Target::tcp("::1", 7000));
    assert_eq!(unix.target().await.unwrap(), Target::unix("/run/s"));
}
