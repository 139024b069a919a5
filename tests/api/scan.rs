//! Iteration over keys, fields and members of a real server.

use std::collections::{BTreeMap, BTreeSet};
use std::pin::Pin;
use std::time::Duration;

use redlane::prelude::*;
use redlane::scan::Scan;
use redlane_test_support::{Keys, Options, Server};

async fn connect(server: &Server) -> Client {
    Client::connect(Config::builder().url(&server.url()).build().unwrap()).await.unwrap()
}

async fn shared() -> (Client, Keys) {
    (connect(Server::shared()).await, Keys::new())
}

fn names(prefix: &str, count: usize) -> BTreeSet<String> {
    (0..count).map(|n| format!("{prefix}{n}")).collect()
}

/// Through the trait, as combinators use it.
async fn next_of<S: futures_core::Stream + Unpin>(stream: &mut S) -> Option<S::Item> {
    std::future::poll_fn(|cx| Pin::new(&mut *stream).poll_next(cx)).await
}

#[tokio::test]
async fn every_key_that_matches_is_given() {
    let (client, keys) = shared().await;
    let expected: BTreeSet<String> = (0..500).map(|n| keys.key(&n.to_string())).collect();
    let mut fill = client.pipeline();
    for key in &expected {
        fill = fill.set(key, 1);
    }
    fill.exec().await.unwrap();

    let mut found = BTreeSet::new();
    let mut scan = client.scan().matching(keys.pattern());
    while let Some(key) = scan.next().await {
        found.insert(key.unwrap());
    }

    assert_eq!(found, expected);
    assert!(scan.next().await.is_none(), "the end stays the end");
}

#[tokio::test]
async fn pages_without_a_match_are_passed_over() {
    let server = Server::start(Options::new());
    let client = connect(&server).await;
    let mut fill = client.pipeline().set("needle", 1);
    for n in 0..2_000 {
        fill = fill.set(format!("hay:{n}"), 1);
    }
    fill.exec().await.unwrap();

    let found = client.scan().matching("needle").count(10).collect_all().await.unwrap();
    let none = client.scan().matching("nothing*").collect_all().await.unwrap();

    assert_eq!((found, none), (vec!["needle".to_owned()], vec![]));
}

#[tokio::test]
async fn keys_of_one_type_are_given_alone() {
    let (client, keys) = shared().await;
    client.set(keys.key("text"), 1).await.unwrap();
    client.hset(keys.key("hash"), "a", 1).await.unwrap();
    client.rpush(keys.key("list"), 1).await.unwrap();

    let by_type =
        client.scan().matching(keys.pattern()).key_type(ValueType::Hash).collect_all().await.unwrap();
    let by_name =
        client.scan().matching(keys.pattern()).key_type("list").count(1000).collect_all().await.unwrap();

    assert_eq!(by_type, [keys.key("hash")]);
    assert_eq!(by_name, [keys.key("list")]);
}

#[tokio::test]
async fn fields_come_with_their_values() {
    let (client, keys) = shared().await;
    let hash = keys.key("hash");
    let expected: BTreeMap<String, u64> = (0..1000).map(|n| (format!("field{n}"), n)).collect();
    client.hset_all(&hash, &expected).await.unwrap();

    let found = client.hscan(&hash).count(50).read_as::<(String, u64)>().collect_all().await.unwrap();
    let some = client.hscan(&hash).matching("field99?").collect_all().await.unwrap();

    assert_eq!(found.into_iter().collect::<BTreeMap<_, _>>(), expected);
    assert_eq!(some.into_iter().collect::<BTreeSet<_>>().len(), 10);
}

#[tokio::test]
async fn fields_come_without_their_values() {
    let server = Server::shared();
    if server.predates("HSCAN NOVALUES", Some((7, 4)), Some((8, 0))) {
        return;
    }
    let (client, keys) = shared().await;
    let hash = keys.key("hash");
    client.hset_all(&hash, &[("a", 1), ("b", 2)]).await.unwrap();

    let fields = client.hscan(&hash).no_values().collect_all().await.unwrap();

    assert_eq!(fields.into_iter().collect::<Vec<_>>(), ["a", "b"]);
}

#[tokio::test]
async fn members_come_from_sets_and_sorted_sets() {
    let (client, keys) = shared().await;
    let (set, board) = (keys.key("set"), keys.key("board"));
    let members = names("member", 700);
    client.sadd(&set, &members).await.unwrap();
    let mut fill = client.pipeline();
    for n in 0..700 {
        fill = fill.zadd(&board, format!("member{n}"), f64::from(n) / 2.0);
    }
    fill.exec().await.unwrap();

    let found: BTreeSet<String> = client.sscan(&set).collect_all().await.unwrap().into_iter().collect();
    let scores: BTreeMap<String, f64> = read_stream(client.zscan(&board)).await.into_iter().collect();

    assert_eq!(found, members);
    assert_eq!(scores.len(), 700);
    assert!((0..700).all(|n| scores[&format!("member{n}")] == f64::from(n) / 2.0));
}

async fn read_stream<T: redlane_resp::from_reply::FromReply + Unpin, Of>(
    mut scan: Scan<'_, T, Of>,
) -> Vec<T> {
    let mut all = Vec::new();
    while let Some(element) = next_of(&mut scan).await {
        all.push(element.unwrap());
    }
    all
}

#[tokio::test]
async fn an_absent_key_gives_nothing() {
    let (client, keys) = shared().await;

    assert!(client.hscan(keys.key("no")).collect_all().await.unwrap().is_empty());
    assert!(client.sscan(keys.key("no")).next().await.is_none());
    assert!(client.zscan(keys.key("no")).next().await.is_none());
}

#[tokio::test]
async fn an_error_is_given_once_and_ends_the_walk() {
    let (client, keys) = shared().await;
    let text = keys.key("text");
    client.set(&text, "abc").await.unwrap();
    client.sadd(keys.key("set"), "abc").await.unwrap();

    let mut wrong = client.hscan(&text);
    let mut unread = client.sscan(keys.key("set")).read_as::<u64>();

    assert_eq!(wrong.next().await.unwrap().unwrap_err().kind(), ErrorKind::WrongType);
    assert!(wrong.next().await.is_none());
    assert_eq!(unread.next().await.unwrap().unwrap_err().kind(), ErrorKind::Conversion);
    assert!(unread.next().await.is_none());
    assert_eq!(client.hscan(&text).collect_all().await.unwrap_err().command(), Some("HSCAN"));
}

#[tokio::test]
async fn a_dropped_next_loses_no_element() {
    let (client, keys) = shared().await;
    let set = keys.key("set");
    let members = names("member", 1000);
    client.sadd(&set, &members).await.unwrap();

    let mut found = BTreeSet::new();
    let mut scan = client.sscan(&set).count(7);
    let mut round = 0;
    loop {
        round += 1;
        // Many of these give up while a page is under way.
        match tokio::time::timeout(Duration::from_micros(round % 120), scan.next()).await {
            Err(_) => {}
            Ok(Some(member)) => {
                found.insert(member.unwrap());
            }
            Ok(None) => break,
        }
    }

    assert_eq!(found, members);
}
