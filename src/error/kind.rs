//! The kinds of errors as one flat list, for those who only want to branch.

/// [`Failure`](super::Failure) as a flat list, with the server's well-known codes told apart.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum ErrorKind {
    /// No reply in time.
    Timeout,
    /// The connection was lost.
    Disconnected,
    /// No connection could be made.
    Connect,
    /// Wrong or missing credentials (`WRONGPASS`, `NOAUTH`).
    Auth,
    /// The reply does not fit the type asked for.
    Conversion,
    /// Too much is under way.
    Overloaded,
    /// No connection of the pool came free.
    PoolTimeout,
    /// The call is wrong.
    Usage,
    /// The configuration is wrong.
    Config,
    /// The client was closed.
    Closed,
    /// The client was not initialized.
    NotInitialized,
    /// The client's runtime is gone.
    RuntimeGone,
    /// A watched key changed.
    Aborted,
    /// `OOM`: the server's memory limit is reached; reads still work.
    OutOfMemory,
    /// `MISCONF`: the server cannot save and takes no writes.
    Misconfigured,
    /// `READONLY`: a replica, or a primary that is fenced.
    ReadOnly,
    /// `LOADING`: the server reads its data set.
    Loading,
    /// `BUSY`: a script has been running for long.
    Busy,
    /// `NOREPLICAS`: too few replicas for a write.
    NoReplicas,
    /// `CLUSTERDOWN`: the cluster does not serve this slot.
    ClusterDown,
    /// `MASTERDOWN`: a replica without its primary.
    PrimaryDown,
    /// `TRYAGAIN`: the keys of this command are being moved.
    TryAgain,
    /// `MOVED`: another node serves this slot.
    Moved,
    /// `ASK`: another node has this key while the slot moves.
    Ask,
    /// `CROSSSLOT`: the keys are in several slots.
    CrossSlot,
    /// `NOSCRIPT`: the server does not know this script.
    NoScript,
    /// `NOPERM`: the user may not do this.
    NoPermission,
    /// `WRONGTYPE`: the key holds another type.
    WrongType,
    /// `EXECABORT`: a command was refused while it was queued; nothing ran.
    ExecAbort,
    /// `UNBLOCKED`: a blocked command was sent away.
    Unblocked,
    /// Any other error reply; see [`Error::code`](super::Error::code).
    Server,
}

impl ErrorKind {
    pub(crate) fn of_code(code: &str) -> Self {
        match code {
            "OOM" => Self::OutOfMemory,
            "MISCONF" => Self::Misconfigured,
            "READONLY" => Self::ReadOnly,
            "LOADING" => Self::Loading,
            "BUSY" => Self::Busy,
            "NOREPLICAS" => Self::NoReplicas,
            "CLUSTERDOWN" => Self::ClusterDown,
            "MASTERDOWN" => Self::PrimaryDown,
            "TRYAGAIN" => Self::TryAgain,
            "MOVED" => Self::Moved,
            "ASK" => Self::Ask,
            "CROSSSLOT" => Self::CrossSlot,
            "NOSCRIPT" => Self::NoScript,
            "NOPERM" => Self::NoPermission,
            "NOAUTH" | "WRONGPASS" => Self::Auth,
            "WRONGTYPE" => Self::WrongType,
            "EXECABORT" => Self::ExecAbort,
            "UNBLOCKED" => Self::Unblocked,
            _ => Self::Server,
        }
    }

    /// Whether the condition passes by itself: the same command may succeed a little later.
    #[must_use]
    pub const fn is_transient(self) -> bool {
        matches!(
            self,
            Self::Timeout
                | Self::Disconnected
                | Self::Connect
                | Self::Overloaded
                | Self::PoolTimeout
                | Self::ReadOnly
                | Self::Loading
                | Self::Busy
                | Self::ClusterDown
                | Self::PrimaryDown
                | Self::TryAgain
                | Self::Moved
                | Self::Ask
                | Self::Unblocked
        )
    }

    /// A short name for metrics and spans: lower case, words joined by `_`.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Timeout => "timeout",
            Self::Disconnected => "disconnected",
            Self::Connect => "connect",
            Self::Auth => "auth",
            Self::Conversion => "conversion",
            Self::Overloaded => "overloaded",
            Self::PoolTimeout => "pool_timeout",
            Self::Usage => "usage",
            Self::Config => "config",
            Self::Closed => "closed",
            Self::NotInitialized => "not_initialized",
            Self::RuntimeGone => "runtime_gone",
            Self::Aborted => "aborted",
            Self::OutOfMemory => "out_of_memory",
            Self::Misconfigured => "misconfigured",
            Self::ReadOnly => "read_only",
            Self::Loading => "loading",
            Self::Busy => "busy",
            Self::NoReplicas => "no_replicas",
            Self::ClusterDown => "cluster_down",
            Self::PrimaryDown => "primary_down",
            Self::TryAgain => "try_again",
            Self::Moved => "moved",
            Self::Ask => "ask",
            Self::CrossSlot => "cross_slot",
            Self::NoScript => "no_script",
            Self::NoPermission => "no_permission",
            Self::WrongType => "wrong_type",
            Self::ExecAbort => "exec_abort",
            Self::Unblocked => "unblocked",
            Self::Server => "server",
        }
    }
}
