//! The core by hand: no socket, no clock, no task.
#![allow(clippy::arithmetic_side_effects)]

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::task::{Context, Wake};

use redlane_resp::command::WireSink as _;
use redlane_resp::limits::Limits;
use redlane_resp::scan::{Scan, Scanner};

use super::*;
use crate::block::ReadBlock;

const LIMIT: Duration = Duration::from_secs(5);

/// A submission of any bytes.
struct Say {
    bytes: Vec<u8>,
    frames: usize,
    whole: bool,
}

fn say(text: &str) -> Say {
    Say { bytes: text.as_bytes().to_vec(), frames: 1, whole: true }
}

impl Payload for Say {
    fn frames(&self) -> usize {
        self.frames
    }

    fn encoded_len(&self) -> usize {
        self.bytes.len()
    }

    fn encode(&self, out: &mut Outbox) {
        out.put_slice(&self.bytes);
    }

    fn whole(&self) -> bool {
        self.whole
    }
}

/// Counts its wake-ups.
#[derive(Default)]
struct Bell(AtomicUsize);

impl Wake for Bell {
    fn wake(self: Arc<Self>) {
        self.0.fetch_add(1, Ordering::SeqCst);
    }
}

impl Bell {
    fn rung(&self) -> usize {
        self.0.load(Ordering::SeqCst)
    }
}

/// A core and the socket that it thinks it has.
struct Rig {
    core: Core,
    block: ReadBlock,
    /// What the present socket took.
    wire: Vec<u8>,
    wakers: Vec<Waker>,
}

fn rig() -> Rig {
    rig_with(Bounds { in_flight: 100, queued_bytes: 10_000, waiters: 100 })
}

fn rig_with(bounds: Bounds) -> Rig {
    let mut core = Core::new(bounds);
    core.status = Status::Up;
    Rig { core, block: ReadBlock::new(4096), wire: Vec::new(), wakers: Vec::new() }
}

impl Rig {
    fn enter(&mut self, payload: &Say) -> u32 {
        match self.core.enter(payload, Some(200), Waker::noop()).unwrap() {
            Admission::Ticket(index) => index,
            Admission::Room(number) => panic!("waits for room as number {number}"),
        }
    }

    fn wait_for_room(&mut self, payload: &Say, bell: &Arc<Bell>) -> u64 {
        match self.core.enter(payload, Some(200), &Waker::from(Arc::clone(bell))).unwrap() {
            Admission::Ticket(index) => panic!("has ticket {index}"),
            Admission::Room(number) => number,
        }
    }

    fn ask_room(&mut self, number: u64, payload: &Say) -> Poll<Result<u32, LinkError>> {
        self.core.ask_room(number, payload, Waker::noop())
    }

    /// Writes up to `most` bytes.
    fn write(&mut self, most: usize) {
        let Some(mut batch) = self.core.begin_batch() else { return };
        let taken = most.min(batch.outbox.len() - batch.done);
        let mut all = Outbox::default();
        batch.outbox.copy_range(batch.done, batch.done + taken, &mut all);
        self.wire.extend_from_slice(all.as_slice(0).unwrap());
        batch.done += taken;
        self.core.end_batch(batch);
    }

    fn write_all(&mut self) {
        while self.core.has_unwritten() {
            self.write(usize::MAX);
        }
    }

    fn wire(&mut self) -> String {
        String::from_utf8(std::mem::take(&mut self.wire)).unwrap()
    }

    /// The server says `bytes`.
    fn hear(&mut self, bytes: &str) -> Result<(), CloseReason> {
        let mut source = bytes.as_bytes();
        let mut cx = Context::from_waker(Waker::noop());
        assert!(self.block.poll_fill(&mut cx, &mut source).is_ready());
        let (mut scanner, mut at, mut frames) = (Scanner::new(Limits::default()), 0, Vec::new());
        while let Ok(Scan::Whole { len, .. }) = scanner.scan(&self.block.bytes()[at..]) {
            frames.push(len);
            at += len;
        }
        self.core.begin_read();
        self.core.deliver(&mut self.block, &frames, &mut self.wakers)
    }

    fn cut(&mut self) {
        self.core.cut(CloseReason::Ended, &mut self.wakers);
        self.core.status = Status::Up;
        self.block = ReadBlock::new(4096);
        self.wire.clear();
    }

