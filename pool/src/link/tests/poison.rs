//! What ends a socket for good: replies that nobody asked for, malformed ones, and such as do not end.

use super::*;
use crate::simulated::bomb::Bomb;

#[tokio::test(start_paused = true)]
async fn a_reply_that_nobody_asked_for_ends_the_socket() {
    let mut setup = start(config());
    let mut server = setup.servers.recv().await.unwrap();

    server.write_all(b"+who?\r\n").await.unwrap();

    setup.servers.recv().await.unwrap();
    assert_eq!(setup.link.stats().closed_by(CloseReason::UnaskedReply), 1);
}

#[tokio::test(start_paused = true)]
async fn a_reply_ahead_of_its_command_is_not_accepted() {
    // Given a server that reads nothing, so that the second command stays in the buffer.
    let mut setup = start_with(config(), 64, None);
    let mut server = setup.servers.recv().await.unwrap();
    let a = Command::new("SET").arg("key").arg("v".repeat(1000));
    let b = get("b");
    let (mut first, mut second) = (setup.link.call(&a), setup.link.call(&b));
    begin(&mut first).await;
    tokio::task::yield_now().await;
    tokio::task::yield_now().await;
    begin(&mut second).await;

    server.write_all(b"+OK\r\n+B\r\n").await.unwrap();

    setup.servers.recv().await.unwrap();
    assert_eq!(setup.link.stats().closed_by(CloseReason::UnaskedReply), 1);
    drop((first, second));
}

#[tokio::test(start_paused = true)]
async fn malformed_bytes_end_the_socket_with_a_counted_reason() {
    let mut setup = start(config());
    let mut server = setup.servers.recv().await.unwrap();
    let a = get("a");
    let call = submit(&setup.link, &mut server, &a).await;

    server.write_all(b"$5\r\nhelloXX").await.unwrap();

    let error = call.await.unwrap_err();
    assert!(matches!(error, LinkError::Lost { reason: CloseReason::Framing, .. }), "{error:?}");
    assert_eq!(setup.link.stats().closed_by(CloseReason::Framing), 1);
}

#[tokio::test(start_paused = true)]
async fn a_frame_left_open_kills_the_socket_within_two_timeouts() {
    let mut setup = start(config());
    let mut server = setup.servers.recv().await.unwrap();
    let a = get("a");
    let call = submit(&setup.link, &mut server, &a).await;
    server.write_all(b"$5\r\nhe").await.unwrap();
    let began = Instant::now();

    assert!(call.await.is_err());
    let _server = setup.servers.recv().await.unwrap();

    assert_eq!(setup.link.stats().closed_by(CloseReason::FrameOverdue), 1);
    assert!(began.elapsed() < Duration::from_secs(10));
}

#[tokio::test(start_paused = true)]
async fn a_dripping_frame_is_not_forgiven() {
    let mut setup = start(config());
    let mut server = setup.servers.recv().await.unwrap();
    let a = get("a");
    let call = submit(&setup.link, &mut server, &a).await;
    let drip = tokio::spawn(async move {
        server.write_all(b"$100000\r\n").await.unwrap();
        while server.write_all(b"x").await.is_ok() {
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
    });

    assert!(call.await.is_err());
    let _server = setup.servers.recv().await.unwrap();

    assert_eq!(setup.link.stats().closed_by(CloseReason::FrameOverdue), 1);
    drip.await.unwrap();
}

#[tokio::test(start_paused = true)]
async fn a_link_outlives_wakers_that_panic_with_its_driver_and_at_the_cut_after_it() {
    let mut setup = start(config());
    let mut server = setup.servers.recv().await.unwrap();
    let (a, b) = (get("a"), get("b"));
    let (mut first, mut second) = (setup.link.call(&a), setup.link.call(&b));
    for call in [&mut first, &mut second] {
        assert!(Pin::new(call).poll(&mut Context::from_waker(&Bomb::waker())).is_pending());
    }
    expect(&mut server, &a).await;
    expect(&mut server, &b).await;

    server.write_all(b"+A\r\n").await.unwrap();

    let mut server = setup.servers.recv().await.unwrap();
    assert_eq!(text(first.await), "+A\r\n");
    let lost = second.await.unwrap_err();
    assert!(matches!(lost, LinkError::Lost { reason: CloseReason::Panic, .. }), "{lost:?}");
    let again = submit(&setup.link, &mut server, &a).await;
    server.write_all(b"+A\r\n").await.unwrap();
    assert_eq!(text(again.await), "+A\r\n");
}

/// Panics when it is told of an end.
struct Mute;

impl PushSink for Mute {
    fn push(&self, _: Reply) {}

    fn down(&self, _: CloseReason) {
        panic!("told of an end");
    }
}

#[tokio::test(start_paused = true)]
async fn a_sink_that_panics_at_a_cut_keeps_nobody_from_being_told() {
    let mut setup = start_with(config(), 64 * 1024, Some(Arc::new(Mute)));
    let mut server = setup.servers.recv().await.unwrap();
    let a = get("a");
    let call = submit(&setup.link, &mut server, &a).await;

    drop(server);

    let lost = call.await.unwrap_err();
    assert!(matches!(lost, LinkError::Lost { reason: CloseReason::Ended, .. }), "{lost:?}");
    let mut server = setup.servers.recv().await.unwrap();
    let mut last = submit(&setup.link, &mut server, &a).await;
    setup.link.close(Duration::ZERO).await;
    assert!(matches!(Pin::new(&mut last).await, Err(LinkError::Lost { reason: CloseReason::Closed, .. })));
}
