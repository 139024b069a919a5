//! Greetings of real servers: every kind of credentials, both protocols, both kinds of socket, and servers that lack or
//! forbid a part of what is said.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use percent_encoding::{NON_ALPHANUMERIC, percent_encode};
use redlane::config::{Config, ConfigBuilder, Credentials, CredentialsError, Protocol};
use redlane::handshake::{Greeting, Handshake, Mode};
use redlane_pool::link::Link;
use redlane_pool::transport::ConnectError;
use redlane_resp::command::Command;
use redlane_resp::from_reply::FromReply;
use redlane_test_support::{Options, Raw, Server, eventually};

const PASSWORD: &str = "s3cret";

/// A greeted connection.
struct Greeted {
    link: Link,
    greeting: Greeting,
}

impl Greeted {
    async fn run<R: FromReply>(&self, command: Command) -> R {
        let replies = self.link.call(&command).await.expect("the connection works");
        replies.into_single().expect("one command has one reply").read().expect("the reply fits")
    }
}

async fn greet(config: ConfigBuilder) -> Result<Greeted, ConnectError> {
    let config = config.build().expect("the settings are sound");
    let handshake = Arc::new(Handshake::new(&config));
    let link = Link::connect(Arc::clone(&handshake), config.link(), None).await?;
    let greeting = handshake.greeting().expect("a connected link was greeted");
    Ok(Greeted { link, greeting })
}

fn over_tcp(server: &Server) -> ConfigBuilder {
    Config::builder().host("127.0.0.1").port(server.port())
}

fn over_unix(server: &Server) -> ConfigBuilder {
    Config::builder().unix_socket_path(server.socket())
}

/// Both protocols over both sockets.
fn ways(server: &Server) -> Vec<ConfigBuilder> {
    let sockets = [over_tcp(server), over_unix(server)];
    let protocols = [Protocol::Resp3, Protocol::Resp2];
    sockets.iter().flat_map(|way| protocols.map(|protocol| way.clone().protocol(protocol))).collect()
}

fn with_users() -> Options {
    Options::new()
        .password(PASSWORD)
        .line("user reader on >r3ader ~* &* +@all -info -client")
        .line("user guest on nopass ~* &* +@all")
        .line("user gone off >g0ne ~* +@all")
}

#[tokio::test]
async fn every_kind_of_credentials_is_accepted_on_every_way() {
    let server = Server::start(with_users());
    for (username, password, whoami) in [
        (None, Some(PASSWORD), "default"),
        (Some("default"), Some(PASSWORD), "default"),
        (Some("reader"), Some("r3ader"), "reader"),
        (Some("guest"), None, "guest"),
        (Some("guest"), Some("anything"), "guest"),
    ] {
        for mut config in ways(&server) {
            config = config.client_name("worker").db(1);
            if let Some(username) = username {
                config = config.username(username);
            }
            if let Some(password) = password {
                config = config.password(password);
            }

            let greeted = greet(config).await.unwrap();

            assert_eq!(greeted.run::<String>(Command::new("ACL").arg("WHOAMI")).await, whoami);
            assert_eq!(greeted.greeting.mode, Mode::Standalone);
        }
    }
}

#[tokio::test]
async fn every_kind_of_refusal_is_told_on_every_way() {
    let server = Server::start(with_users());
    for (username, password, codes) in [
        (None, None, ["NOAUTH", "NOAUTH"]),
        (None, Some("wr0ng"), ["WRONGPASS", "WRONGPASS"]),
        (Some("reader"), Some(PASSWORD), ["WRONGPASS", "WRONGPASS"]),
        (Some("nobody"), Some(PASSWORD), ["WRONGPASS", "WRONGPASS"]),
        (Some("gone"), Some("g0ne"), ["WRONGPASS", "WRONGPASS"]),
    ] {
        for mut config in ways(&server) {
            if let Some(username) = username {
                config = config.username(username);
            }
            if let Some(password) = password {
                config = config.password(password);
            }

            let Err(error) = greet(config.client_name("worker").db(1)).await else { panic!("{username:?}") };

            let ConnectError::Refused(refusal) = &error else { panic!("{error:?}") };
            assert!(codes.contains(&refusal.code()), "{error}");
            assert!(error.is_auth() && !error.to_string().contains(PASSWORD), "{error}");
        }
    }
}

