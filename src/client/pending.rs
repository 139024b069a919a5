//! The future that *is* a command.
//!
//! Nothing is sent before the first poll. The common case (one attempt on the shared link, a reply that is no error)
//! needs no box and no timer: the link's clock keeps the deadline. Everything else (retries, a deadline of the
//! call's own, commands that need a connection to themselves) continues in one boxed future, `execute::slow`.

use std::fmt;
use std::future::Future;
use std::marker::PhantomData;
use std::pin::Pin;
use std::sync::{Mutex, PoisonError};
use std::task::{Context, Poll};
use std::time::Duration;

use redlane_pool::link::{Entry, Link};
use redlane_resp::from_reply::FromReply;
use redlane_resp::reply::Reply;

use crate::client::Client;
use crate::client::execute::{self, CallOptions, Route};
use crate::client::span::CommandSpan;
use crate::commands::command::Command;
use crate::error::{Error, Result};

/// A command on its way; resolves to its reply, read as `R`.
///
/// # Errors
/// [`Error`]: what went wrong, and whether the command may have run.
///
/// # Cancel safety
/// Dropped before it was sent, the command is taken back and never runs. Dropped later, its reply is read and
/// thrown away; nobody else notices. Whether it ran is then unknown.
#[must_use = "a command is sent when it is polled"]
pub struct Pending<'c, R> {
    state: State<'c>,
    reads: PhantomData<fn() -> R>,
}

#[expect(clippy::large_enum_variant, reason = "the large one is the fast path, which must not allocate")]
enum State<'c> {
    Fast(Fast<'c>),
    Slow(Slow<'c>),
    Spent,
}

/// One attempt on the shared link.
struct Fast<'c> {
    client: &'c Client,
    command: Command,
    options: CallOptions,
    /// Where it was submitted.
    link: Option<&'c Link>,
    entry: Entry,
    span: CommandSpan,
    /// The reply has been given.
    spent: bool,
}

/// Behind a mutex that is never locked, so that `Pending` is `Sync` though the future is not.
struct Slow<'c>(Mutex<execute::SlowFuture<'c>>);

impl<'c, R: FromReply> Pending<'c, R> {
    #[inline]
    pub(crate) fn new(client: &'c Client, command: Command) -> Self {
        let fast = Fast {
            client,
            command,
            options: CallOptions::default(),
            link: None,
            entry: Entry::new(),
            span: CommandSpan::none(),
            spent: false,
        };
        Self { state: State::Fast(fast), reads: PhantomData }
    }

    /// Reads the reply as another type than the natural one.
    pub fn read_as<T: FromReply>(self) -> Pending<'c, T> {
        Pending { state: self.state, reads: PhantomData }
    }

    /// Bounds the whole call, attempts and waits between them included. Without it the bound is twice
    /// `socket_timeout`, or once when `retry_on_timeout` is off.
    pub fn deadline(mut self, limit: Duration) -> Self {
        if let State::Fast(fast) = &mut self.state {
            fast.options.deadline = Some(limit);
        }
        self
    }

    /// Declares that running the command twice does no harm, so that it may be repeated when its fate is unknown.
    ///
    /// Mind that a late repetition can overwrite what somebody else wrote in between.
    pub fn idempotent(mut self) -> Self {
        if let State::Fast(fast) = &mut self.state {
            fast.options.idempotent = true;
        }
        self
    }

    /// Tries once, whatever happens.
    pub fn no_retry(mut self) -> Self {
        if let State::Fast(fast) = &mut self.state {
            fast.options.no_retry = true;
        }
        self
    }
}

impl<R: FromReply> Future for Pending<'_, R> {
    type Output = Result<R>;

    #[inline]
    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        let this = self.get_mut();
        let mut slot = None;
        match &mut this.state {
            State::Fast(fast) => match fast.poll(cx, &mut slot) {
                Poll::Pending => return Poll::Pending,
                Poll::Ready(Step::Reply) => {}
                Poll::Ready(Step::Failed(error)) => {
                    this.state = State::Spent;
                    return Poll::Ready(Err(error));
                }
                Poll::Ready(Step::Slow(first)) => return this.go_slow(first, cx),
            },
            _ => match this.poll_slow(cx) {
                Poll::Pending => return Poll::Pending,
                Poll::Ready(Ok(reply)) => slot = Some(reply),
                Poll::Ready(Err(error)) => return Poll::Ready(Err(error)),
            },
        }
        match slot {
            Some(reply) => Poll::Ready(this.read(reply)),
            None => Poll::Ready(Err(polled_again())),
        }
    }
}

