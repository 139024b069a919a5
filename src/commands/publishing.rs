//! The commands that publish, and those about channels, one row each. Subscribing is no command to a client:
//! it is a stream.

#[rustfmt::skip]
macro_rules! publishing_rows { ($surface:ident) => { $crate::commands::surface::each_row! { $surface
    /// Publishes a message and gives how many subscribers of this node got it.
    ///
    /// [`PUBLISH`](https://redis.io/docs/latest/commands/publish/), since 2.0.0, O(N+M).
    fn publish<K: ToSingleRedisArg, E: ToSingleRedisArg>(channel: K, message: E) -> usize {
        command!("PUBLISH", channel, message)
    }

    /// Publishes a message on a channel of its shard and gives how many subscribers of this node got it.
    ///
    /// [`SPUBLISH`](https://redis.io/docs/latest/commands/spublish/), since 7.0.0, O(N).
    fn spublish<K: ToSingleRedisArg, E: ToSingleRedisArg>(channel: K, message: E) -> usize {
        command!("SPUBLISH", channel, message)
    }

    /// Gives the channels that somebody listens to on this node: all, or those that match a glob pattern.
    ///
    /// [`PUBSUB CHANNELS`](https://redis.io/docs/latest/commands/pubsub-channels/), since 2.8.0, O(N).
    fn pubsub_channels(pattern: Option<&'a str>) -> Vec<String>, typed none {
        command!("PUBSUB CHANNELS", pattern)
    }

    /// Gives the number of patterns that somebody listens to on this node.
    ///
    /// [`PUBSUB NUMPAT`](https://redis.io/docs/latest/commands/pubsub-numpat/), since 2.8.0, O(1).
    fn pubsub_numpat() -> usize, typed none { command!("PUBSUB NUMPAT") }

    /// Gives the number of subscribers of each of these channels on this node, without those of patterns.
    ///
    /// [`PUBSUB NUMSUB`](https://redis.io/docs/latest/commands/pubsub-numsub/), since 2.8.0, O(N).
    fn pubsub_numsub<C: ToRedisArgs>(channels: C) -> HashMap<String, usize>, typed none {
        command!("PUBSUB NUMSUB", channels)
    }

    /// Gives the channels of shards that somebody listens to on this node: all, or those that match a glob
    /// pattern.
    ///
    /// [`PUBSUB SHARDCHANNELS`](https://redis.io/docs/latest/commands/pubsub-shardchannels/), since 7.0.0,
    /// O(N).
    fn pubsub_shardchannels(pattern: Option<&'a str>) -> Vec<String>, typed none {
        command!("PUBSUB SHARDCHANNELS", pattern)
    }

    /// Gives the number of subscribers of each of these channels of shards on this node.
    ///
    /// [`PUBSUB SHARDNUMSUB`](https://redis.io/docs/latest/commands/pubsub-shardnumsub/), since 7.0.0, O(N).
    fn pubsub_shardnumsub<C: ToRedisArgs>(channels: C) -> HashMap<String, usize>, typed none {
        command!("PUBSUB SHARDNUMSUB", channels)
    }
} } }
pub(crate) use publishing_rows;
