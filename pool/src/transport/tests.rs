//! Dialing, on real loopback sockets and in-memory pipes.

use std::error::Error as _;
use std::io::IoSlice;

use redlane_resp::error::ServerError;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;

use super::*;

const LIMIT: Duration = Duration::from_secs(5);

async fn listener() -> (TcpListener, Target) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let target = Target::tcp("127.0.0.1", listener.local_addr().unwrap().port());
    (listener, target)
}

#[tokio::test]
async fn a_tcp_socket_carries_the_default_options() {
    let (_listener, target) = listener().await;

    let socket = dial(&target, &SocketOptions::default(), LIMIT).await.unwrap();

    let Socket::Tcp(stream) = socket else { panic!("not TCP") };
    let options = SockRef::from(&stream);
    assert!(options.tcp_nodelay().unwrap());
    assert!(options.keepalive().unwrap());
    #[cfg(target_os = "linux")]
    {
        assert_eq!(options.tcp_keepalive_time().unwrap(), Duration::from_secs(30));
        assert_eq!(options.tcp_keepalive_interval().unwrap(), Duration::from_secs(5));
        assert_eq!(options.tcp_keepalive_retries().unwrap(), 3);
    }
}

#[cfg(target_os = "linux")]
#[tokio::test]
async fn the_user_timeout_reaches_the_kernel_where_it_has_one() {
    let (_listener, target) = listener().await;
    let probe = socket2::Socket::new(socket2::Domain::IPV4, socket2::Type::STREAM, None).unwrap();
    if probe.set_tcp_user_timeout(Some(LIMIT)).is_err() || probe.tcp_user_timeout().ok() != Some(Some(LIMIT))
    {
        return; // not every sandboxed kernel has it
    }

    let socket = dial(&target, &SocketOptions::default(), LIMIT).await.unwrap();

    let Socket::Tcp(stream) = socket else { panic!("not TCP") };
    assert_eq!(SockRef::from(&stream).tcp_user_timeout().unwrap(), Some(Duration::from_secs(45)));
}

#[tokio::test]
async fn the_systems_own_keepalive_times_are_left_alone() {
    let (_listener, target) = listener().await;
    let untouched = socket2::Socket::new(socket2::Domain::IPV4, socket2::Type::STREAM, None).unwrap();
    let options = SocketOptions { keepalive: Some(Keepalive::SystemDefault), ..SocketOptions::default() };

    let socket = dial(&target, &options, LIMIT).await.unwrap();

    let Socket::Tcp(stream) = socket else { panic!("not TCP") };
    let set = SockRef::from(&stream);
    assert!(set.keepalive().unwrap());
    #[cfg(target_os = "linux")]
    assert_eq!(set.tcp_keepalive_time().unwrap(), untouched.tcp_keepalive_time().unwrap());
}

#[tokio::test]
async fn keepalive_and_nodelay_can_be_switched_off() {
    let (_listener, target) = listener().await;
    let options = SocketOptions { nodelay: false, keepalive: None, user_timeout: None };

    let socket = dial(&target, &options, LIMIT).await.unwrap();

    let Socket::Tcp(stream) = socket else { panic!("not TCP") };
    assert!(!SockRef::from(&stream).keepalive().unwrap());
    assert!(!SockRef::from(&stream).tcp_nodelay().unwrap());
}

#[tokio::test]
async fn every_address_of_a_name_is_tried() {
    // `localhost` is usually both `::1` and `127.0.0.1`; only the second listens.
    let (_listener, target) = listener().await;
    let Target::Tcp { port, .. } = target else { panic!("not TCP") };

    let socket = dial(&Target::tcp("localhost", port), &SocketOptions::default(), LIMIT).await;

    assert!(matches!(socket, Ok(Socket::Tcp(_))));
}

/// Addresses that hang (port 1), refuse (2) or accept (3).
async fn dial_ports(ports: &[u16], limit: Duration) -> (Result<u16, ConnectError>, Duration) {
    let started = Instant::now();
    let found = ports.iter().map(|port| SocketAddr::from(([192, 0, 2, 1], *port))).collect();
    let opened = first_to_accept(found, started, limit, |address| async move {
        match address.port() {
            1 => std::future::pending().await,
            2 => Err(io::ErrorKind::ConnectionRefused.into()),
            port => Ok(port),
        }
    });
    (opened.await, started.elapsed())
}

