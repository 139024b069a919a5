//! A connection that is replaced when it breaks.
//!
//! What surprises, and is redis-rs's way: the command that finds the connection broken fails with the error, and it alone;
//! it is not sent again. Those behind it wait for the next connection, which is dialled at once and in the background. When
//! all retries fail, so do they, and the next command begins anew.

mod config;

use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};

use ::tokio::runtime::Handle;
use ::tokio::sync::OnceCell;
use ::tokio::time::sleep;
use redlane_resp::to_args::ToRedisArgs;
use tokio_util::task::AbortOnDropHandle;

use super::{Answer, ConnectionLike, MultiplexedConnection, RedisFuture, ReplyFuture};
use crate::compat::caching::CacheStatistics;
use crate::compat::client::Client;
use crate::compat::cmd::{Cmd, cmd};
use crate::compat::error::{ErrorKind, RedisResult};
use crate::compat::pipeline::Pipeline;
use crate::compat::subscriptions::{Change, RENEWED, Subscriptions};
use crate::compat::value::{PushInfo, PushKind, Value};

pub use self::config::ConnectionManagerConfig;

/// A connection that reconnects. Clones share it.
///
/// In RESP3 it notices the end of its connection even when nobody uses it.
///
/// ```no_run
/// use redlane::compat::{Client, aio::ConnectionManager, cmd};
///
/// # async fn example() -> redlane::compat::RedisResult<()> {
/// let mut manager = ConnectionManager::new(Client::open("redis://127.0.0.1/")?).await?;
/// cmd("SET").arg("greeting").arg("hello").exec_async(&mut manager).await?;
/// # Ok(())
/// # }
/// ```
#[derive(Clone)]
pub struct ConnectionManager(Arc<Shared>);

struct Shared {
    recipe: Arc<Recipe>,
    current: Mutex<Current>,
}

/// How connections are made.
struct Recipe {
    client: Client,
    config: ConnectionManagerConfig,
    /// What is to be renewed, if anything is.
    held: Option<Mutex<Subscriptions>>,
}

struct Current {
    attempt: Arc<Attempt>,
    /// What connects while nobody waits for it.
    _task: Option<AbortOnDropHandle<()>>,
}

/// One connection, from the first dial to its end. Whoever needs it first makes it, and the others wait.
struct Attempt {
    manager: Weak<Shared>,
    outcome: OnceCell<RedisResult<MultiplexedConnection>>,
}

impl ConnectionManager {
    /// Connects with the default settings.
    ///
    /// # Errors
    /// That of the last attempt, when all retries have failed.
    pub async fn new(client: Client) -> RedisResult<Self> {
        Self::new_with_config(client, ConnectionManagerConfig::new()).await
    }

    /// Connects.
    ///
    /// # Errors
    /// As for [`new`](Self::new), and as for [`new_lazy_with_config`](Self::new_lazy_with_config).
    pub async fn new_with_config(client: Client, config: ConnectionManagerConfig) -> RedisResult<Self> {
        let manager = Self::new_lazy_with_config(client, config)?;
        let attempt = manager.0.attempt();
        attempt.connect(&manager.0.recipe).await?;
        Ok(manager)
    }

    /// A manager that connects when the first command is sent.
    ///
    /// # Errors
    /// `Client` for subscriptions to be renewed without a push sender, `InvalidClientConfig` for a push sender in RESP2.
    pub fn new_lazy_with_config(client: Client, config: ConnectionManagerConfig) -> RedisResult<Self> {
        if config.automatic_resubscription() && config.push_sender.is_none() {
            let text =
                "Cannot set resubscribe_automatically without setting a push sender to receive messages.";
            return Err((ErrorKind::Client, text).into());
        }
        if config.push_sender.is_some() {
            let protocol = client.get_connection_info().redis_settings().protocol();
            protocol.require_resp3("Can only pass push sender to a connection using RESP3")?;
        }
        let held = config.automatic_resubscription().then(Mutex::default);
        let recipe = Arc::new(Recipe { client, config, held });
        Ok(Self(Arc::new_cyclic(|shared| Shared {
            recipe,
            current: Mutex::new(Current { attempt: Attempt::new(shared.clone()), _task: None }),
        })))
    }

