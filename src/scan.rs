//! Iteration over keys, and over the elements of one key, in pages: SCAN, HSCAN, SSCAN, ZSCAN.
//!
//! A [`Scan`] is a [`Stream`] and can be used without one: its own [`next`](Scan::next) and
//! [`collect_all`](Scan::collect_all) need no other crate. It asks for a page when the last one is used up, never ahead.
//! What surprises: a page may be empty long before the end, and an element may come twice.

use std::collections::vec_deque::VecDeque;
use std::fmt;
use std::future::{Future, poll_fn};
use std::marker::PhantomData;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use futures_core::Stream;
use redlane_resp::cursor::Cursor;
use redlane_resp::error::ConversionError;
use redlane_resp::from_reply::FromReply;
use redlane_resp::to_args::ToSingleRedisArg;

use crate::client::Client;
use crate::client::pending::Pending;
use crate::commands::command::Command;
use crate::commands::facts;
use crate::commands::types::{ScanOptions, ValueType};
use crate::error::Result;

impl Client {
    /// Goes through the keys of the database. See [`Scan`].
    ///
    /// [`SCAN`](https://redis.io/docs/latest/commands/scan/), since 2.8.0, O(1) per page, O(N) in all.
    pub fn scan(&self) -> Scan<'_, String, Keys> {
        Scan::new(self, Command::known(const { facts::of("SCAN") }))
    }

    /// Goes through the fields of a hash and their values. See [`Scan`].
    ///
    /// [`HSCAN`](https://redis.io/docs/latest/commands/hscan/), since 2.8.0, O(1) per page, O(N) in all.
    pub fn hscan<K: ToSingleRedisArg>(&self, key: K) -> Scan<'_, (String, String), Fields> {
        Scan::new(self, Command::known(const { facts::of("HSCAN") }).arg(key))
    }

    /// Goes through the members of a set. See [`Scan`].
    ///
    /// [`SSCAN`](https://redis.io/docs/latest/commands/sscan/), since 2.8.0, O(1) per page, O(N) in all.
    pub fn sscan<K: ToSingleRedisArg>(&self, key: K) -> Scan<'_, String, Members> {
        Scan::new(self, Command::known(const { facts::of("SSCAN") }).arg(key))
    }

    /// Goes through the members of a sorted set and their scores, in no order. See [`Scan`].
    ///
    /// [`ZSCAN`](https://redis.io/docs/latest/commands/zscan/), since 2.8.0, O(1) per page, O(N) in all.
    pub fn zscan<K: ToSingleRedisArg>(&self, key: K) -> Scan<'_, (String, f64), Members> {
        Scan::new(self, Command::known(const { facts::of("ZSCAN") }).arg(key))
    }
}

/// What SCAN goes through.
#[derive(Clone, Copy, Debug)]
pub enum Keys {}

/// What HSCAN goes through.
#[derive(Clone, Copy, Debug)]
pub enum Fields {}

/// What SSCAN and ZSCAN go through.
#[derive(Clone, Copy, Debug)]
pub enum Members {}

/// A walk over all elements, page by page: a [`Stream`] of `Result<T>`.
///
/// An element that is there from the beginning to the end is given at least once. It may be given several times, and one
/// that comes or goes meanwhile may be given or not. (Small hashes, sets and sorted sets come in one page, whatever
/// count is asked for.) A server that is restarted or replaced meanwhile numbers its pages anew, so that elements may be
/// missed: begin again where that matters. An absent key gives nothing.
///
/// After an error the walk is over.
///
/// ```no_run
/// use redlane::prelude::*;
///
/// # async fn example(client: &Client) -> Result<(), Error> {
/// let mut sessions = client.scan().matching("session:*").count(500);
/// while let Some(key) = sessions.next().await {
///     println!("{}", key?);
/// }
///
/// let scores: Vec<(String, f64)> = client.zscan("board").collect_all().await?;
/// # let _ = scores;
/// # Ok(()) }
/// ```
///
/// # Cancel safety
/// A dropped `next` loses nothing: the page that it waited for comes with the following one.
#[must_use = "a scan asks for nothing before its first element is asked for"]
pub struct Scan<'c, T, Of> {
    client: &'c Client,
    /// The command up to its cursor.
    head: Command,
    options: ScanOptions,
    names_only: bool,
    /// What the server said where to go on. It is a number today, and nobody but the server has to know.
    cursor: String,
    page: VecDeque<T>,
    asked: Option<Pending<'c, Page<T>>>,
    ended: bool,
    of: PhantomData<fn() -> Of>,
}

impl<'c, T, Of> Scan<'c, T, Of> {
    fn new(client: &'c Client, head: Command) -> Self {
        Self {
            client,
            head,
            options: ScanOptions::default(),
            names_only: false,
            cursor: BEGIN.to_owned(),
            page: VecDeque::new(),
            asked: None,
            ended: false,
            of: PhantomData,
        }
    }

    /// Gives only what matches a glob pattern. The server looks at everything all the same.
    pub fn matching(mut self, pattern: impl Into<String>) -> Self {
        self.options = self.options.with_pattern(pattern);
        self
    }

    /// Lets the server look at about that many elements for a page; its own default is 10. More means fewer round
    /// trips, and longer ones for everybody.
    pub fn count(mut self, count: usize) -> Self {
        self.options = self.options.with_count(count);
        self
    }

