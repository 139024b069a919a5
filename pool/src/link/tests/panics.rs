//! A connector that panics, as one does that asks its user for credentials.

use std::sync::atomic::AtomicUsize;

use super::*;

/// Panics when it is to greet, as long as it is told to.
struct Panics {
    script: Arc2<Script>,
    now: Arc<AtomicBool>,
    dials: Arc<AtomicUsize>,
}

impl Connector for Panics {
    async fn target(&self) -> Result<Target, ConnectError> {
        self.script.target().await
    }

    async fn greet(&self, _: &mut Exchange<'_>) -> Result<(), ConnectError> {
        // So that it ends though nothing slows it down.
        if self.dials.fetch_add(1, Ordering::SeqCst) > 1_000 {
            std::future::pending::<()>().await;
        }
        assert!(!self.now.load(Ordering::SeqCst), "no credentials today");
        Ok(())
    }

    fn probe(&self) -> Bytes {
        self.script.probe()
    }

    fn cleanse(&self, _: Dirt) -> Option<Bytes> {
        None
    }
}

struct Panicking {
    link: Link,
    servers: mpsc::UnboundedReceiver<DuplexStream>,
    now: Arc<AtomicBool>,
    dials: Arc<AtomicUsize>,
}

fn start_panicking(now: bool) -> Panicking {
    let (script, servers) = script(64 * 1024);
    let (now, dials) = (Arc::new(AtomicBool::new(now)), Arc::default());
    let connector = Panics { script: Arc2(script), now: Arc::clone(&now), dials: Arc::clone(&dials) };
    Panicking { link: Link::spawn(Arc::new(connector), config(), None), servers, now, dials }
}

#[tokio::test(start_paused = true)]
async fn a_greeting_that_panics_is_a_failed_attempt_and_repeated_at_the_usual_pace() {
    let setup = start_panicking(true);
    let a = get("a");
    let began = Instant::now();

    let error = setup.link.call(&a).await.unwrap_err();

    assert!(matches!(error, LinkError::NotConnected { source: ConnectError::Panicked }), "{error:?}");
    assert!(began.elapsed() <= Duration::from_millis(5_050), "{:?}", began.elapsed());
    let dials = setup.dials.load(Ordering::SeqCst);
    assert!(dials < 200, "{dials} in five seconds");
    setup.now.store(false, Ordering::SeqCst);
    until(|| setup.link.is_up()).await;
}

#[tokio::test(start_paused = true)]
async fn a_greeting_that_panics_does_not_cost_the_socket_that_was_to_be_replaced() {
    let mut setup = start_panicking(false);
    let mut server = setup.servers.recv().await.unwrap();
    let a = get("a");
    let call = submit(&setup.link, &mut server, &a).await;
    setup.now.store(true, Ordering::SeqCst);

    setup.link.renew();
    setup.servers.recv().await.unwrap();
    tokio::time::sleep(Duration::from_secs(1)).await;

    server.write_all(b"+A\r\n").await.unwrap();
    assert_eq!(text(call.await), "+A\r\n");
    assert_eq!(setup.link.stats().closed_by(CloseReason::Panic), 0);
}
