//! Leads the server to the wishes: what is said, what comes back, and what a lost socket takes with it.

use bytes::Bytes;
use redlane_resp::command::Command;

use super::{Said, State};
use crate::error::Error;
use crate::pubsub::event::GapReason;
use crate::pubsub::inbox::Gap;
use crate::pubsub::topic::{Kind, Topic};

impl State {
    /// There is a connection, which knows nothing yet.
    pub(super) fn wish_all(&mut self) {
        let Self { topics, changed, .. } = self;
        changed.clear();
        for (kind, known) in Kind::ALL.into_iter().zip(topics) {
            changed.extend(known.keys().map(|name| Topic { kind, name: name.clone() }));
        }
    }

    /// The wish for a topic may differ from what was said.
    pub(super) fn note_change(&mut self, topic: &Topic) {
        if self.link.up {
            self.changed.push(topic.clone());
        }
    }

    /// Says what differs from the wishes.
    pub(super) fn say_wishes(&mut self, out: &mut Vec<u8>) {
        let mut groups: [[Vec<Bytes>; 2]; Kind::ALL.len()] = Default::default();
        let mut alone = Vec::new();
        for topic in std::mem::take(&mut self.changed) {
            let Some(entry) = self.entry(&topic) else { continue };
            let wished = !entry.holders.is_empty();
            if wished == entry.said {
                if !wished && entry.asked == 0 {
                    self.forget(&topic);
                }
                continue;
            }
            entry.said = wished;
            entry.asked = entry.asked.saturating_add(1);
            let on_its_own = std::mem::take(&mut entry.alone);
            for ask in entry.waiters.clone() {
                if let Some(ask) = self.asks.get_mut(&ask) {
                    ask.said = true;
                }
            }
            if on_its_own {
                alone.push((topic, wished));
            } else if let Some(names) = groups.get_mut(topic.kind.index()) {
                let [off, on] = names;
                if wished { on.push(topic.name) } else { off.push(topic.name) }
            }
        }
        for (kind, [off, on]) in Kind::ALL.into_iter().zip(groups) {
            for (names, wished) in [(off, false), (on, true)] {
                for names in names.chunks(kind.names_per_command()) {
                    self.say(kind, wished, names.to_vec(), out);
                }
            }
        }
        for (topic, wished) in alone {
            self.say(topic.kind, wished, vec![topic.name], out);
        }
    }

    fn say(&mut self, kind: Kind, on: bool, names: Vec<Bytes>, out: &mut Vec<u8>) {
        let mut command = kind.command(on);
        for name in &names {
            command.push_arg(name);
        }
        command.encode(out);
        self.unanswered.push_back(Said::Names { kind, on, names: names.into() });
    }

    pub(super) fn say_ping(&mut self, out: &mut Vec<u8>) {
        Command::new("PING").encode(out);
        self.unanswered.push_back(Said::Ping);
    }

    pub(super) fn settle_ping(&mut self) {
        if matches!(self.unanswered.front(), Some(Said::Ping)) {
            self.unanswered.pop_front();
        }
    }

    /// The server has begun or ended a subscription: as it was told, or by itself.
    pub(super) fn settle_named(&mut self, kind: Kind, on: bool, name: Option<&[u8]>) {
        let Some(name) = name else { return };
        if let Some(Said::Names { kind: said_kind, on: said_on, names }) = self.unanswered.front_mut()
            && (*said_kind, *said_on) == (kind, on)
            && names.front().is_some_and(|first| first == name)
        {
            let name = names.pop_front().unwrap_or_default();
            if names.is_empty() {
                self.unanswered.pop_front();
            }
            self.settle(&Topic { kind, name }, None);
        } else if !on {
            self.taken_away(&Topic { kind, name: Bytes::copy_from_slice(name) });
        }
    }

