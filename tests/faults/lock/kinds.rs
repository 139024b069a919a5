//! The same faults for a plain lock, a fair one and a permit: what holds for one holds for all.

use redlane::lock::{LossReason, Permit};

use super::*;

/// What is asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Sort {
    Plain,
    Fair,
    Semaphore,
}

impl Sort {
    pub(super) const ALL: [Self; 3] = [Self::Plain, Self::Fair, Self::Semaphore];

    pub(super) async fn try_acquire(self, locks: &LockManager) -> Result<Option<Held>, LockError> {
        match self {
            Self::Plain => Ok(locks.lock("a").try_acquire().await?.map(Held::Lock)),
            Self::Fair => Ok(locks.lock("a").fair().try_acquire().await?.map(Held::Lock)),
            Self::Semaphore => Ok(locks.semaphore("a", 1).try_acquire().await?.map(Held::Permit)),
        }
    }

    pub(super) async fn acquire(self, locks: &LockManager, wait: Duration) -> Result<Held, LockError> {
        match self {
            Self::Plain => locks.lock("a").acquire(wait).await.map(Held::Lock),
            Self::Fair => locks.lock("a").fair().acquire(wait).await.map(Held::Lock),
            Self::Semaphore => locks.semaphore("a", 1).acquire(wait).await.map(Held::Permit),
        }
    }

    /// Who has it, as the server says.
    pub(super) fn holder(self, server: &Server) -> Option<String> {
        match self {
            Self::Plain | Self::Fair => match server.command(&["GET", KEY]) {
                RawReply::Bulk(token) => Some(String::from_utf8(token).unwrap()),
                _ => None,
            },
            Self::Semaphore => {
                let holders = server.command(&["ZRANGE", "{lock:a}:s", "0", "-1"]);
                assert!(holders.elements().len() <= 1, "{holders:?}");
                holders.elements().first().map(RawReply::text)
            }
        }
    }
}

/// A lock or a permit that is held.
#[derive(Debug)]
pub(super) enum Held {
    Lock(Guard),
    Permit(Permit),
}

impl Held {
    /// Of a permit, which has none, what the first lock would have.
    fn fence(&self) -> u64 {
        match self {
            Self::Lock(guard) => guard.fence(),
            Self::Permit(_) => 1,
        }
    }

    fn is_valid(&self) -> bool {
        match self {
            Self::Lock(guard) => guard.is_valid(),
            Self::Permit(permit) => permit.is_valid(),
        }
    }

    fn valid_for(&self) -> Duration {
        match self {
            Self::Lock(guard) => guard.valid_for(),
            Self::Permit(permit) => permit.valid_for(),
        }
    }

    async fn lost(&self) -> LossReason {
        match self {
            Self::Lock(guard) => guard.lost().await,
            Self::Permit(permit) => permit.lost().await,
        }
    }

    async fn extend(&self, ttl: Duration) -> Result<(), LockError> {
        match self {
            Self::Lock(guard) => guard.extend(ttl).await,
            Self::Permit(permit) => permit.extend(ttl).await,
        }
    }

    pub(super) async fn release(self) -> Result<ReleaseOutcome, LockError> {
        match self {
            Self::Lock(guard) => guard.release().await,
            Self::Permit(permit) => permit.release().await,
        }
    }
}

/// Where a connection ends while a question is under way.
#[derive(Clone, Copy, Debug)]
enum Moment {
    /// The question does not reach the server.
    BeforeIt,
    /// It was done, and nothing of the reply arrives.
    AfterIt,
    /// Half of the reply arrives.
    MidReply,
}

impl Scene {
    /// Does `step` while its connection ends once, at `moment`; the next one is a good one.
    async fn cut_once<T>(&self, moment: Moment, step: impl Future<Output = T>) -> T {
        let connections = self.proxy.accepted_count();
        self.proxy
            .change(|plan| match moment {
                Moment::BeforeIt => plan.requests.cut_after = Some((0, Cut::Reset)),
                Moment::AfterIt => plan.replies.cut_after = Some((0, Cut::Reset)),
                Moment::MidReply => plan.replies.cut_after = Some((2, Cut::Reset)),
            })
            .await;
        let heals = async {
            let was_cut = || self.proxy.accepted_count() > connections;
            eventually_async("the connection was cut", SOON, was_cut).await;
            self.proxy.heal().await;
        };
        tokio::join!(step, heals).0
    }

