//! What the types promise before anything runs: they go to other threads, need no pinning, and are small.

use std::time::Duration;

use redlane::client::pending::Pending;
use redlane::config::Config;
use redlane::prelude::{Client, Error, RedisClient};
use redlane::redis_client::Lenient;

const fn goes_anywhere<T: Send + Sync + Unpin>() {}

const _: () = {
    goes_anywhere::<Client>();
    goes_anywhere::<RedisClient>();
    goes_anywhere::<Lenient<'static>>();
    goes_anywhere::<Config>();
    goes_anywhere::<Error>();
    goes_anywhere::<Pending<'static, Option<String>>>();
    // What it reads its reply as makes no difference: not even a type that stays on its thread.
    goes_anywhere::<Pending<'static, std::rc::Rc<str>>>();
};

const POINTER: usize = size_of::<usize>();

#[test]
fn handles_and_errors_are_one_pointer() {
    assert_eq!(size_of::<Client>(), POINTER);
    assert_eq!(size_of::<Error>(), POINTER);
    assert_eq!(size_of::<Result<(), Error>>(), POINTER);
    assert_eq!(size_of::<Lenient<'_>>(), POINTER);
}

#[test]
fn a_pending_command_is_its_bytes_and_little_more() {
    // A command of up to 192 bytes is written in place; the rest is the ticket, the options and the span.
    const BOUND: usize = 400;
    let pending = size_of::<Pending<'_, Option<String>>>();

    assert!(pending <= BOUND, "{pending} bytes");
    assert_eq!(size_of::<Pending<'_, Vec<String>>>(), pending);
}

#[test]
fn futures_of_the_documented_client_go_to_other_threads() {
    fn goes<F: Future + Send>(_: F) {}
    let redis = RedisClient::new();

    goes(redis.initialize());
    goes(redis.set("k", "v"));
    goes(redis.set_ex("k", "v", Duration::ZERO));
    goes(redis.hset("k", [("f", "v")]));
    goes(redis.hset_with_ttl("k", [("f", "v")], Duration::ZERO));
    goes(redis.delete(&["k"]));
    goes(redis.info());
    goes(redis.get_health_status());
    goes(redis.sweep_expired(None));
    goes(redis.probe());
    goes(redis.lenient().set("k", "v"));
    goes(redis.close());
    goes(redlane::global::initialize_redis_client());
    goes(redlane::global::close_redis_client());
}
