//! Random histories of the core: callers enter, are cancelled, write for themselves while the socket is cut under
//! them; a server answers, falls behind, complains, or says what nobody asked.
//!
//! Callers are polled only when they were woken, so that a lost wake-up shows as one who waits for ever. Bytes that a
//! socket took may run after it was given up, as on a real server.
#![allow(clippy::arithmetic_side_effects)]

use std::collections::VecDeque;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering::SeqCst};
use std::task::{Context, Poll, Wake, Waker};
use std::time::Duration;

use fastrand::Rng;
use redlane_resp::error::ServerError;
use redlane_resp::reply::Replies;

use super::{Admission, Batch, Bounds, Core, Status, Tick};
use crate::block::ReadBlock;
use crate::error::{CloseReason, LinkError, Outcome};
use crate::outbox::Outbox;
use crate::simulated::ledger::Ledger;
use crate::simulated::peer::Peer;
use crate::simulated::run_seeds;
use crate::simulated::work::Work;
use crate::transport::ConnectError;

const STEPS: usize = 250;
const PROBE: &[u8] = b"*1\r\n$4\r\nPING\r\n";
/// Ticks that an attempt may take.
const LIMIT: Tick = 40;

struct Flag(AtomicBool);

impl Wake for Flag {
    fn wake(self: Arc<Self>) {
        self.0.store(true, SeqCst);
    }
}

struct Caller {
    work: Work,
    place: Admission,
    woken: Arc<Flag>,
    entered: Tick,
    /// Polled by nobody, for as long as it lasts.
    parked: bool,
}

/// One socket, of which the server's end may live on.
#[derive(Default)]
struct Socket {
    taken: VecDeque<u8>,
    peer: Peer,
    replies: VecDeque<Vec<u8>>,
}

struct History {
    rng: Rng,
    core: Core,
    ledger: Ledger,
    block: ReadBlock,
    callers: Vec<Caller>,
    /// By epoch; only the last one is the link's.
    sockets: Vec<Socket>,
    /// Batches in the hands of writers.
    held: Vec<(usize, Batch)>,
    /// What is left of the check of an idle connection, which is written past the stream.
    check: VecDeque<u8>,
    now: Tick,
    wakers: Vec<Waker>,
}

impl History {
    fn new(seed: u64) -> Self {
        let mut rng = Rng::with_seed(seed);
        let bounds = Bounds {
            in_flight: rng.usize(1..20),
            queued_bytes: rng.usize(1..2_000),
            waiters: rng.usize(1..10),
        };
        let mut core = Core::new(bounds);
        core.status = Status::Up;
        History {
            rng,
            core,
            ledger: Ledger::default(),
            block: ReadBlock::new(4096),
            callers: Vec::new(),
            sockets: vec![Socket::default()],
            held: Vec::new(),
            check: VecDeque::new(),
            now: 0,
            wakers: Vec::new(),
        }
    }

    fn is_up(&self) -> bool {
        matches!(self.core.status, Status::Up)
    }

    fn step(&mut self) {
        match self.rng.u8(0..40) {
            0..=7 => self.submit(),
            8..=12 => drop(self.poll_somebody()),
            13..=14 => self.cancel(),
            15..=17 => self.begin_write(),
            18..=21 => self.write_some(),
            22..=24 => self.end_write(),
            25..=28 => self.serve(),
            29..=32 => self.read(),
            33..=34 => self.tick(),
            35 => self.change(),
            36 => self.begin_check(),
            37 if self.is_up() && self.core.silence().is_some() => self.core.append_probe(PROBE),
            38 => self.stray(),
            _ => self.core.rest(),
        }
        self.ring();
        self.core.audit();
    }

    /// Wakes whoever is to be woken.
    fn ring(&mut self) {
        let called = self.core.take_called();
        self.wakers.drain(..).chain(called).for_each(Waker::wake);
    }

    fn submit(&mut self) {
        let work = Work::draw(&mut self.rng, &mut self.ledger);
        let woken = Arc::new(Flag(AtomicBool::new(false)));
        match self.core.enter(&work, Some(LIMIT), &Waker::from(Arc::clone(&woken))) {
            Ok(place) => {
                let parked = self.rng.u8(0..20) == 0;
                self.callers.push(Caller { work, place, woken, entered: self.now, parked });
            }
            Err(error) => work.judge(&Err(error), &mut self.ledger),
        }
    }

