//! The link against a scripted server on an in-memory pipe, with paused time.

#![allow(clippy::arithmetic_side_effects)]

mod ends;
mod liveness;
mod panics;
mod pipelines;
mod poison;
mod pushes;
mod renewal;
mod room;
mod stillness;

use std::future::Future;
use std::io;
use std::pin::Pin;
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, Ordering};

use bytes::Bytes;
use redlane_resp::command::Command;
use redlane_resp::error::ServerError;
use redlane_resp::reply::Reply;
use tokio::io::{AsyncReadExt, AsyncWriteExt, DuplexStream};
use tokio::sync::mpsc;

use super::*;
use crate::connector::{Dirt, Exchange};
use crate::outbox::Outbox;
use crate::transport::{PipeDialer, Target};

/// Connects through pipes whose other ends the test receives.
struct Script {
    servers: mpsc::UnboundedSender<DuplexStream>,
    capacity: usize,
    down: AtomicBool,
    refusal: Mutex<Option<ServerError>>,
    greeting_takes: Mutex<Duration>,
}

impl Connector for Arc2<Script> {
    async fn target(&self) -> Result<Target, ConnectError> {
        let script = Arc::clone(&self.0);
        Ok(Target::Pipe(PipeDialer::new(move || {
            let script = Arc::clone(&script);
            async move {
                if script.down.load(Ordering::SeqCst) {
                    return Err(io::ErrorKind::ConnectionRefused.into());
                }
                let (ours, theirs) = tokio::io::duplex(script.capacity);
                script.servers.send(theirs).map_err(|_| io::ErrorKind::ConnectionRefused)?;
                Ok(ours)
            }
        })))
    }

    async fn greet(&self, _: &mut Exchange<'_>) -> Result<(), ConnectError> {
        let takes = *self.0.greeting_takes.lock().unwrap();
        tokio::time::sleep(takes).await;
        match self.0.refusal.lock().unwrap().clone() {
            Some(error) => Err(ConnectError::Refused(error)),
            None => Ok(()),
        }
    }

    fn probe(&self) -> Bytes {
        Bytes::from_static(b"*1\r\n$4\r\nPING\r\n")
    }

    fn cleanse(&self, _: Dirt) -> Option<Bytes> {
        None
    }
}

/// A local type, so that the trait can be implemented for a shared script.
struct Arc2<T>(Arc<T>);

struct Setup {
    link: Link,
    script: Arc<Script>,
    servers: mpsc::UnboundedReceiver<DuplexStream>,
}

fn config() -> LinkConfig {
    LinkConfig::default()
}

fn start(config: LinkConfig) -> Setup {
    start_with(config, 64 * 1024, None)
}

fn start_with(config: LinkConfig, capacity: usize, sink: Option<Arc<dyn PushSink>>) -> Setup {
    let (script, servers) = script(capacity);
    let link = Link::spawn(Arc::new(Arc2(Arc::clone(&script))), config, sink);
    Setup { link, script, servers }
}

fn script(capacity: usize) -> (Arc<Script>, mpsc::UnboundedReceiver<DuplexStream>) {
    let (sender, servers) = mpsc::unbounded_channel();
    let script = Script {
        servers: sender,
        capacity,
        down: AtomicBool::new(false),
        refusal: Mutex::new(None),
        greeting_takes: Mutex::default(),
    };
    (Arc::new(script), servers)
}

fn get(key: &str) -> Command {
    Command::new("GET").arg(key)
}

async fn expect(server: &mut DuplexStream, command: &Command) {
    let expected = command.to_bytes();
    let mut got = vec![0; expected.len()];
    server.read_exact(&mut got).await.unwrap();
    assert_eq!(Bytes::from(got), expected);
}

/// Reads nothing more within a second.
async fn expect_silence(server: &mut DuplexStream) {
    let mut one = [0; 1];
    let read = tokio::time::timeout(Duration::from_secs(1), server.read(&mut one)).await;
    assert!(read.is_err(), "unexpected {one:?}");
}

fn text(replies: Result<Replies, LinkError>) -> String {
    let reply: Reply = replies.unwrap().into_single().unwrap();
    String::from_utf8(reply.as_bytes().to_vec()).unwrap()
}

/// Polls once, so that the call is submitted.
async fn begin<F: Future + Unpin>(call: &mut F) {
    let pending = std::future::poll_fn(|cx| Poll::Ready(Pin::new(&mut *call).poll(cx).is_pending())).await;
    assert!(pending);
}

