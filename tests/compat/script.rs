//! Scripts, which load themselves.

use redlane::compat::{AsyncCommands, Script, cmd, pipe};
use redlane_test_support::keys::Keys;

use crate::connect;

#[tokio::test]
async fn a_script_that_the_server_does_not_know_is_loaded() {
    let keys = Keys::new();
    let mut con = connect().await;
    let unique = format!("redis.call('SET', KEYS[1], ARGV[1]) return '{keys}'");
    let script = Script::new(&unique);

    let answer: String = script.key(keys.key("a")).arg(7).invoke_async(&mut con).await.unwrap();
    let known: Vec<bool> =
        cmd("SCRIPT").arg("EXISTS").arg(script.get_hash()).query_async(&mut con).await.unwrap();

    assert_eq!(answer, keys.to_string());
    assert_eq!(known, [true]);
    assert_eq!(con.get::<_, i32>(keys.key("a")).await.unwrap(), 7);
}

#[tokio::test]
async fn a_pipeline_loads_a_script_before_it_calls_it() {
    let keys = Keys::new();
    let mut con = connect().await;
    let script = Script::new(&format!("return ARGV[1] .. '{keys}'"));

    let (answer,): (String,) = pipe()
        .load_script(&script)
        .ignore()
        .invoke_script(&script.arg("x"))
        .query_async(&mut con)
        .await
        .unwrap();

    assert_eq!(answer, format!("x{keys}"));
}
