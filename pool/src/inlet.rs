//! The inlet: the reading side of a socket, and who reads it.
//!
//! A runtime tells that bytes have come by waking a waker. For the kernel's own sockets that waker is the inlet itself:
//! it reads, scans and fills tickets then and there, and wakes the driver only for what is more than plain replies. Two
//! things are gained. A reply reaches its caller without the detour by a second task. And callers are woken while the
//! runtime goes through its sockets: tokio then counts them as one batch and wakes one more worker at most. Woken by a task,
//! each of them has tokio wake another worker for it, which takes the one and goes to sleep: with 64 callers on two threads
//! these were ten system calls and some fifty switches of threads a batch (`benches/README.md`).
//!
//! What makes it safe: the state has one lock, which the inlet only tries, since it must not wait within the runtime;
//! when the driver has it, the driver is told to look again. The inlet does not read on without end, calls no sink, and
//! catches panics, which would be the runtime's there. A socket holds its waker and this one holds the socket, so the
//! driver takes the state out when it ends ([`close`](Inlet::close)). TLS and pipes are read by the driver alone: the
//! first may have to write, the second wake their reader under a lock.

mod intake;
#[cfg(test)]
mod tests;

use std::sync::Arc;
use std::task::{Context, Poll, Wake, Waker};

use crate::error::CloseReason;
use crate::shared::Shared;
use crate::sync::{Mutex, MutexGuard, PoisonError};
use crate::wakers::guarded;

pub(crate) use self::intake::{By, Intake};

/// How often the inlet reads before it leaves the rest to the driver, which yields in between.
const READS: usize = 4;

/// The reading side of one socket.
pub(crate) struct Inlet {
    shared: Arc<Shared>,
    /// Until the driver gives the socket up.
    state: Mutex<Option<Intake>>,
}

impl Inlet {
    pub(crate) fn new(shared: Arc<Shared>, intake: Intake) -> Arc<Self> {
        Arc::new(Self { shared, state: Mutex::new(Some(intake)) })
    }

    /// The state, for the driver.
    pub(crate) fn lock(&self) -> MutexGuard<'_, Option<Intake>> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Gives the socket up.
    pub(crate) fn close(&self) {
        let state = self.lock().take();
        drop(state);
    }

    /// Bytes have come, or the end.
    fn look(self: &Arc<Self>) {
        let done = match self.state.try_lock() {
            Ok(mut state) => state.as_mut().is_none_or(|intake| self.read(intake)),
            Err(_) => false,
        };
        if !done {
            let driver = {
                let mut inner = self.shared.lock();
                inner.unread = true;
                inner.waker.take()
            };
            // Nobody else is woken here, since whoever panics must do so where it is caught.
            if let Some(driver) = driver {
                driver.wake();
            }
        }
    }

    /// Reads and hands out until there is nothing more. `false`: the driver has to see to the rest.
    fn read(self: &Arc<Self>, intake: &mut Intake) -> bool {
        if intake.left || intake.fault.is_some() || intake.is_large() {
            return false;
        }
        let read = guarded(|| {
            let waker = Waker::from(Arc::clone(self));
            let mut cx = Context::from_waker(&waker);
            for _ in 0..READS {
                match intake.poll_fill(&mut cx) {
                    Poll::Pending => return Ok(true),
                    Poll::Ready(read) => read?,
                }
                if intake.take_in(&self.shared, By::Inlet)?.left {
                    break;
                }
                if intake.poll_ready(&mut cx).is_pending() {
                    return Ok(true);
                }
            }
            Ok(false)
        });
        let reason = match read {
            Some(Ok(done)) => {
                intake.left = !done;
                return done;
            }
            Some(Err(reason)) => reason,
            None => {
                tracing::error!("reading from a connection panicked");
                CloseReason::Panic
            }
        };
        intake.fault = Some(reason);
        // What was read can no longer be seen on the socket, and those who were just answered are run before the driver. The
        // state is still locked, so it is this socket's end and not the next one's.
        self.shared.lock().lose(reason);
        false
    }
}

impl Wake for Inlet {
    fn wake(self: Arc<Self>) {
        self.look();
    }

    fn wake_by_ref(self: &Arc<Self>) {
        self.look();
    }
}