#[tokio::test]
async fn a_server_without_a_password_refuses_one_only_in_resp2() {
    let server = Server::shared();

    let resp3 = greet(over_tcp(server).password("x")).await;
    let resp2 = greet(over_tcp(server).password("x").protocol(Protocol::Resp2)).await;

    assert!(resp3.is_ok());
    assert!(resp2.is_err_and(|error| error.is_auth()));
}

#[tokio::test]
async fn passwords_of_any_characters_arrive_by_way_of_a_url() {
    for password in ["p@ss:w/o?r#d", "100%25", "with space\tand\"quotes\"", "пароль", "+&=;"] {
        let server = Server::start(Options::new().set("requirepass", password));
        let escaped = percent_encode(password.as_bytes(), NON_ALPHANUMERIC);

        let tcp =
            greet(Config::builder().url(&format!("redis://:{escaped}@127.0.0.1:{}/1", server.port()))).await;
        let socket = server.socket();
        let unix = greet(Config::builder().url(&format!("unix://{}?pass={escaped}", socket.display()))).await;

        assert!(tcp.is_ok() && unix.is_ok(), "{password}");
    }
}

#[tokio::test]
async fn the_greeting_tells_which_server_it_is() {
    let server = Server::shared();
    for config in ways(server) {
        let protocol = config.clone().build().unwrap().protocol();

        let greeted = greet(config).await.unwrap();

        let version = server.version();
        let number = format!("{}.{}.{}", version.major, version.minor, version.patch);
        assert_eq!(greeted.greeting.server.as_deref(), Some(if version.valkey { "valkey" } else { "redis" }));
        assert_eq!(greeted.greeting.version, Some(number));
        assert_eq!(greeted.greeting.protocol, protocol);
        if protocol == Protocol::Resp3 {
            let id: i64 = greeted.run(Command::new("CLIENT").arg("ID")).await;
            assert_eq!(greeted.greeting.id, Some(id));
            assert_eq!(greeted.greeting.role.as_deref(), Some("master"));
        }
    }
}

#[tokio::test]
async fn name_database_and_wishes_are_seen_by_the_server() {
    let server = Server::start(Options::new());
    for config in ways(&server) {
        let greeted =
            greet(config.client_name("worker-1").db(3).no_evict(true).no_touch(true)).await.unwrap();

        let line: String = greeted.run(Command::new("CLIENT").arg("INFO")).await;
        let field = |name: &str| {
            let mut fields = line.split_whitespace().filter_map(|field| field.split_once('='));
            fields.find(|(field, _)| *field == name).map(|(_, value)| value.to_owned()).unwrap_or_default()
        };
        assert_eq!((field("name"), field("db")), ("worker-1".to_owned(), "3".to_owned()), "{line}");
        if server.version().at_least(Some((7, 0)), Some((7, 0))) {
            assert!(field("flags").contains('e'), "{line}");
        }
        if server.version().at_least(Some((7, 2)), Some((7, 2))) {
            assert!(field("flags").contains('T'), "{line}");
            assert_eq!(field("lib-name"), "redlane");
            assert_eq!(field("lib-ver"), env!("CARGO_PKG_VERSION"));
        }
    }
}

#[tokio::test]
async fn a_library_that_should_not_be_announced_is_not() {
    let server = Server::shared();

    let greeted = greet(over_tcp(server).announce_library(false)).await.unwrap();

    let line: String = greeted.run(Command::new("CLIENT").arg("INFO")).await;
    assert!(!line.contains("redlane"), "{line}");
}

#[tokio::test]
async fn a_server_whose_hello_was_renamed_is_spoken_to_in_resp2() {
    let options = with_users().line("rename-command HELLO \"\"");
    let server = Server::start(options);
    for (username, password) in [("", PASSWORD), ("reader", "r3ader")] {
        for config in [over_tcp(&server), over_unix(&server)] {
            let config = config.username(username).password(password).client_name("worker").db(2);

            let greeted = greet(config).await.unwrap();

            assert_eq!(greeted.greeting.protocol, Protocol::Resp2);
            let whoami: String = greeted.run(Command::new("ACL").arg("WHOAMI")).await;
            assert_eq!(whoami, if username.is_empty() { "default" } else { username });
            let line = server.clients().pop().unwrap();
            assert!(line.contains(" db=2 "), "{line}");
        }
    }
    let Err(wrong) = greet(over_tcp(&server).password("wr0ng")).await else { panic!("it was let in") };
    let Err(missing) = greet(over_tcp(&server)).await else { panic!("it was let in") };
    assert!(wrong.is_auth() && missing.is_auth());
    assert!(!format!("{wrong:?} {missing:?}").contains("wr0ng"));
}

