#[cfg(feature = "cache")]
mod lent;

use std::task::Poll;

use redlane_resp::scan::{Scan, Scanner};

use super::*;
use crate::error::{ErrorKind, ServerError};
use crate::pubsub::event::{Event, OnFull};
use crate::pubsub::inbox::{Reader, Room};

/// A board with its connection, spoken for byte by byte.
struct Scene {
    board: Board,
    session: u64,
}

/// A subscriber of the test's.
struct Ear {
    inbox: Arc<Inbox>,
    reader: Reader,
}

const LIMIT: Duration = Duration::from_secs(5);

impl Scene {
    fn new() -> Self {
        let board = Board::default();
        let session = board.begin().unwrap();
        Self { board, session }
    }

    fn up() -> Self {
        let scene = Self::new();
        scene.board.up(scene.session);
        scene
    }

    fn ear(&self) -> Ear {
        Ear {
            inbox: self.board.join(Room { messages: 8, bytes: usize::MAX }, OnFull::DropOldest).unwrap(),
            reader: Reader::default(),
        }
    }

    /// Asks for channels and gives the ask.
    fn want(&self, ear: &Ear, names: &[&str]) -> u64 {
        self.board.want(ear.inbox.id, Kind::Channel.topics(names)).0
    }

    fn release(&self, ear: &Ear, names: &[&str]) {
        self.board.release(ear.inbox.id, &Kind::Channel.topics(names));
    }

    /// What is said now: each command in words.
    fn words(&self) -> Vec<String> {
        let mut bytes = Vec::new();
        self.board.words(self.session, false, &mut bytes);
        commands(&bytes)
    }

    fn hear(&self, frame: &str) {
        self.board.hear(self.session, &Reply::from_frame(frame.to_owned().into()));
    }

    fn hear_words(&self, words: &[&str]) {
        let mut frame = format!(">{}\r\n", words.len());
        for word in words {
            frame.push_str(&format!("${}\r\n{word}\r\n", word.len()));
        }
        self.hear(&frame);
    }

    /// The server confirms.
    fn settle(&self, word: &str, name: &str) {
        self.hear(&format!(">3\r\n${}\r\n{word}\r\n${}\r\n{name}\r\n:1\r\n", word.len(), name.len()));
    }

    fn asked(&self, ask: u64) -> Poll<Result<(), ErrorKind>> {
        self.board.poll_ask(ask, Waker::noop()).map_err(|error| error.kind())
    }

    fn subscribed(&self, names: &[&str]) -> Ear {
        let ear = self.ear();
        self.want(&ear, names);
        self.words();
        for name in names {
            self.settle("subscribe", name);
        }
        ear
    }

    fn topics(&self) -> usize {
        self.board.stats().topics
    }
}

impl Ear {
    /// What can be read now, in short.
    fn read(&mut self) -> Vec<String> {
        let mut events = Vec::new();
        while let Poll::Ready(event) = self.inbox.poll(&mut self.reader, Waker::noop()) {
            let Some(event) = event else {
                events.push("end".to_owned());
                break;
            };
            events.push(match event {
                Event::Message { payload, .. } => String::from_utf8(payload.to_vec()).unwrap(),
                Event::Gap { reason, .. } => format!("{reason:?}"),
                Event::Lagged(count) => format!("lagged {count}"),
            });
        }
        events
    }
}

fn commands(bytes: &[u8]) -> Vec<String> {
    let (mut scanner, mut rest, mut commands) = (Scanner::new(Default::default()), bytes, Vec::new());
    while !rest.is_empty() {
        let Ok(Scan::Whole { len, .. }) = scanner.scan(rest) else { panic!("{rest:?}") };
        let words: Vec<String> = Reply::from_frame(Bytes::copy_from_slice(&rest[..len])).read().unwrap();
        commands.push(words.join(" "));
        rest = &rest[len..];
    }
    commands
}

