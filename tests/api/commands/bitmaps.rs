//! Strings as bits, and HyperLogLogs.

use redlane::commands::native::{BitmapsCommands, HyperLogLogsCommands, StringsCommands};
use redlane::commands::types::{BitField, BitFieldReads, BitOffset, BitRange, BitType, Overflow};
use redlane_test_support::Server;

use super::wire::both;

#[tokio::test]
async fn bits_are_set_counted_and_found() {
    both(Server::shared(), async |redis, keys| {
        let (key, absent) = (&keys.key("b"), &keys.key("absent"));

        assert!(!redis.setbit(key, 7, true).await);
        assert!(redis.getbit(key, 7).await);
        assert!(!redis.getbit(absent, 7).await);
        redis.set(key, "foobar").await;
        assert_eq!(redis.bitcount(key).await, 26);
        assert_eq!(redis.bitcount_range(key, 1, 1).await, 6);
        assert_eq!(redis.bitcount_in(key, BitRange::bytes(0, -1)).await, 26);
        assert_eq!(redis.bitpos(key, true).await, 1);
        assert_eq!(redis.bitpos_in(key, true, BitRange::bytes(1, -1)).await, 9);
        assert_eq!(redis.bitpos(absent, true).await, -1);
    })
    .await;
}

#[tokio::test]
async fn ranges_of_bits_are_counted() {
    if Server::shared().predates("BITCOUNT BIT", Some((7, 0)), Some((7, 2))) {
        return;
    }
    both(Server::shared(), async |redis, keys| {
        let key = &keys.key("b");
        redis.set(key, "foobar").await;

        assert_eq!(redis.bitcount_in(key, BitRange::bits(5, 30)).await, 17);
        assert_eq!(redis.bitpos_in(key, false, BitRange::bits(1, -1)).await, 3);
    })
    .await;
}

#[tokio::test]
async fn strings_are_combined_bit_by_bit() {
    both(Server::shared(), async |redis, keys| {
        let (a, b, out) = (&keys.key("a"), &keys.key("b"), &keys.key("out"));
        let both = &[a, b];
        redis.mset(&[(a, b"\x0f".as_slice()), (b, b"\x3c")]).await;
        let result = async || redis.get(out).read_as::<Vec<u8>>().await;

        assert_eq!((redis.bit_and(out, both).await, result().await), (1, vec![0x0c]));
        assert_eq!((redis.bit_or(out, both).await, result().await), (1, vec![0x3f]));
        assert_eq!((redis.bit_xor(out, both).await, result().await), (1, vec![0x33]));
        assert_eq!((redis.bit_not(out, a).await, result().await), (1, vec![0xf0]));
    })
    .await;
}

#[tokio::test]
async fn strings_are_combined_by_the_newer_operations() {
    if Server::shared().predates("BITOP DIFF", Some((8, 2)), None) {
        return;
    }
    both(Server::shared(), async |redis, keys| {
        let (a, b, out) = (&keys.key("a"), &keys.key("b"), &keys.key("out"));
        let both = &[a, b];
        redis.mset(&[(a, b"\x0f".as_slice()), (b, b"\x3c")]).await;
        let result = async || redis.get(out).read_as::<Vec<u8>>().await;

        assert_eq!((redis.bit_diff(out, both).await, result().await), (1, vec![0x03]));
        assert_eq!((redis.bit_diff1(out, both).await, result().await), (1, vec![0x30]));
        assert_eq!((redis.bit_and_or(out, both).await, result().await), (1, vec![0x0c]));
        assert_eq!((redis.bit_one(out, both).await, result().await), (1, vec![0x33]));
    })
    .await;
}

#[tokio::test]
async fn integers_of_any_width_are_read_and_changed() {
    both(Server::shared(), async |redis, keys| {
        let key = &keys.key("b");
        let steps = BitField::default()
            .set(BitType::Unsigned(8), 0, 255)
            .get(BitType::Signed(4), 0)
            .overflow(Overflow::Fail)
            .incr_by(BitType::Unsigned(8), 0, 1)
            .overflow(Overflow::Saturate)
            .incr_by(BitType::Unsigned(8), BitOffset::Element(1), 300);

        assert_eq!(redis.bitfield(key, steps).await, [Some(0), Some(-1), None, Some(255)]);
        assert_eq!(
            redis.bitfield_ro(key, BitFieldReads::default().get(BitType::Unsigned(16), 0)).await,
            [65_535]
        );
    })
    .await;
}

#[tokio::test]
async fn different_elements_are_counted() {
    both(Server::shared(), async |redis, keys| {
        let (a, b) = (&keys.key("a"), &keys.key("b"));

        assert!(redis.pfadd(a, ["x", "y"].as_slice()).await);
        assert!(!redis.pfadd(a, "x").await);
        redis.pfadd(b, "z").await;
        assert_eq!(redis.pfcount(a).await, 2);
        assert_eq!(redis.pfcount([a, b].as_slice()).await, 3);
        redis.pfmerge(a, b).await;
        assert_eq!(redis.pfcount(a).await, 3);
    })
    .await;
}