/// Submits a call and sees it arrive.
async fn submit<'a>(link: &'a Link, server: &mut DuplexStream, command: &'a Command) -> Call<'a, Command> {
    let mut call = link.call(command);
    begin(&mut call).await;
    expect(server, command).await;
    call
}

async fn until(what: impl Fn() -> bool) {
    let began = Instant::now();
    while !what() {
        assert!(began.elapsed() < Duration::from_secs(60), "waited in vain");
        tokio::time::sleep(Duration::from_millis(1)).await;
    }
}

#[tokio::test(start_paused = true)]
async fn replies_go_to_callers_in_the_order_of_their_commands() {
    let mut setup = start(config());
    let mut server = setup.servers.recv().await.unwrap();
    let (a, b) = (get("a"), get("b"));
    let (mut first, mut second) = (setup.link.call(&a), setup.link.call(&b));
    begin(&mut first).await;
    begin(&mut second).await;

    expect(&mut server, &a).await;
    expect(&mut server, &b).await;
    server.write_all(b"+A\r\n+B\r\n").await.unwrap();

    assert_eq!(text(second.await), "+B\r\n");
    assert_eq!(text(first.await), "+A\r\n");
    assert_eq!(setup.link.stats().tickets, 0);
}

/// Looks like an error, and like frames.
fn long_value() -> Vec<u8> {
    b"-ERR no\r\n+OK\r\n".iter().copied().cycle().take(300_000).collect()
}

#[tokio::test(start_paused = true)]
async fn a_long_value_comes_whole_and_alone_however_it_is_cut() {
    for step in [70_000, 99_999, 300_021] {
        let mut setup = start_with(config(), 1 << 20, None);
        let mut server = setup.servers.recv().await.unwrap();
        let commands = [get("a"), get("b"), get("c")];
        let mut calls: Vec<_> = commands.iter().map(|command| setup.link.call(command)).collect();
        for (call, command) in calls.iter_mut().zip(&commands) {
            begin(call).await;
            expect(&mut server, command).await;
        }
        let value = long_value();

        let stream = [b"+A\r\n$300000\r\n", &value[..], b"\r\n+C\r\n"].concat();
        for part in stream.chunks(step) {
            server.write_all(part).await.unwrap();
            tokio::time::sleep(Duration::from_millis(1)).await;
        }

        let mut replies = Vec::new();
        for call in calls {
            replies.push(call.await.unwrap().into_single().unwrap());
        }
        assert_eq!(replies[0].as_bytes(), "+A\r\n");
        assert!(!replies[1].is_error());
        assert_eq!(replies[1].read::<Vec<u8>>().unwrap(), value);
        assert_eq!(replies[2].as_bytes(), "+C\r\n");
    }
}

#[tokio::test(start_paused = true)]
async fn a_long_value_cut_before_its_end_or_ended_wrongly_is_nobodys_reply() {
    for (ending, reason) in [("", CloseReason::Ended), ("xx", CloseReason::Framing)] {
        let mut setup = start_with(config(), 1 << 20, None);
        let mut server = setup.servers.recv().await.unwrap();
        let a = get("a");
        let mut call = setup.link.call(&a);
        begin(&mut call).await;
        expect(&mut server, &a).await;

        server.write_all(b"$300000\r\n").await.unwrap();
        server.write_all(&long_value()).await.unwrap();
        server.write_all(ending.as_bytes()).await.unwrap();
        drop(server);

        let error = call.await.unwrap_err();
        assert!(
            matches!(&error, LinkError::Lost { outcome: Outcome::MaybeExecuted, reason: why, .. } if *why == reason),
            "{error:?}"
        );
    }
}

#[tokio::test(start_paused = true)]
async fn an_unanswered_command_fails_at_its_deadline_and_its_late_reply_is_dropped() {
    let mut setup = start(config());
    let mut server = setup.servers.recv().await.unwrap();
    let (a, b) = (get("a"), get("b"));
    let began = Instant::now();

    let error = setup.link.call(&a).await.unwrap_err();

    let took = began.elapsed();
    assert!(matches!(error, LinkError::Timeout { outcome: Outcome::MaybeExecuted, .. }), "{error:?}");
    assert!(took >= Duration::from_secs(5) && took <= Duration::from_millis(5_050), "{took:?}");
    expect(&mut server, &a).await;
    expect(&mut server, &Command::new("PING")).await;
    let next = submit(&setup.link, &mut server, &b).await;
    server.write_all(b"+late\r\n+PONG\r\n+B\r\n").await.unwrap();
    assert_eq!(text(next.await), "+B\r\n");
    assert_eq!(setup.link.stats().tickets, 0);
}