    fn expire(&mut self, now: Tick) {
        self.core.now = now;
        self.core.expire(&mut self.wakers);
    }

    /// Wakes who was called.
    fn ring(&mut self) {
        self.core.take_called().into_iter().for_each(Waker::wake);
    }

    fn poll(&mut self, ticket: u32) -> Poll<Result<Replies, LinkError>> {
        self.core.poll_reply(ticket, LIMIT, Waker::noop())
    }

    /// The replies to a ticket that is done.
    fn replies(&mut self, ticket: u32) -> Vec<String> {
        match self.poll(ticket) {
            Poll::Ready(Ok(replies)) => replies.into_iter().map(|reply| text(reply.as_bytes())).collect(),
            other => panic!("{other:?}"),
        }
    }

    fn error(&mut self, ticket: u32) -> LinkError {
        match self.poll(ticket) {
            Poll::Ready(Err(error)) => error,
            other => panic!("{other:?}"),
        }
    }
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8(bytes.to_vec()).unwrap()
}

#[test]
fn who_is_answered_by_many_replies_is_alone_and_two_who_are_answered_together_are_not() {
    let mut rig = rig();
    let pipeline = Say { bytes: b"GET PTTL ".to_vec(), frames: 2, whole: false };
    let first = rig.enter(&pipeline);
    assert!(rig.core.alone());
    rig.write_all();
    rig.hear("+A\r\n:1\r\n").unwrap();
    assert_eq!(rig.replies(first).len(), 2);

    let again = rig.enter(&pipeline);
    assert!(rig.core.alone(), "one submission was answered, whatever the number of replies");
    let other = rig.enter(&pipeline);
    rig.write_all();
    rig.hear("+A\r\n:1\r\n+A\r\n:1\r\n").unwrap();
    assert_eq!([rig.replies(again).len(), rig.replies(other).len()], [2, 2]);
    rig.enter(&pipeline);
    assert!(!rig.core.alone(), "two share the link");
}

#[test]
fn most_came_again_when_three_of_four_who_were_answered_together_have() {
    let mut rig = rig();
    assert!(rig.core.most_came_again(), "nobody was answered yet");
    for _ in 0..4 {
        rig.enter(&say("GET "));
    }
    rig.write_all();
    rig.hear("+A\r\n+B\r\n+C\r\n+D\r\n").unwrap();

    let came = [0, 1, 2, 3].map(|_| {
        let most = rig.core.most_came_again();
        rig.enter(&say("GET "));
        most
    });

    assert_eq!((came, rig.core.most_came_again()), ([false, false, false, true], true));
}

#[test]
fn a_transaction_that_was_cut_half_written_forgets_the_replies_of_the_old_socket() {
    let mut rig = rig();
    let transaction = Say { bytes: b"MULTI GET EXEC ".to_vec(), frames: 3, whole: true };
    let (first, second) = (rig.enter(&transaction), rig.enter(&say("PING ")));
    rig.write(10);
    rig.hear("+OK\r\n+QUEUED\r\n").unwrap();

    rig.cut();
    rig.write_all();

    assert_eq!(rig.wire(), "MULTI GET EXEC PING ");
    rig.hear("+OK\r\n+QUEUED\r\n*1\r\n:1\r\n+PONG\r\n").unwrap();
    assert_eq!(rig.replies(first), ["+OK\r\n", "+QUEUED\r\n", "*1\r\n:1\r\n"]);
    assert_eq!(rig.replies(second), ["+PONG\r\n"]);
    assert_eq!((rig.core.in_flight(), rig.core.tickets_in_use()), (0, 0));
}

#[test]
fn a_reply_to_a_command_of_which_nothing_was_written_is_not_accepted() {
    let mut rig = rig();
    let (first, second) = (rig.enter(&say("GET a ")), rig.enter(&say("GET b ")));
    rig.write(6);

    assert_eq!(rig.hear("+A\r\n+B\r\n"), Err(CloseReason::UnaskedReply));

    assert_eq!(rig.replies(first), ["+A\r\n"]);
    assert!(rig.poll(second).is_pending());
}

