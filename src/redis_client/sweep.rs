//! Removing keys whose time has come, which MEMORY PURGE does not.
//!
//! A server removes an expired key when somebody touches it, and by itself a few at a time. A sweep touches them all:
//! it scans page by page and asks for each key's existence, which changes neither value nor eviction statistics.

use bytes::Bytes;

use super::RedisClient;
use crate::client::Client;
use crate::commands::build;
use crate::commands::types::ScanOptions;
use crate::error::Result;
use crate::info::Info;

/// Keys asked for in one page: a reply of some 20 KB, done in well under a millisecond.
const PAGE: usize = 500;

/// What a [`sweep_expired`](RedisClient::sweep_expired) came to.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Sweep {
    /// Keys that were looked at and are still there.
    pub alive: usize,
    /// Keys that the server removed meanwhile because their time had come, by its own count: those that others touched
    /// or that it found by itself are among them. `None` when it does not tell.
    pub expired: Option<u64>,
}

impl RedisClient {
    /// Has the server remove every expired key, or those that match the glob `pattern`.
    ///
    /// It walks through the whole database in pages of about 500 keys, one after the other, so that others are not held
    /// up; it takes as long as that takes. Keys that expire behind its back stay until they are touched. Primaries
    /// only: a replica removes nothing by itself.
    ///
    /// # Errors
    /// As for every method; what was swept so far stays swept.
    ///
    /// # Cancel safety
    /// A dropped future ends the sweep where it is.
    pub async fn sweep_expired(&self, pattern: Option<&str>) -> Result<Sweep> {
        let client = self.client()?;
        let before = expired_keys(&client).await;
        let mut options = ScanOptions::default().with_count(PAGE);
        if let Some(pattern) = pattern {
            options = options.with_pattern(pattern);
        }
        let mut alive = 0_usize;
        let mut cursor = 0;
        loop {
            let page = client.execute(build::scan_step(cursor, options.clone()));
            let (next, keys): (u64, Vec<Bytes>) = page.await?;
            if !keys.is_empty() {
                let there: usize = client.execute(build::exists(&keys)).await?;
                alive = alive.saturating_add(there);
            }
            if next == 0 {
                break;
            }
            cursor = next;
        }
        let after = expired_keys(&client).await;
        let expired = before.zip(after).map(|(before, after)| after.saturating_sub(before));
        Ok(Sweep { alive, expired })
    }
}

/// The server's count of removed keys; not everybody may ask for it.
async fn expired_keys(client: &Client) -> Option<u64> {
    let info: Info = client.execute(build::info_sections("stats")).await.ok()?;
    info.u64("expired_keys")
}
