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
async fn long_keys_fill_a_buffer_of_few_bytes_long_before_it_is_full() {
    let server = with_flags("E$");
    let client = of(&server, "").await;
    let mut roomy = client.keyspace_events().events([EventKind::Set]).await.unwrap();
    let mut stalled = client.keyspace_events().events([EventKind::Set]).buffer_bytes(4 * 1024).await.unwrap();
    let key = |number: usize| format!("{number:01000}");

    for number in 0..100 {
        client.set(key(number), "x").await.unwrap();
    }
    for number in 0..100 {
        assert_eq!(next(&mut roomy).await, (0, EventKind::Set, key(number)));
    }

    // Both hear a message at once. Four keys with the name of their channel are 4,072 bytes, and a fifth is too much.
    let lagged = timeout(SOON, stalled.next()).await.unwrap();
    assert!(matches!(lagged, Some(KeyStreamItem::Lagged(96))), "{lagged:?}");
    for number in 96..100 {
        assert_eq!(next(&mut stalled).await, (0, EventKind::Set, key(number)));
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
async fn each_key_of_a_command_is_told_and_a_flush_tells_nothing() {
    let server = with_flags("AE");
    let client = of(&server, "").await;
    let mut events = client.keyspace_events().await.unwrap();

    client.mset(&[("a", 1), ("b", 2)]).await.unwrap();
    client.del(&["a", "b"]).await.unwrap();
    client.set("c", 3).await.unwrap();
    server.command(&["FLUSHDB"]);
    server.command(&["FLUSHALL"]);
    client.set("after", 4).await.unwrap();

    let told = [
        (EventKind::Set, "a"),
        (EventKind::Set, "b"),
        (EventKind::Del, "a"),
        (EventKind::Del, "b"),
        (EventKind::Set, "c"),
        (EventKind::Set, "after"),
    ];
    for (event, key) in told {
        assert_eq!(next(&mut events).await, (0, event, key.to_owned()));
    }
}

#[tokio::test]
async fn what_is_stored_by_another_name_is_told_by_the_new_one() {
    let server = with_flags("AE");
    let client = of(&server, "").await;
    client.rpush("list", &[3, 1, 2]).await.unwrap();
    let mut events = client.keyspace_events().await.unwrap();

    server.command(&["SORT", "list", "STORE", "sorted"]);
    server.command(&["SETBIT", "bits", "7", "1"]);
    server.command(&["PFADD", "count", "x"]);
    server.command(&["GEOADD", "places", "13.4", "52.5", "Berlin"]);
    server.command(&["GEOSEARCHSTORE", "near", "places", "FROMLONLAT", "13", "52", "BYRADIUS", "200", "km"]);

    let told = [
        (EventKind::SortStore, "sorted"),
        (EventKind::SetBit, "bits"),
        (EventKind::PfAdd, "count"),
        (EventKind::ZAdd, "places"),
        (EventKind::GeoSearchStore, "near"),
    ];
    for (event, key) in told {
        assert_eq!(next(&mut events).await, (0, event, key.to_owned()));
    }
}

#[tokio::test]
async fn a_hash_whose_last_field_expires_tells_that_and_then_of_itself() {
    let server = with_flags("AE");
    if server.lacks("HPEXPIRE") {
        return;
    }
    let client = of(&server, "").await;
    client.hset("hash", "field", 1).await.unwrap();
    let wanted = [EventKind::HExpired, EventKind::Del];
    let mut events = client.keyspace_events().events(wanted.clone()).await.unwrap();

    server.command(&["HPEXPIRE", "hash", "1", "FIELDS", "1", "field"]);

    for event in wanted {
        assert_eq!(next(&mut events).await, (0, event, "hash".to_owned()));
    }
}

#[tokio::test]
async fn an_expired_key_is_told_when_it_is_removed_and_not_before() {
    let server = with_flags("AE");
    server.command(&["DEBUG", "SET-ACTIVE-EXPIRE", "0"]);
    let client = of(&server, "").await;
    let mut events = client.keyspace_events().events([EventKind::Expired, EventKind::Append]).await.unwrap();
    client.pset_ex("short", 1, 5).await.unwrap();
    let milliseconds = || {
        let time = server.command(&["TIME"]);
        let [seconds, micros] = time.elements() else { panic!("{time:?}") };
        let number = |reply: &RawReply| reply.text().parse::<u64>().unwrap();
        number(seconds) * 1000 + number(micros) / 1000
    };
    let begun = milliseconds();
    eventually_async("its time is over", SOON, || milliseconds() > begun + 10).await;

    client.append("marker", "x").await.unwrap();
    assert_eq!(client.exists("short").await.unwrap(), 0);

    assert_eq!(next(&mut events).await, (0, EventKind::Append, "marker".to_owned()));
    assert_eq!(next(&mut events).await, (0, EventKind::Expired, "short".to_owned()));
}

#[tokio::test]
async fn a_replica_tells_del_where_its_primary_tells_expired() {
    let primary = with_flags("AE");
    let replica = Server::start(
        Options::new()
            .set("notify-keyspace-events", "AE")
            .line(&format!("replicaof 127.0.0.1 {}", primary.port())),
    );
    eventually_async("it follows", SOON, || replica.info("master_link_status") == "up").await;
    let (writer, reader) = (of(&primary, "").await, of(&replica, "").await);
    let wanted = [EventKind::Expired, EventKind::Del];
    let mut there = writer.keyspace_events().events(wanted.clone()).await.unwrap();
    let mut here = reader.keyspace_events().events(wanted).await.unwrap();

    writer.pset_ex("session:7", 1, 1).await.unwrap();

    assert_eq!(next(&mut there).await.1, EventKind::Expired);
    assert_eq!(next(&mut here).await.1, EventKind::Del);
}

#[tokio::test]
async fn events_come_over_resp2_as_well() {
    let server = with_flags("AKE");
    let client = of(&server, "?protocol=2").await;
    let mut all = client.keyspace_events().await.unwrap();
    let mut some = client.keyspace_events().key_prefix("session:").await.unwrap();

    client.set("task:1", 1).await.unwrap();
    client.set("session:1", 1).await.unwrap();

    assert_eq!(next(&mut all).await.2, "task:1");
    assert_eq!(next(&mut all).await.2, "session:1");
    assert_eq!(next(&mut some).await.2, "session:1");
}

#[tokio::test]
async fn a_server_that_knows_no_config_is_a_warning_and_its_events_are_heard() {
    let server =
        Server::start(Options::new().set("notify-keyspace-events", "AE").line("rename-command CONFIG \"\""));
    let client = of(&server, "").await;

    let mut events = client.keyspace_events().ensure_flags(true).await.unwrap();
    client.set("k", 1).await.unwrap();

    let [FlagWarning::Forbidden(error)] = events.warnings() else { panic!("{:?}", events.warnings()) };
    assert_eq!(error.code(), Some("ERR"));
    assert_eq!(next(&mut events).await, (0, EventKind::Set, "k".to_owned()));
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
async fn a_server_that_has_forgotten_its_setting_is_told_again_before_the_gap_is() {
    let server = Server::start(Options::new());
    let client = of(&server, "").await;
    let mut ensured = client.keyspace_events().events([EventKind::Set]).ensure_flags(true).await.unwrap();

    server.restart();

    let item = timeout(SOON, ensured.next()).await.unwrap();
    assert!(matches!(item, Some(KeyStreamItem::Gap { .. })), "{item:?}");
    assert!(ensured.warnings().is_empty(), "{:?}", ensured.warnings());
    client.set("k", 1).await.unwrap();
    assert_eq!(next(&mut ensured).await, (0, EventKind::Set, "k".to_owned()));
}

#[tokio::test]
async fn a_setting_that_was_forgotten_is_a_warning_where_nobody_may_set_it() {
    let server = Server::start(Options::new());
    server.command(&["CONFIG", "SET", "notify-keyspace-events", "AE"]);
    let client = of(&server, "").await;
    let mut events = client.keyspace_events().events([EventKind::Set]).await.unwrap();
    assert!(events.warnings().is_empty(), "{:?}", events.warnings());

    server.restart();

    let item = timeout(SOON, events.next()).await.unwrap();
    assert!(matches!(item, Some(KeyStreamItem::Gap { .. })), "{item:?}");
    let [FlagWarning::Missing(letters)] = events.warnings() else { panic!("{:?}", events.warnings()) };
    assert_eq!(letters, "E$");
    assert_eq!(flags(&server), "", "nothing was changed");
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
