//! The managers that a client makes.

use crate::compat::aio::{ConnectionManager, ConnectionManagerConfig};
use crate::compat::client::Client;
use crate::compat::error::RedisResult;

impl Client {
    /// Connects by a manager that reconnects, with its default settings.
    ///
    /// # Errors
    /// As for [`ConnectionManager::new`].
    pub async fn get_connection_manager(&self) -> RedisResult<ConnectionManager> {
        ConnectionManager::new(self.clone()).await
    }

    /// Connects by a manager that reconnects.
    ///
    /// # Errors
    /// As for [`ConnectionManager::new_with_config`].
    pub async fn get_connection_manager_with_config(
        &self,
        config: ConnectionManagerConfig,
    ) -> RedisResult<ConnectionManager> {
        ConnectionManager::new_with_config(self.clone(), config).await
    }

    /// A manager that connects with its first command.
    ///
    /// # Errors
    /// As for [`ConnectionManager::new_lazy_with_config`].
    pub fn get_connection_manager_lazy(
        &self,
        config: ConnectionManagerConfig,
    ) -> RedisResult<ConnectionManager> {
        ConnectionManager::new_lazy_with_config(self.clone(), config)
    }
}
