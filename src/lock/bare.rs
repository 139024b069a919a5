//! Locks without Lua: plain commands, where neither fences nor wake-ups are wanted and the server has what it takes to
//! compare a lock before it is given back.
//!
//! What the server has is asked of it once, by `COMMAND INFO`: version numbers tell too little (Valkey calls itself
//! Redis 7.2.4). A server that answers a command with an error after all, since another one stands behind its name by
//! now, is asked with the scripts, which do the same.

use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use redlane_resp::value::Value;

use super::scripts::{Acquired, Extended, Released};
use super::terms::LockKeys;
use super::token::Token;
use super::ttl::Ttl;
use crate::client::Client;
use crate::commands::command::Command;
use crate::commands::facts;
use crate::error::{Error, ErrorKind, Result};

/// What a server has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Dialect {
    /// Nothing of use.
    Scripts,
    /// `DELIFEQ` and `SET … IFEQ`: Valkey 9.0.
    DelIfEq,
    /// `DELEX … IFEQ` and `SET … IFEQ`: Redis 8.4.
    DelEx,
}

/// The dialect of a client's server, once it is known.
#[derive(Debug, Default)]
pub(crate) struct Known(Mutex<Option<Dialect>>);

impl Known {
    /// Asks the server if need be. One that does not say, as it may be forbidden, is spoken to in scripts.
    pub(crate) async fn dialect(&self, client: &Client, limit: Option<Duration>) -> Result<Dialect> {
        if let Some(dialect) = *self.lock() {
            return Ok(dialect);
        }
        let mut question = client.execute::<Vec<Value>>(
            Command::known(const { facts::of("COMMAND INFO") }).arg(("DELIFEQ", "DELEX")),
        );
        if let Some(limit) = limit {
            question = question.deadline(limit);
        }
        let dialect = match question.await {
            Ok(answer) => Dialect::of(&answer),
            Err(error) if error.server_error().is_some() && !error.kind().is_transient() => Dialect::Scripts,
            Err(error) => return Err(error),
        };
        *self.lock() = Some(dialect);
        Ok(dialect)
    }

    /// The server has not what it was thought to have.
    pub(crate) fn forget(&self) {
        *self.lock() = None;
    }

    fn lock(&self) -> MutexGuard<'_, Option<Dialect>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Whether `error` may say that the server does not know a command or an option: those share their code with many
/// others. Whatever it was, the scripts will say it again.
pub(crate) fn is_unknown(error: &Error) -> bool {
    error.kind() == ErrorKind::Server && error.code() == Some("ERR")
}

impl Dialect {
    fn of(answer: &[Value]) -> Self {
        match answer {
            [Value::Array(valkey), ..] if !valkey.is_empty() => Self::DelIfEq,
            [_, Value::Array(redis)] if !redis.is_empty() => Self::DelEx,
            _ => Self::Scripts,
        }
    }

    /// The command that gives the lock back if it is ours.
    fn release(self, keys: &LockKeys, token: &Token) -> Option<Command> {
        let token = token.as_bytes();
        match self {
            Self::Scripts => None,
            Self::DelIfEq => {
                Some(Command::known(const { facts::of("DELIFEQ") }).arg(&keys.holder).arg(token))
            }
            Self::DelEx => {
                Some(Command::known(const { facts::of("DELEX") }).arg(&keys.holder).arg("IFEQ").arg(token))
            }
        }
    }
}

/// Asks for the lock. `None`: it was ours already, since an earlier question that got no answer, and lives from then.
pub(crate) async fn acquire(
    client: &Client,
    keys: &LockKeys,
    token: &Token,
    ttl: Ttl,
    limit: Option<Duration>,
) -> Result<Option<Acquired>> {
    let command = Command::known(const { facts::of("SET") })
        .arg(&keys.holder)
        .arg(token.as_bytes())
        .arg(("NX", "GET", "PX"))
        .arg(ttl.millis());
    // The same token may ask as often as it likes.
    let mut question = client.execute::<Option<Vec<u8>>>(command).idempotent();
    if let Some(limit) = limit {
        question = question.deadline(limit);
    }
    Ok(match question.await? {
        None => Some(Acquired::Won { fence: None }),
        Some(holder) if holder == token.as_bytes() => None,
        Some(_) => Some(Acquired::Busy { again: None }),
    })
}

/// The command that asks for more time; [`extended`] reads its answer.
pub(crate) fn extend(keys: &LockKeys, token: &Token, ttl: Ttl) -> Command {
    let token = token.as_bytes();
    Command::known(const { facts::of("SET") })
        .arg(&keys.holder)
        .arg(token)
        .arg("IFEQ")
        .arg(token)
        .arg(("GET", "PX"))
        .arg(ttl.millis())
}

/// Reads the answer to [`extend`]: the value that was there.
pub(crate) fn extended(token: &Token, answer: Option<&[u8]>) -> Extended {
    match answer {
        Some(holder) if holder == token.as_bytes() => Extended::Ours,
        Some(_) => Extended::NotOurs,
        None => Extended::Gone,
    }
}

/// Gives the lock back; `None` when the server has no command for that.
pub(crate) async fn release(
    client: &Client,
    dialect: Dialect,
    keys: &LockKeys,
    token: &Token,
) -> Result<Option<Released>> {
    let Some(command) = dialect.release(keys, token) else { return Ok(None) };
    match client.execute::<bool>(command).await {
        Ok(true) => return Ok(Some(Released::Now)),
        Ok(false) => {}
        // A value of another type is someone else's too.
        Err(error) if error.kind() == ErrorKind::WrongType => return Ok(Some(Released::NotOurs)),
        Err(error) => return Err(error),
    }
    // Someone else's or gone: the command does not tell. If nobody does, it is gone as far as we are concerned; an error
    // here must not be taken for one of the release, which was answered.
    let exists = Command::known(const { facts::of("EXISTS") }).arg(&keys.holder);
    let exists = client.execute::<bool>(exists).await.unwrap_or(false);
    Ok(Some(if exists { Released::NotOurs } else { Released::Gone }))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn known(name: &str) -> Value {
        Value::Array(vec![Value::from(name)])
    }

    #[test]
    fn what_a_server_has_decides() {
        let valkey = [known("delifeq"), Value::Null];
        let redis = [Value::Null, known("delex")];

        assert_eq!(Dialect::of(&valkey), Dialect::DelIfEq);
        assert_eq!(Dialect::of(&redis), Dialect::DelEx);
        assert_eq!(Dialect::of(&[Value::Null, Value::Null]), Dialect::Scripts);
        // RESP2 has empty arrays for what is not there.
        assert_eq!(Dialect::of(&[Value::Array(Vec::new()), Value::Array(Vec::new())]), Dialect::Scripts);
        assert_eq!(Dialect::of(&[]), Dialect::Scripts);
    }

    #[test]
    fn a_lock_is_compared_before_it_is_deleted() {
        let (keys, token) = (LockKeys::of_lock("lock:", "a", 0), Token::new().unwrap());
        let words = |dialect: Dialect| {
            let command = dialect.release(&keys, &token)?;
            let words = command.words().map(|word| String::from_utf8_lossy(word).into_owned());
            Some(
                words.collect::<Vec<_>>().join(" ").replace(&*String::from_utf8_lossy(token.as_bytes()), "T"),
            )
        };

        assert_eq!(words(Dialect::DelIfEq).unwrap(), "DELIFEQ lock:a T");
        assert_eq!(words(Dialect::DelEx).unwrap(), "DELEX lock:a IFEQ T");
        assert_eq!(words(Dialect::Scripts), None);
    }
}
