//! Replies of one connection, kept until the server says that their keys have changed.
//!
//! The server's word comes by a push, in wire order. What surprises: a reply is kept only if no such word came between
//! asking and keeping, since the task that asked may be slower than the push; and a command that writes over the same
//! connection takes away at once what its arguments name, since its own push may come a moment after its reply.

use std::collections::{HashMap, VecDeque};
use std::fmt;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use bytes::Bytes;
use redlane_resp::reply::Reply;

use crate::commands::facts::Class;
use crate::compat::caching::{CacheConfig, CacheMode, CacheStatistics};
use crate::compat::cmd::{Arg, Cmd};
use crate::compat::value::Value;

/// Commands on one key, their first argument, whose replies depend on nothing but that key.
const KEPT: [&str; 47] = [
    "BITCOUNT",
    "BITFIELD_RO",
    "BITPOS",
    "GEODIST",
    "GEOHASH",
    "GEOPOS",
    "GEORADIUSBYMEMBER_RO",
    "GEORADIUS_RO",
    "GEOSEARCH",
    "GET",
    "GETBIT",
    "GETRANGE",
    "HEXISTS",
    "HGET",
    "HGETALL",
    "HKEYS",
    "HLEN",
    "HMGET",
    "HSTRLEN",
    "HVALS",
    "JSON.ARRINDEX",
    "JSON.ARRLEN",
    "JSON.GET",
    "JSON.OBJKEYS",
    "JSON.OBJLEN",
    "JSON.RESP",
    "JSON.STRLEN",
    "JSON.TYPE",
    "LINDEX",
    "LLEN",
    "LPOS",
    "LRANGE",
    "SCARD",
    "SISMEMBER",
    "SMEMBERS",
    "SMISMEMBER",
    "STRLEN",
    "SUBSTR",
    "TYPE",
    "ZCARD",
    "ZCOUNT",
    "ZLEXCOUNT",
    "ZMSCORE",
    "ZRANGE",
    "ZRANGEBYSCORE",
    "ZRANK",
    "ZSCORE",
];

/// Replies of one connection.
pub(crate) struct Cache {
    config: CacheConfig,
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    /// By the whole command.
    entries: HashMap<Bytes, Entry>,
    /// The commands that were kept for each key.
    commands: HashMap<Bytes, Vec<Bytes>>,
    /// The commands in the order in which they were kept, the oldest first; some may be gone.
    order: VecDeque<(u64, Bytes)>,
    /// Questions under way.
    flights: HashMap<u64, Flight>,
    last: u64,
    /// The connection has ended, or is no longer what it was made for.
    closed: bool,
    statistics: CacheStatistics,
}

struct Entry {
    number: u64,
    key: Bytes,
    reply: Reply,
    until: Instant,
}

struct Flight {
    key: Bytes,
    changed: bool,
}

/// What the cache says to a command.
pub(crate) enum Looked<'a> {
    /// It has the reply.
    Hit(Reply),
    /// It has not, and would keep it.
    Miss(Question<'a>),
    /// It has no part in this command.
    No,
}

/// A question under way, whose reply may be kept.
pub(crate) struct Question<'a> {
    cache: &'a Cache,
    number: u64,
    command: Bytes,
    key: Bytes,
    lasts: Duration,
}

impl Cache {
    pub(crate) fn new(config: CacheConfig) -> Self {
        Self { config, state: Mutex::new(State::default()) }
    }

    /// Whether commands have to ask the server to watch their keys.
    pub(crate) fn opts_in(&self) -> bool {
        self.config.mode() == CacheMode::OptIn
    }

    pub(crate) fn statistics(&self) -> CacheStatistics {
        let CacheStatistics { hit, miss, invalidate } = self.state().statistics;
        CacheStatistics { hit, miss, invalidate }
    }

