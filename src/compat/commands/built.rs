//! The commands as constructors of [`Cmd`] and as methods that append to a [`Pipeline`].
#![allow(clippy::extra_unused_lifetimes, reason = "redis-rs's signatures, to the letter")]

use std::num::NonZeroUsize;

use redlane_resp::to_args::{ToRedisArgs, ToSingleRedisArg};
#[cfg(feature = "json")]
use serde::Serialize;

use crate::commands::search::{CreateOptions, SearchSchema};
use crate::commands::tables::every_table;
use crate::commands::types::*;
use crate::compat::cluster::ClusterPipeline;
use crate::compat::cmd::Cmd;
use crate::compat::commands::build::{self, script_rows};
use crate::compat::pipeline::Pipeline;
use crate::compat::script::{Script, ScriptInvocation};

/// One constructor for each row: `Cmd::get("key")`.
impl Cmd {
    every_table!(cmd_constructors);
    script_rows!(cmd_constructors);
}

/// One method for each row: `pipe().get("key")`.
impl Pipeline {
    every_table!(chain_methods);
    script_rows!(chain_methods);
}

/// One method for each row: `cluster_pipe().get("key")`.
impl ClusterPipeline {
    every_table!(chain_methods);
    script_rows!(chain_methods);
}
