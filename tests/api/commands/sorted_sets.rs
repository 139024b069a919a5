//! Sorted sets, those commands that wait included.

use redlane::commands::native::{BlockingCommands, KeysCommands, SortedSetsCommands};
use redlane::commands::types::{
    Aggregate, CombineOptions, LexBound, LexRange, RankRange, ScanOptions, ScoreBound, ScoreRange,
    SortedSetAddOptions, UpdateCheck,
};
use redlane_test_support::Server;

use super::wire::{Wire, both};

fn scored(members: &[(&str, f64)]) -> Vec<(String, f64)> {
    members.iter().map(|(member, score)| ((*member).to_owned(), *score)).collect()
}

async fn abc(redis: &Wire, key: &str) {
    redis.zadd_multiple(key, &[(1.0, "a"), (2.0, "b"), (3.0, "c")]).await;
}

#[tokio::test]
async fn members_are_added_read_and_removed() {
    both(Server::shared(), async |redis, keys| {
        let key = &keys.key("z");

        assert_eq!(redis.zadd(key, "a", 1).await, 1);
        assert_eq!(redis.zadd(key, "a", 4.5).await, 0);
        assert_eq!(redis.zadd_multiple(key, &[(2, "b"), (5, "a")]).await, 1);
        assert_eq!(redis.zscore(key, "a").await, Some(5.0));
        assert_eq!(redis.zscore(key, "q").await, None);
        assert_eq!(redis.zincr(key, "a", 0.5).await, 5.5);
        assert_eq!(redis.zincr(key, "c", -3).await, -3.0);
        assert_eq!(redis.zscore_multiple(key, &["a", "q", "b"]).await, [Some(5.5), None, Some(2.0)]);
        assert_eq!(redis.zcard(key).await, 3);
        assert_eq!(redis.zrem(key, ["a", "q"].as_slice()).await, 1);
    })
    .await;
}

#[tokio::test]
async fn members_are_added_under_conditions() {
    both(Server::shared(), async |redis, keys| {
        let key = &keys.key("z");
        redis.zadd_multiple(key, &[(5, "a"), (5, "b")]).await;
        let add = async |options: SortedSetAddOptions, score: f64| {
            let options = options.include_changed_count();
            let changed = redis.zadd_multiple_options(key, &[(score, "a"), (score, "new")], &options).await;
            redis.zrem(key, "new").await;
            (changed, redis.zscore(key, "a").await.unwrap())
        };

        assert_eq!(redis.zadd_options(key, "a", 9, &SortedSetAddOptions::add_only()).await, 0);
        assert_eq!(add(SortedSetAddOptions::add_only(), 9.0).await, (1, 5.0));
        assert_eq!(add(SortedSetAddOptions::update_only(None), 6.0).await, (1, 6.0));
        assert_eq!(add(SortedSetAddOptions::update_only(Some(UpdateCheck::GT)), 5.0).await, (0, 6.0));
        assert_eq!(add(SortedSetAddOptions::update_only(Some(UpdateCheck::GT)), 7.0).await, (1, 7.0));
        assert_eq!(add(SortedSetAddOptions::update_only(Some(UpdateCheck::LT)), 8.0).await, (0, 7.0));
        assert_eq!(add(SortedSetAddOptions::update_only(Some(UpdateCheck::LT)), 2.0).await, (1, 2.0));
        assert_eq!(add(SortedSetAddOptions::add_or_update(None), 3.0).await, (2, 3.0));
        assert_eq!(add(SortedSetAddOptions::add_or_update(Some(UpdateCheck::LT)), 9.0).await, (1, 3.0));
        assert_eq!(add(SortedSetAddOptions::add_or_update(Some(UpdateCheck::GT)), 9.0).await, (2, 9.0));
        let sum = SortedSetAddOptions::default().increment_score();
        assert_eq!(redis.zadd_options(key, "a", 1.5, &sum).read_as::<Option<f64>>().await, Some(10.5));
        let only = SortedSetAddOptions::add_only().increment_score();
        assert_eq!(redis.zadd_options(key, "a", 1.5, &only).read_as::<Option<f64>>().await, None);
    })
    .await;
}

