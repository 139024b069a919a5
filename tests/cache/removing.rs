//! Invalidations that failed: this process serves nothing of before them, also when Redis is back and still has it.
//!
//! A server that refuses UNLINK and answers everything else is one whose removals fail when the test says so, and whose
//! values it is easiest to believe.

use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};
use std::time::{Duration, Instant};

use redlane::cache::codec::Raw;
use redlane::cache::manager::CacheManager;
use redlane::cache::{Cache, CacheBuilder, CacheError, Coherence, OnFailure};
use redlane_test_support::{Options, Server, eventually_async};

use super::*;

fn refuse(server: &Server, commands: &[&str]) {
    permit(server, commands.iter().map(|command| format!("-{command}")));
}

fn allow(server: &Server, commands: &[&str]) {
    permit(server, commands.iter().map(|command| format!("+{command}")));
}

fn permit(server: &Server, rules: impl Iterator<Item = String>) {
    let words: Vec<String> =
        ["ACL", "SETUSER", "default"].map(str::to_owned).into_iter().chain(rules).collect();
    assert_eq!(server.command(&words).text(), "OK");
}

fn calm(client: &Client) -> CacheBuilder<String> {
    Cache::builder(client, Raw).early(0.0).lookup_timeout(SOON)
}

fn stands(server: &Server, key: &str) -> bool {
    server.command(&["EXISTS", key]).text() == "1"
}

/// Has `id` in Redis, and in this process if the cache keeps anything there.
async fn warm(cache: &Cache<String>, id: &str, value: &str) {
    cache.set(id, &value.to_owned()).await.unwrap();
    for _ in 0..3 {
        assert_eq!(text(&cache.get(id).await.unwrap()), Some(value));
    }
}

async fn fails_to_invalidate(cache: &Cache<String>, id: &str) {
    let failed = cache.invalidate(id).await;
    assert!(matches!(failed, Err(CacheError::Redis(_))), "{failed:?}");
}

#[tokio::test]
async fn what_could_not_be_removed_is_served_from_nowhere_and_removed_by_the_next_lookup() {
    for coherence in [Coherence::Tracking, Coherence::PubSub, Coherence::TtlOnly, Coherence::Off] {
        let server = Server::start(Options::new());
        let client = connect(&server.url()).await;
        let cache = calm(&client).coherence(coherence).build().await.unwrap();
        let loads = Loads::default();
        for id in ["a", "b"] {
            warm(&cache, id, "old").await;
        }
        refuse(&server, &["unlink"]);

        fails_to_invalidate(&cache, "a").await;
        let hits = cache.stats().l1_hit;
        let looked = cache.get("a").await.unwrap();
        let loaded = cache.get_or_load("a", loads.giving("new")).await.unwrap();

        assert_eq!((looked, text(&loaded)), (None, Some("new")), "{coherence:?}");
        assert_eq!((loads.count(), cache.stats().l1_hit), (1, hits), "{coherence:?}");
        assert!(stands(&server, "cache:a"), "the old value is still there");
        assert_eq!(text(&cache.get("b").await.unwrap()), Some("old"), "another key is none the worse");
        allow(&server, &["unlink"]);
        let deadline = Instant::now() + SOON;
        while cache.get("a").await.unwrap().is_none() {
            assert!(Instant::now() < deadline, "never cached again: {:?}", cache.stats());
            let loaded = cache.get_or_load("a", loads.giving("new")).await.unwrap();
            assert_eq!(text(&loaded), Some("new"), "{coherence:?}");
        }
        assert_eq!(text(&cache.get("a").await.unwrap()), Some("new"));
    }
}

#[tokio::test]
async fn a_cache_that_fails_closed_fails_while_a_value_cannot_be_removed() {
    let server = Server::start(Options::new());
    let client = connect(&server.url()).await;
    let cache = calm(&client).on_failure(OnFailure::Fail).build().await.unwrap();
    warm(&cache, "a", "old").await;
    refuse(&server, &["unlink"]);
    fails_to_invalidate(&cache, "a").await;

    let looked = cache.get("a").await;

    assert!(matches!(looked, Err(CacheError::Redis(_))), "{looked:?}");
    allow(&server, &["unlink"]);
    assert_eq!(cache.get("a").await.unwrap(), None);
    assert!(!stands(&server, "cache:a"));
}

