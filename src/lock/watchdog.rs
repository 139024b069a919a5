//! The watchdog: one task that renews all locks of a client and tells their holders when one is lost.
//!
//! A lock is renewed every third of its time to live, those of like times in one pipeline; an attempt may take a sixth,
//! and is made again after a tenth when it failed. By its end on the clocks a lock that was not renewed is lost, whatever
//! the server may still think, so that its holder hears of it before anybody else can have it. Locks that are not renewed
//! are only watched, once somebody asks to be told. The task ends a second after the last lock. When its runtime ends, one
//! of another runtime takes its place, if a lock was acquired on one; a runtime that hangs holds it up.

use std::collections::{BTreeMap, HashMap};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use redlane_resp::value::Value;
use tokio::runtime::Handle;
use tokio::sync::Notify;
use tokio::task::JoinSet;
use tokio::time::{Instant, timeout_at};
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use super::held::{Held, Renewal, Turn};
use super::loss::LossReason;
use super::race::{First, race};
use super::scripts::Extensions;
use super::ttl::Ttl;
use super::validity::Moment;

/// For how long the task stays when it has nothing to look after.
const LINGER: Duration = Duration::from_secs(1);

/// What the watchdog has seen.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Seen {
    pub(crate) renewals: u64,
    pub(crate) losses: u64,
}

/// All locks of one client that are looked after.
#[derive(Debug, Default)]
pub(crate) struct Watchdog {
    kennel: Mutex<Kennel>,
    /// A lock has come that cannot wait until the task wakes by itself.
    hurry: Notify,
}

#[derive(Debug, Default)]
struct Kennel {
    watched: HashMap<u64, Watched>,
    /// The task runs, and wakes at this time.
    wakes: Option<Instant>,
    /// Counts the tasks, so that one that ends takes no other's mark away.
    task: u64,
    /// One that has ended looks for an heir.
    handing_on: bool,
    seen: Seen,
}

#[derive(Debug)]
struct Watched {
    held: Arc<Held>,
    /// Where it was acquired; `None` once the task was tried there.
    runtime: Option<Handle>,
    /// When it is to be renewed; `None` while that is under way, or never.
    renew_at: Option<Instant>,
    /// The last renewal has failed.
    failed: bool,
}

impl Watchdog {
    /// Looks after a lock from now on, until it is over or [forgotten](Self::forget).
    pub(crate) fn watch(
        self: &Arc<Self>,
        held: &Arc<Held>,
        runtime: &Handle,
        tasks: &TaskTracker,
        closed: &CancellationToken,
    ) {
        let now = Instant::now();
        let renew_at = held.renewed.then(|| after(now, held.ttl(), 3));
        let mut kennel = self.kennel();
        // It was given back before it got here, or is here.
        if held.is_over() || kennel.watched.contains_key(&held.id) {
            return;
        }
        let watched =
            Watched { held: Arc::clone(held), runtime: Some(runtime.clone()), renew_at, failed: false };
        let due = watched.due(now, Moment::now());
        kennel.watched.insert(held.id, watched);
        match kennel.wakes {
            Some(wakes) if wakes <= due => {}
            Some(_) => self.hurry.notify_one(),
            None => {
                let running = Running::begin(self, &mut kennel, due, tasks, closed);
                // Dropped in here when the runtime has ended.
                drop(kennel);
                running.on(runtime);
            }
        }
    }

    /// Renews the lock no more. To be called before it is given back.
    pub(crate) fn forget(&self, held: &Held) {
        self.kennel().watched.remove(&held.id);
    }

    /// Renews the lock sooner than was planned, if its time to live has become shorter.
    pub(crate) fn hasten(&self, held: &Held) {
        let now = Instant::now();
        let mut kennel = self.kennel();
        let Some(watched) = kennel.watched.get_mut(&held.id) else { return };
        watched.renew_at = watched.renew_at.map(|at| at.min(after(now, held.ttl(), 3)));
        let due = watched.due(now, Moment::now());
        if kennel.wakes.is_some_and(|wakes| due < wakes) {
            self.hurry.notify_one();
        }
    }

    pub(crate) fn seen(&self) -> Seen {
        self.kennel().seen
    }