    /// Looks for the reply to a command.
    pub(crate) fn look(&self, command: &Cmd) -> Looked<'_> {
        let Some(key) = self.key_of(command) else { return Looked::No };
        let wire = command.wire().to_bytes();
        let mut state = self.state();
        if state.closed {
            return Looked::No;
        }
        if let Some(entry) = state.entries.get(&wire) {
            if entry.until > Instant::now() {
                let reply = entry.reply.clone();
                state.statistics.hit = state.statistics.hit.saturating_add(1);
                return Looked::Hit(reply);
            }
            state.remove(&wire);
        }
        state.statistics.miss = state.statistics.miss.saturating_add(1);
        let number = state.next();
        state.flights.insert(number, Flight { key: key.clone(), changed: false });
        let lasts = command.cache_config().and_then(|config| config.client_side_ttl());
        let lasts = lasts.unwrap_or(self.config.default_client_ttl());
        Looked::Miss(Question { cache: self, number, command: wire, key, lasts })
    }

    /// The key of a command that may be kept.
    fn key_of(&self, command: &Cmd) -> Option<Bytes> {
        let wanted = match command.cache_config() {
            Some(config) => config.is_enabled(),
            None => !self.opts_in(),
        };
        if !wanted || KEPT.binary_search(&command.facts().name).is_err() {
            return None;
        }
        match command.args_iter().nth(1)? {
            Arg::Simple(key) => Some(Bytes::copy_from_slice(key)),
            Arg::Cursor => None,
        }
    }

    /// A command that may write is on its way, or has been answered: what its arguments name is not known any more.
    pub(crate) fn forget(&self, command: &Cmd) {
        if command.facts().class == Class::Read {
            return;
        }
        let mut state = self.state();
        if command.facts().name.starts_with("FLUSH") || command.facts().name.starts_with("SWAPDB") {
            return state.change_all();
        }
        for arg in command.args_iter().skip(1) {
            if let Arg::Simple(arg) = arg {
                state.change(arg);
            }
        }
    }

    /// The server says that keys have changed.
    pub(crate) fn invalidate(&self, data: &[Value]) {
        let mut state = self.state();
        match data.first() {
            Some(Value::Array(keys)) => {
                for key in keys {
                    if let Value::BulkString(key) = key {
                        state.change(key);
                    }
                }
            }
            // Everything was flushed.
            Some(Value::Nil) => state.change_all(),
            _ => {}
        }
    }

    /// Keeps nothing any more: nobody tells what changes.
    pub(crate) fn close(&self) {
        let mut state = self.state();
        state.closed = true;
        state.change_all();
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Question<'_> {
    /// Keeps the reply, unless the key has changed since the question. `expires`: when the key itself does.
    pub(crate) fn answered(self, reply: &Reply, expires: Option<Duration>) {
        let mut state = self.cache.state();
        let flight = state.flights.remove(&self.number);
        if flight.is_none_or(|flight| flight.changed) || reply.is_error() || state.closed {
            return;
        }
        let lasts = expires.map_or(self.lasts, |expires| expires.min(self.lasts));
        let Some(until) = Instant::now().checked_add(lasts) else { return };
        // A copy: the reply's own memory may be a block of many.
        let reply = Reply::from_frame(Bytes::copy_from_slice(reply.as_bytes()));
        let number = state.next();
        let entry = Entry { number, key: self.key.clone(), reply, until };
        state.remove(&self.command);
        state.entries.insert(self.command.clone(), entry);
        state.commands.entry(self.key.clone()).or_default().push(self.command.clone());
        state.order.push_back((number, self.command.clone()));
        state.shrink(self.cache.config.size().get());
    }
}

impl Drop for Question<'_> {
    fn drop(&mut self) {
        self.cache.state().flights.remove(&self.number);
    }
}

impl State {
    fn next(&mut self) -> u64 {
        self.last = self.last.wrapping_add(1);
        self.last
    }

    fn change(&mut self, key: &[u8]) {
        for command in self.commands.remove(key).unwrap_or_default() {
            if self.entries.remove(&command).is_some() {
                self.statistics.invalidate = self.statistics.invalidate.saturating_add(1);
            }
        }
        for flight in self.flights.values_mut().filter(|flight| flight.key == key) {
            flight.changed = true;
        }
    }

    fn change_all(&mut self) {
        self.statistics.invalidate = self.statistics.invalidate.saturating_add(self.entries.len());
        self.entries.clear();
        self.commands.clear();
        self.order.clear();
        for flight in self.flights.values_mut() {
            flight.changed = true;
        }
    }

    fn remove(&mut self, command: &Bytes) {
        let Some(entry) = self.entries.remove(command) else { return };
        if let Some(commands) = self.commands.get_mut(&entry.key) {
            commands.retain(|kept| kept != command);
            if commands.is_empty() {
                self.commands.remove(&entry.key);
            }
        }
    }

    /// Gives up the oldest, and the memory of those that are gone.
    fn shrink(&mut self, size: usize) {
        let gone =
            |state: &Self| state.order.len() > state.entries.len().saturating_mul(2).saturating_add(16);
        while self.entries.len() > size || gone(self) {
            let Some((number, command)) = self.order.pop_front() else { return };
            if self.entries.get(&command).is_some_and(|entry| entry.number == number) {
                if self.entries.len() > size {
                    self.remove(&command);
                } else {
                    self.order.push_back((number, command));
                }
            }
        }
    }
}

