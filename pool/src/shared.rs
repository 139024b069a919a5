//! What callers, driver and supervisor of a link share: the core behind its one lock, and the socket.
//!
//! Whoever changes the core collects the wakers it hands out and wakes them after unlocking, so that a woken
//! task never runs into the lock. Whoever may have made room unlocks by [`Shared::unlock`].

use std::fmt;
use std::sync::atomic::Ordering::Relaxed;
use std::sync::{Arc, Weak};
use std::task::{Context, Waker};
use std::time::Duration;

use tokio::time::Instant;

use crate::clock::Clock;
use crate::config::{LinkConfig, Timekeeper};
use crate::connection::write_now;
use crate::connector::PushSink;
use crate::error::CloseReason;
use crate::feed::Listener;
use crate::retry::ReconnectDelay;
use crate::stats::LinkStats;
use crate::sync::{AtomicBool, Mutex, MutexGuard, PoisonError};
use crate::tickets::{Bounds, Core, Status, TICK, Tick, lasting, ticks};
use crate::transport::WriteHalf;
use crate::wakers::{WakeAll, guarded};

/// What callers, driver and supervisor share.
pub(crate) struct Shared {
    inner: Mutex<Inner>,
    pub(crate) config: LinkConfig,
    pub(crate) sink: Option<Arc<dyn PushSink>>,
    pub(crate) feed: Option<Fed>,
    pub(crate) reconnects: bool,
    pub(crate) attempt_ticks: Option<Tick>,
    health_ticks: Option<Tick>,
    time: Time,
    /// A tick of the process's clock has passed that the driver has not seen.
    pub(crate) due: AtomicBool,
    own: Weak<Self>,
}

/// Where the time comes from, and since when ticks are counted.
pub(crate) enum Time {
    Runtime(Instant),
    Process(&'static Clock, std::time::Instant),
}

impl Time {
    /// By `config`; the runtime's where the process has no `clock`.
    fn by(config: &LinkConfig, clock: impl FnOnce() -> Option<&'static Clock>) -> Self {
        match config.timekeeper {
            Timekeeper::Process => clock().map(|clock| Self::Process(clock, clock.tick_began())),
            Timekeeper::Runtime => None,
        }
        .unwrap_or_else(|| Self::Runtime(Instant::now()))
    }
}

/// What makes a link a feed.
pub(crate) struct Fed {
    pub(crate) listener: Arc<dyn Listener>,
    /// Silence after which the server is asked whether it is there.
    pub(crate) heartbeat: Duration,
}

/// The state behind the lock.
pub(crate) struct Inner {
    pub(crate) core: Core,
    /// The task that drives the link, while it sleeps.
    pub(crate) waker: Option<Waker>,
    /// The socket, if callers can write to it directly.
    pub(crate) writer: Option<Arc<WriteHalf>>,
    /// A handle to ask the socket whether it is quiet, if callers cannot write to it.
    pub(crate) watch: Option<Arc<WriteHalf>>,
    /// A direct write failed, or the socket's end was found: the driver gives it up.
    pub(crate) broken: Option<CloseReason>,
    /// The inlet was told of bytes and left them to the driver.
    pub(crate) unread: bool,
    /// A new socket is wanted; the present one serves until it has greeted.
    pub(crate) renew: bool,
    /// When that was last wanted.
    pub(crate) renewed: Option<Tick>,
    /// The process's clock has it on its roll.
    pub(crate) enrolled: bool,
    /// Somebody asked while the server refused us.
    pub(crate) asked: bool,
    /// The pace of dialling, kept until a connection has lived for a while.
    pub(crate) outage: Option<ReconnectDelay>,
    /// When the present connection greeted.
    pub(crate) born: Option<Instant>,
    pub(crate) pushes: u64,
    pub(crate) connects: u64,
    pub(crate) connect_failures: u64,
    pub(crate) closed: [u64; CloseReason::ALL.len()],
}

impl Shared {
    pub(crate) fn new(config: LinkConfig, sink: Option<Arc<dyn PushSink>>, reconnects: bool) -> Arc<Self> {
        let time = Time::by(&config, Clock::of_process);
        Arc::new_cyclic(|own| Self::make(config, time, sink, reconnects, own.clone()))
    }

