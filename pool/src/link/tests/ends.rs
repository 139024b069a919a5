//! Links that end: with their runtime, and because they are closed.

use super::*;

#[test]
fn callers_of_a_link_whose_runtime_is_gone_fail_at_once() {
    let gone = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let setup = gone.block_on(async {
        let mut setup = start(config());
        setup.servers.recv().await.unwrap();
        setup
    });
    drop(gone);
    let here = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();

    let a = get("a");
    let error = here.block_on(setup.link.call(&a)).unwrap_err();

    assert!(matches!(error, LinkError::Closed { reason: CloseReason::RuntimeGone }), "{error:?}");
}

#[test]
fn callers_of_a_link_whose_runtime_never_ran_are_told_when_it_goes() {
    let gone = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let entered = gone.enter();
    let setup = start(config());
    drop(entered);
    let a = get("a");
    let mut call = setup.link.call(&a);
    let mut cx = Context::from_waker(std::task::Waker::noop());
    assert!(Pin::new(&mut call).poll(&mut cx).is_pending());

    drop(gone);

    let told = Pin::new(&mut call).poll(&mut cx);
    assert!(
        matches!(told, Poll::Ready(Err(LinkError::Closed { reason: CloseReason::RuntimeGone }))),
        "{told:?}"
    );
}

#[tokio::test(start_paused = true)]
async fn a_closed_link_finishes_what_is_under_way_and_refuses_the_rest() {
    let mut setup = start(config());
    let mut server = setup.servers.recv().await.unwrap();
    let (a, b) = (get("a"), get("b"));
    let call = submit(&setup.link, &mut server, &a).await;

    let closing = setup.link.close(Duration::from_secs(1));
    let answer = async {
        tokio::time::sleep(Duration::from_millis(100)).await;
        let refused = setup.link.call(&b).await.unwrap_err();
        server.write_all(b"+A\r\n").await.unwrap();
        let reply = call.await;
        (refused, reply)
    };
    let ((), (refused, reply)) = tokio::join!(closing, answer);

    assert_eq!(text(reply), "+A\r\n");
    assert!(matches!(refused, LinkError::Closed { reason: CloseReason::Closed }), "{refused:?}");
    assert_eq!(setup.link.ended(), Some(CloseReason::Closed));
}
