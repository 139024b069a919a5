//! Options of the cluster commands.

use redlane_resp::to_args::{RedisWrite, ToRedisArgs};

/// How a replica takes the place of its primary.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum ClusterFailoverMode {
    /// The primary hands over, and nothing is lost.
    #[default]
    Handover,
    /// The primary is not asked; the other primaries are. Writes may be lost.
    Force,
    /// Nobody is asked. Writes may be lost.
    Takeover,
}

impl ToRedisArgs for ClusterFailoverMode {
    fn write_redis_args<W>(&self, out: &mut W)
    where
        W: ?Sized + RedisWrite,
    {
        match self {
            Self::Handover => {}
            Self::Force => out.write_arg(b"FORCE"),
            Self::Takeover => out.write_arg(b"TAKEOVER"),
        }
    }
}

/// How much a node forgets.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum ClusterResetMode {
    /// The other nodes and its slots.
    #[default]
    Soft,
    /// Its own name and epochs too.
    Hard,
}

impl ToRedisArgs for ClusterResetMode {
    fn write_redis_args<W>(&self, out: &mut W)
    where
        W: ?Sized + RedisWrite,
    {
        out.write_arg(match self {
            Self::Soft => b"SOFT",
            Self::Hard => b"HARD",
        });
    }
}

/// What a node is told about a slot; nodes by their names.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum ClusterSlotState {
    /// It comes from that node.
    Importing(String),
    /// It goes to that node.
    Migrating(String),
    /// It stays where it is.
    Stable,
    /// It belongs to that node.
    Node(String),
}

impl ToRedisArgs for ClusterSlotState {
    fn write_redis_args<W>(&self, out: &mut W)
    where
        W: ?Sized + RedisWrite,
    {
        match self {
            Self::Importing(node) => ("IMPORTING", node).write_redis_args(out),
            Self::Migrating(node) => ("MIGRATING", node).write_redis_args(out),
            Self::Stable => out.write_arg(b"STABLE"),
            Self::Node(node) => ("NODE", node).write_redis_args(out),
        }
    }
}

/// Which slots CLUSTER SLOT-STATS tells of.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SlotStatsFilter(Slots);

#[derive(Clone, Debug, PartialEq, Eq)]
enum Slots {
    Range(u16, u16),
    Ordered { metric: String, limit: Option<usize>, ascending: bool },
}

impl SlotStatsFilter {
    /// Those from one to another, both included.
    #[must_use]
    pub fn range(from: u16, to: u16) -> Self {
        Self(Slots::Range(from, to))
    }

    /// All of the node, those first that have most of something: `key-count`, `cpu-usec` and the like.
    #[must_use]
    pub fn order_by(metric: impl Into<String>) -> Self {
        Self(Slots::Ordered { metric: metric.into(), limit: None, ascending: false })
    }

    /// Tells of so many only. A range is never cut.
    #[must_use]
    pub fn limit(mut self, slots: usize) -> Self {
        if let Slots::Ordered { limit, .. } = &mut self.0 {
            *limit = Some(slots);
        }
        self
    }

    /// Those first that have least of it. A range has its own order.
    #[must_use]
    pub fn ascending(mut self) -> Self {
        if let Slots::Ordered { ascending, .. } = &mut self.0 {
            *ascending = true;
        }
        self
    }
}

impl ToRedisArgs for SlotStatsFilter {
    fn write_redis_args<W>(&self, out: &mut W)
    where
        W: ?Sized + RedisWrite,
    {
        match &self.0 {
            Slots::Range(from, to) => ("SLOTSRANGE", from, to).write_redis_args(out),
            Slots::Ordered { metric, limit, ascending } => {
                ("ORDERBY", metric).write_redis_args(out);
                limit.map(|limit| ("LIMIT", limit)).write_redis_args(out);
                out.write_arg(if *ascending { b"ASC".as_slice() } else { b"DESC" });
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::commands::test_support::written;

    #[test]
    fn modes_write_their_words() {
        use ClusterFailoverMode::{Force, Handover, Takeover};

        assert_eq!(written([Handover, Force, Takeover].as_slice()), "FORCE TAKEOVER");
        assert_eq!(written([ClusterResetMode::Soft, ClusterResetMode::Hard].as_slice()), "SOFT HARD");
    }

    #[test]
    fn states_of_a_slot_name_their_node() {
        assert_eq!(written(ClusterSlotState::Importing("n".into())), "IMPORTING n");
        assert_eq!(written(ClusterSlotState::Migrating("n".into())), "MIGRATING n");
        assert_eq!(written(ClusterSlotState::Node("n".into())), "NODE n");
        assert_eq!(written(ClusterSlotState::Stable), "STABLE");
    }

    #[test]
    fn slot_filters_write_a_range_or_an_order() {
        assert_eq!(written(SlotStatsFilter::range(3, 7).limit(1).ascending()), "SLOTSRANGE 3 7");
        assert_eq!(written(SlotStatsFilter::order_by("key-count")), "ORDERBY key-count DESC");
        let few = SlotStatsFilter::order_by("cpu-usec").ascending().limit(5);
        assert_eq!(written(few), "ORDERBY cpu-usec LIMIT 5 ASC");
    }
}
