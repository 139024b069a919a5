//! The server that the demo stands on: the one that the environment names, else a private one.
//!
//! A private server is kept by a small shell script of the test support, which ends it when this process ends,
//! however it ends. On a server that is somebody's, every key begins with a prefix that nobody else has, and
//! these keys are removed at the end, even after a failure.

use std::env;
use std::panic;
use std::sync::Arc;

use redlane::prelude::*;
use redlane_test_support::{Options, Server};

use crate::screen::Checked;

/// Keys asked for at a time when the demo's own are removed.
const BATCH: usize = 1_000;

/// A server, how to reach it, and where the demo's keys are.
#[derive(Clone)]
pub(crate) struct Ground {
    pub(crate) config: Config,
    /// Present when the demo started the server: only then it may stop it.
    pub(crate) server: Option<Arc<Server>>,
    prefix: String,
}

impl Ground {
    /// Takes the server that `REDIS_URL` or `REDIS_HOST` names, else starts one.
    pub(crate) async fn find() -> Checked<Self> {
        let named = |variable| env::var_os(variable).is_some_and(|value| !value.is_empty());
        // As a hash tag, so that keys derived from these begin with it as well.
        let prefix = format!("{{redlane-demo:{:016x}}}:", fastrand::u64(..));
        // So that whoever looks at the connections, and the demo itself, can tell its own.
        let name = format!("redlane-demo-{:08x}", fastrand::u32(..));
        if named("REDIS_URL") || named("REDIS_HOST") {
            let config = Config::builder().environment().client_name(name).build()?;
            return Ok(Self { config, server: None, prefix });
        }
        // What the server acknowledged it has written before: a restart loses none of it.
        let options = Options::new().line("appendonly yes").line("appendfsync no");
        let server = start(options).await?;
        let config = Config::builder().host("127.0.0.1").port(server.port()).client_name(name).build()?;
        Ok(Self { config, server: Some(Arc::new(server)), prefix })
    }

    /// The full name of a key of the demo.
    pub(crate) fn key(&self, name: &str) -> String {
        format!("{}{name}", self.prefix)
    }

    /// A pattern of all keys of the demo.
    pub(crate) fn pattern(&self) -> String {
        format!("{}*", self.prefix)
    }

    /// Removes the demo's keys and gives how many there were.
    pub(crate) async fn remove_keys(&self) -> Checked<usize> {
        let client = Client::connect(self.config.clone()).await?;
        let keys =
            client.scan().matching(self.pattern()).count(BATCH).read_as::<Bytes>().collect_all().await?;
        let mut removed = 0_usize;
        for batch in keys.chunks(BATCH) {
            removed = removed.saturating_add(client.unlink(batch).await?);
        }
        client.close().await;
        Ok(removed)
    }
}

/// Starts a server. What keeps it from starting is a panic of the test support, and here the reason in one line.
async fn start(options: Options) -> Checked<Server> {
    let hook = panic::take_hook();
    panic::set_hook(Box::new(|_| {}));
    let started = tokio::task::spawn_blocking(move || Server::start(options)).await;
    panic::set_hook(hook);
    started.map_err(|error| {
        let reason = error.try_into_panic().ok().and_then(|panic| panic.downcast::<String>().ok());
        reason.map_or_else(|| "it does not start".into(), |reason| (*reason).into())
    })
}
