//! Drives one socket: writes batches, keeps the clock, watches for silence, and reads what is more than plain replies,
//! which the inlet (`inlet.rs`) hands out by itself.
//!
//! Order within one wake-up: read everything, answer callers, then write. Before a write the task yields, so that callers
//! just woken can add their next command to the same batch; without it a multi-threaded runtime would flush single
//! commands. A socket that goes silent is not closed on suspicion:
//! first a probe, then a replacement is dialled, and only when that one has greeted is the old one cut,
//! because a paused server answers neither and a storm of new connections would not help it.

use std::future::{Future, poll_fn};
use std::io;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, Waker};
use std::time::Duration;

use bytes::Bytes;
use tokio::runtime::{Handle, RuntimeFlavor};
use tokio::task::yield_now;
use tokio::time::Instant;

use crate::connection::{Connection, open, poll_flush, poll_write_batch, poll_write_slice};
use crate::connector::Connector;
use crate::error::CloseReason;
use crate::inlet::{By, Inlet, Intake};
use crate::pulse::{Beat, Pulse};
use crate::retry::ReconnectDelay;
use crate::shared::Shared;
use crate::ticker::Ticker;
use crate::tickets::{Status, Tick, ticks};
use crate::transport::WriteHalf;
use crate::turns::gather;

/// How driving a socket ended.
pub(crate) enum Exit {
    Cut(CloseReason),
    /// This socket has greeted, and the old one is given up for the reason.
    Replaced(Box<Connection>, CloseReason),
    /// The link was closed.
    Closed,
}

enum Event {
    Flush,
    /// Something is overdue, unless it has come and the runtime has not looked.
    Look,
    Exit(Exit),
}

/// A dial for a new socket; `None` when it gave up.
type Replacement = Pin<Box<dyn Future<Output = Option<Connection>> + Send>>;

/// How long a replacement that was asked for is dialled. The present socket serves on, and whoever still finds it
/// wanting asks again.
const RENEWAL: Duration = Duration::from_secs(10);

/// Drives one socket until it ends.
pub(crate) struct Driver<'a, C> {
    shared: &'a Arc<Shared>,
    connector: &'a Arc<C>,
    ticker: &'a mut Ticker,
    writer: Arc<WriteHalf>,
    inlet: Arc<Inlet>,
    /// The inlet as a waker, if it reads by itself.
    eager: Option<Waker>,
    /// The runtime has one thread.
    one_thread: bool,
    /// The batch being written, when the kernel's buffer was full.
    flushing: bool,
    /// The runtime has just gone through its sockets.
    looked: bool,
    /// Bytes of the check of an idle connection still to be written.
    check: Option<Bytes>,
    check_since: Option<Tick>,
    /// How often the server had been heard when it was last asked whether it is there.
    probed: Option<u64>,
    replacement: Option<Replacement>,
    /// How often it had been heard when the replacement was begun.
    given_up_at: u64,
    /// The replacement was asked for, so bytes on the old socket do not call it off.
    renewing: bool,
    /// The replacement that was asked for, greeted, and since when: it takes over once the replies to all that was
    /// sent on the old socket have come.
    heir: Option<(Box<Connection>, Tick)>,
    /// The heartbeat of a feed; a link has none.
    pulse: Option<Pulse>,
    /// The listener of a feed takes nothing more at the moment, so nothing more is read.
    stalled: bool,
}

impl<'a, C: Connector> Driver<'a, C> {
    pub(crate) fn new(
        shared: &'a Arc<Shared>,
        connector: &'a Arc<C>,
        ticker: &'a mut Ticker,
        connection: Connection,
    ) -> Self {
        let Connection { reader, writer, scanner, block } = connection;
        let inlet = Inlet::new(Arc::clone(shared), Intake::new(reader, scanner, block));
        // The frames of a feed go to its listener, which must not be called from within the runtime.
        let eager =
            (writer.writes_directly() && shared.feed.is_none()).then(|| Waker::from(Arc::clone(&inlet)));
        Self {
            shared,
            connector,
            ticker,
            writer,
            inlet,
            eager,
            one_thread: Handle::try_current()
                .is_ok_and(|it| it.runtime_flavor() == RuntimeFlavor::CurrentThread),
            flushing: false,
            looked: false,
            check: None,
            check_since: None,
            probed: None,
            replacement: None,
            given_up_at: 0,
            renewing: false,
            heir: None,
            pulse: shared.feed.as_ref().map(|fed| Pulse::new(fed.heartbeat)),
            stalled: false,
        }
    }

