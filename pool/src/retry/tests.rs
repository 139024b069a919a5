//! Policy, waits, budget and loop; time is paused and randomness seeded.
#![allow(clippy::arithmetic_side_effects)]

use std::cell::Cell;
use std::ops::RangeInclusive;

use redlane_resp::error::ServerError;

use super::*;
use crate::transport::{ConnectError, Step, TlsFailure};

const fn ms(millis: u64) -> Duration {
    Duration::from_millis(millis)
}

/// Fails `failures` times, then succeeds; counts the attempts.
async fn run(policy: &Retry, deadline: Option<Instant>, failures: u32) -> (Result<u32, &'static str>, u32) {
    let attempts = Cell::new(0);
    let result = retry(
        policy,
        deadline,
        |_| Verdict::Retry,
        |number| {
            attempts.set(attempts.get() + 1);
            async move { if number < failures { Err("down") } else { Ok(number) } }
        },
    )
    .await;
    (result, attempts.get())
}

#[tokio::test(start_paused = true)]
async fn a_success_ends_the_loop() {
    assert_eq!(run(&Retry::default(), None, 2).await, (Ok(2), 3));
}

#[tokio::test(start_paused = true)]
async fn attempts_are_counted_with_the_first() {
    assert_eq!(run(&Retry::default(), None, 99).await, (Err("down"), 4));
    assert_eq!(run(&Retry::none(), None, 99).await, (Err("down"), 1));
    assert_eq!(run(&Retry::none().with_max_attempts(0), None, 99).await, (Err("down"), 1));
}

#[tokio::test(start_paused = true)]
async fn waits_without_jitter_double_up_to_the_cap() {
    let policy = Retry::default()
        .with_max_attempts(5)
        .with_waits(Duration::from_secs(1), Duration::from_secs(5))
        .with_jitter(Jitter::None);
    let started = Instant::now();

    run(&policy, None, 99).await.0.unwrap_err();

    assert_eq!(started.elapsed(), Duration::from_secs(1 + 2 + 4 + 5));
}

#[tokio::test(start_paused = true)]
async fn a_verdict_ends_the_loop_at_once() {
    let attempts = Cell::new(0);

    let result: Result<(), _> = retry(
        &Retry::default(),
        None,
        |_| Verdict::GiveUp,
        |_| {
            attempts.set(attempts.get() + 1);
            async { Err("wrong type") }
        },
    )
    .await;

    assert_eq!((result, attempts.get()), (Err("wrong type"), 1));
}

#[tokio::test(start_paused = true)]
async fn a_verdict_may_ask_for_another_spread() {
    let policy = Retry::default().with_max_attempts(2).with_waits(ms(100), ms(100));
    let started = Instant::now();

    let judge = |_: &&str| Verdict::RetryWith(Jitter::None);
    let result: Result<(), _> = retry(&policy, None, judge, |_| async { Err("loading") }).await;

    assert_eq!((result, started.elapsed()), (Err("loading"), ms(100)));
}

#[tokio::test(start_paused = true)]
async fn no_attempt_is_begun_that_the_deadline_leaves_no_time_for() {
    let policy = Retry::default().with_max_attempts(100).with_waits(ms(20), ms(20)).with_jitter(Jitter::None);
    let started = Instant::now();

    let (result, attempts) = run(&policy, Some(started + ms(50)), 99).await;

    assert_eq!((result, attempts), (Err("down"), 3));
    assert_eq!(started.elapsed(), ms(40), "the wait that cannot help is not waited");
}

#[tokio::test(start_paused = true)]
async fn an_empty_budget_ends_retries_and_successes_fill_it_again() {
    let budget = Arc::new(Budget::new(2, 10));
    let policy = Retry::default().with_budget(budget.clone());

    assert_eq!(run(&policy, None, 99).await, (Err("down"), 3));
    assert_eq!(run(&policy, None, 99).await, (Err("down"), 1));
    for _ in 0..10 {
        run(&policy, None, 0).await.0.unwrap();
    }

    assert_eq!(run(&policy, None, 99).await, (Err("down"), 2));
}

