//! Kinds of errors, and what a repetition of each would need.

/// What kind of error it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum ErrorKind {
    /// The reply is not what the caller's type reads, or no reply at all.
    Parse,
    /// The server did not accept the credentials.
    AuthenticationFailed,
    /// The reply is of another type than the operation needs.
    UnexpectedReturnType,
    /// The configuration cannot work: a URL, an option, a combination of them.
    InvalidClientConfig,
    /// The socket failed, or waiting for it.
    Io,
    /// The call was wrong, and nothing was sent.
    Client,
    /// The server sent a code that the library does not know.
    Extension,
    /// The sentinels know no master of that name.
    MasterNameNotFoundBySentinel,
    /// The sentinels know no replica that can be used.
    NoValidReplicasFoundBySentinel,
    /// No sentinel was named.
    EmptySentinelList,
    /// No node of the cluster can be reached.
    ClusterConnectionNotFound,
    /// The server sent an error that the library knows.
    Server(ServerErrorKind),
    /// A value could not be written as JSON.
    #[cfg(feature = "json")]
    Serialize,
    /// The server is too old for RESP3.
    RESP3NotSupported,
}

impl ErrorKind {
    pub(super) fn category(self) -> &'static str {
        match self {
            Self::Parse => "parse error",
            Self::AuthenticationFailed => "authentication failed",
            Self::UnexpectedReturnType => "type error",
            Self::InvalidClientConfig => "invalid client config",
            Self::Io => "I/O error",
            Self::Client => "client error",
            Self::Extension => "extension error",
            Self::MasterNameNotFoundBySentinel => "master name not found by sentinel",
            Self::NoValidReplicasFoundBySentinel => "no valid replicas found by sentinel",
            Self::EmptySentinelList => "empty sentinel list",
            Self::ClusterConnectionNotFound => "connection to node in cluster not found",
            Self::Server(kind) => kind.category(),
            #[cfg(feature = "json")]
            Self::Serialize => "serializing",
            Self::RESP3NotSupported => "resp3 is not supported by server",
        }
    }

    /// Of every kind but `Io`, where it depends on the error.
    pub(super) fn retry_method(self) -> RetryMethod {
        match self {
            Self::Server(kind) => kind.retry_method(),
            Self::Parse | Self::AuthenticationFailed => RetryMethod::Reconnect,
            Self::ClusterConnectionNotFound => RetryMethod::ReconnectFromInitialConnections,
            Self::MasterNameNotFoundBySentinel | Self::NoValidReplicasFoundBySentinel => {
                RetryMethod::WaitAndRetry
            }
            _ => RetryMethod::NoRetry,
        }
    }
}

impl From<ServerErrorKind> for ErrorKind {
    fn from(kind: ServerErrorKind) -> Self {
        Self::Server(kind)
    }
}

/// The server's errors that the library knows by their codes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum ServerErrorKind {
    /// `ERR`
    ResponseError,
    /// `EXECABORT`: the transaction did not run.
    ExecAbort,
    /// `LOADING`: the server still reads its data.
    BusyLoading,
    /// `NOSCRIPT`: the server does not know the script.
    NoScript,
    /// `MOVED`: another node has the slot.
    Moved,
    /// `ASK`: another node is getting the slot.
    Ask,
    /// `TRYAGAIN`: the keys are on their way to another node.
    TryAgain,
    /// `CLUSTERDOWN`
    ClusterDown,
    /// `CROSSSLOT`: the keys are in several slots.
    CrossSlot,
    /// `MASTERDOWN`: the replica has lost its master.
    MasterDown,
    /// `READONLY`: a replica does not write.
    ReadOnly,
    /// `NOTBUSY`: no script runs that could be killed.
    NotBusy,
    /// `NOSUB`: the connection is no subscriber.
    NoSub,
    /// `NOPERM`: the user may not do that.
    NoPerm,
}

impl ServerErrorKind {
    /// Every kind with the code that the server sends.
    const CODES: [(&'static str, Self); 14] = [
        ("ERR", Self::ResponseError),
        ("EXECABORT", Self::ExecAbort),
        ("LOADING", Self::BusyLoading),
        ("NOSCRIPT", Self::NoScript),
        ("MOVED", Self::Moved),
        ("ASK", Self::Ask),
        ("TRYAGAIN", Self::TryAgain),
        ("CLUSTERDOWN", Self::ClusterDown),
        ("CROSSSLOT", Self::CrossSlot),
        ("MASTERDOWN", Self::MasterDown),
        ("READONLY", Self::ReadOnly),
        ("NOTBUSY", Self::NotBusy),
        ("NOSUB", Self::NoSub),
        ("NOPERM", Self::NoPerm),
    ];

    pub(super) fn from_code(code: &str) -> Option<Self> {
        Self::CODES.iter().find(|(known, _)| *known == code).map(|(_, kind)| *kind)
    }

    pub(super) fn code(self) -> &'static str {
        Self::CODES.iter().find(|(_, kind)| *kind == self).map_or("", |(code, _)| code)
    }

    fn category(self) -> &'static str {
        match self {
            Self::ResponseError => "response error",
            Self::ExecAbort => "script execution aborted",
            Self::BusyLoading => "busy loading",
            Self::NoScript => "no script",
            Self::Moved => "key moved",
            Self::Ask => "key moved (ask)",
            Self::TryAgain => "try again",
            Self::ClusterDown => "cluster down",
            Self::CrossSlot => "cross-slot",
            Self::MasterDown => "master down",
            Self::ReadOnly => "read-only",
            Self::NotBusy => "not busy",
            Self::NoSub => "Server declined unsubscribe related command in non-subscribed mode",
            Self::NoPerm => "",
        }
    }

    fn retry_method(self) -> RetryMethod {
        match self {
            Self::Moved => RetryMethod::MovedRedirect,
            Self::Ask => RetryMethod::AskRedirect,
            Self::BusyLoading | Self::TryAgain | Self::ClusterDown | Self::MasterDown => {
                RetryMethod::WaitAndRetry
            }
            Self::ReadOnly => RetryMethod::RefreshSlotsAndRetry,
            Self::ResponseError
            | Self::ExecAbort
            | Self::NoScript
            | Self::CrossSlot
            | Self::NotBusy
            | Self::NoSub
            | Self::NoPerm => RetryMethod::NoRetry,
        }
    }
}

/// What a repetition would need.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub enum RetryMethod {
    /// A new connection.
    Reconnect,
    /// It would fail again.
    NoRetry,
    /// Nothing: it can be repeated at once.
    RetryImmediately,
    /// A pause, so that the server is not overrun.
    WaitAndRetry,
    /// `ASKING` on the node that the error names.
    AskRedirect,
    /// The node that the error names.
    MovedRedirect,
    /// The cluster found anew, from the nodes it was first found by.
    ReconnectFromInitialConnections,
    /// The cluster's slots read anew: a master has become a replica.
    RefreshSlotsAndRetry,
}
