//! The replies of a pipeline, read one after the other straight into the caller's types.
//!
//! [`FromReplies`] is what a whole pipeline is read as: tuples, lists, nothing. No tree and no list of replies stands
//! between: each type reads from the blocks of bytes that came over the wire. What surprises: how many replies a type
//! reads is compared with the pipeline before anything is sent.

use bytes::{Buf, Bytes};
use redlane_pool::error::Outcome;
use redlane_resp::cursor::Cursor;
use redlane_resp::error::{ConversionError, Kind, ServerError};
use redlane_resp::from_reply::FromReply;
use redlane_resp::reply::Replies;
use redlane_resp::value::Value;

use super::batch::{Fate, Plan};
use crate::error::{Error, Result};

/// What the replies of a pipeline can be read as: `()`, `Vec<T>`, `[T; N]`, and tuples of up to twelve types, each of
/// which reads one reply. An error reply fails the whole, unless the type that reads it is `Result<T, ServerError>`.
///
/// Implement it for a type of your own to read a longer pipeline:
///
/// ```
/// use redlane::error::Result;
/// use redlane::pipeline::{FromReplies, PipelineReplies};
///
/// struct Profile {
///     name: Option<String>,
///     visits: u64,
/// }
///
/// impl FromReplies for Profile {
///     const COUNT: Option<usize> = Some(2);
///
///     fn from_replies(replies: &mut PipelineReplies) -> Result<Self> {
///         Ok(Self { name: replies.read()?, visits: replies.read()? })
///     }
/// }
/// ```
#[diagnostic::on_unimplemented(
    message = "the replies of a pipeline cannot be read as `{Self}`",
    note = "one reply is read as `(T,)`, several as a tuple or a `Vec<T>`, none as `()`"
)]
pub trait FromReplies: Sized {
    /// How many replies it reads; `None` when any number will do.
    const COUNT: Option<usize> = None;

    /// Reads all replies that are left.
    ///
    /// # Errors
    /// That of the first command which failed, or whose reply is not what is asked for.
    fn from_replies(replies: &mut PipelineReplies) -> Result<Self>;
}

/// The replies of a pipeline in the order of its commands, without those of [ignored](super::Pipeline::ignore) ones.
#[derive(Debug)]
pub struct PipelineReplies {
    plan: Plan,
    blocks: std::vec::IntoIter<Replies>,
    of_part: Replies,
    block: Bytes,
    left_in_block: usize,
    /// The command whose reply comes next.
    index: usize,
    /// Wanted replies from there on.
    left: usize,
    answered: usize,
    touched: usize,
    /// Why there are no more replies.
    lost: Option<Error>,
    repeatable: bool,
    /// Some command has run.
    ran: bool,
}

impl PipelineReplies {
    /// `repeatable`: the commands may be sent again whatever became of them.
    pub(super) fn new(fate: Fate, lost: Option<Error>, repeatable: bool) -> Self {
        Self {
            left: fate.plan.wanted(),
            plan: fate.plan,
            blocks: fate.replies.into_iter(),
            of_part: Replies::default(),
            block: Bytes::new(),
            left_in_block: 0,
            index: 0,
            answered: fate.answered,
            touched: fate.touched,
            lost,
            repeatable,
            ran: false,
        }
    }

    /// Reads the next reply.
    ///
    /// # Errors
    /// What the server answered to the command when that is an error, what kept its reply from coming, or why the
    /// reply cannot be read as `T`. The replies behind it can be read all the same.
    pub fn read<T: FromReply>(&mut self) -> Result<T> {
        while self.plan.is_ignored(self.index) {
            self.read_any::<()>()?;
        }
        self.read_any()
    }

    /// How many replies are left to read.
    #[must_use]
    pub fn left(&self) -> usize {
        self.left
    }

    /// The reply to the next command, ignored or not.
    fn read_any<T: FromReply>(&mut self) -> Result<T> {
        let index = self.index;
        if index >= self.answered {
            return Err(self.unanswered(index));
        }
        self.step_over(index);
        if self.left_in_block == 0 {
            self.open_block();
        }
        let is_error = is_error(&self.block);
        if !is_error || self.plan.late_errors(index) {
            self.ran = true;
        }
        let last = self.left_in_block <= 1;
        self.left_in_block = self.left_in_block.saturating_sub(1);
        let result = if is_error && !T::TAKES_ERRORS {
            let error = self.read_from_block::<Result<(), ServerError>>();
            error.and_then(|error| Err(error.err().map_or(ConversionError::Malformed, Into::into)))
        } else if last {
            T::from_frame(std::mem::take(&mut self.block))
        } else {
            self.read_from_block()
        };
        result.map_err(|error| self.refused(index, is_error, error))
    }

    fn step_over(&mut self, index: usize) {
        self.index = index.saturating_add(1);
        if !self.plan.is_ignored(index) {
            self.left = self.left.saturating_sub(1);
        }
    }

