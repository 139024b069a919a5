//! What link, callers and servers of one schedule share, and what happens when the link dials.

use std::collections::VecDeque;
use std::io;
use std::ops::Range;
use std::panic::resume_unwind;
use std::sync::atomic::AtomicBool;
use std::sync::atomic::Ordering::SeqCst;
use std::sync::{Arc, Mutex, MutexGuard};
use std::time::Duration;

use bytes::Bytes;
use fastrand::Rng;
use redlane_resp::command::Command;
use tokio::task::JoinHandle;
use tokio::time::{Instant, sleep};

use super::server::{Plan, serve};
use crate::connector::{Connector, Dirt, Exchange};
use crate::simulated::ledger::Ledger;
use crate::simulated::socket::{End, ServerEnd, connect};
use crate::transport::{ConnectError, PipeDialer, Socket, Target};

pub(super) fn random_ms(rng: &mut Rng, range: Range<u64>) -> Duration {
    Duration::from_millis(rng.u64(range))
}

pub(super) struct World {
    rng: Mutex<Rng>,
    ledger: Mutex<Ledger>,
    /// Whether anything may go wrong with what is begun now.
    faults: AtomicBool,
    /// Nobody listens until then.
    down_until: Mutex<Option<Instant>>,
    sockets: Mutex<Vec<Arc<ServerEnd>>>,
    dials: Mutex<VecDeque<Instant>>,
    services: Mutex<Vec<JoinHandle<()>>>,
    /// While anything may go wrong, everybody is greeted and then hung up on.
    hangs_up: bool,
}

impl World {
    pub(super) fn new(rng: &mut Rng) -> Arc<Self> {
        Arc::new(World {
            faults: AtomicBool::new(rng.u8(0..10) > 0),
            rng: Mutex::new(rng.fork()),
            ledger: Mutex::default(),
            down_until: Mutex::default(),
            sockets: Mutex::default(),
            dials: Mutex::default(),
            services: Mutex::default(),
            hangs_up: rng.u8(0..12) == 0,
        })
    }

    pub(super) fn ledger(&self) -> MutexGuard<'_, Ledger> {
        self.ledger.lock().unwrap_or_else(std::sync::PoisonError::into_inner)
    }

    pub(super) fn rng(&self) -> MutexGuard<'_, Rng> {
        self.rng.lock().unwrap()
    }

    /// Good weather from here on; what is wrong with a connection stays wrong.
    pub(super) fn calm(&self) {
        self.faults.store(false, SeqCst);
        *self.down_until.lock().unwrap() = None;
    }

    /// All connections end, and nobody listens for so long.
    pub(super) fn restart(&self, down: Duration) {
        trace!("restart {down:?}");
        *self.down_until.lock().unwrap() = Some(Instant::now() + down);
        let end = [End::Finished, End::Closed, End::Reset][self.rng().usize(..3)];
        self.sockets.lock().unwrap().iter().for_each(|socket| socket.end(end));
    }

    /// Connections that the link holds on to.
    pub(super) fn open_sockets(&self) -> usize {
        self.sockets.lock().unwrap().iter().filter(|socket| !socket.client_is_gone()).count()
    }

    /// The newest connection says something unasked; `false` when it has ended.
    pub(super) fn say(&self, bytes: &str) -> bool {
        let sockets = self.sockets.lock().unwrap();
        let Some(open) = sockets.iter().rev().find(|socket| !socket.client_is_gone()) else { return false };
        open.send(bytes.as_bytes())
    }

    /// Never a storm, whatever the server does: at most what two seconds of a young outage and a steady pace after that
    /// come to, and as much again for a renewal beside it.
    pub(super) fn check_dials(&self) {
        let dials: Vec<Instant> = self.dials.lock().unwrap().iter().copied().collect();
        for (at, first) in dials.iter().enumerate() {
            let window = dials[at..].iter().filter(|dial| **dial - *first < Duration::from_secs(5)).count();
            assert!(window <= 110, "{window} dials in 5 s");
        }
    }

    /// What ran, what was told, and when the link dialled.
    pub(super) fn history(&self, began: Instant) -> String {
        let dials: Vec<Duration> = self.dials.lock().unwrap().iter().map(|dial| *dial - began).collect();
        format!("{dials:?} {:?}", self.ledger())
    }

    /// Passes on what a server found wrong.
    pub(super) async fn check_servers(&self) {
        let services = std::mem::take(&mut *self.services.lock().unwrap());
        for service in services {
            service.abort();
            match service.await {
                Err(error) if error.is_panic() => resume_unwind(error.into_panic()),
                _ => {}
            }
        }
    }

    async fn dial(self: Arc<Self>) -> io::Result<Socket> {
        self.dials.lock().unwrap().push_back(Instant::now());
        trace!("dial");
        let refused = Err(io::ErrorKind::ConnectionRefused.into());
        let faults = self.faults.load(SeqCst);
        let (mood, delay) = {
            let mut rng = self.rng();
            (if faults { rng.u8(0..20) } else { 9 }, random_ms(&mut rng, 0..100))
        };
        match mood {
            0 => sleep(Duration::from_secs(1_000)).await,
            1..=3 => sleep(delay).await,
            4 => return refused,
            _ => {}
        }
        if self.down_until.lock().unwrap().is_some_and(|until| Instant::now() < until) {
            return refused;
        }
        let (ours, theirs, plan, rng) = {
            let mut rng = self.rng();
            let capacity = if rng.bool() { rng.usize(1..200) } else { 64 * 1024 };
            let direct = rng.bool();
            let (ours, theirs) = connect(&mut rng, capacity, direct);
            let plan = Plan::draw(&mut rng, faults, self.hangs_up);
            (ours, Arc::new(theirs), plan, rng.fork())
        };
        self.sockets.lock().unwrap().push(Arc::clone(&theirs));
        let service = tokio::spawn(serve(theirs, Arc::clone(&self), plan, rng));
        self.services.lock().unwrap().push(service);
        Ok(Socket::Simulated(ours))
    }
}

/// Connects to the simulated server.
pub(super) struct Simulated(pub(super) Arc<World>);

impl Connector for Simulated {
    async fn target(&self) -> Result<Target, ConnectError> {
        let world = Arc::clone(&self.0);
        Ok(Target::Pipe(PipeDialer::sockets(move || Arc::clone(&world).dial())))
    }

    async fn greet(&self, exchange: &mut Exchange<'_>) -> Result<(), ConnectError> {
        exchange.send(&Command::new("HELLO").to_bytes()).await?;
        match exchange.read().await?.error() {
            Some(error) => Err(ConnectError::from_reply(error)),
            None => Ok(()),
        }
    }

    fn probe(&self) -> Bytes {
        Command::new("PING").to_bytes()
    }

    fn cleanse(&self, _: Dirt) -> Option<Bytes> {
        None
    }
}
