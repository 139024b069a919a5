//! The cache on real servers: one load for all who ask, and nothing served that was changed.

#![allow(missing_docs, reason = "a test's name is its documentation")]
#![allow(
    clippy::arithmetic_side_effects,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::print_stderr,
    clippy::print_stdout,
    clippy::unwrap_used,
    reason = "a failed step is a failed test"
)]

mod coherence;
mod loading;
mod manager;
mod model;
mod patience;
mod processes;
mod published;
mod refreshing;
mod removing;
mod resting;
mod rights;
mod stored;
mod through;

use std::convert::Infallible;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use redlane::cache::codec::Raw;
use redlane::cache::{Cache, CacheBuilder};
use redlane::prelude::*;
use redlane_test_support::{Keys, Server};

/// Long against a round trip on a busy machine.
const SOON: Duration = Duration::from_secs(5);

async fn connect(url: &str) -> Client {
    Client::connect(Config::builder().url(url).build().unwrap()).await.unwrap()
}

/// A builder over the shared server, in a namespace of its own.
async fn builder() -> (CacheBuilder<String>, Client, String) {
    let client = connect(&Server::shared().url()).await;
    let namespace = Keys::new().key("c");
    // Early loads are a matter of chance, and a busy machine is no silent server.
    let builder = Cache::builder(&client, Raw).early(0.0).lookup_timeout(SOON);
    (builder.namespace(namespace.as_str(), 1), client, namespace)
}

/// A loader that counts its calls.
#[derive(Clone, Default)]
struct Loads(Arc<AtomicU32>);

impl Loads {
    fn count(&self) -> u32 {
        self.0.load(Ordering::SeqCst)
    }

    /// Gives `value`.
    fn giving(
        &self,
        value: &str,
    ) -> impl FnOnce(String) -> std::future::Ready<Result<Option<String>, Infallible>> + Send + 'static {
        let (count, value) = (Arc::clone(&self.0), value.to_owned());
        move |_| {
            count.fetch_add(1, Ordering::SeqCst);
            std::future::ready(Ok(Some(value)))
        }
    }
}

/// The text of a value.
fn text(value: &Option<Arc<String>>) -> Option<&str> {
    value.as_ref().map(|value| value.as_str())
}