    /// How the cache of the present connection has done; `None`: it has none, or there is none.
    pub fn get_cache_statistics(&self) -> Option<CacheStatistics> {
        let attempt = self.0.attempt();
        attempt.outcome.get()?.as_ref().ok()?.get_cache_statistics()
    }

    /// Sends one command and reads its reply. An error of the server is a value here.
    ///
    /// # Errors
    /// That of the connection, or of the attempts to make one.
    pub async fn send_packed_command(&mut self, cmd: &Cmd) -> RedisResult<Value> {
        let (attempt, mut connection) = self.connection().await?;
        let result = connection.send_packed_command(cmd).await;
        self.watch(&attempt, result)
    }

    /// Sends the commands of a pipeline, skips `offset` replies and gives the `count` behind them.
    ///
    /// # Errors
    /// As for [`send_packed_command`](Self::send_packed_command).
    pub async fn send_packed_commands(
        &mut self,
        cmd: &Pipeline,
        offset: usize,
        count: usize,
    ) -> RedisResult<Vec<Value>> {
        let (attempt, mut connection) = self.connection().await?;
        let result = connection.send_packed_commands(cmd, offset, count).await;
        self.watch(&attempt, result)
    }

    /// Subscribes to channels, whose messages go to the push sender.
    ///
    /// They are renewed after a reconnect only by
    /// [automatic resubscription](ConnectionManagerConfig::set_automatic_resubscription).
    ///
    /// # Errors
    /// `InvalidClientConfig` in RESP2, the server's error, or that of the connection.
    pub async fn subscribe(&mut self, channel_name: impl ToRedisArgs) -> RedisResult<()> {
        let (attempt, mut connection) = self.connection().await?;
        let result = connection.subscribe(channel_name).await;
        self.watch(&attempt, result)
    }

    /// Ends subscriptions to channels; without names, to all of them.
    ///
    /// # Errors
    /// As for [`subscribe`](Self::subscribe).
    pub async fn unsubscribe(&mut self, channel_name: impl ToRedisArgs) -> RedisResult<()> {
        let (attempt, mut connection) = self.connection().await?;
        let result = connection.unsubscribe(channel_name).await;
        self.watch(&attempt, result)
    }

    /// Subscribes to patterns, whose messages go to the push sender.
    ///
    /// # Errors
    /// As for [`subscribe`](Self::subscribe).
    pub async fn psubscribe(&mut self, channel_pattern: impl ToRedisArgs) -> RedisResult<()> {
        let (attempt, mut connection) = self.connection().await?;
        let result = connection.psubscribe(channel_pattern).await;
        self.watch(&attempt, result)
    }

    /// Ends subscriptions to patterns; without names, to all of them.
    ///
    /// # Errors
    /// As for [`subscribe`](Self::subscribe).
    pub async fn punsubscribe(&mut self, channel_pattern: impl ToRedisArgs) -> RedisResult<()> {
        let (attempt, mut connection) = self.connection().await?;
        let result = connection.punsubscribe(channel_pattern).await;
        self.watch(&attempt, result)
    }

    /// The connection, as soon as there is one.
    async fn connection(&self) -> RedisResult<(Arc<Attempt>, MultiplexedConnection)> {
        let attempt = self.0.attempt();
        match attempt.connect(&self.0.recipe).await {
            Ok(connection) => Ok((attempt, connection)),
            Err(error) => {
                if error.is_io_error() {
                    self.0.replace(&attempt);
                }
                Err(error)
            }
        }
    }

    /// Hands a result on; one that is the end of the connection begins the next one.
    fn watch<T>(&self, attempt: &Arc<Attempt>, result: RedisResult<T>) -> RedisResult<T> {
        if result.as_ref().is_err_and(|error| error.is_unrecoverable_error()) {
            self.0.replace(attempt);
        }
        result
    }
}

impl Shared {
    fn attempt(&self) -> Arc<Attempt> {
        Arc::clone(&self.current().attempt)
    }