    /// The oldest command was refused, with all that is left of its names.
    pub(super) fn refuse(&mut self, error: &Error) {
        let Some(Said::Names { kind, on, names }) = self.unanswered.pop_front() else { return };
        let several = names.len() > 1;
        for name in names {
            let topic = Topic { kind, name };
            let again = several && on;
            match self.entry(&topic) {
                Some(entry) if again && entry.asked <= 1 => {
                    // One of them may be what is wrong; the others must not suffer for it.
                    (entry.asked, entry.said, entry.alone) = (0, false, true);
                    self.note_change(&topic);
                }
                _ => self.settle(&topic, on.then_some(error)),
            }
        }
    }

    /// A word about a topic was answered.
    fn settle(&mut self, topic: &Topic, refused: Option<&Error>) {
        let Some(entry) = self.entry(topic) else { return };
        entry.asked = entry.asked.saturating_sub(1);
        if entry.asked > 0 {
            return;
        }
        if let Some(error) = refused {
            entry.said = false;
            self.refused(topic, error);
        } else if entry.said {
            self.holds(topic);
        }
        self.forget(topic);
    }

    /// A topic is subscribed to, and nothing that would change that is on its way.
    fn holds(&mut self, topic: &Topic) {
        let Some(entry) = self.entry(topic) else { return };
        let waiters = std::mem::take(&mut entry.waiters);
        let holders: Vec<u64> = entry.holders.iter().map(|inbox| inbox.id).collect();
        // The gap first: who waits for a new channel may have an old one that comes back with it.
        for member in holders {
            self.regained(member, topic);
        }
        for ask in waiters {
            self.answer_ask(ask);
        }
    }

    /// The server has ended a subscription by itself: a slot has moved. The wish stands.
    fn taken_away(&mut self, topic: &Topic) {
        let gap = self.gap(GapReason::Moved);
        let Some(entry) = self.entry(topic).filter(|entry| entry.holds()) else { return };
        entry.said = false;
        let holders: Vec<u64> = entry.holders.iter().map(|inbox| inbox.id).collect();
        for id in holders {
            if let Some(member) = self.members.get_mut(&id) {
                member.regain.insert(topic.clone());
                let _ = member.gap.get_or_insert(gap);
            }
        }
        self.note_change(topic);
    }

    /// The socket is gone, and with it all that was said on it. Whoever heard something has a gap from here on.
    pub(super) fn forget_socket(&mut self) {
        let gap = self.gap(GapReason::Reconnected);
        self.unanswered.clear();
        self.changed.clear();
        let Self { topics, members, .. } = self;
        for (kind, known) in Kind::ALL.into_iter().zip(topics) {
            known.retain(|name, entry| {
                let heard = entry.holders.iter().filter(|_| entry.holds());
                for inbox in heard {
                    if let Some(member) = members.get_mut(&inbox.id) {
                        member.regain.insert(Topic { kind, name: name.clone() });
                    }
                }
                (entry.said, entry.asked, entry.alone) = (false, 0, false);
                !entry.holders.is_empty()
            });
        }
        for member in self.members.values_mut().filter(|member| !member.regain.is_empty()) {
            let since = member.gap.map_or(gap.since, |earlier| earlier.since.min(gap.since));
            member.gap = Some(Gap { since, ..gap });
            member.inbox.mute();
        }
    }

    /// Drops an entry that nobody wants and the server does not have.
    pub(super) fn forget(&mut self, topic: &Topic) {
        let Some(known) = self.topics.get_mut(topic.kind.index()) else { return };
        if known
            .get(&topic.name)
            .is_some_and(|entry| entry.holders.is_empty() && !entry.said && entry.asked == 0)
        {
            known.remove(&topic.name);
        }
    }

    /// A topic that a subscriber had before is its own again.
    pub(super) fn regained(&mut self, id: u64, topic: &Topic) {
        let Self { members, called, .. } = self;
        let Some(member) = members.get_mut(&id) else { return };
        if member.regain.remove(topic)
            && member.regain.is_empty()
            && let Some(gap) = member.gap.take()
        {
            member.inbox.tell(gap, called);
        }
    }
}