#[tokio::test]
async fn what_the_manager_could_not_delete_is_not_served() {
    let server = Server::start(Options::new());
    let client = connect(&server.url()).await;
    let manager = CacheManager::new(&client).await.unwrap();
    manager.set("a", "old", SOON * 60).await.unwrap();
    assert_eq!(text(&manager.get("a").await.unwrap()), Some("old"));
    refuse(&server, &["unlink"]);

    assert!(manager.delete("a").await.is_err());

    assert!(manager.get("a").await.is_err());
    allow(&server, &["unlink"]);
    assert_eq!(manager.get("a").await.unwrap(), None);
}

#[tokio::test]
async fn what_is_stored_after_a_failed_removal_stays() {
    let server = Server::start(Options::new());
    let client = connect(&server.url()).await;
    let cache = calm(&client).build().await.unwrap();
    warm(&cache, "set", "old").await;
    warm(&cache, "loaded", "old").await;
    refuse(&server, &["unlink"]);
    for id in ["set", "loaded", "first", "second"] {
        fails_to_invalidate(&cache, id).await;
    }

    // When one is written, and another one removed by a second try and loaded.
    cache.set("set", &"new".to_owned()).await.unwrap();
    allow(&server, &["unlink"]);
    assert!(cache.invalidate("loaded").await.unwrap());
    cache.get_or_load("loaded", Loads::default().giving("new")).await.unwrap();
    cache.set("second", &"new".to_owned()).await.unwrap();

    // Then the task that tries again leaves them alone: it has been through two rounds when these are gone.
    for id in ["first", "third"] {
        let key = format!("cache:{id}");
        server.command(&["SET", &key, "anything"]);
        refuse(&server, &["unlink"]);
        fails_to_invalidate(&cache, id).await;
        allow(&server, &["unlink"]);
        eventually_async("it is removed", SOON, || !stands(&server, &key)).await;
    }
    for id in ["set", "loaded", "second"] {
        assert!(stands(&server, &format!("cache:{id}")), "{id}");
        assert_eq!(text(&cache.get(id).await.unwrap()), Some("new"));
    }
}

#[tokio::test]
async fn what_outlives_the_time_of_the_cache_is_not_believed_for_as_long_as_it_may_be_there() {
    // Given values that stand for longer than the cache says.
    const TTL: Duration = Duration::from_millis(100);
    let server = Server::start(Options::new());
    let client = connect(&server.url()).await;
    let cache = calm(&client).ttl(TTL).negative(SOON * 60).build().await.unwrap();
    cache.set_for("set", &"old".to_owned(), SOON * 60).await.unwrap();
    let load = cache.get_or_load("loaded", Loads::default().giving("old"));
    assert_eq!(text(&load.ttl(SOON * 60).await.unwrap()), Some("old"));
    let load = |_| async { Ok::<_, Infallible>(None) };
    assert_eq!(cache.get_or_load("nothing", load).await.unwrap(), None);
    let ids = ["set", "loaded", "nothing"];
    refuse(&server, &["unlink"]);

    // When they cannot be removed, and the time of the cache has passed.
    for id in ids {
        fails_to_invalidate(&cache, id).await;
    }
    let failed = Instant::now();
    eventually_async("its time is over", SOON, || failed.elapsed() > 2 * TTL).await;

    // Then they are not found though they are there.
    for id in ids {
        assert!(stands(&server, &format!("cache:{id}")));
        let found = cache.get_or_load(id, Loads::default().giving("new")).await.unwrap();
        assert_eq!(text(&found), Some("new"), "{id}");
    }
}

