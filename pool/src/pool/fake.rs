//! A manager whose connections are numbers, for the pool's tests: slow, failing or hanging as the test says.
#![allow(clippy::arithmetic_side_effects)]

use std::sync::atomic::AtomicUsize;
use std::sync::atomic::Ordering::SeqCst;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use tokio::time::sleep;

use super::shared::Manage;
use crate::connector::Dirt;
use crate::transport::ConnectError;

/// What every connection and the test share.
#[derive(Debug, Default)]
pub(crate) struct World {
    pub(crate) live: AtomicUsize,
    /// The most that ever lived at once.
    pub(crate) peak: AtomicUsize,
    pub(crate) created: AtomicUsize,
    /// Being opened at this moment, and the most ever at once.
    pub(crate) opening: AtomicUsize,
    pub(crate) opening_peak: AtomicUsize,
    pub(crate) script: Mutex<Script>,
}

/// How the manager behaves from now on.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Script {
    pub(crate) create: Duration,
    pub(crate) refuses: bool,
    pub(crate) recycle: Duration,
    pub(crate) recycle_fails: bool,
}

#[derive(Clone, Debug, Default)]
pub(crate) struct Fake(pub(crate) Arc<World>);

impl Fake {
    pub(crate) fn set(&self, script: Script) {
        *self.0.script.lock().unwrap() = script;
    }

    fn script(&self) -> Script {
        *self.0.script.lock().unwrap()
    }
}

/// Number `id`; dead when the test says so.
#[derive(Debug)]
pub(crate) struct Conn {
    pub(crate) id: usize,
    pub(crate) dead: bool,
    world: Arc<World>,
}

impl Drop for Conn {
    fn drop(&mut self) {
        self.world.live.fetch_sub(1, SeqCst);
    }
}

/// Counts one that is being opened for as long as it lives.
struct Opening(Arc<World>);

impl Drop for Opening {
    fn drop(&mut self) {
        self.0.opening.fetch_sub(1, SeqCst);
    }
}

impl Manage for Fake {
    type Connection = Conn;

    async fn create(&self) -> Result<Conn, ConnectError> {
        let world = Arc::clone(&self.0);
        let opening = world.opening.fetch_add(1, SeqCst) + 1;
        world.opening_peak.fetch_max(opening, SeqCst);
        let _opening = Opening(Arc::clone(&world));
        let script = self.script();
        if script.create > Duration::ZERO {
            sleep(script.create).await;
        }
        if script.refuses {
            return Err(ConnectError::closed_at_once());
        }
        let live = world.live.fetch_add(1, SeqCst) + 1;
        world.peak.fetch_max(live, SeqCst);
        let id = world.created.fetch_add(1, SeqCst);
        Ok(Conn { id, dead: false, world })
    }

    fn is_usable(&self, connection: &Conn) -> bool {
        !connection.dead
    }

    fn can_recycle(&self, dirt: Dirt) -> bool {
        (Dirt::WATCH | Dirt::MULTI).contains(dirt)
    }

    async fn recycle(&self, _connection: &mut Conn, _dirt: Dirt) -> bool {
        let script = self.script();
        if script.recycle > Duration::ZERO {
            sleep(script.recycle).await;
        }
        !script.recycle_fails
    }
}
