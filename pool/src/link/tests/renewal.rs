//! A new socket in the place of one that works: what was sent on the old one is waited for, within bounds.

use super::*;
use crate::simulated::caller::Caller;

#[tokio::test(start_paused = true)]
async fn a_renewed_link_serves_on_until_the_new_socket_has_greeted() {
    let mut setup = start(config());
    let mut old = setup.servers.recv().await.unwrap();
    until(|| setup.link.is_up()).await;
    setup.link.renew();
    setup.link.renew();

    let mut new = setup.servers.recv().await.unwrap();

    until(|| setup.link.stats().closed_by(CloseReason::Renewed) == 1).await;
    let a = get("a");
    let call = submit(&setup.link, &mut new, &a).await;
    new.write_all(b"+A\r\n").await.unwrap();
    assert_eq!(text(call.await), "+A\r\n");
    assert_eq!(old.read(&mut [0; 1]).await.unwrap(), 0, "the old one is closed");
    assert_eq!(setup.link.stats().connects, 2);
}

#[tokio::test(start_paused = true)]
async fn a_renewed_link_waits_for_the_replies_to_what_was_sent() {
    let mut setup = start(config());
    let mut old = setup.servers.recv().await.unwrap();
    until(|| setup.link.is_up()).await;
    let (a, b) = (get("a"), get("b"));
    let sent = submit(&setup.link, &mut old, &a).await;
    setup.link.renew();
    let mut new = setup.servers.recv().await.unwrap();
    tokio::time::sleep(Duration::from_millis(100)).await;
    let mut next = setup.link.call(&b);
    begin(&mut next).await;
    expect_silence(&mut old).await;

    old.write_all(b"+A\r\n").await.unwrap();

    assert_eq!(text(sent.await), "+A\r\n");
    expect(&mut new, &b).await;
    new.write_all(b"+B\r\n").await.unwrap();
    assert_eq!(text(next.await), "+B\r\n");
    assert_eq!(setup.link.stats().lost, 0);
}

#[tokio::test(start_paused = true)]
async fn a_renewed_link_does_not_wait_for_a_reply_that_never_comes() {
    let mut setup = start(config());
    let mut old = setup.servers.recv().await.unwrap();
    until(|| setup.link.is_up()).await;
    let (a, b) = (get("a"), get("b"));
    let sent = submit(&setup.link, &mut old, &a).await;
    setup.link.renew();
    let mut new = setup.servers.recv().await.unwrap();

    assert!(sent.await.is_err());
    until(|| setup.link.stats().closed_by(CloseReason::Renewed) == 1).await;

    let next = submit(&setup.link, &mut new, &b).await;
    new.write_all(b"+B\r\n").await.unwrap();
    assert_eq!(text(next.await), "+B\r\n");
}

#[tokio::test(start_paused = true)]
async fn a_call_made_while_an_idle_link_is_renewed_has_all_of_its_time() {
    let sink = Arc::new(Caller::default());
    let idle = LinkConfig { health_check_interval: None, ..config() };
    let mut setup = start_with(idle, 64 * 1024, Some(sink.clone()));
    let _old = setup.servers.recv().await.unwrap();
    until(|| setup.link.is_up()).await;
    tokio::time::sleep(Duration::from_secs(60)).await;
    let link = Arc::new(setup.link);
    *sink.link.lock().unwrap() = Some(Arc::clone(&link));

    link.renew();
    let mut new = setup.servers.recv().await.unwrap();
    until(|| link.stats().connects == 2).await;

    expect(&mut new, &get("a")).await;
    tokio::time::sleep(Duration::from_secs(4)).await;
    new.write_all(b"+A\r\n").await.unwrap();
    let call = sink.call.lock().unwrap().take().unwrap();
    assert_eq!(text(call.await), "+A\r\n");
}