#[test]
fn a_reply_to_a_half_written_command_is_not_accepted() {
    let mut rig = rig();
    let ticket = rig.enter(&say("GET a "));
    rig.write(3);

    assert_eq!(rig.hear("+A\r\n"), Err(CloseReason::UnaskedReply));

    assert!(rig.poll(ticket).is_pending());
}

#[test]
fn an_error_that_comes_before_the_command_is_written_is_told_and_ends_the_socket() {
    let mut rig = rig();
    let ticket = rig.enter(&say("SET a vvvv "));
    rig.write(5);

    let error = "-ERR Protocol error: invalid bulk length\r\n";
    assert_eq!(rig.hear(error), Err(CloseReason::UnaskedReply));

    assert_eq!(rig.replies(ticket), [error]);
    rig.cut();
    rig.write_all();
    assert_eq!(rig.wire(), "", "what was answered is not sent again");
}

#[test]
fn a_reply_is_accepted_while_a_caller_is_still_writing() {
    let mut rig = rig();
    let ticket = rig.enter(&say("GET a "));
    let batch = rig.core.begin_batch().unwrap();

    rig.hear("+A\r\n").unwrap();

    assert_eq!(rig.replies(ticket), ["+A\r\n"]);
    drop(batch);
}

#[test]
fn a_probe_is_not_withdrawn_with_a_command_that_its_caller_took_back() {
    let mut rig = rig();
    rig.core.append_probe(b"PING ");
    let ticket = rig.enter(&say("GET a "));

    assert_eq!(rig.core.abandon(ticket).0, Outcome::NotSent);

    rig.write_all();
    assert_eq!(rig.wire(), "PING ");
    rig.hear("+PONG\r\n").unwrap();
    assert_eq!((rig.core.in_flight(), rig.core.tickets_in_use()), (0, 0));
    assert_eq!(rig.core.counts.completed, 0, "it was no submission");
}

#[test]
fn a_probe_goes_down_with_its_socket() {
    let mut rig = rig();
    rig.core.append_probe(b"PING ");

    rig.cut();

    rig.write_all();
    assert_eq!(rig.wire(), "");
    assert_eq!((rig.core.in_flight(), rig.core.tickets_in_use()), (0, 0));
}

#[test]
fn submissions_given_up_while_nothing_can_be_written_make_room_within_a_tick() {
    let mut rig = rig_with(Bounds { in_flight: 3, queued_bytes: 10_000, waiters: 100 });
    let blocked = rig.enter(&say("GET a "));
    rig.write(1);
    let (gone, kept) = (rig.enter(&say("GET b ")), rig.enter(&say("GET c ")));
    let bell = Arc::new(Bell::default());
    let next = say("GET d ");
    let number = rig.wait_for_room(&next, &bell);

    rig.core.abandon(gone);
    rig.expire(1);
    rig.ring();

    assert_eq!(bell.rung(), 1);
    assert!(rig.ask_room(number, &next).is_ready());
    rig.write_all();
    assert_eq!(rig.wire(), "GET a GET c GET d ");
    rig.hear("+A\r\n+C\r\n+D\r\n").unwrap();
    assert_eq!(rig.replies(blocked), ["+A\r\n"]);
    assert_eq!(rig.replies(kept), ["+C\r\n"]);
}

#[test]
fn a_server_that_takes_no_more_bytes_counts_as_silent() {
    let mut rig = rig();
    rig.enter(&say("SET a vvvvvvvv "));
    rig.write(4);

    for now in 1..=10 {
        rig.expire(now);
        rig.write(0);
    }

    assert_eq!(rig.core.silence(), Some(10));
}

#[test]
fn a_server_that_still_takes_bytes_does_not_count_as_silent() {
    let mut rig = rig();
    rig.enter(&say("SET a vvvvvvvv "));
    for now in 1..=10 {
        rig.expire(now);
        rig.write(1);
    }
    assert_eq!(rig.core.silence(), Some(0));

    rig.expire(12);
    rig.write_all();
    rig.enter(&say("GET b "));
    rig.write_all();
    rig.expire(20);

    assert_eq!(rig.core.silence(), Some(8), "since the oldest was out, not since the latest");
}

