//! Models of a link for loom: callers on threads of their own beside the driver, in every order of their locks.
//!
//! Link, driver and tickets are the real ones; the socket is the simulated one, and the server at its other end sends back
//! what it is sent, so that a reply names its caller. Driver and server share the first thread, but where the inlet is to run
//! beside the driver. Whoever is never woken, and a ticket that is never given back, leave that thread or a caller asleep,
//! which loom reports as a deadlock.

use std::future::{Future as _, poll_fn};
use std::pin::pin;
use std::sync::Mutex;
use std::task::Waker;

use bytes::Bytes;
use fastrand::Rng;
use loom::sync::atomic::AtomicUsize;
use loom::sync::atomic::Ordering::SeqCst;
use loom::thread;
use redlane_resp::command::Command;
use redlane_resp::scan::Scanner;

use self::Caller::{GivesUp, Moves, Waits};
use self::Room::{ForOne, Plenty, Taken};
use super::*;
use crate::block::ReadBlock;
use crate::clock::Clock;
use crate::connection::Connection;
use crate::driver::{Driver, Exit};
use crate::simulated::plain::Plain;
use crate::simulated::socket::{End, ServerEnd, connect};
use crate::sync::{block_on, try_all_orders};
use crate::ticker::Ticker;
use crate::transport::{Socket, Target};

/// It is never asked where to connect: the models come with a socket of their own.
fn connector() -> Arc<Plain> {
    Arc::new(Plain(Target::tcp("nowhere", 0)))
}

/// What a caller does with its one command.
#[derive(Clone, Copy)]
enum Caller {
    Waits,
    /// Submits it and goes away.
    GivesUp,
    /// Submits it in one task and waits in another.
    Moves,
}

/// How the server behaves.
#[derive(Clone, Copy, PartialEq)]
enum Server {
    Answers,
    /// Answers the first command, and is gone when it has read more.
    Dies,
    /// Is gone when it has read anything.
    Vanishes,
    /// Answers with a push before each reply.
    Pushes,
}

/// In whose thread the server runs.
#[derive(Clone, Copy)]
enum Servers {
    OfTheDriver,
    Own,
}

/// How many commands may be under way at once.
#[derive(Clone, Copy, PartialEq)]
enum Room {
    Plenty,
    ForOne,
    /// For one, and one is under way before anybody comes: all of them wait.
    Taken,
}

fn command(name: &str) -> Command {
    Command::new("ECHO").arg(name)
}

impl Caller {
    fn call(self, link: &Link, name: &str) -> Option<Result<Replies, LinkError>> {
        let command = command(name);
        let mut call = pin!(link.call(&command));
        if !matches!(self, Waits) {
            let first = call.as_mut().poll(&mut Context::from_waker(Waker::noop()));
            if let Poll::Ready(result) = first {
                return Some(result);
            }
        }
        match self {
            GivesUp => None,
            Waits | Moves => Some(block_on(call)),
        }
    }
}

/// A reply is the caller's own; an error tells the truth.
fn judge(name: &str, result: Result<Replies, LinkError>, server: Server, heard: &[u8]) {
    let sent = command(name).to_bytes();
    match result {
        Ok(replies) => {
            let replies: Vec<Bytes> = replies.iter().map(|reply| reply.into_bytes()).collect();
            assert_eq!(replies, [sent]);
        }
        Err(error) => {
            assert!(matches!(server, Server::Dies | Server::Vanishes), "{error}");
            let ran = heard.windows(sent.len()).any(|window| window == sent);
            assert!(!ran || error.outcome() == Outcome::MaybeExecuted, "{error}, and it ran");
        }
    }
}

/// Sends back what it reads, and keeps it.
async fn serve(server: Server, socket: ServerEnd, heard: &Mutex<Vec<u8>>) {
    let first = command("a").encoded_len();
    loop {
        let bytes = socket.read(first).await;
        if bytes.is_empty() {
            return;
        }
        let before = heard.lock().unwrap().len();
        heard.lock().unwrap().extend(&bytes);
        if server == Server::Vanishes || (server == Server::Dies && before > 0) {
            socket.end(End::Reset);
            return;
        }
        if server == Server::Pushes && before.is_multiple_of(first) {
            socket.send(b">1\r\n+p\r\n");
        }
        socket.send(&bytes);
    }
}