    /// The socket is ready: callers may use it from here on. `false`: the link ended meanwhile.
    pub(crate) fn publish(&mut self) -> bool {
        if let Some(sink) = &self.shared.sink {
            sink.up();
        }
        let mut inner = self.shared.lock();
        if let Status::Ended(reason) = inner.core.status {
            drop(inner);
            self.shared.tell_down(reason);
            return false;
        }
        let now = self.shared.clock();
        inner.connects = inner.connects.wrapping_add(1);
        inner.born = Some(Instant::now());
        inner.broken = None;
        inner.core.tell(now);
        inner.core.last_heard = now;
        inner.core.last_sent = now;
        inner.core.status = Status::Up;
        inner.core.flush_wanted = true;
        if self.writer.writes_directly() {
            inner.writer = Some(Arc::clone(&self.writer));
        } else {
            inner.watch = self.writer.watch().map(Arc::new);
        }
        true
    }

    pub(crate) async fn run(mut self) -> Exit {
        if !self.publish() {
            return Exit::Closed;
        }
        loop {
            match poll_fn(|cx| self.poll_events(cx)).await {
                Event::Flush => {
                    gather(self.shared, self.one_thread).await;
                    self.collect_words(false);
                    self.flushing = true;
                }
                Event::Look => {
                    yield_now().await;
                    self.looked = true;
                }
                Event::Exit(Exit::Cut(reason)) => {
                    return match self.heir.take() {
                        Some((heir, _)) => Exit::Replaced(heir, reason),
                        None => Exit::Cut(reason),
                    };
                }
                Event::Exit(exit) => return exit,
            }
        }
    }

    /// Whether the replacement that was asked for may take over: nobody awaits anything on the old socket any more,
    /// or they have waited for long enough.
    fn heir_is_due(&self, sure: bool) -> bool {
        if self.heir.is_none() {
            return false;
        }
        let inner = self.shared.lock();
        !inner.core.awaits_sent() || (sure && self.heir_has_waited(inner.core.now))
    }

    fn heir_has_waited(&self, now: Tick) -> bool {
        // A part of an attempt: what waits for the new socket meanwhile needs the rest of its own.
        let limit = self.shared.attempt_ticks.unwrap_or_else(|| ticks(self.shared.config.frame_timeout)) / 4;
        self.heir.as_ref().is_some_and(|(_, since)| now.saturating_sub(*since) > limit)
    }

    fn poll_events(&mut self, cx: &mut Context<'_>) -> Poll<Event> {
        let cut = |reason| Poll::Ready(Event::Exit(Exit::Cut(reason)));
        let written = if self.flushing { self.write(cx) } else { Ok(()) };
        let open = match self.read(cx) {
            Ok(open) => open,
            Err(reason) => return cut(reason),
        };
        // Only now: a server that hung up may have answered before.
        if let Err(error) = written {
            tracing::debug!(%error, "writing failed");
            return cut(CloseReason::Io);
        }
        let mut due = std::mem::take(&mut self.looked);
        // The clock of the process strikes though the runtime stands still. When that goes on, this task may be polled before
        // the runtime has seen what came meanwhile.
        let sure = due || self.ticker.is_of_runtime();
        while due || self.ticker.poll_tick(cx, self.shared, open).is_ready() {
            due = false;
            match self.on_tick(sure) {
                Poll::Ready(Ok(())) => {}
                Poll::Ready(Err(reason)) => return cut(reason),
                Poll::Pending => return Poll::Ready(Event::Look),
            }
        }
        self.beat(cx);
        self.call_off();
        if let Some(replacement) = &mut self.replacement
            && let Poll::Ready(dialled) = replacement.as_mut().poll(cx)
        {
            self.replacement = None;
            match dialled {
                Some(connection) if self.renewing => {
                    let mut inner = self.shared.lock();
                    inner.core.handing_over = true;
                    let _ = self.shared.rouse(&mut inner);
                    self.heir = Some((Box::new(connection), inner.core.now));
                    self.renewing = false;
                }
                Some(connection) => {
                    let exit = Exit::Replaced(Box::new(connection), CloseReason::Silent);
                    return Poll::Ready(Event::Exit(exit));
                }
                None => self.renewing = false,
            }
        }
        if self.heir_is_due(sure)
            && let Some((heir, _)) = self.heir.take()
        {
            return Poll::Ready(Event::Exit(Exit::Replaced(heir, CloseReason::Renewed)));
        }
        let mut inner = self.shared.lock();
        self.ticker.rouse(cx, self.shared, &mut inner);
        if matches!(inner.core.status, Status::Ended(_)) {
            return Poll::Ready(Event::Exit(Exit::Closed));
        }
        if let Some(reason) = inner.broken {
            return cut(reason);
        }
        if std::mem::take(&mut inner.renew) {
            drop(inner);
            if self.heir.is_none() {
                self.renewing = true;
                if self.replacement.is_none() {
                    self.replacement = Some(self.replace(Some(RENEWAL)));
                }
            }
            cx.waker().wake_by_ref();
            return Poll::Pending;
        }
        if self.shared.feed.as_ref().is_some_and(|fed| fed.listener.has_words()) {
            inner.core.flush_wanted = true;
        }
        if inner.core.flush_wanted && !self.flushing {
            // It stays so until the batch is taken: those who come meanwhile need not wake anybody.
            if inner.core.checking && self.check_since.is_none() {
                self.check_since = Some(inner.core.now);
                self.check = Some(self.connector.probe());
                inner.core.expect_check();
            }
            return Poll::Ready(Event::Flush);
        }
        if std::mem::take(&mut inner.unread) {
            cx.waker().wake_by_ref();
        }
        self.shared.sleep(&mut inner, cx);
        Poll::Pending
    }

