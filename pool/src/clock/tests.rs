#![allow(clippy::arithmetic_side_effects)]

use std::future::Future as _;
use std::io::{Read as _, Write as _};
use std::net::TcpListener;
use std::pin::pin;
use std::ptr;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering::SeqCst};
use std::task::{Context, Poll, Wake, Waker};

use redlane_resp::command::Command;

use super::*;
use crate::config::{LinkConfig, Timekeeper};
use crate::error::{CloseReason, LinkError, Outcome};
use crate::link::Link;
use crate::shared::ticks_after;
use crate::simulated::bomb::Bomb;
use crate::simulated::plain::Plain;
use crate::supervisor;
use crate::ticker::Ticker;
use crate::tickets::{Status, Tick, lasting};
use crate::transport::{PipeDialer, Target};

const LIMIT: Duration = Duration::from_millis(100);

fn clock() -> &'static Clock {
    Box::leak(Box::new(Clock::new()))
}

fn config() -> LinkConfig {
    LinkConfig { attempt_timeout: Some(LIMIT), ..LinkConfig::default() }
}

/// A link without a driver that thinks it is connected.
fn link(clock: &'static Clock) -> (Link, Arc<Shared>) {
    let shared = Shared::by_clock(clock, config());
    shared.lock().core.status = Status::Up;
    (Link::over(Arc::clone(&shared)), shared)
}

/// The clock goes on by so many ticks, of which none is late.
fn pass(clock: &Clock, ticks: Tick) {
    for _ in 0..ticks {
        clock.strike(|link| {
            let next = link.lock().core.now + 1;
            link.strike(next)
        });
    }
}

fn on_roll(clock: &Clock) -> usize {
    clock.roll().links.len()
}

/// Counts how often it is woken, and panics each time if it is told to.
struct Woken {
    count: AtomicUsize,
    panics: bool,
}

impl Wake for Woken {
    fn wake(self: Arc<Self>) {
        self.count.fetch_add(1, SeqCst);
        assert!(!self.panics, "a waker that panics");
    }
}

fn woken(panics: bool) -> Arc<Woken> {
    Arc::new(Woken { count: AtomicUsize::new(0), panics })
}

#[test]
fn a_process_that_was_forked_off_has_a_clock_of_its_own() {
    let first = Clock::of(1).unwrap();

    assert!(ptr::eq(first, Clock::of(1).unwrap()));
    assert!(!ptr::eq(first, Clock::of(2).unwrap()));
}

#[test]
fn a_process_that_gets_no_thread_has_no_clock() {
    assert!(Clock::start(|_, _| Err(io::ErrorKind::WouldBlock.into())).is_none());
}

#[tokio::test(start_paused = true)]
async fn a_call_ends_at_its_deadline_by_the_runtimes_timer_where_the_process_has_no_clock() {
    let config = LinkConfig { timekeeper: Timekeeper::Process, ..config() };
    let shared = Shared::without_clock(config);
    // Nobody listens there.
    let target = Target::Pipe(PipeDialer::new(|| async { Err(io::ErrorKind::ConnectionRefused.into()) }));
    supervisor::spawn(Arc::clone(&shared), Arc::new(Plain(target)));
    let link = Link::over(shared);
    let began = tokio::time::Instant::now();

    let told = link.call(&Command::new("PING")).await;

    assert!(matches!(told, Err(LinkError::NotConnected { .. })), "{told:?}");
    let took = began.elapsed();
    assert!((LIMIT..=LIMIT + Duration::from_millis(50)).contains(&took), "{took:?}");
}

#[test]
fn a_link_with_traffic_is_on_the_roll_once_and_leaves_it_when_it_rests() {
    let clock = clock();
    let (link, shared) = link(clock);
    let command = Command::new("PING");
    assert_eq!(on_roll(clock), 0);

    let mut cx = Context::from_waker(Waker::noop());
    let mut calls = [pin!(link.call(&command)), pin!(link.call(&command))];
    for call in &mut calls {
        assert!(call.as_mut().poll(&mut cx).is_pending());
    }
    assert_eq!(on_roll(clock), 1);
    clock.strike(|link| link.strike(0));
    assert_eq!(on_roll(clock), 1);

    // As its driver does after a second without traffic.
    shared.lock().core.ticking = false;
    clock.strike(|link| link.strike(0));
    assert_eq!(on_roll(clock), 0);

    let mut again = pin!(link.call(&command));
    assert!(again.as_mut().poll(&mut cx).is_pending());
    assert_eq!(on_roll(clock), 1);
}

