//! How sockets end, and what the inlet and the driver make of it.

use super::*;
use crate::simulated::caller::Caller;
use crate::turns::step_back;

#[tokio::test(start_paused = true)]
async fn how_a_socket_ended_is_told_after_the_replies_that_came_before_it() {
    type Ending = (fn(&ServerEnd), CloseReason);
    let endings: [Ending; 4] = [
        (|server| server.end(End::Closed), CloseReason::Ended),
        (|server| server.end(End::Reset), CloseReason::Io),
        (|server| assert!(server.send(b"$1\r\nxyz")), CloseReason::Framing),
        (|server| assert!(server.send(b"+B\r\n+C\r\n+D\r\n")), CloseReason::UnaskedReply),
    ];
    for (end, expected) in endings {
        let (rig, server) = Rig::start(LinkConfig::default(), None).await;
        let (a, b) = (get("a"), get("b"));
        let mut first = submit(&rig.link, &server, &a).await;
        let mut second = submit(&rig.link, &server, &b).await;

        server.send(b"+A\r\n");
        end(&server);

        assert_eq!(text(poll(&mut first)), "+A\r\n");
        settle().await;
        if expected == CloseReason::UnaskedReply {
            assert_eq!(text(poll(&mut second)), "+B\r\n");
        } else {
            assert_eq!(reason(poll(&mut second)), expected);
        }
        assert_eq!(rig.link.stats().closed_by(expected), 1, "{:?}", rig.link);
        assert!(server.client_is_gone());
    }
}

#[tokio::test(start_paused = true)]
async fn nothing_is_sent_any_more_on_a_socket_that_ended_right_behind_its_last_reply() {
    for end in [End::Finished, End::Closed, End::Reset] {
        let (mut rig, server) = Rig::start(LinkConfig::default(), None).await;
        let (a, b) = (get("a"), get("b"));
        let mut first = submit(&rig.link, &server, &a).await;

        server.send(b"+A\r\n");
        server.end(end);
        // Whoever was answered is run before the driver, and asks again.
        assert_eq!(text(poll(&mut first)), "+A\r\n");
        let mut second = rig.link.call(&b);
        assert!(poll(&mut second).is_pending());

        let next = rig.servers.recv().await.unwrap();
        settle().await;
        assert!(poll(&mut second).is_pending(), "it was sent all the same");
        expect(&next, &b).await;
        next.send(b"+B\r\n");
        assert_eq!(text(poll(&mut second)), "+B\r\n");
    }
}

#[tokio::test(start_paused = true)]
async fn a_batch_that_waits_for_more_is_kept_from_a_socket_that_ends_meanwhile() {
    // However far the driver has come when the inlet finds the end.
    for steps in 0..4 {
        let ending = async move {
            let (mut rig, server) = Rig::start(LinkConfig::default(), None).await;
            let (a, b) = (get("a"), get("b"));
            let mut first = submit(&rig.link, &server, &a).await;
            let mut second = rig.link.call(&b);
            assert!(poll(&mut second).is_pending());
            for _ in 0..steps {
                // The driver does one thing, if this is a task as well.
                step_back().await;
            }
            let sent = pin!(server.read(1)).poll(&mut Context::from_waker(Waker::noop())).is_ready();

            server.end(End::Finished);
            settle().await;

            assert_eq!(reason(poll(&mut first)), CloseReason::Ended);
            if !sent {
                assert!(poll(&mut second).is_pending(), "sent after {steps} steps");
                expect(&rig.servers.recv().await.unwrap(), &b).await;
            }
            sent
        };
        assert_eq!(tokio::spawn(ending).await.unwrap(), steps > 1, "after {steps} steps");
    }
}

#[tokio::test(start_paused = true)]
async fn a_link_whose_end_the_inlet_has_found_does_not_change_hands() {
    for rest in [Duration::ZERO, Duration::from_millis(500)] {
        let (rig, server) = Rig::start(LinkConfig::default(), None).await;
        let a = get("a");
        let mut call = submit(&rig.link, &server, &a).await;
        server.send(b"+A\r\n");
        assert_eq!(text(poll(&mut call)), "+A\r\n");
        sleep(rest).await;
        assert!(rig.link.is_reusable());

        server.send(b"-ERR idle for too long\r\n");

        // What was read is no longer there for a look at the socket.
        assert!(rig.link.is_idle() && !rig.link.is_reusable());
        settle().await;
        assert_eq!(rig.link.stats().closed_by(CloseReason::UnaskedReply), 1);
    }
}

#[tokio::test(start_paused = true)]
async fn a_link_that_is_dropped_closes_its_socket() {
    let (rig, server) = Rig::start(LinkConfig::default(), None).await;
    let a = get("a");
    drop(submit(&rig.link, &server, &a).await);

    drop(rig);
    settle().await;

    assert!(server.client_is_gone());
}

#[tokio::test(start_paused = true)]
async fn what_is_called_while_a_socket_is_given_up_is_for_the_next_one() {
    let caller = Arc::new(Caller::default());
    let (mut rig, server) = Rig::start(LinkConfig::default(), Some(caller.clone())).await;
    let link = Arc::new(rig.link);
    *caller.link.lock().unwrap() = Some(Arc::clone(&link));

    // The push is left to the driver, and with it the end.
    server.send(b">1\r\n+p\r\n");
    server.end(End::Finished);

    let next = rig.servers.recv().await.unwrap();
    let mut call = caller.call.lock().unwrap().take().unwrap();
    settle().await;
    assert!(call.as_mut().poll(&mut Context::from_waker(Waker::noop())).is_pending(), "it was sent");
    expect(&next, &get("a")).await;
}
