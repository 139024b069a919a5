//! Pub/sub: what it costs to hear a message, and how soon it is heard.
//!
//! One publisher, written by hand on a blocking socket in a thread of its own, says the same to all contestants in turns;
//! each has one subscriber on one connection, and all of them run on this thread, whose processor time is what counts.
//! Bursts: the publisher writes so many messages at once and waits until all are heard, so that nobody's buffer
//! overflows. Paced: one message at a time, each with the moment it was sent in it. `raw` reads as many bytes from a
//! blocking socket as there must come and looks at nothing, the limit of what any client can reach. Arguments choose
//! rows; `--quick` runs three rounds; `--apart` and `--free` place client and server otherwise than on one core.

use std::future::poll_fn;
use std::io::{Read, Write};
use std::net::TcpStream;
use std::pin::Pin;
use std::sync::mpsc::{Receiver, Sender, channel};
use std::thread;
use std::time::{Duration, Instant};

use bench::cores::Cores;
use bench::load::{Meter, Turn, median, order, runtime, wanted};
use bench::{Counting, thread_time};
use fred::prelude::{ClientLike, EventInterface, PubsubInterface};
use futures_core::Stream;
use redlane::pubsub::{Event, Subscription};
use redlane_test_support::{Options, Server};
use rustis::commands::PubSubCommands;

#[global_allocator]
static ALLOCATOR: Counting = Counting;

/// Bytes of a payload.
const PAYLOAD: usize = 64;

/// Messages of one burst: half of what a subscriber of Redlane keeps if nothing is said.
const BURST: usize = 500;

const NAMES: [&str; 5] = ["redis-rs 1.8.1", "redlane", "rustis 0.27", "fred 10.1", "raw"];

/// A contestant's subscriber.
enum Ear {
    RedisRs(redis::aio::PubSubStream),
    Redlane(Box<Subscription>),
    Rustis(Box<rustis::client::PubSubStream>),
    Fred { heard: tokio::sync::broadcast::Receiver<fred::types::Message>, _client: fred::prelude::Client },
    Raw(TcpStream, Vec<u8>),
}

impl Ear {
    /// The contestant with this number, who listens to these channels.
    async fn listen(who: usize, server: &Server, channels: &[String]) -> Self {
        let url = server.url();
        match who {
            0 => {
                let mut pubsub = redis::Client::open(url).unwrap().get_async_pubsub().await.unwrap();
                pubsub.subscribe(channels).await.unwrap();
                Ear::RedisRs(pubsub.into_on_message())
            }
            1 => {
                let config = redlane::config::Config::from_url(&url).unwrap();
                let client = redlane::client::Client::connect(config).await.unwrap();
                Ear::Redlane(Box::new(client.subscribe(channels).await.unwrap()))
            }
            2 => {
                let client = rustis::client::Client::connect(url).await.unwrap();
                Ear::Rustis(Box::new(client.subscribe(channels).await.unwrap()))
            }
            3 => {
                // Its buffer holds 32 messages if nothing is said, and loses what comes beyond.
                let performance = fred::prelude::PerformanceConfig {
                    broadcast_channel_capacity: 2 * BURST,
                    ..Default::default()
                };
                let config = fred::prelude::Config::from_url(&url).unwrap();
                let client = fred::prelude::Client::new(config, Some(performance), None, None);
                client.init().await.unwrap();
                let heard = client.message_rx();
                client.subscribe(channels.to_vec()).await.unwrap();
                Ear::Fred { heard, _client: client }
            }
            _ => {
                let mut socket = TcpStream::connect(("127.0.0.1", server.port())).unwrap();
                let confirmed: usize = channels
                    .iter()
                    .enumerate()
                    .map(|(nth, channel)| {
                        format!("*3\r\n$9\r\nsubscribe\r\n$4\r\n{channel}\r\n:{}\r\n", nth + 1).len()
                    })
                    .sum();
                socket.write_all(format!("SUBSCRIBE {}\r\n", channels.join(" ")).as_bytes()).unwrap();
                socket.read_exact(&mut vec![0; confirmed]).unwrap();
                let frame = "*3\r\n$7\r\nmessage\r\n$4\r\n0:00\r\n$64\r\n\r\n".len() + PAYLOAD;
                Ear::Raw(socket, vec![0; frame])
            }
        }
    }

