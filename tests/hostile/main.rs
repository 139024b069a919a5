//! What a hostile server can make a client hold: no more than it was sent, within bounds, and never a panic.
//!
//! One test in a process of its own, since it looks at the memory of the whole process.
#![allow(
    clippy::arithmetic_side_effects,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::print_stderr,
    clippy::unwrap_used,
    reason = "a failed step is a failed test, and this one reports"
)]

use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::process::Command;
use std::sync::Arc;
use std::time::{Duration, Instant};

use redlane::config::Config;
use redlane::prelude::*;
use redlane_resp::limits::Limits;
use redlane_resp::scan::{Scan, Scanner};

const MIB: usize = 1 << 20;

/// What is sent instead of a reply: a beginning, then the same bytes so many times, then an end.
#[derive(Clone)]
struct Attack {
    name: &'static str,
    head: Vec<u8>,
    repeated: Vec<u8>,
    times: usize,
    tail: Vec<u8>,
    /// MiB that the client may hold for it at most, on top of what it held before.
    bound: usize,
}

fn attack(name: &'static str, head: &str, repeated: &str, times: usize, bound: usize) -> Attack {
    let [head, repeated] = [head, repeated].map(|text| text.as_bytes().to_vec());
    Attack { name, head, repeated, times, tail: Vec::new(), bound }
}

fn attacks() -> Vec<Attack> {
    let piece = "x".repeat(64 * 1024);
    let mut all = Vec::new();
    // Lengths that nothing follows.
    for bomb in [
        "$536870912\r\n",
        "*2147483647\r\n",
        "*1048576\r\n",
        "%1000000\r\n",
        "~1000000\r\n",
        "=500000000\r\n",
        "!400000000\r\n",
        ">1000000\r\n",
    ] {
        all.push(attack("a length bomb", bomb, "", 0, 1));
        let nested = bomb.repeat(16);
        all.push(attack("length bombs in each other", &nested, "", 0, 1));
    }
    // Input without an end: 200 MiB of it are offered.
    all.push(attack("a line without end", "+", &piece, 3_200, 32));
    all.push(attack("a number without end", ":", &"1".repeat(64 * 1024), 3_200, 32));
    let chunk = format!(";65536\r\n{piece}\r\n");
    all.push(attack("a streamed string without end", "$?\r\n", &chunk, 3_200, 32));
    all.push(attack("a streamed array without end", "*?\r\n", &":1\r\n".repeat(16_384), 3_200, 32));
    all.push(attack("attributes without end", "", &"|1\r\n+a\r\n+b\r\n".repeat(4_096), 4_000, 32));
    all.push(attack("pushes without end", "", &">2\r\n+nobody\r\n+asked\r\n".repeat(2_048), 2_000, 32));
    all.push(attack("arrays in arrays without end", "", &"*1\r\n".repeat(16_384), 3_200, 1));
    // Legal and large.
    all.push(attack("a million integers", "*1000000\r\n", ":1\r\n", 1_000_000, 32));
    all.push(attack("two million empty arrays", "*2000000\r\n", "*0\r\n", 2_000_000, 64));
    all
}

/// Answers greetings, and a GET by the attack.
fn serve(mut stream: TcpStream, attack: &Attack) {
    let mut asked = Vec::new();
    let mut buffer = [0; 4096];
    while let Ok(count @ 1..) = stream.read(&mut buffer) {
        asked.extend_from_slice(&buffer[..count]);
        let text = String::from_utf8_lossy(&asked).into_owned();
        if !text.ends_with("\r\n") {
            continue;
        }
        asked.clear();
        if text.contains("GET") {
            let times = (64 * 1024 / attack.repeated.len().max(1)).max(1);
            let block = attack.repeated.repeat(times);
            let _ = stream.write_all(&attack.head);
            let mut left = attack.times;
            while left > 0 {
                let now = left.min(times);
                if stream.write_all(&block[..now * attack.repeated.len()]).is_err() {
                    return;
                }
                left -= now;
            }
            let _ = stream.write_all(&attack.tail);
            continue;
        }
        // RESP2 is asked for: whatever the greeting consists of, it is content with OK.
        let commands = text.matches('*').count();
        let _ = stream.write_all("+OK\r\n".repeat(commands).as_bytes());
    }
}

