//! Every method of the documented client on a real server, its errors included.

mod lifecycle;
mod reports;
mod shape;

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;
use std::time::Duration;

use redlane::error::ConversionError;
use redlane::lock::{GuardHandle, LockError};
use redlane::prelude::*;
use redlane::redis_client::Untyped;
use redlane_test_support::{Keys, Options, RawReply, Server};

/// An initialized client of `server`, with settings of one's own.
async fn connected_with(server: &Server, more: &str) -> RedisClient {
    let url = format!("{}{more}", server.url());
    let redis = RedisClient::with_config(Config::from_url(&url).unwrap());
    redis.initialize().await.unwrap();
    redis
}

/// An initialized client of the server that all tests share.
async fn connected() -> RedisClient {
    connected_with(Server::shared(), "").await
}

fn pttl(server: &Server, key: &str) -> i64 {
    let RawReply::Integer(millis) = server.command(&["PTTL", key]) else { panic!("no number") };
    millis
}

#[tokio::test]
async fn what_is_set_is_got_and_empty_is_not_absent() {
    let redis = connected().await;
    let keys = Keys::new();
    let (name, empty, absent) = (keys.key("name"), keys.key("empty"), keys.key("absent"));

    assert!(redis.set(&name, "Žofie 🦀").await.unwrap());
    assert!(redis.set(&empty, "").await.unwrap());

    assert_eq!(redis.get(&name).await.unwrap().as_deref(), Some("Žofie 🦀"));
    assert_eq!(redis.get(&empty).await.unwrap().as_deref(), Some(""));
    assert_eq!(redis.get(&absent).await.unwrap(), None);
    assert_eq!(pttl(Server::shared(), &name), -1);
}

#[tokio::test]
async fn numbers_and_bytes_are_values_too() {
    let redis = connected().await;
    let key = Keys::new().key("value");

    redis.set(&key, 42).await.unwrap();
    assert_eq!(redis.get(&key).await.unwrap().as_deref(), Some("42"));
    redis.set(key.as_bytes(), 1.5).await.unwrap();
    assert_eq!(redis.get(key.clone().into_bytes()).await.unwrap().as_deref(), Some("1.5"));
    redis.set(&key, Bytes::from_static(b"bytes")).await.unwrap();
    assert_eq!(redis.get(&key).await.unwrap().as_deref(), Some("bytes"));
}

#[tokio::test]
async fn a_value_expires_after_seconds_or_a_part_of_one() {
    let redis = connected().await;
    let keys = Keys::new();
    let (hour, moment) = (keys.key("hour"), keys.key("moment"));

    assert!(redis.set_ex(&hour, "v", Duration::from_secs(3_600)).await.unwrap());
    assert!(redis.set_ex(&moment, "v", Duration::from_millis(1_500)).await.unwrap());

    assert!((3_590_000..=3_600_000).contains(&pttl(Server::shared(), &hour)));
    assert!((1..=1_500).contains(&pttl(Server::shared(), &moment)));
}

#[tokio::test]
async fn expiring_after_no_time_is_the_servers_error_and_sets_nothing() {
    let redis = connected().await;
    let key = Keys::new().key("k");

    let error = redis.set_ex(&key, "v", Duration::ZERO).await.unwrap_err();

    assert_eq!((error.kind(), error.code()), (ErrorKind::Server, Some("ERR")));
    assert_eq!(error.outcome(), Outcome::Refused);
    assert!(error.to_string().contains("invalid expire time"), "{error}");
    assert_eq!(redis.get(&key).await.unwrap(), None);
}

#[tokio::test]
async fn set_nx_sets_only_what_is_absent() {
    let redis = connected().await;
    let key = Keys::new().key("k");

    assert!(redis.set_nx(&key, "first").await.unwrap());
    assert!(!redis.set_nx(&key, "second").await.unwrap());

    assert_eq!(redis.get(&key).await.unwrap().as_deref(), Some("first"));
}

