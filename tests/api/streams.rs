//! Group readers: no entry is lost, whatever becomes of readers, their connections and their processes.

mod killed;

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use redlane::prelude::*;
use redlane::streams::{GroupReaderBuilder, StartAt};
use redlane_test_support::{Keys, Options, Server, eventually_async};

/// What a loaded machine may take for all that a test waits for.
const LIMIT: Duration = Duration::from_secs(20);

async fn connect(server: &Server) -> Client {
    Client::connect(Config::builder().url(&server.url()).build().unwrap()).await.unwrap()
}

async fn shared() -> (Client, String) {
    (connect(Server::shared()).await, Keys::new().key("s"))
}

/// Adds entries `from`-0 to `to`-0, each with the field `n`.
async fn fill(client: &Client, key: &str, numbers: std::ops::RangeInclusive<u32>) {
    let mut fill = client.pipeline();
    for n in numbers {
        fill = fill.xadd(key, format!("{n}-0"), &[("n", n)]);
    }
    fill.exec().await.unwrap();
}

/// A reader that does nothing by the clock that a test did not ask for.
fn reader(client: &Client, key: &str, name: &str) -> GroupReaderBuilder {
    client.group_reader(key, "g", name).claim_idle(None).block(Duration::from_millis(100))
}

async fn next(reader: &mut GroupReader) -> Entry {
    let entry = tokio::time::timeout(LIMIT, reader.next()).await.expect("an entry comes");
    entry.expect("it goes on").unwrap()
}

async fn numbers(reader: &mut GroupReader, count: usize) -> Vec<u32> {
    let mut numbers = Vec::new();
    for _ in 0..count {
        let entry = next(reader).await;
        numbers.push(entry.read("n").unwrap().unwrap());
        entry.ack();
    }
    numbers
}

async fn pending(client: &Client, key: &str) -> usize {
    client.xpending(key, "g").await.unwrap().count()
}

#[tokio::test]
async fn entries_come_in_order_and_are_acknowledged_in_batches() {
    let server = Server::start(Options::new());
    let client = connect(&server).await;
    fill(&client, "s", 1..=200).await;

    let mut reader = reader(&client, "s", "a").ack_batch(40).ack_every(LIMIT).begin().await.unwrap();
    let found = numbers(&mut reader, 200).await;
    reader.flush().await.unwrap();

    assert_eq!(found, (1..=200).collect::<Vec<u32>>());
    assert_eq!((pending(&client, "s").await, reader.outstanding()), (0, 0));
    let calls = server.info("cmdstat_xack");
    let calls: u32 = calls.split(&['=', ','][..]).nth(1).unwrap().parse().unwrap();
    assert!((3..=20).contains(&calls), "{calls} calls of XACK");
}

#[tokio::test]
async fn an_acknowledgement_does_not_wait_for_ever_for_others() {
    let (client, key) = shared().await;
    fill(&client, &key, 1..=1).await;
    let mut reader = reader(&client, &key, "a").ack_every(Duration::from_millis(5)).begin().await.unwrap();
    next(&mut reader).await.ack();

    let waiting = tokio::spawn(async move { reader.next().await.map(Result::unwrap) });
    let mut raw = Server::shared().raw();
    eventually_async("it is acknowledged", LIMIT, || {
        raw.command(&["XPENDING", key.as_str(), "g"]).elements()[0].text() == "0"
    })
    .await;

    fill(&client, &key, 2..=2).await;
    assert_eq!(waiting.await.unwrap().unwrap().id(), "2-0");
}

#[tokio::test]
async fn entries_can_be_worked_on_and_acknowledged_elsewhere() {
    let (client, key) = shared().await;
    fill(&client, &key, 1..=30).await;
    let mut reader = reader(&client, &key, "a").prefetch(5).begin().await.unwrap();

    let mut workers = tokio::task::JoinSet::new();
    for _ in 0..30 {
        let entry = next(&mut reader).await;
        workers.spawn(async move {
            tokio::task::yield_now().await;
            entry.ack();
        });
    }
    while workers.join_next().await.is_some() {}

    assert!(reader.leave().await.unwrap());
    assert_eq!(pending(&client, &key).await, 0);
}

