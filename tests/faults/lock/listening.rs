//! Those who wait while nobody can tell them: the connection for messages cannot be made, or is lost.

use redlane_test_support::Accept;

use super::kinds::Sort;
use super::*;

#[tokio::test]
async fn a_lock_is_had_soon_although_no_connection_for_messages_can_be_made() {
    for accept in [Accept::Silence, Accept::Refuse, Accept::Close] {
        for sort in Sort::ALL {
            let scene = Scene::set_with(Duration::from_secs(5)).await;
            let holder = sort.acquire(&scene.locks(), SOON).await.unwrap();
            // That of the commands stays.
            scene.proxy.change(|plan| plan.accept = accept).await;
            let locks = scene.locks();
            let waiting = tokio::spawn(async move { sort.acquire(&locks, SOON).await });
            eventually_async("it waits", SOON, || scene.locks().stats().waited_for == 1).await;

            holder.release().await.unwrap();
            let released = Instant::now();
            let held = waiting.await.unwrap().unwrap();

            let took = released.elapsed();
            assert!(took < Duration::from_millis(500), "{accept:?} {sort:?}: {took:?}");
            held.release().await.unwrap();
        }
    }
}

#[tokio::test]
async fn those_in_a_queue_live_on_although_no_connection_for_messages_can_be_made() {
    let scene = Scene::set_with(Duration::from_secs(5)).await;
    let holder = Sort::Fair.acquire(&scene.locks(), SOON).await.unwrap();
    scene.proxy.change(|plan| plan.accept = Accept::Silence).await;
    let liveness = Duration::from_millis(450);
    let (turns, mut order) = tokio::sync::mpsc::unbounded_channel();
    let mut waiting = tokio::task::JoinSet::new();
    let queued = || scene.server.command(&["ZCARD", "{lock:a}:q"]);
    for number in 1..=3 {
        let (lock, turns) = (scene.locks().lock("a").fair().waiter_ttl(liveness), turns.clone());
        waiting.spawn(async move {
            let guard = lock.acquire(SOON).await.unwrap();
            turns.send(number).unwrap();
            guard.release().await.unwrap();
        });
        eventually_async("it stands in the queue", SOON, || queued() == RawReply::Integer(number)).await;
    }
    drop(turns);

    // For longer than one counts as alive without a sign of it, nobody leaves and nobody is overtaken.
    let joined = Instant::now();
    eventually_async("they have waited", SOON, || {
        assert_eq!(queued(), RawReply::Integer(3), "after {:?}", joined.elapsed());
        joined.elapsed() > 3 * liveness
    })
    .await;
    holder.release().await.unwrap();
    waiting.join_all().await;

    let mut served = Vec::new();
    while let Some(number) = order.recv().await {
        served.push(number);
    }
    assert_eq!(served, [1, 2, 3]);
}

#[tokio::test]
async fn a_lost_connection_for_messages_costs_a_waiter_its_timer_at_most() {
    for sort in Sort::ALL {
        let scene = Scene::set_with(Duration::from_secs(5)).await;
        let holder = sort.acquire(&scene.locks(), SOON).await.unwrap();
        let locks = scene.locks();
        let waiting = tokio::spawn(async move { sort.acquire(&locks, SOON).await });
        let channel = if sort == Sort::Semaphore { "{lock:a}:sc" } else { "{lock:a}:c" };
        let listeners = || scene.server.command(&["PUBSUB", "NUMSUB", channel]).elements()[1].text();
        eventually_async("it listens", SOON, || listeners() == "1").await;

        // Nothing is heard of this any more, and no end of the stream either; new connections are silent too.
        scene.proxy.change(|plan| plan.accept = Accept::Silence).await;
        scene.server.command(&["CLIENT", "KILL", "TYPE", "pubsub"]);
        holder.release().await.unwrap();
        let released = Instant::now();
        let held = waiting.await.unwrap().unwrap();

        assert!(released.elapsed() < Duration::from_millis(1_500), "{sort:?}: {:?}", released.elapsed());
        held.release().await.unwrap();
    }
}
