//! The driver over TLS.

use std::sync::mpsc;
use std::thread;

use bytes::Bytes;
use redlane_resp::command::Command;
use tokio::sync::watch;
use tokio::time::timeout;

use super::*;
use crate::config::LinkConfig;
use crate::connector::{Connector, Dirt, Exchange};
use crate::link::Link;

/// Where to connect, and whether the server speaks first.
struct Encrypted(Target, bool);

impl Connector for Encrypted {
    async fn target(&self) -> Result<Target, ConnectError> {
        Ok(self.0.clone())
    }

    async fn greet(&self, exchange: &mut Exchange<'_>) -> Result<(), ConnectError> {
        if self.1 { exchange.read().await.map(drop) } else { Ok(()) }
    }

    fn probe(&self) -> Bytes {
        Bytes::from_static(b"*1\r\n$4\r\nPING\r\n")
    }

    fn cleanse(&self, _: Dirt) -> Option<Bytes> {
        None
    }
}

/// A quarter of what TLS holds back at most.
fn command() -> Command {
    Command::new("SET").arg("key").arg(vec![b'v'; 16_000])
}

/// A link to a server that reads nothing until it is told to, and then tells how many bytes came in all.
struct Held {
    link: Link,
    go: watch::Sender<bool>,
    count: watch::Receiver<usize>,
}

impl Held {
    async fn start() -> Self {
        let authority = Authority::new("ours");
        let (go, wait) = watch::channel(false);
        let (tell, count) = watch::channel(0);
        let port = serve(authority.identity(&["localhost"]), move |mut stream| {
            let (mut wait, tell) = (wait.clone(), tell.clone());
            async move {
                wait.wait_for(|go| *go).await.unwrap();
                let mut bytes = vec![0; 64 * 1024];
                while let Ok(read @ 1..) = stream.read(&mut bytes).await {
                    tell.send_modify(|count| *count += read);
                }
            }
        })
        .await;
        let target = Target::tls("localhost", port, Tls::new(trusting(&authority.certificate)));
        let link = Link::spawn(Arc::new(Encrypted(target, false)), LinkConfig::default(), None);
        Held { link, go, count }
    }

    /// Sends up to `most` commands, one batch each, and says after how many no more are taken.
    async fn send(&self, most: u64) -> u64 {
        let command = command();
        while !self.link.is_up() {
            tokio::task::yield_now().await;
        }
        for sent in 0..most {
            let mut call = Box::pin(self.link.call(&command));
            poll_fn(|cx| Poll::Ready(call.as_mut().poll(cx).is_pending())).await;
            // A tombstone: the bytes go out, nobody waits for the reply.
            for turn in 0.. {
                if self.link.stats().batches > sent {
                    break;
                }
                if turn > 1_000 {
                    return sent;
                }
                tokio::task::yield_now().await;
            }
            drop(call);
        }
        most
    }
}

#[tokio::test]
async fn what_tls_holds_back_while_the_server_does_not_read_is_sent_on() {
    let full = Held::start().await.send(u64::MAX).await;

    // Somewhere below, the kernel takes no more and TLS still does.
    for fewer in 1..=6 {
        let mut held = Held::start().await;
        let sent = held.send(full - fewer).await;
        held.go.send(true).unwrap();

        let all = usize::try_from(sent).unwrap() * command().encoded_len();
        let came = timeout(LIMIT, held.count.wait_for(|count| *count == all)).await;
        assert!(came.is_ok_and(|came| came.is_ok()), "{fewer} fewer than {full}: bytes stay behind");
    }
}

#[tokio::test]
async fn a_link_whose_end_the_driver_has_not_seen_yet_is_not_reusable() {
    let authority = Authority::new("ours");
    let identity = authority.identity(&["localhost"]);
    let (tell, told) = mpsc::channel();
    let (hang_up, wait) = mpsc::channel::<()>();
    // On a thread of its own: this one stands still, as it does under a long computation.
    thread::spawn(move || {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        runtime.block_on(async {
            let (gone, wait) = (tell.clone(), Arc::new(StdMutex::new(wait)));
            let port = serve(identity, move |mut stream| {
                let (gone, wait) = (gone.clone(), Arc::clone(&wait));
                async move {
                    stream.write_all(b"+READY\r\n").await.unwrap();
                    stream.flush().await.unwrap();
                    wait.lock().unwrap().recv().unwrap();
                    drop(stream);
                    gone.send(0).unwrap();
                }
            });
            tell.send(port.await).unwrap();
            std::future::pending::<()>().await;
        });
    });
    let target = Target::tls("localhost", told.recv().unwrap(), Tls::new(trusting(&authority.certificate)));
    let link = Link::connect(Arc::new(Encrypted(target, true)), LinkConfig::default(), None).await.unwrap();

    // Its driver begins.
    while link.stats().connects == 0 {
        tokio::task::yield_now().await;
    }

    // Longer than a link that has just spoken is believed.
    thread::sleep(Duration::from_millis(200));
    assert!(link.is_reusable());
    hang_up.send(()).unwrap();
    told.recv().unwrap();

    assert!(!link.is_reusable());
}