#[test]
fn a_waiter_whose_time_is_over_and_that_nobody_polls_keeps_nobody_out() {
    let mut rig = rig_with(Bounds { in_flight: 1, queued_bytes: 10_000, waiters: 100 });
    let (first, parked, next) = (rig.enter(&say("GET a ")), say("GET b "), say("GET c "));
    let (bell, other) = (Arc::new(Bell::default()), Arc::new(Bell::default()));
    let number = rig.wait_for_room(&parked, &bell);
    rig.expire(150);
    let late = rig.wait_for_room(&next, &other);
    rig.write_all();

    rig.expire(200);
    rig.hear("+A\r\n").unwrap();
    rig.ring();

    assert_eq!(other.rung(), 1);
    assert!(rig.ask_room(late, &next).is_ready());
    assert_eq!(rig.core.waiting_for_room(), 0);
    assert!(matches!(rig.error(first), LinkError::Timeout { .. }));
    assert!(matches!(rig.ask_room(number, &parked), Poll::Ready(Err(LinkError::Full { .. }))));
    assert!(matches!(rig.ask_room(number, &parked), Poll::Ready(Err(_))));
}

#[test]
fn who_waits_for_room_when_the_link_closes_still_gets_in() {
    let mut rig = rig_with(Bounds { in_flight: 1, queued_bytes: 10_000, waiters: 100 });
    rig.enter(&say("GET a "));
    let next = say("GET b ");
    let number = rig.wait_for_room(&next, &Arc::new(Bell::default()));
    rig.write_all();

    rig.core.closing = true;

    assert!(rig.core.enter(&say("GET c "), None, Waker::noop()).is_err());
    rig.hear("+A\r\n").unwrap();
    assert!(matches!(rig.ask_room(number, &next), Poll::Ready(Ok(_))));
}

#[test]
fn a_reply_that_nobody_waits_for_is_no_caller() {
    let mut rig = rig();
    let ticket = rig.enter(&say("GET a "));
    rig.write_all();
    assert!(rig.core.has_callers());

    assert_eq!(rig.core.abandon(ticket).0, Outcome::MaybeExecuted);

    assert!(!rig.core.has_callers());
    assert!(!rig.core.is_idle(), "its reply is still to come");
    assert_eq!((rig.core.counts.cancelled, rig.core.counts.tombstones), (0, 1));
}

#[test]
fn a_lost_submission_tells_its_own_bytes_and_not_those_behind_it() {
    let mut rig = rig();
    let ticket = rig.enter(&say("GET a "));
    rig.enter(&say("GET b "));
    rig.write_all();

    rig.cut();

    assert!(matches!(rig.error(ticket), LinkError::Lost { written: 6, .. }));
}

#[test]
fn as_many_are_called_at_once_as_there_is_room_for_and_enter_in_order() {
    let mut rig = rig_with(Bounds { in_flight: 4, queued_bytes: 10_000, waiters: 100 });
    let next = say("GET a ");
    let tickets: Vec<u32> = (0..4).map(|_| rig.enter(&next)).collect();
    let bells: Vec<Arc<Bell>> = (0..6).map(|_| Arc::new(Bell::default())).collect();
    let numbers: Vec<u64> = bells.iter().map(|bell| rig.wait_for_room(&next, bell)).collect();
    let rung = |rig: &mut Rig| {
        rig.ring();
        bells.iter().map(|bell| bell.rung()).collect::<Vec<_>>()
    };
    rig.write_all();

    rig.hear("+1\r\n+2\r\n+3\r\n").unwrap();
    assert_eq!(rung(&mut rig), [1, 1, 1, 0, 0, 0]);

    // Whoever comes before its turn is called again when it is first.
    let early = Waker::from(Arc::clone(&bells[1]));
    assert!(rig.core.ask_room(numbers[1], &next, &early).is_pending());
    assert!(rig.ask_room(numbers[0], &next).is_ready());
    assert_eq!(rung(&mut rig), [1, 2, 1, 0, 0, 0]);

    // Whoever goes away passes its call on.
    assert!(rig.ask_room(numbers[1], &next).is_ready());
    rig.core.leave_room(numbers[2]);
    assert_eq!(rung(&mut rig), [1, 2, 1, 1, 0, 0]);

    assert!(rig.ask_room(numbers[3], &next).is_ready());
    assert!(rig.ask_room(numbers[4], &next).is_pending(), "there is no more room");
    assert_eq!(rig.replies(tickets[0]), ["+1\r\n"]);
    rig.core.audit();
}