    fn read_from_block<T: FromReply>(&mut self) -> Result<T, ConversionError> {
        let mut cursor = Cursor::new(&self.block);
        let result = T::from_reply(&mut cursor);
        let mut end = cursor.position();
        if result.is_err() {
            // The cursor may stand anywhere in the frame.
            let mut whole = Cursor::new(&self.block);
            whole.skip()?;
            end = whole.position();
        }
        self.block.advance(end.min(self.block.len()));
        result
    }

    fn open_block(&mut self) {
        loop {
            if let Some((block, frames)) = self.of_part.next_block() {
                (self.block, self.left_in_block) = (block, frames);
                return;
            }
            match self.blocks.next() {
                Some(replies) => self.of_part = replies,
                None => return,
            }
        }
    }

    /// The error of a command that was answered by something else than asked for.
    #[cold]
    fn refused(&self, index: usize, is_error: bool, error: ConversionError) -> Error {
        let error = match error {
            ConversionError::Server(error) if is_error => Error::server(error, self.plan.late_errors(index)),
            error => Error::from(error),
        };
        self.placed(index, error)
    }

    /// The error of a command that was not answered.
    #[cold]
    fn unanswered(&mut self, index: usize) -> Error {
        if index >= self.plan.len() {
            return Error::usage("there are no more replies to read in this pipeline");
        }
        self.step_over(index);
        let outcome = if index < self.touched { Outcome::MaybeExecuted } else { Outcome::NotSent };
        let lost = self.lost.clone().unwrap_or_else(Error::closed);
        self.placed(index, lost.with_outcome(outcome))
    }

    fn placed(&self, index: usize, error: Error) -> Error {
        error.with_command(self.plan.name(index)).with_index(index).repeatable(self.repeatable)
    }

    /// Reads all replies as `T`; the outcome of an error speaks of the whole pipeline.
    pub(crate) fn read_all<T: FromReplies>(mut self) -> Result<T> {
        let result = T::from_replies(&mut self).and_then(|read| {
            // What the type has left, ignored ones among them, must be sound too.
            while self.index < self.plan.len() {
                self.read_any::<()>()?;
            }
            Ok(read)
        });
        result.map_err(|error| {
            if error.outcome() == Outcome::MaybeExecuted || self.none_ran() {
                error
            } else {
                error.with_outcome(Outcome::MaybeExecuted)
            }
        })
    }

    /// Whether it is proved that none of the commands ran, those behind the current one included.
    #[cold]
    fn none_ran(&mut self) -> bool {
        while !self.ran && self.index < self.plan.len() {
            if let Err(error) = self.read_any::<()>() {
                self.ran |= error.outcome() == Outcome::MaybeExecuted;
            }
        }
        !self.ran
    }

    /// One result for each command, ignored or not.
    pub(super) fn into_results(mut self) -> Vec<Result<Value>> {
        let mut results = Vec::with_capacity(self.plan.len());
        while self.index < self.plan.len() {
            results.push(self.read_any());
        }
        results
    }
}

/// Whether the frame at the front is an error.
fn is_error(block: &Bytes) -> bool {
    match block.first() {
        Some(b'-' | b'!') => true,
        Some(b'|') => matches!(Cursor::new(block).kind(), Ok(Kind::Error)),
        _ => false,
    }
}

impl FromReplies for () {
    fn from_replies(_: &mut PipelineReplies) -> Result<Self> {
        // What is left is read anyway, and errors in it are found.
        Ok(())
    }
}

impl<T: FromReply> FromReplies for Vec<T> {
    fn from_replies(replies: &mut PipelineReplies) -> Result<Self> {
        let mut read = Self::with_capacity(replies.left());
        while replies.left() > 0 {
            read.push(replies.read()?);
        }
        Ok(read)
    }
}

impl<T: FromReply, const N: usize> FromReplies for [T; N] {
    const COUNT: Option<usize> = Some(N);

    fn from_replies(replies: &mut PipelineReplies) -> Result<Self> {
        let read = Vec::from_replies(replies)?;
        read.try_into()
            .map_err(|read: Vec<T>| Error::from(ConversionError::Length { expected: N, found: read.len() }))
    }
}

macro_rules! tuples {
    ($($count:literal: $($element:ident)*;)*) => {$(
        impl<$($element: FromReply),*> FromReplies for ($($element,)*) {
            const COUNT: Option<usize> = Some($count);

            fn from_replies(replies: &mut PipelineReplies) -> Result<Self> {
                Ok(($(replies.read::<$element>()?,)*))
            }
        }
    )*};
}

tuples! {
    1: A;
    2: A B;
    3: A B C;
    4: A B C D;
    5: A B C D E;
    6: A B C D E F;
    7: A B C D E F G;
    8: A B C D E F G H;
    9: A B C D E F G H I;
    10: A B C D E F G H I J;
    11: A B C D E F G H I J K;
    12: A B C D E F G H I J K L;
}

#[cfg(test)]
mod tests;
