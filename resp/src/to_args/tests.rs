use super::ToRedisArgs;

#[test]
fn values_become_the_arguments_redis_expects() {
    assert_eq!((1, "a", 2.0, true, None::<u8>).to_redis_args(), [&b"1"[..], b"a", b"2.0", b"1"]);
}
