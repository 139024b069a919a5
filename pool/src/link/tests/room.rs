//! A full link: who waits, in which order, and for how long.

use super::*;

#[tokio::test(start_paused = true)]
async fn a_full_link_makes_callers_wait_in_order() {
    let mut setup = start(LinkConfig { in_flight: 2, ..config() });
    let mut server = setup.servers.recv().await.unwrap();
    until(|| setup.link.is_up()).await;
    let commands = [get("a"), get("b"), get("c"), get("d")];
    let mut calls: Vec<_> = commands.iter().map(|command| setup.link.call(command)).collect();
    for call in &mut calls {
        begin(call).await;
    }
    expect(&mut server, &commands[0]).await;
    expect(&mut server, &commands[1]).await;
    assert_eq!(setup.link.stats().waiting_for_room, 2);
    expect_silence(&mut server).await;

    server.write_all(b"+A\r\n+B\r\n").await.unwrap();
    let mut calls = calls.into_iter();
    assert_eq!(text(calls.next().unwrap().await), "+A\r\n");
    assert_eq!(text(calls.next().unwrap().await), "+B\r\n");
    let (mut third, mut fourth) = (calls.next().unwrap(), calls.next().unwrap());
    begin(&mut fourth).await;
    begin(&mut third).await;
    begin(&mut fourth).await;

    expect(&mut server, &commands[2]).await;
    expect(&mut server, &commands[3]).await;
    server.write_all(b"+C\r\n+D\r\n").await.unwrap();
    assert_eq!(text(third.await), "+C\r\n");
    assert_eq!(text(fourth.await), "+D\r\n");
}

#[tokio::test(start_paused = true)]
async fn waiting_for_room_spends_the_same_deadline_and_names_the_figures() {
    let mut setup = start(LinkConfig { in_flight: 1, ..config() });
    let _server = setup.servers.recv().await.unwrap();
    until(|| setup.link.is_up()).await;
    let (a, b) = (get("a"), get("b"));
    let mut first = setup.link.call(&a);
    begin(&mut first).await;
    let began = Instant::now();

    let error = setup.link.call(&b).await.unwrap_err();

    assert!(began.elapsed() <= Duration::from_millis(5_050));
    let LinkError::Full { in_flight_limit: 1, .. } = error else { panic!("{error:?}") };
    assert_eq!(error.outcome(), Outcome::NotSent);
    assert!(error.to_string().contains("of 1 replies awaited"), "{error}");
}

#[tokio::test(start_paused = true)]
async fn one_oversized_submission_is_admitted_alone() {
    let mut setup = start(LinkConfig { in_flight_bytes: 100, ..config() });
    let mut server = setup.servers.recv().await.unwrap();
    until(|| setup.link.is_up()).await;
    let big = Command::new("SET").arg("k").arg("v".repeat(5_000));
    let mut call = setup.link.call(&big);
    begin(&mut call).await;

    expect(&mut server, &big).await;
    server.write_all(b"+OK\r\n").await.unwrap();

    assert_eq!(text(call.await), "+OK\r\n");
}

#[tokio::test(start_paused = true)]
async fn a_waiter_that_goes_away_lets_the_next_one_in() {
    let mut setup = start(LinkConfig { in_flight: 1, ..config() });
    let mut server = setup.servers.recv().await.unwrap();
    until(|| setup.link.is_up()).await;
    let commands = [get("a"), get("b"), get("c")];
    let mut calls: Vec<_> = commands.iter().map(|command| setup.link.call(command)).collect();
    for call in &mut calls {
        begin(call).await;
    }
    let mut last = calls.pop().unwrap();
    let gone = calls.pop().unwrap();
    expect(&mut server, &commands[0]).await;
    server.write_all(b"+A\r\n").await.unwrap();
    assert_eq!(text(calls.pop().unwrap().await), "+A\r\n");

    drop(gone);
    begin(&mut last).await;

    expect(&mut server, &commands[2]).await;
    server.write_all(b"+C\r\n").await.unwrap();
    assert_eq!(text(last.await), "+C\r\n");
}

#[tokio::test(start_paused = true)]
async fn a_limit_of_ones_own_holds_behind_whoever_waits_for_longer() {
    for in_flight in [10, 1] {
        let mut setup = start(LinkConfig { in_flight, attempt_timeout: None, ..config() });
        let mut server = setup.servers.recv().await.unwrap();
        let (a, b, c) = (get("a"), get("b"), get("c"));
        let first = submit(&setup.link, &mut server, &a).await;
        let mut second = setup.link.call(&b);
        begin(&mut second).await;

        // Sent behind the first, or waiting for room behind the second.
        let limit = Duration::from_millis(100);
        let began = Instant::now();
        let third = setup.link.call_within(&c, limit);
        let told = tokio::time::timeout(Duration::from_secs(30), third).await.expect("nobody told it");

        let took = began.elapsed();
        assert!(matches!(told, Err(LinkError::Timeout { .. } | LinkError::Full { .. })), "{told:?}");
        assert!(took >= limit && took <= limit + Duration::from_millis(50), "{took:?}");
        server.write_all(b"+A\r\n").await.unwrap();
        assert_eq!(text(first.await), "+A\r\n");
        drop(second);
    }
}
