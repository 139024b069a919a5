//! What the keeper closes and opens, and when it ends.
#![allow(clippy::arithmetic_side_effects)]

use super::*;

#[tokio::test(start_paused = true)]
async fn what_is_not_used_for_long_is_closed_oldest_first_down_to_the_least() {
    let (fake, pool) = pool_with(4, |config| {
        config.idle_timeout = Some(ms(8_000));
        config.min_idle = 1;
        config.check_after = None;
    });
    let mut leases = Vec::new();
    for _ in 0..4 {
        leases.push(pool.acquire().await.unwrap());
    }
    drop(leases);
    let kept = pool.acquire().await.unwrap();
    let id = kept.id;

    sleep(ms(7_000)).await;
    drop(kept);
    assert_eq!(pool.stats().idle, 4);
    sleep(ms(2_100)).await;

    assert_eq!((pool.stats().idle, fake.0.live.load(SeqCst)), (1, 1));
    assert_eq!(pool.stats().closed_by(Retired::Idle), 3);
    sleep(ms(60_000)).await;
    assert_eq!(pool.acquire().await.unwrap().id, id, "the least is kept however old");
}

#[tokio::test(start_paused = true)]
async fn a_connection_of_age_is_closed_when_idle_or_when_it_comes_back() {
    let (fake, pool) = pool_with(2, |config| config.max_lifetime = Some(ms(10_000)));
    let (idle, leased) = (pool.acquire().await.unwrap(), pool.acquire().await.unwrap());
    drop(idle);

    sleep(ms(8_900)).await;
    assert_eq!(pool.stats().size, 2, "never before nine tenths of it");
    sleep(ms(2_400)).await;
    assert_eq!((pool.stats().size, fake.0.live.load(SeqCst)), (1, 1));
    drop(leased);

    assert_eq!(pool.stats().closed_by(Retired::Lifetime), 2);
}

#[tokio::test(start_paused = true)]
async fn connections_opened_together_do_not_reach_their_age_together() {
    let (_, pool) = pool_with(20, |config| {
        config.max_lifetime = Some(ms(10_000));
        config.idle_timeout = Some(ms(800)); // for a finer clock
    });
    let mut leases = Vec::new();
    for _ in 0..20 {
        leases.push(pool.acquire().await.unwrap());
    }

    sleep(ms(9_500)).await;
    drop(leases);

    let closed = pool.stats().closed_by(Retired::Lifetime);
    assert!((1..20).contains(&closed), "{closed}");
}

#[tokio::test(start_paused = true)]
async fn the_least_idle_are_opened_beforehand_and_again_when_one_dies() {
    let (fake, pool) = pool_with(5, |config| config.min_idle = 3);
    sleep(ms(1_000)).await;
    assert_eq!((pool.stats().idle, pool.stats().acquired), (3, 0));

    pool.acquire().await.unwrap().discard();
    sleep(ms(1_000)).await;

    assert_eq!((pool.stats().idle, fake.0.created.load(SeqCst)), (3, 4));
}

#[tokio::test(start_paused = true)]
async fn a_server_that_is_down_is_not_dialed_in_a_loop_for_spare_connections() {
    let (fake, pool) = pool_with(5, |config| config.min_idle = 3);
    fake.set(Script { refuses: true, ..Script::default() });

    sleep(ms(10_500)).await;

    assert!((5..=12).contains(&pool.stats().connect_failures), "{}", pool.stats().connect_failures);
}

#[tokio::test(start_paused = true)]
async fn the_keeper_ends_with_its_pool() {
    let (fake, pool) = pool_with(1, |config| config.idle_timeout = Some(ms(1_000)));
    drop(pool.acquire().await.unwrap());
    let metrics = tokio::runtime::Handle::current().metrics();
    assert_eq!(metrics.num_alive_tasks(), 1);

    drop(pool);
    yield_now().await;

    assert_eq!((metrics.num_alive_tasks(), fake.0.live.load(SeqCst)), (0, 0));
}

#[tokio::test]
async fn a_pool_outlives_the_runtime_that_filled_it() {
    let (_, pool) = pool_with(1, |config| config.idle_timeout = Some(ms(80)));
    let elsewhere = pool.clone();
    std::thread::spawn(move || {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        drop(runtime.block_on(elsewhere.acquire()).unwrap());
    })
    .join()
    .unwrap();

    pool.acquire().await.unwrap().discard();
    drop(pool.acquire().await.unwrap());

    let mut rounds = 0;
    while pool.stats().idle > 0 {
        timeout(ms(5_000), sleep(ms(10))).await.unwrap();
        rounds += 1;
        assert!(rounds < 500, "no keeper runs in the new runtime");
    }
}
