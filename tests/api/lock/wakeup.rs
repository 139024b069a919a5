//! Those who wait are called, and do not ask meanwhile.

use std::time::Instant;

use redlane::lock::Guard;
use redlane::pubsub::{Event, Subscription};

use super::*;

pub(super) fn scripts_run(server: &Server) -> u64 {
    let calls = server.info("cmdstat_evalsha");
    calls.split(['=', ',']).nth(1).unwrap_or("0").parse().unwrap()
}

#[tokio::test]
async fn a_release_wakes_the_waiter_of_another_client_without_any_polling() {
    let server = Server::start(Options::new());
    let (one, two) =
        (client(server.port()).await.locks().ttl(LONG), client(server.port()).await.locks().ttl(LONG));
    // Both know the way: scripts are loaded, subscriptions made.
    let mut held = one.lock("a").acquire(SOON).await.unwrap();
    let (mut holder, mut waiter) = (&one, &two);
    let mut rises = Vec::new();
    for _ in 0..20 {
        let lock = waiter.lock("a");
        let before = scripts_run(&server);
        let waiting = tokio::spawn(async move { lock.acquire(LONG).await.unwrap() });
        eventually_async("it waits", SOON, || waiter.stats().waited_for == 1).await;
        held.release().await.unwrap();
        held = waiting.await.unwrap();
        rises.push(scripts_run(&server) - before);
        (holder, waiter) = (waiter, holder);
    }
    let _ = holder;

    // Of each: the release, and the question that wins. Whoever has it said so when he got it. The first rounds find
    // nobody listening yet, and others may be told too late on a machine that has other things to do.
    assert!(rises[2..].iter().all(|rise| *rise <= 3), "{rises:?}");
    assert!(rises[2..].iter().sum::<u64>() <= 2 * 18 + 3, "{rises:?}");
}

/// What is said on the channel of the lock `a`, as one client hears it.
struct Channel<'a> {
    client: &'a Client,
    heard: Subscription,
}

const CHANNEL: &str = "{lock:a}:c";

impl<'a> Channel<'a> {
    async fn of(client: &'a Client) -> Self {
        Self { client, heard: client.subscribe([CHANNEL]).await.unwrap() }
    }

    /// The next word that begins so.
    async fn next(&mut self, begins: &str) -> String {
        loop {
            let Some(Event::Message { payload, .. }) = self.heard.next().await else { panic!("no word") };
            let word = String::from_utf8(payload.to_vec()).unwrap();
            if word.starts_with(begins) {
                return word;
            }
        }
    }

    /// Says something; whoever of the client's waits for the lock has heard it then, and the server his question.
    async fn say(&mut self, server: &Server, word: &str) {
        server.command(&["PUBLISH", CHANNEL, word]);
        while self.next(word).await != word {}
        for _ in 0..3 {
            self.client.exists("a").await.unwrap();
        }
    }
}

#[tokio::test]
async fn word_of_our_own_release_that_comes_late_costs_nothing_and_any_other_word_is_heeded() {
    const TIMES: u64 = 20;
    let server = Server::start(Options::new());
    let (one, two) = (client(server.port()).await, client(server.port()).await);
    let (locks, others) = (one.locks().ttl(LONG), two.locks().ttl(LONG));
    let mut channel = Channel::of(&one).await;
    let wait = || {
        let lock = locks.lock("a");
        tokio::spawn(async move { lock.acquire(LONG).await.unwrap() })
    };
    let holder = others.lock("a").acquire(SOON).await.unwrap();
    let waiting = wait();
    // Once the holder, and once more when it listens.
    eventually_async("it waits", SOON, || scripts_run(&server) >= 3).await;
    holder.release().await.unwrap();
    let theirs = channel.next("free:").await;
    // Ours, which others have after it; one of us waits again, and has asked.
    waiting.await.unwrap().release().await.unwrap();
    let ours = channel.next("free:").await;
    let holder = others.lock("a").acquire(SOON).await.unwrap();
    let before = scripts_run(&server);
    let waiting = wait();
    eventually_async("it has asked", SOON, || scripts_run(&server) > before).await;

    for (word, costs) in
        [(&*ours, 0), ("", TIMES), (&*ours, 0), (&*theirs, TIMES), ("free:1", TIMES), ("?", TIMES)]
    {
        let (before, began) = (scripts_run(&server), Instant::now());
        for _ in 0..TIMES {
            channel.say(&server, word).await;
        }
        // It asks once a second as well.
        let (rise, clock) = (scripts_run(&server) - before, began.elapsed().as_secs() + 1);
        assert!((costs..=costs + clock).contains(&rise), "{word}: {rise}");
    }

    holder.release().await.unwrap();
    waiting.await.unwrap().release().await.unwrap();
}