fn server(attack: &Attack) -> u16 {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    let attack = Arc::new(attack.clone());
    std::thread::spawn(move || {
        for stream in listener.incoming().flatten() {
            let attack = Arc::clone(&attack);
            std::thread::spawn(move || serve(stream, &attack));
        }
    });
    port
}

fn status(name: &str) -> usize {
    let text = std::fs::read_to_string("/proc/self/status").unwrap();
    let line = text.lines().find_map(|line| line.strip_prefix(name)).unwrap();
    line.trim().trim_end_matches(" kB").trim().parse::<usize>().unwrap() * 1024
}

async fn connect(port: u16) -> Client {
    let config = Config::builder()
        .host("127.0.0.1")
        .port(port)
        .protocol(redlane::config::Protocol::Resp2)
        .socket_timeout(Duration::from_secs(20));
    Client::connect(config.build().unwrap()).await.unwrap()
}

/// Each in a process of its own, since memory that was given back is still the process's.
#[cfg(target_os = "linux")]
#[tokio::test]
async fn hostile_replies_are_bounded_in_memory_and_end_in_typed_errors() {
    if let Ok(which) = std::env::var("REDLANE_ATTACK") {
        return suffer(&attacks()[which.parse::<usize>().unwrap()]).await;
    }
    let test = "hostile_replies_are_bounded_in_memory_and_end_in_typed_errors";
    for (which, attack) in attacks().iter().enumerate() {
        let mut command = Command::new(std::env::current_exe().unwrap());
        command.args(["--exact", test, "--nocapture"]).env("REDLANE_ATTACK", which.to_string());
        assert!(command.status().unwrap().success(), "{}", attack.name);
    }
}

async fn suffer(attack: &Attack) {
    let client = connect(server(attack)).await;
    let began = Instant::now();
    let before = status("VmRSS:");
    let patience = if attack.times == 0 { Duration::from_millis(150) } else { Duration::from_secs(5) };
    // The reply as its bytes: what a caller makes of them is beyond the client's own bound.
    let result = client.get("k").read_as::<Bytes>().no_retry().deadline(patience).await;
    let held = status("VmHWM:").saturating_sub(before);
    let head = String::from_utf8_lossy(&attack.head).replace("\r\n", " ");
    let head = head.get(..16).unwrap_or(&head);
    eprintln!("measured: {} ({head}): {} KiB in {:.1?}", attack.name, held / 1024, began.elapsed());
    // What the other side writes is in this process as well, and so is what the allocator rounds up to.
    let slack = 768 * 1024;
    assert!(held <= attack.bound * MIB + slack, "{}: {} KiB", attack.name, held / 1024);
    let error = result.unwrap_err();
    match attack.name {
        // Whole and legal; they are no bulk strings, and the connection stays in step.
        "a million integers" | "two million empty arrays" => {
            assert_eq!(error.kind(), ErrorKind::Conversion, "{error}");
            // Whoever asks for a tree has it in the bound, beside the bytes that it is read from.
            let tree: Value = client.get("k").read_as().no_retry().deadline(patience * 4).await.unwrap();
            let held = status("VmHWM:").saturating_sub(before);
            eprintln!("measured: {} as a tree: {} KiB", attack.name, held / 1024);
            let bytes = attack.head.len() + attack.times * attack.repeated.len();
            assert!(held <= attack.bound * MIB + bytes + slack, "{}: {} KiB", attack.name, held / 1024);
            drop(tree);
        }
        name => {
            let kinds = [ErrorKind::Disconnected, ErrorKind::Timeout];
            assert!(kinds.contains(&error.kind()), "{name}: {error}");
        }
    }
    client.close().await;
}