#[tokio::test]
async fn scores_are_exact_and_may_be_infinite() {
    both(Server::shared(), async |redis, keys| {
        let key = &keys.key("z");
        let scores = [
            f64::NEG_INFINITY,
            f64::MIN,
            -0.1,
            f64::MIN_POSITIVE,
            0.1 + 0.2,
            9_007_199_254_740_991.0,
            1e17,
            f64::MAX,
            f64::INFINITY,
        ];

        for (n, score) in scores.into_iter().enumerate() {
            redis.zadd(key, n, score).await;
            assert_eq!(redis.zscore(key, n).await, Some(score));
        }

        let read: Vec<f64> =
            redis.zrange_withscores(key, 0, -1).await.into_iter().map(|(_, score)| score).collect();
        assert_eq!(read, scores);
        let count = async |min, max| redis.zcount(key, min, max).await;
        assert_eq!(count(ScoreBound::Excluding(f64::MIN_POSITIVE), ScoreBound::Highest).await, 5);
        assert_eq!(count(ScoreBound::Including(f64::MIN), ScoreBound::Excluding(f64::MAX)).await, 6);
        assert_eq!(redis.zincr(key, 0, f64::INFINITY).code().await, "ERR");
        assert_eq!(redis.zadd(key, "x", f64::NAN).code().await, "ERR");
    })
    .await;
}

#[tokio::test]
async fn a_sorted_set_that_is_not_there_is_empty() {
    both(Server::shared(), async |redis, keys| {
        let (absent, out) = (&keys.key("absent"), &keys.key("out"));

        assert_eq!(redis.zscore(absent, "a").await, None);
        assert_eq!(redis.zscore_multiple(absent, &["a", "b"]).await, [None, None]);
        assert_eq!((redis.zrank(absent, "a").await, redis.zrevrank(absent, "a").await), (None, None));
        assert_eq!((redis.zcard(absent).await, redis.zcount(absent, 0, 9).await), (0, 0));
        assert_eq!((redis.zlexcount(absent, "-", "+").await, redis.zrem(absent, "a").await), (0, 0));
        assert!(redis.zrange(absent, 0, -1).await.is_empty());
        assert!(redis.zrange_withscores(absent, 0, -1).await.is_empty());
        assert!(redis.zrevrange(absent, 0, -1).await.is_empty());
        assert!(redis.zrevrange_withscores(absent, 0, -1).await.is_empty());
        assert!(redis.zrange_options(absent, RankRange::new(0, -1)).await.is_empty());
        assert!(redis.zrange_options_withscores(absent, RankRange::new(0, -1)).await.is_empty());
        assert_eq!(redis.zrangestore(out, absent, RankRange::new(0, -1)).await, 0);
        assert!(redis.zrangebyscore(absent, 0, 9).await.is_empty());
        assert!(redis.zrevrangebyscore_withscores(absent, 9, 0).await.is_empty());
        assert!(redis.zrangebylex(absent, "-", "+").await.is_empty());
        assert_eq!(redis.zremrangebyrank(absent, 0, -1).await, 0);
        assert_eq!(redis.zrembyscore(absent, 0, 9).await, 0);
        assert_eq!(redis.zrembylex(absent, "-", "+").await, 0);
        assert!(redis.zrandmember(absent, None).await.is_null());
        assert_eq!(redis.zrandmember(absent, Some(3)).read_as::<Vec<String>>().await, [""; 0]);
        assert!(redis.zrandmember_withscores(absent, 3).await.is_empty());
        assert!(redis.zpopmin(absent, 1).await.is_empty());
        assert!(redis.zpopmax(absent, 1).await.is_empty());
        assert_eq!(redis.zscan_step(absent, 0, ScanOptions::default()).await, (0, Vec::new()));
        assert!(redis.zunion(absent).await.is_empty());
        assert!(redis.zinter_withscores(absent).await.is_empty());
        assert!(redis.zdiff(absent).await.is_empty());
        assert_eq!(redis.zunionstore(out, absent).await, 0);
        assert_eq!(redis.zdiffstore(out, absent).await, 0);
    })
    .await;
}