#[tokio::test(start_paused = true)]
async fn a_command_dropped_before_it_was_sent_is_never_sent() {
    let mut setup = start(config());
    let mut server = setup.servers.recv().await.unwrap();
    until(|| setup.link.is_up()).await;
    setup.script.down.store(true, Ordering::SeqCst);
    drop(server);
    until(|| !setup.link.is_up()).await;
    let (a, b) = (get("a"), get("b"));
    let (mut dropped, mut kept) = (setup.link.call(&a), setup.link.call(&b));
    begin(&mut dropped).await;
    begin(&mut kept).await;

    assert_eq!(dropped.give_up().0, Outcome::NotSent);
    setup.script.down.store(false, Ordering::SeqCst);

    server = setup.servers.recv().await.unwrap();
    expect(&mut server, &b).await;
    server.write_all(b"+B\r\n").await.unwrap();
    assert_eq!(text(kept.await), "+B\r\n");
    assert_eq!(setup.link.stats().tickets, 0);
}

#[tokio::test(start_paused = true)]
async fn a_command_dropped_after_it_was_sent_disturbs_nobody() {
    let mut setup = start(config());
    let mut server = setup.servers.recv().await.unwrap();
    let (a, b) = (get("a"), get("b"));
    let (mut dropped, mut kept) = (setup.link.call(&a), setup.link.call(&b));
    begin(&mut dropped).await;
    begin(&mut kept).await;
    expect(&mut server, &a).await;

    assert_eq!(dropped.give_up().0, Outcome::MaybeExecuted);

    assert_eq!(setup.link.stats().in_flight, 2, "a tombstone counts");
    server.write_all(b"$6\r\nsecret\r\n+B\r\n").await.unwrap();
    assert_eq!(text(kept.await), "+B\r\n");
    assert_eq!(setup.link.stats().tickets, 0);
}

#[tokio::test(start_paused = true)]
async fn a_cut_fails_what_was_sent_at_once_and_keeps_what_was_not() {
    let mut setup = start(config());
    let mut server = setup.servers.recv().await.unwrap();
    let (a, b) = (get("a"), get("b"));
    let sent = submit(&setup.link, &mut server, &a).await;
    let began = Instant::now();

    drop(server);
    let error = sent.await.unwrap_err();

    assert!(
        matches!(error, LinkError::Lost { outcome: Outcome::MaybeExecuted, reason: CloseReason::Ended, .. }),
        "{error:?}"
    );
    assert!(began.elapsed() < Duration::from_millis(50));
    let mut unsent = setup.link.call(&b);
    begin(&mut unsent).await;
    let mut server = setup.servers.recv().await.unwrap();
    expect(&mut server, &b).await;
    server.write_all(b"+B\r\n").await.unwrap();
    assert_eq!(text(unsent.await), "+B\r\n");
}

#[tokio::test(start_paused = true)]
async fn a_half_written_command_goes_again_from_its_first_byte() {
    let mut setup = start_with(config(), 64, None);
    let mut server = setup.servers.recv().await.unwrap();
    let long = Command::new("SET").arg("key").arg("v".repeat(1000));
    let mut call = setup.link.call(&long);
    begin(&mut call).await;
    let mut some = [0; 200];
    server.read_exact(&mut some).await.unwrap();

    drop(server);

    let mut server = setup.servers.recv().await.unwrap();
    let answer = async {
        expect(&mut server, &long).await;
        server.write_all(b"+OK\r\n").await.unwrap();
    };
    let (reply, ()) = tokio::join!(call, answer);
    assert_eq!(text(reply), "+OK\r\n");
}

#[tokio::test(start_paused = true)]
async fn callers_of_a_dead_server_fail_at_their_own_deadline_and_learn_why() {
    let mut setup = start(config());
    let server = setup.servers.recv().await.unwrap();
    until(|| setup.link.is_up()).await;
    setup.script.down.store(true, Ordering::SeqCst);
    drop(server);
    until(|| !setup.link.is_up()).await;
    let a = get("a");
    let began = Instant::now();

    let error = setup.link.call(&a).await.unwrap_err();

    let took = began.elapsed();
    assert!(matches!(error, LinkError::NotConnected { source: ConnectError::Dial { .. } }), "{error:?}");
    assert_eq!(error.outcome(), Outcome::NotSent);
    assert!(took >= Duration::from_secs(5) && took <= Duration::from_millis(5_050), "{took:?}");
}

