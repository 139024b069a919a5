//! How a server is greeted.

use std::fmt;

use arcstr::ArcStr;

use crate::compat::protocol::ProtocolVersion;

/// How a server is greeted: protocol, credentials, database, and what the library calls itself.
#[derive(Clone, Default)]
pub struct RedisConnectionInfo {
    db: i64,
    username: Option<ArcStr>,
    password: Option<ArcStr>,
    protocol: ProtocolVersion,
    skip_set_lib_name: bool,
    lib_name: Option<ArcStr>,
    lib_ver: Option<ArcStr>,
}

impl RedisConnectionInfo {
    /// The number of the database.
    pub fn db(&self) -> i64 {
        self.db
    }

    /// The user.
    pub fn username(&self) -> Option<&str> {
        self.username.as_deref()
    }

    /// The password.
    pub fn password(&self) -> Option<&str> {
        self.password.as_deref()
    }

    /// The protocol.
    pub fn protocol(&self) -> ProtocolVersion {
        self.protocol
    }

    /// Whether the server is not told which library this is.
    pub fn skip_set_lib_name(&self) -> bool {
        self.skip_set_lib_name
    }

    /// The name that the library gives itself, in the place of `redis-rs`.
    pub fn lib_name(&self) -> Option<&str> {
        self.lib_name.as_deref()
    }

    /// The version that the library gives itself.
    pub fn lib_ver(&self) -> Option<&str> {
        self.lib_ver.as_deref()
    }

    /// The number of the database.
    pub fn set_db(self, db: i64) -> Self {
        Self { db, ..self }
    }

    /// The user.
    pub fn set_username(self, username: impl AsRef<str>) -> Self {
        Self { username: Some(username.as_ref().into()), ..self }
    }

    /// The password.
    pub fn set_password(self, password: impl AsRef<str>) -> Self {
        Self { password: Some(password.as_ref().into()), ..self }
    }

    /// The protocol.
    pub fn set_protocol(self, protocol: ProtocolVersion) -> Self {
        Self { protocol, ..self }
    }

    /// Does not tell the server which library this is.
    pub fn set_skip_set_lib_name(self) -> Self {
        Self { skip_set_lib_name: true, ..self }
    }

    /// What the library calls itself: a name and a version.
    pub fn set_lib_name(self, lib_name: impl AsRef<str>, lib_ver: impl AsRef<str>) -> Self {
        Self {
            lib_name: Some(lib_name.as_ref().into()),
            lib_ver: Some(lib_ver.as_ref().into()),
            skip_set_lib_name: false,
            ..self
        }
    }
}

/// Everything but the password.
impl fmt::Debug for RedisConnectionInfo {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RedisConnectionInfo")
            .field("db", &self.db)
            .field("username", &self.username)
            .field("password", &self.password.as_ref().map(|_| "<redacted>"))
            .field("protocol", &self.protocol)
            .field("skip_set_lib_name", &self.skip_set_lib_name)
            .field("lib_name", &self.lib_name)
            .field("lib_ver", &self.lib_ver)
            .finish()
    }
}