#[tokio::test]
async fn members_are_ranked_and_counted() {
    both(Server::shared(), async |redis, keys| {
        let key = &keys.key("z");
        abc(redis, key).await;

        assert_eq!((redis.zrank(key, "b").await, redis.zrevrank(key, "a").await), (Some(1), Some(2)));
        assert_eq!((redis.zrank(key, "q").await, redis.zrevrank(key, "q").await), (None, None));
        assert_eq!(redis.zcount(key, ScoreBound::Excluding(1.0), "+inf").await, 2);
        assert_eq!(redis.zcount(key, ScoreBound::Lowest, ScoreBound::Including(2.0)).await, 2);
        assert_eq!(redis.zcount(key, 2, ScoreBound::Highest).await, 2);
        assert_eq!(redis.zlexcount(key, "-", LexBound::Highest).await, 3);
        assert_eq!(redis.zlexcount(key, LexBound::Lowest, LexBound::including("b")).await, 2);
        assert_eq!(
            redis.zscan_step(key, 0, ScanOptions::default().with_pattern("b")).await,
            (0, scored(&[("b", 2.0)]))
        );
    })
    .await;
}

#[tokio::test]
async fn a_scan_gives_members_alone() {
    if Server::shared().predates("ZSCAN NOSCORES", None, Some((8, 1))) {
        return;
    }
    both(Server::shared(), async |redis, keys| {
        abc(redis, &keys.key("z")).await;

        let found = redis.zscan_step_noscores(keys.key("z"), 0, ScanOptions::default()).await;

        assert_eq!(found, (0, vec!["a".to_owned(), "b".to_owned(), "c".to_owned()]));
        let absent = redis.zscan_step_noscores(keys.key("absent"), 0, ScanOptions::default()).await;
        assert_eq!(absent, (0, Vec::new()));
    })
    .await;
}

#[tokio::test]
async fn ranks_come_with_scores() {
    if Server::shared().predates("ZRANK WITHSCORE", Some((7, 2)), Some((7, 2))) {
        return;
    }
    both(Server::shared(), async |redis, keys| {
        let key = &keys.key("z");
        abc(redis, key).await;

        assert_eq!(redis.zrank_withscore(key, "b").await, Some((1, 2.0)));
        assert_eq!(redis.zrevrank_withscore(key, "a").await, Some((2, 1.0)));
        assert_eq!(redis.zrank_withscore(key, "q").await, None);
        assert_eq!(redis.zrevrank_withscore(keys.key("absent"), "q").await, None);
    })
    .await;
}