impl<'c, R: FromReply> Pending<'c, R> {
    /// Leaves the fast path, with the error of the first attempt if there was one.
    #[cold]
    fn go_slow(&mut self, first: Option<Error>, cx: &mut Context<'_>) -> Poll<Result<R>> {
        let State::Fast(mut fast) = std::mem::replace(&mut self.state, State::Spent) else {
            return Poll::Ready(Err(polled_again()));
        };
        let waited = fast.link.map_or(Duration::ZERO, |link| link.waited(&fast.entry));
        let span = std::mem::replace(&mut fast.span, CommandSpan::none());
        let command = std::mem::replace(&mut fast.command, execute::nothing());
        let call = execute::slow(fast.client, command, fast.options, first, waited, span);
        self.state = State::Slow(Slow(Mutex::new(call)));
        match self.poll_slow(cx) {
            Poll::Pending => Poll::Pending,
            Poll::Ready(Ok(reply)) => Poll::Ready(self.read(reply)),
            Poll::Ready(Err(error)) => Poll::Ready(Err(error)),
        }
    }

    fn poll_slow(&mut self, cx: &mut Context<'_>) -> Poll<Result<Reply>> {
        let State::Slow(Slow(call)) = &mut self.state else {
            return Poll::Ready(Err(polled_again()));
        };
        let call = call.get_mut().unwrap_or_else(PoisonError::into_inner);
        let result = call.as_mut().poll(cx);
        if result.is_ready() {
            self.state = State::Spent;
        }
        result
    }

    /// The payload's only copy.
    #[inline]
    fn read(&self, reply: Reply) -> Result<R> {
        // The command stays where it is until it is dropped: moving it out costs more than the reading.
        reply.into_read::<R>().map_err(|error| {
            let error = Error::from(error);
            match &self.state {
                State::Fast(fast) => error.with_command(execute::name_of(&fast.command)),
                _ => error,
            }
        })
    }
}

/// What one poll of the fast path came to. Small enough for two registers: a reply that travels inside is put
/// together and taken apart at each level, and each time waited for.
enum Step {
    /// It is in the slot.
    Reply,
    Failed(Error),
    Slow(Option<Error>),
}

impl<'c> Fast<'c> {
    #[inline]
    fn poll(&mut self, cx: &mut Context<'_>, slot: &mut Option<Reply>) -> Poll<Step> {
        let link = match self.link {
            Some(_) if self.spent => return Poll::Ready(Step::Failed(polled_again())),
            Some(link) => link,
            None => match execute::route(self.client, &self.command, self.options) {
                Route::Link(link) => {
                    self.span.open_here(self.client, &self.command);
                    self.link = Some(link);
                    link
                }
                Route::Slow => {
                    self.span.open_here(self.client, &self.command);
                    return Poll::Ready(Step::Slow(None));
                }
                Route::Refused(error) => return Poll::Ready(Step::Failed(error)),
            },
        };
        match link.poll_one(cx, self.command.wire(), &mut self.entry, slot) {
            Poll::Pending => Poll::Pending,
            Poll::Ready(Ok(())) => match slot {
                Some(reply) if !reply.is_error() => {
                    self.span.succeeded();
                    self.spent = true;
                    Poll::Ready(Step::Reply)
                }
                _ => Poll::Ready(Step::Slow(Some(execute::reply_error(slot.take(), &self.command)))),
            },
            Poll::Ready(Err(error)) => Poll::Ready(Step::Slow(Some(Error::link(*error)))),
        }
    }
}

#[cold]
fn polled_again() -> Error {
    Error::usage("polled after it was ready")
}

impl Drop for Fast<'_> {
    #[inline]
    fn drop(&mut self) {
        if self.entry.is_pending()
            && let Some(link) = self.link
        {
            link.abandon(&mut self.entry);
        }
    }
}

impl<R> fmt::Debug for Pending<'_, R> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut out = f.debug_struct("Pending");
        match &self.state {
            State::Fast(fast) => out.field("command", &fast.command),
            State::Slow(_) => out.field("state", &"slow"),
            State::Spent => out.field("state", &"spent"),
        };
        out.finish_non_exhaustive()
    }
}
