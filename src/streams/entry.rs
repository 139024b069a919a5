//! One entry, in the hands of whoever works on it.

use std::fmt;
use std::sync::Arc;

use bytes::{BufMut, Bytes, BytesMut};
use redlane_resp::error::ConversionError;
use redlane_resp::from_reply::FromReply;
use redlane_resp::reply::Reply;

use super::ledger::Ledger;

/// An entry that was given to this reader.
///
/// [`ack`](Self::ack) it when its work is done. One that is dropped without (its handler failed, or panicked) stays with
/// the group, and comes again when it has been left alone for long enough, here or to another member.
#[must_use = "an entry that is dropped is not acknowledged, and comes again"]
pub struct Entry {
    id: String,
    fields: Vec<(Bytes, Bytes)>,
    again: bool,
    ledger: Arc<Ledger>,
    /// Of the ledger.
    page: u64,
}

impl Entry {
    /// An entry, when it is not out already.
    pub(super) fn new(
        id: String,
        fields: Vec<(Bytes, Bytes)>,
        again: bool,
        ledger: &Arc<Ledger>,
    ) -> Option<Self> {
        let page = ledger.take(&id)?;
        Some(Self { id, fields, again, ledger: Arc::clone(ledger), page })
    }

    /// Its id, such as `1526919030474-55`.
    #[must_use]
    pub fn id(&self) -> &str {
        &self.id
    }

    /// Its fields in their order; one may be there several times.
    #[must_use]
    pub fn fields(&self) -> &[(Bytes, Bytes)] {
        &self.fields
    }

    /// The value of a field, the first one when there are several; `None` when there is none.
    #[must_use]
    pub fn get(&self, field: &str) -> Option<&Bytes> {
        self.fields.iter().find(|(name, _)| name == field.as_bytes()).map(|(_, value)| value)
    }

    /// The value of a field, read as any type that a reply can be read as; `None` when there is no such field.
    ///
    /// # Errors
    /// A value that is no such thing.
    pub fn read<T: FromReply>(&self, field: &str) -> Result<Option<T>, ConversionError> {
        /// `$`, twenty digits, and two line ends.
        const FRAME: usize = 25;
        let Some(value) = self.get(field) else { return Ok(None) };
        let mut frame = BytesMut::with_capacity(value.len().saturating_add(FRAME));
        frame.put_slice(format!("${}\r\n", value.len()).as_bytes());
        frame.put_slice(value);
        frame.put_slice(b"\r\n");
        Reply::from_frame(frame.freeze()).into_read().map(Some)
    }

    /// Whether it may have been delivered before: to a member that left it alone, or to this one before it was started
    /// again or lost a connection.
    #[must_use]
    pub fn is_redelivery(&self) -> bool {
        self.again
    }

    /// Acknowledges it. The server is told with the next batch, by the reader that gave it.
    pub fn ack(self) {
        self.ledger.ack(&self.id, self.page);
    }
}

/// Not acknowledged: it comes again. (Of an acknowledged one the ledger knows better.)
impl Drop for Entry {
    fn drop(&mut self) {
        self.ledger.let_go(&self.id, self.page);
    }
}

/// The id and the number of fields: a field may be a secret.
impl fmt::Debug for Entry {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Entry")
            .field("id", &self.id)
            .field("fields", &self.fields.len())
            .field("redelivery", &self.again)
            .finish_non_exhaustive()
    }
}
