//! Servers that are slow, silent, or hang up: what counts as alive, and how often they are dialled.

use super::*;

/// Answers nothing for `seconds`, and sends `bytes` every 100 ms meanwhile.
async fn drip(server: &mut DuplexStream, bytes: &[u8], seconds: u32) {
    for _ in 0..seconds * 10 {
        tokio::time::sleep(Duration::from_millis(100)).await;
        server.write_all(bytes).await.unwrap();
    }
}

/// What was written to the server and not read yet.
async fn unread(server: &mut DuplexStream) -> usize {
    let mut rest = [0; 4096];
    tokio::time::timeout(Duration::from_millis(1), server.read(&mut rest)).await.map_or(0, Result::unwrap)
}

/// A connection that was at rest for longer than it is trusted.
async fn long_idle(config: LinkConfig) -> (Setup, DuplexStream) {
    let mut setup = start(config);
    let server = setup.servers.recv().await.unwrap();
    until(|| setup.link.is_up()).await;
    tokio::time::sleep(Duration::from_secs(31)).await;
    (setup, server)
}

#[tokio::test(start_paused = true)]
async fn a_server_that_sends_pushes_is_alive_however_late_its_replies() {
    let mut setup = start(config());
    let mut server = setup.servers.recv().await.unwrap();
    let a = get("a");
    let call = submit(&setup.link, &mut server, &a).await;

    drip(&mut server, b">1\r\n+p\r\n", 12).await;

    assert!(call.await.is_err());
    assert_eq!(unread(&mut server).await, 0, "no probe");
    assert!(setup.servers.try_recv().is_err(), "no replacement");
}

#[tokio::test(start_paused = true)]
async fn a_server_that_is_still_sending_a_reply_is_alive() {
    let mut setup = start(LinkConfig { frame_timeout: Duration::from_secs(60), ..config() });
    let mut server = setup.servers.recv().await.unwrap();
    let a = get("a");
    let call = submit(&setup.link, &mut server, &a).await;
    server.write_all(b"$100000\r\n").await.unwrap();

    drip(&mut server, b"x", 12).await;

    assert!(call.await.is_err());
    assert_eq!(unread(&mut server).await, 0, "no probe");
    assert!(setup.servers.try_recv().is_err(), "no replacement");
}

#[tokio::test(start_paused = true)]
async fn a_connection_that_brings_pushes_is_not_idle() {
    let mut setup = start(config());
    let mut server = setup.servers.recv().await.unwrap();
    until(|| setup.link.is_up()).await;
    drip(&mut server, b">1\r\n+p\r\n", 40).await;
    let a = get("a");
    let mut call = setup.link.call(&a);

    begin(&mut call).await;

    expect(&mut server, &a).await;
}

#[tokio::test(start_paused = true)]
async fn a_server_that_stops_reading_is_replaced() {
    let mut setup = start_with(config(), 64, None);
    let mut stuck = setup.servers.recv().await.unwrap();
    let long = Command::new("SET").arg("key").arg("v".repeat(1000));
    let began = Instant::now();

    assert!(setup.link.call(&long).await.is_err());
    let _next = setup.servers.recv().await.unwrap();

    let took = began.elapsed();
    assert!(took >= Duration::from_millis(7_400) && took < Duration::from_millis(7_700), "{took:?}");
    until(|| setup.link.stats().closed_by(CloseReason::Silent) == 1).await;
    let mut rest = Vec::new();
    stuck.read_to_end(&mut rest).await.unwrap();
    assert_eq!(rest.len(), 64);
}

#[tokio::test(start_paused = true)]
async fn replies_that_came_before_the_server_hung_up_are_handed_out_though_writing_fails() {
    let mut setup = start_with(config(), 64, None);
    let mut server = setup.servers.recv().await.unwrap();
    let (a, long) = (get("a"), Command::new("SET").arg("key").arg("v".repeat(1000)));
    let (mut first, mut second) = (setup.link.call(&a), setup.link.call(&long));
    begin(&mut first).await;
    begin(&mut second).await;
    expect(&mut server, &a).await;
    tokio::time::sleep(Duration::from_millis(10)).await;

    server.write_all(b"+A\r\n").await.unwrap();
    drop(server);

    assert_eq!(text(first.await), "+A\r\n");
    drop(second);
}

