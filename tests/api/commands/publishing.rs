//! Publishing.

use redlane::commands::native::PublishingCommands;
use redlane_test_support::Server;

use super::wire::both;

#[tokio::test]
async fn messages_reach_their_subscribers() {
    both(Server::shared(), async |redis, keys| {
        let channel = &keys.key("channel");
        let mut subscriber = Server::shared().raw();
        subscriber.command(&["SUBSCRIBE", channel]);

        assert_eq!(redis.publish(channel, "hello").await, 1);
        assert_eq!(redis.publish(keys.key("nobody"), "hello").await, 0);
        assert_eq!(redis.pubsub_channels(Some(&keys.pattern())).await, [channel.as_str()]);
        assert!(redis.pubsub_channels(None).await.contains(channel));
        assert_eq!(redis.pubsub_numsub([channel].as_slice()).await.get(channel), Some(&1));
        redis.pubsub_numpat().await;
    })
    .await;
}

#[tokio::test]
async fn messages_reach_the_subscribers_of_their_shard() {
    if Server::shared().lacks("SPUBLISH") {
        return;
    }
    both(Server::shared(), async |redis, keys| {
        let channel = &keys.key("channel");
        let mut subscriber = Server::shared().raw();
        subscriber.command(&["SSUBSCRIBE", channel]);

        assert_eq!(redis.spublish(channel, "hello").await, 1);
        assert_eq!(redis.pubsub_shardchannels(Some(&keys.pattern())).await, [channel.as_str()]);
        assert_eq!(redis.pubsub_shardnumsub([channel].as_slice()).await.get(channel), Some(&1));
    })
    .await;
}
