//! What became of each entry that XDELEX or XACKDEL was to delete.

use redlane_resp::cursor::Cursor;
use redlane_resp::error::ConversionError;
use redlane_resp::from_reply::FromReply;

/// What XDELEX did to an entry.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum XDelExStatusCode {
    /// There is none of this id.
    IdNotFound = -1,
    /// It is deleted.
    Deleted = 1,
    /// It stays: somebody has not acknowledged it, or not even been given it.
    NotDeletedUnacknowledgedOrStillReferenced = 2,
}

impl FromReply for XDelExStatusCode {
    fn from_reply(cursor: &mut Cursor<'_>) -> Result<Self, ConversionError> {
        match i64::from_reply(cursor)? {
            -1 => Ok(Self::IdNotFound),
            1 => Ok(Self::Deleted),
            2 => Ok(Self::NotDeletedUnacknowledgedOrStillReferenced),
            _ => Err(ConversionError::OutOfRange { target: "XDelExStatusCode" }),
        }
    }
}

/// What XACKDEL did to an entry.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum XAckDelStatusCode {
    /// There is none of this id among the group's pending entries.
    IdNotFound = -1,
    /// It is acknowledged and deleted.
    AcknowledgedAndDeleted = 1,
    /// It is acknowledged, and stays for others.
    AcknowledgedNotDeletedStillReferenced = 2,
}

impl FromReply for XAckDelStatusCode {
    fn from_reply(cursor: &mut Cursor<'_>) -> Result<Self, ConversionError> {
        match i64::from_reply(cursor)? {
            -1 => Ok(Self::IdNotFound),
            1 => Ok(Self::AcknowledgedAndDeleted),
            2 => Ok(Self::AcknowledgedNotDeletedStillReferenced),
            _ => Err(ConversionError::OutOfRange { target: "XAckDelStatusCode" }),
        }
    }
}
