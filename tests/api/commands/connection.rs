//! Connections.

use std::time::Duration;

use redlane::commands::native::{
    BlockingCommands, ConnectionCommands, ConnectionStateCommands, StringsCommands,
};
use redlane::commands::types::{
    ClientKillFilter, ClientListFilter, ClientProperty, ClientType, PauseMode, UnblockReason,
};
use redlane::error::ErrorKind;
use redlane_test_support::{Options, Raw, Server, eventually_async};

use super::wire::{both, held};

/// One `name=value` of a connection's line.
fn field(line: &str, name: &str) -> String {
    let value = line.split_ascii_whitespace().find_map(|word| word.strip_prefix(name)?.strip_prefix('='));
    value.unwrap_or_else(|| panic!("no {name} in {line}")).to_owned()
}

#[tokio::test]
async fn a_connection_answers() {
    both(Server::shared(), async |redis, _| {
        assert_eq!(redis.ping().await, "PONG");
        assert_eq!(redis.ping_message("hello").await, "hello");
        assert_eq!(redis.echo("hello").await, "hello");
        assert_eq!(redis.echo("").await, "");
    })
    .await;
}

#[tokio::test]
async fn a_connection_tells_about_itself() {
    held(Server::shared(), async |redis, keys| {
        let id = redis.client_id().await as i64;

        assert_eq!(redis.client_getname().await, None);
        redis.client_setname(keys.to_string()).await;
        assert_eq!(redis.client_getname().await, Some(keys.to_string()));
        let line = redis.client_info().await;
        assert_eq!((field(&line, "id"), field(&line, "name")), (id.to_string(), keys.to_string()));
        redis.client_setname("").await;
        assert_eq!(redis.client_getname().await, None);
        assert_eq!(redis.client_setname("two words").code().await, "ERR");
        assert_eq!(redis.client_getredir().await, -1);
        let tracking = redis.client_trackinginfo().await;
        assert!(["flags", "redirect", "prefixes"].iter().all(|name| tracking.contains_key(*name)));
    })
    .await;
}

#[tokio::test]
async fn connections_are_listed() {
    let server = Server::start(Options::new());
    both(&server, async |redis, keys| {
        let mut other = server.raw();
        other.command(&["CLIENT", "SETNAME", &keys.to_string()]);
        let id: i64 = other.command(&["CLIENT", "ID"]).text().parse().unwrap();
        let mut subscriber = server.raw();
        subscriber.command(&["SUBSCRIBE", &keys.key("channel")]);
        let count = async |filter| redis.client_list_filtered(filter).await.lines().count();

        assert!(redis.client_list().await.contains(&format!("id={id} ")));
        let found = redis.client_list_filtered(ClientListFilter::Ids(vec![id, i64::MAX])).await;
        assert_eq!((found.lines().count(), field(&found, "name")), (1, keys.to_string()));
        assert_eq!(count(ClientListFilter::Ids(vec![i64::MAX])).await, 0);
        assert!(count(ClientListFilter::Type(ClientType::Normal)).await >= 2);
        assert_eq!(count(ClientListFilter::Type(ClientType::PubSub)).await, 1);
        assert_eq!(count(ClientListFilter::Type(ClientType::Master)).await, 0);
        assert_eq!(count(ClientListFilter::Type(ClientType::Replica)).await, 0);
        assert_eq!(redis.client_kill(ClientKillFilter::default().client_type(ClientType::PubSub)).await, 1);
    })
    .await;
}

#[tokio::test]
async fn connections_are_closed() {
    let server = Server::start(Options::new().line("user ada on nopass ~* +@all"));
    both(&server, async |redis, _| {
        let (mut one, mut two) = (server.raw(), server.raw());
        let tcp = || {
            let mut raw = Raw::tcp(server.port()).unwrap();
            let line = raw.command(&["CLIENT", "INFO"]).text();
            (raw, line)
        };
        let id: i64 = one.command(&["CLIENT", "ID"]).text().parse().unwrap();
        two.command(&["AUTH", "ada", "any"]);
        let kill = async |filter| redis.client_kill(filter).await;

        assert_eq!(kill(ClientKillFilter::default().id(id).skip_me(true)).await, 1);
        assert!(one.try_command(&["PING"]).is_err());
        assert_eq!(kill(ClientKillFilter::default().id(id).skip_me(false)).await, 0);
        assert_eq!(kill(ClientKillFilter::default().user("ada")).await, 1);
        let (_open, line) = tcp();
        assert_eq!(kill(ClientKillFilter::default().address(&field(&line, "addr"))).await, 1);
        let (_open, line) = tcp();
        assert_eq!(kill(ClientKillFilter::default().local_address(&field(&line, "laddr"))).await, 1);
        assert_eq!(redis.client_kill(ClientKillFilter::default()).code().await, "ERR");
    })
    .await;
}