#[tokio::test(start_paused = true)]
async fn a_failed_check_leaves_the_commands_behind_it_half_of_their_time() {
    let second = Duration::from_secs(1);
    let (mut setup, mut dead) = long_idle(LinkConfig { attempt_timeout: Some(second), ..config() }).await;
    let a = get("a");
    let mut call = setup.link.call(&a);
    begin(&mut call).await;
    expect(&mut dead, &Command::new("PING")).await;

    let mut server = setup.servers.recv().await.unwrap();

    expect(&mut server, &a).await;
    server.write_all(b"+A\r\n").await.unwrap();
    assert_eq!(text(call.await), "+A\r\n");
}

#[tokio::test(start_paused = true)]
async fn a_server_that_hangs_up_on_everybody_is_not_dialled_in_a_storm() {
    let mut setup = start(config());
    let began = Instant::now();
    let mut dials = 0;

    while began.elapsed() < Duration::from_secs(12) {
        drop(setup.servers.recv().await.unwrap());
        dials += 1;
    }

    assert!(dials <= 100 + 10 * 5, "{dials}");
    let server = setup.servers.recv().await.unwrap();
    tokio::time::sleep(Duration::from_secs(2)).await;
    let lost = Instant::now();
    drop(server);
    setup.servers.recv().await.unwrap();
    assert!(lost.elapsed() <= Duration::from_millis(12), "an outage of its own: {:?}", lost.elapsed());
}

#[tokio::test(start_paused = true)]
async fn a_renewal_that_the_server_refuses_ends_and_the_link_serves_on() {
    let mut setup = start(config());
    let mut server = setup.servers.recv().await.unwrap();
    until(|| setup.link.is_up()).await;
    *setup.script.refusal.lock().unwrap() = Some(ServerError::from_line(b"WRONGPASS no"));

    setup.link.renew();
    tokio::time::sleep(Duration::from_secs(20)).await;

    let mut dials = 0;
    while setup.servers.try_recv().is_ok() {
        dials += 1;
    }
    assert_eq!(dials, 1);
    let a = get("a");
    let call = submit(&setup.link, &mut server, &a).await;
    server.write_all(b"+A\r\n").await.unwrap();
    assert_eq!(text(call.await), "+A\r\n");
}

#[tokio::test(start_paused = true)]
async fn a_renewal_asked_for_again_goes_on_with_the_dial_under_way() {
    let mut setup = start(config());
    let _server = setup.servers.recv().await.unwrap();
    until(|| setup.link.is_up()).await;
    *setup.script.greeting_takes.lock().unwrap() = Duration::from_millis(2_500);

    for _ in 0..4 {
        setup.link.renew();
        tokio::time::sleep(Duration::from_millis(1_100)).await;
    }

    assert_eq!(setup.link.stats().closed_by(CloseReason::Renewed), 1);
}

#[tokio::test(start_paused = true)]
async fn closing_does_not_wait_for_a_reply_that_nobody_wants() {
    let mut setup = start(config());
    let mut server = setup.servers.recv().await.unwrap();
    let a = get("a");
    let call = submit(&setup.link, &mut server, &a).await;
    drop(call);
    let began = Instant::now();

    setup.link.close(Duration::from_secs(3)).await;

    assert!(began.elapsed() < Duration::from_millis(10), "{:?}", began.elapsed());
}

#[tokio::test(start_paused = true)]
async fn an_idle_link_gives_the_memory_of_a_burst_back() {
    let mut setup = start_with(config(), 4 * 1024 * 1024, None);
    let mut server = setup.servers.recv().await.unwrap();
    let command = Command::new("SET").arg("key").arg("v".repeat(100));
    let mut calls: Vec<_> = (0..1_000).map(|_| setup.link.call(&command)).collect();
    for call in &mut calls {
        begin(call).await;
    }
    for _ in 0..1_000 {
        expect(&mut server, &command).await;
    }
    server.write_all(&b"+OK\r\n".repeat(1_000)).await.unwrap();
    for call in calls {
        call.await.unwrap();
    }
    assert!(setup.link.shared.lock().core.memory() > 100_000);

    tokio::time::sleep(Duration::from_secs(2)).await;

    assert_eq!(setup.link.shared.lock().core.memory(), 0);
    let call = submit(&setup.link, &mut server, &command).await;
    server.write_all(b"+OK\r\n").await.unwrap();
    assert_eq!(text(call.await), "+OK\r\n");
}

#[tokio::test(start_paused = true)]
async fn a_command_that_waits_for_a_renewed_link_keeps_most_of_its_time() {
    let mut setup = start(config());
    let mut old = setup.servers.recv().await.unwrap();
    until(|| setup.link.is_up()).await;
    let (slow, b) = (get("slow"), get("b"));
    let _sent = submit(&setup.link, &mut old, &slow).await;
    setup.link.renew();
    let mut new = setup.servers.recv().await.unwrap();
    tokio::time::sleep(Duration::from_millis(100)).await;
    let began = Instant::now();
    let mut next = setup.link.call(&b);
    begin(&mut next).await;

    expect(&mut new, &b).await;

    assert!(began.elapsed() < Duration::from_millis(1_500), "{:?}", began.elapsed());
    new.write_all(b"+B\r\n").await.unwrap();
    assert_eq!(text(next.await), "+B\r\n");
}