#[test]
fn a_link_that_has_ended_or_gone_is_struck_off() {
    let clock = clock();
    let (ended, shared) = link(clock);
    let (gone, last) = link(clock);
    drop(last);
    let command = Command::new("PING");
    let mut cx = Context::from_waker(Waker::noop());
    assert!(pin!(ended.call(&command)).poll(&mut cx).is_pending());
    assert!(pin!(gone.call(&command)).poll(&mut cx).is_pending());
    assert_eq!(on_roll(clock), 2);

    shared.end(CloseReason::Closed);
    drop(gone);
    clock.strike(|link| link.strike(0));

    assert_eq!(on_roll(clock), 0);
}

#[test]
fn a_waker_that_panics_keeps_nobody_from_being_told() {
    let clock = clock();
    let command = Command::new("PING");
    let links = [link(clock), link(clock)];
    let wakers = [woken(true), woken(false), woken(true), woken(false)];
    let mut calls = Vec::new();
    for (nth, waker) in wakers.iter().enumerate() {
        let mut call = Box::pin(links[nth / 2].0.call(&command));
        assert!(call.as_mut().poll(&mut Context::from_waker(&Waker::from(Arc::clone(waker)))).is_pending());
        calls.push(call);
    }

    pass(clock, ticks_after(LIMIT));

    for (call, waker) in calls.iter_mut().zip(&wakers) {
        assert_eq!(waker.count.load(SeqCst), 1);
        let told = call.as_mut().poll(&mut Context::from_waker(Waker::noop()));
        assert!(
            matches!(told, Poll::Ready(Err(LinkError::Timeout { outcome: Outcome::NotSent, .. }))),
            "{told:?}"
        );
    }
    assert_eq!(on_roll(clock), 2, "they are told of the next stroke too");
}

#[test]
fn a_waker_that_panics_when_it_is_called_to_enter_does_not_keep_the_driver_asleep() {
    let clock = clock();
    let shared = Shared::by_clock(clock, LinkConfig { in_flight: 1, ..config() });
    let link = Link::over(Arc::clone(&shared));
    let command = Command::new("PING");
    let (panics, last, driver) = (woken(true), woken(false), woken(false));
    let mut calls = Vec::new();
    for waker in [Waker::noop().clone(), Waker::from(Arc::clone(&panics)), Waker::from(Arc::clone(&last))] {
        let mut call = Box::pin(link.call(&command));
        assert!(call.as_mut().poll(&mut Context::from_waker(&waker)).is_pending());
        calls.push(call);
    }
    shared.lock().waker = Some(Waker::from(Arc::clone(&driver)));

    // The first is overdue and leaves its room to the second, who is called, and overdue himself.
    pass(clock, ticks_after(LIMIT));

    assert!(panics.count.load(SeqCst) > 0);
    assert!(last.count.load(SeqCst) > 0);
    assert!(driver.count.load(SeqCst) > 0);
}

#[test]
fn a_call_is_not_overdue_because_the_clock_was_late() {
    let clock = clock();
    let (link, shared) = link(clock);
    let command = Command::new("PING");
    let mut cx = Context::from_waker(Waker::noop());
    let mut first = pin!(link.call(&command));
    assert!(first.as_mut().poll(&mut cx).is_pending());
    pass(clock, 1);

    // The process was stopped, and goes on: nobody has told the link of the time yet.
    let later = shared.lock().core.now + 10 * ticks_after(LIMIT);
    let mut second = pin!(link.call(&command));
    assert!(second.as_mut().poll(&mut cx).is_pending());
    clock.strike(|link| link.strike(later));

    assert!(matches!(first.poll(&mut cx), Poll::Ready(Err(LinkError::Timeout { .. }))));
    assert!(second.poll(&mut cx).is_pending());
}

#[test]
fn a_limit_is_rounded_up_to_ticks() {
    for nanos in [1, 999_999, 25_000_001, 25_999_999] {
        let limit = Duration::from_nanos(nanos);
        // The tick in which it was submitted may be as good as over.
        assert!(lasting(ticks_after(limit) - 1) >= limit, "{limit:?}");
    }
    assert_eq!(ticks_after(Duration::ZERO), 1);
    assert_eq!(ticks_after(TICK), 2);
}

