//! Callers on several threads, and a server that hangs up on them in all ways: over the kernel's sockets, where inlet, driver,
//! clock and callers really run at once. What the models and the simulation try in order is tried here by chance.

use std::collections::HashSet;
use std::io::{Read, Write};
use std::net::{Shutdown, TcpListener, TcpStream};
use std::thread;

use socket2::SockRef;

use super::*;
use crate::config::Timekeeper;
use crate::error::Outcome;

/// The commands that came whole.
type Ran = Arc<Mutex<HashSet<Bytes>>>;

/// Notes each command and sends it back as it is, until it has said enough; then it is gone.
fn serve(mut server: TcpStream, mut rng: Rng, ran: &Ran) {
    let (mut left, silent) = (rng.usize(0..20_000), rng.u8(0..16) == 0);
    let (mut seen, mut bytes) = (Vec::new(), vec![0; 4096]);
    while left > 0 {
        let most = rng.usize(1..=bytes.len());
        match server.read(&mut bytes[..most]) {
            Ok(0) | Err(_) => return,
            Ok(n) => seen.extend_from_slice(&bytes[..n]),
        }
        let whole: Vec<u8> = seen.drain(..whole_commands(&seen, ran)).collect();
        if !silent {
            let part = whole.len().min(left);
            left -= part;
            if server.write_all(&whole[..part]).is_err() {
                return;
            }
        }
    }
    match rng.u8(0..3) {
        0 => SockRef::from(&server).set_linger(Some(Duration::ZERO)).unwrap(),
        1 => {
            // It has said its last, and reads on.
            server.shutdown(Shutdown::Write).unwrap();
            while matches!(server.read(&mut bytes), Ok(1..)) {}
        }
        _ => {}
    }
}

/// How long the whole commands in `bytes` are.
fn whole_commands(bytes: &[u8], ran: &Ran) -> usize {
    let mut at = 0;
    let ends: Vec<usize> =
        bytes.iter().enumerate().filter(|(_, byte)| **byte == b'\n').map(|(at, _)| at + 1).collect();
    for lines in ends.chunks_exact(5) {
        ran.lock().unwrap().insert(Bytes::copy_from_slice(&bytes[at..lines[4]]));
        at = lines[4];
    }
    at
}

/// Calls and now and then gives up; the commands that were said to be not sent.
async fn call(link: Arc<Link>, name: usize, mut rng: Rng) -> Vec<Bytes> {
    let mut unsent = Vec::new();
    let until = Instant::now() + Duration::from_secs(1);
    for at in 0.. {
        if Instant::now() > until {
            break;
        }
        let command = get(&format!("{name}:{at}:{}", "x".repeat(rng.usize(0..200))));
        let mut call = link.call(&command);
        let patience = Duration::from_micros(if rng.u8(0..6) == 0 { rng.u64(0..500) } else { u64::MAX });
        let outcome = match tokio::time::timeout(patience, &mut call).await {
            Ok(Ok(replies)) => {
                assert_eq!(*replies.into_single().unwrap().as_bytes(), command.to_bytes());
                continue;
            }
            Ok(Err(error)) => error.outcome(),
            Err(_) => call.give_up().0,
        };
        if outcome == Outcome::NotSent {
            unsent.push(command.to_bytes());
        }
        if rng.u8(0..30) == 0 {
            link.renew();
        }
    }
    unsent
}

#[test]
fn hang_ups_at_any_moment_mix_no_replies_up_and_lose_no_truth() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let target = Target::tcp("127.0.0.1", listener.local_addr().unwrap().port());
    let ran = Ran::default();
    let mut rng = Rng::with_seed(7);
    thread::spawn({
        let (ran, mut rng) = (Arc::clone(&ran), rng.fork());
        move || {
            for server in listener.incoming() {
                let (ran, rng) = (Arc::clone(&ran), rng.fork());
                thread::spawn(move || serve(server.unwrap(), rng, &ran));
            }
        }
    });
    let config = LinkConfig {
        in_flight: 5,
        attempt_timeout: Some(Duration::from_millis(200)),
        timekeeper: Timekeeper::Process,
        ..LinkConfig::default()
    };
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();

    let unsent = runtime.block_on(async {
        let link = Arc::new(Link::spawn(Arc::new(Plain(target)), config, None));
        let callers: Vec<_> =
            (0..8).map(|name| tokio::spawn(call(Arc::clone(&link), name, rng.fork()))).collect();
        let mut unsent = Vec::new();
        for caller in callers {
            unsent.extend(caller.await.unwrap());
        }
        let began = Instant::now();
        while link.stats().tickets > 0 {
            assert!(began.elapsed() < Duration::from_secs(10), "{link:?}");
            sleep(Duration::from_millis(1)).await;
        }
        assert!(link.stats().connects > 3, "{link:?}");
        unsent
    });

    drop(runtime);
    let ran = ran.lock().unwrap();
    assert!(unsent.iter().all(|command| !ran.contains(command)), "what was said to be not sent has run");
}
