//! Redlane: a Redis and Valkey client, written from the wire up.
//!
//! Start with [`Client`](client::Client) and the [`prelude`]; the documented, process-wide client is
//! `redis_client`. Every error says whether the command may have run, no dropped future disturbs anybody else, and
//! all callers of a client share one connection that writes their commands in batches.
//!
//! ```no_run
//! use redlane::prelude::*;
//!
//! #[tokio::main]
//! async fn main() -> Result<(), Box<dyn std::error::Error>> {
//!     let client = Client::connect(Config::from_env()?).await?;
//!     client.set("greeting", "hello").await?;
//!     assert_eq!(client.get("greeting").await?.as_deref(), Some("hello"));
//!     Ok(())
//! }
//! ```
#![forbid(unsafe_code)]

pub mod client;
pub mod commands;
pub mod config;
pub mod error;
pub mod handshake;
pub mod health;
pub mod info;
pub mod keys;
pub mod metrics;
pub mod prelude;
pub mod resilience;
mod route;
pub mod script;
pub mod ttl;