#[tokio::test]
async fn old_connections_are_closed() {
    if Server::shared().predates("CLIENT KILL MAXAGE", Some((7, 4)), Some((8, 0))) {
        return;
    }
    both(Server::shared(), async |redis, _| {
        assert_eq!(redis.client_kill(ClientKillFilter::default().older_than(3_600)).await, 0);
    })
    .await;
}

#[tokio::test]
async fn connections_are_told_apart_by_all_that_is_known_of_them() {
    let server = Server::start(Options::new().line("user ada on nopass ~* +@all"));
    if server.predates("CLIENT LIST by any property", None, Some((9, 0))) {
        return;
    }
    both(&server, async |redis, _| {
        let mut other = Raw::tcp(server.port()).unwrap();
        for command in [
            ["AUTH", "ada", "any"].as_slice(),
            &["CLIENT", "SETNAME", "mine"],
            &["CLIENT", "SETINFO", "LIB-NAME", "lanes"],
            &["CLIENT", "SETINFO", "LIB-VER", "1.2.3"],
            &["CLIENT", "CAPA", "redirect"],
            &["CLIENT", "NO-EVICT", "on"],
            &["SELECT", "3"],
        ] {
            assert_eq!(other.command(command).text(), "OK");
        }
        let line = other.command(&["CLIENT", "INFO"]).text();
        let id = field(&line, "id");
        let text = |text: &str| text.to_owned();
        let list = async |conditions| {
            let lines = redis.client_list_filtered(ClientListFilter::Conditions(conditions)).await;
            lines.lines().filter(|line| field(line, "id") == id).count()
        };

        for property in [
            ClientProperty::Ids(vec![id.parse().unwrap(), i64::MAX]),
            ClientProperty::Type(ClientType::Normal),
            ClientProperty::User(text("ada")),
            ClientProperty::Address(field(&line, "addr")),
            ClientProperty::LocalAddress(field(&line, "laddr")),
            ClientProperty::Ip(text("127.0.0.1")),
            ClientProperty::Name(text("mine")),
            ClientProperty::Database(3),
            ClientProperty::Flags(text("e")),
            ClientProperty::LibraryName(text("lanes")),
            ClientProperty::LibraryVersion(text("1.2.3")),
            ClientProperty::Capabilities(text("r")),
        ] {
            assert_eq!(list(ClientKillFilter::default().only(&property)).await, 1, "{property:?}");
            assert_eq!(list(ClientKillFilter::default().except(&property)).await, 0, "{property:?}");
        }
        assert_eq!(list(ClientKillFilter::default().idle_for(3_600)).await, 0);
        let mine = ClientKillFilter::default().only(&ClientProperty::Name(text("mine")));
        assert_eq!(redis.client_kill(mine.clone().except(&ClientProperty::Database(3))).await, 0);
        assert_eq!(redis.client_kill(mine).await, 1);
    })
    .await;
}

#[tokio::test]
async fn a_waiting_connection_is_sent_away() {
    let server = Server::start(Options::new());
    both(&server, async |redis, keys| {
        let queue = &keys.key("queue");
        let waiting =
            || server.clients().iter().find(|line| line.contains("cmd=blpop")).map(|line| field(line, "id"));
        let unblock = async |reason| {
            eventually_async("it waits", Duration::from_secs(5), || waiting().is_some()).await;
            redis.client_unblock(waiting().unwrap().parse().unwrap(), reason).await
        };

        let wait = async { redis.blpop(queue, 0.0).await };
        assert_eq!(tokio::join!(wait, unblock(UnblockReason::Timeout)), (None, true));
        let wait = async { redis.blpop(queue, 0.0).error().await.kind() };
        assert_eq!(tokio::join!(wait, unblock(UnblockReason::Error)), (ErrorKind::Unblocked, true));
        assert!(!redis.client_unblock(i64::MAX, UnblockReason::Timeout).await);
    })
    .await;
}