#[tokio::test(start_paused = true)]
async fn a_refusal_is_told_at_once_and_forgotten_when_it_ends() {
    let mut setup = start(config());
    let server = setup.servers.recv().await.unwrap();
    until(|| setup.link.is_up()).await;
    drop(server);
    *setup.script.refusal.lock().unwrap() = Some(ServerError::from_line(b"WRONGPASS no"));
    until(|| !setup.link.is_up()).await;
    let a = get("a");
    let began = Instant::now();
    let error = setup.link.call(&a).await.unwrap_err();
    assert!(matches!(error, LinkError::NotConnected { source: ConnectError::Refused(_) }), "{error:?}");
    assert!(began.elapsed() < Duration::from_secs(1), "{:?}", began.elapsed());
    let again = Instant::now();
    assert!(setup.link.call(&a).await.is_err());
    assert!(again.elapsed() < Duration::from_millis(1));

    *setup.script.refusal.lock().unwrap() = None;

    let fixed = Instant::now();
    while setup.link.call(&a).await.is_err() && !setup.link.is_up() {
        tokio::time::sleep(Duration::from_millis(10)).await;
        assert!(fixed.elapsed() < Duration::from_millis(1_100), "back within a second while callers ask");
    }
}

#[tokio::test(start_paused = true)]
async fn limits_without_an_end_are_no_limits() {
    let limits = LinkConfig {
        attempt_timeout: Some(Duration::MAX),
        connect_timeout: Duration::MAX,
        frame_timeout: Duration::MAX,
        health_check_interval: Some(Duration::MAX),
        ..config()
    };
    let mut setup = start(limits);
    *setup.script.greeting_takes.lock().unwrap() = Duration::from_secs(60);
    let mut server = setup.servers.recv().await.unwrap();
    let a = get("a");
    let call = submit(&setup.link, &mut server, &a).await;

    let closing = setup.link.close(Duration::MAX);
    let answer = async {
        tokio::time::sleep(Duration::from_secs(60)).await;
        server.write_all(b"+A\r\n").await.unwrap();
        call.await
    };
    let ((), reply) = tokio::join!(closing, answer);

    assert_eq!(text(reply), "+A\r\n");
}

#[tokio::test(start_paused = true)]
async fn random_cancellations_never_hand_a_reply_to_the_wrong_caller() {
    let mut setup = start_with(LinkConfig { in_flight: 64, ..config() }, 256, None);
    let mut server = setup.servers.recv().await.unwrap();
    let echo = tokio::spawn(async move {
        // Answers each `ECHO tag` with its tag, in pieces of odd sizes.
        let mut seen = Vec::new();
        let mut piece = [0; 97];
        while let Ok(n @ 1..) = server.read(&mut piece).await {
            seen.extend_from_slice(&piece[..n]);
            while let Some(end) = frame_end(&seen) {
                let frame: Vec<u8> = seen.drain(..end).collect();
                let tag = frame.split(|byte| *byte == b'\n').nth(4).unwrap();
                let tag = &tag[..tag.len() - 1];
                let reply = [format!("${}\r\n", tag.len()).as_bytes(), tag, b"\r\n"].concat();
                if server.write_all(&reply).await.is_err() {
                    return;
                }
            }
        }
    });
    let link = Arc::new(setup.link);
    let mut random = fastrand::Rng::with_seed(7);
    let mut tasks = Vec::new();
    for number in 0..5_000u32 {
        let link = Arc::clone(&link);
        let patience = random.u64(0..40);
        let delay = random.u64(0..2_000);
        tasks.push(tokio::spawn(async move {
            tokio::time::sleep(Duration::from_millis(delay)).await;
            let command = Command::new("ECHO").arg(format!("tag-{number}"));
            let call = link.call(&command);
            if patience < 20 {
                let _ = tokio::time::timeout(Duration::from_micros(patience * 50), call).await;
                return 0;
            }
            let expected = format!("tag-{number}");
            let reply = text(call.await);
            assert_eq!(reply, format!("${}\r\n{expected}\r\n", expected.len()));
            1
        }));
    }

    let mut answered = 0;
    for task in tasks {
        answered += task.await.unwrap();
    }

    assert!(answered > 2_000);
    until(|| link.stats().tickets == 0).await;
    assert_eq!(link.stats().in_flight, 0);
    assert_eq!(link.stats().connects, 1);
    drop(link);
    echo.await.unwrap();
}

/// The length of the first `ECHO` command in `bytes`.
fn frame_end(bytes: &[u8]) -> Option<usize> {
    let lines: Vec<usize> =
        bytes.iter().enumerate().filter(|(_, byte)| **byte == b'\n').map(|(at, _)| at + 1).collect();
    lines.get(4).copied()
}
