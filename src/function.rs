//! Functions that the server keeps in libraries: FCALL, and FCALL_RO for those that only read.
//!
//! A [`Function`] is called as a [`Script`](crate::script::Script) is. What differs: its code is the server's, saved and
//! replicated like data, so it has to be there before it is called. A [`Library`] puts it there.
//!
//! What a script does not promise a function does not either: nothing is undone when it fails in its middle, and a call
//! whose reply was lost may have run. A server that lost its data has lost its functions with it, and says so with an
//! error at each call: nothing loads them in between, for the library of another version may be there on purpose.

use std::borrow::Cow;
use std::fmt;
use std::time::Duration;

use redlane_resp::from_reply::FromReply;
use redlane_resp::to_args::ToRedisArgs;

use crate::client::Client;
use crate::commands::command::Command;
use crate::commands::executor::Executor;
use crate::commands::facts::{self, Facts};
use crate::error::Result;
use crate::script::operands::Operands;
use crate::script::terms::Terms;

/// The code of a library of functions.
///
/// ```no_run
/// use redlane::function::{Function, Library};
///
/// static LIBRARY: Library = Library::new(
///     "#!lua name=stock
///      redis.register_function('take', function(keys, args)
///        return redis.call('DECRBY', keys[1], args[1])
///      end)",
/// );
/// static TAKE: Function = Function::new("take");
///
/// # async fn example(client: &redlane::client::Client) -> Result<(), redlane::error::Error> {
/// LIBRARY.load(client).await?; // when the program starts
/// let left: i64 = TAKE.key("stock").arg(5).call(client).await?;
/// # let _ = left;
/// # Ok(()) }
/// ```
#[derive(Clone)]
pub struct Library(Cow<'static, str>);

impl Library {
    /// A library of the program's own text. One that is put together at run time is made by `Library::from`.
    #[must_use]
    pub const fn new(code: &'static str) -> Self {
        Self(Cow::Borrowed(code))
    }

    /// Its code.
    #[must_use]
    pub fn code(&self) -> &str {
        &self.0
    }

    /// Gives it to the server, in the place of one of the same name, and gets its name. Loading the same code again
    /// changes nothing.
    ///
    /// [`FUNCTION LOAD`](https://redis.io/docs/latest/commands/function-load/), since 7.0.0.
    ///
    /// # Errors
    /// When the server refuses it: code that does not run, a function that another library has.
    pub async fn load(&self, client: &Client) -> Result<String> {
        let load = Command::known(const { facts::of("FUNCTION LOAD") }).arg("REPLACE").arg(&*self.0);
        client.execute(load).idempotent().await
    }
}

impl From<String> for Library {
    fn from(code: String) -> Self {
        Self(Cow::Owned(code))
    }
}

/// The length; the code may be anything.
impl fmt::Debug for Library {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Library").field("bytes", &self.0.len()).finish()
    }
}

/// A function by its name, and what is known of it.
#[derive(Clone, Debug)]
pub struct Function {
    name: Cow<'static, str>,
    idempotent: bool,
    read_only: bool,
}

impl Function {
    /// The function of that name. One that is found at run time is made by `Function::from`.
    #[must_use]
    pub const fn new(name: &'static str) -> Self {
        Self { name: Cow::Borrowed(name), idempotent: false, read_only: false }
    }

    /// Declares that running it twice does no harm, so that it is repeated when a reply is lost. It is not so unless
    /// declared.
    #[must_use]
    pub const fn idempotent(mut self, idempotent: bool) -> Self {
        self.idempotent = idempotent;
        self
    }

    /// Declares that it writes nothing: it goes out as FCALL_RO, which a replica takes too, and is repeated when a reply
    /// is lost. The server refuses one that was not registered with the flag `no-writes`.
    #[must_use]
    pub const fn read_only(mut self, read_only: bool) -> Self {
        self.read_only = read_only;
        self
    }

