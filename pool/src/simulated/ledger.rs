//! What the server ran, and what it must not run.

use std::ops::Range;

/// The number of a command; ascending in the order of submission.
pub(crate) type Tag = u32;

/// Everything known about the commands of one schedule.
#[derive(Debug, Default)]
pub(crate) struct Ledger {
    commands: Vec<Entry>,
}

#[derive(Clone, Copy, Debug, Default)]
struct Entry {
    executed: bool,
    /// Somebody was told that it was not sent.
    forbidden: bool,
    /// Its reply came behind bytes that end a socket.
    tainted: bool,
}

impl Ledger {
    /// Tags for `count` commands that are submitted now.
    pub(crate) fn tags(&mut self, count: usize) -> Range<Tag> {
        let first = Tag::try_from(self.commands.len()).unwrap();
        self.commands.resize(self.commands.len() + count, Entry::default());
        first..first + Tag::try_from(count).unwrap()
    }

    /// The server runs a command.
    pub(crate) fn execute(&mut self, tag: Tag) {
        let entry = &mut self.commands[tag as usize];
        assert!(!entry.forbidden, "<{tag}> runs, and its caller was told that it was not sent");
        assert!(!entry.executed, "<{tag}> runs twice");
        entry.executed = true;
    }

    /// A caller was told that its commands were not sent.
    pub(crate) fn forbid(&mut self, tags: Range<Tag>) {
        for tag in tags {
            let entry = &mut self.commands[tag as usize];
            assert!(!entry.executed, "<{tag}> ran, and its caller is told that it was not sent");
            entry.forbidden = true;
        }
    }

    /// A reply is sent behind bytes after which nothing must be believed.
    pub(crate) fn taint(&mut self, reply: &[u8]) {
        // What is only queued here runs on another socket when this one is given up, and may have by now.
        if reply.starts_with(b"+QUEUED") {
            return;
        }
        let text = String::from_utf8_lossy(reply);
        for tag in text.split('<').skip(1).filter_map(|part| part.split('>').next()?.parse::<usize>().ok()) {
            self.commands[tag].tainted = true;
        }
    }

    /// A caller got the reply to a command.
    pub(crate) fn acknowledge(&self, tag: Tag) {
        assert!(!self.commands[tag as usize].tainted, "the reply to <{tag}> came on a poisoned socket");
        assert!(self.commands[tag as usize].executed, "<{tag}> is acknowledged and did not run");
    }
}
