//! Several commands for a cluster.

use redlane_resp::to_args::ToRedisArgs;

use super::ClusterConnection;
use crate::compat::cmd::Cmd;
use crate::compat::error::RedisResult;
use crate::compat::from_redis_value::FromRedisValue;
use crate::compat::pipeline::Pipeline;

/// Several commands for a cluster, each sent where its keys are.
#[derive(Clone, Debug, Default)]
pub struct ClusterPipeline {
    commands: Pipeline,
}

/// Begins a pipeline for a cluster.
pub fn cluster_pipe() -> ClusterPipeline {
    ClusterPipeline::new()
}

impl ClusterPipeline {
    /// A pipeline without commands.
    pub fn new() -> Self {
        Self::default()
    }

    /// The same, with room for so many commands.
    pub fn with_capacity(capacity: usize) -> Self {
        Self { commands: Pipeline::with_capacity(capacity) }
    }

    /// Appends a command.
    #[inline]
    pub fn add_command(&mut self, cmd: Cmd) -> &mut Self {
        self.commands.add_command(cmd);
        self
    }

    /// Appends a command by its name.
    #[inline]
    pub fn cmd(&mut self, name: &str) -> &mut Self {
        self.commands.cmd(name);
        self
    }

    /// The commands in their order.
    pub fn cmd_iter(&self) -> impl Iterator<Item = &Cmd> {
        self.commands.cmd_iter()
    }

    /// Leaves the reply to the last command out of the result.
    #[inline]
    pub fn ignore(&mut self) -> &mut Self {
        self.commands.ignore();
        self
    }

    /// Gives the results of the commands that worked even when others failed.
    #[inline]
    pub fn ignore_errors(&mut self) -> &mut Self {
        self.commands.ignore_errors();
        self
    }

    /// Appends an argument to the last command.
    ///
    /// # Panics
    /// Without a command, as in redis-rs.
    #[inline]
    pub fn arg<T: ToRedisArgs>(&mut self, arg: T) -> &mut Self {
        self.commands.arg(arg);
        self
    }

    /// Takes all commands out.
    #[inline]
    pub fn clear(&mut self) {
        self.commands.clear();
    }

    /// Sends all commands and reads the replies that are not ignored.
    ///
    /// # Errors
    /// Commands failed, the replies are no `T`, or that of the connection.
    pub fn query<T: FromRedisValue>(&self, con: &mut ClusterConnection) -> RedisResult<T> {
        self.commands.query(con)
    }

    /// Sends all commands and looks at nothing but whether one failed.
    ///
    /// # Errors
    /// As for [`query`](Self::query).
    pub fn exec(&self, con: &mut ClusterConnection) -> RedisResult<()> {
        self.query(con)
    }
}