#[tokio::test]
async fn writes_are_held_back_until_a_pause_ends() {
    let server = Server::start(Options::new());
    both(&server, async |redis, keys| {
        let mut other = server.raw();

        redis.client_pause(Duration::from_secs(60), PauseMode::Write).await;
        let key = keys.key("k");
        other.write(format!("*3\r\n$3\r\nSET\r\n${}\r\n{key}\r\n$1\r\nv\r\n", key.len()).as_bytes()).unwrap();
        let blocked = || server.info("blocked_clients") == "1";
        eventually_async("the write is held back", Duration::from_secs(5), blocked).await;
        assert_eq!(redis.get(&key).await, None);
        redis.client_unpause().await;

        assert_eq!(other.read().unwrap().text(), "OK");
        assert_eq!(redis.get(&key).await.as_deref(), Some("v"));
    })
    .await;
}

#[tokio::test]
async fn everything_is_held_back_for_a_moment() {
    let server = Server::start(Options::new());
    both(&server, async |redis, _| {
        redis.client_pause(Duration::from_micros(1), PauseMode::All).await;

        assert_eq!(redis.ping().await, "PONG");
    })
    .await;
}

#[tokio::test]
async fn a_connection_is_spared_when_memory_is_short() {
    if Server::shared().lacks("CLIENT|NO-EVICT") {
        return;
    }
    held(Server::shared(), async |redis, _| {
        redis.client_no_evict(true).await;
        assert!(field(&redis.client_info().await, "flags").contains('e'));
        redis.client_no_evict(false).await;
        assert!(!field(&redis.client_info().await, "flags").contains('e'));
    })
    .await;
}

#[tokio::test]
async fn a_connection_touches_no_key() {
    if Server::shared().lacks("CLIENT|NO-TOUCH") {
        return;
    }
    held(Server::shared(), async |redis, _| {
        redis.client_no_touch(true).await;
        assert!(field(&redis.client_info().await, "flags").contains('T'));
        redis.client_no_touch(false).await;
        assert!(!field(&redis.client_info().await, "flags").contains('T'));
    })
    .await;
}

#[tokio::test]
async fn a_connection_copies_into_a_server_in_import_mode() {
    let server = Server::start(Options::new());
    if server.lacks("CLIENT|IMPORT-SOURCE") {
        return;
    }
    held(&server, async |redis, _| {
        assert_eq!(redis.client_import_source(true).code().await, "ERR");
        server.command(&["CONFIG", "SET", "import-mode", "yes"]);
        redis.client_import_source(true).await;
        assert!(field(&redis.client_info().await, "flags").contains('I'));
        redis.client_import_source(false).await;
        assert!(!field(&redis.client_info().await, "flags").contains('I'));
        server.command(&["CONFIG", "SET", "import-mode", "no"]);
    })
    .await;
}

#[tokio::test]
async fn a_connection_names_its_library() {
    if Server::shared().lacks("CLIENT|SETINFO") {
        return;
    }
    held(Server::shared(), async |redis, _| {
        redis.client_setinfo_lib_name("lanes").await;
        redis.client_setinfo_lib_ver("1.2.3").await;

        let line = redis.client_info().await;
        assert_eq!((field(&line, "lib-name").as_str(), field(&line, "lib-ver").as_str()), ("lanes", "1.2.3"));
        assert_eq!(redis.client_setinfo_lib_name("two words").code().await, "ERR");
    })
    .await;
}

#[tokio::test]
async fn a_client_keeps_its_shared_connection_as_it_is() {
    both(Server::shared(), async |redis, _| {
        assert_eq!(redis.client_setname("mine").error().await.kind(), ErrorKind::Usage);
        assert_eq!(redis.client_no_evict(true).error().await.kind(), ErrorKind::Usage);
        assert_eq!(redis.client_getname().await, None);
    })
    .await;
}
