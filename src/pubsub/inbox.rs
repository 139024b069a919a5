//! A subscriber's buffer: filled by the connection's task, emptied by the subscriber, never waited for by the former.
//!
//! Every message gets a number, also one that is dropped at once. So the reader sees by the numbers alone where messages
//! are missing and how many, whoever dropped them and whenever; nothing has to be counted on the side, and the count
//! stands exactly where the messages stood. Gaps are kept apart, each with its place among the numbers: they must not
//! be dropped, and there are few of them.

use std::collections::VecDeque;
use std::sync::atomic::{AtomicBool, AtomicU64, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError};
use std::task::{Poll, Waker};
use std::time::SystemTime;

use bytes::Bytes;
use crossbeam_queue::ArrayQueue;

use super::ear::Lent;
use super::event::{Ended, Event, GapReason, OnFull};

/// Gaps kept for a subscriber that does not read; one more is told as one with the last, at its own place.
const MAX_GAPS: usize = 64;

/// A message, shared by all who hear it.
#[derive(Clone, Debug)]
pub(super) struct Message {
    pub(super) channel: Bytes,
    pub(super) pattern: Option<Bytes>,
    pub(super) payload: Bytes,
}

impl Message {
    fn size(&self) -> usize {
        let pattern = self.pattern.as_ref().map_or(0, Bytes::len);
        self.payload.len().saturating_add(self.channel.len()).saturating_add(pattern)
    }
}

/// What a buffer may hold.
#[derive(Clone, Copy, Debug)]
pub(super) struct Room {
    pub(super) messages: usize,
    /// Of payloads and names; a larger message is taken when it is alone.
    pub(super) bytes: usize,
}

/// A break in the run of messages.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Gap {
    pub(super) since: SystemTime,
    pub(super) reason: GapReason,
}

/// One subscriber's buffer.
#[derive(Debug)]
pub(super) struct Inbox {
    pub(super) id: u64,
    queue: ArrayQueue<(u64, Arc<Message>)>,
    /// What it holds, and may hold. Counted before a message is put in and after it is taken out.
    bytes: AtomicUsize,
    max_bytes: usize,
    on_full: OnFull,
    /// The number of the next message.
    next: AtomicU64,
    gaps: Mutex<VecDeque<(u64, Gap)>>,
    gap_count: AtomicUsize,
    /// A gap is due before the next message, and what comes until then lies within it.
    muted: AtomicBool,
    /// The connection's task reads no more until there is room.
    stalls: AtomicBool,
    reader: Mutex<Option<Waker>>,
    ended: OnceLock<Ended>,
    /// Told at once, in the place of a reader.
    ear: Option<Lent>,
}

/// The reader's side.
#[derive(Debug, Default)]
pub(super) struct Reader {
    /// The number of the message that would follow the last one.
    expected: u64,
    /// A message that something else goes before.
    held: Option<(u64, Arc<Message>)>,
}

impl Inbox {
    pub(super) fn new(id: u64, room: Room, on_full: OnFull) -> Self {
        Self {
            id,
            queue: ArrayQueue::new(room.messages.max(1)),
            bytes: AtomicUsize::new(0),
            max_bytes: room.bytes,
            on_full,
            next: AtomicU64::new(0),
            gaps: Mutex::default(),
            gap_count: AtomicUsize::new(0),
            muted: AtomicBool::new(false),
            stalls: AtomicBool::new(false),
            reader: Mutex::default(),
            ended: OnceLock::new(),
            ear: None,
        }
    }

    /// One that keeps nothing, and tells everything at once.
    #[cfg(feature = "cache")]
    pub(super) fn of_ear(id: u64, ear: Lent) -> Self {
        Self { ear: Some(ear), ..Self::new(id, Room { messages: 1, bytes: 0 }, OnFull::DropNewest) }
    }

    /// Takes a message, or drops one; called by one task at a time. `false`: the subscription is over.
    pub(super) fn push(&self, message: &Arc<Message>, called: &mut Vec<Waker>) -> bool {
        if self.muted.load(Ordering::Relaxed) {
            return true;
        }
        if let Some(ear) = &self.ear {
            ear.tell(|ear| ear.hear(&message.payload));
            return true;
        }
        let number = self.next.load(Ordering::Relaxed);
        let fits = match self.on_full {
            OnFull::DropOldest => {
                while !self.fits(message) && self.pop().is_some() {}
                self.put(number, message, true)
            }
            // The driver asks whether there is room before it reads on, so Block finds some.
            OnFull::Block => self.put(number, message, false),
            OnFull::DropNewest => {
                let _ = self.fits(message) && self.put(number, message, false);
                true
            }
            OnFull::Disconnect => self.fits(message) && self.put(number, message, false),
        };
        self.next.store(number.wrapping_add(1), Ordering::Release);
        if !fits {
            self.end(Ended::Overflow, called);
        } else {
            called.extend(self.reader().take());
        }
        fits
    }

    /// Whether there are bytes left for it.
    fn fits(&self, message: &Message) -> bool {
        let held = self.bytes.load(Ordering::Relaxed);
        held == 0 || held.saturating_add(message.size()) <= self.max_bytes
    }

    /// Puts it in, in the place of the oldest one if it must and may. `false`: there is no place.
    fn put(&self, number: u64, message: &Arc<Message>, in_its_place: bool) -> bool {
        self.bytes.fetch_add(message.size(), Ordering::SeqCst);
        let numbered = (number, Arc::clone(message));
        let (out, fits) = if in_its_place {
            (self.queue.force_push(numbered), true)
        } else {
            let out = self.queue.push(numbered).err();
            let fits = out.is_none();
            (out, fits)
        };
        if let Some((_, out)) = out {
            self.bytes.fetch_sub(out.size(), Ordering::SeqCst);
        }
        fits
    }

