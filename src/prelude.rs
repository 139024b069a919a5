//! Everything that a program usually needs: `use redlane::prelude::*;`.

pub use bytes::Bytes;
pub use redlane_resp::value::Value;

pub use crate::client::Client;
pub use crate::client::pending::Pending;
pub use crate::commands::command::{Command, cmd};
pub use crate::commands::native::*;
pub use crate::commands::types::*;
pub use crate::config::Config;
pub use crate::error::{Error, ErrorKind, Failure, Outcome};
pub use crate::function::{Function, Library};
pub use crate::global::{close_redis_client, get_redis_client, initialize_redis_client};
pub use crate::lock::{DistributedLock, Guard, GuardHandle, LockError, LockLost, LossReason, ReleaseOutcome};
pub use crate::pipeline::Pipeline;
pub use crate::pubsub::{Event, Subscription};
pub use crate::redis_client::{RedisClient, SetOutcome};
pub use crate::script::Script;
pub use crate::streams::{Entry, GroupReader};