    /// Its name.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Begins a call with a key, or with several when the value is a list.
    pub fn key<K: ToRedisArgs>(&self, key: K) -> FunctionCall<'_> {
        self.begin().key(key)
    }

    /// Begins a call of a function without keys.
    pub fn arg<A: ToRedisArgs>(&self, arg: A) -> FunctionCall<'_> {
        self.begin().arg(arg)
    }

    /// Begins a call.
    pub fn begin(&self) -> FunctionCall<'_> {
        FunctionCall { function: self, operands: Operands::new(), terms: Terms::new(self.idempotent) }
    }

    /// Calls it without keys or arguments.
    ///
    /// # Errors
    /// As [`FunctionCall::call`].
    pub async fn call<T: FromReply>(&self, client: &Client) -> Result<T> {
        self.begin().call(client).await
    }

    fn facts(&self) -> &'static Facts {
        if self.read_only { const { facts::of("FCALL_RO") } } else { const { facts::of("FCALL") } }
    }
}

impl From<String> for Function {
    fn from(name: String) -> Self {
        Self { name: Cow::Owned(name), ..Self::new("") }
    }
}

/// A function with its keys and arguments. It is sent by [`call`](Self::call), or given to a pipeline by
/// [`on`](Self::on).
#[derive(Clone)]
#[must_use = "a function is sent by `call`"]
pub struct FunctionCall<'f> {
    function: &'f Function,
    operands: Operands,
    terms: Terms,
}

impl FunctionCall<'_> {
    /// Adds a key, or several when the value is a list. In a cluster all keys of a function share a slot.
    pub fn key<K: ToRedisArgs>(mut self, key: K) -> Self {
        self.operands.key(key);
        self
    }

    /// Adds an argument, or several when the value is a list.
    pub fn arg<A: ToRedisArgs>(mut self, arg: A) -> Self {
        self.operands.arg(arg);
        self
    }

    /// Bounds the call.
    pub fn deadline(mut self, limit: Duration) -> Self {
        self.terms.deadline = Some(limit);
        self
    }

    /// Declares for this call whether running the function twice does harm.
    pub fn idempotent(mut self, idempotent: bool) -> Self {
        self.terms.idempotent = idempotent;
        self
    }

    /// Calls the function and reads what it returns.
    ///
    /// [`FCALL`](https://redis.io/docs/latest/commands/fcall/), since 7.0.0.
    ///
    /// # Errors
    /// `ERR` when the server has no such function. An error reply may come from the function's middle, after it has
    /// written: its outcome is `MaybeExecuted` unless the code is one that is raised before a function begins.
    ///
    /// # Cancel safety
    /// Dropped before it was sent, the function does not run; dropped later, it is not known whether it has.
    pub async fn call<T: FromReply>(self, client: &Client) -> Result<T> {
        self.terms.send(client, self.command()).await
    }

    /// Gives the call to whatever executes: a [`Pipeline`](crate::pipeline::Pipeline), mostly.
    ///
    /// ```no_run
    /// # use redlane::{function::Function, prelude::*};
    /// static TAKE: Function = Function::new("take");
    ///
    /// # async fn example(client: &Client) -> Result<(), Error> {
    /// let pipeline = client.pipeline().set("stock", 9);
    /// let ((), left): ((), i64) = TAKE.key("stock").arg(4).on::<i64, _>(pipeline).query().await?;
    /// # let _ = left;
    /// # Ok(()) }
    /// ```
    pub fn on<T: FromReply, E: Executor>(self, executor: E) -> E::Output<T> {
        executor.run(self.command())
    }

    fn command(&self) -> Command {
        self.operands.command(self.function.facts(), &self.function.name)
    }
}

/// The function and the number of its keys and arguments: one of them may be a secret.
impl fmt::Debug for FunctionCall<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("FunctionCall")
            .field("function", &self.function)
            .field("keys", &self.operands.key_count())
            .field("arguments", &self.operands.arg_count())
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::commands::test_support::words;

    #[test]
    fn a_call_names_the_function_and_puts_keys_before_arguments() {
        let (take, read) = (Function::new("take"), Function::new("read").read_only(true));

        let call = take.arg("x").key(["a", "b"].as_slice()).arg(5);

        assert_eq!(words(&call.command()), "FCALL take 2 a b x 5");
        assert_eq!(words(&read.begin().command()), "FCALL_RO read 0");
    }

    #[test]
    fn debug_shows_neither_code_nor_arguments() {
        let shown =
            format!("{:?} {:?}", Library::new("hunter2"), Function::new("f").key("hunter2").arg("hunter2"));

        assert!(!shown.contains("hunter2"), "{shown}");
    }
}