    #[cfg(test)]
    pub(crate) fn by_clock(clock: &'static Clock, config: LinkConfig) -> Arc<Self> {
        let time = Time::Process(clock, clock.tick_began());
        Arc::new_cyclic(|own| Self::make(config, time, None, false, own.clone()))
    }

    /// In a process that has no clock.
    #[cfg(test)]
    pub(crate) fn without_clock(config: LinkConfig) -> Arc<Self> {
        let time = Time::by(&config, || None);
        Arc::new_cyclic(|own| Self::make(config, time, None, true, own.clone()))
    }

    pub(crate) fn of_feed(config: LinkConfig, fed: Fed, reconnects: bool) -> Arc<Self> {
        let sink: Arc<dyn PushSink> = Arc::clone(&fed.listener) as _;
        let time = Time::by(&config, Clock::of_process);
        Arc::new_cyclic(|own| Self {
            feed: Some(fed),
            ..Self::make(config, time, Some(sink), reconnects, own.clone())
        })
    }

    fn make(
        config: LinkConfig,
        time: Time,
        sink: Option<Arc<dyn PushSink>>,
        reconnects: bool,
        own: Weak<Self>,
    ) -> Self {
        let bounds = Bounds {
            in_flight: config.in_flight,
            queued_bytes: config.in_flight_bytes,
            waiters: config.room_waiters,
        };
        let inner = Inner {
            core: Core::new(bounds),
            waker: None,
            writer: None,
            watch: None,
            broken: None,
            unread: false,
            renew: false,
            renewed: None,
            enrolled: false,
            asked: false,
            outage: None,
            born: None,
            pushes: 0,
            connects: 0,
            connect_failures: 0,
            closed: [0; CloseReason::ALL.len()],
        };
        let attempt_ticks = config.attempt_timeout.map(ticks_after);
        let health_ticks = config.health_check_interval.map(ticks_after);
        Self {
            inner: Mutex::new(inner),
            config,
            sink,
            feed: None,
            reconnects,
            attempt_ticks,
            health_ticks,
            time,
            due: AtomicBool::new(false),
            own,
        }
    }

    pub(crate) fn lock(&self) -> MutexGuard<'_, Inner> {
        // A panic under the lock is the driver's; its guard ends the link right after.
        self.inner.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(crate) fn limit(&self) -> Duration {
        self.config.attempt_timeout.unwrap_or_default()
    }

    /// The present tick.
    pub(crate) fn clock(&self) -> Tick {
        let elapsed = match &self.time {
            Time::Runtime(base) => base.elapsed(),
            Time::Process(_, base) => base.elapsed(),
        };
        let elapsed = elapsed.as_millis();
        Tick::try_from(elapsed.checked_div(TICK.as_millis()).unwrap_or_default()).unwrap_or(Tick::MAX)
    }

    /// When the present tick ends, by the runtime's time; `None`: the process's clock tells.
    pub(crate) fn next_tick(&self) -> Option<Instant> {
        let Time::Runtime(base) = &self.time else { return None };
        Some(base.checked_add(lasting(self.clock().saturating_add(1))).unwrap_or_else(Instant::now))
    }

    /// Puts the link on the roll of the process's clock, if it goes by that.
    pub(crate) fn enrol(&self, inner: &mut Inner) -> bool {
        let Time::Process(clock, _) = &self.time else { return false };
        if !std::mem::replace(&mut inner.enrolled, true) {
            clock.enrol(self.own.clone());
        }
        true
    }

    /// A tick of the process's clock has passed: fails what is overdue and has the driver look after the rest. `false`: the
    /// link rests, or has ended, and is off the roll; a driver that looks again has the clock go on.
    pub(crate) fn strike(&self, now: Tick) -> bool {
        let mut wakers = Vec::new();
        let mut inner = self.lock();
        if !inner.core.ticking || matches!(inner.core.status, Status::Ended(_)) {
            inner.enrolled = false;
            return false;
        }
        if self.due.load(Relaxed) && !inner.core.has_callers() {
            // Nobody waits, and its driver has not looked since the last stroke: its runtime stands still, perhaps for good.
            (inner.core.ticking, inner.enrolled) = (false, false);
            return false;
        }
        inner.core.tell(now);
        inner.core.expire(&mut wakers);
        self.due.store(true, Relaxed);
        let overdue = WakeAll::of(wakers.drain(..));
        self.unlock(inner, true);
        overdue.wake();
        true
    }