#[tokio::test]
async fn every_form_of_range_is_read() {
    both(Server::shared(), async |redis, keys| {
        let (key, out, absent) = (&keys.key("z"), &keys.key("out"), &keys.key("absent"));
        abc(redis, key).await;

        assert_eq!(redis.zrange(key, 0, -1).await, ["a", "b", "c"]);
        assert!(redis.zrange(absent, 0, -1).await.is_empty());
        assert_eq!(redis.zrange_withscores(key, 1, 2).await, scored(&[("b", 2.0), ("c", 3.0)]));
        assert_eq!(redis.zrevrange(key, 0, 0).await, ["c"]);
        assert_eq!(redis.zrevrange_withscores(key, 0, 0).await, scored(&[("c", 3.0)]));
        assert_eq!(redis.zrange_options(key, RankRange::new(0, 0).reverse()).await, ["c"]);
        let scores = ScoreRange::new(1.0, ScoreBound::Excluding(3.0));
        assert_eq!(redis.zrange_options(key, scores.reverse()).await, ["b", "a"]);
        assert_eq!(redis.zrange_options_withscores(key, scores.limit(1, 1)).await, scored(&[("b", 2.0)]));
        let low = ScoreRange::new(ScoreBound::Lowest, ScoreBound::Including(1.0));
        assert_eq!(redis.zrange_options(key, low).await, ["a"]);
        let high = ScoreRange::new(ScoreBound::Excluding(2.0), ScoreBound::Highest).limit(0, -1);
        assert_eq!(redis.zrange_options(key, high).await, ["c"]);
        let names = LexRange::new(LexBound::Lowest, LexBound::Including(b"b".to_vec()));
        assert_eq!(redis.zrange_options(key, names).await, ["a", "b"]);
        let names = LexRange::new(LexBound::Excluding(b"a".to_vec()), LexBound::including("c"));
        assert_eq!(redis.zrange_options(key, names).await, ["b", "c"]);
        let names = LexRange::new(LexBound::excluding("a"), LexBound::Highest);
        assert_eq!(redis.zrange_options(key, names.clone().reverse().limit(0, 1)).await, ["c"]);
        assert_eq!(redis.zrangestore(out, key, names).await, 2);
        assert_eq!(redis.zrange(out, 0, -1).await, ["b", "c"]);
        assert_eq!(redis.zrangestore(out, key, scores).await, 2);
        assert_eq!(redis.zrange(out, 0, -1).await, ["a", "b"]);
        assert_eq!(redis.zrangestore(out, key, RankRange::new(-1, -1)).await, 1);
        assert_eq!(redis.zrange_options_withscores(out, RankRange::new(0, -1)).await, scored(&[("c", 3.0)]));
    })
    .await;
}

#[tokio::test]
async fn every_older_form_of_range_is_read() {
    both(Server::shared(), async |redis, keys| {
        let key = &keys.key("z");
        abc(redis, key).await;

        assert_eq!(redis.zrangebyscore(key, 1, 2).await, ["a", "b"]);
        assert_eq!(redis.zrangebyscore_withscores(key, "(1", 2).await, scored(&[("b", 2.0)]));
        assert_eq!(redis.zrangebyscore_limit(key, "-inf", "+inf", 1, 1).await, ["b"]);
        assert_eq!(redis.zrangebyscore_limit_withscores(key, 0, 9, 0, 1).await, scored(&[("a", 1.0)]));
        assert_eq!(redis.zrevrangebyscore(key, 2, 1).await, ["b", "a"]);
        assert_eq!(redis.zrevrangebyscore_withscores(key, 2, 2).await, scored(&[("b", 2.0)]));
        assert_eq!(redis.zrevrangebyscore_limit(key, 9, 0, 0, 1).await, ["c"]);
        assert_eq!(redis.zrevrangebyscore_limit_withscores(key, 9, 0, 2, -1).await, scored(&[("a", 1.0)]));
        assert_eq!(redis.zrangebylex(key, "[b", "+").await, ["b", "c"]);
        assert_eq!(redis.zrangebylex_limit(key, "-", "+", 0, 1).await, ["a"]);
        assert_eq!(redis.zrevrangebylex(key, "+", "(b").await, ["c"]);
        assert_eq!(redis.zrevrangebylex_limit(key, "+", "-", 1, 1).await, ["b"]);
    })
    .await;
}

#[tokio::test]
async fn ranges_are_removed() {
    both(Server::shared(), async |redis, keys| {
        let key = &keys.key("z");
        abc(redis, key).await;

        assert_eq!(redis.zremrangebyrank(key, 0, 0).await, 1);
        assert_eq!(redis.zrembyscore(key, 2, 2).await, 1);
        assert_eq!(redis.zrembylex(key, "[c", "[c").await, 1);
        assert_eq!(redis.exists(key).await, 0);
    })
    .await;
}