    /// Hands out what the inlet left, then reads and hands out until nothing more comes. Whether a frame is under way.
    fn read(&mut self, cx: &mut Context<'_>) -> Result<bool, CloseReason> {
        let mut state = self.inlet.lock();
        let Some(intake) = state.as_mut() else { return Err(CloseReason::Closed) };
        let mut answered = false;
        let mut look = intake.take_left()? | std::mem::take(&mut self.stalled);
        loop {
            if look {
                let taken = intake.take_in(self.shared, By::Driver)?;
                answered |= taken.answered;
                self.stalled = taken.stalled;
            }
            // A large frame is copied by the driver, which need not be told by way of the inlet.
            let teller = self.eager.as_ref().filter(|_| !intake.is_large()).unwrap_or_else(|| cx.waker());
            if self.stalled || intake.poll_fill(&mut Context::from_waker(teller))?.is_pending() {
                break;
            }
            if let Some(pulse) = &mut self.pulse {
                pulse.heard();
                if !self.renewing {
                    // Even if the listener takes nothing now, so that nobody looks at what came.
                    self.replacement = None;
                }
            }
            look = true;
        }
        let open = intake.open_since.is_some();
        drop(state);
        if answered && self.check_since.is_some() && self.check.is_none() {
            // The check was the only thing awaited: this was its answer.
            self.check_since = None;
            let mut inner = self.shared.lock();
            inner.core.checking = false;
            inner.core.flush_wanted = true;
        }
        Ok(open)
    }

    /// A server that speaks is not replaced, unless that was asked for.
    fn call_off(&mut self) {
        if self.replacement.is_some() && !self.renewing && self.shared.lock().core.heard != self.given_up_at {
            self.replacement = None;
        }
    }

    /// Writes the check of an idle connection, then batches, until all is out or the kernel takes no more.
    fn write(&mut self, cx: &mut Context<'_>) -> io::Result<()> {
        while let Some(check) = &mut self.check {
            match poll_write_slice(&mut self.writer, cx, check) {
                Poll::Ready(n) => {
                    let _ = check.split_to(n?.min(check.len()));
                    if check.is_empty() {
                        self.check = None;
                    }
                }
                Poll::Pending => return Ok(()),
            }
        }
        loop {
            let mut inner = self.shared.lock();
            inner.core.flush_wanted = false;
            // The inlet may have found the socket's end: what has not been sent is for the next one.
            let batch = if inner.broken.is_none() { inner.core.begin_batch() } else { None };
            self.shared.unlock(inner, false);
            let Some(mut batch) = batch else { break };
            let result = poll_write_batch(&mut self.writer, cx, &mut batch);
            let mut inner = self.shared.lock();
            inner.core.end_batch(batch);
            let more = inner.core.has_unwritten();
            self.shared.unlock(inner, false);
            match result {
                Poll::Ready(written) => written?,
                Poll::Pending => return Ok(()),
            }
            if !more {
                break;
            }
        }
        if let Poll::Ready(flushed) = poll_flush(&mut self.writer, cx) {
            self.flushing = false;
            flushed?;
        }
        Ok(())
    }

    /// Takes what the listener of a feed has to say; `silent`: the server has not said anything for a while.
    fn collect_words(&self, silent: bool) {
        let Some(fed) = &self.shared.feed else { return };
        let mut words = Vec::new();
        fed.listener.words(silent, &mut words);
        if !words.is_empty() {
            let mut inner = self.shared.lock();
            inner.core.append_words(&words);
            inner.core.flush_wanted |= silent;
        }
    }

