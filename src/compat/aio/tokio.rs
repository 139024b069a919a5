//! The runtime. redis-rs keeps what it needs of tokio here; nothing of it is public, and nothing is needed.
