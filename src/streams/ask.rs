//! The questions that a reader puts to the server, and what their answers mean.
//!
//! Each is a future of its own, which does not borrow the reader: who drops a call of `next` drops no question.

use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use redlane_resp::cursor::{Cursor, Token};
use redlane_resp::error::ConversionError;
use redlane_resp::from_reply::FromReply;
use redlane_resp::to_args::ToSingleRedisArg;

use crate::client::Client;
use crate::commands::command::Command;
use crate::commands::duration::millis;
use crate::commands::surface::command;
use crate::error::Result;
use crate::script::Script;

static LEAVE: Script = Script::new(include_str!("leave.lua")).idempotent(true);

/// A question under way.
pub(super) type Question<T> = Pin<Box<dyn Future<Output = Result<T>> + Send>>;

/// Entries as they arrive; one without fields was deleted meanwhile.
pub(super) type Arrived = Vec<(String, Option<Vec<(Bytes, Bytes)>>)>;

/// The answer to a question for entries.
#[derive(Debug)]
pub(super) enum Page {
    /// Entries that are pending for this consumer, behind the one that was named.
    Own(Arrived),
    /// Entries that nobody had.
    New(Arrived),
    /// Entries that others have left alone, and where to go on.
    Claimed { next: String, entries: Arrived },
    /// The group is there.
    Created,
}

/// The stream, the group and the member.
#[derive(Clone, Debug)]
pub(super) struct Place {
    client: Client,
    names: Arc<Names>,
}

struct Names {
    key: Bytes,
    group: String,
    consumer: String,
}

/// A key is in no log.
impl std::fmt::Debug for Names {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Names").finish_non_exhaustive()
    }
}

impl Place {
    pub(super) fn new<K: ToSingleRedisArg>(client: Client, key: K, group: String, consumer: String) -> Self {
        let key = key.to_redis_args().into_iter().next().unwrap_or_default();
        Self { client, names: Arc::new(Names { key: key.into(), group, consumer }) }
    }

    /// Makes the group if there is none.
    pub(super) async fn create(&self, id: &str) -> Result<()> {
        let names = &self.names;
        let command = command!("XGROUP CREATE", &names.key, &names.group, id, "MKSTREAM");
        match self.client.execute(command).await {
            Err(error) if error.code() == Some("BUSYGROUP") => Ok(()),
            result => result,
        }
    }

    /// The group is gone, with the stream most likely: what was added since must not be passed over.
    pub(super) fn create_again(&self) -> Question<Page> {
        let place = self.clone();
        Box::pin(async move { place.create("0").await.map(|()| Page::Created) })
    }

    pub(super) fn own(&self, after: &str, count: usize) -> Question<Page> {
        let names = &self.names;
        let command = command!("XREADGROUP", "GROUP", &names.group, &names.consumer, "COUNT", count);
        let command = command.arg("STREAMS").arg(&names.key).arg(after);
        let client = self.client.clone();
        Box::pin(async move { client.execute::<Streams>(command).await.map(|read| Page::Own(read.0)) })
    }

    pub(super) fn new_ones(&self, count: usize, block: Duration) -> Question<Page> {
        let names = &self.names;
        let command = command!("XREADGROUP", "GROUP", &names.group, &names.consumer);
        let command = command.arg("BLOCK").arg(millis(block).max(1)).arg("COUNT").arg(count);
        let command = command.arg("STREAMS").arg(&names.key).arg(">");
        let client = self.client.clone();
        Box::pin(async move { client.execute::<Streams>(command).await.map(|read| Page::New(read.0)) })
    }

    pub(super) fn claim(&self, from: &str, count: usize, idle: Duration) -> Question<Page> {
        let names = &self.names;
        let command = command!("XAUTOCLAIM", &names.key, &names.group, &names.consumer, millis(idle), from);
        let command = command.arg("COUNT").arg(count);
        let client = self.client.clone();
        Box::pin(async move {
            let Claimed { next, entries } = client.execute(command).await?;
            Ok(Page::Claimed { next, entries })
        })
    }

    /// Acknowledges; twice does no harm.
    pub(super) fn ack(&self, ids: Vec<String>) -> Question<()> {
        let command = command!("XACK", &self.names.key, &self.names.group, ids.as_slice());
        let client = self.client.clone();
        Box::pin(async move { client.execute(command).idempotent().await })
    }

