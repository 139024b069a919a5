//! The locks and atomics of links and pools, so that a model checker can stand in for them.
//!
//! With `--cfg loom` they are loom's, which tries the orders in which threads can take them one by one (`./x loom`);
//! otherwise they are std's. Only what decides who gets what is named here: a count for the statistics is not.

#[cfg(not(loom))]
pub(crate) use std::sync::{Condvar, Mutex, MutexGuard, PoisonError, atomic::AtomicBool};

#[cfg(loom)]
pub(crate) use {
    loom::sync::{Condvar, Mutex, MutexGuard, atomic::AtomicBool},
    std::sync::PoisonError,
};

#[cfg(all(test, loom))]
pub(crate) use self::model::{block_on, try_all_orders};

#[cfg(all(test, loom))]
mod model {
    use std::future::{Future, poll_fn};
    use std::pin::pin;
    use std::sync::Arc;
    use std::task::{Context, Wake, Waker};

    /// Runs `model` in every order in which its threads can take locks and be woken, with up to `preemptions` switches
    /// that no thread asked for. It fails when one of them sleeps for ever, besides all that it asserts.
    pub(crate) fn try_all_orders(preemptions: usize, model: impl Fn() + Send + Sync + 'static) {
        let mut builder = loom::model::Builder::new();
        builder.preemption_bound.get_or_insert(preemptions);
        builder.max_branches = 10_000;
        // Timers belong to a runtime. Its clock stands still, since nobody drives it.
        let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build();
        let runtime = runtime.expect("a runtime without sockets");
        builder.check(move || {
            let _entered = runtime.enter();
            model();
        });
    }

    /// A waker that is cloned and dropped unseen by loom: those orders say nothing about us, and are most of all.
    struct Plain(Waker);

    impl Wake for Plain {
        fn wake(self: Arc<Self>) {
            self.0.wake_by_ref();
        }
    }

    /// Runs a future on this thread of a model.
    pub(crate) fn block_on<F: Future>(future: F) -> F::Output {
        let mut future = pin!(future);
        let mut plain = None;
        loom::future::block_on(poll_fn(|cx| {
            let plain = plain.get_or_insert_with(|| Waker::from(Arc::new(Plain(cx.waker().clone()))));
            future.as_mut().poll(&mut Context::from_waker(plain))
        }))
    }
}
