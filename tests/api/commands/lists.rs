//! Lists, those commands that wait included.

use std::num::NonZeroUsize;
use std::time::Duration;

use redlane::commands::native::{BlockingCommands, KeysCommands, ListsCommands};
use redlane::commands::types::{Direction, LposOptions};
use redlane_resp::value::Value;
use redlane_test_support::{Options, Server, eventually_async};

use super::wire::both;

fn texts(values: &[&str]) -> Vec<String> {
    values.iter().map(|value| (*value).to_owned()).collect()
}

#[tokio::test]
async fn elements_are_pushed_and_read() {
    both(Server::shared(), async |redis, keys| {
        let (list, absent) = (&keys.key("l"), &keys.key("absent"));

        assert_eq!(redis.rpush(list, ["b", "c"].as_slice()).await, 2);
        assert_eq!(redis.lpush(list, ["a", "0"].as_slice()).await, 4);
        assert_eq!(redis.rpush_exists(list, "d").await, 5);
        assert_eq!(redis.lpush_exists(list, "-").await, 6);
        assert_eq!(redis.lpush_exists(absent, "x").await, 0);
        assert_eq!(redis.rpush_exists(absent, "x").await, 0);
        assert_eq!((redis.llen(list).await, redis.llen(absent).await), (6, 0));
        assert_eq!(redis.lrange(list, 0, -1).await, ["-", "0", "a", "b", "c", "d"]);
        assert_eq!(redis.lrange(list, -2, 9).await, ["c", "d"]);
        assert!(redis.lrange(list, 5, 2).await.is_empty());
        assert!(redis.lrange(absent, 0, -1).await.is_empty());
        assert_eq!(redis.lindex(list, -1).await.as_deref(), Some("d"));
        assert_eq!(redis.lindex(list, 9).await, None);
        assert_eq!(redis.lindex(absent, 0).await, None);
    })
    .await;
}

#[tokio::test]
async fn elements_are_put_between_others_and_removed() {
    both(Server::shared(), async |redis, keys| {
        let (list, absent) = (&keys.key("l"), &keys.key("absent"));
        redis.rpush(list, ["a", "b", "a", "c", "a"].as_slice()).await;

        assert_eq!(redis.linsert_before(list, "b", "1").await, 6);
        assert_eq!(redis.linsert_after(list, "b", "2").await, 7);
        assert_eq!(redis.linsert_before(list, "z", "x").await, -1);
        assert_eq!(redis.linsert_after(list, "z", "x").await, -1);
        assert_eq!(redis.linsert_before(absent, "z", "x").await, 0);
        assert_eq!(redis.linsert_after(absent, "z", "x").await, 0);
        redis.lset(list, -1, "A").await;
        assert_eq!(redis.lset(list, 9, "x").code().await, "ERR");
        assert_eq!(redis.lset(absent, 0, "x").code().await, "ERR");
        assert_eq!(redis.lrem(list, -1, "a").await, 1);
        assert_eq!(redis.lrange(list, 0, -1).await, ["a", "1", "b", "2", "c", "A"]);
        assert_eq!((redis.lrem(list, 0, "z").await, redis.lrem(absent, 1, "z").await), (0, 0));
        redis.ltrim(list, 1, 2).await;
        assert_eq!(redis.lrange(list, 0, -1).await, ["1", "b"]);
        redis.ltrim(list, 5, 9).await;
        assert_eq!(redis.exists(list).await, 0);
    })
    .await;
}

#[tokio::test]
async fn elements_are_taken_one_or_several() {
    both(Server::shared(), async |redis, keys| {
        let list = &keys.key("l");
        let two = NonZeroUsize::new(2);
        redis.rpush(list, ["a", "b", "c", "d", "e", "f"].as_slice()).await;

        assert_eq!(redis.lpop(list, None).await.as_bytes(), Some(b"a".as_slice()));
        assert_eq!(redis.rpop(list, None).read_as::<Option<String>>().await.as_deref(), Some("f"));
        assert_eq!(redis.lpop(list, two).read_as::<Option<Vec<String>>>().await.unwrap(), ["b", "c"]);
        assert_eq!(redis.rpop(list, two).await.as_slice().map(<[Value]>::len), Some(2));
        assert!(redis.lpop(list, None).await.is_null());
        assert!(redis.rpop(list, None).await.is_null());
        assert_eq!(redis.lpop(list, two).read_as::<Option<Vec<String>>>().await, None);
        assert_eq!(redis.rpop(list, two).read_as::<Option<Vec<String>>>().await, None);
    })
    .await;
}

