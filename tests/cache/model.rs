//! Two caches and a stranger against a model of them: whatever they do, in whatever order their replies come.
//!
//! The model keeps all that ever stood under each id. A read may give what stood there at some time since the last change
//! that its cache had been told of when the read began, and nothing older. "Told of" is exact: a question on the tracked
//! connection is answered after everything that the server had to tell before it, and so comes a message on the connection
//! of the subscribers. Reads run while replies are held back, so that changes overtake them in every way. Proptest prints
//! the steps of a failure, shrunk, and keeps its seed under `tests/proptest-regressions`, which the next run begins with.

use std::sync::Arc;

use proptest::prelude::*;
use proptest::test_runner::{Config as Cases, TestCaseError, TestRunner};
use redlane::cache::codec::Raw;
use redlane::cache::{Cache, CacheError, Coherence, OnFailure};
use redlane::config::Protocol;
use redlane::prelude::*;
use redlane::pubsub::Event;
use redlane_test_support::{
    Cut, FaultProxy, Flow, Keys, Options, Plan, RawReply, Server, Way, eventually_async,
};
use tokio::task::JoinHandle;

use crate::SOON;

const CACHES: usize = 2;
const IDS: usize = 2;

#[derive(Clone, Copy, Debug)]
enum Step {
    /// A cache reads; it is waited for unless its replies are held back.
    Get(usize, usize),
    /// From now on the replies to a cache wait.
    Hold(usize),
    Release(usize),
    /// A cache is known to have been told of everything.
    Deliver(usize),
    OwnSet(usize, usize),
    OwnInvalidate(usize, usize),
    ForeignSet(usize),
    Del(usize),
    Expire(usize),
    Flush,
    Reconnect(usize),
}

fn steps() -> impl Strategy<Value = Vec<Step>> {
    // Most of it happens to one cache and one id, so that it meets.
    let cache = prop_oneof![2 => Just(0), 1 => Just(CACHES - 1)];
    let id = prop_oneof![2 => Just(0), 1 => Just(IDS - 1)];
    let step = prop_oneof![
        12 => (cache.clone(), id.clone()).prop_map(|(cache, id)| Step::Get(cache, id)),
        4 => cache.clone().prop_map(Step::Hold),
        3 => cache.clone().prop_map(Step::Release),
        4 => cache.clone().prop_map(Step::Deliver),
        3 => (cache.clone(), id.clone()).prop_map(|(cache, id)| Step::OwnSet(cache, id)),
        1 => (cache.clone(), id.clone()).prop_map(|(cache, id)| Step::OwnInvalidate(cache, id)),
        6 => id.clone().prop_map(Step::ForeignSet),
        1 => id.clone().prop_map(Step::Del),
        1 => id.prop_map(Step::Expire),
        1 => Just(Step::Flush),
        1 => cache.prop_map(Step::Reconnect),
    ];
    proptest::collection::vec(step, 1..100)
}

/// What a read came to.
type Read = Result<Option<Arc<String>>, CacheError>;

struct Reading {
    id: usize,
    /// The oldest state that it may give.
    least: usize,
    task: JoinHandle<Read>,
}

struct Peer {
    client: Client,
    cache: Cache<String>,
    proxy: FaultProxy,
    held: bool,
    /// The newest state of each id that it has seen or was told of.
    knows: [usize; IDS],
    readings: Vec<Reading>,
}

struct World<'s> {
    server: &'s Server,
    coherence: Coherence,
    namespace: String,
    stranger: Cache<String>,
    peers: Vec<Peer>,
    /// All states of each id: whether there was a value then, whose text is the state's number.
    states: [Vec<bool>; IDS],
}