    /// Waits for the next message and reads its payload.
    async fn hear<T>(&mut self, read: impl FnOnce(&[u8]) -> T) -> T {
        match self {
            Ear::RedisRs(stream) => read(next(stream).await.get_payload_bytes()),
            Ear::Redlane(subscription) => match subscription.next().await {
                Some(Event::Message { payload, .. }) => read(&payload),
                other => panic!("{other:?}"),
            },
            Ear::Rustis(stream) => read(next(&mut **stream).await.unwrap().payload()),
            Ear::Fred { heard, .. } => read(heard.recv().await.unwrap().value.as_bytes().unwrap()),
            Ear::Raw(socket, frame) => {
                socket.read_exact(frame).unwrap();
                read(&frame[frame.len() - 2 - PAYLOAD..frame.len() - 2])
            }
        }
    }

    /// Waits for a whole burst.
    async fn hear_burst(&mut self) {
        if let Ear::Raw(socket, frame) = self {
            // As large a read as the others have.
            let (mut left, mut block) = (frame.len() * BURST, [0; 64 * 1024]);
            while left > 0 {
                let wanted = left.min(block.len());
                left -= socket.read(&mut block[..wanted]).unwrap();
            }
            return;
        }
        for _ in 0..BURST {
            self.hear(|payload| assert_eq!(payload.len(), PAYLOAD)).await;
        }
    }
}

async fn next<S: Stream + Unpin>(stream: &mut S) -> S::Item {
    poll_fn(|cx| Pin::new(&mut *stream).poll_next(cx)).await.expect("the stream goes on")
}

/// The channels of one contestant.
fn channels(who: usize, count: usize) -> Vec<String> {
    (0..count).map(|nth| format!("{who}:{nth:02}")).collect()
}

/// Whoever publishes.
struct Publisher(TcpStream);

impl Publisher {
    fn connect(server: &Server) -> Self {
        let socket = TcpStream::connect(("127.0.0.1", server.port())).unwrap();
        socket.set_nodelay(true).unwrap();
        Publisher(socket)
    }

    /// A message with a number of 64 digits.
    fn encode(channel: &str, number: u128, out: &mut Vec<u8>) {
        write!(out, "*3\r\n$7\r\nPUBLISH\r\n$4\r\n{channel}\r\n${PAYLOAD}\r\n{number:0PAYLOAD$}\r\n")
            .unwrap();
    }

    /// Writes messages and reads how many heard each: one.
    fn say(&mut self, messages: &[u8], replies: &mut [u8]) {
        self.0.write_all(messages).unwrap();
        self.0.read_exact(replies).unwrap();
        assert!(replies.starts_with(b":1\r\n"), "heard by another number than one");
    }

    /// The next burst as soon as the last one was heard.
    fn bursts(mut self, channels: &[String], count: usize, heard: &Receiver<()>) -> Self {
        let mut messages = Vec::new();
        for channel in channels.iter().cycle().take(BURST) {
            Self::encode(channel, 0, &mut messages);
        }
        let mut replies = vec![0; 4 * BURST];
        for _ in 0..count {
            self.say(&messages, &mut replies);
            heard.recv().unwrap();
        }
        self
    }

    /// One message after each pause, with its moment in it.
    fn paced(mut self, channel: &str, count: usize, pause: Duration, epoch: Instant) -> Self {
        let (mut message, mut replies) = (Vec::new(), [0; 4]);
        for _ in 0..count {
            thread::sleep(pause);
            message.clear();
            Self::encode(channel, epoch.elapsed().as_nanos(), &mut message);
            self.say(&message, &mut replies);
        }
        self
    }
}