    /// Polls a caller who was woken.
    fn poll_somebody(&mut self) -> bool {
        let woken: Vec<usize> = (0..self.callers.len())
            .filter(|&at| !self.callers[at].parked && self.callers[at].woken.0.load(SeqCst))
            .collect();
        if woken.is_empty() {
            return false;
        }
        let at = woken[self.rng.usize(..woken.len())];
        self.poll(at);
        true
    }

    fn poll(&mut self, at: usize) {
        let caller = &mut self.callers[at];
        caller.woken.0.store(false, SeqCst);
        let waker = Waker::from(Arc::clone(&caller.woken));
        let result: Poll<Result<Replies, LinkError>> = match caller.place {
            Admission::Ticket(index) => self.core.poll_reply(index, Duration::from_secs(1), &waker),
            Admission::Room(number) => match self.core.ask_room(number, &caller.work, &waker) {
                Poll::Ready(Ok(index)) => {
                    caller.place = Admission::Ticket(index);
                    Poll::Pending
                }
                Poll::Ready(Err(error)) => Poll::Ready(Err(error)),
                Poll::Pending => Poll::Pending,
            },
        };
        if let Poll::Ready(result) = result {
            let caller = self.callers.swap_remove(at);
            caller.work.judge(&result, &mut self.ledger);
        }
    }

    fn cancel(&mut self) {
        if self.callers.is_empty() {
            return;
        }
        let caller = self.callers.swap_remove(self.rng.usize(..self.callers.len()));
        let outcome = match caller.place {
            Admission::Ticket(index) => self.core.abandon(index),
            Admission::Room(number) => {
                self.core.leave_room(number);
                (Outcome::NotSent, Replies::default())
            }
        };
        caller.work.given_up(&outcome, &mut self.ledger);
    }

    fn begin_write(&mut self) {
        if self.is_up()
            && self.check.is_empty()
            && let Some(batch) = self.core.begin_batch()
        {
            self.held.push((self.sockets.len() - 1, batch));
        }
    }

    /// The kernel takes some bytes of a batch, or of the check.
    fn write_some(&mut self) {
        if !self.check.is_empty() {
            let n = self.rng.usize(1..=self.check.len());
            let bytes: Vec<u8> = self.check.drain(..n).collect();
            self.socket().taken.extend(bytes);
            return;
        }
        if self.held.is_empty() {
            return;
        }
        let at = self.rng.usize(..self.held.len());
        let (socket, batch) = &mut self.held[at];
        let left = batch.outbox.len() - batch.done;
        let n = if self.rng.bool() { left } else { self.rng.usize(0..=left) };
        let mut out = Outbox::default();
        batch.outbox.copy_range(batch.done, batch.done + n, &mut out);
        batch.done += n;
        let mut slices = [std::io::IoSlice::new(&[]); crate::outbox::SLICES];
        let filled = out.slices(0, &mut slices);
        for slice in &slices[..filled] {
            self.sockets[*socket].taken.extend(slice.iter());
        }
    }

    fn end_write(&mut self) {
        if !self.held.is_empty() {
            let (_, batch) = self.held.swap_remove(self.rng.usize(..self.held.len()));
            self.core.end_batch(batch);
        }
    }

    fn socket(&mut self) -> &mut Socket {
        self.sockets.last_mut().unwrap()
    }

    /// A server, of this socket or of an older one, runs some of what it got.
    fn serve(&mut self) {
        let newest = self.sockets.len() - 1;
        let at = if self.rng.bool() { newest } else { self.rng.usize(0..=newest) };
        let socket = &mut self.sockets[at];
        let n = if self.rng.bool() { socket.taken.len() } else { self.rng.usize(0..=socket.taken.len()) };
        let bytes: Vec<u8> = socket.taken.drain(..n).collect();
        socket.replies.extend(socket.peer.feed(&bytes, &mut self.ledger, &mut self.rng));
    }

