//! Lua scripts that are sent by name: EVALSHA, and EVAL in its place when the server does not know the script.
//!
//! A [`Script`] is a constant of a program (`static TRANSFER: Script = Script::new(include_str!("transfer.lua"));`);
//! its SHA-1 is computed at its first use. What surprises: a server forgets scripts as it likes (a restart, a
//! failover, SCRIPT FLUSH, more than 500 of them), so `NOSCRIPT` is no alarm and costs one more round trip.
//!
//! # What it does not promise
//! - **To undo anything.** Nobody comes between a script's commands, but one that fails in its middle leaves what it had
//!   done: the server has no way back. So check before the first write, and take an error's
//!   [`MaybeExecuted`](crate::error::Outcome::MaybeExecuted) at its word.
//! - **To run once.** A call whose reply was lost may have run and is not repeated, unless it is
//!   [idempotent](Script::idempotent). A script that makes errors of its own must not use the codes by which the server
//!   says that nothing ran (`NOSCRIPT`, `BUSY`, `LOADING` and their like): it would be believed.
//! - **To leave others alone.** The server does nothing else while a script runs; past its limit
//!   (`busy-reply-threshold`, 5 s) all others are answered `BUSY`. Redlane waits then, and never sends SCRIPT KILL.
//! - **An error's code.** Servers before 7.0 answer `ERR` when a command of a script fails. One that shall be known by
//!   its code is called by `redis.pcall`, and what that gave is returned.
//! - **Digits.** Lua's numbers are doubles: beyond 2^53 take text, and return no fractions, for they are cut off.

pub(crate) mod operands;
pub(crate) mod terms;

use std::borrow::Cow;
use std::fmt;
use std::sync::OnceLock;
use std::time::Duration;

use redlane_resp::from_reply::FromReply;
use redlane_resp::to_args::ToRedisArgs;
use sha1_smol::Sha1;
use tokio::time::Instant;

use self::operands::Operands;
use self::terms::Terms;
use crate::client::Client;
use crate::commands::command::Command;
use crate::commands::executor::Executor;
use crate::commands::facts::{self, Facts};
use crate::error::{Error, ErrorKind, Failure, Outcome, Result};
use crate::pipeline::Pipeline;

/// A Lua script and what is known of it.
///
/// It runs as a whole: no other command comes between two of its calls. What it returns is read as the type that
/// the caller asks for; Lua's `true` comes as 1 and its `false` as null, and `bool` reads both.
///
/// ```no_run
/// use redlane::script::Script;
///
/// static TAKE: Script = Script::new(
///     "if tonumber(redis.call('GET', KEYS[1]) or 0) < tonumber(ARGV[1]) then return {false, 'too few'} end
///      redis.call('DECRBY', KEYS[1], ARGV[1]) return {true, 'taken'}",
/// );
///
/// # async fn example(client: &redlane::client::Client) -> Result<(), redlane::error::Error> {
/// let (taken, why): (bool, String) = TAKE.key("stock").arg(5).call(client).await?;
/// # let _ = (taken, why);
/// # Ok(()) }
/// ```
pub struct Script {
    source: Cow<'static, str>,
    sha1: OnceLock<String>,
    idempotent: bool,
    read_only: bool,
}

impl Script {
    /// A script of the program's own text. One that is put together at run time is made by `Script::from`.
    ///
    /// Never format values into it: they belong in its keys and arguments.
    #[must_use]
    pub const fn new(source: &'static str) -> Self {
        Self { source: Cow::Borrowed(source), sha1: OnceLock::new(), idempotent: false, read_only: false }
    }

    /// Declares that running it twice does no harm, so that it is repeated when a reply is lost. It is not so
    /// unless declared.
    #[must_use]
    pub const fn idempotent(mut self, idempotent: bool) -> Self {
        self.idempotent = idempotent;
        self
    }

    /// Declares that it writes nothing: it goes out as EVALSHA_RO, which a replica takes too, and is repeated when a
    /// reply is lost. The server refuses its writes. Since 7.0.0.
    #[must_use]
    pub const fn read_only(mut self, read_only: bool) -> Self {
        self.read_only = read_only;
        self
    }

    /// Its text.
    #[must_use]
    pub fn source(&self) -> &str {
        &self.source
    }

    /// The SHA-1 of its text in hex, by which servers know it.
    #[must_use]
    pub fn sha1(&self) -> &str {
        self.sha1.get_or_init(|| Sha1::from(self.source.as_bytes()).digest().to_string())
    }