    /// Tells of losses, begins the renewals that are due, and gives when to look again; `None`: nothing is left to do.
    fn round(&self, attempts: &mut JoinSet<Answers>, idle_since: &mut Option<Instant>) -> Option<Instant> {
        let (now, moment) = (Instant::now(), Moment::now());
        let (mut lost, mut batches) = (Vec::new(), BTreeMap::<u32, Batch>::new());
        let wakes = {
            let mut kennel = self.kennel();
            kennel.watched.retain(|_, watched| match watched.loss(moment) {
                Some(reason) => {
                    lost.push((Arc::clone(&watched.held), reason));
                    false
                }
                None => true,
            });
            if kennel.watched.values().any(|watched| watched.renew_at.is_some_and(|at| at <= now)) {
                for watched in kennel.watched.values_mut() {
                    watched.renew(now, moment, &mut batches);
                }
            }
            let due = kennel.watched.values().map(|watched| watched.due(now, moment)).min();
            let wakes = match due {
                Some(due) => {
                    *idle_since = None;
                    Some(due)
                }
                None => {
                    let until = idle_since.get_or_insert(now).checked_add(LINGER);
                    until.filter(|until| now < *until)
                }
            };
            kennel.wakes = wakes;
            wakes
        };
        for batch in batches.into_values() {
            attempts.spawn(batch.send());
        }
        self.tell(lost);
        wakes
    }

    /// Takes the answers to a batch in.
    fn settle(&self, answers: Answers) {
        let now = Instant::now();
        let mut lost = Vec::new();
        {
            let mut kennel = self.kennel();
            let Kennel { watched, seen, .. } = &mut *kennel;
            for (id, sent, renewal) in answers {
                let Some(one) = watched.get_mut(&id) else { continue };
                let ttl = one.held.ttl();
                match renewal {
                    Renewal::Renewed => {
                        seen.renewals = seen.renewals.saturating_add(1);
                        one.failed = false;
                        one.renew_at = Some(after(sent, ttl, 3));
                    }
                    Renewal::Failed => {
                        one.failed = true;
                        one.renew_at = Some(after(now, ttl, 10));
                    }
                    Renewal::Lost(reason) => {
                        lost.extend(watched.remove(&id).map(|one| (one.held, reason)));
                    }
                }
            }
        }
        self.tell(lost);
    }

    fn close(&self) {
        let watched = std::mem::take(&mut self.kennel().watched);
        self.tell(watched.into_values().map(|one| (one.held, LossReason::Closed)).collect());
    }

    /// Without any lock held: whoever is called may do what he likes.
    fn tell(&self, lost: Vec<(Arc<Held>, LossReason)>) {
        let news = lost.into_iter().filter(|(held, reason)| held.lose(*reason)).count();
        let mut kennel = self.kennel();
        kennel.seen.losses = kennel.seen.losses.saturating_add(u64::try_from(news).unwrap_or_default());
    }