/// Fed byte by byte the scanner does the work once. On a socket each byte costs a call of the system's besides, which no
/// client can save: that is printed beside what a loop costs that only reads, and only that it is answered is asserted.
#[cfg(target_os = "linux")]
#[tokio::test]
async fn a_reply_that_drips_costs_little_more_than_the_whole() {
    let reply = format!("*8000\r\n{}", format!("$90\r\n{}\r\n", "v".repeat(90)).repeat(8_000));
    let (mut work, mut spent) = (Vec::new(), Vec::new());
    for step in [reply.len(), 1] {
        let mut scanner = Scanner::new(Limits::default());
        let cpu = Cpu::now();
        let mut ends = (step..reply.len()).step_by(step).chain([reply.len()]);
        while let Some(end) = ends.next()
            && matches!(scanner.scan(&reply.as_bytes()[..end]).unwrap(), Scan::Partial { .. })
        {}
        assert!(ends.next().is_none() && scanner.is_idle());
        spent.push(cpu.spent());
        eprintln!("measured: scanned in parts of {step}: {:?} of processor time", spent[spent.len() - 1]);
        work.push(scanner.work());
    }
    // A byte that was awaited is looked at once; being called at all counts as one more.
    assert!(work[1] <= 2 * reply.len() as u64 + work[0], "{work:?}");
    assert!(spent[1] <= spent[0] + Duration::from_millis(100), "{spent:?}");
    for step in [reply.len(), 1] {
        let port = dripping(&reply, step);
        let cpu = Cpu::now();
        let reads = only_read(port, reply.len()).await;
        cpu.print(&format!("read by nobody in parts of {step}, {reads} reads"));

        let client = connect(port).await;
        let cpu = Cpu::now();
        let values: Vec<String> = client.get("k").read_as().deadline(Duration::from_secs(60)).await.unwrap();
        cpu.print(&format!("0.8 MB in parts of {step}"));
        assert_eq!(values.len(), 8_000);
        client.close().await;
    }
}

/// A server that answers a GET by `reply`, so many bytes at a time.
fn dripping(reply: &str, step: usize) -> u16 {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    let reply = reply.to_owned();
    std::thread::spawn(move || {
        for mut stream in listener.incoming().flatten() {
            let reply = reply.clone();
            std::thread::spawn(move || {
                stream.set_nodelay(true).unwrap();
                let mut buffer = [0; 4096];
                while let Ok(count @ 1..) = stream.read(&mut buffer) {
                    let text = String::from_utf8_lossy(&buffer[..count]).into_owned();
                    if text.contains("GET") {
                        for part in reply.as_bytes().chunks(step) {
                            if stream.write_all(part).is_err() {
                                return;
                            }
                        }
                    } else {
                        stream.write_all("+OK\r\n".repeat(text.matches('*').count()).as_bytes()).unwrap();
                    }
                }
            });
        }
    });
    port
}

/// Reads so many bytes on the same runtime and looks at none of them: what the system takes. How many reads it took.
async fn only_read(port: u16, mut left: usize) -> usize {
    let stream = tokio::net::TcpStream::connect(("127.0.0.1", port)).await.unwrap();
    assert_eq!(stream.try_write(b"GET").unwrap(), 3);
    let (mut block, mut reads) = (vec![0; 64 * 1024], 0);
    while left > 0 {
        stream.readable().await.unwrap();
        if let Ok(count) = stream.try_read(&mut block) {
            assert_ne!(count, 0, "closed with {left} bytes missing");
            left -= count;
        }
        reads += 1;
    }
    reads
}

/// Processor time of this thread, which is the client's: the runtime has no other.
#[derive(Clone, Copy)]
struct Cpu {
    began: Instant,
    total: Duration,
    /// In the system, by the ticks of its clock: hundredths of a second.
    system: u64,
}

impl Cpu {
    fn now() -> Self {
        let text = std::fs::read_to_string("/proc/thread-self/schedstat").unwrap();
        let nanos = text.split_whitespace().next().and_then(|text| text.parse().ok()).unwrap_or(0);
        let text = std::fs::read_to_string("/proc/thread-self/stat").unwrap();
        // The thread's name stands in brackets, and may hold anything.
        let (_, fields) = text.rsplit_once(')').unwrap();
        let system = fields.split_whitespace().nth(12).unwrap().parse().unwrap();
        Self { began: Instant::now(), total: Duration::from_nanos(nanos), system }
    }

    fn spent(self) -> Duration {
        Self::now().total - self.total
    }

    fn print(self, what: &str) {
        let now = Self::now();
        eprintln!(
            "measured: {what}: {:?} of processor time, {} ms of it the system's, {:.1?}",
            now.total - self.total,
            (now.system - self.system) * 10,
            now.began - self.began
        );
    }
}