#[tokio::test]
async fn a_lock_that_is_only_said_to_be_held_is_asked_for_in_time_all_the_same() {
    let server = Server::start(Options::new());
    let (one, two) = (client(server.port()).await, client(server.port()).await);
    let (lock, other) = (one.locks().ttl(LONG).lock("a"), two.locks().ttl(LONG).lock("a"));
    let mut channel = Channel::of(&one).await;
    let holder = other.acquire(SOON).await.unwrap();
    let waits = lock.clone();
    let waiting = tokio::spawn(async move { waits.acquire(SOON).await });
    eventually_async("it waits", SOON, || one.locks().stats().waited_for == 1).await;
    holder.release().await.unwrap();
    waiting.await.unwrap().unwrap().release().await.unwrap();

    // An operator has deleted it, say.
    for wait in [Duration::from_millis(50), Duration::from_millis(500), LONG] {
        channel.say(&server, "held:1:60000").await;
        let guard = lock.acquire(wait).await.unwrap();
        guard.release().await.unwrap();
    }
}

#[tokio::test]
async fn a_lock_of_the_same_name_in_another_database_is_another_lock() {
    // Given locks of one name in two databases, each of which was waited for just now.
    let server = Server::start(Options::new());
    let of = |database| {
        let config = Config::builder().host("127.0.0.1").port(server.port()).db(database);
        async move { Client::connect(config.build().unwrap()).await.unwrap() }
    };
    let (zero, seven) = (of(0).await, of(7).await);
    let (lock, other) = (zero.locks().ttl(LONG).lock("a"), seven.locks().ttl(LONG).lock("a"));
    for (client, lock) in [(&zero, &lock), (&seven, &other)] {
        let holder = lock.acquire(SOON).await.unwrap();
        let waits = lock.clone();
        let waiting = tokio::spawn(async move { waits.acquire(SOON).await.unwrap() });
        eventually_async("it waits", SOON, || client.locks().stats().waited_for == 1).await;
        holder.release().await.unwrap();
        waiting.await.unwrap().release().await.unwrap();
    }

    for _ in 0..10 {
        // When the other one is held.
        let held = other.acquire(SOON).await.unwrap();
        for _ in 0..10 {
            zero.exists("a").await.unwrap();
        }
        let before = zero.locks().stats().contended;

        // Then this one is free.
        lock.acquire(SOON).await.unwrap().release().await.unwrap();
        assert_eq!(zero.locks().stats().contended, before);
        held.release().await.unwrap();
    }
}

#[tokio::test]
async fn a_lock_is_listened_for_as_long_as_somebody_waits_and_a_little_longer() {
    let (locks, prefix) = locks().await;
    let channel = format!("{{{prefix}a}}:c");
    let listeners = || Server::shared().command(&["PUBSUB", "NUMSUB", &channel]).elements()[1].text();
    let holder = locks.lock("a").acquire(SOON).await.unwrap();

    let waits = locks.lock("a");
    let waiting = tokio::spawn(async move { waits.acquire(SOON).await });
    eventually_async("it is listened for", SOON, || listeners() == "1").await;
    holder.release().await.unwrap();
    let guard = waiting.await.unwrap().unwrap();

    eventually_async("nobody listens any more", SOON, || listeners() == "0").await;
    guard.release().await.unwrap();
}

#[tokio::test]
async fn of_those_who_wait_in_one_process_one_asks_and_no_question_comes_too_early() {
    let server = Server::start(Options::new());
    let client = client(server.port()).await;
    let locks = client.locks().ttl(LONG);
    let mut held = locks.lock("a").acquire(SOON).await.unwrap();
    settled(&locks).await;
    let asked = client.link_stats().completed;
    let mut waiting = std::collections::VecDeque::new();
    let wait = || {
        let lock = locks.lock("a");
        tokio::spawn(async move { lock.acquire(LONG).await.unwrap() })
    };
    for number in 1..=10 {
        waiting.push_back(wait());
        eventually_async("it waits", SOON, || locks.stats().in_use == number + 1).await;
        // The second question of the first one comes once it listens.
        eventually_async("it is listened for", SOON, || client.link_stats().completed >= asked + 2).await;
    }
    let (before, began) = (scripts_run(&server), Instant::now());

    for _ in 0..50 {
        held.release().await.unwrap();
        held = waiting.pop_front().unwrap().await.unwrap();
        waiting.push_back(wait());
    }

    // The release and the question that wins; beside that one a second for the one whose turn it is.
    let rise = scripts_run(&server) - before;
    assert!(rise <= 2 * 50 + began.elapsed().as_secs() + 1, "{rise}");
}