#[test]
fn a_wish_is_said_once_and_holds_when_it_is_confirmed() {
    let scene = Scene::up();
    let (first, second) = (scene.ear(), scene.ear());

    let ask = scene.want(&first, &["a", "b"]);
    let other = scene.want(&second, &["a"]);
    assert!(scene.board.has_words());
    let words = scene.words();
    assert!(!scene.board.has_words());
    scene.settle("subscribe", "a");

    assert_eq!(words, ["SUBSCRIBE a b"]);
    assert_eq!((scene.asked(ask), scene.asked(other)), (Poll::Pending, Poll::Ready(Ok(()))));
    scene.settle("subscribe", "b");
    assert_eq!(scene.asked(ask), Poll::Ready(Ok(())));
    assert!(scene.words().is_empty());
}

#[test]
fn a_wish_that_holds_already_is_not_said_again() {
    let scene = Scene::up();
    let _first = scene.subscribed(&["a"]);
    let second = scene.ear();

    let ask = scene.want(&second, &["a"]);

    assert_eq!(scene.asked(ask), Poll::Ready(Ok(())));
    assert!(scene.words().is_empty());
}

#[test]
fn the_last_one_who_lets_go_unsubscribes() {
    let scene = Scene::up();
    let (first, second) = (scene.subscribed(&["a"]), scene.subscribed(&["a"]));

    scene.board.leave(first.inbox.id);
    assert!(scene.words().is_empty());
    scene.release(&second, &["a"]);

    assert_eq!(scene.words(), ["UNSUBSCRIBE a"]);
    scene.settle("unsubscribe", "a");
    assert_eq!(scene.topics(), 0);
}

#[test]
fn a_wish_taken_back_before_it_was_said_is_not_said() {
    let scene = Scene::up();
    let ear = scene.ear();

    scene.want(&ear, &["a"]);
    scene.release(&ear, &["a"]);

    assert!(scene.words().is_empty());
    assert_eq!(scene.topics(), 0);
}

#[test]
fn who_comes_back_while_the_end_is_on_its_way_waits_for_the_new_beginning() {
    let scene = Scene::up();
    let ear = scene.subscribed(&["a"]);
    scene.release(&ear, &["a"]);
    assert_eq!(scene.words(), ["UNSUBSCRIBE a"]);

    let ask = scene.want(&ear, &["a"]);
    assert_eq!(scene.words(), ["SUBSCRIBE a"]);
    scene.settle("unsubscribe", "a");
    assert_eq!(scene.asked(ask), Poll::Pending);
    scene.settle("subscribe", "a");

    assert_eq!(scene.asked(ask), Poll::Ready(Ok(())));
}

#[test]
fn a_lost_socket_has_everything_said_again_and_one_gap_before_the_next_message() {
    let mut ears = Vec::new();
    let scene = Scene::up();
    for names in [["a", "b"], ["b", "c"]] {
        ears.push(scene.subscribed(&names));
    }
    scene.hear_words(&["message", "b", "before"]);

    scene.board.down(scene.session);
    scene.board.down(scene.session);
    scene.board.up(scene.session);
    let mut words = scene.words();
    assert_eq!(words.len(), 1);
    let mut names: Vec<String> = words.remove(0).split(' ').map(str::to_owned).collect();
    names.remove(0);
    for name in &names {
        scene.hear_words(&["message", "b", "too early"]);
        scene.settle("subscribe", name);
    }
    scene.hear_words(&["message", "b", "after"]);

    names.sort();
    assert_eq!(names, ["a", "b", "c"]);
    for ear in &mut ears {
        let events = ear.read();
        assert_eq!(events.iter().filter(|event| *event == "Reconnected").count(), 1, "{events:?}");
        assert_eq!((events.first().unwrap().as_str(), events.last().unwrap().as_str()), ("before", "after"));
        assert_eq!(events[1], "Reconnected", "{events:?}");
    }
}

