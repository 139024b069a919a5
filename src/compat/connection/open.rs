//! Opens the blocking connection: dials, sets the socket up, greets, all within the time that the caller gives.

use std::time::{Duration, Instant};

use redlane_pool::blocking::{BlockingConfig, BlockingConnection};
use redlane_pool::transport::Target;
#[cfg(feature = "tls")]
use redlane_pool::transport::tls::{Tls, TlsOptions};

use super::Connection;
use crate::compat::connection_info::{ConnectionAddr, ConnectionInfo, WILDCARD, is_wildcard};
use crate::compat::connection_like::ConnectionLike;
use crate::compat::error::{ErrorKind, RedisError, RedisResult};
use crate::compat::greeting::{Greeting, Verdict};
use crate::compat::value::limits;

/// Connects and greets; without a `timeout` as long as it takes.
pub(crate) fn connect(info: &ConnectionInfo, timeout: Option<Duration>) -> RedisResult<Connection> {
    let started = Instant::now();
    let mut config = BlockingConfig::default();
    config.connect_timeout = timeout;
    config.limits = limits();
    // What is asked for is set below, as for an async connection.
    config.socket.keepalive = None;
    config.socket.user_timeout = None;
    let target = target(info.addr())?;
    let con = BlockingConnection::open(&target, &config).map_err(RedisError::from_connect)?;
    if let Some(socket) = con.tcp_socket() {
        info.tcp_settings().apply(&socket)?;
    }
    let settings = info.redis_settings();
    let mut connection = Connection::new(con, settings.db(), settings.protocol());
    let left = || match timeout {
        None => Ok(None),
        Some(timeout) => match timeout.checked_sub(started.elapsed()).filter(|left| !left.is_zero()) {
            Some(left) => Ok(Some(left)),
            None => Err(RedisError::timed_out()),
        },
    };
    for with_user in [true, false] {
        connection.set_read_timeout(left()?)?;
        connection.set_write_timeout(left()?)?;
        let greeting = Greeting::new(settings, with_user, None);
        if greeting.len() == 0 {
            break;
        }
        let answers = connection.req_packed_commands(&greeting.bytes(), 0, greeting.len())?;
        if greeting.judge(&answers)? == Verdict::Greeted {
            break;
        }
    }
    connection.set_read_timeout(None)?;
    connection.set_write_timeout(None)?;
    Ok(connection)
}

fn target(addr: &ConnectionAddr) -> RedisResult<Target> {
    match addr {
        ConnectionAddr::Tcp(host, _) | ConnectionAddr::TcpTls { host, .. } if is_wildcard(host) => {
            Err((ErrorKind::InvalidClientConfig, WILDCARD).into())
        }
        ConnectionAddr::Tcp(host, port) => Ok(Target::tcp(host, *port)),
        ConnectionAddr::Unix(path) => Ok(Target::unix(path)),
        #[cfg(feature = "tls")]
        ConnectionAddr::TcpTls { host, port, insecure, tls_params } => {
            let mut options = tls_params.clone().map_or_else(TlsOptions::default, |params| params.options);
            options.dangerous_accept_any_certificate = *insecure;
            Ok(Target::tls(host, *port, Tls::new(options)))
        }
        #[cfg(not(feature = "tls"))]
        ConnectionAddr::TcpTls { .. } => {
            let text = "Cannot connect to TCP with TLS without the tls feature";
            Err((ErrorKind::InvalidClientConfig, text).into())
        }
    }
}
