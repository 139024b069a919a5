//! apalis-redis: a connection manager, scripts and a worker that polls.

use std::sync::atomic::{AtomicUsize, Ordering};

use apalis::prelude::*;
use apalis_redis::RedisStorage;
use serde::{Deserialize, Serialize};

static SENT: AtomicUsize = AtomicUsize::new(0);

#[derive(Debug, Deserialize, Serialize)]
struct Email {
    to: String,
}

async fn send_email(email: Email, worker: WorkerContext) -> Result<(), BoxDynError> {
    assert!(email.to.ends_with("@example.com"));
    if SENT.fetch_add(1, Ordering::SeqCst) == 4 {
        worker.stop()?;
    }
    Ok(())
}

#[tokio::main]
async fn main() {
    let con = apalis_redis::connect(std::env::var("REDIS_URL").unwrap()).await.unwrap();
    let mut storage = RedisStorage::new(con);
    for number in 0..5 {
        storage.push(Email { to: format!("{number}@example.com") }).await.unwrap();
    }
    let worker = WorkerBuilder::new("mailer").backend(storage).build(send_email);
    tokio::time::timeout(std::time::Duration::from_secs(30), worker.run()).await.unwrap().unwrap();
    assert_eq!(SENT.load(Ordering::SeqCst), 5);
    println!("apalis-redis: ok");
}