#[test]
fn a_link_whose_driver_does_not_look_is_struck_off_when_nobody_waits() {
    let clock = clock();
    let (link, shared) = link(clock);
    let command = Command::new("PING");
    let mut cx = Context::from_waker(Waker::noop());
    let mut call = Box::pin(link.call(&command));
    assert!(call.as_mut().poll(&mut cx).is_pending());
    pass(clock, 2);
    assert_eq!(on_roll(clock), 1, "somebody waits");

    drop(call);
    pass(clock, 1);
    assert_eq!(on_roll(clock), 0);

    let mut again = Box::pin(link.call(&command));
    assert!(again.as_mut().poll(&mut cx).is_pending());
    assert_eq!(on_roll(clock), 1);
    drop(again);
    pass(clock, 1);
    assert_eq!(on_roll(clock), 0);
    // Its driver looks again, and has something under way.
    let mut ticker = Ticker::new(&shared);
    assert!(ticker.poll_tick(&mut cx, &shared, true).is_ready());
    ticker.rouse(&mut cx, &shared, &mut shared.lock());
    assert_eq!(on_roll(clock), 1);
}

#[test]
fn a_call_that_waits_for_as_long_as_it_takes_lets_the_clock_rest() {
    let clock = clock();
    let shared = Shared::by_clock(clock, config().for_lease());
    shared.lock().core.status = Status::Up;
    let link = Link::over(Arc::clone(&shared));
    let mut ticker = Ticker::new(&shared);
    let mut cx = Context::from_waker(Waker::noop());
    let a_second = Duration::from_secs(2).as_millis() as Tick / TICK.as_millis() as Tick;
    let mut go_on = || {
        for _ in 0..a_second {
            pass(clock, 1);
            let _ = ticker.poll_tick(&mut Context::from_waker(Waker::noop()), &shared, false);
        }
        on_roll(clock)
    };
    let command = Command::new("BLPOP");
    let mut waits = pin!(link.call(&command));
    assert!(waits.as_mut().poll(&mut cx).is_pending());
    assert_eq!(on_roll(clock), 1);

    assert_eq!(go_on(), 0, "nothing can fall due");

    let mut limited = pin!(link.call_within(&command, Duration::from_secs(1)));
    assert!(limited.as_mut().poll(&mut cx).is_pending());
    assert_eq!(go_on(), 1);
    assert!(matches!(limited.poll(&mut cx), Poll::Ready(Err(LinkError::Timeout { .. }))));
    assert!(waits.poll(&mut cx).is_pending());
}

#[test]
fn a_panic_that_panics_again_leaves_the_roll_whole() {
    let clock = clock();
    let links = [link(clock), link(clock)];
    let command = Command::new("PING");
    let mut cx = Context::from_waker(Waker::noop());
    let mut calls: Vec<_> = links.iter().map(|(link, _)| Box::pin(link.call(&command))).collect();
    calls.iter_mut().for_each(|call| assert!(call.as_mut().poll(&mut cx).is_pending()));

    let _ = guarded(|| clock.strike(|_| Bomb::explode()));

    assert_eq!(on_roll(clock), 2);
}

#[test]
fn a_call_ends_at_its_deadline_though_the_runtime_of_its_link_stands_still() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let target = Target::tcp("127.0.0.1", listener.local_addr().unwrap().port());
    let config = LinkConfig { timekeeper: Timekeeper::Process, ..config() };
    let stands_still = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let link = stands_still.block_on(Link::connect(Arc::new(Plain(target)), config, None)).unwrap();
    let command = Command::new("PING");
    let mut got = vec![0; command.encoded_len()];
    let serving = thread::spawn(move || {
        let (mut server, _) = listener.accept().unwrap();
        for answer in [&b"+PONG\r\n"[..], b""] {
            server.read_exact(&mut got).unwrap();
            server.write_all(answer).unwrap();
        }
        server
    });
    stands_still.block_on(async { link.call(&command).await.unwrap() });

    let elsewhere = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let told = elsewhere.block_on(async {
        let call = link.call(&command);
        tokio::time::timeout(Duration::from_secs(30), call).await.expect("nobody told it")
    });

    assert!(matches!(told, Err(LinkError::Timeout { outcome: Outcome::MaybeExecuted, .. })), "{told:?}");
    drop(serving.join().unwrap());
    drop(stands_still);
}
