//! Locks and semaphores against a plain model of them: whatever three clients and a stranger do, in whatever order.
//!
//! A case that fails is shrunk, and its seed is noted beside the sources, so that it is tried first from then on;
//! `PROPTEST_RNG_SEED` makes all cases those of one run. What each step does to the server is certain before the next
//! one begins, but for which waiter of several is served where there is no order: there the model follows.

use proptest::prelude::*;
use redlane::lock::{Guard, Permit};
use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};
use tokio::task::JoinHandle;
use tokio::time::timeout;

use super::*;

/// What somebody does. The numbers choose among the clients, and among what there is, oldest first.
#[derive(Clone, Copy, Debug)]
enum Step {
    Try(usize),
    Wait(usize),
    GiveUp(usize),
    Extend(usize),
    Release(usize),
    Drop(usize),
    /// A stranger takes it, as strangers do, without asking.
    Steal,
    /// One holder's time is over, as far as the server is concerned.
    Expire(usize),
    /// Somebody deletes the key.
    Delete,
    /// And the counter of fences.
    LoseFence,
    ForgetScripts,
}

fn steps() -> impl Strategy<Value = Vec<Step>> {
    let step = prop_oneof![
        4 => (0..3_usize).prop_map(Step::Try),
        4 => (0..3_usize).prop_map(Step::Wait),
        1 => (0..3_usize).prop_map(Step::GiveUp),
        2 => (0..4_usize).prop_map(Step::Extend),
        4 => (0..4_usize).prop_map(Step::Release),
        2 => (0..4_usize).prop_map(Step::Drop),
        1 => Just(Step::Steal),
        1 => (0..3_usize).prop_map(Step::Expire),
        1 => Just(Step::Delete),
        1 => Just(Step::LoseFence),
        1 => Just(Step::ForgetScripts),
    ];
    proptest::collection::vec(step, 1..40)
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Sort {
    Plain,
    Fair,
    Semaphore,
}

#[derive(Debug)]
enum Held {
    Lock(Guard),
    Permit(Permit),
}

/// Told by a waiter: who it is, and what it got.
type Grant = (usize, Result<Held, LockError>);

#[derive(Clone, Debug, PartialEq, Eq)]
enum Holder {
    Ours(usize),
    Stranger,
}

/// The model: who has it, with the tokens that the server shows, who waits, and the last fence.
#[derive(Debug, Default)]
struct Model {
    holders: Vec<(Holder, String)>,
    waiting: Vec<usize>,
    fence: u64,
}

/// The model beside what it is a model of.
struct World {
    sort: Sort,
    limit: usize,
    clients: Vec<LockManager>,
    prefix: String,
    model: Model,
    /// What was had, oldest first, whatever has become of it since.
    had: Vec<(usize, Held)>,
    waiters: Vec<(usize, JoinHandle<()>)>,
    grants: (UnboundedSender<Grant>, UnboundedReceiver<Grant>),
    next: usize,
}

impl World {
    async fn new(sort: Sort) -> Self {
        let prefix = Keys::new().key("lock:");
        let mut clients = Vec::new();
        for _ in 0..3 {
            clients.push(client(Server::shared().port()).await.locks().prefix(&prefix).ttl(LONG));
        }
        let limit = if sort == Sort::Semaphore { 2 } else { 1 };
        let (model, grants) = (Model::default(), unbounded_channel());
        Self { sort, limit, clients, prefix, model, had: vec![], waiters: vec![], grants, next: 0 }
    }

    fn key(&self) -> String {
        if self.sort == Sort::Semaphore {
            format!("{{{}a}}:s", self.prefix)
        } else {
            format!("{}a", self.prefix)
        }
    }

    /// The tokens of all holders, as the server has them; of a semaphore the one first that lives longest.
    fn tokens(&self) -> Vec<String> {
        match self.sort {
            Sort::Semaphore => {
                let members = Server::shared().command(&["ZREVRANGE", &self.key(), "0", "-1"]);
                members.elements().iter().map(RawReply::text).collect()
            }
            _ => match get(&self.key()) {
                RawReply::Null => Vec::new(),
                token => vec![token.text()],
            },
        }
    }

    fn is_free(&self) -> bool {
        self.model.holders.len() < self.limit
    }

    async fn acquire(sort: Sort, locks: &LockManager, wait: Duration) -> Result<Held, LockError> {
        match sort {
            Sort::Plain => locks.lock("a").acquire(wait).await.map(Held::Lock),
            Sort::Fair => locks.lock("a").fair().acquire(wait).await.map(Held::Lock),
            Sort::Semaphore => locks.semaphore("a", 2).acquire(wait).await.map(Held::Permit),
        }
    }

    async fn step(&mut self, step: Step) -> Result<(), TestCaseError> {
        match step {
            Step::Try(who) => {
                let id = self.number();
                let result = Self::acquire(self.sort, &self.clients[who], Duration::ZERO).await;
                prop_assert_eq!(result.is_ok(), self.is_free());
                match result {
                    Ok(held) => self.granted(id, held).await?,
                    Err(error) => prop_assert!(error.is_busy(), "{}", error),
                }
            }
            Step::Wait(who) => {
                let (id, sort, locks) = (self.number(), self.sort, self.clients[who].clone());
                let grants = self.grants.0.clone();
                let task = tokio::spawn(async move {
                    let _ = grants.send((id, Self::acquire(sort, &locks, LONG).await));
                });
                self.waiters.push((id, task));
                self.model.waiting.push(id);
                if sort == Sort::Fair && !self.is_free() {
                    let queue = format!("{{{}a}}:q", self.prefix);
                    let wanted = i64::try_from(self.model.waiting.len()).unwrap();
                    eventually_async("it queues", SOON, || integer(&["ZCARD", &queue]) == wanted).await;
                }
            }
            Step::GiveUp(which) => {
                if let Some(index) = nth(self.waiters.len(), which) {
                    let (id, task) = self.waiters.remove(index);
                    task.abort();
                    prop_assert!(task.await.is_err(), "nobody else has won meanwhile");
                    self.model.waiting.retain(|one| *one != id);
                    self.settled().await;
                }
            }
            Step::Extend(which) => {
                let Some(index) = nth(self.had.len(), which) else { return Ok(()) };
                let (id, held) = &self.had[index];
                let result = match held {
                    Held::Lock(guard) => guard.extend(LONG).await,
                    Held::Permit(permit) => permit.extend(LONG).await,
                };
                let is_valid = match held {
                    Held::Lock(guard) => guard.is_valid(),
                    Held::Permit(permit) => permit.is_valid(),
                };
                let ours = self.model.has(*id);
                prop_assert!(ours == result.is_ok() && ours == is_valid, "{:?}", result);
                prop_assert!(ours || matches!(result, Err(LockError::NotHeld)), "{:?}", result);
            }
            Step::Release(which) => {
                let Some(index) = nth(self.had.len(), which) else { return Ok(()) };
                let (id, held) = self.had.remove(index);
                let outcome = match held {
                    Held::Lock(guard) => guard.release().await.unwrap(),
                    Held::Permit(permit) => permit.release().await.unwrap(),
                };
                let others = self.sort != Sort::Semaphore && !self.model.holders.is_empty();
                let expected = match self.model.has(id) {
                    true => ReleaseOutcome::Released,
                    false if others => ReleaseOutcome::NotOwner,
                    false => ReleaseOutcome::Expired,
                };
                prop_assert_eq!(outcome, expected);
                self.model.end(id);
            }
            Step::Drop(which) => {
                if let Some(index) = nth(self.had.len(), which) {
                    let (id, held) = self.had.remove(index);
                    drop(held);
                    self.settled().await;
                    self.model.end(id);
                }
            }
            Step::Steal if self.sort == Sort::Semaphore => {
                let name = format!("stranger{}", self.number());
                Server::shared().command(&["ZADD", &self.key(), "9000000000000", &name]);
                self.model.holders.push((Holder::Stranger, name));
            }
            Step::Steal => {
                Server::shared().command(&["SET", &self.key(), "stranger"]);
                self.model.holders = vec![(Holder::Stranger, "stranger".to_owned())];
            }
            Step::Expire(which) => {
                if let Some(index) = nth(self.model.holders.len(), which) {
                    let (_, token) = self.model.holders.remove(index);
                    if self.sort == Sort::Semaphore {
                        Server::shared().command(&["ZADD", &self.key(), "XX", "1", &token]);
                    } else {
                        Server::shared().command(&["PEXPIRE", &self.key(), "1"]);
                        // A waiter may be faster than we can look.
                        eventually_async("it has gone", SOON, || !self.tokens().contains(&token)).await;
                    }
                    self.call();
                }
            }
            Step::Delete => {
                Server::shared().command(&["DEL", &self.key()]);
                self.model.holders.clear();
                self.call();
            }
            Step::LoseFence => {
                Server::shared().command(&["DEL", &format!("{{{}a}}:f", self.prefix)]);
                self.model.fence = 0;
            }
            Step::ForgetScripts => {
                Server::shared().command(&["SCRIPT", "FLUSH"]);
            }
        }
        self.serve().await
    }

    /// Whoever waits is served as long as there is something to have, and nobody else is.
    async fn serve(&mut self) -> Result<(), TestCaseError> {
        while self.is_free() && !self.model.waiting.is_empty() {
            let grant = timeout(SOON, self.grants.1.recv()).await;
            prop_assert!(grant.is_ok(), "nobody is served of {:?}", self.model);
            let Ok(Some((id, Ok(held)))) = grant else { panic!("{grant:?}") };
            if self.sort == Sort::Fair {
                prop_assert_eq!(id, self.model.waiting[0], "in order");
            }
            prop_assert!(self.model.waiting.contains(&id));
            self.model.waiting.retain(|one| *one != id);
            self.waiters.retain(|(one, _)| *one != id);
            self.granted(id, held).await?;
        }
        prop_assert!(self.grants.1.try_recv().is_err(), "more were served than {:?}", self.model);
        let mut shown = self.tokens();
        // What has expired stays in a semaphore's set until somebody looks at it.
        shown.retain(|token| {
            self.model.holders.iter().any(|(_, one)| one == token) || self.sort != Sort::Semaphore
        });
        prop_assert_eq!(shown.len(), self.model.holders.len(), "{:?}", self.model);
        Ok(())
    }

    async fn granted(&mut self, id: usize, held: Held) -> Result<(), TestCaseError> {
        if let Held::Lock(guard) = &held {
            self.model.fence += 1;
            prop_assert_eq!(guard.fence(), self.model.fence);
        }
        if let Held::Permit(permit) = &held {
            // To tell it from others that were granted at the same time.
            permit.extend(2 * LONG).await.unwrap();
        }
        let known = |token: &String| self.model.holders.iter().any(|(_, one)| one == token);
        let mut fresh = self.tokens();
        fresh.retain(|token| !known(token));
        let token = fresh.into_iter().find(|token| token.len() == 32);
        prop_assert!(token.is_some(), "the server does not know of it");
        self.model.holders.push((Holder::Ours(id), token.unwrap()));
        self.had.push((id, held));
        Ok(())
    }

    /// As one who releases would, so that nobody has to wait for his timer.
    fn call(&self) {
        let suffix = if self.sort == Sort::Semaphore { "sc" } else { "c" };
        Server::shared().command(&["PUBLISH", &format!("{{{}a}}:{suffix}", self.prefix), ""]);
    }

    fn number(&mut self) -> usize {
        self.next += 1;
        self.next
    }

    async fn settled(&self) {
        for locks in &self.clients {
            settled(locks).await;
        }
    }

    /// When everybody has gone nothing is left but strangers and the counter.
    async fn end(mut self) -> Result<(), TestCaseError> {
        for (_, task) in self.waiters.drain(..) {
            task.abort();
            let _ = task.await;
        }
        while self.grants.1.try_recv().is_ok() {}
        self.had.clear();
        for locks in &self.clients {
            let stats = || (locks.stats().in_use, locks.stats().waited_for, locks.stats().returning);
            eventually_async("nothing is left", SOON, || stats() == (0, 0, 0)).await;
        }
        let queue = ["q", "d"].map(|suffix| format!("{{{}a}}:{suffix}", self.prefix));
        prop_assert_eq!(integer(&["EXISTS", &queue[0], &queue[1]]), 0);
        Ok(())
    }
}

impl Model {
    fn has(&self, id: usize) -> bool {
        self.holders.iter().any(|(holder, _)| *holder == Holder::Ours(id))
    }

    fn end(&mut self, id: usize) {
        self.holders.retain(|(holder, _)| *holder != Holder::Ours(id));
    }
}

/// Which one of so many a step means.
fn nth(count: usize, which: usize) -> Option<usize> {
    which.checked_rem(count)
}

fn run(sort: Sort, steps: Vec<Step>) -> Result<(), TestCaseError> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(async {
        let mut world = World::new(sort).await;
        for (number, step) in steps.into_iter().enumerate() {
            let result = world.step(step).await;
            result.map_err(|error| TestCaseError::fail(format!("step {number}, {step:?}: {error}")))?;
        }
        world.end().await
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(32))]

    #[test]
    fn a_plain_lock_does_what_the_model_does(steps in steps()) {
        run(Sort::Plain, steps)?;
    }

    #[test]
    fn a_fair_lock_does_what_the_model_does(steps in steps()) {
        run(Sort::Fair, steps)?;
    }

    #[test]
    fn a_semaphore_does_what_the_model_does(steps in steps()) {
        run(Sort::Semaphore, steps)?;
    }
}
