//! The texts are those that redis-rs 1.8.1 gives to the same errors.

use super::*;

fn server(line: &str) -> RedisError {
    ServerError::from_line(line).into()
}

#[test]
fn a_description_is_followed_by_its_kind_and_detail() {
    let bare = RedisError::from((ErrorKind::InvalidClientConfig, "Redis URL did not parse"));
    let detailed = RedisError::from((ErrorKind::Io, "SSL Handshake error", "no".to_owned()));

    assert_eq!(bare.to_string(), "Redis URL did not parse - InvalidClientConfig");
    assert_eq!(detailed.to_string(), "SSL Handshake error - Io: no");
    assert_eq!((bare.detail(), detailed.detail()), (None, Some("no")));
    assert_eq!(format!("{detailed:?}"), detailed.to_string());
}

#[test]
fn a_servers_error_is_known_by_its_code_or_quoted() {
    let known = server("NOSCRIPT No matching script. Please use EVAL.");
    let foreign = server("WRONGTYPE Operation against a key holding the wrong kind of value");
    let bare = server("WHAT");

    assert_eq!(known.to_string(), "NoScript: No matching script. Please use EVAL.");
    assert_eq!(known.kind(), ErrorKind::Server(ServerErrorKind::NoScript));
    assert_eq!(known.code(), Some("NOSCRIPT"));
    assert_eq!(foreign.to_string(), "\"WRONGTYPE\": Operation against a key holding the wrong kind of value");
    assert_eq!((foreign.kind(), foreign.code()), (ErrorKind::Extension, Some("WRONGTYPE")));
    assert_eq!((bare.to_string().as_str(), bare.detail()), ("\"WHAT\"", None));
    assert_eq!(server("ERR unknown command").to_string(), "ResponseError: unknown command");
}

#[test]
fn a_pipelines_errors_name_their_places() {
    let one = RedisError::pipeline(vec![(1, ServerError::from_line("ERR no"))]);
    let two = RedisError::pipeline(vec![
        (0, ServerError::from_line("WRONGTYPE a")),
        (2, ServerError::from_line("CROSSSLOT b")),
    ]);
    let aborted = RedisError::aborted(vec![(0, ServerError::from_line("ERR no"))]);

    assert_eq!(one.to_string(), "Pipeline failure: [(Index 1, error: ResponseError: no)]");
    assert_eq!(
        two.to_string(),
        "Pipeline failures: [(Index 0, error: \"WRONGTYPE\": a), (Index 2, error: CrossSlot: b)]"
    );
    assert_eq!(aborted.to_string(), "Transaction aborted: [(Index 0, error: ResponseError: no)]");
    assert_eq!(one.kind(), ErrorKind::Server(ServerErrorKind::ResponseError));
    assert_eq!(two.kind(), ErrorKind::Extension);
    assert_eq!(aborted.kind(), ErrorKind::Server(ServerErrorKind::ExecAbort));
    assert_eq!(two.into_server_errors().unwrap().len(), 2);
}

#[test]
fn a_text_of_the_wrong_type_is_a_parse_error() {
    let error = RedisError::from(ParsingError::from("Response type not vector compatible."));

    assert_eq!(error.to_string(), "Incompatible type - Response type not vector compatible.");
    assert_eq!(error.kind(), ErrorKind::Parse);
    assert_eq!(error.category(), "parse error");
    assert!(error.is_unrecoverable_error());
}

#[test]
fn errors_are_equal_by_kind() {
    let one = RedisError::from((ErrorKind::Client, "one"));

    assert_eq!(one, RedisError::from((ErrorKind::Client, "another", "entirely".to_owned())));
    assert_ne!(one, RedisError::from((ErrorKind::Io, "one")));
    assert_ne!(RedisError::closed(), RedisError::closed());
    assert_eq!(server("ERR a"), server("ERR a"));
    assert_ne!(server("ERR a"), server("ERR b"));
}

#[test]
fn an_error_says_what_a_repetition_needs() {
    use io::ErrorKind::{BrokenPipe, ConnectionRefused, NotFound, PermissionDenied, TimedOut};

    let io = |kind| RedisError::from(io::Error::from(kind));
    for (error, method) in [
        (io(BrokenPipe), "Reconnect"),
        (io(ConnectionRefused), "Reconnect"),
        (io(NotFound), "Reconnect"),
        (io(PermissionDenied), "NoRetry"),
        (io(TimedOut), "RetryImmediately"),
        ((ErrorKind::Io, "x").into(), "Reconnect"),
        ((ErrorKind::Parse, "x").into(), "Reconnect"),
        ((ErrorKind::AuthenticationFailed, "x").into(), "Reconnect"),
        ((ErrorKind::ClusterConnectionNotFound, "x").into(), "ReconnectFromInitialConnections"),
        ((ErrorKind::UnexpectedReturnType, "x").into(), "NoRetry"),
        ((ErrorKind::NoValidReplicasFoundBySentinel, "x").into(), "WaitAndRetry"),
        (server("LOADING x"), "WaitAndRetry"),
        (server("TRYAGAIN x"), "WaitAndRetry"),
        (server("MASTERDOWN x"), "WaitAndRetry"),
        (server("CLUSTERDOWN x"), "WaitAndRetry"),
        (server("READONLY x"), "RefreshSlotsAndRetry"),
        (server("MOVED 1 a:1"), "MovedRedirect"),
        (server("ASK 1 a:1"), "AskRedirect"),
        (server("WRONGTYPE x"), "NoRetry"),
        (server("ERR x"), "NoRetry"),
    ] {
        assert_eq!(format!("{:?}", error.retry_method()), method, "{error}");
    }
    assert!(io(TimedOut).is_timeout());
    assert!(io(NotFound).is_connection_refusal());
}

#[test]
fn a_redirect_names_node_and_slot() {
    assert_eq!(server("ASK 123 foobar:6380").redirect_node(), Some(("foobar:6380", 123)));
    assert_eq!(server("ERR 123 foobar:6380").redirect_node(), None);
    assert_eq!(server("MOVED nonsense").redirect_node(), None);
}
