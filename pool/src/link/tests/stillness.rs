//! Over a kernel socket and by the process's clock, in a runtime that stands still for a while.

use std::io::{Read as _, Write as _};
use std::net::TcpListener;
use std::sync::mpsc::{Receiver, Sender, channel};
use std::thread;

use super::*;
use crate::config::Timekeeper;
use crate::simulated::plain::Plain;

/// How long the runtime stands still: far beyond the limits of these tests.
const STILL: Tick = 16;

const LIMIT: Duration = Duration::from_millis(100);

fn runtime() -> tokio::runtime::Runtime {
    tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap()
}

/// A server that says `answers` one after the other, each when it is told to, and then that it has.
fn serve(answers: &'static [&'static [u8]]) -> (Target, Sender<()>, Receiver<()>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let target = Target::tcp("127.0.0.1", listener.local_addr().unwrap().port());
    let ((say, told), (saying, said)) = (channel(), channel());
    thread::spawn(move || {
        let (mut server, _) = listener.accept().unwrap();
        server.read_exact(&mut vec![0; get("a").encoded_len()]).unwrap();
        for answer in answers {
            told.recv().unwrap();
            server.write_all(answer).unwrap();
            saying.send(()).unwrap();
        }
        // Until the other end is closed.
        let _ = server.read_to_end(&mut Vec::new());
    });
    (target, say, said)
}

async fn connect(target: Target, config: LinkConfig) -> Link {
    let config = LinkConfig { timekeeper: Timekeeper::Process, ..config };
    let link = Link::connect(Arc::new(Plain(target)), config, None).await.unwrap();
    // Its driver runs, and callers can write by themselves.
    until(|| link.stats().connects == 1).await;
    link
}

/// Blocks this thread, and the runtime with it, while the clock goes on.
fn stand_still(link: &Link) {
    let until = link.shared.clock() + STILL;
    while link.shared.clock() < until {
        thread::sleep(Duration::from_millis(1));
    }
}

#[test]
fn a_frame_whose_end_came_while_the_runtime_stood_still_is_read() {
    let (target, say, said) = serve(&[b"$4\r\nha", b"lf\r\n"]);

    let reply = runtime().block_on(async {
        let link = connect(target, LinkConfig { frame_timeout: LIMIT, ..config() }).await;
        let a = get("a");
        let mut call = link.call(&a);
        begin(&mut call).await;
        say.send(()).unwrap();
        until(|| link.shared.lock().core.heard > 0).await;

        say.send(()).unwrap();
        said.iter().take(2).for_each(drop);
        stand_still(&link);

        call.await
    });

    assert_eq!(text(reply), "$4\r\nhalf\r\n");
}

#[test]
fn a_server_that_answered_while_the_runtime_stood_still_is_not_taken_for_a_silent_one() {
    let (target, say, said) = serve(&[b"+A\r\n"]);

    runtime().block_on(async {
        let link = connect(target, LinkConfig { attempt_timeout: Some(LIMIT), ..config() }).await;
        let a = get("a");
        let mut call = link.call(&a);
        begin(&mut call).await;

        say.send(()).unwrap();
        said.recv().unwrap();
        stand_still(&link);

        // It was told at its deadline.
        assert!(matches!(call.await, Err(LinkError::Timeout { outcome: Outcome::MaybeExecuted, .. })));
        until(|| link.shared.lock().core.heard > 0 || link.ended().is_some()).await;
        assert_eq!(link.ended(), None);
    });
}