    /// The rules of liveness of a feed: a server that has nothing to tell is asked; one that does not answer is left as
    /// soon as another socket has greeted.
    fn beat(&mut self, cx: &mut Context<'_>) {
        let Some(pulse) = &mut self.pulse else { return };
        if self.stalled {
            // We do not listen, so silence means nothing.
            pulse.heard();
        }
        while let Some(pulse) = &mut self.pulse
            && let Poll::Ready(beat) = pulse.poll(cx)
        {
            match beat {
                Beat::Ask => {
                    if self.shared.feed.as_ref().is_some_and(|fed| fed.listener.retire()) {
                        self.shared.end(CloseReason::Closed);
                        return;
                    }
                    self.collect_words(true);
                }
                Beat::Silent if self.shared.reconnects => {
                    if let Some(fed) = &self.shared.feed {
                        fed.listener.silent();
                    }
                    let heard = self.shared.lock().core.heard;
                    self.stop_believing(heard);
                }
                Beat::Silent => return self.shared.end(CloseReason::Silent),
            }
        }
    }

    /// The rules of liveness, looked at once a tick. `Pending`: something is overdue, and nothing is done about it until it is
    /// `sure` that it has not come.
    fn on_tick(&mut self, sure: bool) -> Poll<Result<(), CloseReason>> {
        let limit = self.shared.attempt_ticks.unwrap_or(Tick::MAX);
        let mut state = self.inlet.lock();
        let mut inner = self.shared.lock();
        let now = inner.core.now;
        let open_since = state.as_ref().and_then(|intake| intake.open_since);
        if !inner.core.ticking
            && let Some(intake) = state.as_mut()
        {
            intake.rest();
        }
        // The inlet may have met the beginning of a frame just when the clock came to rest.
        inner.core.ticking |= open_since.is_some();
        drop(state);
        let frame_limit = ticks(self.shared.config.frame_timeout);
        // Half an attempt: the commands that wait behind the check still have the other half.
        let check_limit = frame_limit.min(limit) / 2;
        let verdict = if open_since.is_some_and(|since| now.saturating_sub(since) > frame_limit) {
            Some(CloseReason::FrameOverdue)
        } else if self.check_since.is_some_and(|since| now.saturating_sub(since) > check_limit) {
            Some(CloseReason::CheckFailed)
        } else {
            None
        };
        let silence = inner.core.silence().filter(|silence| *silence >= limit);
        if !sure && (verdict.is_some() || silence.is_some() || self.heir_has_waited(now)) {
            return Poll::Pending;
        }
        if let Some(reason) = verdict {
            return Poll::Ready(Err(reason));
        }
        let Some(silence) = silence else { return Poll::Ready(Ok(())) };
        let heard = inner.core.heard;
        if self.probed != Some(heard) {
            self.probed = Some(heard);
            let probe = self.connector.probe();
            inner.core.append_probe(&probe);
        }
        drop(inner);
        if silence >= limit.saturating_add(limit / 2) {
            if !self.shared.reconnects {
                return Poll::Ready(Err(CloseReason::Silent));
            }
            self.stop_believing(heard);
        }
        Poll::Ready(Ok(()))
    }

    /// Dials another socket, which takes over unless the server, `heard` so often until now, speaks again.
    fn stop_believing(&mut self, heard: u64) {
        // An heir takes over by itself, and soon.
        if self.replacement.is_none() && self.heir.is_none() {
            self.replacement = Some(self.replace(None));
            self.given_up_at = heard;
        }
    }

    /// Dials until a new socket has greeted, one attempt at a time. With a `limit` it also ends with the time, and
    /// with a refusal, which more attempts do not change.
    fn replace(&self, limit: Option<Duration>) -> Replacement {
        let connector = Arc::clone(self.connector);
        let config = self.shared.config.clone();
        Box::pin(async move {
            let began = Instant::now();
            let mut delay = ReconnectDelay::new(began);
            loop {
                let error = match open(&*connector, &config).await {
                    Ok(connection) => return Some(connection),
                    Err(error) => error,
                };
                tracing::debug!(%error, "no replacement for a connection yet");
                if limit.is_some_and(|limit| !error.is_transient() || began.elapsed() > limit) {
                    return None;
                }
                tokio::time::sleep(delay.after(&error, Instant::now(), true)).await;
            }
        })
    }
}

impl<C> Drop for Driver<'_, C> {
    fn drop(&mut self) {
        self.inlet.close();
    }
}
