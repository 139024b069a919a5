//! Rate limiters against a real server, and against a plain model.

use std::time::Duration;

use proptest::prelude::*;
use redlane::client::Client;
use redlane::config::Config;
use redlane::error::{ErrorKind, Outcome};
use redlane::limiter::LimiterError;
use redlane_test_support::{Keys, RawReply, Server, eventually_async};
use tokio::task::JoinSet;

const HOUR: Duration = Duration::from_secs(3600);
const SOON: Duration = Duration::from_secs(10);

async fn client() -> Client {
    let config = Config::builder().host("127.0.0.1").port(Server::shared().port()).build().unwrap();
    Client::connect(config).await.unwrap()
}

#[tokio::test]
async fn a_burst_passes_and_then_one_at_a_time() {
    let client = client().await;
    let limiter = client.rate_limiter(Keys::new().key("a"), 60, HOUR).burst(3);

    for left in [2, 1, 0] {
        let verdict = limiter.check().await.unwrap();
        assert_eq!(
            (verdict.allowed, verdict.remaining, verdict.retry_after),
            (true, left, Some(Duration::ZERO))
        );
    }
    let refused = limiter.check().await.unwrap();

    let minute = Duration::from_secs(60);
    assert!(!refused.allowed && refused.remaining == 0);
    let wait = refused.retry_after.unwrap();
    assert!(wait <= minute && wait > minute - SOON, "{wait:?}");
    assert!(refused.reset_after <= 3 * minute && refused.reset_after > 3 * minute - SOON);
    let looked = limiter.peek().await.unwrap();
    assert!(looked.allowed && looked.remaining == 0);
}

#[tokio::test]
async fn what_is_waited_for_as_told_is_allowed() {
    let client = client().await;
    let limiter = client.rate_limiter(Keys::new().key("a"), 20, Duration::from_secs(1)).burst(1);
    assert!(limiter.check().await.unwrap().allowed);

    let refused = limiter.check().await.unwrap();
    assert!(!refused.allowed);
    tokio::time::sleep(refused.retry_after.unwrap()).await;

    assert!(limiter.check().await.unwrap().allowed);
}

#[tokio::test]
async fn more_than_is_ever_allowed_is_told_so() {
    let client = client().await;
    let keys = Keys::new();
    for limiter in
        [client.rate_limiter(keys.key("a"), 5, HOUR), client.window_limiter(keys.key("a"), 5, HOUR)]
    {
        let never = limiter.take(6).await.unwrap();
        assert_eq!((never.allowed, never.remaining, never.retry_after), (false, 5, None));

        let all = limiter.take(5).await.unwrap();
        assert_eq!((all.allowed, all.remaining), (true, 0));
    }
}

#[tokio::test]
async fn a_window_counts_to_its_limit_and_begins_anew() {
    let client = client().await;
    let limiter = client.window_limiter(Keys::new().key("a"), 2, Duration::from_millis(300));

    assert_eq!(limiter.peek().await.unwrap().reset_after, Duration::ZERO);
    let both = [limiter.check().await.unwrap(), limiter.check().await.unwrap()];
    let third = limiter.check().await.unwrap();

    assert_eq!(both.map(|verdict| (verdict.allowed, verdict.remaining)), [(true, 1), (true, 0)]);
    assert!(!third.allowed && third.retry_after.unwrap() <= Duration::from_millis(300));
    tokio::time::sleep(third.retry_after.unwrap() + Duration::from_millis(2)).await;
    assert!(limiter.check().await.unwrap().allowed);
}

#[tokio::test]
async fn a_thousand_calls_of_four_clients_pass_as_often_as_allowed() {
    let keys = Keys::new();
    for window in [false, true] {
        let mut tasks = JoinSet::new();
        for _ in 0..4 {
            let client = client().await;
            let limiter = if window {
                client.window_limiter(keys.key("a"), 100, HOUR)
            } else {
                client.rate_limiter(keys.key("a"), 100, HOUR)
            };
            for _ in 0..250 {
                let limiter = limiter.clone();
                tasks.spawn(async move { limiter.check().await.unwrap().allowed });
            }
        }
        let passed = tasks.join_all().await.into_iter().filter(|allowed| *allowed).count();
        assert_eq!(passed, 100, "window: {window}");
    }
}

#[tokio::test]
async fn rates_that_cannot_be_kept_are_refused_and_foreign_keys_are_errors() {
    let client = client().await;
    let sent = client.link_stats().submitted;
    let refused = [
        client.rate_limiter("a", 0, HOUR),
        client.rate_limiter("a", 1, Duration::ZERO),
        client.rate_limiter("a", 11, Duration::from_micros(10)),
        client.rate_limiter("a", 1, Duration::MAX),
        client.rate_limiter("a", 1, HOUR).burst(0),
        client.rate_limiter("a", 1, HOUR).burst(u64::MAX),
        client.window_limiter("a", u64::MAX, HOUR),
        client.window_limiter("a", 1, Duration::from_micros(1)),
    ];
    for limiter in refused {
        let error = limiter.check().await.unwrap_err();
        assert!(matches!(error, LimiterError::Rate { .. }), "{error:?}");
        assert_eq!(error.outcome(), Outcome::NotSent);
    }
    assert!(matches!(client.rate_limiter("", 1, HOUR).check().await, Err(LimiterError::Name)));
    assert_eq!(client.link_stats().submitted, sent);

    for foreign in [["SET", "text"], ["RPUSH", "another type"], ["SET", "nan"], ["SET", "-inf"]] {
        let name = Keys::new().key("a");
        let limiters = [client.rate_limiter(&name, 1, HOUR), client.window_limiter(&name, 1, HOUR)];
        for (limiter, key) in limiters.iter().zip([format!("limit:{name}"), format!("{{limit:{name}}}:w")]) {
            Server::shared().command(&[foreign[0], &key, foreign[1]]);
            // Whatever it makes of a number that is none: an error, or a verdict; never a count that is not one.
            match limiter.check().await {
                Err(LimiterError::Failed { source }) => {
                    assert!(matches!(source.kind(), ErrorKind::WrongType | ErrorKind::Server), "{source}");
                }
                Err(error) => panic!("{error:?}"),
                Ok(verdict) => assert!(verdict.remaining <= 1, "{foreign:?}: {verdict:?}"),
            }
            assert_eq!(Server::shared().command(&["EXISTS", &key]), RawReply::Integer(1));
        }
    }
}