#[tokio::test]
async fn more_than_can_be_remembered_makes_all_of_the_cache_out_of_date() {
    for coherence in [Coherence::Tracking, Coherence::Off] {
        const MANY: u32 = 1030;
        let server = Server::start(Options::new());
        let client = connect(&server.url()).await;
        let cache = calm(&client).coherence(coherence).build().await.unwrap();
        for n in 0..MANY {
            cache.set(&n.to_string(), &"old".to_owned()).await.unwrap();
        }
        warm(&cache, "another", "old").await;
        refuse(&server, &["unlink", "eval", "evalsha"]);

        for n in 0..MANY {
            fails_to_invalidate(&cache, &n.to_string()).await;
        }

        let served = async |value| {
            let mut served = 0;
            for id in (0..MANY).map(|n| n.to_string()).chain(["another".to_owned()]) {
                let found = cache.get_or_load(&id, Loads::default().giving("new")).await.unwrap();
                served += u32::from(text(&found) == Some(value));
            }
            served
        };
        assert_eq!(served("old").await, 0, "{coherence:?}");
        allow(&server, &["unlink", "eval", "evalsha"]);
        assert_eq!(served("new").await, MANY + 1, "{coherence:?}");
        assert_eq!(cache.get("another").await.unwrap().as_deref().map(String::as_str), Some("new"));
    }
}

