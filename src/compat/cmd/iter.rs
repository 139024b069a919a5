//! Walks over what the pages of a scan hold, one after the other.
//!
//! A page may be empty before the last one, so a step may ask for several. What surprises: an error of one element is
//! given in its place and the walk goes on; an error of a page ends nothing either, the next step asks for it again.

use std::fmt;
use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Poll};
use std::vec::IntoIter;

use futures_core::Stream;

use super::Cmd;
use crate::compat::aio;
use crate::compat::connection_like::ConnectionLike;
use crate::compat::error::{ParsingError, RedisResult};
use crate::compat::from_redis_value::{FromRedisValue, from_redis_value};
use crate::compat::value::Value;

/// The elements of a page.
type Page<T> = IntoIter<Result<T, ParsingError>>;

impl Cmd {
    /// Sends the command and walks over the elements of its reply; with a [cursor](Cmd::cursor_arg), over those of all
    /// pages.
    ///
    /// # Errors
    /// Those of the first page.
    #[inline]
    pub fn iter<T: FromRedisValue>(mut self, con: &mut dyn ConnectionLike) -> RedisResult<Iter<'_, T>> {
        let page = self.first_page(con.req_command(&self)?)?;
        Ok(Iter { page, con, cmd: self })
    }

    /// Sends the command and walks over the elements of its reply; with a [cursor](Cmd::cursor_arg), over those of all
    /// pages.
    ///
    /// # Errors
    /// Those of the first page.
    #[inline]
    pub async fn iter_async<'a, T: FromRedisValue + 'a>(
        mut self,
        con: &'a mut (dyn aio::ConnectionLike + Send),
    ) -> RedisResult<AsyncIter<'a, T>> {
        let reply = con.req_packed_command(&self).await?;
        let page = self.first_page(reply)?;
        Ok(AsyncIter { state: State::Resting(Pages { page, con, cmd: self }) })
    }

    /// A reply that is no page is the only one.
    fn first_page<T: FromRedisValue>(&mut self, reply: Value) -> RedisResult<Page<T>> {
        let reply = reply.extract_error()?;
        if reply.looks_like_cursor() {
            return self.page(reply);
        }
        self.set_cursor(0);
        Ok(T::from_each_redis_values(from_redis_value(reply)?).into_iter())
    }

    fn page<T: FromRedisValue>(&mut self, reply: Value) -> RedisResult<Page<T>> {
        let (cursor, elements): (u64, Vec<Value>) = from_redis_value(reply.extract_error()?)?;
        self.set_cursor(cursor);
        Ok(T::from_each_redis_values(elements).into_iter())
    }

    /// Whether there is no page to ask for.
    fn is_walked(&self) -> bool {
        self.cursor().is_none_or(|cursor| cursor == 0)
    }
}

/// A walk by a blocking connection.
pub struct Iter<'a, T: FromRedisValue> {
    page: Page<T>,
    con: &'a mut (dyn ConnectionLike + 'a),
    cmd: Cmd,
}

impl<T: FromRedisValue> Iterator for Iter<'_, T> {
    type Item = RedisResult<T>;

    #[inline]
    fn next(&mut self) -> Option<RedisResult<T>> {
        loop {
            if let Some(element) = self.page.next() {
                return Some(element.map_err(Into::into));
            }
            if self.cmd.is_walked() {
                return None;
            }
            let reply = self.con.req_command(&self.cmd);
            match reply.and_then(|reply| self.cmd.page(reply)) {
                Ok(page) => self.page = page,
                Err(error) => return Some(Err(error)),
            }
        }
    }
}

impl<T: FromRedisValue> fmt::Debug for Iter<'_, T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Iter").field("cmd", &self.cmd).finish_non_exhaustive()
    }
}

/// A walk by an asynchronous connection: a [`Stream`].
#[allow(explicit_outlives_requirements, reason = "redis-rs's signature, to the letter")]
pub struct AsyncIter<'a, T: FromRedisValue + 'a> {
    state: State<'a, T>,
}

struct Pages<'a, T: FromRedisValue> {
    page: Page<T>,
    con: &'a mut (dyn aio::ConnectionLike + Send + 'a),
    cmd: Cmd,
}

/// A step owns the walk while it takes, so that it needs no borrow of the stream.
type Step<'a, T> = Pin<Box<dyn Future<Output = (Pages<'a, T>, Option<RedisResult<T>>)> + Send + 'a>>;

#[expect(
    clippy::large_enum_variant,
    reason = "a walk rests most of the time, and boxing it costs a box per page"
)]
enum State<'a, T: FromRedisValue> {
    Resting(Pages<'a, T>),
    Stepping(Step<'a, T>),
    /// Only while a step begins, and after one that panicked.
    Lost,
}

impl<'a, T: FromRedisValue + 'a> Pages<'a, T> {
    async fn step(mut self) -> (Self, Option<RedisResult<T>>) {
        loop {
            if let Some(element) = self.page.next() {
                return (self, Some(element.map_err(Into::into)));
            }
            if self.cmd.is_walked() {
                return (self, None);
            }
            let reply = self.con.req_packed_command(&self.cmd).await;
            match reply.and_then(|reply| self.cmd.page(reply)) {
                Ok(page) => self.page = page,
                Err(error) => return (self, Some(Err(error))),
            }
        }
    }
}

impl<'a, T: FromRedisValue + 'a + Unpin + Send> AsyncIter<'a, T> {
    /// Gives the next element; `None` after the last one.
    ///
    /// ```no_run
    /// use redlane::compat::{AsyncCommands, RedisResult, aio};
    ///
    /// async fn keys(con: &mut (impl aio::ConnectionLike + Send + Sync)) -> RedisResult<Vec<String>> {
    ///     let mut walk = con.scan_match("user:*").await?;
    ///     let mut keys = Vec::new();
    ///     while let Some(key) = walk.next_item().await {
    ///         keys.push(key?);
    ///     }
    ///     Ok(keys)
    /// }
    /// ```
    ///
    /// # Errors
    /// An element that is no `T`, or the error of a page.
    ///
    /// # Cancel safety
    /// A step that is dropped goes on when the next one is taken: nothing is skipped.
    #[inline]
    pub async fn next_item(&mut self) -> Option<RedisResult<T>> {
        std::future::poll_fn(|cx| Pin::new(&mut *self).poll_next(cx)).await
    }
}

impl<'a, T: FromRedisValue + Unpin + Send + 'a> Stream for AsyncIter<'a, T> {
    type Item = RedisResult<T>;

    fn poll_next(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        let this = self.get_mut();
        let mut step = match std::mem::replace(&mut this.state, State::Lost) {
            State::Resting(mut pages) => {
                // Most elements need no request, and so no box.
                if let Some(element) = pages.page.next() {
                    this.state = State::Resting(pages);
                    return Poll::Ready(Some(element.map_err(Into::into)));
                }
                Box::pin(pages.step())
            }
            State::Stepping(step) => step,
            State::Lost => return Poll::Ready(None),
        };
        match step.as_mut().poll(cx) {
            Poll::Pending => {
                this.state = State::Stepping(step);
                Poll::Pending
            }
            Poll::Ready((pages, element)) => {
                this.state = State::Resting(pages);
                Poll::Ready(element)
            }
        }
    }
}

impl<T: FromRedisValue> fmt::Debug for AsyncIter<'_, T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("AsyncIter").finish_non_exhaustive()
    }
}
