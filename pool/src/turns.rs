//! Turns of the runtime's queue that a batch waits before it is written, so that it carries more.

use std::future::poll_fn;
use std::task::Poll;

use crate::shared::Shared;

/// Turns at most that a batch waits for callers on other threads: a microsecond or two, when nothing else is to be run.
const TURNS: usize = 16;

/// Lets callers that were just woken add their next commands to the batch.
///
/// On one thread the end of its queue is behind all of them. With several, others have taken some of them over: a few more
/// turns are the time they need, and what they bring saves a write to the server, a read, and the wake-ups of both.
pub(crate) async fn gather(shared: &Shared, one_thread: bool) {
    step_back().await;
    if one_thread {
        return;
    }
    for _ in 1..TURNS {
        if shared.lock().core.most_came_again() {
            return;
        }
        step_back().await;
    }
}

/// Goes to the end of the queue of this thread. Yielding to tokio does that too, but looks at every socket and timer on the
/// way, which is a system call.
async fn step_back() {
    let mut stepped = false;
    poll_fn(|cx| {
        if std::mem::replace(&mut stepped, true) {
            return Poll::Ready(());
        }
        cx.waker().wake_by_ref();
        Poll::Pending
    })
    .await;
}
