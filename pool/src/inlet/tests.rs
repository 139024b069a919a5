//! The inlet of a link over sockets whose reader is woken where their server sends: so the inlet runs within the test's
//! own calls, and the driver only when the test waits.
#![allow(clippy::arithmetic_side_effects)]

mod endings;
mod hangups;
mod kernel;
mod pauses;
mod unasked;

use std::future::Future;
use std::pin::{Pin, pin};
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering::SeqCst};
use std::time::Duration;

use bytes::Bytes;
use fastrand::Rng;
use redlane_resp::command::Command;
use redlane_resp::reply::{Replies, Reply};
use redlane_resp::scan::Scanner;
use tokio::sync::mpsc;
use tokio::time::{Instant, sleep};

use super::*;
use crate::block::ReadBlock;
use crate::config::LinkConfig;
use crate::connector::{Connector, Dirt, Exchange, PushSink};
use crate::error::LinkError;
use crate::link::{Call, Link};
use crate::simulated::bomb::Bomb;
use crate::simulated::plain::Plain;
use crate::simulated::socket::{End, ServerEnd, connect};
use crate::transport::{ConnectError, PipeDialer, Socket, Target};

/// A link, and the server's ends of its further sockets.
struct Rig {
    link: Link,
    servers: mpsc::UnboundedReceiver<ServerEnd>,
}

impl Rig {
    async fn start(config: LinkConfig, sink: Option<Arc<dyn PushSink>>) -> (Self, ServerEnd) {
        Self::start_with(config, sink, |_| Duration::ZERO).await
    }

    /// `dialling`: how long the dial of so-and-so many takes.
    async fn start_with(
        config: LinkConfig,
        sink: Option<Arc<dyn PushSink>>,
        dialling: fn(usize) -> Duration,
    ) -> (Self, ServerEnd) {
        let (sender, mut servers) = mpsc::unbounded_channel();
        let dials = Arc::new(AtomicUsize::new(0));
        let dialer = PipeDialer::sockets(move || {
            let (ours, theirs) = connect(&mut Rng::with_seed(7), 1 << 20, true);
            sender.send(theirs).unwrap();
            let takes = dialling(dials.fetch_add(1, SeqCst));
            async move {
                sleep(takes).await;
                Ok(Socket::Simulated(ours))
            }
        });
        let link = Link::spawn(Arc::new(Plain(Target::Pipe(dialer))), config, sink);
        let server = servers.recv().await.unwrap();
        settle().await;
        assert!(link.is_up());
        (Self { link, servers }, server)
    }
}

/// Has another socket greet, which takes over once all that was sent is answered: its server's end.
async fn begin_handover(link: &Link, servers: &mut mpsc::UnboundedReceiver<ServerEnd>) -> ServerEnd {
    link.renew();
    let heir = servers.recv().await.unwrap();
    settle().await;
    heir
}

/// Lets the driver do all that it has to do now.
async fn settle() {
    for _ in 0..50 {
        tokio::task::yield_now().await;
    }
}

fn get(key: &str) -> Command {
    Command::new("GET").arg(key)
}

/// Notes who was woken and what was pushed.
#[derive(Default)]
struct Log(Mutex<Vec<String>>);

impl Log {
    fn note(&self, what: &str) {
        self.0.lock().unwrap().push(what.to_owned());
    }

    fn take(&self) -> Vec<String> {
        std::mem::take(&mut *self.0.lock().unwrap())
    }
}

impl PushSink for Log {
    fn push(&self, frame: Reply) {
        self.note(&String::from_utf8_lossy(frame.as_bytes()));
    }
}

