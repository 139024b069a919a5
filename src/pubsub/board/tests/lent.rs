//! Ears lent to the board, which are told at once and buffer nothing.

use std::sync::Mutex;

use super::*;
use crate::pubsub::ear::{self, Lent};

/// Writes down what it is told.
#[derive(Default)]
struct Notes(Mutex<Vec<String>>);

impl Notes {
    fn take(&self) -> Vec<String> {
        std::mem::take(&mut self.0.lock().unwrap())
    }

    fn note(&self, text: &str) {
        self.0.lock().unwrap().push(text.to_owned());
    }
}

impl ear::Ear for Notes {
    fn hear(&self, payload: &Bytes) {
        self.note(std::str::from_utf8(payload).unwrap());
    }
    fn go_deaf(&self) {
        self.note("deaf");
    }
    fn hear_again(&self) {
        self.note("again");
    }
}

/// A scene in which somebody listens to `a`.
fn listening() -> (Scene, Arc<Notes>, Arc<Inbox>) {
    let (scene, notes) = (Scene::up(), Arc::new(Notes::default()));
    let weak = Arc::downgrade(&notes);
    let inbox = scene.board.lend(Lent(weak)).unwrap();
    scene.board.want(inbox.id, Kind::Channel.topics(["a"]));
    scene.words();
    scene.settle("subscribe", "a");
    (scene, notes, inbox)
}

#[test]
fn an_ear_is_told_of_everything_at_once_and_keeps_nothing() {
    let (scene, notes, inbox) = listening();

    for message in ["1", "2", "3"] {
        scene.hear_words(&["message", "a", message]);
    }

    assert_eq!(notes.take(), ["1", "2", "3"]);
    assert!(inbox.poll(&mut Reader::default(), Waker::noop()).is_pending());
}

#[test]
fn it_is_told_when_the_connection_is_lost_and_when_all_is_heard_again() {
    let (scene, notes, _inbox) = listening();

    scene.board.down(scene.session);
    assert_eq!(notes.take(), ["deaf"]);
    scene.board.up(scene.session);
    scene.words();
    assert!(notes.take().is_empty(), "not before it is confirmed");
    scene.settle("subscribe", "a");
    assert_eq!(notes.take(), ["again"]);
    scene.board.finish(&Ended::Closed);
    assert_eq!(notes.take(), ["deaf"]);
}

#[test]
fn it_does_not_trust_a_silent_server_until_that_speaks() {
    let (scene, notes, _inbox) = listening();

    scene.board.silent(scene.session);
    scene.board.silent(scene.session);
    assert_eq!(notes.take(), ["deaf"]);
    scene.hear_words(&["message", "a", "1"]);
    assert_eq!(notes.take(), ["again", "1"]);

    scene.board.silent(scene.session);
    scene.board.down(scene.session);
    scene.board.up(scene.session);
    scene.words();
    scene.hear_words(&["pong", ""]);
    assert_eq!(notes.take(), ["deaf", "deaf"], "what it missed is yet to be told");
    scene.settle("subscribe", "a");
    assert_eq!(notes.take(), ["again"]);
}

#[test]
fn an_ear_that_is_gone_is_told_nothing() {
    let (scene, notes, inbox) = listening();

    drop(notes);
    scene.hear_words(&["message", "a", "1"]);
    scene.board.leave(inbox.id);

    assert_eq!(scene.words(), ["UNSUBSCRIBE a"]);
}
