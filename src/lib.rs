//! Redlane: a Redis and Valkey client, written from the wire up.
//!
//! Start with [`RedisClient`](redis_client::RedisClient), the documented client, its process-wide instance in
//! [`global`], or with [`Client`](client::Client), which has every command; the [`prelude`] has both. Every error says
//! whether the command may have run, no dropped future disturbs anybody else, and all callers of a client share one
//! connection that writes their commands in batches.
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

#[cfg(feature = "cache")]
pub mod cache;
pub mod client;
pub mod commands;
#[cfg(feature = "redis-rs")]
pub mod compat;
pub mod config;
pub mod error;
pub mod function;
pub mod global;
pub mod guide;
pub mod handshake;
pub mod health;
pub mod info;
pub mod keys;
pub mod keyspace;
pub mod limiter;
pub mod lock;
pub mod metrics;
pub mod pipeline;
pub mod prelude;
pub mod pubsub;
pub mod redis_client;
pub mod resilience;
mod route;
pub mod scan;
pub mod script;
pub mod streams;
pub mod transaction;
pub mod ttl;

/// The program in the README is compiled with the examples of the docs.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;
