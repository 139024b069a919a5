//! Errors: kinds, categories, texts, and what is to be done about them.

use std::io;

use super::redis::{
    ErrorKind, ParsingError, RedisError, ServerErrorKind, Value, from_redis_value, parse_redis_value,
};
use crate::Transcript;

/// All that an error answers.
pub fn note(t: &mut Transcript, what: &str, error: &RedisError) {
    t.note(format!("{what}: texts"), (error.to_string(), format!("{error:?}")));
    t.note(format!("{what}: kind"), (error.kind(), error.code(), error.detail(), error.category()));
    t.note(format!("{what}: redirect"), error.redirect_node());
    t.note(format!("{what}: retry"), format!("{:?}", error.retry_method()));
    t.note(
        format!("{what}: questions"),
        [
            error.is_io_error(),
            error.is_cluster_error(),
            error.is_connection_refusal(),
            error.is_timeout(),
            error.is_connection_dropped(),
            error.is_unrecoverable_error(),
        ],
    );
    t.note(format!("{what}: of the server"), error.clone().into_server_errors().map(|errors| errors.len()));
}

const SERVER: &[&str] = &[
    "ERR unknown command",
    "ERR",
    "WRONGTYPE Operation against a key",
    "MOVED 3999 127.0.0.1:6381",
    "ASK 3999 127.0.0.1:6381",
    "MOVED x",
    "MOVED 12 :6381",
    "TRYAGAIN Multiple keys",
    "CLUSTERDOWN Hash slot not served",
    "CROSSSLOT Keys in request",
    "MASTERDOWN Link with MASTER is down",
    "READONLY You can't write",
    "NOSCRIPT No matching script",
    "LOADING Redis is loading",
    "EXECABORT Transaction discarded",
    "NOTBUSY No scripts",
    "NOSUB not subscribed",
    "NOPERM no permissions",
    "NOAUTH Authentication required.",
    "WRONGPASS invalid",
    "BUSY script",
    "OOM command not allowed",
    "MISCONF no",
    "lower case",
    "CUSTOM-CODE with detail",
    "UNKILLABLE",
    "NOREPLICAS Not enough",
    "BUSYGROUP exists",
    " space",
    "",
];

const KINDS: &[ErrorKind] = &[
    ErrorKind::Parse,
    ErrorKind::AuthenticationFailed,
    ErrorKind::UnexpectedReturnType,
    ErrorKind::InvalidClientConfig,
    ErrorKind::Io,
    ErrorKind::Client,
    ErrorKind::Extension,
    ErrorKind::MasterNameNotFoundBySentinel,
    ErrorKind::NoValidReplicasFoundBySentinel,
    ErrorKind::EmptySentinelList,
    ErrorKind::ClusterConnectionNotFound,
    ErrorKind::RESP3NotSupported,
    ErrorKind::Server(ServerErrorKind::ResponseError),
    ErrorKind::Server(ServerErrorKind::Moved),
    ErrorKind::Server(ServerErrorKind::TryAgain),
    ErrorKind::Server(ServerErrorKind::NoSub),
];

/// Errors of every origin.
pub fn run(t: &mut Transcript) {
    for kind in KINDS {
        note(t, &format!("{kind:?}"), &RedisError::from((*kind, "what happened")));
        note(
            t,
            &format!("{kind:?} in detail"),
            &RedisError::from((*kind, "what happened", "the detail".to_owned())),
        );
    }
    for kind in [
        io::ErrorKind::BrokenPipe,
        io::ErrorKind::ConnectionReset,
        io::ErrorKind::UnexpectedEof,
        io::ErrorKind::TimedOut,
        io::ErrorKind::WouldBlock,
        io::ErrorKind::ConnectionRefused,
        io::ErrorKind::NotFound,
        io::ErrorKind::PermissionDenied,
        io::ErrorKind::Unsupported,
        io::ErrorKind::ConnectionAborted,
        io::ErrorKind::NotConnected,
        io::ErrorKind::Other,
        io::ErrorKind::AddrInUse,
        io::ErrorKind::InvalidData,
    ] {
        note(t, &format!("{kind:?}"), &RedisError::from(io::Error::new(kind, "the cause")));
    }
    for text in SERVER {
        let parsed = parse_redis_value(format!("-{text}\r\n").as_bytes());
        t.note(format!("{text}: parsed"), &parsed);
        let error = parsed.and_then(|value| Ok(from_redis_value::<()>(value)?));
        match error {
            Err(error) => note(t, text, &error),
            Ok(()) => t.text(*text, "no error"),
        }
    }
    let parsing: [ParsingError; 3] =
        ["a text".into(), String::from("owned").into(), String::from_utf8(vec![0xff]).unwrap_err().into()];
    for error in parsing {
        t.note("parsing", (error.to_string(), format!("{error:?}")));
        note(t, "from parsing", &error.into());
    }
    t.note(
        "same kind, same error",
        RedisError::from((ErrorKind::Io, "a")) == RedisError::from((ErrorKind::Io, "b")),
    );
    for value in [
        Value::Nil,
        Value::Int(-3),
        Value::BulkString(b"x\"\xff".to_vec()),
        Value::Array(vec![Value::Int(1), Value::Nil]),
        Value::SimpleString("PONG".into()),
        Value::Okay,
        Value::Map(vec![(Value::Int(1), Value::Okay)]),
        Value::Double(1.5),
        Value::Set(vec![Value::Int(1)]),
        Value::Boolean(true),
        Value::Attribute { data: Box::new(Value::Int(1)), attributes: vec![(Value::Okay, Value::Nil)] },
    ] {
        t.note("value", &value);
        t.note("sequence", value.as_sequence());
        t.note("into sequence", value.clone().into_sequence());
        t.note("map", value.as_map_iter().map(|pairs| pairs.count()));
        t.note("cursor", value.looks_like_cursor());
        t.note("error", value.extract_error().map_err(|error| error.to_string()));
    }
}