#[tokio::test]
async fn places_of_elements_are_found() {
    both(Server::shared(), async |redis, keys| {
        let (list, absent) = (&keys.key("l"), &keys.key("absent"));
        redis.rpush(list, ["a", "b", "a"].as_slice()).await;

        assert_eq!(redis.lpos(list, "a", LposOptions::default()).await, Some(0));
        assert_eq!(redis.lpos(list, "z", LposOptions::default()).await, None);
        assert_eq!(redis.lpos(absent, "z", LposOptions::default()).await, None);
        assert_eq!(redis.lpos(list, "a", LposOptions::default().rank(-1)).await, Some(2));
        assert_eq!(redis.lpos(list, "b", LposOptions::default().maxlen(1)).await, None);
        let all = LposOptions::default().count(0);
        assert_eq!(redis.lpos(list, "a", all).read_as::<Vec<usize>>().await, [0, 2]);
        assert_eq!(redis.lpos(list, "a", all.rank(2).maxlen(3)).read_as::<Vec<usize>>().await, [2]);
        assert_eq!(redis.lpos(list, "z", all).read_as::<Vec<usize>>().await, [0; 0]);
        assert_eq!(redis.lpos(list, "a", all.rank(0)).code().await, "ERR");
    })
    .await;
}

#[tokio::test]
async fn elements_move_between_lists() {
    both(Server::shared(), async |redis, keys| {
        use Direction::{Left, Right};
        let (a, b, none) = (&keys.key("a"), &keys.key("b"), &keys.key("none"));
        redis.rpush(a, ["1", "2", "3", "4", "5"].as_slice()).await;

        assert_eq!(redis.lmove(a, b, Left, Right).await.as_deref(), Some("1"));
        assert_eq!(redis.rpoplpush(a, b).await.as_deref(), Some("5"));
        assert_eq!(redis.blmove(a, b, Right, Left, 1.0).await.as_deref(), Some("4"));
        assert_eq!(redis.brpoplpush(a, b, 1.0).await.as_deref(), Some("3"));
        assert_eq!(redis.lrange(b, 0, -1).await, ["3", "4", "5", "1"]);
        assert_eq!(redis.lmove(none, b, Left, Left).await, None);
        assert_eq!(redis.rpoplpush(none, b).await, None);
        assert_eq!(redis.blmove(none, b, Left, Left, 0.01).await, None);
        assert_eq!(redis.brpoplpush(none, b, 0.01).await, None);
    })
    .await;
}

#[tokio::test]
async fn several_elements_are_taken_from_the_first_full_list() {
    if Server::shared().lacks("LMPOP") {
        return;
    }
    both(Server::shared(), async |redis, keys| {
        let (empty, full) = (&keys.key("empty"), &keys.key("full"));
        let both = &[empty, full];
        redis.rpush(full, ["a", "b", "c", "d", "e"].as_slice()).await;
        let taken = |values: &[&str]| Some((full.clone(), texts(values)));

        assert_eq!(redis.lmpop(2, both, Direction::Left, 2).await, taken(&["a", "b"]));
        assert_eq!(redis.lmpop(2, both, Direction::Right, 1).await, taken(&["e"]));
        assert_eq!(redis.blmpop(1.0, 2, both, Direction::Left, 1).await, taken(&["c"]));
        assert_eq!(redis.blmpop(1.0, 2, both, Direction::Right, 9).await, taken(&["d"]));
        assert_eq!(redis.lmpop(2, both, Direction::Left, 1).await, None);
        assert_eq!(redis.blmpop(0.01, 2, both, Direction::Left, 1).await, None);
    })
    .await;
}

#[tokio::test]
async fn a_waiting_pop_takes_what_is_there_or_gives_up() {
    both(Server::shared(), async |redis, keys| {
        let (empty, full) = (&keys.key("empty"), &keys.key("full"));
        redis.rpush(full, ["a", "b", "c"].as_slice()).await;

        assert_eq!(redis.blpop([empty, full].as_slice(), 1.0).await, Some((full.clone(), "a".to_owned())));
        assert_eq!(redis.brpop([empty, full].as_slice(), 1.0).await, Some((full.clone(), "c".to_owned())));
        assert_eq!(redis.blpop(empty, 0.01).await, None);
        assert_eq!(redis.brpop(empty, 0.01).await, None);
    })
    .await;
}

#[tokio::test]
async fn a_waiting_pop_takes_what_comes_later_and_holds_nobody_up() {
    let server = Server::start(Options::new());
    both(&server, async |redis, keys| {
        let queue = &keys.key("queue");
        let push = async {
            let waiting = || server.info("blocked_clients") == "1";
            eventually_async("it waits", Duration::from_secs(5), waiting).await;
            redis.rpush(queue, "late").await
        };

        let (taken, length) = tokio::join!(async { redis.blpop(queue, 0.0).await }, push);

        assert_eq!((taken, length), (Some((queue.clone(), "late".to_owned())), 1));
    })
    .await;
}