#[test]
fn a_second_loss_before_everything_is_back_is_the_same_gap() {
    let scene = Scene::up();
    let mut ear = scene.subscribed(&["a", "b"]);
    scene.board.down(scene.session);
    scene.board.up(scene.session);
    scene.words();
    scene.settle("subscribe", "a");

    scene.board.down(scene.session);
    scene.board.up(scene.session);
    let words = scene.words();
    for name in words[0].split(' ').skip(1) {
        scene.settle("subscribe", name);
    }

    assert_eq!(ear.read(), ["Reconnected"]);
}

#[test]
fn who_was_not_subscribed_yet_has_no_gap() {
    let scene = Scene::up();
    let mut ear = scene.ear();
    let ask = scene.want(&ear, &["a"]);
    scene.words();

    scene.board.down(scene.session);
    assert_eq!(scene.asked(ask), Poll::Pending);
    scene.board.up(scene.session);
    assert_eq!(scene.words(), ["SUBSCRIBE a"]);
    scene.settle("subscribe", "a");

    assert_eq!(scene.asked(ask), Poll::Ready(Ok(())));
    assert!(ear.read().is_empty());
}

#[test]
fn a_subscription_that_the_server_ends_is_renewed_with_a_gap() {
    let scene = Scene::up();
    let mut ear = scene.ear();
    scene.board.want(ear.inbox.id, Kind::Shard.topics(["a", "b"]));
    assert_eq!(scene.words(), ["SSUBSCRIBE a", "SSUBSCRIBE b"]);
    scene.settle("ssubscribe", "a");
    scene.settle("ssubscribe", "b");

    scene.settle("sunsubscribe", "a");
    assert!(scene.board.has_words());
    scene.hear_words(&["smessage", "b", "of the other"]);
    assert_eq!(scene.words(), ["SSUBSCRIBE a"]);
    scene.settle("ssubscribe", "a");
    scene.hear_words(&["smessage", "a", "after"]);

    assert_eq!(ear.read(), ["of the other", "Moved", "after"]);
}

#[test]
fn one_refused_name_does_not_take_others_with_it() {
    let scene = Scene::up();
    let (mut good, bad) = (scene.ear(), scene.ear());
    let (ask, refused) = (scene.want(&good, &["good"]), scene.want(&bad, &["bad"]));
    assert_eq!(scene.words(), ["SUBSCRIBE good bad"]);

    scene.hear("-NOPERM no\r\n");
    assert_eq!(scene.words(), ["SUBSCRIBE good", "SUBSCRIBE bad"]);
    scene.settle("subscribe", "good");
    scene.hear("-NOPERM no\r\n");

    assert_eq!(scene.asked(ask), Poll::Ready(Ok(())));
    assert_eq!(scene.asked(refused), Poll::Ready(Err(ErrorKind::NoPermission)));
    assert_eq!(scene.topics(), 1);
    scene.hear_words(&["message", "good", "hello"]);
    assert_eq!(good.read(), ["hello"]);
}

#[test]
fn a_name_refused_after_a_reconnect_ends_its_subscription() {
    let scene = Scene::up();
    let mut ear = scene.subscribed(&["a"]);
    scene.board.down(scene.session);
    scene.board.up(scene.session);
    scene.words();

    scene.hear("-NOPERM no\r\n");

    assert_eq!(ear.read(), ["end"]);
    assert!(matches!(ear.inbox.ended(), Some(Ended::Refused(error)) if error.command() == Some("SUBSCRIBE")));
    assert_eq!(scene.topics(), 0);
}

#[test]
fn an_error_to_a_ping_is_no_refusal_of_a_channel() {
    let scene = Scene::up();
    let ear = scene.ear();
    let mut bytes = Vec::new();
    scene.board.words(scene.session, true, &mut bytes);
    assert_eq!(commands(&bytes), ["PING"]);
    let ask = scene.want(&ear, &["a"]);
    scene.words();

    scene.hear("-NOPERM no PING for you\r\n");
    scene.settle("subscribe", "a");

    assert_eq!(scene.asked(ask), Poll::Ready(Ok(())));
}