#[tokio::test]
async fn scripts_forgotten_between_two_calls_cost_no_count() {
    let (client, keys) = (client().await, Keys::new());
    for limiter in
        [client.rate_limiter(keys.key("a"), 5, HOUR), client.window_limiter(keys.key("a"), 5, HOUR)]
    {
        for left in [4, 3, 2] {
            Server::shared().command(&["SCRIPT", "FLUSH"]);
            assert_eq!(limiter.check().await.unwrap().remaining, left);
        }
    }
}

#[tokio::test]
async fn a_limiter_s_key_goes_when_it_is_full_again() {
    let client = client().await;
    let name = Keys::new().key("a");
    client.rate_limiter(&name, 10, Duration::from_millis(200)).check().await.unwrap();

    let key = format!("limit:{name}");
    assert_eq!(Server::shared().command(&["EXISTS", &key]), RawReply::Integer(1));
    eventually_async("it has gone", SOON, || {
        Server::shared().command(&["EXISTS", &key]) == RawReply::Integer(0)
    })
    .await;
}

/// What happens to a limiter of one an hour, with bursts of four.
#[derive(Clone, Copy, Debug)]
enum Step {
    Take(u64),
    /// So many half hours go by.
    Pass(u64),
}

fn steps() -> impl Strategy<Value = Vec<Step>> {
    let step = prop_oneof![(0..6_u64).prop_map(Step::Take), (1..4_u64).prop_map(Step::Pass)];
    proptest::collection::vec(step, 1..40)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    /// Time is moved by moving what is stored: the seconds that the test takes are nothing against half an hour.
    #[test]
    fn a_limiter_allows_what_the_model_allows(steps in steps()) {
        const HALF_HOUR: i64 = 1_800_000_000;
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        runtime.block_on(async {
            let client = client().await;
            let name = Keys::new().key("a");
            let key = format!("limit:{name}");
            let limiter = client.rate_limiter(&name, 1, HOUR).burst(4);
            // How many half hours until it is full.
            let mut debt = 0_u64;
            for step in steps {
                match step {
                    Step::Take(cost) => {
                        let verdict = limiter.take(cost).await.unwrap();
                        let fits = debt + 2 * cost <= 8;
                        prop_assert_eq!(verdict.allowed, fits, "{:?} with {}", step, debt);
                        if fits {
                            debt += 2 * cost;
                        }
                        prop_assert_eq!(verdict.remaining, (8 - debt) / 2);
                        prop_assert_eq!(verdict.retry_after.is_none(), cost > 4);
                    }
                    Step::Pass(halves) => {
                        debt = debt.saturating_sub(halves);
                        let RawReply::Bulk(full) = Server::shared().command(&["GET", &key]) else { continue };
                        let full: i64 = String::from_utf8(full).unwrap().parse().unwrap();
                        let earlier = full - i64::try_from(halves).unwrap() * HALF_HOUR;
                        Server::shared().command(&["SET", &key, &earlier.to_string(), "KEEPTTL"]);
                    }
                }
            }
            Ok(())
        })?;
    }

    #[test]
    fn a_window_allows_what_the_model_allows(steps in steps()) {
        const HALF_HOUR: i64 = 1_800_000;
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        runtime.block_on(async {
            let client = client().await;
            let name = Keys::new().key("a");
            let key = format!("{{limit:{name}}}:w");
            let limiter = client.window_limiter(&name, 4, HOUR);
            // What was counted, and how many half hours until the window ends.
            let (mut count, mut left) = (0_u64, 0_u64);
            for step in steps {
                match step {
                    Step::Take(cost) => {
                        let verdict = limiter.take(cost).await.unwrap();
                        let fits = count + cost <= 4;
                        prop_assert_eq!(verdict.allowed, fits, "{:?} with {}", step, count);
                        if fits && cost > 0 {
                            left = if count == 0 { 2 } else { left };
                            count += cost;
                        }
                        prop_assert_eq!(verdict.remaining, 4 - count);
                        prop_assert_eq!(verdict.retry_after.is_none(), cost > 4);
                        let ends = u32::try_from(left).unwrap() * (HOUR / 2);
                        prop_assert!(verdict.reset_after <= ends && verdict.reset_after + SOON >= ends);
                    }
                    Step::Pass(halves) => {
                        left = left.saturating_sub(halves);
                        count = if left == 0 { 0 } else { count };
                        let RawReply::Integer(ends) = Server::shared().command(&["PTTL", &key]) else { panic!() };
                        let earlier = ends - i64::try_from(halves).unwrap() * HALF_HOUR;
                        if ends > 0 {
                            let earlier = if left == 0 { 0 } else { earlier };
                            Server::shared().command(&["PEXPIRE", &key, &earlier.to_string()]);
                        }
                    }
                }
            }
            Ok(())
        })?;
    }
}