#[tokio::test]
async fn no_more_entries_than_allowed_are_with_a_reader() {
    let (client, key) = shared().await;
    fill(&client, &key, 1..=20).await;
    let mut reader = reader(&client, &key, "a").prefetch(3).begin().await.unwrap();

    let held = [next(&mut reader).await, next(&mut reader).await, next(&mut reader).await];
    let more = tokio::time::timeout(Duration::from_millis(50), reader.next()).await;

    assert!(more.is_err(), "there is no room");
    assert_eq!((pending(&client, &key).await, reader.outstanding()), (3, 3));
    held.into_iter().for_each(Entry::ack);
    assert_eq!(next(&mut reader).await.id(), "4-0");
}

#[tokio::test]
async fn what_a_reader_did_not_finish_comes_first_when_it_is_started_again() {
    let (client, key) = shared().await;
    fill(&client, &key, 1..=10).await;
    let mut first = reader(&client, &key, "a").prefetch(4).begin().await.unwrap();
    next(&mut first).await.ack();
    first.flush().await.unwrap();
    drop(first);

    let mut second = reader(&client, &key, "a").prefetch(2).begin().await.unwrap();
    let entry = next(&mut second).await;

    assert_eq!((entry.id(), entry.is_redelivery()), ("2-0", true));
    entry.ack();
    assert_eq!(numbers(&mut second, 8).await, (3..=10).collect::<Vec<u32>>());
    assert!(second.leave().await.unwrap());
}

#[tokio::test]
async fn entries_that_another_member_left_alone_are_taken_over() {
    let (client, key) = shared().await;
    fill(&client, &key, 1..=5).await;
    let mut lost = reader(&client, &key, "lost").begin().await.unwrap();
    let held = next(&mut lost).await;
    drop(lost);

    let idle = Duration::from_millis(50);
    let mut heir = reader(&client, &key, "heir").claim_idle(idle).begin().await.unwrap();

    assert_eq!(numbers(&mut heir, 5).await, [1, 2, 3, 4, 5]);
    drop(held);
    assert!(heir.leave().await.unwrap());
}

#[tokio::test]
async fn an_entry_whose_handler_failed_comes_again() {
    let (client, key) = shared().await;
    fill(&client, &key, 1..=1).await;
    let idle = Duration::from_millis(30);
    let mut reader = reader(&client, &key, "a").claim_idle(idle).begin().await.unwrap();

    let entry = next(&mut reader).await;
    let handler = tokio::spawn(async move {
        let _entry = entry;
        panic!("the handler fails");
    });
    assert!(handler.await.is_err());

    let again = next(&mut reader).await;
    assert_eq!((again.id(), again.is_redelivery()), ("1-0", true));
}