    /// The driver's task has nothing more to do: it is to be woken from here on.
    pub(crate) fn sleep(&self, inner: &mut Inner, cx: &mut Context<'_>) {
        if self.due.load(Relaxed) {
            // The clock has struck since it was looked at, and found nobody to wake.
            cx.waker().wake_by_ref();
        }
        match &mut inner.waker {
            Some(waker) => waker.clone_from(cx.waker()),
            none => *none = Some(cx.waker().clone()),
        }
    }

    /// Sets the clock going again if it rests. `true`: the driver has to be woken for it.
    #[inline]
    pub(crate) fn rouse(&self, inner: &mut Inner) -> bool {
        if inner.core.ticking {
            return false;
        }
        inner.core.ticking = true;
        inner.core.now = self.clock();
        !self.enrol(inner)
    }

    /// Whether all that is under way may take as long as it takes, as a blocking command does.
    pub(crate) fn is_patient(&self, core: &Core) -> bool {
        self.attempt_ticks.is_none()
            && !core.own_limits
            && core.waiting_for_room() == 0
            && !core.is_busy_otherwise()
    }

    /// Bytes came, of whatever kind: the server lives.
    pub(crate) fn heard(&self, inner: &mut Inner) {
        if !inner.core.ticking {
            inner.core.now = self.clock();
        }
        inner.core.hear();
    }

    /// A connection that rested for long is asked first; the command waits for the answer in the buffer.
    #[inline]
    pub(crate) fn check_long_idle(&self, inner: &mut Inner) {
        let Some(limit) = self.health_ticks else { return };
        let core = &mut inner.core;
        let last = core.last_heard.max(core.last_sent);
        if core.now.saturating_sub(last) > limit
            && !core.checking
            && core.is_idle()
            && matches!(core.status, Status::Up)
        {
            core.checking = true;
            core.flush_wanted = true;
        }
    }

    /// Gets what was just queued on its way: here and now when nobody shares the link, else by the driver.
    #[inline]
    pub(crate) fn send(&self, mut inner: MutexGuard<'_, Inner>, asleep: bool) {
        if inner.core.alone()
            && let Some(writer) = inner.writer.clone()
            && let Some(mut batch) = inner.core.begin_batch()
        {
            drop(inner);
            let result = write_now(&writer, &mut batch);
            let mut inner = self.lock();
            // The socket may have been given up meanwhile: its failure is none of the next one's.
            let broken = result.is_err() && inner.core.is_current(&batch);
            inner.core.end_batch(batch);
            if broken {
                inner.broken.get_or_insert(CloseReason::Io);
            }
            let more = inner.core.has_unwritten();
            inner.core.flush_wanted |= more;
            self.unlock(inner, asleep || more || broken);
            return;
        }
        let first = !inner.core.flush_wanted;
        let wanted = inner.core.checking || inner.core.has_unwritten();
        if wanted {
            inner.core.flush_wanted = true;
        }
        let wake = asleep || (wanted && first) || inner.core.checking;
        self.unlock(inner, wake);
    }

    pub(crate) fn is_up(&self) -> bool {
        matches!(self.lock().core.status, Status::Up)
    }

    pub(crate) fn ended(&self) -> Option<CloseReason> {
        match self.lock().core.status {
            Status::Ended(reason) => Some(reason),
            _ => None,
        }
    }

    pub(crate) fn stats(&self) -> LinkStats {
        let inner = self.lock();
        let core = &inner.core;
        LinkStats {
            up: matches!(core.status, Status::Up),
            in_flight: core.in_flight(),
            waiting_for_room: core.waiting_for_room(),
            tickets: core.tickets_in_use(),
            submitted: core.counts.submitted,
            completed: core.counts.completed,
            timeouts: core.counts.timeouts,
            cancelled: core.counts.cancelled,
            tombstones: core.counts.tombstones,
            lost: core.counts.lost,
            full: core.counts.full,
            batches: core.counts.batches,
            pushes: inner.pushes,
            connects: inner.connects,
            connect_failures: inner.connect_failures,
            closed: inner.closed,
        }
    }