#[tokio::test]
async fn members_are_drawn_and_taken() {
    both(Server::shared(), async |redis, keys| {
        let (key, absent) = (&keys.key("z"), &keys.key("absent"));
        abc(redis, key).await;

        assert!(redis.zrandmember(key, None).read_as::<Option<String>>().await.is_some());
        assert_eq!(redis.zrandmember(absent, None).read_as::<Option<String>>().await, None);
        assert_eq!(redis.zrandmember(key, Some(-4)).read_as::<Vec<String>>().await.len(), 4);
        assert_eq!(redis.zrandmember_withscores(key, -4).await.len(), 4);
        let mut drawn = redis.zrandmember_withscores(key, 9).await;
        drawn.sort_by(|left, right| left.0.cmp(&right.0));
        assert_eq!(drawn, scored(&[("a", 1.0), ("b", 2.0), ("c", 3.0)]));
        assert_eq!(redis.zpopmin(key, 1).await, scored(&[("a", 1.0)]));
        assert_eq!(redis.zpopmax(key, 5).await, scored(&[("c", 3.0), ("b", 2.0)]));
        assert!(redis.zpopmin(key, 1).await.is_empty());
    })
    .await;
}

#[tokio::test]
async fn a_waiting_pop_takes_what_is_there_or_gives_up() {
    both(Server::shared(), async |redis, keys| {
        let (empty, full) = (&keys.key("empty"), &keys.key("full"));
        abc(redis, full).await;

        assert_eq!(
            redis.bzpopmin([empty, full].as_slice(), 1.0).await.unwrap(),
            (full.clone(), "a".to_owned(), 1.0)
        );
        assert_eq!(redis.bzpopmax(full, 1.0).await.unwrap(), (full.clone(), "c".to_owned(), 3.0));
        assert_eq!(redis.bzpopmin(empty, 0.01).await, None);
        assert_eq!(redis.bzpopmax(empty, 0.01).await, None);
    })
    .await;
}

#[tokio::test]
async fn several_members_are_taken_from_the_first_full_set() {
    if Server::shared().lacks("ZMPOP") {
        return;
    }
    both(Server::shared(), async |redis, keys| {
        let (empty, full) = (&keys.key("empty"), &keys.key("full"));
        let both = &[empty, full];
        abc(redis, full).await;

        assert_eq!(redis.zmpop_min(both, 1).await.unwrap(), (full.clone(), scored(&[("a", 1.0)])));
        assert_eq!(redis.zmpop_max(both, 1).await.unwrap(), (full.clone(), scored(&[("c", 3.0)])));
        redis.zadd(full, "d", 4).await;
        assert_eq!(redis.bzmpop_max(1.0, both, 1).await.unwrap(), (full.clone(), scored(&[("d", 4.0)])));
        assert_eq!(redis.bzmpop_min(1.0, both, 9).await.unwrap(), (full.clone(), scored(&[("b", 2.0)])));
        assert_eq!((redis.zmpop_min(both, 1).await, redis.zmpop_max(both, 1).await), (None, None));
        assert_eq!(redis.bzmpop_min(0.01, both, 1).await, None);
        assert_eq!(redis.bzmpop_max(0.01, both, 1).await, None);
    })
    .await;
}