    /// Begins a call with a key, or with several when the value is a list.
    pub fn key<K: ToRedisArgs>(&self, key: K) -> ScriptCall<'_> {
        self.begin().key(key)
    }

    /// Begins a call of a script without keys.
    pub fn arg<A: ToRedisArgs>(&self, arg: A) -> ScriptCall<'_> {
        self.begin().arg(arg)
    }

    /// Begins a call.
    pub fn begin(&self) -> ScriptCall<'_> {
        ScriptCall { script: self, operands: Operands::new(), terms: Terms::new(self.idempotent) }
    }

    /// Runs it without keys or arguments.
    ///
    /// # Errors
    /// As [`ScriptCall::call`].
    pub async fn call<T: FromReply>(&self, client: &Client) -> Result<T> {
        self.begin().call(client).await
    }

    /// Gives it to the server without running it, so that the first call needs one round trip only.
    ///
    /// [`SCRIPT LOAD`](https://redis.io/docs/latest/commands/script-load/), since 2.6.0.
    ///
    /// # Errors
    /// When the server refuses it: a text that is no Lua, mostly.
    pub async fn load(&self, client: &Client) -> Result<()> {
        client.execute(Command::known(const { facts::of("SCRIPT LOAD") }).arg(&*self.source)).await
    }

    /// The commands that run it by its name, and by its text.
    const fn facts(&self) -> [&'static Facts; 2] {
        if self.read_only {
            const { [facts::of("EVALSHA_RO"), facts::of("EVAL_RO")] }
        } else {
            const { [facts::of("EVALSHA"), facts::of("EVAL")] }
        }
    }
}

impl From<String> for Script {
    fn from(source: String) -> Self {
        Self { source: Cow::Owned(source), ..Self::new("") }
    }
}

/// The SHA-1 and the length; the text may be anything.
impl fmt::Debug for Script {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Script")
            .field("sha1", &self.sha1())
            .field("bytes", &self.source.len())
            .field("idempotent", &self.idempotent)
            .field("read_only", &self.read_only)
            .finish()
    }
}

/// A script with its keys and arguments. It is sent by [`call`](Self::call), or as a part of a pipeline by
/// [`by_name`](Self::by_name) or [`by_text`](Self::by_text).
#[derive(Clone)]
#[must_use = "a script is sent by `call`"]
pub struct ScriptCall<'s> {
    script: &'s Script,
    operands: Operands,
    terms: Terms,
}

impl ScriptCall<'_> {
    /// Adds a key, or several when the value is a list. In a cluster all keys of a script share a slot.
    pub fn key<K: ToRedisArgs>(mut self, key: K) -> Self {
        self.operands.key(key);
        self
    }

    /// Adds an argument, or several when the value is a list.
    pub fn arg<A: ToRedisArgs>(mut self, arg: A) -> Self {
        self.operands.arg(arg);
        self
    }

    /// Bounds the call, the second round trip included, if one is needed.
    pub fn deadline(mut self, limit: Duration) -> Self {
        self.terms.deadline = Some(limit);
        self
    }

    /// Declares for this call whether running the script twice does harm.
    pub fn idempotent(mut self, idempotent: bool) -> Self {
        self.terms.idempotent = idempotent;
        self
    }

    /// Runs the script and reads what it returns.
    ///
    /// # Errors
    /// An error reply of a script may come from its middle, after it has written: its outcome is `MaybeExecuted`
    /// unless the code is one that is raised before a script begins.
    ///
    /// # Cancel safety
    /// Dropped before it was sent, the script does not run; dropped later, it is not known whether it has.
    pub async fn call<T: FromReply>(self, client: &Client) -> Result<T> {
        let began = Instant::now();
        let [by_name, by_text] = self.script.facts();
        match self.terms.send(client, self.command(by_name, self.script.sha1())).await {
            Err(error) if is_unknown(&error) => {
                // Once, and whatever it answers then: a server that forgets at once must not keep us here.
                let limit = self.terms.deadline.unwrap_or_else(|| client.call_timeout());
                let left = limit.saturating_sub(began.elapsed());
                let terms = Terms { deadline: Some(left), ..self.terms };
                let result = terms.send(client, self.command(by_text, &self.script.source)).await;
                // An earlier attempt may have run it, on a server that forgot it since.
                let may_have_run = error.outcome() == Outcome::MaybeExecuted;
                result.map_err(
                    |last| if may_have_run { last.with_outcome(Outcome::MaybeExecuted) } else { last },
                )
            }
            result => result,
        }
    }

    /// Gives the script to whatever executes, with its whole text: in a [`Pipeline`] nobody
    /// could answer `NOSCRIPT` in time for the commands behind it.
    ///
    /// ```no_run
    /// # use redlane::{prelude::*, script::Script};
    /// static ADD: Script = Script::new("return redis.call('INCRBY', KEYS[1], ARGV[1])");
    ///
    /// # async fn example(client: &Client) -> Result<(), Error> {
    /// let pipeline = client.pipeline().atomic().set("n", 1);
    /// let ((), n): ((), i64) = ADD.key("n").arg(4).by_text::<i64, _>(pipeline).query().await?;
    /// # assert_eq!(n, 5);
    /// # Ok(()) }
    /// ```
    pub fn by_text<T: FromReply, E: Executor>(self, executor: E) -> E::Output<T> {
        executor.run(self.whole())
    }

    /// The call by its name, for callers that see to `NOSCRIPT` themselves.
    pub(crate) fn named(&self) -> Command {
        let [by_name, _] = self.script.facts();
        self.command(by_name, self.script.sha1())
    }

    /// The call with the whole text.
    pub(crate) fn whole(&self) -> Command {
        let [_, by_text] = self.script.facts();
        self.command(by_text, &self.script.source)
    }

    /// Adds the script to a pipeline by its name, and ahead of its first call there the command that makes it known.
    ///
    /// The text goes out once, however often the script is called in the pipeline; with [`by_text`](Self::by_text) it
    /// goes out each time. The reply to SCRIPT LOAD is [ignored](Pipeline::ignore): [`try_all`](Pipeline::try_all) has a
    /// result for it.
    ///
    /// ```no_run
    /// # use redlane::{prelude::*, script::Script};
    /// static ADD: Script = Script::new("return redis.call('INCRBY', KEYS[1], ARGV[1])");
    ///
    /// # async fn example(client: &Client) -> Result<(), Error> {
    /// let mut pipeline = client.pipeline();
    /// for key in ["a", "b", "c"] {
    ///     pipeline = ADD.key(key).arg(1).by_name(pipeline);
    /// }
    /// let counts: Vec<i64> = pipeline.query().await?;
    /// # let _ = counts;
    /// # Ok(()) }
    /// ```
    pub fn by_name<'c>(self, mut pipeline: Pipeline<'c>) -> Pipeline<'c> {
        let [by_name, _] = self.script.facts();
        let load = || Command::known(const { facts::of("SCRIPT LOAD") }).arg(&*self.script.source);
        pipeline.push_script(self.script.sha1(), load, &self.command(by_name, self.script.sha1()));
        pipeline
    }

    fn command(&self, facts: &'static Facts, script: &str) -> Command {
        self.operands.command(facts, script)
    }
}

