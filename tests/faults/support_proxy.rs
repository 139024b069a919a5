//! The faulty network itself: each fault is seen by a plain socket before Redlane has to live with it.

use std::io::ErrorKind;
use std::time::{Duration, Instant};

use redlane_test_support::{Accept, Cut, FaultProxy, Flow, Options, Plan, Server, Way, eventually_async};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::time::timeout;

const PING: &[u8] = b"*1\r\n$4\r\nPING\r\n";
const PONG: &[u8] = b"+PONG\r\n";

/// Longer than any answer takes here, short enough to wait for silence.
const SILENCE: Duration = Duration::from_millis(150);

async fn connect(proxy: &FaultProxy) -> TcpStream {
    let stream = TcpStream::connect(proxy.address()).await.unwrap();
    stream.set_nodelay(true).unwrap();
    stream
}

async fn ping(stream: &mut TcpStream) {
    stream.write_all(PING).await.unwrap();
    let mut pong = [0; PONG.len()];
    stream.read_exact(&mut pong).await.unwrap();
    assert_eq!(pong, PONG);
}

async fn is_silent(stream: &mut TcpStream) -> bool {
    timeout(SILENCE, stream.read_u8()).await.is_err()
}

#[tokio::test]
async fn without_a_fault_bytes_pass_both_ways_and_connections_are_counted() {
    let proxy = FaultProxy::start(Server::shared().port());
    let start = Instant::now();

    ping(&mut connect(&proxy).await).await;
    ping(&mut connect(&proxy).await).await;

    assert_eq!(proxy.accepted_count(), 2);
    assert!(proxy.accepted().iter().all(|at| *at >= start && *at <= Instant::now()));
}

#[tokio::test]
async fn a_connection_is_cut_after_the_given_number_of_reply_bytes() {
    let proxy = FaultProxy::start(Server::shared().port());
    let mut stream = connect(&proxy).await;
    ping(&mut stream).await;

    proxy.change(|plan| plan.replies.cut_after = Some((3, Cut::Close))).await;
    stream.write_all(PING).await.unwrap();

    let mut rest = Vec::new();
    stream.read_to_end(&mut rest).await.unwrap();
    assert_eq!(rest, b"+PO");
}

#[tokio::test]
async fn a_connection_is_cut_in_the_middle_of_a_request() {
    let server = Server::start(Options::new());
    let proxy = FaultProxy::start(server.port());
    let way = Way { cut_after: Some((PING.len() as u64 + 5, Cut::Reset)), ..Way::default() };
    proxy.set(Plan { requests: way, ..Plan::default() }).await;
    let mut stream = connect(&proxy).await;
    ping(&mut stream).await;
    let before = server.info("total_commands_processed").parse::<u64>().unwrap();

    stream.write_all(PING).await.unwrap();

    let error = stream.read_u8().await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::ConnectionReset);
    // The INFO before, and nothing else.
    assert_eq!(server.info("total_commands_processed").parse::<u64>().unwrap(), before + 1);
}

#[tokio::test]
async fn connections_under_way_are_reset_or_closed_on_order() {
    let proxy = FaultProxy::start(Server::shared().port());
    let (mut first, mut second) = (connect(&proxy).await, connect(&proxy).await);
    ping(&mut first).await;
    ping(&mut second).await;

    proxy.cut(Cut::Reset);
    assert_eq!(first.read_u8().await.unwrap_err().kind(), ErrorKind::ConnectionReset);
    assert_eq!(second.read_u8().await.unwrap_err().kind(), ErrorKind::ConnectionReset);

    let mut third = connect(&proxy).await;
    ping(&mut third).await;
    proxy.cut(Cut::Close);
    assert_eq!(third.read_u8().await.unwrap_err().kind(), ErrorKind::UnexpectedEof);
}

#[tokio::test]
async fn held_replies_come_when_they_are_released() {
    let proxy = FaultProxy::start(Server::shared().port());
    let mut stream = connect(&proxy).await;
    ping(&mut stream).await;

    proxy.change(|plan| plan.replies.flow = Flow::Hold).await;
    stream.write_all(PING).await.unwrap();
    assert!(is_silent(&mut stream).await);
    proxy.heal().await;

    let mut pong = [0; PONG.len()];
    stream.read_exact(&mut pong).await.unwrap();
    assert_eq!(pong, PONG);
    ping(&mut stream).await;
}