    /// Nothing is left on the server but the counter of fences, and nothing to do in the background.
    pub(super) async fn clean(&self, limit: Duration) {
        let nothing = || {
            let keys = self.server.command(&["KEYS", "*"]);
            let left = keys.elements().iter().any(|key| !key.text().ends_with(":f"));
            let stats = self.locks().stats();
            !left && (stats.in_use, stats.returning, stats.waited_for) == (0, 0, 0)
        };
        eventually_async("nothing is left", limit, nothing).await;
    }
}

#[tokio::test]
async fn a_connection_cut_at_any_moment_costs_neither_the_lock_nor_its_release() {
    for sort in Sort::ALL {
        for moment in [Moment::BeforeIt, Moment::AfterIt, Moment::MidReply] {
            let scene = Scene::set_with(Duration::from_secs(1)).await;
            let locks = scene.locks();

            let held = scene.cut_once(moment, sort.try_acquire(&locks)).await.unwrap().unwrap();
            assert_eq!(held.fence(), 1, "{sort:?} {moment:?}");
            let token = sort.holder(&scene.server);
            assert!(token.is_some() && held.is_valid(), "{sort:?} {moment:?}");

            scene.cut_once(moment, held.extend(2 * LONG)).await.unwrap();
            assert!(held.is_valid(), "{sort:?} {moment:?}");
            assert_eq!(sort.holder(&scene.server), token);

            let outcome = scene.cut_once(moment, held.release()).await.unwrap();
            assert_eq!(outcome, ReleaseOutcome::Released, "{sort:?} {moment:?}");
            assert_eq!(sort.holder(&scene.server), None);
            scene.clean(SOON).await;
        }
    }
}

#[tokio::test]
async fn a_dropped_reply_to_any_acquire_is_asked_for_again_and_leaves_nothing() {
    for sort in Sort::ALL {
        let scene = Scene::set().await;
        scene.hold_replies().await;
        let locks = scene.locks();
        let acquire = tokio::spawn(async move { sort.acquire(&locks, SOON).await });
        eventually_async("the server has given it", SOON, || sort.holder(&scene.server).is_some()).await;
        let token = sort.holder(&scene.server);

        scene.reconnect().await;
        let held = acquire.await.unwrap().unwrap();

        assert_eq!((held.fence(), sort.holder(&scene.server)), (1, token), "{sort:?}");
        assert_eq!(held.release().await.unwrap(), ReleaseOutcome::Released);
        scene.clean(SOON).await;
    }
}

#[tokio::test]
async fn an_acquire_of_any_sort_dropped_unanswered_is_given_back() {
    for sort in Sort::ALL {
        for cut in [false, true] {
            let scene = Scene::set().await;
            scene.hold_replies().await;
            let locks = scene.locks();
            let acquire = tokio::spawn(async move { sort.acquire(&locks, SOON).await });
            eventually_async("the server has given it", SOON, || sort.holder(&scene.server).is_some()).await;

            acquire.abort();
            assert!(acquire.await.unwrap_err().is_cancelled());
            if cut {
                scene.proxy.cut(Cut::Reset);
            }
            scene.proxy.heal().await;

            scene.clean(SOON).await;
        }
    }
}

#[tokio::test]
async fn any_question_that_is_executed_late_leaves_nothing() {
    for sort in [Sort::Fair, Sort::Semaphore] {
        let scene = Scene::set().await;
        scene.hold_replies().await;
        let locks = scene.locks();
        let acquire = tokio::spawn(async move { sort.try_acquire(&locks).await });
        eventually_async("the server has given it", SOON, || sort.holder(&scene.server).is_some()).await;
        let token = sort.holder(&scene.server).unwrap();
        scene.reconnect().await;
        acquire.await.unwrap().unwrap().unwrap().release().await.unwrap();

        // The first question, on the lost connection, is executed only now.
        match sort {
            Sort::Semaphore => scene.server.command(&["ZADD", "{lock:a}:s", "9000000000000", &token]),
            _ => scene.server.command(&["SET", KEY, &token, "PX", "60000"]),
        };

        scene.clean(SOON).await;
    }
}

