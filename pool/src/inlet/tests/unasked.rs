//! What a server says unasked: behind its greeting, and before a command that has gone out already.

use super::*;

/// Asks for a greeting.
struct Polite(Target);

impl Connector for Polite {
    async fn target(&self) -> Result<Target, ConnectError> {
        Ok(self.0.clone())
    }

    async fn greet(&self, exchange: &mut Exchange<'_>) -> Result<(), ConnectError> {
        exchange.send(b"HELLO").await?;
        exchange.read().await.map(drop)
    }

    fn probe(&self) -> Bytes {
        Command::new("PING").to_bytes()
    }

    fn cleanse(&self, _: Dirt) -> Option<Bytes> {
        None
    }
}

#[tokio::test(start_paused = true)]
async fn what_came_with_the_greeting_is_handed_out_without_another_byte() {
    let (sender, mut servers) = mpsc::unbounded_channel();
    let dialer = PipeDialer::sockets(move || {
        let (ours, theirs) = connect(&mut Rng::with_seed(7), 1 << 20, true);
        sender.send(theirs).unwrap();
        async move { Ok(Socket::Simulated(ours)) }
    });
    let log = Arc::new(Log::default());
    let connector = Arc::new(Polite(Target::Pipe(dialer)));
    let link = Link::spawn(connector, LinkConfig::default(), Some(log.clone()));
    let server = servers.recv().await.unwrap();
    settle().await;

    server.send(b"+OK\r\n>1\r\n+p\r\n");
    settle().await;

    assert!(link.is_up());
    assert_eq!(log.take(), [">1\r\n+p\r\n"]);
}

#[tokio::test(start_paused = true)]
async fn a_reply_that_nobody_asked_for_is_not_given_to_the_next_who_asks() {
    let (mut rig, server) = Rig::start(LinkConfig::default(), None).await;
    let (a, b) = (get("a"), get("b"));
    let mut before = submit(&rig.link, &server, &a).await;
    server.send(b"+A\r\n");
    assert!(poll(&mut before).is_ready());

    // Nobody but the inlet knows of it yet.
    server.send(b"+who?\r\n");
    let mut call = rig.link.call(&b);
    assert!(poll(&mut call).is_pending());

    let next = rig.servers.recv().await.unwrap();
    settle().await;
    assert!(poll(&mut call).is_pending(), "it was sent all the same");
    expect(&next, &b).await;
    next.send(b"+B\r\n");
    assert_eq!(text(poll(&mut call)), "+B\r\n");
    assert_eq!(rig.link.stats().closed_by(CloseReason::UnaskedReply), 1);
}