#[tokio::test(start_paused = true)]
async fn a_hanging_address_uses_up_its_share_of_the_limit_and_no_more() {
    let second = Duration::from_secs(1);

    let (opened, elapsed) = dial_ports(&[1, 2, 3], 6 * second).await;
    assert_eq!((opened.unwrap(), elapsed), (3, 2 * second));

    let (opened, elapsed) = dial_ports(&[2, 1, 1, 3], 6 * second).await;
    assert_eq!((opened.unwrap(), elapsed), (3, 4 * second));
}

#[tokio::test(start_paused = true)]
async fn addresses_that_all_hang_end_at_the_limit_and_a_refusal_is_told_rather_than_a_wait() {
    let (hung, elapsed) = dial_ports(&[1, 1], LIMIT).await;
    assert!(matches!(hung, Err(ConnectError::Timeout { step: Step::Dial, limit: LIMIT })), "{hung:?}");
    assert_eq!(elapsed, LIMIT);

    let (refused, _) = dial_ports(&[2, 1], LIMIT).await;
    assert_eq!(refused.unwrap_err().to_string(), "cannot connect to 192.0.2.1:2");
}

#[tokio::test]
async fn a_refused_dial_names_the_address_and_keeps_its_cause_apart() {
    let (listener, target) = listener().await;
    drop(listener);

    let error = dial(&target, &SocketOptions::default(), LIMIT).await.unwrap_err();

    assert_eq!(error.to_string(), format!("cannot connect to {target}"));
    assert!(
        matches!(&error, ConnectError::Dial { source, .. } if source.kind() == io::ErrorKind::ConnectionRefused)
    );
    assert!(error.source().is_some());
    assert!(error.is_transient() && !error.is_auth() && !error.is_busy());
}

#[tokio::test]
async fn a_name_without_address_is_a_resolve_error() {
    let error = dial(&Target::tcp("", 6379), &SocketOptions::default(), LIMIT).await.unwrap_err();

    assert!(matches!(error, ConnectError::Resolve { .. }), "{error:?}");
}

#[cfg(unix)]
#[tokio::test]
async fn a_unix_socket_is_dialed_by_its_path() {
    let path = std::env::temp_dir().join(format!("redlane-{}-dial.sock", std::process::id()));
    let listener = tokio::net::UnixListener::bind(&path).unwrap();

    let socket = dial(&Target::unix(&path), &SocketOptions::default(), LIMIT).await.unwrap();
    std::fs::remove_file(&path).unwrap();

    let (_read, write) = socket.split();
    let (mut accepted, _) = listener.accept().await.unwrap();
    assert!(write.writes_directly());
    assert_eq!(write.try_write_vectored(&[IoSlice::new(b"pi"), IoSlice::new(b"ng")]).unwrap(), 4);
    let mut bytes = [0; 4];
    accepted.read_exact(&mut bytes).await.unwrap();
    assert_eq!(&bytes, b"ping");
}

#[cfg(unix)]
#[tokio::test]
async fn a_missing_unix_socket_is_a_dial_error_with_its_path() {
    let target = Target::unix("/nonexistent/redis.sock");

    let error = dial(&target, &SocketOptions::default(), LIMIT).await.unwrap_err();

    assert_eq!(error.to_string(), "cannot connect to /nonexistent/redis.sock");
}

#[tokio::test]
async fn a_tcp_socket_writes_directly_from_any_task() {
    let (listener, target) = listener().await;
    let (mut read, write) = dial(&target, &SocketOptions::default(), LIMIT).await.unwrap().split();
    let (mut accepted, _) = listener.accept().await.unwrap();

    std::future::poll_fn(|cx| write.poll_write_ready(cx)).await.unwrap();
    assert_eq!(write.try_write(b"ping").unwrap(), 4);

    let mut bytes = [0; 4];
    accepted.read_exact(&mut bytes).await.unwrap();
    assert_eq!(&bytes, b"ping");
    accepted.write_all(b"pong").await.unwrap();
    read.read_exact(&mut bytes).await.unwrap();
    assert_eq!(&bytes, b"pong");
}