#[tokio::test]
async fn a_listener_that_goes_with_its_runtime_is_replaced() {
    let runtime =
        || tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build().unwrap();
    let other = runtime();
    let (locks, prefix) = locks().await;
    let channel = format!("{{{prefix}a}}:c");
    let listeners = || Server::shared().command(&["PUBSUB", "NUMSUB", &channel]).elements()[1].text();
    let holder = locks.lock("a").acquire(SOON).await.unwrap();
    // The connection for messages is one of this runtime, the listener one of the other.
    let news = locks.lock("b").acquire(SOON).await.unwrap();
    let waits = locks.lock("b");
    let waiting = tokio::spawn(async move { waits.acquire(LONG).await });
    eventually_async("there is a connection", SOON, || locks.stats().waited_for == 1).await;
    eventually_async("it is listened on", SOON, || {
        Server::shared().command(&["PUBSUB", "NUMSUB", &format!("{{{prefix}b}}:c")]).elements()[1].text()
            == "1"
    })
    .await;
    let lock = locks.lock("a");
    let abandoned = other.spawn(async move { lock.acquire(LONG).await });
    eventually_async("the other one listens", SOON, || listeners() == "1").await;

    other.shutdown_background();
    assert!(abandoned.await.is_err());
    eventually_async("nobody listens", SOON, || listeners() == "0").await;
    let lock = locks.lock("a");
    let waits = tokio::spawn(async move { lock.acquire(LONG).await });
    eventually_async("somebody listens again", SOON, || listeners() == "1").await;
    holder.release().await.unwrap();

    waits.await.unwrap().unwrap().release().await.unwrap();
    news.release().await.unwrap();
    waiting.await.unwrap().unwrap().release().await.unwrap();
}

/// How long a waiter may be without a lock that was released, 99 of 100 times.
const BOUND: Duration = Duration::from_millis(5);

/// How long it takes from the release of `held` until one who waits for the lock has it.
async fn hand_over(held: Guard, waiter: &LockManager) -> (Duration, Guard) {
    let lock = waiter.lock("a");
    let waiting = tokio::spawn(async move {
        let guard = lock.acquire(LONG).await.unwrap();
        (guard, Instant::now())
    });
    // A moment after it was first seen it has nothing else to do.
    let mut seen = 0;
    eventually_async("it waits", SOON, || {
        seen += waiter.stats().waited_for;
        seen >= 2
    })
    .await;
    let began = Instant::now();
    held.release().await.unwrap();
    let (guard, acquired) = waiting.await.unwrap();
    (acquired.saturating_duration_since(began), guard)
}

/// The same without a lock: a word to one who waits for it, and a question of his.
async fn tell(teller: &Client, mut heard: Subscription, client: &Client) -> (Duration, Subscription) {
    let client = client.clone();
    let waiting = tokio::spawn(async move {
        heard.next().await.unwrap();
        client.exists("lock:a").await.unwrap();
        (heard, Instant::now())
    });
    tokio::task::yield_now().await;
    let began = Instant::now();
    teller.publish("plain", "word").await.unwrap();
    let (heard, answered) = waiting.await.unwrap();
    (answered.saturating_duration_since(began), heard)
}

#[tokio::test]
async fn a_waiter_has_the_lock_within_milliseconds_of_its_release() {
    const TIMES: usize = 200;
    let server = Server::start(Options::new());
    let (one, two) = (client(server.port()).await, client(server.port()).await);
    let (mut holder, mut waiter) = (one.locks(), two.locks());
    let mut heard = two.subscribe(["plain"]).await.unwrap();
    let mut held = holder.lock("a").acquire(SOON).await.unwrap();
    // A machine that has other things to do is late for anybody, and a lock has more to be late with. As that is a matter of
    // chance, one round of three counts.
    let mut rounds = Vec::new();
    for _ in 0..3 {
        let (mut late, mut late_anyway) = (0, 0);
        for _ in 0..TIMES {
            let (took, guard) = hand_over(held, &waiter).await;
            held = guard;
            (waiter, holder) = (holder, waiter);
            late += usize::from(took >= BOUND);
            let (took, subscription) = tell(&one, heard, &two).await;
            heard = subscription;
            late_anyway += usize::from(took >= BOUND);
        }
        if late <= TIMES / 100 + 2 * late_anyway {
            return;
        }
        rounds.push((late, late_anyway));
    }
    panic!("late, and late without a lock: {rounds:?}");
}
