//! Publishing.

use redlane::commands::native::PublishingCommands;
use redlane_test_support::{Options, RawReply, Server};

use super::wire::both;

fn texts(reply: &RawReply) -> Vec<String> {
    reply.elements().iter().map(RawReply::text).collect()
}

#[tokio::test]
async fn messages_reach_their_subscribers() {
    both(Server::shared(), async |redis, keys| {
        let channel = &keys.key("channel");
        let mut subscriber = Server::shared().raw();
        subscriber.command(&["SUBSCRIBE", channel]);

        assert_eq!(redis.publish(channel, "hello").await, 1);
        assert_eq!(redis.publish(keys.key("nobody"), "hello").await, 0);

        assert_eq!(texts(&subscriber.read().unwrap()), ["message", channel.as_str(), "hello"]);
    })
    .await;
}

#[tokio::test]
async fn channels_and_their_subscribers_are_told() {
    both(Server::shared(), async |redis, keys| {
        let (channel, nobody) = (&keys.key("channel"), &keys.key("nobody"));
        let mut subscriber = Server::shared().raw();
        subscriber.command(&["SUBSCRIBE", channel]);

        assert_eq!(redis.pubsub_channels(Some(&keys.pattern())).await, [channel.as_str()]);
        assert!(redis.pubsub_channels(None).await.contains(channel));
        assert!(redis.pubsub_channels(Some(nobody)).await.is_empty());
        let counts = redis.pubsub_numsub([channel, nobody].as_slice()).await;
        assert_eq!((counts[channel], counts[nobody], counts.len()), (1, 0, 2));
        assert!(redis.pubsub_numsub([""; 0].as_slice()).await.is_empty());
    })
    .await;
}

#[tokio::test]
async fn patterns_are_counted() {
    let server = Server::start(Options::new());
    both(&server, async |redis, _| {
        assert_eq!(redis.pubsub_numpat().await, 0);
        let mut subscriber = server.raw();
        subscriber.command(&["PSUBSCRIBE", "a*"]);

        assert_eq!(redis.pubsub_numpat().await, 1);
        assert_eq!(redis.publish("abc", "hello").await, 1);
        assert_eq!(texts(&subscriber.read().unwrap()), ["pmessage", "a*", "abc", "hello"]);
        subscriber.command(&["PUNSUBSCRIBE", "a*"]);
    })
    .await;
}

#[tokio::test]
async fn messages_reach_the_subscribers_of_their_shard() {
    if Server::shared().lacks("SPUBLISH") {
        return;
    }
    both(Server::shared(), async |redis, keys| {
        let (channel, nobody) = (&keys.key("channel"), &keys.key("nobody"));
        let mut subscriber = Server::shared().raw();
        subscriber.command(&["SSUBSCRIBE", channel]);

        assert_eq!(redis.spublish(channel, "hello").await, 1);
        assert_eq!(redis.spublish(nobody, "hello").await, 0);
        assert_eq!(texts(&subscriber.read().unwrap()), ["smessage", channel.as_str(), "hello"]);
        assert_eq!(redis.pubsub_shardchannels(Some(&keys.pattern())).await, [channel.as_str()]);
        assert!(redis.pubsub_shardchannels(None).await.contains(channel));
        assert!(redis.pubsub_shardchannels(Some(nobody)).await.is_empty());
        let counts = redis.pubsub_shardnumsub([channel, nobody].as_slice()).await;
        assert_eq!((counts[channel], counts[nobody]), (1, 0));
        assert!(redis.pubsub_shardnumsub([""; 0].as_slice()).await.is_empty());
    })
    .await;
}
