//! The stores of the examples: the reference's answers and times to live, and what no two steps may do.

#[path = "../../examples/stores/mod.rs"]
mod shown;

use std::collections::{HashMap, HashSet};
use std::sync::Arc;
use std::time::{SystemTime, UNIX_EPOCH};

use redlane::prelude::*;
use redlane_test_support::{Keys, RawReply, Server};
use serde_json::json;

use self::shown::StoreError;
use self::shown::sessions::SessionStore;
use self::shown::tasks::{TaskStatus, TaskStore};

async fn client() -> Arc<RedisClient> {
    let redis = RedisClient::with_config(Config::from_url(&Server::shared().url()).unwrap());
    redis.initialize().await.unwrap();
    Arc::new(redis)
}

fn map<const N: usize>(fields: [(&str, &str); N]) -> HashMap<String, String> {
    fields.into_iter().map(|(field, value)| (field.to_owned(), value.to_owned())).collect()
}

/// The time to live that the server tells, in seconds.
fn ttl(key: &str) -> i64 {
    let RawReply::Integer(seconds) = Server::shared().command(&["TTL", key]) else { panic!("no number") };
    seconds
}

fn seconds_since_1970() -> u64 {
    SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_secs()
}

#[tokio::test]
async fn a_task_that_nobody_knows_is_not_found() {
    let tasks = TaskStore::new(client().await).unwrap();
    let id = Keys::new().key("unknown");

    assert_eq!(tasks.get_task_status(&id).await.unwrap(), map([("status", "not_found")]));
    assert_eq!(tasks.task_status(&id).await.unwrap(), None);
    assert_eq!(tasks.get_task_result(&id).await.unwrap(), None);
}

#[tokio::test]
async fn the_status_of_a_task_is_kept_for_a_day() {
    let tasks = TaskStore::new(client().await).unwrap();
    let id = Keys::new().key("task_456");

    tasks.cache_task_status(&id, "queued", 0).await.unwrap();
    Server::shared().command(&["PERSIST", &format!("task:{id}")]);
    tasks.cache_task_status(&id, "running", 75).await.unwrap();

    let TaskStatus { status, progress, updated_at } = tasks.task_status(&id).await.unwrap().unwrap();
    assert_eq!((status.as_str(), progress), ("running", 75));
    assert!(seconds_since_1970().abs_diff(updated_at) <= 5);
    let answer = tasks.get_task_status(&id).await.unwrap();
    assert_eq!(
        answer,
        map([("status", "running"), ("progress", "75"), ("updated_at", &updated_at.to_string())])
    );
    assert!((86_390..=86_400).contains(&ttl(&format!("task:{id}"))));
}

#[tokio::test]
async fn the_result_of_a_task_is_json_in_plain_text_for_an_hour() {
    let tasks = TaskStore::new(client().await).unwrap();
    let id = Keys::new().key("task_789");
    let result = json!({ "accuracy": 0.95, "processing_time": 120, "output_file": "Größe 🦀.csv" });

    tasks.cache_task_result(&id, &result).await.unwrap();

    assert_eq!(tasks.get_task_result(&id).await.unwrap(), Some(result));
    assert!(Server::shared().command(&["GET", &format!("result:{id}")]).text().contains("Größe 🦀.csv"));
    assert!((3_590..=3_600).contains(&ttl(&format!("result:{id}"))));
    tasks.forget(&id).await.unwrap();
    assert_eq!(tasks.get_task_result(&id).await.unwrap(), None);
}

#[tokio::test]
async fn what_somebody_else_wrote_is_an_error_and_not_a_missing_result() {
    let tasks = TaskStore::new(client().await).unwrap();
    let id = Keys::new().key("foreign");
    Server::shared().command(&["SET", &format!("result:{id}"), ""]);
    Server::shared().command(&["HSET", &format!("task:{id}"), "status", "running", "progress", "most of it"]);

    assert!(matches!(tasks.get_task_result(&id).await, Err(StoreError::Json(_))));
    assert!(matches!(tasks.task_status(&id).await, Err(StoreError::Field("updated_at"))));
    assert!(matches!(tasks.task_status("").await, Err(StoreError::Key(_))));
}

