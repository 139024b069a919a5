//! The client of the whole process: made once, found from everywhere, closed at the end.
//!
//! The slot holds the client from the first attempt on; whether it is there for others is the client's own state, so a
//! failed attempt leaves nothing to be found. What surprises: a client is driven by the runtime that initialized it.
//! When that runtime is gone, as at the end of every `#[tokio::test]`, getting the client is an error, and
//! initializing it again moves it to the runtime at hand.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use crate::error::{Error, Result};
use crate::redis_client::RedisClient;

static SLOT: Mutex<Option<Arc<RedisClient>>> = Mutex::new(None);

/// Makes the process's client by the environment and connects it; see [`RedisClient::initialize`]. Nothing happens
/// when that was done before; calls at the same time share one attempt and its result.
///
/// ```no_run
/// use redlane::prelude::*;
///
/// # async fn example() -> Result<(), Error> {
/// initialize_redis_client().await?;
/// let redis = get_redis_client()?;
/// redis.set("greeting", "hello").await?;
/// close_redis_client().await;
/// # Ok(()) }
/// ```
///
/// # Errors
/// As [`RedisClient::initialize`]. There is no client then, and the next call tries again.
///
/// # Cancel safety
/// A dropped future leaves nothing behind; if others wait for the same attempt, one of them begins anew.
pub async fn initialize_redis_client() -> Result<()> {
    let redis = Arc::clone(slot().get_or_insert_with(|| Arc::new(RedisClient::new())));
    redis.initialize().await?;
    if slot().as_ref().is_some_and(|current| Arc::ptr_eq(current, &redis)) {
        return Ok(());
    }
    // Closed between the two lines above: nobody could find this client any more.
    redis.close().await;
    Err(Error::closed())
}

/// Gives the process's client.
///
/// # Errors
/// `NotInitialized` before [`initialize_redis_client`] has succeeded and after [`close_redis_client`]; `RuntimeGone`
/// when the runtime that initialized it is gone: initialize it again.
pub fn get_redis_client() -> Result<Arc<RedisClient>> {
    let redis = slot().clone().ok_or_else(Error::not_initialized)?;
    redis.check()?;
    Ok(redis)
}

/// Closes the process's client as [`RedisClient::close`] does, also for those who still hold it, and forgets it:
/// [`initialize_redis_client`] then makes another one. Nothing happens when there is none.
///
/// # Cancel safety
/// A dropped future leaves the client closing and forgotten.
pub async fn close_redis_client() {
    let redis = slot().take();
    if let Some(redis) = redis {
        redis.close().await;
    }
}

fn slot() -> MutexGuard<'static, Option<Arc<RedisClient>>> {
    SLOT.lock().unwrap_or_else(PoisonError::into_inner)
}