impl World<'_> {
    async fn begin(server: &Server, coherence: Coherence) -> World<'_> {
        let namespace = Keys::new().key("m");
        let mut peers = Vec::new();
        for _ in 0..CACHES {
            let proxy = FaultProxy::start(server.port());
            let (client, cache) = cache(&proxy.url(), &namespace, coherence).await;
            peers.push(Peer { client, cache, proxy, held: false, knows: [0; IDS], readings: Vec::new() });
        }
        let (_, stranger) = cache(&server.url(), &namespace, coherence).await;
        World { server, coherence, namespace, stranger, peers, states: std::array::from_fn(|_| vec![false]) }
    }

    fn key(&self, id: usize) -> String {
        format!("{}:{id}", self.namespace)
    }

    /// The text of the state that comes next.
    fn next(&self, id: usize) -> String {
        self.states[id].len().to_string()
    }

    async fn take(&mut self, step: Step) -> Result<(), TestCaseError> {
        match step {
            Step::Get(at, id) => self.get(at, id).await,
            Step::Hold(at) => self.peers[at].flow(Flow::Hold).await,
            Step::Release(at) => self.release(at).await?,
            Step::Deliver(at) => {
                self.release(at).await?;
                match self.coherence {
                    Coherence::Tracking => self.peers[at].hear_server().await,
                    _ => self.peers[at].hear_caches(self.server).await,
                }
                self.peers[at].knows = std::array::from_fn(|id| self.states[id].len() - 1);
            }
            Step::OwnSet(at, id) => {
                self.release(at).await?;
                let value = self.next(id);
                self.peers[at].cache.set(&id.to_string(), &value).await.unwrap();
                self.changed(id, true);
                self.peers[at].knows[id] = self.states[id].len() - 1;
            }
            Step::OwnInvalidate(at, id) => {
                self.release(at).await?;
                self.peers[at].cache.invalidate(&id.to_string()).await.unwrap();
                self.changed(id, false);
                self.peers[at].knows[id] = self.states[id].len() - 1;
            }
            Step::ForeignSet(id) => {
                self.stranger.set(&id.to_string(), &self.next(id)).await.unwrap();
                self.changed(id, true);
            }
            // Where only caches tell, it is a cache that removes.
            Step::Del(id) | Step::Expire(id) if self.coherence == Coherence::PubSub => {
                self.stranger.invalidate(&id.to_string()).await.unwrap();
                self.changed(id, false);
            }
            Step::Flush if self.coherence == Coherence::PubSub => {
                for id in 0..IDS {
                    self.stranger.invalidate(&id.to_string()).await.unwrap();
                    self.changed(id, false);
                }
            }
            Step::Del(id) => {
                self.server.raw().command(&["DEL", &self.key(id)]);
                self.changed(id, false);
            }
            Step::Expire(id) => {
                self.server.raw().command(&["PEXPIRE", &self.key(id), "1"]);
                // It ends when it is looked at, at the latest.
                let (server, key) = (self.server, self.key(id));
                eventually_async("the key has ended", SOON, || {
                    server.raw().command(&["EXISTS", &key]).text() == "0"
                })
                .await;
                self.changed(id, false);
            }
            Step::Flush => {
                // The namespace's version is put back: what is written by one who has not heard of the flush yet would count
                // as out of date, which is no older value, but none.
                let version = format!("{}#", self.namespace);
                let (mut raw, before) = (self.server.raw(), self.server.raw().command(&["GET", &version]));
                raw.command(&["FLUSHALL"]);
                if matches!(before, RawReply::Bulk(_)) {
                    raw.command(&["SET", &version, &before.text()]);
                }
                (0..IDS).for_each(|id| self.changed(id, false));
            }
            Step::Reconnect(at) => {
                self.release(at).await?;
                self.peers[at].reconnect(self.server, &self.namespace).await;
            }
        }
        self.look().await
    }

    fn changed(&mut self, id: usize, present: bool) {
        self.states[id].push(present);
    }

    /// Begins a read. When it returns, the server has run it, or it was answered without the server.
    async fn get(&mut self, at: usize, id: usize) {
        let asked = |server: &Server| {
            let stats = server.raw().command(&["INFO", "commandstats"]).text();
            let calls = stats.split("cmdstat_pttl:calls=").nth(1).and_then(|rest| rest.split(',').next());
            calls.map_or(0, |calls| calls.parse::<u64>().unwrap())
        };
        let before = asked(self.server);
        let peer = &mut self.peers[at];
        let least = peer.knows[id];
        let cache = peer.cache.clone();
        let task = tokio::spawn(async move { cache.get(&id.to_string()).await });
        // Whoever comes aboard another's flight asks nothing.
        let aboard = peer.readings.iter().any(|reading| reading.id == id);
        if peer.held && !aboard {
            let server = self.server;
            eventually_async("it was asked or answered", SOON, || {
                task.is_finished() || asked(server) > before
            })
            .await;
        }
        let held = peer.held;
        peer.readings.push(Reading { id, least, task });
        if !held {
            self.settle(at).await;
        }
    }

    async fn release(&mut self, at: usize) -> Result<(), TestCaseError> {
        if self.peers[at].held {
            self.peers[at].flow(Flow::Forward).await;
        }
        self.settle(at).await;
        self.look().await
    }

    /// Waits until all reads of a cache are over.
    async fn settle(&mut self, at: usize) {
        for reading in &self.peers[at].readings {
            eventually_async("the read is over", SOON, || reading.task.is_finished()).await;
        }
    }

    /// Judges the reads that are over.
    async fn look(&mut self) -> Result<(), TestCaseError> {
        for peer in &mut self.peers {
            let (over, running) =
                std::mem::take(&mut peer.readings).into_iter().partition(|r| r.task.is_finished());
            peer.readings = running;
            for Reading { id, least, task } in over {
                let states = &self.states[id];
                // A read that failed says nothing; those of a connection that was cut do.
                let Ok(read) = task.await.unwrap() else { continue };
                let state = match read.as_deref() {
                    Some(text) => text.parse::<usize>().unwrap(),
                    None => (least..states.len()).find(|state| !states[*state]).unwrap_or(0),
                };
                prop_assert!(
                    state >= least && states[state] == read.is_some(),
                    "{id} was read as {read:?}, and state {least} was known before; {states:?}"
                );
                peer.knows[id] = peer.knows[id].max(state);
            }
        }
        Ok(())
    }
}