/// Lets the callers call beside driver and server; `direct`: they may write by themselves.
fn model(callers: &'static [Caller], server: Server, direct: bool, room: Room) {
    model_in(Servers::OfTheDriver, callers, server, direct, room);
}

/// The same with the server in a thread of its own: there the inlet reads, whatever the driver is doing. Nobody tells the
/// driver of a reply that the inlet has handed out, so all callers have to wait for theirs.
fn model_apart(callers: &'static [Caller], server: Server) {
    model_in(Servers::Own, callers, server, true, Plenty);
}

fn model_in(thread_of: Servers, callers: &'static [Caller], server: Server, direct: bool, room: Room) {
    // A second one would take a minute each with two callers, and has found nothing.
    let preemptions = if callers.len() == 1 && matches!(thread_of, Servers::OfTheDriver) { 2 } else { 1 };
    try_all_orders(preemptions, move || {
        let config = LinkConfig {
            in_flight: if room == Plenty { 100 } else { 1 },
            attempt_timeout: None,
            health_check_interval: None,
            read_block: 512,
            ..LinkConfig::default()
        };
        let shared = Shared::new(config, None, false);
        shared.lock().core.status = Status::Up;
        let link = Arc::new(Link::over(Arc::clone(&shared)));
        let before = command("z");
        let mut before = (room == Taken).then(|| Box::pin(link.call(&before)));
        if let Some(before) = &mut before {
            assert!(before.as_mut().poll(&mut Context::from_waker(Waker::noop())).is_pending());
        }
        let done = Arc::new(AtomicUsize::new(0));
        let heard = Arc::new(Mutex::new(Vec::new()));
        let threads: Vec<_> = ["a", "b", "c"]
            .into_iter()
            .zip(callers)
            .map(|(name, caller)| {
                let (link, done, heard) = (Arc::clone(&link), Arc::clone(&done), Arc::clone(&heard));
                thread::spawn(move || {
                    let result = caller.call(&link, name);
                    if let Some(result) = result {
                        judge(name, result, server, &heard.lock().unwrap());
                    }
                    done.fetch_add(1, SeqCst);
                    link.shared.unlock(link.shared.lock(), true);
                })
            })
            .collect();

        let (ours, theirs) = connect(&mut Rng::with_seed(1), 4096, direct);
        let (beside, apart) = match thread_of {
            Servers::OfTheDriver => (Some(theirs), None),
            Servers::Own => (None, Some(theirs)),
        };
        let apart = apart.map(|socket| {
            let heard = Arc::clone(&heard);
            thread::spawn(move || block_on(serve(server, socket, &heard)))
        });
        let (reader, writer) = Socket::Simulated(ours).split();
        let scanner = Scanner::new(link.shared.config.limits);
        let connection = Connection { reader, writer: Arc::new(writer), scanner, block: ReadBlock::new(512) };
        let (connector, mut ticker) = (connector(), Ticker::new(&shared));
        let mut driver = Box::pin(Driver::new(&shared, &connector, &mut ticker, connection).run());
        let mut serving = beside.is_some();
        let mut service = pin!(async {
            if let Some(socket) = beside {
                serve(server, socket, &heard).await;
            }
        });
        let mut driving = true;
        block_on(poll_fn(|cx| {
            if let Some(call) = &mut before
                && let Poll::Ready(result) = call.as_mut().poll(cx)
            {
                judge("z", result, server, &heard.lock().unwrap());
                before = None;
            }
            serving = serving && service.as_mut().poll(cx).is_pending();
            if driving && let Poll::Ready(exit) = driver.as_mut().poll(cx) {
                driving = false;
                let Exit::Cut(reason) = exit else { panic!("nobody closed it") };
                shared.end(reason);
            }
            let mut inner = shared.lock();
            if done.load(SeqCst) == callers.len() && inner.core.is_at_rest() {
                return Poll::Ready(());
            }
            if !driving {
                inner.waker = Some(cx.waker().clone());
            }
            Poll::Pending
        }));
        for thread in threads {
            thread.join().unwrap();
        }
        shared.lock().core.audit();
        if let Some(apart) = apart {
            // The server ends when the socket is closed.
            shared.end(CloseReason::Closed);
            drop(driver);
            apart.join().unwrap();
        }
    });
}

#[test]
fn loom_two_callers_are_both_woken_with_their_own_reply() {
    model(&[Waits, Waits], Server::Answers, false, Plenty);
}