    /// Some replies reach the link.
    fn read(&mut self) {
        let socket = self.sockets.last_mut().unwrap();
        let n = self.rng.usize(0..=socket.replies.len());
        let replies: Vec<Vec<u8>> = socket.replies.drain(..n).collect();
        if self.is_up() && !replies.is_empty() {
            self.hear(&replies).expect("all of it was asked for");
        }
    }

    fn hear(&mut self, replies: &[Vec<u8>]) -> Result<(), CloseReason> {
        let bytes = replies.concat();
        let frames: Vec<usize> = replies.iter().map(Vec::len).collect();
        let mut source = bytes.as_slice();
        while !source.is_empty() {
            let mut cx = Context::from_waker(Waker::noop());
            assert!(self.block.poll_fill(&mut cx, &mut source).is_ready());
        }
        let checking = self.core.checking && self.check.is_empty();
        let result = self.core.deliver(&mut self.block, &frames, &mut self.wakers);
        if checking && result.is_ok() {
            self.core.checking = false;
        }
        result
    }

    /// A reply that answers nothing is never given to anybody.
    fn stray(&mut self) {
        if !self.is_up() || !self.core.awaits_nothing() || self.core.checking {
            return;
        }
        self.hear(&[b"+STRAY\r\n".to_vec()]).expect_err("nobody asked for it");
        self.cut();
    }

    fn tick(&mut self) {
        self.now += self.rng.u64(1..10);
        self.core.now = self.now;
        self.core.expire(&mut self.wakers);
        for caller in &self.callers {
            let told = caller.woken.0.load(SeqCst) || !self.wakers.is_empty();
            assert!(told || self.now < caller.entered + LIMIT, "{:?} waits on", caller.work);
        }
    }

    fn cut(&mut self) {
        self.core.cut(CloseReason::Ended, &mut self.wakers);
        self.sockets.push(Socket::default());
        self.block = ReadBlock::new(4096);
        self.check.clear();
        if self.rng.u8(0..3) > 0 {
            self.core.status = Status::Up;
        }
    }

    /// The connection is lost, or one is made, or the server refuses us.
    fn change(&mut self) {
        if self.is_up() {
            return self.cut();
        }
        match self.rng.u8(0..4) {
            0 => {
                let error = ConnectError::Refused(ServerError::from_line(b"WRONGPASS no"));
                self.core.fail_unsent(Status::Refusing(error), &mut self.wakers);
            }
            1 => self.core.status = Status::Connecting(Some(ConnectError::Closed)),
            _ => self.core.status = Status::Up,
        }
    }

    fn begin_check(&mut self) {
        if self.is_up() && self.core.is_idle() && !self.core.checking && !self.core.has_unwritten() {
            self.core.checking = true;
            self.core.expect_check();
            self.check.extend(PROBE);
        }
    }

    /// Lets everything come to its end on a healthy server.
    fn settle(&mut self) {
        for caller in &mut self.callers {
            caller.parked = false;
        }
        self.core.status = Status::Up;
        loop {
            while !self.held.is_empty() {
                self.end_write();
            }
            while !self.check.is_empty() {
                self.write_some();
            }
            self.begin_write();
            while self.held.iter().any(|(_, batch)| batch.done < batch.outbox.len()) {
                self.write_some();
            }
            let busy = !self.held.is_empty();
            while !self.held.is_empty() {
                self.end_write();
            }
            let socket = self.sockets.last_mut().unwrap();
            let bytes: Vec<u8> = socket.taken.drain(..).collect();
            socket.replies.extend(socket.peer.feed(&bytes, &mut self.ledger, &mut self.rng));
            let replies: Vec<Vec<u8>> = socket.replies.drain(..).collect();
            if !replies.is_empty() {
                self.hear(&replies).expect("all of it was asked for");
            }
            self.ring();
            self.core.audit();
            if !self.poll_somebody() && !busy && replies.is_empty() {
                break;
            }
        }
        assert!(self.callers.is_empty(), "waits for ever: {:?}", self.callers[0].work);
        assert!(self.core.is_at_rest(), "{:?}", self.core);
    }
}

#[test]
fn random_histories_keep_every_promise() {
    run_seeds(1_000, |seed| {
        let mut history = History::new(seed);
        for _ in 0..STEPS {
            history.step();
        }
        history.settle();
    });
}
