//! A thousand acquires that nobody waits for any more, over a network that fails again and again.

use super::kinds::Sort;
use super::*;
use crate::measured;

const TTL: Duration = Duration::from_secs(1);

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_thousand_acquires_aborted_under_lost_connections_leave_nothing_after_twice_the_time_to_live() {
    for sort in Sort::ALL {
        let scene = Scene::set().await;
        scene.proxy.change(|plan| plan.replies.delay = Duration::from_millis(1)).await;
        let mut tasks = Vec::new();
        for number in 0..1_000_u32 {
            let locks = scene.locks().ttl(TTL);
            tasks.push(tokio::spawn(async move {
                let held = sort.acquire(&locks, SOON).await;
                tokio::task::yield_now().await;
                drop(held);
            }));
            let victim = fastrand::usize(..tasks.len());
            tasks[victim].abort();
            if number % 100 == 99 {
                scene.proxy.cut(if number % 200 == 99 { Cut::Reset } else { Cut::Close });
            }
            for _ in 0..fastrand::u32(..8) {
                tokio::task::yield_now().await;
            }
        }
        for task in &tasks {
            task.abort();
        }
        let aborted = Instant::now();
        scene.proxy.heal().await;

        scene.clean(2 * TTL).await;
        measured("nothing left of 1,000 aborted acquires", &format!("{sort:?}: {:?}", aborted.elapsed()));
        let channels = || scene.server.command(&["PUBSUB", "CHANNELS"]).elements().len();
        eventually_async("nobody listens any more", SOON, || channels() == 0).await;
    }
}
