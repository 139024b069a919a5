//! What a link can be given to send.

use redlane_resp::command::Command;

use crate::outbox::Outbox;

/// What can be submitted: a command, or several that belong together.
pub trait Payload {
    /// How many replies the server will send.
    fn frames(&self) -> usize;

    /// How many bytes [`encode`](Self::encode) adds.
    fn encoded_len(&self) -> usize;

    /// Writes the bytes.
    fn encode(&self, out: &mut Outbox);

    /// Whether half of the bytes execute nothing: one command, or MULTI to EXEC. If so, a submission that was
    /// cut in the middle is sent again from its first byte; else it fails and says how far it got.
    fn whole(&self) -> bool {
        true
    }

    /// Whether it is answered by pushes in the place of replies, as far as [`PushSink::is_answer`] takes them for answers;
    /// an error is a reply all the same. Every frame expected must be one or the other.
    ///
    /// [`PushSink::is_answer`]: crate::connector::PushSink::is_answer
    fn answered_by_pushes(&self) -> bool {
        false
    }
}

impl Payload for Command {
    #[inline]
    fn frames(&self) -> usize {
        1
    }

    #[inline]
    fn encoded_len(&self) -> usize {
        Command::encoded_len(self)
    }

    #[inline]
    fn encode(&self, out: &mut Outbox) {
        Command::encode(self, out);
    }
}