    fn kennel(&self) -> MutexGuard<'_, Kennel> {
        self.kennel.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Watched {
    /// Why it is lost, if it is.
    fn loss(&self, now: Moment) -> Option<LossReason> {
        if !self.held.left(now).is_zero() {
            return None;
        }
        Some(if self.held.is_at_its_end(now) {
            LossReason::MaxHold
        } else if self.failed {
            LossReason::Unreachable
        } else {
            LossReason::Expired
        })
    }

    /// When it is to be looked at again.
    fn due(&self, now: Instant, moment: Moment) -> Instant {
        let end = now.checked_add(self.held.left(moment)).unwrap_or(now);
        self.renew_at.map_or(end, |at| at.min(end))
    }

    /// Joins its batch if it is due, or will be so soon that it can as well go along.
    fn renew(&mut self, now: Instant, moment: Moment, batches: &mut BTreeMap<u32, Batch>) {
        let ttl = self.held.ttl();
        if self.renew_at.is_none_or(|at| at > after(now, ttl, 6)) {
            return;
        }
        let Some(turn) = self.held.try_turn() else {
            // Its holder is extending it.
            self.renew_at = Some(after(now, ttl, 10));
            return;
        };
        self.renew_at = None;
        let limit = self.held.left(moment).min(ttl.duration().checked_div(6).unwrap_or_default());
        // Times of a like size go together, so that a short one does not bound the attempt of a long one.
        let batch = batches.entry(ttl.millis().ilog2()).or_insert_with(|| Batch { limit, parts: Vec::new() });
        batch.limit = batch.limit.min(limit);
        batch.parts.push((Arc::clone(&self.held), ttl, turn));
    }
}

/// Of which lock, when it was asked for, and what came of it.
type Answers = Vec<(u64, Instant, Renewal)>;

/// Renewals that go out together.
struct Batch {
    limit: Duration,
    parts: Vec<(Arc<Held>, Ttl, Turn)>,
}

impl Batch {
    async fn send(self) -> Answers {
        let Some((first, ..)) = self.parts.first() else { return Vec::new() };
        let client = first.client.clone();
        // An attempt is one attempt: the next one is made with a new clock.
        let mut pipeline = client.pipeline().no_retry().deadline(self.limit);
        let mut scripts = Extensions::default();
        for (held, ttl, _) in &self.parts {
            pipeline.push(held.renewal(*ttl, &mut scripts));
        }
        let (sent, moment) = (Instant::now(), Moment::now());
        let answers = pipeline.try_all().await;
        let renewals = self.parts.iter().enumerate().map(|(index, (held, ttl, _))| {
            let renewal = match &answers {
                Ok(answers) => answers.get(index).map_or(Renewal::Failed, |answer| held.answered(answer)),
                Err(error) => held.answered(&Err::<Value, _>(error.clone())),
            };
            if renewal == Renewal::Renewed {
                held.prolong(moment, *ttl);
            }
            (held.id, sent, renewal)
        });
        renewals.collect()
    }
}

/// A fraction of a time to live later.
fn after(now: Instant, ttl: Ttl, part: u32) -> Instant {
    let span = ttl.duration().checked_div(part).unwrap_or_default();
    now.checked_add(span).unwrap_or(now)
}

/// The task's mark, which goes with it however it ends.
struct Running {
    watchdog: Arc<Watchdog>,
    task: u64,
    tasks: TaskTracker,
    closed: CancellationToken,
}

impl Running {
    fn begin(
        watchdog: &Arc<Watchdog>,
        kennel: &mut Kennel,
        wakes: Instant,
        tasks: &TaskTracker,
        closed: &CancellationToken,
    ) -> Self {
        kennel.wakes = Some(wakes);
        kennel.task = kennel.task.wrapping_add(1);
        let (watchdog, task) = (Arc::clone(watchdog), kennel.task);
        Self { watchdog, task, tasks: tasks.clone(), closed: closed.clone() }
    }

    fn on(self, runtime: &Handle) {
        let tasks = self.tasks.clone();
        tasks.spawn_on(run(self), runtime);
    }

    /// Has the locks that are left looked after on another runtime: the one that this task was on has ended.
    fn hand_on(&self) {
        let now = Instant::now();
        for watched in self.watchdog.kennel().watched.values_mut().filter(|watched| watched.held.renewed) {
            // A renewal that was under way has ended with the task.
            watched.renew_at.get_or_insert(now);
        }
        loop {
            let mut kennel = self.watchdog.kennel();
            let heir = kennel.watched.values_mut().find_map(|watched| watched.runtime.take());
            let Some(runtime) = heir.filter(|_| !self.closed.is_cancelled()) else {
                return;
            };
            kennel.handing_on = true;
            let running = Self::begin(&self.watchdog, &mut kennel, now, &self.tasks, &self.closed);
            drop(kennel);
            running.on(&runtime);
            // Has it ended already, the runtime has too.
            let mut kennel = self.watchdog.kennel();
            kennel.handing_on = false;
            if kennel.wakes.is_some() {
                return;
            }
        }
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        let mut kennel = self.watchdog.kennel();
        if kennel.task != self.task {
            return;
        }
        kennel.wakes = None;
        let hands_on = !kennel.watched.is_empty() && !kennel.handing_on;
        drop(kennel);
        if hands_on {
            self.hand_on();
        }
    }
}

/// Waits for the answers to a batch. A batch that has panicked has none; its locks are then lost in time.
async fn answered(attempts: &mut JoinSet<Answers>) -> Answers {
    match attempts.join_next().await {
        Some(answers) => answers.unwrap_or_default(),
        None => std::future::pending().await,
    }
}

async fn run(running: Running) {
    let (watchdog, closed, mut attempts) = (&running.watchdog, &running.closed, JoinSet::new());
    let mut idle_since = None;
    while let Some(wakes) = watchdog.round(&mut attempts, &mut idle_since) {
        let rest = timeout_at(wakes, race(watchdog.hurry.notified(), answered(&mut attempts)));
        match race(closed.cancelled(), rest).await {
            First::Left(()) => return watchdog.close(),
            First::Right(Ok(First::Right(answers))) => watchdog.settle(answers),
            First::Right(Ok(First::Left(())) | Err(_)) => {}
        }
    }
}
