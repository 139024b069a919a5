//! The limits of links and pools: every one has a default, a unit and an effect, written at the field.
//!
//! These are plain values. Where a setting may come from (URL, environment, code) is no concern of this crate.

use std::time::Duration;

use redlane_resp::limits::Limits;

use crate::transport::SocketOptions;

/// How a link connects, what it lets pile up and how long it waits.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct LinkConfig {
    /// Replies awaited at a time, those of callers who went away included; further submissions wait for room. Default 4096,
    /// at least 1: several batches of what one read brings, and a bound on what a lost connection can take with it.
    pub in_flight: usize,
    /// Bytes queued for writing at a time; further submissions wait for room, and one that is larger goes alone. Default
    /// 64 MiB: far above what the kernel takes in one go, and a bound on memory when the server does not read.
    pub in_flight_bytes: usize,
    /// Submissions that wait for room at a time; one more is turned down at once. Default 65,536.
    pub room_waiters: usize,
    /// Time from submission to reply, waiting for room included. Default 5 s; `None` waits for ever.
    pub attempt_timeout: Option<Duration>,
    /// Time for one attempt to connect: name, socket and greeting together. Default 5 s.
    pub connect_timeout: Duration,
    /// Time that a reply may stay incomplete after its first byte before the connection is given up. Default 5 s.
    pub frame_timeout: Duration,
    /// Silence after which a connection is asked whether it works before the next command. Default 30 s; `None` never asks.
    pub health_check_interval: Option<Duration>,
    /// Bytes of the block that replies are read into. Default 64 KiB: larger than what a read usually brings, so that a
    /// short read needs no second one. A leased connection begins with 4 KiB.
    pub read_block: usize,
    /// Who tells the link the time. Default [`Timekeeper::Runtime`].
    pub timekeeper: Timekeeper,
    /// Bounds on what the server may send.
    pub limits: Limits,
    /// How the socket is set up.
    pub socket: SocketOptions,
}

impl Default for LinkConfig {
    fn default() -> Self {
        LinkConfig {
            in_flight: 4096,
            in_flight_bytes: 64 * 1024 * 1024,
            room_waiters: 65_536,
            attempt_timeout: Some(Duration::from_secs(5)),
            connect_timeout: Duration::from_secs(5),
            frame_timeout: Duration::from_secs(5),
            health_check_interval: Some(Duration::from_secs(30)),
            read_block: 64 * 1024,
            timekeeper: Timekeeper::Runtime,
            limits: Limits::default(),
            socket: SocketOptions::default(),
        }
    }
}

impl LinkConfig {
    /// The same settings for a leased connection. There are many of them and most carry little: a read block of 4 KiB. A
    /// blocking command is silent for as long as it was told to, so no time of the link's own bounds it: the caller's
    /// deadline does, and a lease that is dropped with a reply under way closes its connection. The pool checks it when it
    /// was idle for long.
    #[must_use]
    pub fn for_lease(&self) -> Self {
        LinkConfig {
            read_block: self.read_block.min(4 * 1024),
            attempt_timeout: None,
            health_check_interval: None,
            ..self.clone()
        }
    }
}

/// Who tells a link the time for its deadlines, and how long its server has been silent.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum Timekeeper {
    /// The timer of the runtime that drives it. It stands still while the runtime does, and with tokio's paused time.
    #[default]
    Runtime,
    /// A thread that all links of the process share. It starts with the first of them, sleeps when there has been no traffic
    /// for a second, or nothing is under way but what may take as long as it takes, and wakes forty times a second
    /// otherwise. Callers fail at their deadlines though the runtime that
    /// drives the link may be blocked, even if their replies lie unread in the kernel, and the runtime itself has no timer to
    /// look at. Paused time does not reach it. The wakers of overdue callers run on that thread: one that takes long makes
    /// all deadlines of the process late.
    Process,
}

/// How many connections a pool keeps, for how long, and how long its callers wait.
///
/// The ages `idle_timeout`, `max_lifetime` and `check_after` are kept by a coarse clock: each is met late by up to an eighth
/// of the shortest of them, and by 30 s at most.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct PoolConfig {
    /// Connections at most: idle, leased, being opened, and those that links reserved. Default 20, at least 1.
    pub max_connections: usize,
    /// Connections kept open even when nobody uses them. Default 0: connections are opened when they are asked for.
    pub min_idle: usize,
    /// Connections opened at a time. Default 2, at least 1: callers that find the server restarted do not all dial at once.
    pub max_connecting: usize,
    /// Time that an acquire waits for a connection or for leave to open one. Default 5 s.
    pub acquire_timeout: Duration,
    /// Time to open one connection, counted from the dial. Default 5 s.
    pub connect_timeout: Duration,
    /// Time to clean a returned connection or to check a long idle one; then it is closed and another one taken. Default
    /// 1 s: one round trip and patience, but no more than a fifth of what the caller waits for a connection.
    pub recycle_timeout: Duration,
    /// Callers that wait at a time; one more is turned down at once. Default 4096, about 150 bytes each.
    pub max_waiters: usize,
    /// What an acquire does when all connections are in use. Default [`OnExhausted::Wait`].
    pub on_exhausted: OnExhausted,
    /// Time without use after which a connection is closed, unless `min_idle` needs it. Default 10 min, which is below what
    /// firewalls and the servers' own `timeout` usually allow; `None` keeps it. Shortened at random by up to a tenth.
    pub idle_timeout: Option<Duration>,
    /// Age at which a connection is closed, once it is not in use. Default `None`: for ever. Shortened at random by up to a
    /// tenth, so that connections opened together are not closed together.
    pub max_lifetime: Option<Duration>,
    /// Time without use after which a connection is checked by a round trip before it is handed out. Default 30 s; `None`
    /// never checks. A connection whose end has been noticed is never handed out.
    pub check_after: Option<Duration>,
}

impl Default for PoolConfig {
    fn default() -> Self {
        PoolConfig {
            max_connections: 20,
            min_idle: 0,
            max_connecting: 2,
            acquire_timeout: Duration::from_secs(5),
            connect_timeout: Duration::from_secs(5),
            recycle_timeout: Duration::from_secs(1),
            max_waiters: 4096,
            on_exhausted: OnExhausted::Wait,
            idle_timeout: Some(Duration::from_secs(600)),
            max_lifetime: None,
            check_after: Some(Duration::from_secs(30)),
        }
    }
}

/// What an acquire does when all connections of a pool are in use.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum OnExhausted {
    /// Wait in line, up to [`PoolConfig::acquire_timeout`].
    #[default]
    Wait,
    /// Fail at once.
    Fail,
}