impl Peer {
    async fn flow(&mut self, flow: Flow) {
        self.held = flow == Flow::Hold;
        self.proxy.set(Plan { replies: Way { flow, ..Way::default() }, ..Plan::default() }).await;
    }

    /// Returns when it has heard whatever the caches told until now: on the same connection comes a message after it.
    async fn hear_caches(&self, server: &Server) {
        let mut heard = self.client.subscribe(["heard"]).await.unwrap();
        loop {
            server.raw().command(&["PUBLISH", "heard", "x"]);
            match tokio::time::timeout(SOON, heard.next()).await.unwrap().unwrap() {
                Event::Message { .. } => return,
                _ => continue,
            }
        }
    }

    /// Returns when it has heard whatever the server had to tell until now.
    async fn hear_server(&self) {
        while self.cache.get("nobody's").await.is_err() {
            tokio::task::yield_now().await;
        }
    }

    async fn reconnect(&self, server: &Server, namespace: &str) {
        let losses = self.cache.stats().flush;
        let cut = Way { cut_after: Some((0, Cut::Reset)), ..Way::default() };
        self.proxy.set(Plan { requests: cut, replies: cut, ..Plan::default() }).await;
        // Something on either connection, whichever tells of changes.
        server.raw().command(&["PUBLISH", &format!("{namespace}:inv"), ""]);
        let cache = self.cache.clone();
        let asking = tokio::spawn(async move { cache.get("nobody's").await });
        eventually_async("the loss is noticed", SOON, || self.cache.stats().flush > losses).await;
        self.proxy.set(Plan::default()).await;
        let _ = asking.await.unwrap();
        eventually_async("it is heard again", SOON, || self.cache.stats().tracked).await;
    }
}

async fn cache(url: &str, namespace: &str, coherence: Coherence) -> (Client, Cache<String>) {
    let protocol = if coherence == Coherence::Tracking { Protocol::Resp3 } else { Protocol::Resp2 };
    let config = Config::builder().url(url).protocol(protocol).build().unwrap();
    let client = Client::connect(config).await.unwrap();
    let builder = Cache::builder(&client, Raw).namespace(namespace, 1).early(0.0);
    let cache = builder.coherence(coherence).on_failure(OnFailure::Fail).build().await.unwrap();
    (client, cache)
}

fn compare(coherence: Coherence) {
    let server = Server::start(Options::new());
    let cases = Cases { cases: 32, source_file: Some(file!()), ..Cases::default() };

    let outcome = TestRunner::new(cases).run(&steps(), |steps| {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        runtime.block_on(async {
            let mut world = World::begin(&server, coherence).await;
            for step in steps {
                world.take(step).await?;
            }
            for at in 0..CACHES {
                world.release(at).await?;
            }
            Ok(())
        })
    });

    outcome.unwrap_or_else(|failure| panic!("{failure}"));
}

#[test]
fn no_read_is_older_than_what_the_server_told_its_cache() {
    compare(Coherence::Tracking);
}

#[test]
fn no_read_is_older_than_what_other_caches_told_its_cache() {
    compare(Coherence::PubSub);
}
