//! Optimistic transactions, blocking and async.

use redlane::compat::{Pipeline, RedisResult, aio, cmd, transaction};
use redlane_test_support::{Keys, Server};

use crate::resp2;

#[test]
fn a_transaction_is_run_again_when_a_watched_key_changed() {
    let (server, keys) = (Server::shared(), Keys::new());
    let key = keys.key("n");
    let mut con = resp2(server).get_connection().unwrap();
    cmd("SET").arg(&key).arg(1).exec(&mut con).unwrap();
    let mut runs = 0;

    let (new,): (i64,) = transaction(&mut con, &[&key], |con, pipe: &mut Pipeline| {
        runs += 1;
        let old: i64 = cmd("GET").arg(&key).query(con)?;
        if runs == 1 {
            server.command(&["SET", &key, "20"]);
        }
        pipe.cmd("SET").arg(&key).arg(old + 1).ignore().cmd("GET").arg(&key).query(con)
    })
    .unwrap();

    assert_eq!((new, runs), (21, 2));
}

#[test]
fn an_error_of_the_closure_ends_the_transaction() {
    let (server, keys) = (Server::shared(), Keys::new());
    let mut con = resp2(server).get_connection().unwrap();

    let failed: RedisResult<()> =
        transaction(&mut con, &[keys.key("n")], |con, _| cmd("NONSENSE").query(con));

    assert!(failed.unwrap_err().to_string().contains("unknown command"));
}

#[tokio::test]
async fn an_async_transaction_is_run_again_when_a_watched_key_changed() {
    let (server, keys) = (Server::shared(), Keys::new());
    let key = keys.key("n");
    let mut con = resp2(server).get_multiplexed_async_connection().await.unwrap();
    cmd("SET").arg(&key).arg(1).exec_async(&mut con).await.unwrap();
    let mut runs = 0;

    let (new,): (i64,) = aio::transaction_async(con.clone(), &[&key], |mut con, mut pipe| {
        runs += 1;
        let (key, first) = (key.clone(), runs == 1);
        async move {
            let old: i64 = cmd("GET").arg(&key).query_async(&mut con).await?;
            if first {
                server.command(&["SET", &key, "20"]);
            }
            pipe.cmd("SET").arg(&key).arg(old + 1).ignore().cmd("GET").arg(&key);
            pipe.query_async(&mut con).await
        }
    })
    .await
    .unwrap();

    assert_eq!((new, runs), (21, 2));
    let none: [&str; 0] = [];
    let refused = aio::transaction_async(con, &none, |_, _| async { Ok(Some(())) }).await.unwrap_err();
    assert!(refused.to_string().contains("At least one key"), "{refused}");
}
