//! Callers: they wait, give up at some poll or after some time, or forget to poll for a while.

use std::future::poll_fn;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Duration;

use fastrand::Rng;
use redlane_resp::reply::Replies;
use tokio::time::{Instant, sleep, timeout};

use super::world::{World, random_ms};
use crate::error::LinkError;
use crate::link::{Entry, Link};
use crate::simulated::work::Work;

/// One submission, which gets its tags when it is first polled.
pub(super) struct Submission {
    link: Arc<Link>,
    world: Arc<World>,
    work: Option<Work>,
    entry: Entry,
}

impl Submission {
    pub(super) fn new(link: Arc<Link>, world: Arc<World>) -> Self {
        Submission { link, world, work: None, entry: Entry::new() }
    }

    pub(super) fn poll(&mut self, cx: &mut Context<'_>) -> Poll<Result<Replies, LinkError>> {
        let world = &self.world;
        let work = self.work.get_or_insert_with(|| Work::draw(&mut world.rng(), &mut world.ledger()));
        let result = self.link.poll_call(cx, work, &mut self.entry);
        self.link.shared.lock().core.audit();
        trace!("poll {:?} {:?}", work.tags, result);
        if let Poll::Ready(result) = &result {
            work.judge(result, &mut self.world.ledger());
        }
        result
    }
}

impl Drop for Submission {
    fn drop(&mut self) {
        if let Some(work) = &self.work
            && self.entry.is_pending()
            && !std::thread::panicking()
        {
            let given_up = self.link.give_up(&mut self.entry);
            trace!("give up {:?} {:?}", work.tags, given_up);
            work.given_up(&given_up, &mut self.world.ledger());
            self.link.shared.lock().core.audit();
        }
    }
}

/// Makes some calls, one after the other.
pub(super) async fn call_at_random(link: Arc<Link>, world: Arc<World>, limit: Duration, mut rng: Rng) {
    for _ in 0..rng.usize(1..12) {
        if rng.bool() {
            let longest = if rng.u8(0..6) == 0 { 4_000 } else { 600 };
            sleep(random_ms(&mut rng, 0..longest)).await;
        }
        let mut submission = Submission::new(Arc::clone(&link), Arc::clone(&world));
        match rng.u8(0..10) {
            0..=1 => give_up_at(&mut submission, rng.usize(1..4)).await,
            2 => {
                let patience = random_ms(&mut rng, 0..600);
                let _ = timeout(patience, poll_fn(|cx| submission.poll(cx))).await;
            }
            3 => {
                give_up_at(&mut submission, 1).await;
                sleep(random_ms(&mut rng, 0..3_000)).await;
                if submission.entry.is_pending() {
                    let _ = poll_fn(|cx| submission.poll(cx)).await;
                }
            }
            _ => in_time(&mut submission, limit).await,
        }
    }
}

/// Polls so often and no more.
async fn give_up_at(submission: &mut Submission, polls: usize) {
    let mut left = polls;
    poll_fn(|cx| {
        left -= 1;
        match submission.poll(cx) {
            Poll::Pending if left > 0 => Poll::Pending,
            _ => Poll::Ready(()),
        }
    })
    .await;
}

async fn in_time(submission: &mut Submission, limit: Duration) {
    let began = Instant::now();
    let result = timeout(limit + Duration::from_secs(60), poll_fn(|cx| submission.poll(cx))).await;
    let took = began.elapsed();
    assert!(took <= limit + Duration::from_millis(50), "{took:?} of {limit:?}: {result:?}");
    if let Ok(Err(LinkError::Timeout { .. })) = result {
        assert!(took >= limit, "{took:?} of {limit:?}");
    }
}
