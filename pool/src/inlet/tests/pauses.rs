//! A runtime that stands still for a while, and meets the socket before its clock when it goes on.

use super::*;

/// Time passes, in which the runtime looks neither at its sockets nor at its clock.
fn stand_still(so_long: Duration) {
    // The time is set at once; the rest would let the driver run.
    assert!(pin!(tokio::time::advance(so_long)).poll(&mut Context::from_waker(Waker::noop())).is_pending());
}

#[tokio::test(start_paused = true)]
async fn a_frame_that_begins_when_its_runtime_goes_on_after_a_pause_is_given_its_time() {
    let limit = Duration::from_secs(2);
    let (rig, server) = Rig::start(LinkConfig { frame_timeout: limit, ..LinkConfig::default() }, None).await;
    let a = get("a");
    let mut call = submit(&rig.link, &server, &a).await;

    // The socket comes first when the runtime goes on.
    stand_still(limit * 2);
    server.send(b"$5\r\nhe");
    sleep(limit / 2).await;
    server.send(b"llo\r\n");

    assert_eq!(text(poll(&mut call)), "$5\r\nhello\r\n");
}

#[tokio::test(start_paused = true)]
async fn a_server_that_is_heard_when_its_runtime_goes_on_after_a_pause_is_not_a_silent_one() {
    let (mut rig, server) = Rig::start(LinkConfig::default(), None).await;
    let (a, b) = (get("a"), get("b"));
    let mut first = submit(&rig.link, &server, &a).await;
    let _second = submit(&rig.link, &server, &b).await;
    sleep(Duration::from_secs(1)).await;

    stand_still(Duration::from_secs(20));
    server.send(b"+A\r\n");
    assert!(poll(&mut first).is_ready());
    sleep(Duration::from_secs(2)).await;

    assert!(rig.servers.try_recv().is_err(), "another socket was dialled");
}
