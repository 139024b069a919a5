//! Redlane: a Redis and Valkey client.
#![forbid(unsafe_code)]

pub mod commands;
pub mod config;
pub mod error;
pub mod handshake;
pub mod health;
pub mod info;
pub mod keys;
pub mod resilience;
pub mod ttl;
