//! Credentials that change while a connection lives.

use std::fmt;
use std::pin::Pin;

use futures_core::Stream;

use crate::compat::error::RedisResult;

/// A user and a password.
#[derive(Clone, Default)]
pub struct BasicAuth {
    username: String,
    password: String,
}

impl BasicAuth {
    /// A user and a password.
    pub fn new(username: String, password: String) -> Self {
        Self { username, password }
    }

    /// The user.
    pub fn username(&self) -> &str {
        &self.username
    }

    /// The password.
    pub fn password(&self) -> &str {
        &self.password
    }

    /// Another user.
    pub fn set_username(&mut self, username: String) {
        self.username = username;
    }

    /// Another password.
    pub fn set_password(&mut self, password: String) {
        self.password = password;
    }
}

/// The user, and not the password.
impl fmt::Debug for BasicAuth {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("BasicAuth")
            .field("username", &self.username)
            .field("password", &"<redacted>")
            .finish()
    }
}

/// Gives credentials, and new ones before the old ones expire.
pub trait StreamingCredentialsProvider: Send + Sync {
    /// Credentials as they come; the first ones greet the server, all others authenticate the connection anew.
    fn subscribe(&self) -> Pin<Box<dyn Stream<Item = RedisResult<BasicAuth>> + Send + 'static>>;
}