#[tokio::test]
async fn an_entry_in_work_is_not_given_twice_by_its_own_reader() {
    let (client, key) = shared().await;
    fill(&client, &key, 1..=1).await;
    let idle = Duration::from_millis(5);
    let mut reader = reader(&client, &key, "a").claim_idle(idle).begin().await.unwrap();
    let held = next(&mut reader).await;

    let twice = tokio::time::timeout(Duration::from_millis(100), reader.next()).await;

    assert!(twice.is_err());
    held.ack();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn calls_that_are_dropped_lose_nothing() {
    let (client, key) = shared().await;
    let mut reader = reader(&client, &key, "a").prefetch(7).begin().await.unwrap();
    let producer = tokio::spawn({
        let (client, key) = (client.clone(), key.clone());
        async move {
            for n in 1..=300 {
                fill(&client, &key, n..=n).await;
            }
        }
    });

    let mut found = Vec::new();
    let begun = std::time::Instant::now();
    let mut dropped = 0;
    while found.len() < 300 {
        assert!(begun.elapsed() < LIMIT, "only {} came", found.len());
        // Without any patience the call is polled once.
        let patience = Duration::from_millis(fastrand::u64(0..2));
        match tokio::time::timeout(patience, reader.next()).await {
            Ok(entry) => {
                let entry = entry.unwrap().unwrap();
                found.push(entry.read::<u32>("n").unwrap().unwrap());
                entry.ack();
            }
            Err(_) => {
                dropped += 1;
                tokio::task::yield_now().await;
            }
        }
    }
    producer.await.unwrap();

    assert_eq!(found, (1..=300).collect::<Vec<u32>>(), "each once, and in order");
    assert!(dropped > 0, "no call was dropped");
    assert!(reader.leave().await.unwrap());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn connections_that_are_killed_lose_nothing() {
    let server = Server::start(Options::new());
    let client = connect(&server).await;
    fill(&client, "s", 1..=400).await;
    let mut reader = reader(&client, "s", "a").prefetch(10).begin().await.unwrap();

    let mut seen: BTreeMap<u32, u32> = BTreeMap::new();
    while seen.len() < 400 {
        let entry = next(&mut reader).await;
        let n = entry.read("n").unwrap().unwrap();
        *seen.entry(n).or_default() += 1;
        entry.ack();
        if n % 50 == 0 {
            server.command(&["CLIENT", "KILL", "TYPE", "normal", "SKIPME", "yes"]);
        }
    }

    assert!(seen.values().all(|times| *times == 1), "an entry that is out is known: {seen:?}");
    while reader.flush().await.is_err() {}
    assert_eq!(pending(&client, "s").await, 0);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_server_that_is_restarted_loses_nothing_that_it_keeps() {
    let server = Server::start(Options::new().set("appendonly", "yes").set("appendfsync", "always"));
    let client = connect(&server).await;
    fill(&client, "s", 1..=100).await;
    let mut reader = reader(&client, "s", "a").prefetch(10).begin().await.unwrap();

    let mut seen = BTreeSet::new();
    while seen.len() < 100 {
        let entry = next(&mut reader).await;
        if seen.insert(entry.read::<u32>("n").unwrap().unwrap()) && seen.len() == 40 {
            server.restart();
        }
        entry.ack();
    }

    assert_eq!(seen, (1..=100).collect::<BTreeSet<u32>>());
    while reader.flush().await.is_err() {}
    assert_eq!(pending(&client, "s").await, 0);
}

#[tokio::test]
async fn a_group_that_is_destroyed_is_made_again_from_the_beginning() {
    let (client, key) = shared().await;
    fill(&client, &key, 1..=2).await;
    let mut reader = reader(&client, &key, "a").begin().await.unwrap();
    assert_eq!(numbers(&mut reader, 2).await, [1, 2]);

    client.del(&key).await.unwrap();
    fill(&client, &key, 1..=3).await;

    assert_eq!(numbers(&mut reader, 3).await, [1, 2, 3]);
}

#[tokio::test]
async fn a_member_leaves_the_group_only_when_nothing_is_pending() {
    let (client, key) = shared().await;
    fill(&client, &key, 1..=6).await;
    let members = async || client.xinfo_consumers(&key, "g").await.unwrap().consumers;
    let idle = Duration::from_secs(3_600);

    let mut first = reader(&client, &key, "a").claim_idle(idle).begin().await.unwrap();
    let held = next(&mut first).await;
    assert!(!first.leave().await.unwrap());
    assert_eq!(members().await[0].pending, 6, "the member stays with its entries");

    // What it had not been asked for is free at once, whatever the time that entries may be left alone.
    let mut heir = reader(&client, &key, "b").claim_idle(idle).begin().await.unwrap();
    assert_eq!(numbers(&mut heir, 5).await, [2, 3, 4, 5, 6]);
    assert!(heir.leave().await.unwrap());
    let left: Vec<String> = members().await.into_iter().map(|member| member.name).collect();
    assert_eq!((left, held.id()), (vec!["a".to_owned()], "1-0"));
}

#[tokio::test]
async fn an_entry_that_was_deleted_is_passed_over_and_acknowledged() {
    let (client, key) = shared().await;
    fill(&client, &key, 1..=3).await;
    let mut first = reader(&client, &key, "a").begin().await.unwrap();
    drop(next(&mut first).await);
    drop(first);
    client.xdel(&key, &["1-0", "2-0"]).await.unwrap();

    let mut second = reader(&client, &key, "a").begin().await.unwrap();

    assert_eq!(numbers(&mut second, 1).await, [3]);
    assert!(second.leave().await.unwrap());
}

#[tokio::test]
async fn a_new_group_begins_where_it_was_told_to() {
    let (client, key) = shared().await;
    fill(&client, &key, 1..=3).await;
    let begin = async |group: &str, start| {
        let reader = client.group_reader(&key, group, "a").start_at(start);
        reader.block(Duration::from_millis(100)).begin().await.unwrap()
    };

    let mut all = begin("all", StartAt::Beginning).await;
    let mut some = begin("some", StartAt::After("2-0".to_owned())).await;
    let mut later = begin("later", StartAt::Now).await;
    fill(&client, &key, 4..=4).await;

    assert_eq!(next(&mut all).await.id(), "1-0");
    assert_eq!(next(&mut some).await.id(), "3-0");
    assert_eq!(next(&mut later).await.id(), "4-0");
}

#[tokio::test]
async fn fields_are_read_as_any_type_and_keep_their_order() {
    let (client, key) = shared().await;
    client.xadd(&key, "1-0", &[("b", "2"), ("a", "x"), ("b", "3")]).await.unwrap();
    let mut reader = reader(&client, &key, "a").begin().await.unwrap();

    let entry = next(&mut reader).await;

    let names: Vec<&[u8]> = entry.fields().iter().map(|(name, _)| name.as_ref()).collect();
    assert_eq!(names, [b"b", b"a", b"b"]);
    assert_eq!((entry.read::<i64>("b").unwrap(), entry.get("a").unwrap().as_ref()), (Some(2), &b"x"[..]));
    assert_eq!(entry.read::<String>("c").unwrap(), None);
    assert!(entry.read::<i64>("a").is_err());
    assert_eq!(format!("{entry:?}"), "Entry { id: \"1-0\", fields: 3, redelivery: false, .. }");
    entry.ack();
}

#[tokio::test]
async fn what_does_not_pass_ends_a_reader() {
    let (client, key) = shared().await;
    client.set(&key, "no stream").await.unwrap();
    let error = reader(&client, &key, "a").begin().await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::WrongType);
    client.del(&key).await.unwrap();
    let mut reader = reader(&client, &key, "a").begin().await.unwrap();
    client.del(&key).await.unwrap();
    client.set(&key, "no stream").await.unwrap();

    let error = tokio::time::timeout(LIMIT, reader.next()).await.unwrap().unwrap().unwrap_err();

    assert_eq!(error.kind(), ErrorKind::WrongType);
    assert!(reader.next().await.is_none());
}

#[tokio::test]
async fn in_resp2_a_reader_does_the_same() {
    let (filler, key) = shared().await;
    let config = Config::from_url(&format!("{}?protocol=2", Server::shared().url())).unwrap();
    let client = Client::connect(config).await.unwrap();
    fill(&filler, &key, 1..=5).await;
    let mut first = reader(&client, &key, "a").begin().await.unwrap();
    drop(next(&mut first).await);
    drop(first);

    let mut again = reader(&client, &key, "a").begin().await.unwrap();

    assert_eq!(numbers(&mut again, 5).await, [1, 2, 3, 4, 5]);
    again.flush().await.unwrap();
    assert_eq!(pending(&filler, &key).await, 0);
    assert!(again.leave().await.unwrap());
}

#[tokio::test]
async fn a_reader_ends_with_its_client() {
    let (client, key) = shared().await;
    let mut reader = reader(&client, &key, "a").begin().await.unwrap();

    client.close_within(Duration::ZERO).await;
    let error = tokio::time::timeout(LIMIT, reader.next()).await.unwrap().unwrap().unwrap_err();

    assert_eq!(error.kind(), ErrorKind::Closed);
    assert!(reader.next().await.is_none());
}

#[tokio::test]
async fn settings_of_nothing_are_refused() {
    let (client, key) = shared().await;
    let plain = || reader(&client, &key, "a");

    for builder in [
        plain().prefetch(0),
        plain().ack_batch(0),
        plain().block(Duration::ZERO),
        plain().ack_every(Duration::ZERO),
        plain().claim_idle(Duration::ZERO),
    ] {
        assert_eq!(builder.begin().await.unwrap_err().kind(), ErrorKind::Usage);
    }
    assert_eq!(client.exists(&key).await.unwrap(), 0);
}

#[tokio::test]
async fn members_share_the_work() {
    let (client, key) = shared().await;
    let mut one = reader(&client, &key, "one").prefetch(5).begin().await.unwrap();
    let mut two = reader(&client, &key, "two").prefetch(5).begin().await.unwrap();
    fill(&client, &key, 1..=40).await;

    let mut found: Vec<u32> = Vec::new();
    for _ in 0..20 {
        found.extend(numbers(&mut one, 1).await);
        found.extend(numbers(&mut two, 1).await);
    }

    assert_eq!(BTreeSet::from_iter(found), (1..=40).collect::<BTreeSet<u32>>());
}
