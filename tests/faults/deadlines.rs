//! Whatever goes wrong, a call comes back by its deadline: nobody waits for a connection longer than for a reply.
//!
//! The promise is 50 ms. How late this machine wakes anybody is measured beside the calls and allowed on top, so that what
//! is asserted is the client's own share; a round in which the machine stood still is not judged.

use std::future::{Future, pending};
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering::Relaxed};
use std::time::{Duration, Instant};

use redlane::config::{ConfigBuilder, Credentials};
use redlane::prelude::*;
use redlane_test_support::{Accept, Cut, FaultProxy, Flow, Options, Server};
#[cfg(feature = "tls")]
use redlane_test_support::{Authority, Tls};
use tokio::task::JoinSet;

use crate::measured;

/// One attempt. A call that names no deadline has twice as long.
const TIMEOUT: Duration = Duration::from_millis(250);
/// The deadline that a call names.
const OWN: Duration = Duration::from_millis(130);
/// The first round meets the beginning of each fault, the others meet it as it lasts.
const ROUNDS: usize = 5;
const PROMISE: Duration = Duration::from_millis(50);
/// A machine that wakes tasks so late cannot tell a client that is late from one that is not.
const UNFIT: Duration = Duration::from_millis(60);

#[derive(Clone, Copy, Debug)]
enum Fault {
    RepliesHeld,
    RequestsHeld,
    HalfOpen,
    HalfAReply,
    Dripping,
    Refused,
    AcceptedInSilence,
    HungUpOn,
    Frozen,
    Paused,
    Full,
    /// Not by itself among the others: it takes a client that cannot come back.
    Lost,
}

const FAULTS: [Fault; 11] = [
    Fault::RepliesHeld,
    Fault::RequestsHeld,
    Fault::HalfOpen,
    Fault::HalfAReply,
    Fault::Dripping,
    Fault::Refused,
    Fault::AcceptedInSilence,
    Fault::HungUpOn,
    Fault::Frozen,
    Fault::Paused,
    Fault::Full,
];

impl Fault {
    async fn begin(self, server: &Server, proxy: &FaultProxy) {
        let accept = match self {
            Self::RepliesHeld => return proxy.change(|plan| plan.replies.flow = Flow::Hold).await,
            Self::RequestsHeld => return proxy.change(|plan| plan.requests.flow = Flow::Hold).await,
            Self::HalfOpen => return proxy.mute(),
            // What comes with a greeting is more than that.
            Self::HalfAReply => return proxy.change(|plan| plan.replies.drip = Some(TIMEOUT * 2)).await,
            Self::Dripping => {
                return proxy.change(|plan| plan.replies.drip = Some(Duration::from_millis(40))).await;
            }
            Self::Frozen => return server.pause(),
            Self::Paused => return drop(server.command(&["CLIENT", "PAUSE", "5000", "ALL"])),
            Self::Full => return drop(server.command(&["CONFIG", "SET", "maxclients", "1"])),
            Self::Lost => return proxy.cut(Cut::Reset),
            Self::Refused => Accept::Refuse,
            Self::AcceptedInSilence => Accept::Silence,
            Self::HungUpOn => Accept::Close,
        };
        proxy.change(|plan| plan.accept = accept).await;
        proxy.cut(Cut::Reset);
    }
}

type Call = Pin<Box<dyn Future<Output = Result<(), Error>> + Send>>;

