//! The client as manager of other people's pools.

use redlane::compat::cmd;
use redlane_test_support::{Keys, Options, Server, eventually};

use crate::{LIMIT, resp2};

#[cfg(feature = "r2d2")]
#[test]
fn r2d2_hands_out_connections_and_throws_broken_ones_away() {
    let (server, keys) = (Server::start(Options::new()), Keys::new());
    let pool = r2d2::Pool::builder().max_size(2).test_on_check_out(true).build(resp2(&server)).unwrap();
    {
        let (mut one, mut two) = (pool.get().unwrap(), pool.get().unwrap());
        assert_eq!(cmd("INCR").arg(keys.key("n")).query(&mut *one), Ok(1));
        assert_eq!(cmd("INCR").arg(keys.key("n")).query(&mut *two), Ok(2));
        server.restart();
        assert!(cmd("PING").query::<()>(&mut *one).is_err());
    }

    let fresh = || pool.get().is_ok_and(|mut con| cmd("PING").query::<String>(&mut *con).is_ok());

    eventually("the pool has good connections again", LIMIT, fresh);
}

#[cfg(feature = "bb8")]
#[tokio::test]
async fn bb8_hands_out_connections_and_checks_them() {
    let (server, keys) = (Server::start(Options::new()), Keys::new());
    let pool = bb8::Pool::builder().max_size(2).build(resp2(&server)).await.unwrap();
    {
        let mut con = pool.get().await.unwrap();
        assert_eq!(cmd("INCR").arg(keys.key("n")).query_async(&mut *con).await, Ok(1));
    }

    server.restart();

    let mut con = pool.get().await.unwrap();
    assert_eq!(cmd("PING").query_async(&mut *con).await, Ok("PONG".to_owned()));
}