#[tokio::test]
async fn a_server_without_hello_and_auth_does_not_repeat_the_password() {
    let options = Options::new().line("rename-command HELLO \"\"").line("rename-command AUTH \"\"");
    let server = Server::start(options);

    let Err(error) = greet(over_tcp(&server).password(PASSWORD)).await else { panic!("it was let in") };

    assert!(matches!(error, ConnectError::Refused(_)), "{error:?}");
    assert!(!format!("{error} {error:?}").contains(PASSWORD), "{error}");
}

#[tokio::test]
async fn a_server_whose_info_is_forbidden_counts_as_standalone() {
    let server = Server::start(with_users());

    let config = over_tcp(&server).username("reader").password("r3ader").protocol(Protocol::Resp2);
    let greeted = greet(config).await.unwrap();

    assert_eq!(greeted.greeting.mode, Mode::Standalone);
    assert_eq!(greeted.greeting.version, None);
}

#[tokio::test]
async fn a_database_that_does_not_exist_is_refused() {
    let server = Server::start(Options::new().set("databases", "4"));
    for db in [4, -1] {
        for config in ways(&server) {
            let Err(error) = greet(config.db(db)).await else { panic!("database {db}") };

            assert!(matches!(&error, ConnectError::Refused(_)) && !error.is_auth(), "{error:?}");
            assert!(error.to_string().contains("DB index is out of range"), "{error}");
        }
    }
}

#[tokio::test]
async fn a_node_of_a_cluster_is_told_apart_before_anything_is_sent_to_it() {
    let server = Server::start(Options::new().set("cluster-enabled", "yes"));
    for config in ways(&server) {
        let Err(error) = greet(config.db(1)).await else { panic!("it was let in") };

        assert!(matches!(error, ConnectError::Unsupported(_)), "{error:?}");
        assert!(error.to_string().contains("Redis Cluster is not built yet"), "{error}");
    }
}

#[tokio::test]
async fn a_full_server_is_busy() {
    let server = Server::start(Options::new().set("maxclients", "1"));
    let mut first = Raw::unix(&server.socket()).unwrap();
    eventually("the only place is taken", Duration::from_secs(5), || {
        first.try_command(&["PING"]).is_ok_and(|reply| reply.text() == "PONG") || {
            first = Raw::unix(&server.socket()).unwrap();
            false
        }
    });
    for config in ways(&server) {
        let Err(error) = greet(config).await else { panic!("it was let in") };

        assert!(error.is_busy(), "{error:?}");
    }
}

#[tokio::test]
async fn a_rotated_password_is_fetched_anew_for_each_connection() {
    let server = Server::start(Options::new().password("old"));
    let current = Arc::new(Mutex::new(Some("old".to_owned())));
    let provider = {
        let current = Arc::clone(&current);
        move || {
            let password = current.lock().unwrap().clone();
            async move { password.map(Credentials::password_only).ok_or(CredentialsError::new("sealed")) }
        }
    };
    let config = over_tcp(&server).credentials_provider(provider);
    let before = greet(config.clone()).await;
    let mut admin = server.raw();
    assert_eq!(admin.command(&["CONFIG", "SET", "requirepass", "new"]).text(), "OK");

    let stale = greet(config.clone()).await;
    *current.lock().unwrap() = Some("new".to_owned());
    let fresh = greet(config.clone()).await;
    *current.lock().unwrap() = None;
    let sealed = greet(config).await;

    assert!(before.is_ok() && fresh.is_ok());
    assert!(stale.is_err_and(|error| error.is_auth()));
    assert!(sealed.is_err_and(|error| matches!(error, ConnectError::Credentials { .. })));
}