    /// Reads each element as another type than the natural one. The walk begins anew.
    pub fn read_as<U: FromReply>(self) -> Scan<'c, U, Of> {
        let fresh = Scan::new(self.client, self.head);
        Scan { options: self.options, names_only: self.names_only, ..fresh }
    }
}

impl<T> Scan<'_, T, Keys> {
    /// Gives only keys whose values are of one type: `ValueType::Hash`, or by the server's name, `"hash"`. Since 6.0.0.
    pub fn key_type(mut self, kind: impl Into<ValueType>) -> Self {
        self.options = self.options.with_type(kind.into().name());
        self
    }
}

impl<'c, T> Scan<'c, T, Fields> {
    /// Gives the fields without their values. Redis has it since 7.4, Valkey since 8.0. The walk begins anew.
    pub fn no_values(self) -> Scan<'c, String, Fields> {
        Scan { names_only: true, ..self.read_as() }
    }
}

impl<T: FromReply, Of> Scan<'_, T, Of> {
    /// The next element; `None` at the end.
    ///
    /// # Errors
    /// What kept a page from coming, or from being read as `T`; once, and then the end.
    ///
    /// # Cancel safety
    /// Nothing is lost.
    pub async fn next(&mut self) -> Option<Result<T>> {
        poll_fn(|cx| self.poll_element(cx)).await
    }

    /// All elements that are left, in no order; some perhaps several times.
    ///
    /// # Errors
    /// The first error; what came before it is lost.
    pub async fn collect_all(mut self) -> Result<Vec<T>> {
        let mut all = Vec::new();
        while let Some(element) = self.next().await {
            all.push(element?);
            // The rest of the page at once.
            all.extend(self.page.drain(..));
        }
        Ok(all)
    }

    fn poll_element(&mut self, cx: &mut Context<'_>) -> Poll<Option<Result<T>>> {
        loop {
            if let Some(element) = self.page.pop_front() {
                return Poll::Ready(Some(Ok(element)));
            }
            if self.ended {
                return Poll::Ready(None);
            }
            let asked = match &mut self.asked {
                Some(asked) => asked,
                None => {
                    let mut command = self.head.clone().arg(&self.cursor).arg(&self.options);
                    if self.names_only {
                        command.push_arg("NOVALUES");
                    }
                    self.asked.insert(self.client.execute(command))
                }
            };
            let answer = ready!(Pin::new(asked).poll(cx));
            self.asked = None;
            match answer {
                Ok(page) => {
                    self.ended = page.cursor == BEGIN;
                    (self.cursor, self.page) = (page.cursor, page.elements.into());
                }
                Err(error) => {
                    self.ended = true;
                    return Poll::Ready(Some(Err(error)));
                }
            }
        }
    }
}

/// The cursor before the first page, and behind the last.
const BEGIN: &str = "0";

impl<T: FromReply, Of> Stream for Scan<'_, T, Of>
where
    T: Unpin,
{
    type Item = Result<T>;

    fn poll_next(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        self.get_mut().poll_element(cx)
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        (self.page.len(), self.ended.then_some(self.page.len()))
    }
}

impl<T, Of> fmt::Debug for Scan<'_, T, Of> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Scan")
            .field("command", &self.head.name())
            .field("ended", &self.ended)
            .finish_non_exhaustive()
    }
}

/// What the server answers: where to go on, and some elements.
struct Page<T> {
    cursor: String,
    elements: Vec<T>,
}

impl<T: FromReply> FromReply for Page<T> {
    fn from_reply(cursor: &mut Cursor<'_>) -> Result<Self, ConversionError> {
        let (cursor, elements) = FromReply::from_reply(cursor)?;
        Ok(Self { cursor, elements })
    }
}

#[cfg(test)]
mod tests {
    use redlane_resp::reply::Reply;

    use super::*;

    fn page<T: FromReply>(frame: &'static str) -> Page<T> {
        Reply::from_frame(frame.into()).read().unwrap()
    }

    #[test]
    fn a_cursor_may_be_a_text_of_any_size_or_a_number() {
        let texts = page::<String>("*2\r\n$20\r\n18446744073709551615\r\n*1\r\n$1\r\na\r\n");
        let number = page::<String>("*2\r\n:0\r\n*0\r\n");

        assert_eq!((texts.cursor.as_str(), texts.elements), ("18446744073709551615", vec!["a".to_owned()]));
        assert_eq!((number.cursor.as_str(), number.elements.len()), (BEGIN, 0));
    }

    #[test]
    fn pairs_are_read_from_flat_and_from_nested_pages() {
        let flat =
            page::<(String, f64)>("*2\r\n$1\r\n0\r\n*4\r\n$1\r\na\r\n$1\r\n1\r\n$1\r\nb\r\n$3\r\n2.5\r\n");
        let nested = page::<(String, f64)>("*2\r\n$1\r\n0\r\n*1\r\n*2\r\n$1\r\na\r\n,1.5\r\n");

        assert_eq!(flat.elements, [("a".to_owned(), 1.0), ("b".to_owned(), 2.5)]);
        assert_eq!(nested.elements, [("a".to_owned(), 1.5)]);
    }

    #[test]
    fn scans_are_send_and_unpin() {
        fn check<S: Send + Sync + Unpin>() {}
        check::<Scan<'_, (String, f64), Members>>();
        check::<Scan<'_, String, Keys>>();
    }
}
