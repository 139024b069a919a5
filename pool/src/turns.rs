//! Turns of the runtime's queue that a batch waits before it is written, so that it carries more.

use std::future::poll_fn;
use std::task::Poll;
use std::time::{Duration, Instant};

use crate::shared::Shared;

/// Turns at most that a batch waits for callers on other threads: a microsecond or two, when nothing else is to be run.
const TURNS: usize = 16;

/// What these turns take at most. They are as long as all else that the thread has to run, which may compute; a batch that
/// waits in vain for the time of a round trip costs more than it can gain.
const PATIENCE: Duration = Duration::from_micros(100);

/// Lets callers that were just woken add their next commands to the batch.
///
/// On one thread the end of its queue is behind all of them. With several, others have taken some of them over: a few more
/// turns are the time they need, and what they bring saves a write to the server, a read, and the wake-ups of both.
///
/// Who is alone waits for nobody. Going to the end of the queue has tokio wake another thread, which takes the driver over: a
/// lone command on an encrypted socket would cost twice the processor time.
pub(crate) async fn gather(shared: &Shared, one_thread: bool) {
    if shared.lock().core.is_one_caller() {
        return;
    }
    step_back().await;
    if one_thread {
        return;
    }
    let began = Instant::now();
    for _ in 1..TURNS {
        if shared.lock().core.most_came_again() || began.elapsed() > PATIENCE {
            return;
        }
        step_back().await;
    }
}

/// Goes to the end of the queue of this thread. Yielding to tokio does that too, but looks at every socket and timer on the
/// way, which is a system call.
pub(crate) async fn step_back() {
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

#[cfg(test)]
mod tests {
    use std::pin::pin;
    use std::sync::Arc;
    use std::sync::atomic::{AtomicUsize, Ordering::SeqCst};
    use std::task::{Context, Waker};
    use std::thread;

    use redlane_resp::command::Command;

    use super::*;
    use crate::config::LinkConfig;
    use crate::tickets::Status;

    #[test]
    fn who_is_alone_waits_for_nobody() {
        let shared = Shared::new(LinkConfig::default(), None, false);
        shared.lock().core.status = Status::Up;
        let waits =
            || pin!(gather(&shared, false)).poll(&mut Context::from_waker(Waker::noop())).is_pending();
        let ping = Command::new("PING");

        assert!(shared.lock().core.enter(&ping, None, Waker::noop()).is_ok());
        assert!(!waits());
        assert!(shared.lock().core.enter(&ping, None, Waker::noop()).is_ok());
        assert!(waits());
    }

    #[tokio::test]
    async fn a_batch_does_not_wait_for_callers_while_others_are_run() {
        let shared = Shared::new(LinkConfig::default(), None, false);
        // Many were answered, and none has come again.
        shared.lock().core.last_read = 64;
        let run = Arc::new(AtomicUsize::new(0));
        let counts = Arc::clone(&run);
        let busy = tokio::spawn(async move {
            loop {
                counts.fetch_add(1, SeqCst);
                // It computes something.
                thread::sleep(Duration::from_millis(1));
                step_back().await;
            }
        });

        let gathering = tokio::spawn(async move {
            gather(&shared, false).await;
            run.load(SeqCst)
        });

        let turns = gathering.await.unwrap();
        assert!(turns <= 3, "{turns}");
        busy.abort();
    }
}