#[test]
fn loom_callers_who_write_by_themselves_are_both_woken_with_their_own_reply() {
    model(&[Waits, Waits], Server::Answers, true, Plenty);
}

#[test]
fn loom_a_caller_who_gives_up_leaves_nothing_and_disturbs_nobody() {
    model(&[GivesUp, Waits], Server::Answers, false, Plenty);
    model(&[GivesUp, Waits], Server::Answers, true, Plenty);
}

#[test]
fn loom_a_caller_who_moves_to_another_task_is_woken_there() {
    model(&[Moves], Server::Answers, false, Plenty);
    model(&[Moves, GivesUp], Server::Answers, true, Plenty);
}

#[test]
fn loom_whoever_waits_for_room_is_called() {
    model(&[Waits, Waits], Server::Answers, false, ForOne);
    model(&[GivesUp, Waits], Server::Answers, false, ForOne);
    model(&[Waits, GivesUp], Server::Answers, true, ForOne);
}

#[test]
fn loom_a_call_to_one_who_goes_away_is_passed_on_to_the_next_in_line() {
    model(&[GivesUp, Waits], Server::Answers, false, Taken);
    model(&[Waits, GivesUp], Server::Answers, true, Taken);
}

#[test]
fn loom_at_a_cut_everybody_is_told_whether_the_command_may_have_run() {
    model(&[Waits, Waits], Server::Dies, false, Plenty);
    model(&[Waits, GivesUp], Server::Dies, true, Plenty);
}

#[test]
fn loom_what_the_inlet_reads_beside_the_driver_reaches_its_caller() {
    model_apart(&[Waits], Server::Answers);
    model_apart(&[Moves], Server::Answers);
}

#[test]
fn loom_what_the_inlet_leaves_is_seen_by_the_driver() {
    model_apart(&[Waits], Server::Pushes);
}

#[test]
fn loom_an_end_that_the_inlet_finds_is_told() {
    model_apart(&[Waits], Server::Vanishes);
}

/// The clock of the process strikes in a thread of its own, and the server never answers.
#[test]
fn loom_a_stroke_of_the_clock_is_seen_by_the_caller_and_by_the_driver() {
    try_all_orders(2, || {
        let clock: &'static Clock = Box::leak(Box::new(Clock::new()));
        // Over at the first stroke.
        let limit = Some(Duration::ZERO);
        let config =
            LinkConfig { attempt_timeout: limit, health_check_interval: None, ..LinkConfig::default() };
        let shared = Shared::by_clock(clock, config);
        shared.lock().core.status = Status::Up;
        let link = Arc::new(Link::over(Arc::clone(&shared)));
        let calling = Arc::clone(&link);
        let caller = thread::spawn(move || {
            let result = Waits.call(&calling, "a");
            assert!(matches!(result, Some(Err(LinkError::Timeout { .. }))), "{result:?}");
        });
        let striking = thread::spawn(move || {
            clock.wait();
            // The second may find that nobody waits, and that the driver has not looked since the first.
            for _ in 0..2 {
                // What a real clock would say is not for a model.
                clock.strike(|link| {
                    let next = link.lock().core.now.saturating_add(1);
                    link.strike(next)
                });
            }
        });

        let (ours, _theirs) = connect(&mut Rng::with_seed(1), 4096, false);
        let (reader, writer) = Socket::Simulated(ours).split();
        let scanner = Scanner::new(shared.config.limits);
        let connection = Connection { reader, writer: Arc::new(writer), scanner, block: ReadBlock::new(512) };
        let (connector, mut ticker) = (connector(), Ticker::new(&shared));
        let mut driver = Box::pin(Driver::new(&shared, &connector, &mut ticker, connection).run());
        block_on(poll_fn(|cx| {
            if let Poll::Ready(exit) = driver.as_mut().poll(cx) {
                // The command was out by then, so the silence is the server's.
                assert!(matches!(exit, Exit::Cut(CloseReason::Silent)));
                return Poll::Ready(());
            }
            // Nobody else wakes the driver once the call is over.
            let told = shared.lock().core.counts.timeouts == 1 && !shared.due.load(SeqCst);
            if told { Poll::Ready(()) } else { Poll::Pending }
        }));
        drop(driver);
        caller.join().unwrap();
        striking.join().unwrap();
    });
}
