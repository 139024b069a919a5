//! From the replies to a pipeline to its result.

use super::Pipeline;
use crate::compat::error::{ErrorKind, RedisError, RedisResult, ServerError};
use crate::compat::from_redis_value::FromRedisValue;
use crate::compat::value::Value;

/// Takes the replies behind the first `offset`.
///
/// The replies skipped are those of a transaction's commands, the first one of `MULTI`: an error among them is why the
/// transaction does not run.
///
/// # Errors
/// The transaction was aborted, and by which commands.
pub(crate) fn collect_replies(
    replies: impl IntoIterator<Item = Value>,
    offset: usize,
) -> RedisResult<Vec<Value>> {
    let mut aborts: Vec<(usize, ServerError)> = Vec::new();
    let mut kept = Vec::new();
    for (place, reply) in replies.into_iter().enumerate() {
        match reply {
            Value::ServerError(error) if place < offset => aborts.push((place.saturating_sub(1), error)),
            _ if place < offset => {}
            reply => kept.push(reply),
        }
    }
    if aborts.is_empty() { Ok(kept) } else { Err(RedisError::aborted(aborts)) }
}

impl Pipeline {
    /// Where the replies wanted begin, and how many they are.
    pub(crate) fn wanted(&self) -> (usize, usize) {
        match self.atomic {
            true => (self.commands.len().saturating_add(1), 1),
            false => (0, self.commands.len()),
        }
    }

    /// Makes the result out of the replies wanted.
    pub(super) fn complete<T: FromRedisValue>(&self, mut replies: Vec<Value>) -> RedisResult<T> {
        if !self.atomic {
            return self.compose(replies);
        }
        match replies.pop() {
            Some(Value::Array(items)) => self.compose(items),
            // A watched key had changed.
            Some(Value::Nil) => Ok(T::from_redis_value(Value::Nil)?),
            _ => {
                Err((ErrorKind::UnexpectedReturnType, "Invalid response when parsing multi response").into())
            }
        }
    }

    fn compose<T: FromRedisValue>(&self, replies: Vec<Value>) -> RedisResult<T> {
        if self.ignore_errors {
            return Ok(T::from_redis_value(Value::Array(self.without_ignored(replies)))?);
        }
        let failed = replies.iter().enumerate().filter_map(|(place, reply)| match reply {
            Value::ServerError(error) => Some((place, error.clone())),
            _ => None,
        });
        let failed: Vec<_> = failed.collect();
        if !failed.is_empty() {
            return Err(RedisError::pipeline(failed));
        }
        Ok(T::from_redis_value(Value::Array(self.without_ignored(replies)).extract_error()?)?)
    }

    fn without_ignored(&self, replies: Vec<Value>) -> Vec<Value> {
        if self.ignored.is_empty() {
            return replies;
        }
        let places = replies.into_iter().enumerate();
        places.filter(|(place, _)| !self.ignored.contains(place)).map(|(_, reply)| reply).collect()
    }
}