#[tokio::test(start_paused = true)]
async fn a_silent_socket_is_probed_and_replaced_only_when_the_new_one_has_greeted() {
    let mut setup = start(config());
    let mut silent = setup.servers.recv().await.unwrap();
    let (a, b) = (get("a"), get("b"));
    let began = Instant::now();

    assert!(setup.link.call(&a).await.is_err());
    let _next = setup.servers.recv().await.unwrap();

    let took = began.elapsed();
    assert!(took >= Duration::from_millis(7_400) && took < Duration::from_millis(7_700), "{took:?}");
    expect(&mut silent, &a).await;
    expect(&mut silent, &Command::new("PING")).await;
    until(|| setup.link.stats().closed_by(CloseReason::Silent) == 1).await;
    let mut call = setup.link.call(&b);
    begin(&mut call).await;
    let mut server = _next;
    expect(&mut server, &b).await;
    server.write_all(b"+B\r\n").await.unwrap();
    assert_eq!(text(call.await), "+B\r\n");
}

#[tokio::test(start_paused = true)]
async fn bytes_on_the_old_socket_call_the_replacement_off() {
    let mut setup = start(config());
    let mut silent = setup.servers.recv().await.unwrap();
    let (a, b) = (get("a"), get("b"));
    assert!(setup.link.call(&a).await.is_err());
    setup.script.down.store(true, Ordering::SeqCst);
    tokio::time::sleep(Duration::from_secs(4)).await;

    silent.write_all(b"+late\r\n+PONG\r\n").await.unwrap();

    setup.script.down.store(false, Ordering::SeqCst);
    let mut call = setup.link.call(&b);
    begin(&mut call).await;
    expect(&mut silent, &a).await;
    expect(&mut silent, &Command::new("PING")).await;
    expect(&mut silent, &b).await;
    silent.write_all(b"+B\r\n").await.unwrap();
    assert_eq!(text(call.await), "+B\r\n");
    assert_eq!(setup.link.stats().connects, 1);
}

#[tokio::test(start_paused = true)]
async fn a_long_idle_connection_is_asked_before_the_next_command() {
    let (setup, mut server) = long_idle(config()).await;
    let a = get("a");
    let mut call = setup.link.call(&a);
    begin(&mut call).await;

    expect(&mut server, &Command::new("PING")).await;
    expect_silence(&mut server).await;
    server.write_all(b"+PONG\r\n").await.unwrap();

    expect(&mut server, &a).await;
    server.write_all(b"+A\r\n").await.unwrap();
    assert_eq!(text(call.await), "+A\r\n");
}

#[tokio::test(start_paused = true)]
async fn a_check_that_fails_costs_the_command_nothing() {
    let (mut setup, mut dead) = long_idle(config()).await;
    let a = get("a");
    let mut call = setup.link.call(&a);
    begin(&mut call).await;
    expect(&mut dead, &Command::new("PING")).await;

    let mut server = tokio::select! {
        server = setup.servers.recv() => server.unwrap(),
        reply = &mut call => panic!("{reply:?}"),
    };

    expect(&mut server, &a).await;
    server.write_all(b"+A\r\n").await.unwrap();
    assert_eq!(text(call.await), "+A\r\n");
    assert_eq!(setup.link.stats().closed_by(CloseReason::CheckFailed), 1);
}

#[tokio::test(start_paused = true)]
async fn a_reply_that_was_waited_for_for_hours_sets_the_clock_going_again() {
    let mut setup = start(config().for_lease());
    let mut server = setup.servers.recv().await.unwrap();
    let a = get("a");
    let call = submit(&setup.link, &mut server, &a).await;
    tokio::time::sleep(Duration::from_secs(3 * 3600)).await;
    assert!(!setup.link.shared.lock().core.ticking);

    server.write_all(b"+A\r\n").await.unwrap();

    assert_eq!(text(call.await), "+A\r\n");
    assert!(setup.link.idle_for() < Duration::from_secs(1), "{:?}", setup.link.idle_for());
    tokio::time::sleep(Duration::from_secs(3)).await;
    assert_eq!(setup.link.shared.lock().core.memory(), 0, "all is given back");
}
