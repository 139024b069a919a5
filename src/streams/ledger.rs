//! Which entries are out, and which of them are done.
//!
//! An entry is *out* from its arrival until the server has taken its acknowledgement, or until it is let go. So an entry
//! that is read a second time, because a reply was lost in between, is known and not handed out twice. When the group is
//! gone, so is the page of the book: what was handed out before cannot acknowledge what comes after under the same id.

use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::task::{Context, Waker};

use tokio::time::Instant;

/// The book that a reader and its entries share.
#[derive(Debug, Default)]
pub(super) struct Ledger(Mutex<Book>);

#[derive(Debug, Default)]
struct Book {
    page: u64,
    out: HashMap<String, State>,
    /// Done, and the server has not been told.
    done: Vec<String>,
    /// Since when the first of them waits.
    since: Option<Instant>,
    /// The task that waits for the next entry.
    waiting: Option<Waker>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum State {
    /// With the reader or its caller.
    Held,
    /// Done; the acknowledgement is on its way or waits for others.
    Done,
}

impl Ledger {
    /// Notes an entry that arrived and gives the page that it stands on; `None` when it is out already.
    pub(super) fn take(&self, id: &str) -> Option<u64> {
        let mut book = self.lock();
        if book.out.contains_key(id) {
            return None;
        }
        book.out.insert(id.to_owned(), State::Held);
        Some(book.page)
    }

    /// Begins a new page: all entries and acknowledgements are void.
    pub(super) fn turn_page(&self) {
        let mut book = self.lock();
        book.page = book.page.wrapping_add(1);
        book.out.clear();
        book.done.clear();
        book.since = None;
    }

    /// Notes that an entry is done.
    pub(super) fn ack(&self, id: &str, page: u64) {
        let mut book = self.lock();
        if book.page != page {
            return;
        }
        let Some(state) = book.out.get_mut(id) else { return };
        if *state == State::Done {
            return;
        }
        *state = State::Done;
        book.done.push(id.to_owned());
        book.since.get_or_insert_with(Instant::now);
        let waiting = book.waiting.take();
        drop(book);
        waiting.into_iter().for_each(Waker::wake);
    }

    /// Forgets an entry that is not done. One that is stays until the server knows.
    pub(super) fn let_go(&self, id: &str, page: u64) {
        let mut book = self.lock();
        if book.page != page || book.out.get(id) != Some(&State::Held) {
            return;
        }
        book.out.remove(id);
        let waiting = book.waiting.take();
        drop(book);
        waiting.into_iter().for_each(Waker::wake);
    }

    /// Takes the acknowledgements that wait.
    pub(super) fn take_done(&self) -> Vec<String> {
        let mut book = self.lock();
        book.since = None;
        std::mem::take(&mut book.done)
    }

    /// The server has been told.
    pub(super) fn settle(&self, ids: &[String]) {
        let mut book = self.lock();
        for id in ids {
            book.out.remove(id);
        }
    }

    /// The server could not be told: they wait again.
    pub(super) fn put_back(&self, ids: Vec<String>) {
        let mut book = self.lock();
        book.done.extend(ids);
        book.since.get_or_insert_with(Instant::now);
    }

    /// How many acknowledgements wait, and since when.
    pub(super) fn waiting_acks(&self) -> (usize, Option<Instant>) {
        let book = self.lock();
        (book.done.len(), book.since)
    }

    /// How many entries are out.
    pub(super) fn out(&self) -> usize {
        self.lock().out.len()
    }

    /// Whom to wake when an entry is done or let go.
    pub(super) fn watch(&self, cx: &Context<'_>) {
        let mut book = self.lock();
        match &mut book.waiting {
            Some(waker) => waker.clone_from(cx.waker()),
            none => *none = Some(cx.waker().clone()),
        }
    }

    fn lock(&self) -> MutexGuard<'_, Book> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_entry_is_out_until_the_server_knows_that_it_is_done() {
        let ledger = Ledger::default();

        assert!(ledger.take("1-0").is_some() && ledger.take("2-0").is_some());
        assert!(ledger.take("1-0").is_none(), "it is out");
        ledger.ack("1-0", 0);
        assert!(ledger.take("1-0").is_none(), "done, and the server does not know");
        let sent = ledger.take_done();
        assert_eq!((sent.as_slice(), ledger.waiting_acks()), (["1-0".to_owned()].as_slice(), (0, None)));
        assert!(ledger.take("1-0").is_none(), "on its way");
        ledger.settle(&sent);

        assert!(ledger.take("1-0").is_some());
        assert_eq!(ledger.out(), 2);
    }

    #[test]
    fn an_entry_that_is_let_go_may_come_again() {
        let ledger = Ledger::default();
        ledger.take("1-0");

        ledger.let_go("1-0", 0);

        assert_eq!((ledger.out(), ledger.waiting_acks().0), (0, 0));
        assert!(ledger.take("1-0").is_some());
    }

    #[test]
    fn a_done_entry_cannot_be_let_go_or_done_again() {
        let ledger = Ledger::default();
        ledger.take("1-0");
        ledger.ack("1-0", 0);

        ledger.let_go("1-0", 0);
        ledger.ack("1-0", 0);
        ledger.ack("9-0", 0);

        assert_eq!((ledger.out(), ledger.waiting_acks().0), (1, 1));
    }

    #[test]
    fn acknowledgements_that_could_not_be_sent_wait_again() {
        let ledger = Ledger::default();
        ledger.take("1-0");
        ledger.ack("1-0", 0);
        let sent = ledger.take_done();

        ledger.put_back(sent);

        assert_eq!(ledger.waiting_acks().0, 1);
        assert!(ledger.waiting_acks().1.is_some());
        assert_eq!(ledger.take_done(), ["1-0"]);
    }

    #[test]
    fn an_entry_of_a_lost_group_does_not_acknowledge_one_of_its_successor() {
        let ledger = Ledger::default();
        let old = ledger.take("1-0").unwrap();
        ledger.take("2-0");
        ledger.ack("2-0", old);

        ledger.turn_page();
        let new = ledger.take("1-0").unwrap();
        ledger.ack("1-0", old);
        ledger.let_go("1-0", old);

        assert_eq!((ledger.out(), ledger.waiting_acks()), (1, (0, None)));
        ledger.ack("1-0", new);
        assert_eq!(ledger.take_done(), ["1-0"]);
    }
}
