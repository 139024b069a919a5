//! The table of settings: one row each, from which everything else is grown.
//!
//! A row is: doc, name, type; what the setter takes and how that becomes the type; what the getter gives and how;
//! the default; the rule and its words. Getter and setter share the doc. The name is the key of a document and the
//! name of a URL parameter.

/// Hands all rows to the macro `$grow`.
macro_rules! each_setting {
    ($grow:ident) => { $grow! {
        /// Host name or address of the server. Default `localhost`. The unspecified addresses `0.0.0.0` and `::`
        /// are refused: they are for listening.
        host: String, takes impl Into<String> = Into::into, gives &str = String::as_str,
            default "localhost".to_owned(), rule |v| is_host(v), "a host name or address that can be connected to";

        /// TCP port of the server. Default 6379.
        port: u16, takes u16 = identity, gives u16 = |v| *v,
            default 6379, rule |v| *v != 0, "a port number from 1 to 65535";

        /// Path of the server's Unix domain socket, instead of host and port. Default none.
        unix_socket_path: Option<PathBuf>, takes impl Into<PathBuf> = some_path, gives Option<&Path> = Option::as_deref,
            default None, rule is_path, "the path of a socket";

        /// Whether connections are encrypted, by TLS 1.2 or 1.3, to a server whose certificate is for its host. Default
        /// false; a `rediss` or `valkeys` URL says true. Needs the feature `tls`: without it, true is an error.
        tls: bool, takes bool = identity, gives bool = |v| *v,
            default false, rule always, "";

        /// File with the certificates of the authorities that may vouch for the server, in PEM, in the place of the
        /// platform's own (which heeds `SSL_CERT_FILE` and `SSL_CERT_DIR`). Default none. It is read again when it has
        /// changed, as are the other two.
        tls_ca_file: Option<PathBuf>, takes impl Into<PathBuf> = some_path, gives Option<&Path> = Option::as_deref,
            default None, rule is_path, "the path of a file";

        /// The same certificates as text. Default none. Not a part of URLs.
        tls_ca_pem: Option<Secret>, takes impl Into<Secret> = secret_or_none, gives Option<&Secret> = Option::as_ref,
            default None, rule always, "";

        /// File with the certificate that connections show to a server which asks for one, in PEM, followed by those
        /// that lead to an authority of the server's. Default none. It needs a key.
        tls_cert_file: Option<PathBuf>, takes impl Into<PathBuf> = some_path, gives Option<&Path> = Option::as_deref,
            default None, rule is_path, "the path of a file";

        /// The same certificates as text. Default none. Not a part of URLs.
        tls_cert_pem: Option<Secret>, takes impl Into<Secret> = secret_or_none, gives Option<&Secret> = Option::as_ref,
            default None, rule always, "";

        /// File with the key of that certificate, in PEM, not encrypted. Default none.
        tls_key_file: Option<PathBuf>, takes impl Into<PathBuf> = some_path, gives Option<&Path> = Option::as_deref,
            default None, rule is_path, "the path of a file";

        /// The same key as text. Default none. Not a part of URLs.
        tls_key_pem: Option<Secret>, takes impl Into<Secret> = secret_or_none, gives Option<&Secret> = Option::as_ref,
            default None, rule always, "";

        /// Name or address that the server's certificate must be for, in the place of the host's; a name is also told to
        /// the server (SNI). Default none. For a server behind a tunnel or a forwarded port.
        tls_server_name: Option<String>, takes impl Into<String> = text_or_none, gives Option<&str> = Option::as_deref,
            default None, rule is_server_name, "a host name or address";

        /// Number of the database that every connection selects. Default 0. The server knows how many there are and
        /// refuses a connection that asks for another one.
        db: i64, takes i64 = identity, gives i64 = |v| *v,
            default 0, rule always, "";

        /// Name of the user to authenticate as. Default none, which is the user `default`; an empty name is none.
        username: Option<String>, takes impl Into<String> = text_or_none, gives Option<&str> = Option::as_deref,
            default None, rule always, "";

        /// Password to authenticate with. Default none; an empty password is none, and without password and user
        /// name a connection does not authenticate.
        password: Option<Secret>, takes impl Into<Secret> = secret_or_none, gives Option<&Secret> = Option::as_ref,
            default None, rule always, "";

        /// Name that each connection gives itself, seen in `CLIENT LIST`. Default none. Printable ASCII without
        /// spaces, as the server wants it.
        client_name: Option<String>, takes impl Into<String> = text_or_none, gives Option<&str> = Option::as_deref,
            default None, rule is_client_name, "printable ASCII without spaces";

        /// Version of the protocol to speak. Default RESP3; where the server does not know it, RESP2 is spoken.
        protocol: Protocol, takes Protocol = identity, gives Protocol = |v| *v,
            default Protocol::Resp3, rule always, "";

        /// Whether connections tell the server this library's name and version (`CLIENT SETINFO`, Redis 7.2 and
        /// later; others are not disturbed by it). Default true.
        announce_library: bool, takes bool = identity, gives bool = |v| *v,
            default true, rule always, "";

        /// Whether connections ask not to be evicted when the server runs out of client memory (`CLIENT NO-EVICT`,
        /// Redis 7.0). Default false. A server that refuses is noted in the log, and the connection is used.
        no_evict: bool, takes bool = identity, gives bool = |v| *v,
            default false, rule always, "";

        /// Whether commands leave the server's LRU and LFU statistics of a key alone (`CLIENT NO-TOUCH`, Redis 7.2).
        /// Default false. A server that refuses is noted in the log, and the connection is used.
        no_touch: bool, takes bool = identity, gives bool = |v| *v,
            default false, rule always, "";

        /// Upper bound of open connections for commands, the shared one included; with 1 that one is besides. Default
        /// 20, at least 1. Not counted are the connection of all subscribers, those of single ones, and the one on which the
        /// server tells caches of changes.
        max_connections: usize, takes usize = identity, gives usize = |v| *v,
            default 20, rule |v| *v >= 1, "a number of at least 1";

        /// What a call does that needs a connection of its own while all are taken. Default: it waits.
        on_exhausted: OnExhausted, takes OnExhausted = identity, gives OnExhausted = |v| *v,
            default OnExhausted::Wait, rule always, "";

        /// Longest wait for a free connection, and for a server that is away to be back. Default 5 s.
        acquire_timeout: Duration, takes Duration = identity, gives Duration = |v| *v,
            default seconds(5), rule is_limit, LIMIT;

        /// Calls that may wait for a free connection at the same time; one more fails at once. Default 4096.
        max_waiters: usize, takes usize = identity, gives usize = |v| *v,
            default 4096, rule always, "";

        /// Connections being opened at the same time. Default 2, at least 1: after a restart not all callers dial at once.
        max_connecting: usize, takes usize = identity, gives usize = |v| *v,
            default 2, rule |v| *v >= 1, "a number of at least 1";

        /// Time to clean a connection that is given back, or to check one that was idle. Default 1 s.
        recycle_timeout: Duration, takes Duration = identity, gives Duration = |v| *v,
            default seconds(1), rule is_limit, LIMIT;

        /// Idle connections kept ready. Default 0; no more than `max_connections`.
        min_idle: usize, takes usize = identity, gives usize = |v| *v,
            default 0, rule always, "";

        /// Time after which an idle connection beyond `min_idle` is closed. Default 10 min; none keeps it.
        max_idle_time: Option<Duration>, takes Option<Duration> = identity, gives Option<Duration> = |v| *v,
            default Some(seconds(600)), rule is_limit_if_any, LIMIT;

        /// Age at which a connection is closed when it is given back. Default none: it may grow old.
        max_lifetime: Option<Duration>, takes Option<Duration> = identity, gives Option<Duration> = |v| *v,
            default None, rule is_limit_if_any, LIMIT;

        /// Commands that one shared connection may have under way; one more waits for room. Default 4096.
        max_in_flight: usize, takes usize = identity, gives usize = |v| *v,
            default 4096, rule |v| *v >= 1, "a number of at least 1";

        /// Bytes of commands that one shared connection may have under way; a larger command goes alone. Default
        /// 64 MiB.
        max_in_flight_bytes: usize, takes usize = identity, gives usize = |v| *v,
            default 64 * 1024 * 1024, rule |v| *v >= 1, "a number of at least 1";

        /// Calls that may wait for room on one shared connection; one more fails at once. Default 65,536.
        max_room_waiters: usize, takes usize = identity, gives usize = |v| *v,
            default 65_536, rule always, "";

        /// Whether a call gets a second attempt after an attempt has timed out: reads only, and calls marked
        /// idempotent. Default true. It makes the deadline of a call twice the `socket_timeout` instead of once.
        retry_on_timeout: bool, takes bool = identity, gives bool = |v| *v,
            default true, rule always, "";

        /// Repetitions of a call whose command was certainly not executed. Default 3; 0 is none.
        retry_attempts: u32, takes u32 = identity, gives u32 = |v| *v,
            default 3, rule always, "";

        /// Longest wait before the first repetition; it doubles each time. Default 10 ms.
        retry_base: Duration, takes Duration = identity, gives Duration = |v| *v,
            default Duration::from_millis(10), rule is_limit, LIMIT;

        /// Longest wait before any repetition. Default 1 s.
        retry_cap: Duration, takes Duration = identity, gives Duration = |v| *v,
            default seconds(1), rule is_limit, LIMIT;

        /// Repetitions that all calls together may make beyond what they earn; a full store at the start. Default 100,
        /// at least 1.
        retry_budget: u32, takes u32 = identity, gives u32 = |v| *v,
            default 100, rule |v| *v >= 1, "a number of at least 1";

        /// Successful calls that earn one repetition. Default 10, at least 1: a failing server gets at most a tenth
        /// more calls.
        retry_budget_successes: u32, takes u32 = identity, gives u32 = |v| *v,
            default 10, rule |v| *v >= 1, "a number of at least 1";

        /// Whether untyped replies hold text where they are UTF-8. Default true; otherwise they hold bytes. Typed
        /// replies are not concerned.
        decode_responses: bool, takes bool = identity, gives bool = |v| *v,
            default true, rule always, "";

        /// Time that one attempt of a command may take, from submission to reply. Default 5 s.
        socket_timeout: Duration, takes Duration = identity, gives Duration = |v| *v,
            default seconds(5), rule is_limit, LIMIT;

        /// Time that connecting and greeting may take. Default 5 s; none makes it `socket_timeout`.
        socket_connect_timeout: Option<Duration>, takes Option<Duration> = identity, gives Option<Duration> = |v| *v,
            default Some(seconds(5)), rule is_limit_if_any, LIMIT;

        /// A connection that was idle longer than this is asked for a sign of life before its next command. Default
        /// 30 s; zero never asks.
        health_check_interval: Duration, takes Duration = identity, gives Duration = |v| *v,
            default seconds(30), rule is_limit_or_zero, LIMIT;

        /// Whether the operating system watches idle TCP connections. Default true.
        socket_keepalive: bool, takes bool = identity, gives bool = |v| *v,
            default true, rule always, "";

        /// Pace of the keepalive probes. Default 30 s, then every 5 s, 3 times; an empty mapping in a document leaves
        /// it to the operating system, a partial one keeps the default for what it leaves out.
        socket_keepalive_options: KeepaliveOptions,
            takes KeepaliveOptions = identity, gives KeepaliveOptions = |v| *v,
            default KeepaliveOptions::TUNED, rule KeepaliveOptions::is_valid,
            "whole seconds from 1 to 32767 and a count from 1 to 127";

        /// Time after which sent but unacknowledged bytes break a connection, where the system can do it (Linux).
        /// Default 45 s, as long as the keepalive takes; none leaves it to the operating system.
        tcp_user_timeout: Option<Duration>, takes Option<Duration> = identity, gives Option<Duration> = |v| *v,
            default Some(seconds(45)), rule is_limit_if_any, LIMIT;

        /// Time that `close` gives to the commands under way. Default 5 s.
        close_timeout: Duration, takes Duration = identity, gives Duration = |v| *v,
            default seconds(5), rule is_limit_or_zero, LIMIT;

        /// Nesting of a reply, in levels. Default 128, which is also the most.
        limit_depth: usize, takes usize = identity, gives usize = |v| *v,
            default 128, rule |v| (1..=128).contains(v), "a number from 1 to 128";

        /// Size of one string in a reply, in bytes. Default 512 MiB.
        limit_bulk_bytes: usize, takes usize = identity, gives usize = |v| *v,
            default 512 * MIB, rule |v| *v >= 1, "a number of at least 1";

        /// Elements of one reply, nested ones included. Default 134,217,728.
        limit_elements: usize, takes usize = identity, gives usize = |v| *v,
            default 128 * MIB, rule |v| *v >= 1, "a number of at least 1";

        /// Size of one whole reply, in bytes. Default 1 GiB.
        limit_frame_bytes: usize, takes usize = identity, gives usize = |v| *v,
            default 1024 * MIB, rule |v| *v >= 1, "a number of at least 1";

        /// Size of one line in a reply, in bytes. Default 16 MiB.
        limit_line_bytes: usize, takes usize = identity, gives usize = |v| *v,
            default 16 * MIB, rule |v| *v >= 1, "a number of at least 1";

        /// Size of a reply whose length the server does not announce, in bytes. Default 16 MiB.
        limit_streamed_bytes: usize, takes usize = identity, gives usize = |v| *v,
            default 16 * MIB, rule |v| *v >= 1, "a number of at least 1";
    } };
}
