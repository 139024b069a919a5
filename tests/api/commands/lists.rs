//! Lists, those commands that wait included.

use std::num::NonZeroUsize;

use redlane::commands::native::{BlockingCommands, ListsCommands};
use redlane::commands::types::{Direction, LposOptions};
use redlane_test_support::Server;

use super::wire::both;

#[tokio::test]
async fn elements_are_pushed_read_and_taken() {
    both(Server::shared(), async |redis, keys| {
        let (list, absent) = (&keys.key("l"), &keys.key("absent"));

        assert_eq!(redis.rpush(list, ["b", "c"].as_slice()).await, 2);
        assert_eq!(redis.lpush(list, "a").await, 3);
        assert_eq!(redis.rpush_exists(list, "d").await, 4);
        assert_eq!(redis.lpush_exists(absent, "x").await, 0);
        assert_eq!(redis.llen(list).await, 4);
        assert_eq!(redis.lrange(list, 0, -1).await, ["a", "b", "c", "d"]);
        assert_eq!(redis.lindex(list, -1).await.as_deref(), Some("d"));
        assert_eq!(redis.lindex(list, 9).await, None);
        assert_eq!(redis.linsert_before(list, "b", "ab").await, 5);
        assert_eq!(redis.linsert_after(list, "z", "zz").await, -1);
        redis.lset(list, 0, "A").await;
        assert_eq!(redis.lset(list, 9, "x").code().await, "ERR");
        assert_eq!(redis.lrem(list, 0, "ab").await, 1);
        redis.ltrim(list, 0, 2).await;
        let two = NonZeroUsize::new(2);
        assert_eq!(redis.lpop(list, None).read_as::<Option<String>>().await.as_deref(), Some("A"));
        assert_eq!(redis.rpop(list, two).read_as::<Option<Vec<String>>>().await.unwrap(), ["c", "b"]);
        assert_eq!(redis.rpop(list, None).read_as::<Option<String>>().await, None);
    })
    .await;
}

#[tokio::test]
async fn places_of_elements_are_found() {
    both(Server::shared(), async |redis, keys| {
        let list = &keys.key("l");
        redis.rpush(list, ["a", "b", "a"].as_slice()).await;

        assert_eq!(redis.lpos(list, "a", LposOptions::default()).await, Some(0));
        assert_eq!(redis.lpos(list, "z", LposOptions::default()).await, None);
        assert_eq!(redis.lpos(list, "a", LposOptions::default().rank(-1)).await, Some(2));
        let all = LposOptions::default().count(0).maxlen(0);
        assert_eq!(redis.lpos(list, "a", all).read_as::<Vec<usize>>().await, [0, 2]);
    })
    .await;
}

#[tokio::test]
async fn elements_move_between_lists() {
    both(Server::shared(), async |redis, keys| {
        let (a, b) = (&keys.key("a"), &keys.key("b"));
        redis.rpush(a, ["1", "2", "3"].as_slice()).await;

        assert_eq!(redis.lmove(a, b, Direction::Left, Direction::Right).await.as_deref(), Some("1"));
        assert_eq!(redis.rpoplpush(a, b).await.as_deref(), Some("3"));
        assert_eq!(redis.lmove(keys.key("none"), b, Direction::Left, Direction::Left).await, None);
        assert_eq!(redis.lrange(b, 0, -1).await, ["3", "1"]);
        assert_eq!(redis.blmove(a, b, Direction::Right, Direction::Left, 1.0).await.as_deref(), Some("2"));
        assert_eq!(redis.brpoplpush(b, a, 1.0).await.as_deref(), Some("1"));
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
        redis.rpush(full, ["a", "b", "c"].as_slice()).await;

        assert_eq!(
            redis.lmpop(2, both, Direction::Left, 2).await.unwrap(),
            (full.clone(), vec!["a".into(), "b".into()])
        );
        assert_eq!(
            redis.blmpop(1.0, 2, both, Direction::Right, 9).await.unwrap(),
            (full.clone(), vec!["c".into()])
        );
        assert_eq!(redis.lmpop(2, both, Direction::Left, 1).await, None);
        assert_eq!(redis.blmpop(0.01, 2, both, Direction::Left, 1).await, None);
    })
    .await;
}

#[tokio::test]
async fn a_waiting_pop_takes_what_is_there_or_gives_up() {
    both(Server::shared(), async |redis, keys| {
        let (empty, full) = (&keys.key("empty"), &keys.key("full"));
        redis.rpush(full, ["a", "b"].as_slice()).await;

        assert_eq!(redis.blpop([empty, full].as_slice(), 1.0).await.unwrap(), (full.clone(), "a".to_owned()));
        assert_eq!(redis.brpop(full, 1.0).await.unwrap(), (full.clone(), "b".to_owned()));
        assert_eq!(redis.blpop(empty, 0.01).await, None);
    })
    .await;
}