/// Whether the server said that it does not know the script. An error within what a script returned is the script's own.
fn is_unknown(error: &Error) -> bool {
    error.kind() == ErrorKind::NoScript && matches!(error.failure(), Failure::Server(_))
}

/// The script and the number of its keys and arguments: one of them may be a secret.
impl fmt::Debug for ScriptCall<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ScriptCall")
            .field("script", &self.script)
            .field("keys", &self.operands.key_count())
            .field("arguments", &self.operands.arg_count())
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    static ONE: Script = Script::new("return 1");

    fn text(command: &Command) -> String {
        command.words().map(String::from_utf8_lossy).collect::<Vec<_>>().join(" ")
    }

    #[test]
    fn the_sha1_is_the_one_that_servers_compute() {
        assert_eq!(ONE.sha1(), "e0e1f9fabfc9d4800c877a703b823ac0578ff8db");
        assert_eq!(Script::from("return 1".to_owned()).sha1(), ONE.sha1());
    }

    #[test]
    fn keys_go_before_arguments_in_whatever_order_they_come() {
        let call = ONE.arg("x").key("a").arg(&["y", "z"]).key(&["b", "c"]);

        let command = call.command(facts::of("EVALSHA"), "sha");

        assert_eq!(text(&command), "EVALSHA sha 3 a b c x y z");
    }

    #[test]
    fn a_script_without_keys_says_so() {
        assert_eq!(text(&ONE.begin().command(facts::of("EVAL"), "return 1")), "EVAL return 1 0");
    }

    #[test]
    fn big_arguments_arrive_whole() {
        let big = "v".repeat(40_000);

        let command = ONE.key("k").arg(&big).arg("end").command(facts::of("EVALSHA"), "sha");

        assert_eq!(text(&command), format!("EVALSHA sha 1 k {big} end"));
    }

    #[test]
    fn read_only_scripts_go_out_as_such() {
        let script = Script::new("return 1").read_only(true);

        assert_eq!(script.facts().map(|facts| facts.name), ["EVALSHA_RO", "EVAL_RO"]);
        assert_eq!(ONE.facts().map(|facts| facts.name), ["EVALSHA", "EVAL"]);
    }

    #[test]
    fn debug_shows_neither_text_nor_arguments() {
        let shown = format!("{:?}", Script::new("return 'hunter2'").key("hunter2").arg("hunter2"));

        assert!(!shown.contains("hunter2"), "{shown}");
        assert!(shown.ends_with("keys: 1, arguments: 1, .. }"), "{shown}");
    }
}