    fn pop(&self) -> Option<(u64, Arc<Message>)> {
        let popped = self.queue.pop();
        if let Some((_, message)) = &popped {
            self.bytes.fetch_sub(message.size(), Ordering::SeqCst);
        }
        popped
    }

    fn is_full(&self) -> bool {
        self.queue.is_full() || self.bytes.load(Ordering::SeqCst) >= self.max_bytes
    }

    /// Drops what comes until the gap is told.
    pub(super) fn mute(&self) {
        self.muted.store(true, Ordering::Relaxed);
        self.doubt();
    }

    /// Nothing may be coming any more.
    pub(super) fn doubt(&self) {
        if let Some(ear) = &self.ear {
            ear.tell(|ear| ear.go_deaf());
        }
    }

    /// The doubt was unfounded. A gap that is yet to be told stays one.
    pub(super) fn trust(&self) {
        if let Some(ear) = self.ear.as_ref().filter(|_| !self.muted.load(Ordering::Relaxed)) {
            ear.tell(|ear| ear.hear_again());
        }
    }

    /// Tells a gap, before all messages that come from now on.
    pub(super) fn tell(&self, gap: Gap, called: &mut Vec<Waker>) {
        self.muted.store(false, Ordering::Relaxed);
        if let Some(ear) = &self.ear {
            return ear.tell(|ear| ear.hear_again());
        }
        let at = self.next.load(Ordering::Relaxed);
        let mut gaps = self.gaps.lock().unwrap_or_else(PoisonError::into_inner);
        if gaps.len() < MAX_GAPS {
            gaps.push_back((at, gap));
        } else if let Some((place, _)) = gaps.back_mut() {
            *place = at;
        }
        self.gap_count.store(gaps.len(), Ordering::Release);
        drop(gaps);
        called.extend(self.reader().take());
    }

    /// Ends the subscription once everything in the buffer was read.
    pub(super) fn end(&self, why: Ended, called: &mut Vec<Waker>) {
        let _ = self.ended.set(why);
        self.doubt();
        called.extend(self.reader().take());
    }

    pub(super) fn ended(&self) -> Option<&Ended> {
        self.ended.get()
    }

    /// Whether another message fits. After a no the reader is told by [`made_room`](Self::made_room) to wake the
    /// connection's task; called by that task alone.
    pub(super) fn has_room(&self) -> bool {
        if !self.is_full() {
            return true;
        }
        self.stalls.store(true, Ordering::SeqCst);
        // Only a reader that makes room from here on sees that somebody waits for it.
        let room = !self.is_full();
        if room {
            self.stalls.store(false, Ordering::SeqCst);
        }
        room
    }

    /// Whether the connection's task waits for room and there is some now; said once. Asked after each read.
    pub(super) fn made_room(&self) -> bool {
        self.stalls.load(Ordering::SeqCst) && !self.is_full() && self.stalls.swap(false, Ordering::SeqCst)
    }

    /// Whether its connection waits when it is full.
    pub(super) fn blocks(&self) -> bool {
        self.on_full == OnFull::Block
    }

    /// The next event; `None` at the end.
    pub(super) fn poll(&self, reader: &mut Reader, waker: &Waker) -> Poll<Option<Event>> {
        if let Some(event) = self.take(reader) {
            return Poll::Ready(Some(event));
        }
        match &mut *self.reader() {
            Some(known) => known.clone_from(waker),
            none => *none = Some(waker.clone()),
        }
        // What ended it came after the last message, so the end is looked at first.
        let ended = self.ended.get().is_some();
        match self.take(reader) {
            Some(event) => Poll::Ready(Some(event)),
            None if ended => Poll::Ready(None),
            None => Poll::Pending,
        }
    }

    fn take(&self, reader: &mut Reader) -> Option<Event> {
        // Before the queue: when that is empty then, everything below `end` was read or dropped.
        let end = self.next.load(Ordering::Acquire);
        let next = reader.held.take().or_else(|| self.pop());
        let here = next.as_ref().map_or(end, |(number, _)| *number);
        let gap = self.gap_before(here);
        let place = gap.map_or(here, |(at, _)| at);
        if place > reader.expected {
            let missed = place.wrapping_sub(reader.expected);
            reader.expected = place;
            reader.held = next;
            return Some(Event::Lagged(missed));
        }
        if let Some((_, Gap { since, reason })) = gap {
            self.forget_gap();
            reader.held = next;
            return Some(Event::Gap { since, reason });
        }
        let (number, message) = next?;
        reader.expected = number.wrapping_add(1);
        let Message { channel, pattern, payload } = Arc::unwrap_or_clone(message);
        Some(Event::Message { channel, pattern, payload })
    }

    /// The first gap that goes before the message with the number `here`.
    fn gap_before(&self, here: u64) -> Option<(u64, Gap)> {
        if self.gap_count.load(Ordering::Acquire) == 0 {
            return None;
        }
        let gaps = self.gaps.lock().unwrap_or_else(PoisonError::into_inner);
        gaps.front().copied().filter(|(at, _)| *at <= here)
    }

    fn forget_gap(&self) {
        let mut gaps = self.gaps.lock().unwrap_or_else(PoisonError::into_inner);
        gaps.pop_front();
        self.gap_count.store(gaps.len(), Ordering::Release);
    }

    fn reader(&self) -> MutexGuard<'_, Option<Waker>> {
        self.reader.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests;