#[tokio::test]
async fn who_comes_back_after_an_outage_does_not_find_what_was_invalidated_in_it() {
    // Given values that outlive the server, and a client that soon gives a removal up.
    const COUNT: u32 = 20;
    let server = Server::start(Options::new().set("appendonly", "yes"));
    let config = Config::builder().url(&server.url()).socket_timeout(Duration::from_millis(100));
    let client = Client::connect(config.build().unwrap()).await.unwrap();
    let cache = calm(&client).lookup_timeout(Duration::from_millis(100)).build().await.unwrap();
    for n in 0..COUNT {
        cache.set(&n.to_string(), &"old".to_owned()).await.unwrap();
    }
    cache.set("another", &"old".to_owned()).await.unwrap();

    // When they are invalidated while it is down.
    server.kill();
    for n in 0..COUNT {
        fails_to_invalidate(&cache, &n.to_string()).await;
    }
    server.start_again();

    // Then none is found when it is back, as often as one looks.
    // Those that were invalidated may be gone by now: they are tried again in the background.
    assert!(stands(&server, "cache:another"), "they outlived it");
    let deadline = Instant::now() + SOON * 2;
    while cache.stats().l2_hit + cache.stats().l1_hit < u64::from(COUNT) {
        assert!(Instant::now() < deadline, "never cached again: {:?}", cache.stats());
        for n in 0..COUNT {
            let found = cache.get_or_load(&n.to_string(), Loads::default().giving("new")).await.unwrap();
            assert_eq!(text(&found), Some("new"), "{n}: {:?}", cache.stats());
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn whoever_looks_after_an_invalidation_finds_nothing_older_whether_it_failed_or_not() {
    for coherence in [Coherence::Tracking, Coherence::TtlOnly, Coherence::Off] {
        // Given a server that now and then refuses to remove and to raise, and others who look all the time.
        let server = Server::start(Options::new());
        let client = connect(&server.url()).await;
        let cache = calm(&client).coherence(coherence).build().await.unwrap();
        let (database, over) = (Arc::new(AtomicU32::new(0)), Arc::new(AtomicBool::new(false)));
        let look = {
            let (cache, database) = (cache.clone(), Arc::clone(&database));
            move || {
                let (cache, database) = (cache.clone(), Arc::clone(&database));
                async move {
                    let load = move |_| async move {
                        let value = database.load(Ordering::SeqCst);
                        tokio::task::yield_now().await;
                        Ok::<_, Infallible>(Some(value.to_string()))
                    };
                    cache.get_or_load("a", load).tags(["t"]).await.unwrap().unwrap().parse::<u32>().unwrap()
                }
            }
        };
        let others: Vec<_> = (0..4)
            .map(|_| {
                let (look, over) = (look.clone(), Arc::clone(&over));
                tokio::spawn(async move {
                    while !over.load(Ordering::SeqCst) {
                        look().await;
                        tokio::task::yield_now().await;
                    }
                })
            })
            .collect();

        // When the value changes again and again.
        let mut failed = 0;
        let commands = ["unlink", "eval", "evalsha"];
        for round in 1..=360 {
            match round % 4 {
                1 => refuse(&server, &commands),
                3 => allow(&server, &commands),
                _ => {}
            }
            database.store(round, Ordering::SeqCst);
            let invalidated = match round / 4 % 3 {
                0 => cache.invalidate("a").await.map(|_| ()),
                1 => cache.invalidate_tag("t").await,
                _ => cache.invalidate_all().await,
            };
            failed += u32::from(invalidated.is_err());

            let found = look().await;

            assert!(found >= round, "{coherence:?}: {found} after {round}, {:?}", cache.stats());
        }
        over.store(true, Ordering::SeqCst);
        for other in others {
            other.await.unwrap();
        }
        assert_eq!(failed, 180);
    }
}

#[tokio::test]
async fn what_depends_on_a_tag_that_could_not_be_raised_is_not_served() {
    // The tag without a name is the whole namespace.
    for (coherence, tag) in [
        (Coherence::Tracking, "t"),
        (Coherence::Tracking, ""),
        (Coherence::PubSub, "t"),
        (Coherence::TtlOnly, ""),
        (Coherence::Off, "t"),
    ] {
        // Given a value in both levels, and one that does not depend on the tag.
        let server = Server::start(Options::new());
        let (client, other) = (connect(&server.url()).await, connect(&server.url()).await);
        let cache = calm(&client).coherence(coherence).build().await.unwrap();
        let theirs = calm(&other).coherence(coherence).build().await.unwrap();
        cache.set_tagged("a", &"old".to_owned(), &["t"]).await.unwrap();
        for _ in 0..3 {
            assert_eq!(text(&cache.get("a").await.unwrap()), Some("old"));
        }
        warm(&cache, "b", "old").await;
        let scripts = ["eval", "evalsha"];
        refuse(&server, &scripts);

        // When it cannot be raised.
        let failed =
            if tag.is_empty() { cache.invalidate_all().await } else { cache.invalidate_tag(tag).await };

        // Then it counts as raised here, and soon everywhere.
        assert!(matches!(failed, Err(CacheError::Redis(_))), "{failed:?}");
        let loads = Loads::default();
        assert_eq!(cache.get("a").await.unwrap(), None, "{coherence:?} {tag}");
        let loaded = cache.get_or_load("a", loads.giving("new")).tags(["t"]).await.unwrap();
        assert_eq!((text(&loaded), loads.count()), (Some("new"), 1), "{coherence:?} {tag}");
        let independent = cache.get("b").await.unwrap();
        assert_eq!(text(&independent), Some("old").filter(|_| !tag.is_empty()), "{coherence:?} {tag}");
        assert_eq!(text(&theirs.get("a").await.unwrap()), Some("old"), "nobody could tell the others");
        allow(&server, &scripts);
        let deadline = Instant::now() + SOON;
        while text(&theirs.get("a").await.unwrap()) == Some("old") {
            assert!(Instant::now() < deadline, "it is never raised: {:?}", cache.stats());
            tokio::task::yield_now().await;
        }
        let loaded = cache.get_or_load("a", loads.giving("new")).tags(["t"]).await.unwrap();
        assert_eq!(text(&loaded), Some("new"), "{coherence:?} {tag}");
    }
}

#[tokio::test]
async fn a_tag_that_could_not_be_raised_is_raised_by_the_next_lookup_and_once() {
    let server = Server::start(Options::new());
    let client = connect(&server.url()).await;
    let cache = calm(&client).build().await.unwrap();
    cache.set_tagged("a", &"old".to_owned(), &["t"]).await.unwrap();
    let version = || server.command(&["GET", "cache#t"]).text();
    let before = version();
    refuse(&server, &["eval", "evalsha"]);
    for tag in ["t", "other"] {
        assert!(cache.invalidate_tag(tag).await.is_err());
    }
    allow(&server, &["eval", "evalsha"]);

    assert_eq!(cache.get("a").await.unwrap(), None);

    let raised = version();
    assert_ne!(raised, before);
    eventually_async("the task has been at it", SOON, || stands(&server, "cache#other")).await;
    refuse(&server, &["eval", "evalsha"]);
    assert!(cache.invalidate_tag("third").await.is_err());
    allow(&server, &["eval", "evalsha"]);
    eventually_async("it has been through a round", SOON, || stands(&server, "cache#third")).await;
    assert_eq!(version(), raised);
}