/// A call of each kind, with the time that it has.
fn calls(client: &Client) -> Vec<(&'static str, Duration, Call)> {
    let mut all: Vec<(&'static str, Duration, Call)> = Vec::new();
    let twice = TIMEOUT * 2;
    // A write is not sent again once it may have run, and so ends sooner; nothing ends later.
    let one = client.clone();
    all.push(("GET", twice, Box::pin(async move { one.get("k").await.map(drop) })));
    let one = client.clone();
    all.push(("INCR", twice, Box::pin(async move { one.incr("n", 1).await.map(drop) })));
    let one = client.clone();
    all.push(("pipeline", twice, Box::pin(async move { one.pipeline().get("k").get("n").exec().await })));
    let one = client.clone();
    all.push(("GET, own", OWN, Box::pin(async move { one.get("k").deadline(OWN).await.map(drop) })));
    let one = client.clone();
    all.push(("INCR, own", OWN, Box::pin(async move { one.incr("n", 1).deadline(OWN).await.map(drop) })));
    let one = client.clone();
    all.push((
        "MULTI, own",
        OWN,
        Box::pin(async move { one.pipeline().atomic().incr("n", 1).deadline(OWN).exec().await }),
    ));
    let one = client.clone();
    all.push((
        "WATCH, own",
        OWN,
        Box::pin(async move {
            let step = one.transaction(&["w"], |tx| async move {
                tx.get("w").await?;
                tx.multi().incr("w", 1).exec::<(i64,)>().await
            });
            step.deadline(OWN).await.map(drop)
        }),
    ));
    let one = client.clone();
    all.push((
        "BLPOP, own",
        OWN,
        Box::pin(async move { one.blpop("q", 60.0).deadline(OWN).await.map(drop) }),
    ));
    let one = client.clone();
    all.push((
        "SUBSCRIBE, own",
        OWN,
        Box::pin(async move { one.subscribe(["news"]).deadline(OWN).await.map(drop) }),
    ));
    all
}

/// A client behind a network, before a server of its own.
struct Scene {
    fault: Fault,
    server: Server,
    proxy: FaultProxy,
    client: Client,
}

impl Scene {
    async fn set(fault: Fault, server: Server, config: impl FnOnce(String) -> ConfigBuilder) -> Self {
        let proxy = FaultProxy::start(server.port());
        let config = config(proxy.url()).socket_timeout(TIMEOUT);
        let client = Client::connect(config.build().unwrap()).await.unwrap();
        Self { fault, server, proxy, client }
    }

    /// One call of each kind at once: how many failed, and which came how much after its deadline.
    async fn round(&self) -> (usize, Duration, &'static str) {
        let mut running = JoinSet::new();
        for (name, limit, call) in calls(&self.client) {
            running.spawn(async move {
                let began = Instant::now();
                let failed = call.await.is_err();
                (began.elapsed().saturating_sub(limit), name, failed)
            });
        }
        let (mut failures, mut latest) = (0, (Duration::ZERO, "none"));
        while let Some(done) = running.join_next().await {
            let (late, name, failed) = done.unwrap();
            failures += usize::from(failed);
            latest = latest.max((late, name));
        }
        (failures, latest.0, latest.1)
    }
}

/// How late this machine wakes tasks, as long as they are asked: the latest wake-up of a few that sleep all the time.
struct Pulse(JoinSet<Duration>, Arc<AtomicBool>);

impl Pulse {
    fn take() -> Self {
        let (mut tasks, over) = (JoinSet::new(), Arc::new(AtomicBool::new(false)));
        for _ in 0..4 {
            let over = Arc::clone(&over);
            tasks.spawn(async move {
                let (beat, mut latest) = (Duration::from_millis(5), Duration::ZERO);
                while !over.load(Relaxed) {
                    let began = Instant::now();
                    tokio::time::sleep(beat).await;
                    latest = latest.max(began.elapsed().saturating_sub(beat));
                }
                latest
            });
        }
        Self(tasks, over)
    }

    async fn latest(self) -> Duration {
        self.1.store(true, Relaxed);
        self.0.join_all().await.into_iter().max().unwrap()
    }
}

async fn suffer(scenes: Vec<Scene>, manner: &str) {
    for scene in &scenes {
        scene.fault.begin(&scene.server, &scene.proxy).await;
    }
    let scenes: Vec<_> = scenes.into_iter().map(Arc::new).collect();
    let mut worst: Vec<_> = scenes.iter().map(|scene| (Duration::ZERO, "none", scene.fault)).collect();
    let mut judged = 0;
    for _ in 0..ROUNDS {
        let pulse = Pulse::take();
        // All at once: what they wait for is time.
        let rounds: Vec<_> = scenes
            .iter()
            .map(|scene| {
                let scene = Arc::clone(scene);
                tokio::spawn(async move { (scene.fault, scene.round().await) })
            })
            .collect();
        let mut ends = Vec::new();
        for round in rounds {
            ends.push(round.await.unwrap());
        }
        let pulse = pulse.latest().await;

        for ((fault, (failed, late, name)), worst) in ends.into_iter().zip(&mut worst) {
            assert!(failed > 0, "{fault:?} did no harm");
            // A call may be woken by a task that was woken by another.
            let in_time = late <= PROMISE + pulse * 3;
            assert!(pulse > UNFIT || in_time, "{fault:?}: {name} came {late:?} late, a task {pulse:?}");
            if pulse <= UNFIT && late > worst.0 {
                (worst.0, worst.1) = (late, name);
            }
        }
        judged += usize::from(pulse <= UNFIT);
    }
    for (late, name, fault) in worst {
        measured("past the deadline", &format!("{manner}: {late:.1?} at most with {fault:?} ({name})"));
    }
    measured("past the deadline", &format!("{manner}: {judged} of {ROUNDS} rounds judged"));
    for scene in scenes {
        scene.server.resume();
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn no_call_comes_back_long_after_its_deadline_whatever_goes_wrong() {
    let mut scenes = Vec::new();
    for fault in FAULTS {
        let server = Server::start(Options::new());
        scenes.push(Scene::set(fault, server, |url| Config::builder().url(&url)).await);
    }

    suffer(scenes, "plain").await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn no_call_that_waits_for_room_comes_back_long_after_its_deadline() {
    let mut scenes = Vec::new();
    for fault in FAULTS {
        let server = Server::start(Options::new());
        let narrow = |url: String| Config::builder().url(&url).max_in_flight(2).max_connections(2);
        scenes.push(Scene::set(fault, server, narrow).await);
    }

    suffer(scenes, "little room").await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn credentials_that_never_come_keep_nobody_beyond_the_deadline() {
    let server = Server::start(Options::new().password("pw"));
    let asked = Arc::new(AtomicU32::new(0));
    // The first greeting gets them, the others wait for ever.
    let provider = {
        let asked = Arc::clone(&asked);
        move || {
            let first = asked.fetch_add(1, Relaxed) == 0;
            async move { if first { Ok(Credentials::password_only("pw")) } else { pending().await } }
        }
    };
    let config = |url: String| Config::builder().url(&url).credentials_provider(provider);
    let scene = Scene::set(Fault::Lost, server, config).await;

    suffer(vec![scene], "no credentials").await;

    assert!(asked.load(Relaxed) > 1, "nobody asked for them again");
}

#[cfg(feature = "tls")]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn no_encrypted_call_comes_back_long_after_its_deadline_whatever_goes_wrong() {
    let authority = Authority::new("ours");
    let mut scenes = Vec::new();
    for fault in FAULTS {
        let tls = Tls { identity: authority.certify(&["127.0.0.1"]), client_authority: None };
        let Some(server) = Server::start_tls(Options::new().tls(tls)) else { return };
        let encrypted = |url: String| {
            let url = url.replace("redis://", "rediss://");
            Config::builder().url(&url).tls_ca_pem(authority.certificate())
        };
        scenes.push(Scene::set(fault, server, encrypted).await);
    }

    suffer(scenes, "encrypted").await;
}