#[tokio::test]
async fn set_with_tells_whether_a_condition_prevented_it() {
    let redis = connected().await;
    let key = Keys::new().key("k");
    let (nx, xx) = (
        SetOptions::default().conditional_set(ExistenceCheck::NX),
        SetOptions::default().conditional_set(ExistenceCheck::XX),
    );

    assert_eq!(redis.set_with(&key, "1", xx.clone()).await.unwrap(), SetOutcome::NotSet { old: None });
    assert!(redis.set_with(&key, "1", nx.clone()).await.unwrap().is_set());
    assert_eq!(redis.set_with(&key, "2", nx).await.unwrap(), SetOutcome::NotSet { old: None });
    let for_a_minute = xx.with_expiration(SetExpiry::after(Duration::from_secs(60)));
    assert!(redis.set_with(&key, "3", for_a_minute).await.unwrap().is_set());
    let keep = SetOptions::default().with_expiration(SetExpiry::KEEPTTL);
    assert!(redis.set_with(&key, "4", keep).await.unwrap().is_set());

    assert_eq!(redis.get(&key).await.unwrap().as_deref(), Some("4"));
    assert!((50_000..=60_000).contains(&pttl(Server::shared(), &key)));
}

#[tokio::test]
async fn set_with_get_gives_the_old_value_and_still_tells() {
    if Server::shared().predates("SET NX GET", Some((7, 0)), Some((7, 0))) {
        return;
    }
    let redis = connected().await;
    let key = Keys::new().key("k");
    let get = SetOptions::default().get(true);
    let nx = get.clone().conditional_set(ExistenceCheck::NX);
    let old = |old: &str| Some(old.to_owned());

    assert_eq!(redis.set_with(&key, "1", nx.clone()).await.unwrap(), SetOutcome::Set { old: None });
    assert_eq!(redis.set_with(&key, "2", nx).await.unwrap(), SetOutcome::NotSet { old: old("1") });
    let outcome = redis.set_with(&key, "3", get).await.unwrap();
    assert_eq!((outcome.is_set(), outcome.old()), (true, Some("1")));

    assert_eq!(redis.get(&key).await.unwrap().as_deref(), Some("3"));
}

#[tokio::test]
async fn set_with_compares_where_the_server_can() {
    if Server::shared().predates("SET IFEQ", Some((8, 4)), Some((8, 1))) {
        return;
    }
    let redis = connected().await;
    let key = Keys::new().key("k");
    let ifeq = |value: &str| SetOptions::default().value_comparison(ValueComparison::ifeq(value));
    redis.set(&key, "1").await.unwrap();

    assert_eq!(redis.set_with(&key, "3", ifeq("2")).await.unwrap(), SetOutcome::NotSet { old: None });
    let outcome = redis.set_with(&key, "2", ifeq("1").get(true)).await.unwrap();

    assert_eq!(outcome, SetOutcome::Set { old: Some("1".into()) });
    assert_eq!(redis.get(&key).await.unwrap().as_deref(), Some("2"));
}

#[tokio::test]
async fn hset_counts_new_fields_only() {
    let redis = connected().await;
    let key = Keys::new().key("user");

    assert_eq!(redis.hset(&key, [("name", "John"), ("city", "New York")]).await.unwrap(), 2);
    assert_eq!(redis.hset(&key, [("name", "Jane"), ("age", "25")]).await.unwrap(), 1);
    assert_eq!(redis.hset(&key, vec![("age", 26)]).await.unwrap(), 0);
    assert_eq!(redis.hset(&key, &HashMap::from([("email", "jane@example.com")])).await.unwrap(), 1);

    assert_eq!(redis.hget(&key, "name").await.unwrap().as_deref(), Some("Jane"));
    assert_eq!(redis.hget(&key, "no-such-field").await.unwrap(), None);
    assert_eq!(redis.hget(Keys::new().key("absent"), "name").await.unwrap(), None);
    let expected = [("name", "Jane"), ("city", "New York"), ("age", "26"), ("email", "jane@example.com")];
    let expected: HashMap<String, String> =
        expected.into_iter().map(|(field, value)| (field.into(), value.into())).collect();
    assert_eq!(redis.hgetall(&key).await.unwrap(), expected);
}

#[tokio::test]
async fn a_hash_can_be_read_in_the_servers_order_through_the_native_client() {
    let redis = connected().await;
    let key = Keys::new().key("user");
    redis.hset(&key, [("z", "1"), ("a", "2"), ("m", "3")]).await.unwrap();

    let pairs: Vec<(String, String)> = redis.client().unwrap().hgetall(&key).read_as().await.unwrap();
    let sorted: BTreeMap<String, i64> = redis.client().unwrap().hgetall(&key).read_as().await.unwrap();

    let names: Vec<&str> = pairs.iter().map(|(field, _)| field.as_str()).collect();
    assert_eq!(names, ["z", "a", "m"]);
    assert_eq!(sorted, BTreeMap::from([("a".into(), 2), ("m".into(), 3), ("z".into(), 1)]));
}