    fn current(&self) -> MutexGuard<'_, Current> {
        self.current.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Begins the next connection in the place of `broken`, unless that was done already.
    fn replace(&self, broken: &Arc<Attempt>) {
        let mut current = self.current();
        if !Arc::ptr_eq(&current.attempt, broken) {
            return;
        }
        let attempt = Attempt::new(broken.manager.clone());
        // The task keeps no manager alive. Without a runtime the next caller connects.
        let (next, recipe) = (Arc::clone(&attempt), Arc::clone(&self.recipe));
        let task = Handle::try_current().ok().map(|runtime| {
            let connect = async move { drop(next.connect(&recipe).await) };
            AbortOnDropHandle::new(runtime.spawn(connect))
        });
        *current = Current { attempt, _task: task };
    }
}

impl Attempt {
    fn new(manager: Weak<Shared>) -> Arc<Self> {
        Arc::new(Self { manager, outcome: OnceCell::new() })
    }

    async fn connect(self: &Arc<Self>, recipe: &Arc<Recipe>) -> RedisResult<MultiplexedConnection> {
        match self.outcome.get() {
            Some(outcome) => outcome.clone(),
            None => self.outcome.get_or_init(|| self.make(recipe)).await.clone(),
        }
    }

    async fn make(self: &Arc<Self>, recipe: &Arc<Recipe>) -> RedisResult<MultiplexedConnection> {
        let mut config = recipe.config.connection.clone();
        if recipe.client.get_connection_info().redis_settings().protocol().supports_resp3() {
            let (attempt, told) = (Arc::downgrade(self), Arc::clone(recipe));
            config = config.set_push_sender(move |push| Self::hear(&attempt, &told, push));
        }
        let mut retry = 0_usize;
        let mut connection = loop {
            match recipe.client.get_multiplexed_async_connection_with_config(&config).await {
                Ok(connection) => break connection,
                // The same settings fail the same way.
                Err(error) if error.kind() == ErrorKind::InvalidClientConfig => return Err(error),
                Err(error) => match recipe.config.delay(retry) {
                    Some(delay) => sleep(delay).await,
                    None => return Err(error),
                },
            }
            retry = retry.saturating_add(1);
        };
        let held = recipe.held().map(|held| held.clone()).unwrap_or_default();
        for kind in RENEWED {
            let names: Vec<_> = held.names(kind).iter().collect();
            if !names.is_empty() {
                // A channel that is forbidden by now must not keep the others from their messages.
                let _ = cmd(kind.word(true)).arg(names).exec_async(&mut connection).await;
            }
        }
        Ok(connection)
    }

    /// A push of this attempt's connection.
    fn hear(attempt: &Weak<Self>, recipe: &Recipe, push: PushInfo) -> RedisResult<()> {
        if push.kind == PushKind::Disconnection {
            if let Some(attempt) = attempt.upgrade()
                && let Some(manager) = attempt.manager.upgrade()
            {
                manager.replace(&attempt);
            }
        } else if let Some(mut held) = recipe.held()
            && let Some(change) = Change::read(&push.kind, &push.data)
        {
            held.apply(change);
        }
        if let Some(sender) = &recipe.config.push_sender {
            // Nobody has to listen.
            let _ = sender.send(push);
        }
        Ok(())
    }
}

impl Recipe {
    fn held(&self) -> Option<MutexGuard<'_, Subscriptions>> {
        self.held.as_ref().map(|held| held.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

impl ConnectionLike for ConnectionManager {
    fn req_packed_command<'a>(&'a mut self, cmd: &'a Cmd) -> RedisFuture<'a, Value> {
        Box::pin(self.send_packed_command(cmd))
    }

    fn req_packed_commands<'a>(
        &'a mut self,
        pipeline: &'a Pipeline,
        offset: usize,
        count: usize,
    ) -> RedisFuture<'a, Vec<Value>> {
        Box::pin(self.send_packed_commands(pipeline, offset, count))
    }

    fn get_db(&self) -> i64 {
        self.0.recipe.client.get_connection_info().redis_settings().db()
    }

    fn req_reply<'a>(&'a mut self, cmd: &'a Cmd) -> ReplyFuture<'a> {
        let this = &*self;
        ReplyFuture::boxed(Box::pin(async move {
            let (attempt, mut connection) = this.connection().await?;
            let result: RedisResult<Answer> = connection.req_reply(cmd).await;
            this.watch(&attempt, result)
        }))
    }
}

impl fmt::Debug for ConnectionManager {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ConnectionManager")
            .field("client", &self.0.recipe.client)
            .field("config", &self.0.recipe.config)
            .finish_non_exhaustive()
    }
}