#[tokio::test]
async fn sorted_sets_are_combined() {
    both(Server::shared(), async |redis, keys| {
        let (a, b) = (&keys.key("a"), &keys.key("b"));
        let both = &[a, b];
        redis.zadd_multiple(a, &[(1, "x"), (2, "y")]).await;
        redis.zadd_multiple(b, &[(10, "y"), (20, "z")]).await;
        let greatest = CombineOptions::default().aggregate(Aggregate::Max).weights([1.0, 0.5]);

        assert_eq!(redis.zunion(both).await, ["x", "y", "z"]);
        assert_eq!(redis.zunion_withscores(both).await, scored(&[("x", 1.0), ("y", 12.0), ("z", 20.0)]));
        assert_eq!(redis.zunion_options(both, &greatest).await, ["x", "y", "z"]);
        let read = redis.zunion_options_withscores(both, &greatest).await;
        assert_eq!(read, scored(&[("x", 1.0), ("y", 5.0), ("z", 10.0)]));
        assert_eq!(redis.zinter(both).await, ["y"]);
        assert_eq!(redis.zinter_withscores(both).await, scored(&[("y", 12.0)]));
        assert_eq!(redis.zinter_options(both, &greatest).await, ["y"]);
        assert_eq!(redis.zinter_options_withscores(both, &greatest).await, scored(&[("y", 5.0)]));
        assert_eq!(redis.zdiff(both).await, ["x"]);
        assert_eq!(redis.zdiff_withscores(both).await, scored(&[("x", 1.0)]));
    })
    .await;
}

#[tokio::test]
async fn combined_sorted_sets_are_stored() {
    both(Server::shared(), async |redis, keys| {
        let (a, b, out) = (&keys.key("a"), &keys.key("b"), &keys.key("out"));
        let both = &[a, b];
        let weights = &[(a, 2), (b, 3)];
        redis.zadd_multiple(a, &[(1, "x"), (2, "y")]).await;
        redis.zadd(b, "y", 10).await;
        let y = async || redis.zscore(out, "y").await;

        assert_eq!((redis.zunionstore(out, both).await, y().await), (2, Some(12.0)));
        assert_eq!((redis.zunionstore_min(out, both).await, y().await), (2, Some(2.0)));
        assert_eq!((redis.zunionstore_max(out, both).await, y().await), (2, Some(10.0)));
        assert_eq!((redis.zunionstore_weights(out, weights).await, y().await), (2, Some(34.0)));
        assert_eq!((redis.zunionstore_min_weights(out, weights).await, y().await), (2, Some(4.0)));
        assert_eq!((redis.zunionstore_max_weights(out, weights).await, y().await), (2, Some(30.0)));
        assert_eq!((redis.zinterstore(out, both).await, y().await), (1, Some(12.0)));
        assert_eq!((redis.zinterstore_min(out, both).await, y().await), (1, Some(2.0)));
        assert_eq!((redis.zinterstore_max(out, both).await, y().await), (1, Some(10.0)));
        assert_eq!((redis.zinterstore_weights(out, weights).await, y().await), (1, Some(34.0)));
        assert_eq!((redis.zinterstore_min_weights(out, weights).await, y().await), (1, Some(4.0)));
        assert_eq!((redis.zinterstore_max_weights(out, weights).await, y().await), (1, Some(30.0)));
        let options = CombineOptions::default().aggregate(Aggregate::Sum).weights([0.5, 0.0]);
        assert_eq!((redis.zunionstore_options(out, both, &options).await, y().await), (2, Some(1.0)));
        let options = CombineOptions::default().aggregate(Aggregate::Min);
        assert_eq!((redis.zunionstore_options(out, both, &options).await, y().await), (2, Some(2.0)));
        assert_eq!((redis.zinterstore_options(out, both, &options).await, y().await), (1, Some(2.0)));
        assert_eq!(
            (redis.zdiffstore(out, both).await, redis.zrange(out, 0, -1).await),
            (1, vec!["x".to_owned()])
        );
    })
    .await;
}

#[tokio::test]
async fn shared_members_are_counted() {
    if Server::shared().lacks("ZINTERCARD") {
        return;
    }
    both(Server::shared(), async |redis, keys| {
        let (a, b) = (&keys.key("a"), &keys.key("b"));
        abc(redis, a).await;
        abc(redis, b).await;

        assert_eq!(redis.zintercard([a, b].as_slice(), 0).await, 3);
        assert_eq!(redis.zintercard([a, b].as_slice(), 2).await, 2);
        assert_eq!(redis.zintercard([a, &keys.key("absent")].as_slice(), 0).await, 0);
    })
    .await;
}
