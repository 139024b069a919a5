//! Whatever goes wrong, a call comes back by its deadline: nobody waits for a connection longer than for a reply.
//!
//! The promise is 50 ms. How late this machine wakes anybody is measured beside the calls by plain timers, and allowed on
//! top: what is asserted is the client's own share.

use std::future::Future;
use std::pin::Pin;
use std::time::{Duration, Instant};

use redlane::prelude::*;
use redlane_test_support::{Accept, Cut, FaultProxy, Flow, Options, Server};
use tokio::task::JoinSet;

use crate::measured;

/// One attempt. A call that names no deadline has twice as long.
const TIMEOUT: Duration = Duration::from_millis(250);
/// The deadline that a call names.
const OWN: Duration = Duration::from_millis(130);
/// Both are awaited so often: when the fault begins, and while it lasts.
const ROUNDS: usize = 4;
const PROMISE: Duration = Duration::from_millis(50);

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

/// How much later than `limit` it came, and whether it failed.
async fn late(limit: Duration, call: impl Future<Output = bool>) -> (Duration, bool) {
    let began = Instant::now();
    let failed = call.await;
    (began.elapsed().saturating_sub(limit), failed)
}

/// What was latest under one fault: a call and its name, and a plain timer.
struct Latest {
    fault: Fault,
    call: (Duration, &'static str),
    timer: Duration,
    failed: usize,
}

async fn suffer(fault: Fault) -> Latest {
    let server = Server::start(Options::new());
    let proxy = FaultProxy::start(server.port());
    let config = Config::builder().url(&proxy.url()).socket_timeout(TIMEOUT).max_connections(3);
    let client = Client::connect(config.build().unwrap()).await.unwrap();
    fault.begin(&server, &proxy).await;

    let mut latest = Latest { fault, call: (Duration::ZERO, "none"), timer: Duration::ZERO, failed: 0 };
    for _ in 0..ROUNDS {
        let mut timers = JoinSet::new();
        for limit in [OWN, TIMEOUT * 2] {
            timers.spawn(late(limit, async move {
                tokio::time::sleep(limit).await;
                false
            }));
        }
        let mut running = JoinSet::new();
        for (name, limit, call) in calls(&client) {
            running.spawn(async move { (name, late(limit, async { call.await.is_err() }).await) });
        }
        while let Some(done) = running.join_next().await {
            let (name, (late, failed)) = done.unwrap();
            latest.call = latest.call.max((late, name));
            latest.failed += usize::from(failed);
        }
        while let Some(done) = timers.join_next().await {
            latest.timer = latest.timer.max(done.unwrap().0);
        }
    }
    server.resume();
    latest
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn no_call_comes_back_long_after_its_deadline_whatever_goes_wrong() {
    // All at once: what they wait for is time.
    let mut faults: JoinSet<Latest> = FAULTS.into_iter().map(suffer).collect();
    let mut all = Vec::new();
    while let Some(done) = faults.join_next().await {
        all.push(done.unwrap());
    }

    let timer = all.iter().map(|latest| latest.timer).max().unwrap();
    for Latest { fault, call: (late, name), failed, .. } in all {
        measured(
            "past the deadline",
            &format!("{fault:?}: {late:.0?} at most ({name}), {failed} failed, a plain timer {timer:.0?}"),
        );
        assert!(failed > 0, "{fault:?} did no harm");
        assert!(late <= PROMISE + timer, "{fault:?}: {name} came {late:?} late, timers {timer:?}");
    }
}