    /// Makes entries free for others at once: as if they had been left alone for `idle` already.
    pub(super) async fn hand_back(&self, ids: &[String], idle: Duration) -> Result<()> {
        let names = &self.names;
        let command: Command = command!("XCLAIM", &names.key, &names.group, &names.consumer, 0, ids);
        let command = command.arg("IDLE").arg(millis(idle)).arg("JUSTID");
        self.client.execute(command).idempotent().await
    }

    /// Deletes the member unless something is pending for it. Whether it is gone.
    pub(super) async fn leave(&self) -> Result<bool> {
        let call = LEAVE.key(&self.names.key).arg(&self.names.group).arg(&self.names.consumer);
        let pending: u64 = call.call(&self.client).await?;
        Ok(pending == 0)
    }
}

/// What XREADGROUP answers about one stream: null when there is nothing.
struct Streams(Arrived);

impl FromReply for Streams {
    fn from_reply(cursor: &mut Cursor<'_>) -> Result<Self, ConversionError> {
        let streams: Option<Vec<(Bytes, Arrived)>> = FromReply::from_reply(cursor)?;
        Ok(Self(streams.into_iter().flatten().flat_map(|(_, entries)| entries).collect()))
    }
}

/// What XAUTOCLAIM answers. Servers before 7.0 say null for an entry that was deleted; later ones list it apart, and it
/// is pending no more.
struct Claimed {
    next: String,
    entries: Arrived,
}

impl FromReply for Claimed {
    fn from_reply(cursor: &mut Cursor<'_>) -> Result<Self, ConversionError> {
        type Element = Option<(String, Option<Vec<(Bytes, Bytes)>>)>;
        const EXPECTED: &str = "where to go on, and entries";
        let mut start = cursor.clone();
        let Token::Array(mut elements) = cursor.read()? else { return Err(start.mismatch(EXPECTED)) };
        let short = || ConversionError::Length { expected: 2, found: 0 };
        if !elements.more(cursor)? {
            return Err(short());
        }
        let next = String::from_reply(cursor)?;
        if !elements.more(cursor)? {
            return Err(short());
        }
        let entries: Vec<Element> = FromReply::from_reply(cursor)?;
        while elements.more(cursor)? {
            cursor.skip()?;
        }
        Ok(Self { next, entries: entries.into_iter().flatten().collect() })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::commands::test_support::{bulk, read};

    fn bytes(fields: &[(&'static str, &'static str)]) -> Vec<(Bytes, Bytes)> {
        fields.iter().map(|(field, value)| (Bytes::from_static(field.as_bytes()), (*value).into())).collect()
    }

    #[test]
    fn entries_keep_the_order_of_their_fields_and_those_that_come_twice() {
        let fields = format!("*4\r\n{}{}{}{}", bulk("b"), bulk("1"), bulk("b"), bulk("2"));
        let entries = format!("*2\r\n*2\r\n{}{fields}*2\r\n{}*-1\r\n", bulk("1-0"), bulk("2-0"));

        for head in ["*1\r\n*2\r\n", "%1\r\n"] {
            let Streams(arrived) = read(&format!("{head}{}{entries}", bulk("s"))).unwrap();
            let expected =
                vec![("1-0".to_owned(), Some(bytes(&[("b", "1"), ("b", "2")]))), ("2-0".to_owned(), None)];
            assert_eq!(arrived, expected);
        }
        assert!(read::<Streams>("*-1\r\n").unwrap().0.is_empty());
        assert!(read::<Streams>("_\r\n").unwrap().0.is_empty());
    }

    #[test]
    fn claims_are_read_as_old_and_new_servers_tell_them() {
        let entry = format!("*2\r\n{}*2\r\n{}{}", bulk("1-0"), bulk("a"), bulk("1"));

        let old: Claimed = read(&format!("*2\r\n{}*2\r\n*-1\r\n{entry}", bulk("0-0"))).unwrap();
        let new: Claimed = read(&format!("*3\r\n{}*1\r\n{entry}*1\r\n{}", bulk("5-0"), bulk("3-0"))).unwrap();

        assert_eq!(
            (old.next.as_str(), old.entries),
            ("0-0", vec![("1-0".to_owned(), Some(bytes(&[("a", "1")])))])
        );
        assert_eq!((new.next.as_str(), new.entries.len()), ("5-0", 1));
        assert!(read::<Claimed>("*0\r\n").is_err());
        assert!(read::<Claimed>(&format!("*1\r\n{}", bulk("0-0"))).is_err());
        assert!(read::<Claimed>("-NOGROUP no\r\n").is_err());
    }
}
