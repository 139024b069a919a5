//! Credentials that are asked for at every connection attempt, for passwords that change while a client lives.

use std::error::Error as StdError;
use std::fmt;
use std::future::Future;
use std::pin::Pin;

use crate::config::secret::Secret;

/// A user name and a password. Without a user name the password is that of the user `default`.
#[derive(Clone, PartialEq, Eq)]
pub struct Credentials {
    username: Option<String>,
    password: Secret,
}

impl Credentials {
    /// The password of the user `default`.
    pub fn password_only(password: impl Into<Secret>) -> Self {
        Credentials { username: None, password: password.into() }
    }

    /// A user of the server's access control list.
    pub fn new(username: impl Into<String>, password: impl Into<Secret>) -> Self {
        let username = Some(username.into()).filter(|name| !name.is_empty());
        Credentials { username, password: password.into() }
    }

    /// The user name, if there is one.
    pub fn username(&self) -> Option<&str> {
        self.username.as_deref()
    }

    /// The password.
    pub fn password(&self) -> &Secret {
        &self.password
    }

    /// Whether there is nothing to authenticate with: no user name and an empty password.
    pub fn is_empty(&self) -> bool {
        self.username.is_none() && self.password.is_empty()
    }
}

impl fmt::Debug for Credentials {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Credentials")
            .field("username", &self.username)
            .field("password", &self.password)
            .finish()
    }
}

/// What a [`CredentialsProvider`] returns: a boxed future, so that the trait can be used as `dyn`.
pub type CredentialsFuture<'a> =
    Pin<Box<dyn Future<Output = Result<Credentials, CredentialsError>> + Send + 'a>>;

/// Gives the credentials for a connection attempt: a rotating password, a token that expires.
///
/// It is asked before each attempt, the first one and every reconnect, within the time that the attempt has. Empty
/// credentials mean that the connection is not authenticated. Any closure that returns a future is a provider, and
/// so are fixed [`Credentials`].
///
/// ```
/// use redlane::config::{Config, Credentials};
///
/// # fn token() -> String { "t".to_owned() }
/// let config = Config::builder()
///     .credentials_provider(|| async { Ok(Credentials::new("service", token())) })
///     .build()?;
/// # Ok::<(), redlane::config::ConfigError>(())
/// ```
pub trait CredentialsProvider: Send + Sync + 'static {
    /// The credentials for the next attempt.
    ///
    /// # Errors
    ///
    /// Whatever keeps it from giving them; the attempt fails and is repeated under the usual backoff. A panic is as good as
    /// an error.
    fn credentials(&self) -> CredentialsFuture<'_>;
}

impl CredentialsProvider for Credentials {
    fn credentials(&self) -> CredentialsFuture<'_> {
        let fixed = self.clone();
        Box::pin(async move { Ok(fixed) })
    }
}

impl<F, Answer> CredentialsProvider for F
where
    F: Fn() -> Answer + Send + Sync + 'static,
    Answer: Future<Output = Result<Credentials, CredentialsError>> + Send + 'static,
{
    fn credentials(&self) -> CredentialsFuture<'_> {
        Box::pin(self())
    }
}

/// A [`CredentialsProvider`] had nothing to give.
#[derive(Debug, thiserror::Error)]
#[error("no credentials: {reason}")]
pub struct CredentialsError {
    reason: String,
    source: Option<Box<dyn StdError + Send + Sync>>,
}

impl CredentialsError {
    /// Says why; the text reaches errors and logs, so it must not contain a secret.
    pub fn new(reason: impl Into<String>) -> Self {
        CredentialsError { reason: reason.into(), source: None }
    }

    /// Keeps the error behind it.
    #[must_use]
    pub fn with_source(mut self, source: impl Into<Box<dyn StdError + Send + Sync>>) -> Self {
        self.source = Some(source.into());
        self
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn closures_and_fixed_credentials_are_providers() {
        let fixed: Box<dyn CredentialsProvider> = Box::new(Credentials::new("alice", "one"));
        let asked: Box<dyn CredentialsProvider> =
            Box::new(|| async { Ok(Credentials::password_only("two")) });

        assert_eq!(fixed.credentials().await.unwrap(), Credentials::new("alice", "one"));
        assert_eq!(asked.credentials().await.unwrap().username(), None);
    }

    #[test]
    fn credentials_are_empty_only_without_a_name_and_a_password() {
        assert!(Credentials::new("", "").is_empty());
        assert!(!Credentials::new("alice", "").is_empty());
        assert!(!Credentials::password_only("x").is_empty());
    }

    #[test]
    fn debug_shows_the_name_alone() {
        let text = format!("{:?}", Credentials::new("alice", "swordfish"));

        assert!(text.contains("alice"));
        assert!(!text.contains("swordfish"));
    }
}