#[tokio::test]
async fn a_pipe_is_written_by_its_driver_only() {
    let (near, mut far) = tokio::io::duplex(64);
    let (mut read, mut write) = Socket::Pipe(near).split();

    assert!(!write.writes_directly());
    assert_eq!(write.try_write(b"ping").unwrap_err().kind(), io::ErrorKind::WouldBlock);
    write.write_all(b"ping").await.unwrap();

    let mut bytes = [0; 4];
    far.read_exact(&mut bytes).await.unwrap();
    assert_eq!(&bytes, b"ping");
    far.write_all(b"pong").await.unwrap();
    read.read_exact(&mut bytes).await.unwrap();
    assert_eq!(&bytes, b"pong");
}

#[tokio::test]
async fn a_socket_is_quiet_until_there_is_something_to_read() {
    let (listener, target) = listener().await;
    for farewell in [&b""[..], b"x"] {
        let (read, write) = dial(&target, &SocketOptions::default(), LIMIT).await.unwrap().split();
        let (mut accepted, _) = listener.accept().await.unwrap();
        assert!(write.is_quiet());

        accepted.write_all(farewell).await.unwrap();
        if farewell.is_empty() {
            drop(accepted);
        }

        let started = std::time::Instant::now();
        while write.is_quiet() {
            assert!(started.elapsed() < LIMIT);
            std::thread::yield_now();
        }
        drop(read);
    }
}

#[tokio::test]
async fn both_halves_gone_close_the_connection() {
    let (listener, target) = listener().await;
    let halves = dial(&target, &SocketOptions::default(), LIMIT).await.unwrap().split();
    let (mut accepted, _) = listener.accept().await.unwrap();

    drop(halves);

    assert_eq!(accepted.read(&mut [0; 4]).await.unwrap(), 0);
}

#[tokio::test(start_paused = true)]
async fn a_dial_that_hangs_ends_at_its_limit_and_says_so() {
    let target = Target::Pipe(PipeDialer::new(std::future::pending::<io::Result<DuplexStream>>));
    let started = Instant::now();

    let error = dial(&target, &SocketOptions::default(), LIMIT).await.unwrap_err();

    assert_eq!(started.elapsed(), LIMIT);
    assert_eq!(error.to_string(), "no connection within 5s");
}

#[tokio::test]
async fn a_pipe_dialer_that_fails_is_a_refused_connection() {
    let target = Target::Pipe(PipeDialer::new(|| async { Err(io::ErrorKind::ConnectionRefused.into()) }));

    let error = dial(&target, &SocketOptions::default(), LIMIT).await.unwrap_err();

    assert_eq!(error.to_string(), "cannot connect to in-memory pipe");
}

#[test]
fn replies_to_a_greeting_are_sorted_by_what_helps() {
    let sorted = |line: &str| ConnectError::from_reply(ServerError::from_line(line.as_bytes()));

    for busy in ["ERR max number of clients reached", "LOADING Redis is loading the dataset in memory"] {
        let error = sorted(busy);
        assert!(error.is_busy() && error.is_transient() && !error.is_auth(), "{busy}");
    }
    for auth in ["WRONGPASS invalid username-password pair", "NOAUTH Authentication required.", "NOPERM x"] {
        let error = sorted(auth);
        assert!(error.is_auth() && !error.is_transient() && !error.is_busy(), "{auth}");
    }
    let other = sorted("ERR DB index is out of range");
    assert!(!other.is_auth() && !other.is_transient() && !other.is_busy());
}

#[test]
fn a_connection_cut_while_greeting_counts_as_busy() {
    let cut = ConnectError::io(io::ErrorKind::UnexpectedEof.into());
    let broken = ConnectError::io(io::ErrorKind::PermissionDenied.into());

    assert!(matches!(cut, ConnectError::Closed) && cut.is_busy());
    assert!(matches!(broken, ConnectError::Io { .. }) && !broken.is_busy());
}

#[test]
fn targets_print_as_addresses() {
    assert_eq!(Target::tcp("localhost", 6379).to_string(), "localhost:6379");
    assert_eq!(Target::tcp("::1", 6379).to_string(), "[::1]:6379");
    assert_eq!(Target::unix("/run/redis.sock").to_string(), "/run/redis.sock");
}