/// Wakes by noting its name; and panics, if the name says so.
struct Bell(Arc<Log>, &'static str);

impl Wake for Bell {
    fn wake(self: Arc<Self>) {
        self.0.note(self.1);
        assert!(!self.1.starts_with("panics"), "as the test asked");
    }
}

impl Log {
    fn waker(self: &Arc<Self>, name: &'static str) -> Waker {
        Waker::from(Arc::new(Bell(Arc::clone(self), name)))
    }
}

type Polled = Poll<Result<Replies, LinkError>>;

/// Polls once, without waiting: nobody else runs meanwhile.
fn poll(call: &mut Call<'_, Command>) -> Polled {
    poll_by(call, Waker::noop())
}

fn poll_by(call: &mut Call<'_, Command>, waker: &Waker) -> Polled {
    Pin::new(call).poll(&mut Context::from_waker(waker))
}

fn text(polled: Polled) -> String {
    match polled {
        Poll::Ready(Ok(replies)) => {
            let reply = replies.into_single().unwrap();
            String::from_utf8(reply.as_bytes().to_vec()).unwrap()
        }
        other => panic!("{other:?}"),
    }
}

fn reason(polled: Polled) -> CloseReason {
    match polled {
        Poll::Ready(Err(LinkError::Lost { reason, .. })) => reason,
        other => panic!("{other:?}"),
    }
}

async fn expect(server: &ServerEnd, command: &Command) {
    let expected = command.to_bytes();
    let mut got = Vec::new();
    while got.len() < expected.len() {
        got.extend(server.read(expected.len() - got.len()).await);
    }
    assert_eq!(Bytes::from(got), expected);
}

/// Submits a call and sees it arrive.
async fn submit<'a>(link: &'a Link, server: &ServerEnd, command: &'a Command) -> Call<'a, Command> {
    let mut call = link.call(command);
    assert!(poll(&mut call).is_pending());
    settle().await;
    expect(server, command).await;
    call
}

#[tokio::test(start_paused = true)]
async fn a_reply_reaches_its_caller_though_nobody_polls_the_driver() {
    let (rig, server) = Rig::start(LinkConfig::default(), None).await;
    let (a, b, log) = (get("a"), get("b"), Arc::new(Log::default()));
    let mut first = submit(&rig.link, &server, &a).await;
    let mut second = submit(&rig.link, &server, &b).await;
    assert!(poll_by(&mut first, &log.waker("first")).is_pending());

    server.send(b"+A\r\n+");
    assert_eq!(log.take(), ["first"]);
    assert_eq!(text(poll(&mut first)), "+A\r\n");
    server.send(b"B\r\n");

    assert_eq!(text(poll(&mut second)), "+B\r\n");
}

#[tokio::test(start_paused = true)]
async fn a_push_is_left_to_the_driver_with_the_replies_around_it_and_comes_between_them() {
    let log = Arc::new(Log::default());
    let (rig, server) = Rig::start(LinkConfig::default(), Some(log.clone())).await;
    let (a, b) = (get("a"), get("b"));
    let mut first = submit(&rig.link, &server, &a).await;
    let mut second = submit(&rig.link, &server, &b).await;
    assert!(poll_by(&mut first, &log.waker("first")).is_pending());
    assert!(poll_by(&mut second, &log.waker("second")).is_pending());

    server.send(b"+A\r\n>1\r\n+p\r\n+B\r\n");
    assert!(
        log.take().is_empty(),
        "a sink is not called from within a runtime, and nobody is told before it is"
    );
    server.send(b">1\r\n+q\r\n");
    assert!(poll_by(&mut second, &log.waker("second")).is_pending(), "nothing overtakes a push");
    settle().await;

    assert_eq!(log.take(), ["first", ">1\r\n+p\r\n", "second", ">1\r\n+q\r\n"]);
    assert_eq!(text(poll(&mut second)), "+B\r\n");
}

#[tokio::test(start_paused = true)]
async fn when_wakers_panic_the_others_are_woken_and_the_socket_is_given_up() {
    let (rig, server) = Rig::start(LinkConfig::default(), None).await;
    let (commands, log) = (["a", "b", "c", "d", "e"].map(get), Arc::new(Log::default()));
    let mut calls = Vec::new();
    for command in &commands {
        calls.push(submit(&rig.link, &server, command).await);
    }
    let names = ["answered", "panics", "answered too", "panics again", "waits"];
    for (call, name) in calls.iter_mut().zip(names) {
        assert!(poll_by(call, &log.waker(name)).is_pending());
    }

    server.send(b"+A\r\n+B\r\n+C\r\n+D\r\n");

    assert_eq!(log.take(), names[..4]);
    for (call, reply) in calls.iter_mut().zip(["+A\r\n", "+B\r\n", "+C\r\n", "+D\r\n"]) {
        assert_eq!(text(poll(call)), reply);
    }
    settle().await;
    assert_eq!(log.take(), ["waits"]);
    assert_eq!(reason(poll(&mut calls[4])), CloseReason::Panic);
    assert_eq!(rig.link.stats().closed_by(CloseReason::Panic), 1);
    assert!(server.client_is_gone());
}

#[tokio::test(start_paused = true)]
async fn a_waker_that_panics_twice_does_not_reach_the_runtime() {
    let (rig, server) = Rig::start(LinkConfig::default(), None).await;
    let (a, b) = (get("a"), get("b"));
    let mut first = submit(&rig.link, &server, &a).await;
    let mut second = submit(&rig.link, &server, &b).await;
    for call in [&mut first, &mut second] {
        assert!(poll_by(call, &Bomb::waker()).is_pending());
    }

    server.send(b"+A\r\n+B\r\n");

    assert_eq!(text(poll(&mut first)), "+A\r\n");
    assert_eq!(text(poll(&mut second)), "+B\r\n");
    settle().await;
    assert_eq!(rig.link.stats().closed_by(CloseReason::Panic), 1);
}

#[tokio::test(start_paused = true)]
async fn a_frame_in_parts_is_whole_when_the_last_has_come() {
    let (rig, server) = Rig::start(LinkConfig::default(), None).await;
    let a = get("a");
    let mut call = submit(&rig.link, &server, &a).await;

    for byte in b"$5\r\nhello\r" {
        server.send(&[*byte]);
        assert!(poll(&mut call).is_pending());
    }
    server.send(b"\n");

    assert_eq!(text(poll(&mut call)), "$5\r\nhello\r\n");
}

#[tokio::test(start_paused = true)]
async fn a_frame_that_stays_open_ends_the_socket_even_if_the_clock_was_at_rest() {
    let limit = Duration::from_secs(3);
    let config = || LinkConfig { frame_timeout: limit, ..LinkConfig::default() };
    for (rest, bytes) in [(false, "$5\r\nhe"), (true, ">1\r\n+p")] {
        let (rig, server) = Rig::start(config(), None).await;
        let a = get("a");
        let _call = if rest {
            sleep(Duration::from_secs(10)).await;
            None
        } else {
            Some(submit(&rig.link, &server, &a).await)
        };

        server.send(bytes.as_bytes());
        let began = Instant::now();
        server.until_gone().await;

        assert_eq!(rig.link.stats().closed_by(CloseReason::FrameOverdue), 1);
        assert!(began.elapsed() <= limit * 2, "{:?}", began.elapsed());
    }
}

#[tokio::test(start_paused = true)]
async fn what_is_too_much_for_the_inlet_is_left_to_the_driver() {
    const CALLS: usize = 400;
    let config = LinkConfig { read_block: 512, ..LinkConfig::default() };
    let (rig, server) = Rig::start(config, None).await;
    let commands: Vec<Command> = (0..CALLS).map(|at| get(&at.to_string())).collect();
    let mut calls: Vec<_> = commands.iter().map(|command| rig.link.call(command)).collect();
    assert!(calls.iter_mut().all(|call| poll(call).is_pending()));
    settle().await;
    for command in &commands {
        expect(&server, command).await;
    }

    let replies: Vec<String> = (0..CALLS).map(|at| format!("+{at:010}\r\n")).collect();
    server.send(replies.concat().as_bytes());

    let mut at_once = 0;
    for (call, reply) in calls.iter_mut().zip(&replies) {
        let polled = poll(call);
        if polled.is_pending() {
            break;
        }
        assert_eq!(text(polled), *reply);
        at_once += 1;
    }
    assert!((1..CALLS / 2).contains(&at_once), "{at_once}");
    settle().await;
    for (call, reply) in calls.iter_mut().zip(&replies).skip(at_once) {
        assert_eq!(text(poll(call)), *reply);
    }
}

#[tokio::test(start_paused = true)]
async fn a_large_frame_is_left_to_the_driver_and_what_follows_it_is_not_lost() {
    let (rig, server) = Rig::start(LinkConfig::default(), None).await;
    let (a, b) = (get("a"), get("b"));
    let mut first = submit(&rig.link, &server, &a).await;
    let mut second = submit(&rig.link, &server, &b).await;
    let value: Vec<u8> = b"-ERR no\r\n".iter().copied().cycle().take(900_000).collect();

    let stream = [b"$900000\r\n", &value[..], b"\r\n+B\r\n"].concat();
    for part in stream.chunks(70_001) {
        server.send(part);
        settle().await;
    }

    let Poll::Ready(Ok(replies)) = poll(&mut first) else { panic!("no reply") };
    assert_eq!(replies.into_single().unwrap().read::<Vec<u8>>().unwrap(), value);
    assert_eq!(text(poll(&mut second)), "+B\r\n");
}

#[tokio::test(start_paused = true)]
async fn an_inlet_that_is_busy_tells_the_driver_to_look_again() {
    let config = LinkConfig::default();
    let scanner = Scanner::new(config.limits);
    let shared = Shared::new(config, None, true);
    let (ours, server) = connect(&mut Rng::with_seed(7), 4096, true);
    let (reader, _writer) = Socket::Simulated(ours).split();
    let inlet = Inlet::new(Arc::clone(&shared), Intake::new(reader, scanner, ReadBlock::new(512)));
    let log = Arc::new(Log::default());
    shared.lock().waker = Some(log.waker("driver"));

    let mut state = inlet.lock();
    let waker = Waker::from(Arc::clone(&inlet));
    let mut cx = Context::from_waker(&waker);
    assert!(state.as_mut().unwrap().poll_fill(&mut cx).is_pending());
    server.send(b"+A\r\n");

    assert_eq!(log.take(), ["driver"]);
    assert!(shared.lock().unread);
    assert!(matches!(state.as_mut().unwrap().poll_fill(&mut cx), Poll::Ready(Ok(()))));
}

#[tokio::test(start_paused = true)]
async fn replies_that_come_cut_while_another_socket_takes_over_are_put_together() {
    for (rest, ended) in [("lo\r\n", CloseReason::Renewed), ("loXY", CloseReason::Framing)] {
        let (mut rig, server) = Rig::start(LinkConfig::default(), None).await;
        let (a, b) = (get("a"), get("b"));
        let mut first = submit(&rig.link, &server, &a).await;
        let mut second = submit(&rig.link, &server, &b).await;
        let _heir = begin_handover(&rig.link, &mut rig.servers).await;

        server.send(b"$3\r\none\r\n$5\r\nhel");
        settle().await;
        assert_eq!(text(poll(&mut first)), "$3\r\none\r\n");
        server.send(rest.as_bytes());
        settle().await;

        match ended {
            CloseReason::Renewed => assert_eq!(text(poll(&mut second)), "$5\r\nhello\r\n"),
            _ => assert_eq!(reason(poll(&mut second)), CloseReason::Framing),
        }
        assert_eq!(rig.link.stats().closed_by(ended), 1, "{:?}", rig.link);
    }
}

#[tokio::test(start_paused = true)]
async fn a_reply_before_malformed_bytes_is_told_while_another_socket_takes_over() {
    let (mut rig, server) = Rig::start(LinkConfig::default(), None).await;
    let (a, b) = (get("a"), get("b"));
    let mut first = submit(&rig.link, &server, &a).await;
    let mut second = submit(&rig.link, &server, &b).await;
    let _heir = begin_handover(&rig.link, &mut rig.servers).await;

    server.send(b"+A\r\n?what\r\n");
    settle().await;

    assert_eq!(text(poll(&mut first)), "+A\r\n");
    assert_eq!(reason(poll(&mut second)), CloseReason::Framing);
}

#[tokio::test(start_paused = true)]
async fn the_answer_to_the_check_of_an_idle_link_lets_the_command_out() {
    let (rig, server) = Rig::start(LinkConfig::default(), None).await;
    sleep(Duration::from_secs(60)).await;
    let a = get("a");
    let mut call = rig.link.call(&a);
    assert!(poll(&mut call).is_pending());
    settle().await;
    expect(&server, &Command::new("PING")).await;

    server.send(b"+PONG\r\n");
    settle().await;

    expect(&server, &a).await;
    server.send(b"+A\r\n");
    assert_eq!(text(poll(&mut call)), "+A\r\n");
}

#[tokio::test(start_paused = true)]
async fn a_reply_that_the_inlet_reads_calls_a_replacement_off() {
    // Given a server that has been silent for so long that another socket is being dialled.
    let dialling = |dials| if dials == 0 { Duration::ZERO } else { Duration::from_secs(2) };
    let (mut rig, server) = Rig::start_with(LinkConfig::default(), None, dialling).await;
    let a = get("a");
    let mut call = submit(&rig.link, &server, &a).await;
    let _other = rig.servers.recv().await.unwrap();
    let (epoch, connects) = (rig.link.epoch(), rig.link.stats().connects);
    assert!(matches!(poll(&mut call), Poll::Ready(Err(LinkError::Timeout { .. }))));

    server.send(b"+A\r\n");
    sleep(Duration::from_secs(4)).await;

    assert_eq!((rig.link.epoch(), rig.link.stats().connects), (epoch, connects), "{:?}", rig.link);
    assert!(!server.client_is_gone());
}