#[tokio::test]
async fn an_absent_hash_is_an_empty_map_or_none() {
    let redis = connected().await;
    let keys = Keys::new();
    redis.hset(keys.key("there"), [("f", "v")]).await.unwrap();

    assert_eq!(redis.hgetall(keys.key("absent")).await.unwrap(), HashMap::new());
    assert_eq!(redis.hgetall_opt(keys.key("absent")).await.unwrap(), None);
    let fields = redis.hgetall_opt(keys.key("there")).await.unwrap();
    assert_eq!(fields, Some(HashMap::from([("f".into(), "v".into())])));
}

#[tokio::test]
async fn hincrby_counts_and_refuses_what_is_no_integer() {
    let redis = connected().await;
    let key = Keys::new().key("user");
    redis.hset(&key, [("name", "John"), ("max", &i64::MAX.to_string())]).await.unwrap();

    assert_eq!(redis.hincrby(&key, "logins", 1).await.unwrap(), 1);
    assert_eq!(redis.hincrby(&key, "logins", 41).await.unwrap(), 42);
    assert_eq!(redis.hincrby(&key, "logins", -43).await.unwrap(), -1);
    let no_integer = redis.hincrby(&key, "name", 1).await.unwrap_err();
    let overflow = redis.hincrby(&key, "max", 1).await.unwrap_err();

    assert!(no_integer.to_string().contains("hash value is not an integer"), "{no_integer}");
    assert!(overflow.to_string().contains("increment or decrement would overflow"), "{overflow}");
    assert_eq!((overflow.kind(), overflow.outcome()), (ErrorKind::Server, Outcome::Refused));
    assert_eq!((overflow.command(), overflow.attempts()), (Some("HINCRBY"), 1));
    assert_eq!(redis.hget(&key, "max").await.unwrap(), Some(i64::MAX.to_string()));
}

#[tokio::test]
async fn a_hash_is_set_with_its_time_to_live_or_not_at_all() {
    let redis = connected().await;
    let keys = Keys::new();
    let (session, text) = (keys.key("session"), keys.key("text"));
    let half_an_hour = Duration::from_secs(1_800);
    let many: Vec<(String, usize)> = (0..10_000).map(|number| (format!("f{number}"), number)).collect();
    redis.set(&text, "text").await.unwrap();

    assert_eq!(redis.hset_with_ttl(&session, [("user", "1"), ("role", "a")], half_an_hour).await.unwrap(), 2);
    assert_eq!(redis.hset_with_ttl(&session, [("role", "b")], half_an_hour).await.unwrap(), 0);
    assert_eq!(redis.hset_with_ttl(&session, many, half_an_hour).await.unwrap(), 10_000);
    let error = redis.hset_with_ttl(&text, [("f", "v")], half_an_hour).await.unwrap_err();

    assert_eq!(redis.hget(&session, "role").await.unwrap().as_deref(), Some("b"));
    assert_eq!(redis.hget(&session, "f9999").await.unwrap().as_deref(), Some("9999"));
    assert!((1_790_000..=1_800_000).contains(&pttl(Server::shared(), &session)));
    assert_eq!(error.kind(), ErrorKind::WrongType, "{error}");
    assert_eq!(pttl(Server::shared(), &text), -1);
    assert_eq!(redis.get(&text).await.unwrap().as_deref(), Some("text"));
}

#[tokio::test]
async fn keys_exist_or_are_counted() {
    let redis = connected().await;
    let keys = Keys::new();
    let (a, b, absent) = (keys.key("a"), keys.key("b"), keys.key("absent"));
    redis.set(&a, "").await.unwrap();
    redis.set(&b, "").await.unwrap();

    assert!(redis.exists(&a).await.unwrap());
    assert!(!redis.exists(&absent).await.unwrap());
    assert!(redis.exists_any(&[&absent, &b]).await.unwrap());
    assert!(!redis.exists_any(&[&absent]).await.unwrap());
    assert_eq!(redis.exists_count(&[&a, &a, &b, &absent]).await.unwrap(), 3);
    assert_eq!(redis.exists_count(Vec::<String>::new()).await.unwrap(), 0);
}