#[test]
fn a_server_that_refuses_us_is_told_to_who_waits_and_to_who_comes() {
    let scene = Scene::new();
    let (early, late) = (scene.ear(), scene.ear());
    let ask = scene.want(&early, &["a"]);
    let error = ConnectError::from_reply(ServerError::from_line(b"WRONGPASS no"));

    scene.board.failed(scene.session, &error);
    let other = scene.want(&late, &["a"]);

    assert_eq!(scene.asked(ask), Poll::Ready(Err(ErrorKind::Auth)));
    assert_eq!(scene.asked(other), Poll::Ready(Err(ErrorKind::Auth)));
    scene.board.up(scene.session);
    let again = scene.want(&late, &["a"]);
    scene.words();
    scene.settle("subscribe", "a");
    assert_eq!(scene.asked(again), Poll::Ready(Ok(())));
}

#[test]
fn a_late_ask_tells_what_kept_it() {
    let scene = Scene::new();
    let ear = scene.ear();
    let ask = scene.want(&ear, &["a"]);
    assert_eq!(scene.board.late(ask, LIMIT).outcome(), crate::error::Outcome::NotSent);

    scene.board.failed(scene.session, &ConnectError::closed_at_once());
    assert_eq!(scene.board.late(ask, LIMIT).kind(), ErrorKind::Connect);
    scene.board.up(scene.session);
    scene.words();

    let error = scene.board.late(ask, LIMIT);
    assert_eq!((error.kind(), error.outcome()), (ErrorKind::Timeout, crate::error::Outcome::MaybeExecuted));
}

#[test]
fn odd_frames_are_counted_and_ignored() {
    let scene = Scene::up();
    let mut ear = scene.subscribed(&["a"]);

    scene.hear_words(&["novelty", "a", "b"]);
    scene.hear(":7\r\n");
    scene.hear("+PONG\r\n");
    scene.hear("-ERR out of nowhere\r\n");
    scene.hear(">3\r\n$11\r\nunsubscribe\r\n_\r\n:0\r\n");
    scene.settle("subscribe", "never asked for");
    scene.hear_words(&["message", "never asked for", "hello"]);
    scene.hear_words(&["message", "a", "hello"]);

    assert_eq!(scene.board.stats().unknown_frames, 2);
    assert_eq!(ear.read(), ["hello"]);
}

#[tokio::test(start_paused = true)]
async fn a_connection_that_nobody_needs_ends_after_a_while() {
    let scene = Scene::up();
    let ear = scene.subscribed(&["a"]);
    assert!(!scene.board.retire(scene.session));

    scene.board.leave(ear.inbox.id);
    assert!(!scene.board.retire(scene.session));
    tokio::time::advance(LINGER).await;

    assert!(scene.board.retire(scene.session));
    assert!(scene.board.begin().is_some_and(|session| session != scene.session));
}

#[test]
fn a_server_that_leaves_a_question_unanswered_is_not_up_until_it_is_heard() {
    let scene = Scene::up();
    let mut ear = scene.subscribed(&["a"]);

    scene.board.silent(scene.session);
    assert!(!scene.board.stats().up);
    assert_eq!(ear.read(), Vec::<String>::new(), "nothing need be lost");

    scene.hear(">3\r\n$7\r\nmessage\r\n$1\r\na\r\n$2\r\nhi\r\n");
    assert!(scene.board.stats().up);
}

#[test]
fn reports_of_an_old_connection_count_for_nothing() {
    let scene = Scene::up();
    let ear = scene.subscribed(&["a"]);
    scene.board.over(scene.session, &Ended::Lost(crate::error::CloseReason::RuntimeGone));
    let session = scene.board.begin().unwrap();
    scene.board.up(session);

    scene.board.down(scene.session);

    assert!(scene.board.stats().up);
    assert!(matches!(ear.inbox.ended(), Some(Ended::Lost(_))));
    assert!(scene.board.retire(scene.session));
}