async fn bursts(
    ear: &mut Ear,
    publisher: Publisher,
    channels: Vec<String>,
    count: usize,
) -> (Turn, Publisher) {
    let (tell, heard): (Sender<()>, Receiver<()>) = channel();
    let meter = Meter::start(thread_time);
    let publishing = thread::spawn(move || publisher.bursts(&channels, count, &heard));
    for _ in 0..count {
        ear.hear_burst().await;
        tell.send(()).unwrap();
    }
    let turn = meter.stop(count * BURST);
    (turn, publishing.join().unwrap())
}

async fn paced(ear: &mut Ear, publisher: Publisher, channel: String, count: usize) -> (Turn, Publisher) {
    let epoch = Instant::now();
    let mut latencies = Vec::with_capacity(count);
    let meter = Meter::start(thread_time);
    let pause = Duration::from_micros(500);
    let publishing = thread::spawn(move || publisher.paced(&channel, count, pause, epoch));
    for _ in 0..count {
        let sent = ear.hear(|payload| std::str::from_utf8(payload).unwrap().parse::<u64>().unwrap()).await;
        latencies.push(epoch.elapsed().as_nanos() as u64 - sent);
    }
    let turn = meter.stop(count).with_latencies(latencies);
    (turn, publishing.join().unwrap())
}

fn main() {
    let rounds = if std::env::args().any(|arg| arg == "--quick") { 3 } else { 9 };
    let cores = Cores::from_args();
    for (title, topics, is_paced) in [
        ("bursts of 500, one channel", 1, false),
        ("bursts of 500, 100 channels", 100, false),
        ("one at a time, at most 2,000 a second", 1, true),
    ] {
        let title = format!("{title}, {PAYLOAD} B, {}", cores.name());
        if !wanted(&title) {
            continue;
        }
        let server = Server::start(Options::new());
        cores.take(server.pid());
        let turns = runtime(1).block_on(rows(&server, topics, is_paced, rounds));
        table(&title, is_paced, &turns);
    }
}

/// The turns of each contestant.
async fn rows(server: &Server, topics: usize, is_paced: bool, rounds: usize) -> Vec<Vec<Turn>> {
    let mut publisher = Publisher::connect(server);
    let mut ears = Vec::new();
    for who in 0..NAMES.len() {
        ears.push(Ear::listen(who, server, &channels(who, topics)).await);
    }
    let mut turns = vec![Vec::with_capacity(rounds); NAMES.len()];
    // The first round warms up.
    for round in 0..=rounds {
        for who in order(round, NAMES.len()) {
            let channels = channels(who, topics);
            let turn;
            (turn, publisher) = match is_paced {
                true => paced(&mut ears[who], publisher, channels[0].clone(), 1_000).await,
                false => bursts(&mut ears[who], publisher, channels, 200).await,
            };
            if round > 0 {
                turns[who].push(turn);
            }
        }
    }
    turns
}

fn table(title: &str, is_paced: bool, turns: &[Vec<Turn>]) {
    println!("\n### {title}\n");
    let base = median(&turns[0]);
    let ratio = |this: f64, other: f64| format!("{this:.0} ({:.2})", this / other);
    if is_paced {
        println!("| who | p50 us | p99 us | CPU ns | allocations |\n|---|---:|---:|---:|---:|");
    } else {
        println!("| who | messages/s | CPU ns | allocations | bytes |\n|---|---:|---:|---:|---:|");
    }
    for (name, turns) in NAMES.iter().zip(turns) {
        let it = median(turns);
        let cpu = ratio(it.cpu, base.cpu);
        if is_paced {
            let (p50, p99) = (ratio(it.p50, base.p50), ratio(it.p99, base.p99));
            println!("| {name} | {p50} | {p99} | {cpu} | {:.2} |", it.allocations);
        } else {
            let rate = ratio(it.rate, base.rate);
            println!("| {name} | {rate} | {cpu} | {:.2} | {:.0} |", it.allocations, it.bytes);
        }
    }
}