#[tokio::test]
async fn a_key_expires_later_at_once_or_never() {
    let redis = connected().await;
    let keys = Keys::new();
    let (key, now) = (keys.key("key"), keys.key("now"));
    redis.set(&key, "v").await.unwrap();
    redis.set(&now, "v").await.unwrap();

    assert!(redis.expire(&key, Duration::from_secs(100)).await.unwrap());
    assert!((90_000..=100_000).contains(&pttl(Server::shared(), &key)));
    assert!(redis.expire(&key, Duration::from_micros(500_500)).await.unwrap());
    assert!((1..=501).contains(&pttl(Server::shared(), &key)), "a fraction of a second counts");
    assert!(redis.expire(&now, Duration::ZERO).await.unwrap());
    assert!(!redis.exists(&now).await.unwrap(), "zero deletes");
    assert!(!redis.expire(keys.key("absent"), Duration::from_secs(1)).await.unwrap());
}

#[tokio::test]
async fn a_time_to_live_replaces_only_what_it_may() {
    if Server::shared().predates("EXPIRE NX", Some((7, 0)), Some((7, 0))) {
        return;
    }
    let redis = connected().await;
    let key = Keys::new().key("key");
    let minutes = |count: u64| Duration::from_secs(count * 60);
    redis.set(&key, "v").await.unwrap();

    assert!(!redis.expire_with(&key, minutes(1), ExpireOption::XX).await.unwrap());
    assert!(redis.expire_with(&key, minutes(2), ExpireOption::NX).await.unwrap());
    assert!(!redis.expire_with(&key, minutes(1), ExpireOption::GT).await.unwrap());
    assert!(redis.expire_with(&key, minutes(1), ExpireOption::LT).await.unwrap());

    assert!((50_000..=60_000).contains(&pttl(Server::shared(), &key)));
}

#[tokio::test]
async fn delete_counts_what_was_there_and_sends_nothing_for_no_keys() {
    let redis = connected().await;
    let keys = Keys::new();
    let (a, b, c) = (keys.key("a"), keys.key("b"), keys.key("c"));
    for key in [&a, &b, &c] {
        redis.set(key, "v").await.unwrap();
    }
    let submitted = |redis: &RedisClient| redis.client().unwrap().link_stats().submitted;

    assert_eq!(redis.delete(&a).await.unwrap(), 1);
    assert_eq!(redis.delete(&[&a, &b, &c]).await.unwrap(), 2);
    let before = submitted(&redis);
    assert_eq!(redis.delete(Vec::<String>::new()).await.unwrap(), 0);

    assert_eq!(submitted(&redis), before);
}

#[tokio::test]
async fn another_type_is_an_error_with_its_code() {
    let redis = connected().await;
    let keys = Keys::new();
    let (text, hash) = (keys.key("text"), keys.key("hash"));
    redis.set(&text, "v").await.unwrap();
    redis.hset(&hash, [("f", "v")]).await.unwrap();

    for error in [
        redis.get(&hash).await.unwrap_err(),
        redis.hget(&text, "f").await.unwrap_err(),
        redis.hgetall(&text).await.unwrap_err(),
        redis.hset(&text, [("f", "v")]).await.unwrap_err(),
        redis.hincrby(&text, "f", 1).await.unwrap_err(),
    ] {
        assert_eq!((error.kind(), error.code()), (ErrorKind::WrongType, Some("WRONGTYPE")));
        assert_eq!(error.outcome(), Outcome::Refused);
        assert!(!error.is_retryable());
    }
}

