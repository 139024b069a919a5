//! Over the kernel's own sockets.

use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::thread;

use super::*;
use crate::config::Timekeeper;

/// A listener, and a link's target.
fn listen() -> (TcpListener, Target) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    (listener, Target::tcp("127.0.0.1", port))
}

fn accept(listener: &TcpListener) -> TcpStream {
    let (server, _) = listener.accept().unwrap();
    server.set_read_timeout(Some(Duration::from_secs(30))).unwrap();
    server
}

fn link(target: Target, sink: Option<Arc<dyn PushSink>>) -> Link {
    let config = LinkConfig { read_block: 4096, timekeeper: Timekeeper::Process, ..LinkConfig::default() };
    Link::spawn(Arc::new(Plain(target)), config, sink)
}

fn runtime(threads: usize) -> tokio::runtime::Runtime {
    let mut builder = match threads {
        0 => tokio::runtime::Builder::new_current_thread(),
        _ => tokio::runtime::Builder::new_multi_thread(),
    };
    builder.worker_threads(threads.max(1)).enable_all().build().unwrap()
}

/// Reads a command and answers it.
fn answer(server: &mut TcpStream, command: &Command) {
    let mut got = vec![0; command.encoded_len()];
    server.read_exact(&mut got).unwrap();
    server.write_all(b"+A\r\n").unwrap();
}

fn expect_end(server: &mut TcpStream) {
    let end = server.read(&mut [0; 64]).map_err(|error| error.kind());
    assert!(matches!(end, Ok(0) | Err(std::io::ErrorKind::ConnectionReset)), "{end:?}");
}

#[test]
fn a_socket_is_closed_with_its_link_and_with_its_runtime() {
    for (threads, runtime_first) in [(0, false), (0, true), (2, false), (2, true)] {
        let (listener, target) = listen();
        let runtime = runtime(threads);
        let entered = runtime.enter();
        let link = link(target, None);
        drop(entered);
        let serving = thread::spawn(move || {
            let mut server = accept(&listener);
            answer(&mut server, &get("a"));
            server
        });
        runtime.block_on(async { link.call(&get("a")).await.unwrap() });
        let mut server = serving.join().unwrap();

        // The socket's registration keeps the inlet, and the inlet the socket.
        if runtime_first {
            drop(runtime);
            assert_eq!(link.ended(), Some(CloseReason::RuntimeGone));
            expect_end(&mut server);
        } else {
            drop(link);
            runtime.block_on(settle());
            expect_end(&mut server);
        }
    }
}

/// Counts pushes.
#[derive(Default)]
struct Count(AtomicUsize);

impl PushSink for Count {
    fn push(&self, _: Reply) {
        self.0.fetch_add(1, SeqCst);
    }
}

#[test]
fn a_flood_of_pushes_that_outlasts_a_tasks_budget_is_read_to_its_end() {
    const PUSHES: usize = 100_000;
    for threads in [0, 2] {
        let (listener, target) = listen();
        let (runtime, sink) = (runtime(threads), Arc::new(Count::default()));
        let serving = thread::spawn(move || {
            let mut server = accept(&listener);
            server.write_all(&b">1\r\n+push\r\n".repeat(PUSHES)).unwrap();
            answer(&mut server, &get("a"));
        });

        runtime.block_on(async {
            let link = link(target, Some(sink.clone()));
            link.call(&get("a")).await.unwrap();
        });

        assert_eq!(sink.0.load(SeqCst), PUSHES);
        serving.join().unwrap();
    }
}

#[test]
fn callers_on_several_threads_are_all_woken_with_their_own_replies() {
    const CALLERS: usize = 8;
    const CALLS: usize = 2_000;
    let (listener, target) = listen();
    // A server that sends back what it is sent, in pieces of all sizes.
    let serving = thread::spawn(move || {
        let (mut server, mut rng) = (accept(&listener), Rng::with_seed(7));
        let mut bytes = vec![0; 4096];
        loop {
            let most = rng.usize(1..=bytes.len());
            match server.read(&mut bytes[..most]) {
                Ok(0) | Err(_) => return,
                Ok(n) => server.write_all(&bytes[..n]).unwrap(),
            }
        }
    });
    runtime(2).block_on(async {
        let link = Arc::new(link(target, None));
        let callers: Vec<_> = (0..CALLERS)
            .map(|caller| {
                let link = Arc::clone(&link);
                tokio::spawn(async move {
                    for at in 0..CALLS {
                        let command = get(&format!("{caller}:{at}"));
                        let reply = link.call(&command).await.unwrap().into_single().unwrap();
                        assert_eq!(*reply.as_bytes(), command.to_bytes());
                    }
                })
            })
            .collect();
        for caller in callers {
            caller.await.unwrap();
        }
    });
    serving.join().unwrap();
}
