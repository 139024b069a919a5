//! How streams are read: alone or as a member of a group, waiting or not.

use redlane_resp::to_args::{RedisWrite, ToRedisArgs};

/// What a value writes: one argument mostly.
type Words = Vec<Vec<u8>>;

/// Options of XREAD, and of XREADGROUP once a [group](Self::group) is named.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct StreamReadOptions {
    block: Option<usize>,
    count: Option<usize>,
    noack: bool,
    group: Option<(Words, Words)>,
    claim: Option<usize>,
}

impl StreamReadOptions {
    /// Whether no group is named: XREAD changes nothing, XREADGROUP does.
    #[must_use]
    pub fn read_only(&self) -> bool {
        self.group.is_none()
    }

    /// Takes the entries as acknowledged at once. Only for a group.
    #[must_use]
    pub fn noack(mut self) -> Self {
        self.noack = true;
        self
    }

    /// Waits up to that many milliseconds for an entry, with zero for ever. The command then needs a connection of
    /// its own.
    #[must_use]
    pub fn block(mut self, ms: usize) -> Self {
        self.block = Some(ms);
        self
    }

    /// Gives at most that many entries of each stream.
    #[must_use]
    pub fn count(mut self, n: usize) -> Self {
        self.count = Some(n);
        self
    }

    /// Reads as a member of a group, so that each entry goes to one of them.
    #[must_use]
    pub fn group<GN: ToRedisArgs, CN: ToRedisArgs>(mut self, group_name: GN, consumer_name: CN) -> Self {
        self.group = Some((group_name.to_redis_args(), consumer_name.to_redis_args()));
        self
    }

    /// Claims entries first that their consumers have left alone for that many milliseconds. Only for a group, since
    /// Redis 8.4.
    #[must_use]
    pub fn claim(mut self, min_idle_time: usize) -> Self {
        self.claim = Some(min_idle_time);
        self
    }
}

impl ToRedisArgs for StreamReadOptions {
    fn write_redis_args<W>(&self, out: &mut W)
    where
        W: ?Sized + RedisWrite,
    {
        self.group.as_ref().map(|(group, consumer)| ("GROUP", group, consumer)).write_redis_args(out);
        self.block.map(|ms| ("BLOCK", ms)).write_redis_args(out);
        self.count.map(|count| ("COUNT", count)).write_redis_args(out);
        if self.group.is_some() {
            if self.noack {
                out.write_arg(b"NOACK");
            }
            self.claim.map(|ms| ("CLAIM", ms)).write_redis_args(out);
        }
    }
}
