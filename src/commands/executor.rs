//! What the methods of the command tables are called on.
//!
//! The receiver decides what a call gives: a client answers with the future that is the command, a pipeline
//! with itself. So one table serves both. What surprises: commands that block, and those that change their
//! connection, ask for the narrower [`ExclusiveExecutor`], which no pipeline is; `pipeline.blpop(..)` does
//! not compile.

use redlane_resp::from_reply::FromReply;

use super::command::Command;

/// Something that commands can be given to.
pub trait Executor: Sized {
    /// What a call gives: the future of an `R`, or the receiver with one more command in it.
    type Output<R: FromReply>;

    /// Takes a command whose reply is to be read as `R`.
    fn run<R: FromReply>(self, command: Command) -> Self::Output<R>;
}

/// An executor that can give a command a connection of its own: a client or a lease.
///
/// ```compile_fail,E0277
/// use redlane::commands::command::Command;
/// use redlane::commands::executor::Executor;
/// use redlane::commands::native::BlockingCommands;
/// use redlane_resp::from_reply::FromReply;
///
/// struct Pipeline(Vec<Command>);
///
/// impl Executor for Pipeline {
///     type Output<R: FromReply> = Self;
///     fn run<R: FromReply>(mut self, command: Command) -> Self {
///         self.0.push(command);
///         self
///     }
/// }
///
/// BlockingCommands::blpop(Pipeline(Vec::new()), "queue", 5.0); // `Pipeline` is no `ExclusiveExecutor`
/// ```
pub trait ExclusiveExecutor: Executor {}