#[tokio::test(start_paused = true)]
async fn a_failing_server_sees_at_most_a_tenth_more_than_the_calls_and_the_bucket() {
    let policy = Retry::default().with_budget(Arc::new(Budget::default()));
    let mut requests = 0;

    for call in 0..1_000 {
        requests += run(&policy, None, if call % 2 == 0 { 99 } else { 0 }).await.1;
    }

    assert!(requests <= 1_000 + 100 + 50, "{requests}");
    assert!(requests >= 1_000 + 100, "the bucket was not used: {requests}");
}

#[test]
fn a_budget_never_holds_more_than_its_capacity_nor_less_than_nothing() {
    let budget = Budget::default();
    budget.earn();
    assert_eq!(budget.left(), 100);

    std::thread::scope(|scope| {
        for _ in 0..4 {
            scope.spawn(|| (0..1_000).filter(|_| budget.try_spend()).count());
        }
    });

    assert_eq!(budget.left(), 0);
    assert!(!budget.try_spend());
    (0..9).for_each(|_| budget.earn());
    assert!(!budget.try_spend());
    budget.earn();
    assert!(budget.try_spend());
}

#[test]
fn a_budget_is_spent_exactly_once_by_racing_threads() {
    let budget = Budget::new(1_000, 1);

    let spent: usize = std::thread::scope(|scope| {
        let threads: Vec<_> =
            (0..4).map(|_| scope.spawn(|| (0..1_000).filter(|_| budget.try_spend()).count())).collect();
        threads.into_iter().map(|thread| thread.join().unwrap()).sum()
    });

    assert_eq!(spent, 1_000);
}

#[test]
fn full_jitter_uses_the_whole_range_and_equal_jitter_its_upper_half() {
    let mut rng = Rng::with_seed(7);
    let mut spread = |jitter: Jitter| {
        let waits: Vec<_> = (0..1_000).map(|_| jitter.spread(ms(100), &mut rng)).collect();
        (*waits.iter().min().unwrap(), *waits.iter().max().unwrap())
    };

    let (least, most) = spread(Jitter::Full);
    assert!(least < ms(5) && most > ms(95) && most <= ms(100), "{least:?} {most:?}");
    let (least, most) = spread(Jitter::Equal);
    assert!(least >= ms(50) && least < ms(55) && most > ms(95) && most <= ms(100), "{least:?} {most:?}");
    assert_eq!(spread(Jitter::None), (ms(100), ms(100)));
}

#[test]
fn the_same_seed_gives_the_same_waits() {
    let waits = |seed| Retry::default().backoff_from(Rng::with_seed(seed)).collect::<Vec<_>>();

    assert_eq!(waits(1), waits(1));
    assert_ne!(waits(1), waits(2));
    assert_eq!(waits(1).len(), 3);
}

#[test]
fn absurd_policies_do_not_overflow() {
    let policy = Retry::default().with_max_attempts(200).with_waits(Duration::MAX, Duration::MAX);

    assert_eq!(policy.backoff().count(), 199);
}

/// The least and the greatest of many waits, each the first of its outage.
fn range_of(setback: Setback, outage: Duration, asked: bool) -> RangeInclusive<Duration> {
    let now = Instant::now();
    let waits: Vec<_> =
        (0..1_000).map(|seed| delay_of(seed, now).after(setback, now + outage, asked)).collect();
    *waits.iter().min().unwrap()..=*waits.iter().max().unwrap()
}

fn delay_of(seed: u64, since: Instant) -> ReconnectDelay {
    ReconnectDelay::with_rng(since, Rng::with_seed(seed))
}

/// Whether the waits stay within `low..=high` milliseconds and come near both ends.
fn fills(range: RangeInclusive<Duration>, low: u64, high: u64) -> bool {
    let slack = ms(high - low) / 20;
    let (least, most) = range.into_inner();
    least >= ms(low) && least < ms(low) + slack && most <= ms(high) && most > ms(high) - slack
}