#[tokio::test]
async fn a_session_s_key_that_holds_something_else_is_an_error() {
    let sessions = SessionStore::new(client().await).unwrap();
    let id = Keys::new().key("session_foreign");
    Server::shared().command(&["SET", &format!("session:{id}"), "no hash"]);

    let read = sessions.session(&id).await.unwrap_err();
    let updated = sessions.update_user_session(&id, &map([("role", "admin")])).await.unwrap_err();

    for error in [read, updated] {
        let StoreError::Redis(error) = error else { panic!("{error:?}") };
        assert_eq!(error.kind(), ErrorKind::WrongType, "{error}");
    }
    assert_eq!(Server::shared().command(&["GET", &format!("session:{id}")]).text(), "no hash");
    assert!(matches!(sessions.session("").await, Err(StoreError::Key(_))));
}

#[tokio::test]
async fn a_session_that_nobody_began_is_not_found_and_cannot_be_updated() {
    let sessions = SessionStore::new(client().await).unwrap();
    let id = Keys::new().key("session_nobody");

    assert!(!sessions.update_user_session(&id, &map([("role", "admin")])).await.unwrap());

    assert_eq!(sessions.get_user_session(&id).await.unwrap(), map([("error", "session_not_found")]));
    assert_eq!(sessions.session(&id).await.unwrap(), None);
    assert_eq!(ttl(&format!("session:{id}")), -2, "the update has made nothing");
}

#[tokio::test]
async fn a_session_lives_for_half_an_hour_and_each_update_extends_it() {
    let sessions = SessionStore::new(client().await).unwrap();
    let user = Keys::new().key("user_123");

    let id = sessions.create_user_session(&user, &map([("username", "John Doe")])).await.unwrap();
    let key = format!("session:{id}");
    let begun = sessions.session(&id).await.unwrap().unwrap();
    let first = ttl(&key);
    Server::shared().command(&["EXPIRE", &key, "100"]);
    let updated = sessions.update_user_session(&id, &map([("current_page", "/dashboard")])).await.unwrap();

    assert!((1_790..=1_800).contains(&first));
    assert_eq!((begun["username"].as_str(), &begun["user_id"]), ("John Doe", &user));
    assert!(seconds_since_1970().abs_diff(begun["created_at"].parse().unwrap()) <= 5);
    assert!(updated);
    assert!((1_790..=1_800).contains(&ttl(&key)), "extended");
    let now = sessions.get_user_session(&id).await.unwrap();
    assert_eq!((now.len(), now["current_page"].as_str()), (4, "/dashboard"));
    assert!(
        sessions.update_user_session(&id, &HashMap::new()).await.unwrap(),
        "an update of nothing extends, too"
    );
    assert!(sessions.end_user_session(&id).await.unwrap());
    assert!(!sessions.end_user_session(&id).await.unwrap());
}

#[tokio::test]
async fn what_a_caller_says_of_a_session_does_not_replace_whose_it_is() {
    let sessions = SessionStore::new(client().await).unwrap();

    let data = map([("user_id", "root"), ("created_at", "0")]);
    let id = sessions.create_user_session("user_123", &data).await.unwrap();

    let session = sessions.session(&id).await.unwrap().unwrap();
    assert_eq!(session["user_id"], "user_123");
    assert_ne!(session["created_at"], "0");
}

#[tokio::test]
async fn sessions_of_one_second_differ_and_hold_128_random_bits() {
    let sessions = SessionStore::new(client().await).unwrap();
    let mut ids = HashSet::new();

    for _ in 0..200 {
        let id = sessions.create_user_session("u", &HashMap::new()).await.unwrap();
        let random = id.strip_prefix("session_u_").unwrap();
        assert_eq!(random.len(), 32);
        assert!(u128::from_str_radix(random, 16).unwrap() > 0);
        assert!(ids.insert(id));
    }
}

/// Written in two steps, such an update would leave a session of one field, or one without an end.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_update_at_the_moment_a_session_ends_revives_nothing() {
    let updating = Arc::new(SessionStore::new(client().await).unwrap());
    let ending = SessionStore::new(client().await).unwrap();

    for _ in 0..100 {
        let id = ending.create_user_session("u", &map([("a", "1")])).await.unwrap();
        let update = tokio::spawn({
            let (updating, id) = (Arc::clone(&updating), id.clone());
            async move { updating.update_user_session(&id, &map([("b", "2")])).await }
        });
        assert!(ending.end_user_session(&id).await.unwrap());

        update.await.unwrap().unwrap();
        assert_eq!(ttl(&format!("session:{id}")), -2);
    }
}
