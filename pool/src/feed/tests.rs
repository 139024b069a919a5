//! A feed against a scripted server on in-memory pipes, with paused time.

#![allow(clippy::arithmetic_side_effects)]

use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, Ordering};

use bytes::Bytes;
use redlane_resp::reply::Reply;
use tokio::io::{AsyncReadExt, AsyncWriteExt, DuplexStream};
use tokio::sync::mpsc;
use tokio::time::{Instant, timeout};

use super::*;
use crate::connector::{Dirt, Exchange};
use crate::transport::{PipeDialer, Target};

const HEARTBEAT: Duration = Duration::from_secs(2);

/// Both ends of the layer above: where to dial, and what to make of what comes.
struct Ear {
    servers: mpsc::UnboundedSender<DuplexStream>,
    seen: Mutex<Vec<String>>,
    full: AtomicBool,
    unneeded: AtomicBool,
}

impl Ear {
    fn note(&self, what: &str) {
        self.seen.lock().unwrap().push(what.to_owned());
    }

    fn seen(&self) -> Vec<String> {
        std::mem::take(&mut self.seen.lock().unwrap())
    }
}

impl Connector for Ear {
    async fn target(&self) -> Result<Target, ConnectError> {
        let servers = self.servers.clone();
        Ok(Target::Pipe(PipeDialer::new(move || {
            let (ours, theirs) = tokio::io::duplex(64 * 1024);
            let sent = servers.send(theirs);
            async move { sent.map(|()| ours).map_err(|_| std::io::ErrorKind::ConnectionRefused.into()) }
        })))
    }

    async fn greet(&self, _: &mut Exchange<'_>) -> Result<(), ConnectError> {
        Ok(())
    }

    fn probe(&self) -> Bytes {
        Bytes::from_static(b"never said on a feed")
    }

    fn cleanse(&self, _: Dirt) -> Option<Bytes> {
        None
    }
}

impl PushSink for Ear {
    fn push(&self, frame: Reply) {
        self.note(&String::from_utf8_lossy(frame.as_bytes()));
    }

    fn up(&self) {
        self.note("up");
    }

    fn down(&self, reason: CloseReason) {
        self.note(&format!("down: {}", reason.name()));
    }
}

impl Listener for Ear {
    fn words(&self, silent: bool, out: &mut Vec<u8>) {
        out.extend_from_slice(if silent { b"there?" } else { b"hello!" });
    }

    fn is_ready(&self) -> bool {
        !self.full.load(Ordering::SeqCst)
    }

    fn retire(&self) -> bool {
        self.unneeded.load(Ordering::SeqCst)
    }
}

struct Setup {
    feed: Feed,
    ear: Arc<Ear>,
    servers: mpsc::UnboundedReceiver<DuplexStream>,
}

fn start() -> Setup {
    let (sender, servers) = mpsc::unbounded_channel();
    let ear = Arc::new(Ear {
        servers: sender,
        seen: Mutex::default(),
        full: AtomicBool::new(false),
        unneeded: AtomicBool::new(false),
    });
    let listener = Arc::clone(&ear);
    let feed = Feed::spawn(Arc::clone(&ear), LinkConfig::default(), listener, HEARTBEAT);
    Setup { feed, ear, servers }
}

impl Setup {
    /// The next socket, once the first words were said on it.
    async fn server(&mut self) -> DuplexStream {
        let mut server = self.servers.recv().await.unwrap();
        assert_eq!(said(&mut server).await, "hello!");
        server
    }

    async fn until_seen(&self, what: &str) {
        let seen = async {
            while !self.ear.seen.lock().unwrap().iter().any(|seen| seen == what) {
                tokio::time::sleep(Duration::from_millis(1)).await;
            }
        };
        timeout(Duration::from_secs(60), seen).await.unwrap_or_else(|_| panic!("{:?}", self.ear.seen()));
    }
}

async fn said(server: &mut DuplexStream) -> String {
    let mut words = vec![0; 6];
    server.read_exact(&mut words).await.unwrap();
    String::from_utf8(words).unwrap()
}

#[tokio::test(start_paused = true)]
async fn every_frame_goes_to_the_listener_in_order() {
    let mut setup = start();
    let mut server = setup.server().await;

    server.write_all(b"+A\r\n>1\r\n+p\r\n-ERR no\r\n*1\r\n:1\r\n").await.unwrap();
    setup.until_seen("*1\r\n:1\r\n").await;

    assert_eq!(setup.ear.seen(), ["up", "+A\r\n", ">1\r\n+p\r\n", "-ERR no\r\n", "*1\r\n:1\r\n"]);
    assert_eq!(setup.feed.stats().pushes, 4);
}

#[tokio::test(start_paused = true)]
async fn each_socket_is_told_anew_and_the_listener_hears_of_each_loss() {
    let mut setup = start();
    let server = setup.server().await;

    drop(server);
    let mut server = setup.server().await;
    server.write_all(b"+A\r\n").await.unwrap();
    setup.until_seen("+A\r\n").await;

    assert_eq!(setup.ear.seen(), ["up", "down: ended", "up", "+A\r\n"]);
}

#[tokio::test(start_paused = true)]
async fn words_are_fetched_when_the_listener_asks_for_it() {
    let mut setup = start();
    let mut server = setup.server().await;

    setup.feed.wake();

    assert_eq!(said(&mut server).await, "hello!");
}

#[tokio::test(start_paused = true)]
async fn a_silent_server_is_asked_and_replaced_when_it_does_not_answer() {
    let mut setup = start();
    let began = Instant::now();
    let mut first = setup.server().await;
    assert_eq!(said(&mut first).await, "there?");

    let second = setup.server().await;

    assert!(began.elapsed() < 2 * HEARTBEAT + Duration::from_millis(200), "{:?}", began.elapsed());
    assert_eq!(setup.ear.seen(), ["up", "down: silent", "up"]);
    drop((first, second));
}

#[tokio::test(start_paused = true)]
async fn an_answer_keeps_the_socket() {
    let mut setup = start();
    let mut server = setup.server().await;

    for _ in 0..5 {
        assert_eq!(said(&mut server).await, "there?");
        server.write_all(b"+PONG\r\n").await.unwrap();
        // Each heartbeat is a flush, which asks the listener as well.
        assert_eq!(said(&mut server).await, "hello!");
    }

    assert_eq!(setup.feed.stats().connects, 1);
    assert!(setup.servers.try_recv().is_err());
}

#[tokio::test(start_paused = true)]
async fn a_listener_that_is_full_stops_the_reading_and_loses_nothing() {
    let mut setup = start();
    let mut server = setup.server().await;
    setup.ear.full.store(true, Ordering::SeqCst);

    server.write_all(b"+A\r\n+B\r\n").await.unwrap();
    tokio::time::sleep(10 * HEARTBEAT).await;
    assert_eq!(setup.ear.seen(), ["up"]);
    setup.ear.full.store(false, Ordering::SeqCst);
    setup.feed.wake();
    setup.until_seen("+B\r\n").await;

    assert_eq!(setup.ear.seen(), ["+A\r\n", "+B\r\n"]);
    assert_eq!(setup.feed.stats().connects, 1);
}

#[tokio::test(start_paused = true)]
async fn a_feed_that_nobody_needs_ends_at_the_next_heartbeat() {
    let mut setup = start();
    let mut server = setup.server().await;

    setup.ear.unneeded.store(true, Ordering::SeqCst);
    let mut rest = Vec::new();
    server.read_to_end(&mut rest).await.unwrap();

    assert_eq!(rest, b"");
    assert_eq!(setup.feed.ended(), Some(CloseReason::Closed));
}
