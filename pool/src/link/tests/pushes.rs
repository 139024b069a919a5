//! Pushes, and the sink that takes them.

use super::*;

/// Remembers pushes, and panics on demand.
#[derive(Default)]
struct Sink {
    seen: Mutex<Vec<String>>,
    ends: Mutex<Vec<CloseReason>>,
    panics: AtomicBool,
}

impl PushSink for Sink {
    fn is_answer(&self, frame: &[u8]) -> bool {
        frame.starts_with(b">1\r\n+answer")
    }

    fn down(&self, reason: CloseReason) {
        self.ends.lock().unwrap().push(reason);
    }

    fn push(&self, frame: Reply) {
        assert!(!self.panics.swap(false, Ordering::SeqCst), "as the test asked");
        self.seen.lock().unwrap().push(String::from_utf8(frame.as_bytes().to_vec()).unwrap());
    }
}

#[tokio::test(start_paused = true)]
async fn pushes_go_to_the_sink_and_never_touch_the_order_of_replies() {
    let sink = Arc::new(Sink::default());
    let mut setup = start_with(config(), 64 * 1024, Some(sink.clone()));
    let mut server = setup.servers.recv().await.unwrap();
    let (a, b) = (get("a"), get("b"));
    let (mut first, mut second) = (setup.link.call(&a), setup.link.call(&b));
    begin(&mut first).await;
    begin(&mut second).await;
    expect(&mut server, &a).await;
    expect(&mut server, &b).await;

    server.write_all(b">1\r\n+p1\r\n+A\r\n>1\r\n+p2\r\n>1\r\n+p3\r\n+B\r\n").await.unwrap();

    assert_eq!(text(first.await), "+A\r\n");
    assert_eq!(text(second.await), "+B\r\n");
    assert_eq!(*sink.seen.lock().unwrap(), [">1\r\n+p1\r\n", ">1\r\n+p2\r\n", ">1\r\n+p3\r\n"]);
    assert_eq!(setup.link.stats().pushes, 3);
}

/// Two commands that pushes answer.
struct Subscription([Command; 2]);

impl Payload for Subscription {
    fn frames(&self) -> usize {
        self.0.len()
    }

    fn encoded_len(&self) -> usize {
        self.0.iter().map(Command::encoded_len).sum()
    }

    fn encode(&self, out: &mut Outbox) {
        self.0.iter().for_each(|command| command.encode(out));
    }

    fn answered_by_pushes(&self) -> bool {
        true
    }
}

#[tokio::test(start_paused = true)]
async fn pushes_answer_what_says_so_and_nothing_else() {
    let sink = Arc::new(Sink::default());
    let mut setup = start_with(config(), 64 * 1024, Some(sink.clone()));
    let mut server = setup.servers.recv().await.unwrap();
    let (a, b) = (get("a"), get("b"));
    let subscription = Subscription([Command::new("SUBSCRIBE").arg("x"), Command::new("SUBSCRIBE").arg("y")]);
    let mut first = setup.link.call(&a);
    let mut second = setup.link.call(&subscription);
    let mut third = setup.link.call(&b);
    for call in [&mut first, &mut third] {
        begin(call).await;
    }
    begin(&mut second).await;
    for command in [&a, &b, &subscription.0[0], &subscription.0[1]] {
        expect(&mut server, command).await;
    }

    // The first comes while others are still to be answered, the third is no answer, the last one nobody awaits.
    let stream =
        b">1\r\n+answer 0\r\n+A\r\n+B\r\n>1\r\n+answer 1\r\n>1\r\n+other\r\n-NOPERM y\r\n>1\r\n+answer 2\r\n";
    server.write_all(stream).await.unwrap();

    assert_eq!(text(first.await), "+A\r\n");
    assert_eq!(text(third.await), "+B\r\n");
    let answers: Vec<Bytes> = second.await.unwrap().into_iter().map(Reply::into_bytes).collect();
    assert_eq!(answers, [&b">1\r\n+answer 1\r\n"[..], b"-NOPERM y\r\n"]);
    let seen = ["answer 0", "answer 1", "other", "answer 2"].map(|word| format!(">1\r\n+{word}\r\n"));
    assert_eq!(*sink.seen.lock().unwrap(), seen);
    assert!(setup.link.is_up());
}

#[tokio::test(start_paused = true)]
async fn the_sink_hears_of_the_end_of_a_socket_though_nobody_calls() {
    let sink = Arc::new(Sink::default());
    let mut setup = start_with(config(), 64 * 1024, Some(sink.clone()));
    let server = setup.servers.recv().await.unwrap();

    drop(server);
    let again = setup.servers.recv().await.unwrap();

    assert_eq!(*sink.ends.lock().unwrap(), [CloseReason::Ended]);
    drop((setup.link, again));
    assert_eq!(sink.ends.lock().unwrap().last(), Some(&CloseReason::Closed));
}

#[tokio::test(start_paused = true)]
async fn a_panic_in_the_driver_fails_callers_at_once_and_is_survived() {
    let sink = Arc::new(Sink::default());
    let mut setup = start_with(config(), 64 * 1024, Some(sink.clone()));
    let mut server = setup.servers.recv().await.unwrap();
    sink.panics.store(true, Ordering::SeqCst);
    let (a, b) = (get("a"), get("b"));
    let call = submit(&setup.link, &mut server, &a).await;

    server.write_all(b">1\r\n+boom\r\n").await.unwrap();

    let error = call.await.unwrap_err();
    assert!(matches!(error, LinkError::Lost { reason: CloseReason::Panic, .. }), "{error:?}");
    let mut server = setup.servers.recv().await.unwrap();
    let call = submit(&setup.link, &mut server, &b).await;
    server.write_all(b"+B\r\n").await.unwrap();
    assert_eq!(text(call.await), "+B\r\n");
}