#[tokio::test]
async fn swallowed_requests_never_reach_the_server() {
    let server = Server::start(Options::new());
    let proxy = FaultProxy::start(server.port());
    let mut stream = connect(&proxy).await;
    ping(&mut stream).await;
    let before = server.info("total_commands_processed").parse::<u64>().unwrap();

    proxy.change(|plan| plan.requests.flow = Flow::Swallow).await;
    stream.write_all(PING).await.unwrap();
    assert!(is_silent(&mut stream).await);
    proxy.heal().await;

    assert_eq!(server.info("total_commands_processed").parse::<u64>().unwrap(), before + 1);
    ping(&mut stream).await;
}

#[tokio::test]
async fn a_swallowed_server_s_end_is_not_told_to_the_client() {
    let server = Server::start(Options::new());
    let proxy = FaultProxy::start(server.port());
    let mut stream = connect(&proxy).await;
    ping(&mut stream).await;

    proxy.change(|plan| plan.replies.flow = Flow::Swallow).await;
    server.terminate();

    assert!(is_silent(&mut stream).await);
}

#[tokio::test]
async fn replies_are_delayed() {
    let proxy = FaultProxy::start(Server::shared().port());
    let delay = Duration::from_millis(80);
    proxy.change(|plan| plan.replies.delay = delay).await;
    let mut stream = connect(&proxy).await;
    let start = Instant::now();

    ping(&mut stream).await;

    assert!(start.elapsed() >= delay);
}

#[tokio::test]
async fn replies_drip_byte_by_byte() {
    let proxy = FaultProxy::start(Server::shared().port());
    proxy.change(|plan| plan.replies.drip = Some(Duration::from_millis(10))).await;
    let mut stream = connect(&proxy).await;

    stream.write_all(PING).await.unwrap();

    let (mut whole, mut reads) = (Vec::new(), 0);
    while whole.len() < PONG.len() {
        stream.read_buf(&mut whole).await.unwrap();
        reads += 1;
    }
    assert_eq!(whole, PONG);
    // A slow reader may find two bytes at once, but never the whole.
    assert!(reads > PONG.len() / 2, "{reads} reads");
}

#[tokio::test]
async fn refused_connections_are_refused_on_the_same_port_and_accepted_again() {
    let proxy = FaultProxy::start(Server::shared().port());
    let mut under_way = connect(&proxy).await;
    ping(&mut under_way).await;

    for _ in 0..20 {
        proxy.change(|plan| plan.accept = Accept::Refuse).await;
        let error = TcpStream::connect(proxy.address()).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::ConnectionRefused);
        ping(&mut under_way).await;
        proxy.heal().await;
        ping(&mut connect(&proxy).await).await;
    }

    assert_eq!(proxy.accepted_count(), 21);
}

#[tokio::test]
async fn accepted_connections_are_closed_reset_or_left_in_silence() {
    let proxy = FaultProxy::start(Server::shared().port());

    proxy.change(|plan| plan.accept = Accept::Close).await;
    assert_eq!(connect(&proxy).await.read_u8().await.unwrap_err().kind(), ErrorKind::UnexpectedEof);
    proxy.change(|plan| plan.accept = Accept::Reset).await;
    assert_eq!(connect(&proxy).await.read_u8().await.unwrap_err().kind(), ErrorKind::ConnectionReset);
    proxy.change(|plan| plan.accept = Accept::Silence).await;
    let mut stream = connect(&proxy).await;
    stream.write_all(PING).await.unwrap();
    assert!(is_silent(&mut stream).await);

    assert_eq!(proxy.accepted_count(), 3);
}

#[tokio::test]
async fn new_connections_go_to_another_server_after_a_redirect() {
    let (first, second) = (Server::start(Options::new()), Server::start(Options::new()));
    let proxy = FaultProxy::start(first.port());
    ping(&mut connect(&proxy).await).await;

    proxy.redirect(second.port());
    let mut stream = connect(&proxy).await;
    stream.write_all(b"*3\r\n$3\r\nSET\r\n$1\r\nk\r\n$1\r\nv\r\n").await.unwrap();
    stream.read_u8().await.unwrap();

    assert_eq!(first.command(&["EXISTS", "k"]).text(), "0");
    assert_eq!(second.command(&["EXISTS", "k"]).text(), "1");
}

#[tokio::test]
async fn a_dropped_proxy_ends_its_connections() {
    let proxy = FaultProxy::start(Server::shared().port());
    let mut stream = connect(&proxy).await;
    ping(&mut stream).await;

    drop(proxy);

    eventually_async(
        "the connection ends",
        Duration::from_secs(5),
        || !matches!(stream.try_read(&mut [0; 1]), Err(error) if error.kind() == ErrorKind::WouldBlock),
    )
    .await;
}