#[tokio::test]
async fn a_place_in_the_queue_outlives_a_lost_connection() {
    let scene = Scene::set().await;
    let holder = Sort::Fair.acquire(&scene.locks(), SOON).await.unwrap();
    let queue = || match scene.server.command(&["ZRANGE", "{lock:a}:q", "0", "-1"]) {
        RawReply::Array(tokens) => tokens.iter().map(RawReply::text).collect::<Vec<_>>(),
        other => panic!("{other:?}"),
    };
    scene.hold_replies().await;
    let locks = scene.locks();
    let first = tokio::spawn(async move { Sort::Fair.acquire(&locks, SOON).await });
    eventually_async("it queues, and does not know", SOON, || queue().len() == 1).await;
    let token = queue();

    // Somebody of another client comes behind it.
    let config = Config::builder().host("127.0.0.1").port(scene.server.port()).build().unwrap();
    let other = Client::connect(config).await.unwrap().locks().ttl(LONG);
    let second = tokio::spawn(async move { Sort::Fair.acquire(&other, SOON).await });
    eventually_async("somebody queues behind", SOON, || queue().len() == 2).await;
    scene.reconnect().await;
    holder.release().await.unwrap();

    let first = first.await.unwrap().unwrap();
    let holder: Vec<_> = Sort::Fair.holder(&scene.server).into_iter().collect();
    assert_eq!(holder, token, "the first one has it, with the token that it queued with");
    assert_eq!(first.fence(), 2);
    first.release().await.unwrap();
    let second = second.await.unwrap().unwrap();
    assert_eq!(second.fence(), 3);
    second.release().await.unwrap();
    scene.clean(SOON).await;
}

#[tokio::test]
async fn a_frozen_server_is_told_of_before_the_end_of_any_lease() {
    for sort in Sort::ALL {
        let ttl = Duration::from_secs(1);
        let scene = Scene::set_with(Duration::from_secs(5)).await;
        let locks = scene.locks().ttl(ttl).watchdog(true);
        let held = sort.acquire(&locks, SOON).await.unwrap();
        eventually_async("it is renewed", SOON, || locks.stats().renewed >= 1).await;

        scene.server.pause();
        // A renewal that was under way when that happened may still be answered.
        let mut ends = Instant::now() + held.valid_for();
        let reason = {
            let mut lost = std::pin::pin!(held.lost());
            loop {
                match tokio::time::timeout(Duration::from_millis(5), &mut lost).await {
                    Ok(reason) => break reason,
                    Err(_) if held.is_valid() => ends = Instant::now() + held.valid_for(),
                    Err(_) => {}
                }
            }
        };
        let told = Instant::now();

        // Validity is counted from the last renewal that was sent, a hundredth and 2 ms less than the time to live.
        let renewed = ends + ttl / 100 + Duration::from_millis(2) - ttl;
        let after = told - renewed;
        assert_eq!(reason, LossReason::Unreachable, "{sort:?}");
        assert!(after >= ttl.mul_f64(0.9) && after <= ttl, "{sort:?}: {after:?}");
        assert!(!held.is_valid());
        scene.server.resume();
        drop(held);
        scene.clean(SOON).await;
    }
}

#[tokio::test]
async fn a_lost_reply_to_a_release_after_the_end_is_no_release() {
    for sort in Sort::ALL {
        let scene = Scene::set_with(Duration::from_secs(1)).await;
        let locks = scene.locks().ttl(Duration::from_millis(60));
        let held = sort.acquire(&locks, SOON).await.unwrap();
        eventually_async("its time is over", SOON, || !held.is_valid()).await;

        let outcome = scene.cut_once(Moment::AfterIt, held.release()).await.unwrap();

        assert!(matches!(outcome, ReleaseOutcome::Expired), "{sort:?}");
        scene.clean(SOON).await;
    }
}

#[tokio::test]
async fn renewals_outlive_connections_that_are_cut_again_and_again() {
    let ttl = Duration::from_millis(1_500);
    for sort in Sort::ALL {
        let scene = Scene::set_with(Duration::from_secs(5)).await;
        let locks = scene.locks().ttl(ttl).watchdog(true);
        let held = sort.acquire(&locks, SOON).await.unwrap();
        let token = sort.holder(&scene.server);

        let (began, mut cuts) = (Instant::now(), 0);
        eventually_async("it outlives its time twice", SOON, || {
            // Each time something was renewed: the next one meets a connection that is gone.
            if locks.stats().renewed > cuts {
                cuts = locks.stats().renewed;
                scene.proxy.cut(Cut::Reset);
            }
            began.elapsed() > 2 * ttl
        })
        .await;

        assert!(held.is_valid() && cuts >= 3, "{sort:?}: {cuts}");
        assert_eq!((sort.holder(&scene.server), locks.stats().lost), (token, 0));
        assert_eq!(held.release().await.unwrap(), ReleaseOutcome::Released);
        scene.clean(SOON).await;
    }
}