#[tokio::test]
async fn a_value_that_is_no_text_is_an_error_that_keeps_it() {
    let redis = connected().await;
    let key = Keys::new().key("image");
    let image: &[u8] = b"\x89PNG\xFF";
    redis.set(&key, image).await.unwrap();
    let raw = |error: &Error| match error.failure() {
        Failure::Conversion(ConversionError::Utf8 { bytes }) => bytes.clone(),
        other => panic!("{other:?}"),
    };

    let error = redis.get(&key).await.unwrap_err();
    let hash = Keys::new().key("hash");
    redis.hset(&hash, [("field", image)]).await.unwrap();
    let nested = redis.hgetall(&hash).await.unwrap_err();

    assert_eq!((error.kind(), raw(&error).as_ref()), (ErrorKind::Conversion, image));
    assert_eq!(raw(&nested).as_ref(), image);
    assert!(!format!("{error} {error:?}").contains("PNG"), "{error:?}");
    // The reply is off the wire, so the connection goes on.
    let client = redis.client().unwrap();
    let bytes = client.get(&key).read_as::<Option<Bytes>>().await.unwrap();
    assert_eq!(bytes.as_deref(), Some(image));
    assert_eq!(client.link_stats().connects, 1);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn with_lock_runs_one_at_a_time_and_gives_the_lock_back() {
    let redis = Arc::new(connected().await);
    let name = Keys::new().key("resource");
    let (holds, may_end) = tokio::sync::oneshot::channel();
    let (end, ended) = tokio::sync::oneshot::channel::<()>();
    let long = Duration::from_secs(60);
    let first = tokio::spawn({
        let (redis, name) = (Arc::clone(&redis), name.clone());
        async move {
            let body = |guard: GuardHandle| async move {
                holds.send(guard.fence()).unwrap();
                ended.await.unwrap();
                "first"
            };
            redis.with_lock(name, long, body).await
        }
    });
    assert_eq!(may_end.await.unwrap(), 1);

    let busy = redis.with_lock(&name, long, |_| async { panic!("it is held") }).await.unwrap_err();
    end.send(()).unwrap();
    let first = first.await.unwrap().unwrap();
    let then = redis.with_lock(&name, long, |guard| async move { guard.fence() }).await.unwrap();

    assert!(busy.is_busy(), "{busy}");
    assert_eq!((first, then), ("first", 2));
    let error = RedisClient::new().with_lock(&name, long, |_| async {}).await.unwrap_err();
    assert!(matches!(error, LockError::Failed { source, .. } if source.kind() == ErrorKind::NotInitialized));
}

#[tokio::test]
async fn untyped_replies_hold_text_or_bytes_as_the_setting_says() {
    let text = connected().await;
    let bytes = connected_with(Server::shared(), "?decode_responses=no").await;
    let keys = Keys::new();
    let (name, image) = (keys.key("name"), keys.key("image"));
    text.set(&name, "Ada").await.unwrap();
    text.set(&image, &b"\xFF"[..]).await.unwrap();
    let mget = || cmd("MGET").arg(&name).arg(&image).arg(keys.key("absent"));
    let raw = || Untyped::Bytes(Bytes::from_static(b"\xFF"));

    let decoded = text.execute(mget()).await.unwrap();
    let undecoded = bytes.execute(mget()).await.unwrap();

    assert_eq!(decoded, Untyped::Array(vec![Untyped::Text("Ada".into()), raw(), Untyped::Null]));
    assert_eq!(undecoded, Untyped::Array(vec![Untyped::Bytes("Ada".into()), raw(), Untyped::Null]));
    assert_eq!(undecoded.as_slice().unwrap()[0].as_text(), Some("Ada"));
    // Typed methods are strict text either way.
    assert_eq!(bytes.get(&name).await.unwrap().as_deref(), Some("Ada"));
    let error = text.execute(cmd("GET")).await.unwrap_err();
    assert!(error.to_string().contains("wrong number of arguments"), "{error}");
}

#[tokio::test]
async fn what_needs_another_api_is_refused_by_name() {
    let redis = connected().await;

    for name in ["MULTI", "SUBSCRIBE", "MONITOR"] {
        let error = redis.execute(cmd(name)).await.unwrap_err();

        assert_eq!((error.kind(), error.outcome()), (ErrorKind::Usage, Outcome::NotSent), "{name}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_thousand_tasks_share_one_client_and_its_connection() {
    let redis = Arc::new(connected().await);
    let keys = Keys::new();
    let counter = keys.key("counter");

    let tasks: Vec<_> = (0..1_000)
        .map(|number| {
            let (redis, key, counter) = (Arc::clone(&redis), keys.key(&number.to_string()), counter.clone());
            tokio::spawn(async move {
                let value = format!("value of {number}");
                assert!(redis.set(&key, &value).await.unwrap());
                redis.hincrby(&counter, "n", 1).await.unwrap();
                assert_eq!(redis.get(&key).await.unwrap(), Some(value));
            })
        })
        .collect();
    for task in tasks {
        task.await.unwrap();
    }

    assert_eq!(redis.hget(&counter, "n").await.unwrap().as_deref(), Some("1000"));
    assert_eq!(redis.client().unwrap().link_stats().connects, 1);
}

#[tokio::test]
async fn an_error_quotes_no_value_though_the_server_does() {
    // A server without the command repeats what it was given: `ERR unknown command 'SET', with args …`.
    let server = Server::start(Options::new().line("rename-command SET \"\""));
    let redis = connected_with(&server, "").await;

    let error = redis.set("some-key", "swordfish").await.unwrap_err();

    assert_eq!((error.kind(), error.outcome()), (ErrorKind::Server, Outcome::Refused));
    assert!(error.to_string().contains("unknown command"), "{error}");
    assert!(!format!("{error} {error:?}").contains("swordfish"), "{error:?}");
}
