//! A submission whose replies can be told from everybody else's.

use std::ops::Range;

use bytes::Bytes;
use fastrand::Rng;
use redlane_resp::command::WireSink as _;
use redlane_resp::reply::Replies;

use super::ledger::{Ledger, Tag};
use crate::error::{LinkError, Outcome};
use crate::outbox::Outbox;
use crate::payload::Payload;

/// How the commands of a submission belong together.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    Single,
    Pipeline,
    Transaction,
}

#[derive(Clone, Debug)]
enum Part {
    Small(Vec<u8>),
    Shared(Bytes),
}

/// One submission.
#[derive(Clone, Debug)]
pub(crate) struct Work {
    kind: Kind,
    pub(crate) tags: Range<Tag>,
    parts: Vec<Part>,
    len: usize,
    /// Where each command ends.
    ends: Vec<usize>,
}

impl Work {
    /// A submission of any kind.
    pub(crate) fn draw(rng: &mut Rng, ledger: &mut Ledger) -> Self {
        let (kind, count) = match rng.u8(0..10) {
            0..=5 => (Kind::Single, 1),
            6..=7 => (Kind::Pipeline, rng.usize(1..6)),
            _ => (Kind::Transaction, rng.usize(1..5)),
        };
        let tags = ledger.tags(count);
        let mut work = Work { kind, tags: tags.clone(), parts: Vec::new(), len: 0, ends: Vec::new() };
        if kind == Kind::Transaction {
            work.put(b"*1\r\n$5\r\nMULTI\r\n");
        }
        for tag in tags {
            work.echo(tag, rng);
            work.ends.push(work.len);
        }
        if kind == Kind::Transaction {
            work.put(b"*1\r\n$4\r\nEXEC\r\n");
        }
        work
    }

    /// `ECHO <tag> padding`.
    fn echo(&mut self, tag: Tag, rng: &mut Rng) {
        let tag = tag.to_string();
        let padding = match rng.u8(0..12) {
            0 => rng.usize(0..3_000),
            1..=3 => rng.usize(0..100),
            _ => 0,
        };
        self.put(format!("*3\r\n$4\r\nECHO\r\n${}\r\n{tag}\r\n${padding}\r\n", tag.len()).as_bytes());
        let filler = vec![b'.'; padding];
        if padding > 0 && rng.bool() {
            self.len += padding;
            self.parts.push(Part::Shared(Bytes::from(filler)));
        } else {
            self.put(&filler);
        }
        self.put(b"\r\n");
    }

    fn put(&mut self, bytes: &[u8]) {
        self.len += bytes.len();
        self.parts.push(Part::Small(bytes.to_vec()));
    }

    /// The caller went away, with the replies that had come, and was told what that means.
    pub(crate) fn given_up(&self, (outcome, replies): &(Outcome, Replies), ledger: &mut Ledger) {
        self.check(replies, ledger);
        self.note(*outcome, ledger);
    }

    fn note(&self, outcome: Outcome, ledger: &mut Ledger) {
        if outcome == Outcome::NotSent {
            ledger.forbid(self.tags.clone());
        }
    }

    /// Holds the result against what the server did.
    pub(crate) fn judge(&self, result: &Result<Replies, LinkError>, ledger: &mut Ledger) {
        match result {
            Ok(replies) => {
                assert_eq!(replies.len(), self.frames(), "{self:?}");
                self.check(replies, ledger);
            }
            Err(error) => {
                if let LinkError::Timeout { replies, .. } = error {
                    self.check(replies, ledger);
                }
                if let LinkError::Lost { written, replies, .. } = error {
                    self.check(replies, ledger);
                    assert!(*written <= self.len, "{written} of {self:?}");
                    if self.kind == Kind::Pipeline {
                        let sent = self.ends.partition_point(|end| end <= written);
                        assert!(replies.len() <= sent, "{replies:?} of {sent} sent");
                        ledger.forbid(
                            self.tags
                                .clone()
                                .skip(sent)
                                .fold(self.tags.end..self.tags.end, |all, tag| all.start.min(tag)..all.end),
                        );
                    }
                }
                self.note(error.outcome(), ledger);
            }
        }
    }

    /// Each reply belongs to its command.
    fn check(&self, replies: &Replies, ledger: &Ledger) {
        let replies: Vec<Bytes> = replies.iter().map(|reply| reply.into_bytes()).collect();
        if self.kind != Kind::Transaction {
            for (tag, reply) in self.tags.clone().zip(&replies) {
                assert!(holds(reply, tag), "{reply:?} for <{tag}>");
                ledger.acknowledge(tag);
            }
            return;
        }
        for (index, reply) in replies.iter().enumerate() {
            match index.checked_sub(1).and_then(|index| self.tags.clone().nth(index)) {
                None if index == 0 => assert_eq!(reply, "+OK\r\n"),
                Some(tag) => assert_eq!(reply, format!("+QUEUED <{tag}>\r\n").as_bytes()),
                None => {
                    for tag in self.tags.clone() {
                        assert!(holds(reply, tag), "{reply:?} for {:?}", self.tags);
                        ledger.acknowledge(tag);
                    }
                }
            }
        }
    }
}

/// Whether the reply bears the tag.
fn holds(reply: &Bytes, tag: Tag) -> bool {
    let mark = format!("<{tag}>");
    reply.windows(mark.len()).any(|window| window == mark.as_bytes())
}

impl Payload for Work {
    fn frames(&self) -> usize {
        self.tags.len() + if self.kind == Kind::Transaction { 2 } else { 0 }
    }

    fn encoded_len(&self) -> usize {
        self.len
    }

    fn encode(&self, out: &mut Outbox) {
        for part in &self.parts {
            match part {
                Part::Small(bytes) => out.put_slice(bytes),
                Part::Shared(bytes) => out.put_segment(bytes.clone()),
            }
        }
    }

    fn whole(&self) -> bool {
        self.kind != Kind::Pipeline
    }
}