#[test]
fn a_young_outage_is_dialed_with_doubling_full_jitter() {
    let now = Instant::now();
    let mut longest = [Duration::ZERO; 6];
    for seed in 0..1_000 {
        let mut delay = delay_of(seed, now);
        longest[0] = delay.first().max(longest[0]);
        for longest in &mut longest[1..] {
            *longest = delay.after(Setback::Unreachable, now + ms(500), true).max(*longest);
        }
    }

    for (longest, bound) in longest.into_iter().zip([10, 20, 40, 80, 100, 100]) {
        assert!(longest <= ms(bound) && longest > ms(bound * 9 / 10), "{longest:?} of {bound}");
    }
}

#[test]
fn an_old_outage_is_dialed_at_a_steady_pace() {
    assert!(fills(range_of(Setback::Unreachable, ms(1_999), true), 0, 10));
    assert!(fills(range_of(Setback::Unreachable, ms(2_000), true), 150, 285));
    assert!(fills(range_of(Setback::Unreachable, Duration::from_secs(3_600), false), 150, 285));
}

#[test]
fn the_steady_pace_is_at_most_five_dials_a_second() {
    let now = Instant::now();
    let mut delay = delay_of(1, now);

    let total: Duration = (0..1_000).map(|_| delay.after(Setback::Unreachable, now + ms(5_000), true)).sum();

    assert!(1_000.0 / total.as_secs_f64() <= 5.0);
}

#[test]
fn a_full_server_is_left_alone_for_a_while_from_the_start() {
    assert!(fills(range_of(Setback::Busy, ms(0), true), 250, 500));
    assert!(fills(range_of(Setback::Busy, ms(60_000), false), 250, 500));
}

#[test]
fn a_refusing_server_is_asked_as_often_as_callers_ask() {
    assert!(fills(range_of(Setback::Refused, ms(0), true), 500, 950));
    assert!(fills(range_of(Setback::Refused, ms(0), false), 1_000, 2_000));
}

#[test]
fn an_unasked_refusal_slows_down_to_half_a_minute_until_somebody_asks() {
    let now = Instant::now();
    let mut delay = delay_of(3, now);

    let waits: Vec<_> = (0..10).map(|_| delay.after(Setback::Refused, now, false).as_secs_f64()).collect();
    for (wait, least) in waits.iter().zip([1.0, 2.0, 4.0, 8.0, 15.0, 15.0, 15.0, 15.0, 15.0, 15.0]) {
        assert!((least..=2.0 * least).contains(wait), "{waits:?}");
    }

    assert!(delay.after(Setback::Refused, now, true) <= ms(1_000));
    assert!(delay.after(Setback::Refused, now, false) <= ms(2_000));
}

#[test]
fn somebody_who_asks_cuts_the_wait_of_a_refusal_and_of_nothing_else() {
    let now = Instant::now();
    let mut delay = delay_of(5, now);

    for _ in 0..10 {
        let wait = delay.after(Setback::Refused, now, false);
        assert!((ms(500)..=ms(1_000)).contains(&delay.while_asked()) && wait >= ms(1_000));
    }
    for setback in [Setback::Unreachable, Setback::Busy] {
        assert_eq!(delay.after(setback, now, false), delay.while_asked());
    }
}

#[test]
fn errors_map_to_the_pace_that_fits() {
    let of = |error: ConnectError| Setback::from(&error);
    let reply = |line: &str| ConnectError::from_reply(ServerError::from_line(line.as_bytes()));

    assert_eq!(of(ConnectError::Timeout { step: Step::Dial, limit: ms(1) }), Setback::Unreachable);
    assert_eq!(of(ConnectError::closed_at_once()), Setback::Busy);
    assert_eq!(of(reply("ERR max number of clients reached")), Setback::Busy);
    assert_eq!(of(reply("LOADING")), Setback::Busy);
    assert_eq!(of(reply("WRONGPASS no")), Setback::Refused);
    assert_eq!(of(ConnectError::Unsupported("cluster".into())), Setback::Refused);
    assert_eq!(of(ConnectError::Tls(TlsFailure::Expired)), Setback::Refused);
    assert_eq!(of(ConnectError::Timeout { step: Step::Tls, limit: ms(1) }), Setback::Unreachable);
}