/// Figures, and no reply.
impl fmt::Debug for Cache {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Cache").field("statistics", &self.statistics()).finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use std::num::NonZeroUsize;

    use super::*;
    use crate::compat::cmd::{CommandCacheConfig, cmd};

    fn get(key: &str) -> Cmd {
        cmd("GET").arg(key).take()
    }

    fn reply(text: &'static str) -> Reply {
        Reply::from_frame(text.into())
    }

    fn keep(cache: &Cache, key: &str) {
        let Looked::Miss(question) = cache.look(&get(key)) else { panic!("kept already") };
        question.answered(&reply("$1\r\nv\r\n"), None);
    }

    fn has(cache: &Cache, key: &str) -> bool {
        matches!(cache.look(&get(key)), Looked::Hit(_))
    }

    fn invalidate(cache: &Cache, key: &str) {
        cache.invalidate(&[Value::Array(vec![Value::BulkString(key.as_bytes().to_vec())])]);
    }

    #[test]
    fn a_reply_is_kept_until_its_key_changes() {
        let cache = Cache::new(CacheConfig::new());

        keep(&cache, "a");
        keep(&cache, "b");
        assert!(has(&cache, "a") && has(&cache, "b"));
        invalidate(&cache, "a");
        assert!(!has(&cache, "a") && has(&cache, "b"));
        cache.invalidate(&[Value::Nil]);
        assert!(!has(&cache, "b"));
        assert_eq!(cache.statistics(), CacheStatistics { hit: 3, miss: 4, invalidate: 2 });
    }

    #[test]
    fn a_key_that_changes_while_it_is_read_is_not_kept() {
        let cache = Cache::new(CacheConfig::new());

        let Looked::Miss(question) = cache.look(&get("a")) else { panic!("kept already") };
        invalidate(&cache, "a");
        question.answered(&reply("$1\r\nv\r\n"), None);

        assert!(!has(&cache, "a"));
    }

    #[test]
    fn what_a_command_writes_is_forgotten() {
        let cache = Cache::new(CacheConfig::new());
        keep(&cache, "a");
        keep(&cache, "b");

        cache.forget(cmd("SET").arg("a").arg(1));
        assert!(!has(&cache, "a") && has(&cache, "b"));
        cache.forget(&cmd("FLUSHALL"));
        assert!(!has(&cache, "b"));
    }

    #[test]
    fn errors_and_what_has_expired_are_not_given() {
        let cache = Cache::new(CacheConfig::new());
        let Looked::Miss(question) = cache.look(&get("a")) else { panic!("kept already") };
        question.answered(&reply("-ERR no\r\n"), None);
        assert!(!has(&cache, "a"));

        let Looked::Miss(question) = cache.look(&get("a")) else { panic!("kept already") };
        question.answered(&reply("$1\r\nv\r\n"), Some(Duration::ZERO));
        assert!(!has(&cache, "a"));
    }

    #[test]
    fn the_oldest_go_when_there_are_too_many() {
        let cache = Cache::new(CacheConfig::new().set_size(NonZeroUsize::new(2).unwrap()));

        for key in ["a", "b", "c"] {
            keep(&cache, key);
        }

        assert!(!has(&cache, "a") && has(&cache, "b") && has(&cache, "c"));
    }

    #[test]
    fn what_is_kept_depends_on_mode_and_command() {
        let all = Cache::new(CacheConfig::new());
        let some = Cache::new(CacheConfig::new().set_mode(CacheMode::OptIn));
        let mut wanted = get("a");
        wanted.set_cache_config(CommandCacheConfig::new());
        let mut unwanted = get("a");
        unwanted.set_cache_config(CommandCacheConfig::new().set_enable_cache(false));

        assert!(matches!(all.look(&get("a")), Looked::Miss(_)));
        assert!(matches!(all.look(&unwanted), Looked::No));
        assert!(matches!(all.look(cmd("TTL").arg("a")), Looked::No));
        assert!(matches!(some.look(&get("a")), Looked::No));
        assert!(matches!(some.look(&wanted), Looked::Miss(_)));
        all.close();
        assert!(matches!(all.look(&get("a")), Looked::No));
        assert!(KEPT.is_sorted());
    }
}
