//! Strings as bits.

use redlane::commands::native::{BitmapsCommands, KeysCommands, StringsCommands};
use redlane::commands::types::{BitField, BitFieldReads, BitOffset, BitRange, BitType, Overflow};
use redlane_test_support::Server;

use super::wire::both;

#[tokio::test]
async fn bits_are_set_counted_and_found() {
    both(Server::shared(), async |redis, keys| {
        let (key, absent) = (&keys.key("b"), &keys.key("absent"));

        assert!(!redis.setbit(key, 7, true).await);
        assert!(redis.setbit(key, 7, true).await);
        assert!(redis.getbit(key, 7).await);
        assert!(redis.setbit(key, 7, false).await);
        assert!(!redis.getbit(key, 7).await);
        redis.set(key, "foobar").await;
        assert_eq!(redis.bitcount(key).await, 26);
        assert_eq!(redis.bitcount_range(key, 1, 1).await, 6);
        assert_eq!(redis.bitcount_in(key, BitRange::bytes(0, -1)).await, 26);
        assert_eq!(redis.bitpos(key, true).await, 1);
        assert_eq!(redis.bitpos(key, false).await, 0);
        assert_eq!(redis.bitpos_in(key, true, BitRange::bytes(1, -1)).await, 9);
        assert_eq!(redis.bitpos_in(key, true, BitRange::bytes(9, 12)).await, -1);

        assert!(!redis.getbit(absent, 7).await);
        assert_eq!((redis.bitcount(absent).await, redis.bitcount_range(absent, 0, 9).await), (0, 0));
        assert_eq!(redis.bitcount_in(absent, BitRange::bytes(0, -1)).await, 0);
        assert_eq!((redis.bitpos(absent, true).await, redis.bitpos(absent, false).await), (-1, 0));
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
        let (a, b, out, absent) = (&keys.key("a"), &keys.key("b"), &keys.key("out"), &keys.key("absent"));
        let both = &[a, b];
        redis.mset(&[(a, b"\x0f".as_slice()), (b, b"\x3c")]).await;
        let result = async || redis.get(out).read_as::<Vec<u8>>().await;

        assert_eq!((redis.bit_and(out, both).await, result().await), (1, vec![0x0c]));
        assert_eq!((redis.bit_or(out, both).await, result().await), (1, vec![0x3f]));
        assert_eq!((redis.bit_xor(out, both).await, result().await), (1, vec![0x33]));
        assert_eq!((redis.bit_not(out, a).await, result().await), (1, vec![0xf0]));
        assert_eq!((redis.bit_or(out, absent).await, redis.exists(out).await), (0, 0));
        assert_eq!((redis.bit_and(out, absent).await, redis.bit_xor(out, absent).await), (0, 0));
        assert_eq!(redis.bit_not(out, absent).await, 0);
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
        let byte = BitType::Unsigned(8);
        let steps = BitField::default()
            .set(byte, 0, 255)
            .get(BitType::Signed(4), 0)
            .overflow(Overflow::Fail)
            .incr_by(byte, 0, 1)
            .overflow(Overflow::Saturate)
            .incr_by(byte, BitOffset::Element(1), 300)
            .overflow(Overflow::Wrap)
            .incr_by(byte, BitOffset::Bit(8), 2)
            .get(BitType::Unsigned(63), 0)
            .set(BitType::Signed(64), BitOffset::Element(1), i64::MIN)
            .get(BitType::Signed(64), 64);

        let expected =
            [Some(0), Some(-1), None, Some(255), Some(1), Some(0xff01 << 47), Some(0), Some(i64::MIN)];
        assert_eq!(redis.bitfield(key, steps).await, expected);
        assert!(redis.bitfield(key, BitField::default()).await.is_empty());
        assert_eq!(
            redis.bitfield_ro(key, BitFieldReads::default().get(BitType::Unsigned(16), 0)).await,
            [0xff01]
        );
        let reads = BitFieldReads::default().get(byte, 0).get(BitType::Signed(1), BitOffset::Element(9));
        assert_eq!(redis.bitfield_ro(keys.key("absent"), reads).await, [0, 0]);
    })
    .await;
}