    /// Asks for a new socket, at most once a second.
    pub(crate) fn renew(&self) {
        /// Ticks of a second: a server that refuses on every socket must not see a storm of them.
        const PAUSE: Tick = 40;
        let now = self.clock();
        let mut inner = self.lock();
        let early = inner.renewed.is_some_and(|last| now.saturating_sub(last) < PAUSE);
        if early || !self.reconnects || !matches!(inner.core.status, Status::Up) {
            return;
        }
        inner.renew = true;
        inner.renewed = Some(now);
        self.unlock(inner, true);
    }

    /// Unlocks, then wakes whoever was called, and the driver if it is wanted.
    #[inline]
    pub(crate) fn unlock(&self, mut inner: MutexGuard<'_, Inner>, driver: bool) {
        if !inner.core.has_called() && !driver {
            return;
        }
        let mut called = inner.core.take_called();
        let driver = if driver { inner.waker.take() } else { None };
        drop(inner);
        if !called.is_empty() {
            // The driver too has nobody else to wake it.
            called.extend(driver);
            WakeAll::of(called.drain(..)).wake();
        } else if let Some(driver) = driver {
            driver.wake();
        }
    }

    /// Ends the link for good; every caller is told.
    pub(crate) fn end(&self, reason: CloseReason) {
        let mut wakers = Vec::new();
        let mut inner = self.lock();
        if matches!(inner.core.status, Status::Ended(_)) {
            return;
        }
        if matches!(inner.core.status, Status::Up) {
            inner.count(reason);
        }
        inner.core.cut(reason, &mut wakers);
        inner.core.fail_unsent(Status::Ended(reason), &mut wakers);
        (inner.writer, inner.watch) = (None, None);
        let told = WakeAll::of(wakers.drain(..));
        self.unlock(inner, true);
        self.tell_down(reason);
        told.wake();
    }

    /// The socket is given up: the one place where that happens.
    pub(crate) fn cut(&self, reason: CloseReason) {
        /// A connection that lived so long has ended the outage before it; one that did not is a part of it.
        const SETTLED: Duration = Duration::from_secs(1);
        self.lock().lose(reason);
        // Before any caller hears of it: what is void must not be used by one that was woken.
        self.tell_down(reason);
        let mut wakers = Vec::new();
        let mut inner = self.lock();
        if matches!(inner.core.status, Status::Ended(_)) {
            return;
        }
        inner.count(reason);
        inner.core.cut(reason, &mut wakers);
        (inner.writer, inner.watch) = (None, None);
        inner.broken = None;
        inner.renew = false;
        if inner.born.take().is_some_and(|born| born.elapsed() >= SETTLED) {
            inner.outage = None;
        }
        let told = WakeAll::of(wakers.drain(..));
        self.unlock(inner, false);
        told.wake();
    }

    /// Tells the sink that what was bound to the socket is void. Should it panic, the socket is given up all the same.
    pub(crate) fn tell_down(&self, reason: CloseReason) {
        if let Some(sink) = &self.sink
            && guarded(|| sink.down(reason)).is_none()
        {
            tracing::error!("a sink panicked when its connection was lost");
        }
    }
}

impl Inner {
    /// The socket has ended, though it is not given up yet: nobody takes it for a quiet one, nor writes to it any more.
    pub(crate) fn lose(&mut self, reason: CloseReason) {
        self.broken = Some(reason);
        self.writer = None;
    }

    fn count(&mut self, reason: CloseReason) {
        let place = CloseReason::ALL.iter().position(|known| *known == reason);
        if let Some(count) = place.and_then(|at| self.closed.get_mut(at)) {
            *count = count.wrapping_add(1);
        }
    }
}

impl fmt::Debug for Shared {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Shared").finish_non_exhaustive()
    }
}

/// The number of ticks after which `limit` has certainly passed.
pub(crate) fn ticks_after(limit: Duration) -> Tick {
    ticks(limit).saturating_add(1)
}
