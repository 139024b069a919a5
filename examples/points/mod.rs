//! Points that move from one user to another in one step, or not at all, as in the reference's chapter on data
//! consistency.
//!
//! It is a part of the examples and not of the library; copy it and change it.

use redlane::prelude::*;

/// Takes from the first key and gives to the second.
static TRANSFER: Script = Script::new(include_str!("transfer.lua"));

/// Why a transfer was not even tried.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Invalid {
    /// It would move nothing, or move backwards.
    Points,
    /// It would move nothing: both users are the same.
    SameUser,
}

/// What became of a transfer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Transfer {
    /// It was done.
    Done,
    /// The server turned it down; the text is the reference's: `insufficient_balance`.
    Refused(String),
    /// It was not sent.
    Invalid(Invalid),
}

/// Moves `points` between the hashes `{prefix}{user}`. Running it twice moves twice, so it is not repeated when its
/// reply is lost.
///
/// # Errors
/// Whatever the client says; its outcome tells whether the points may have moved.
pub(crate) async fn transfer(
    client: &Client,
    prefix: &str,
    from: &str,
    to: &str,
    points: i64,
) -> Result<Transfer, Error> {
    if points <= 0 {
        return Ok(Transfer::Invalid(Invalid::Points));
    }
    if from == to {
        return Ok(Transfer::Invalid(Invalid::SameUser));
    }
    // In a cluster both keys must share a slot: name them `user:{group}:alice` there.
    let call = TRANSFER.key(format!("{prefix}{from}")).key(format!("{prefix}{to}")).arg(points);
    let (done, text): (bool, String) = call.call(client).await?;
    Ok(if done { Transfer::Done } else { Transfer::Refused(text) })
}
