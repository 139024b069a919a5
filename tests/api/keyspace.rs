//! Keyspace events: typed, checked against the server's settings, routed by the beginning of the key.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use redlane::keyspace::{EventKind, FlagWarning, KeyEvent, KeyEvents, KeyStreamItem};
use redlane::prelude::*;
use redlane_test_support::{Options, RawReply, Server, eventually_async};
use tokio::time::timeout;

const SOON: Duration = Duration::from_secs(10);

async fn of(server: &Server, suffix: &str) -> Client {
    Client::connect(Config::from_url(&format!("{}{suffix}", server.url())).unwrap()).await.unwrap()
}

fn with_flags(flags: &str) -> Server {
    Server::start(Options::new().set("notify-keyspace-events", flags))
}

fn flags(server: &Server) -> String {
    let RawReply::Array(reply) = server.command(&["CONFIG", "GET", "notify-keyspace-events"]) else {
        panic!()
    };
    reply[1].text()
}

async fn next(events: &mut KeyEvents) -> (u32, EventKind, String) {
    match timeout(SOON, events.next()).await.expect("an event comes").expect("the stream goes on") {
        KeyStreamItem::Event(KeyEvent { db, event, key, .. }) => {
            (db, event, String::from_utf8(key.to_vec()).unwrap())
        }
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn an_expired_key_is_told_with_its_database() {
    let server = with_flags("Ex");
    let client = of(&server, "/3").await;
    let mut events = client.keyspace_events().events([EventKind::Expired]).await.unwrap();

    client.set("session:7", "x").await.unwrap();
    client.pexpire("session:7", 1).await.unwrap();

    assert!(events.warnings().is_empty(), "{:?}", events.warnings());
    assert_eq!(next(&mut events).await, (3, EventKind::Expired, "session:7".to_owned()));
}

#[tokio::test]
async fn without_a_choice_everything_is_told_in_order() {
    let server = with_flags("AE");
    let client = of(&server, "").await;
    let mut events = client.keyspace_events().await.unwrap();

    client.rpush("list", "x").await.unwrap();
    client.lpop("list", None).await.unwrap();
    client.set("k", 1).await.unwrap();
    client.rename("k", "m").await.unwrap();

    for (event, key) in [
        (EventKind::RPush, "list"),
        (EventKind::LPop, "list"),
        (EventKind::Del, "list"),
        (EventKind::Set, "k"),
        (EventKind::RenameFrom, "k"),
        (EventKind::RenameTo, "m"),
    ] {
        assert_eq!(next(&mut events).await, (0, event, key.to_owned()));
    }
}

#[tokio::test]
async fn a_prefix_is_taken_literally_and_the_server_sorts_by_it() {
    let server = with_flags("AK");
    let client = of(&server, "").await;
    let mut events =
        client.keyspace_events().key_prefix("a*[b]\\?__:").events([EventKind::Del]).await.unwrap();

    for key in ["a*[b]\\?__:1", "axb\\?__:1", "a*b\\?__:1"] {
        client.set(key, 1).await.unwrap();
        client.del(key).await.unwrap();
    }
    client.set("a*[b]\\?__:2", 1).await.unwrap();
    client.del("a*[b]\\?__:2").await.unwrap();

    assert!(events.warnings().is_empty(), "{:?}", events.warnings());
    assert_eq!(next(&mut events).await, (0, EventKind::Del, "a*[b]\\?__:1".to_owned()));
    assert_eq!(next(&mut events).await, (0, EventKind::Del, "a*[b]\\?__:2".to_owned()));
}

#[tokio::test]
async fn all_databases_can_be_heard() {
    let server = with_flags("Eg");
    let (first, second) = (of(&server, "/1").await, of(&server, "/2").await);
    let mut events = first.keyspace_events().all_dbs().events([EventKind::Del]).await.unwrap();

    for client in [&first, &second] {
        client.set("k", 1).await.unwrap();
        client.del("k").await.unwrap();
    }

    assert_eq!(next(&mut events).await, (1, EventKind::Del, "k".to_owned()));
    assert_eq!(next(&mut events).await, (2, EventKind::Del, "k".to_owned()));
}

#[tokio::test]
async fn missing_letters_are_told() {
    let server = with_flags("g");
    let client = of(&server, "").await;

    let events = client.keyspace_events().events([EventKind::Expired, EventKind::Del]).await.unwrap();

    let [warning] = events.warnings() else { panic!("{:?}", events.warnings()) };
    assert!(matches!(warning, FlagWarning::Missing(letters) if letters == "Ex"), "{warning:?}");
    assert_eq!(warning.to_string(), "notify-keyspace-events lacks Ex: these events do not come");
    assert_eq!(flags(&server), flags(&with_flags("g")), "nothing was changed");
}

#[tokio::test]
async fn letters_are_only_ever_added() {
    let server = with_flags("Kg");
    let client = of(&server, "").await;

    let mut events = client.keyspace_events().events([EventKind::Expired]).ensure_flags(true).await.unwrap();

    assert!(events.warnings().is_empty(), "{:?}", events.warnings());
    let set = flags(&server);
    assert!("KgEx".chars().all(|letter| set.contains(letter)) && set.len() == 4, "{set}");
    client.set("k", 1).await.unwrap();
    client.pexpire("k", 1).await.unwrap();
    assert_eq!(next(&mut events).await.1, EventKind::Expired);
}

#[tokio::test]
async fn letters_that_the_server_hides_are_unknown_and_are_not_taken_away() {
    let server = Server::start(Options::new());
    if server.predates("the event of a new key", Some((7, 0)), Some((7, 2))) {
        return;
    }
    server.command(&["CONFIG", "SET", "notify-keyspace-events", "AKn"]);
    let client = of(&server, "").await;

    let hidden = client.keyspace_events().key_prefix("k").events([EventKind::New]).await.unwrap();
    let shown = flags(&server);
    assert_eq!(
        !shown.contains('n'),
        hidden
            .warnings()
            .iter()
            .any(|warning| { matches!(warning, FlagWarning::Unknown(letters) if letters == "n") }),
        "{shown} {:?}",
        hidden.warnings()
    );
    let _ = client.keyspace_events().events([EventKind::Del]).ensure_flags(true).await.unwrap();
    let mut events = client.keyspace_events().events([EventKind::New]).await.unwrap();
    client.set("k", 1).await.unwrap();

    assert_eq!(next(&mut events).await, (0, EventKind::New, "k".to_owned()));
}

#[tokio::test]
async fn a_user_who_may_not_ask_for_settings_is_warned_and_hears_the_events() {
    let server = with_flags("AE");
    server.command(&["ACL", "SETUSER", "u", "on", ">p", "+@all", "-config", "~*", "&*"]);
    let url = server.url().replace("redis://", "redis://u:p@");
    let client = Client::connect(Config::from_url(&url).unwrap()).await.unwrap();

    for ensure in [false, true] {
        let mut events = client.keyspace_events().ensure_flags(ensure).await.unwrap();
        client.set("k", 1).await.unwrap();

        let [FlagWarning::Forbidden(error)] = events.warnings() else { panic!("{:?}", events.warnings()) };
        assert_eq!(error.code(), Some("NOPERM"));
        assert_eq!(next(&mut events).await, (0, EventKind::Set, "k".to_owned()));
    }
}

#[tokio::test]
async fn events_go_to_the_function_for_their_prefix_and_a_panic_ends_nothing() {
    let server = with_flags("AE");
    let client = of(&server, "").await;
    let heard = Arc::new(Mutex::new(Vec::new()));
    let note = |what: &'static str| {
        let heard = Arc::clone(&heard);
        move |event: KeyEvent| {
            let heard = Arc::clone(&heard);
            async move {
                let key = String::from_utf8(event.key.to_vec()).unwrap();
                assert!(!key.ends_with("panic"), "as the test asked");
                heard.lock().unwrap().push(format!("{what} {key}"));
            }
        }
    };
    let events = client.keyspace_events().events([EventKind::Set]).await.unwrap();
    let router = events
        .router()
        .on_prefix("session:", note("session"))
        .on_prefix("task:", note("task"))
        .on_prefix("bad:", |_| -> std::future::Ready<()> { panic!("before its future is made") });
    let running = tokio::spawn(router.run());

    for key in ["session:1", "session:panic", "bad:1", "other", "task:1", "session:2"] {
        client.set(key, 1).await.unwrap();
    }

    let expected = ["session session:1", "task task:1", "session session:2"];
    eventually_async("all are handled", SOON, || *heard.lock().unwrap() == expected).await;
    client.close().await;
    timeout(SOON, running).await.expect("the router ends with the client").unwrap();
}

#[tokio::test]
async fn a_restart_is_a_gap_among_the_events() {
    let server = with_flags("AE");
    let client = of(&server, "").await;
    let mut events = client.keyspace_events().await.unwrap();

    server.restart();

    let item = timeout(SOON, events.next()).await.unwrap();
    assert!(matches!(item, Some(KeyStreamItem::Gap { .. })), "{item:?}");
    client.set("k", 1).await.unwrap();
    assert_eq!(next(&mut events).await.1, EventKind::Set);
}
