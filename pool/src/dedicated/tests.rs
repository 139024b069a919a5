//! Leases of real links, over in-memory pipes to a scripted server, and over TCP where the kernel has a say.
#![allow(clippy::arithmetic_side_effects)]

use std::io::{Read, Write};
use std::sync::Mutex;
use std::time::Duration;

use redlane_resp::command::Command;
use redlane_resp::value::Value;
use tokio::io::{AsyncReadExt, AsyncWriteExt, DuplexStream, duplex};
use tokio::time::{Instant, sleep, timeout};
use tokio_util::codec::{Decoder, Encoder};

use super::*;
use crate::codec::RespCodec;
use crate::config::PoolConfig;
use crate::connector::Exchange;
use crate::lease::Lease;
use crate::pool::{AcquireError, Pool};
use crate::stats::Retired;
use crate::transport::{PipeDialer, Target};

const fn ms(millis: u64) -> Duration {
    Duration::from_millis(millis)
}

/// What the server heard, each line the number of a connection and a command.
type Heard = Arc<Mutex<Vec<String>>>;

/// Answers ECHO with its argument, BLPOP never, QUIT by closing, REFUSE and whatever is in `refused` with an error, anything
/// else with OK.
async fn serve(stream: DuplexStream, number: usize, heard: Heard, refused: &'static str) {
    let mut stream = stream;
    let mut codec = RespCodec::default();
    let mut arrived = bytes::BytesMut::new();
    while stream.read_buf(&mut arrived).await.is_ok_and(|read| read > 0) {
        while let Ok(Some(command)) = codec.decode(&mut arrived) {
            let words: Vec<String> = command.read().unwrap();
            heard.lock().unwrap().push(format!("{number} {}", words.join(" ")));
            let answer = match words[0].as_str() {
                "ECHO" => Value::from(words[1].as_str()),
                "BLPOP" => continue,
                "QUIT" => return,
                word if word == refused => {
                    let mut out = bytes::BytesMut::from("-NOPERM no\r\n");
                    stream.write_all_buf(&mut out).await.unwrap();
                    continue;
                }
                _ => Value::Simple("OK".into()),
            };
            let mut out = bytes::BytesMut::new();
            codec.encode(&answer, &mut out).unwrap();
            stream.write_all_buf(&mut out).await.unwrap();
        }
    }
    heard.lock().unwrap().push(format!("{number} closed"));
}

/// Greets with HI, cleans WATCH by UNWATCH and MULTI by DISCARD.
struct Script(Target);

impl Connector for Script {
    async fn target(&self) -> Result<Target, ConnectError> {
        Ok(self.0.clone())
    }

    async fn greet(&self, exchange: &mut Exchange<'_>) -> Result<(), ConnectError> {
        exchange.send(&Command::new("HI").to_bytes()).await?;
        exchange.read().await.map(drop)
    }

    fn probe(&self) -> Bytes {
        Command::new("PING").to_bytes()
    }

    fn cleanse(&self, dirt: Dirt) -> Option<Bytes> {
        if dirt.contains(Dirt::OTHER) {
            return None;
        }
        let mut words = Vec::new();
        if dirt.contains(Dirt::MULTI) {
            words.extend_from_slice(&Command::new("DISCARD").to_bytes());
        }
        if dirt.contains(Dirt::WATCH) {
            words.extend_from_slice(&Command::new("UNWATCH").to_bytes());
        }
        Some(words.into())
    }
}

fn pool_that_refuses(refused: &'static str) -> (Pool<Dedicated<Script>>, Heard) {
    let heard = Heard::default();
    let dialer = PipeDialer::new({
        let heard = Arc::clone(&heard);
        let numbers = Arc::new(Mutex::new(0));
        move || {
            let (near, far) = duplex(64 * 1024);
            let mut number = numbers.lock().unwrap();
            tokio::spawn(serve(far, *number, Arc::clone(&heard), refused));
            *number += 1;
            async move { Ok(near) }
        }
    });
    (pool_to(Target::Pipe(dialer)), heard)
}

fn pool() -> (Pool<Dedicated<Script>>, Heard) {
    pool_that_refuses("")
}

fn pool_to(target: Target) -> Pool<Dedicated<Script>> {
    let manager = Dedicated::new(Arc::new(Script(target)), &LinkConfig::default());
    Pool::new(manager, PoolConfig { max_connections: 1, ..PoolConfig::default() })
}

async fn echo(lease: &Lease<Dedicated<Script>>, text: &str) -> String {
    let command = Command::new("ECHO").arg(text);
    lease.call(&command).await.unwrap().into_single().unwrap().read().unwrap()
}

fn lines(heard: &Heard) -> Vec<String> {
    heard.lock().unwrap().clone()
}

#[tokio::test(start_paused = true)]
async fn a_lease_sends_commands_and_its_connection_is_used_again_without_a_word_between() {
    let (pool, heard) = pool();

    for text in ["a", "b"] {
        let lease = pool.acquire().await.unwrap();
        assert_eq!(echo(&lease, text).await, text);
    }

    assert_eq!(lines(&heard), ["0 HI", "0 ECHO a", "0 ECHO b"]);
}

/// A driver that has yet to run for the first time learns that its link has ended already.
#[tokio::test(start_paused = true)]
async fn a_lease_discarded_before_its_driver_ran_closes_the_connection() {
    let (pool, heard) = pool();

    pool.acquire().await.unwrap().discard();
    sleep(ms(1)).await;

    assert_eq!(lines(&heard), ["0 HI", "0 closed"]);
}

#[tokio::test(start_paused = true)]
async fn watched_keys_and_an_open_transaction_are_cleaned_before_the_next_caller() {
    let (pool, heard) = pool();
    let lease = pool.acquire().await.unwrap();
    lease.mark(Dirt::WATCH);
    lease.mark(Dirt::MULTI);
    drop(lease);

    echo(&pool.acquire().await.unwrap(), "next").await;

    assert_eq!(lines(&heard), ["0 HI", "0 DISCARD", "0 UNWATCH", "0 ECHO next"]);
    assert_eq!(pool.stats().recycled, 1);
}

#[tokio::test(start_paused = true)]
async fn a_connection_whose_cleaning_the_server_refuses_is_closed() {
    let (pool, heard) = pool_that_refuses("UNWATCH");
    let lease = pool.acquire().await.unwrap();
    lease.mark(Dirt::WATCH);
    drop(lease);

    echo(&pool.acquire().await.unwrap(), "next").await;

    assert_eq!(pool.stats().closed_by(Retired::RecycleFailed), 1);
    assert!(lines(&heard).contains(&"1 ECHO next".to_owned()), "{:?}", lines(&heard));
}

#[tokio::test(start_paused = true)]
async fn other_dirt_closes_the_connection() {
    let (pool, heard) = pool();
    let lease = pool.acquire().await.unwrap();
    lease.mark(Dirt::OTHER);
    drop(lease);

    echo(&pool.acquire().await.unwrap(), "next").await;
    sleep(ms(1)).await;

    let lines = lines(&heard);
    assert!(lines.contains(&"0 closed".to_owned()) && lines.contains(&"1 ECHO next".to_owned()), "{lines:?}");
}

#[tokio::test(start_paused = true)]
async fn a_cancelled_blocking_command_closes_its_connection_and_harms_nobody() {
    let (pool, heard) = pool();
    for _ in 0..5 {
        let lease = pool.acquire().await.unwrap();
        let command = Command::new("BLPOP").arg("queue").arg(0);
        let outcome = timeout(ms(100), lease.call(&command)).await;
        assert!(outcome.is_err());
    }

    assert_eq!(echo(&pool.acquire().await.unwrap(), "mine").await, "mine");

    assert_eq!(pool.stats().closed_by(Retired::Unusable), 5);
    assert!(lines(&heard).contains(&"5 ECHO mine".to_owned()));
}

#[tokio::test(start_paused = true)]
async fn a_blocking_command_may_be_silent_for_longer_than_any_timeout_of_a_link() {
    let (pool, heard) = pool();
    let lease = pool.acquire().await.unwrap();
    let command = Command::new("BLPOP").arg("queue").arg(0);

    let outcome = timeout(Duration::from_secs(600), lease.call(&command)).await;

    assert!(outcome.is_err(), "neither answered nor given up");
    assert_eq!(lines(&heard), ["0 HI", "0 BLPOP queue 0"]);
}

#[tokio::test(start_paused = true)]
async fn a_connection_that_the_server_closed_is_not_handed_out() {
    let (pool, heard) = pool();
    let lease = pool.acquire().await.unwrap();
    let quit = Command::new("QUIT");
    lease.call(&quit).await.unwrap_err();
    drop(lease);

    assert_eq!(echo(&pool.acquire().await.unwrap(), "next").await, "next");

    assert!(lines(&heard).contains(&"1 ECHO next".to_owned()));
}

#[tokio::test(start_paused = true)]
async fn a_long_idle_connection_is_asked_whether_it_works() {
    let (pool, heard) = pool();
    drop(pool.acquire().await.unwrap());

    sleep(Duration::from_secs(31)).await;
    echo(&pool.acquire().await.unwrap(), "next").await;

    assert_eq!(lines(&heard), ["0 HI", "0 PING", "0 ECHO next"]);
}

#[tokio::test(start_paused = true)]
async fn a_server_that_does_not_greet_ends_the_acquire_at_the_limit() {
    let silent = Arc::new(Mutex::new(Vec::new()));
    let dialer = PipeDialer::new(move || {
        let (near, far) = duplex(64);
        silent.lock().unwrap().push(far);
        async move { Ok(near) }
    });
    let pool = pool_to(Target::Pipe(dialer));
    let started = Instant::now();

    let error = pool.acquire_by(started + ms(200)).await.unwrap_err();

    assert!(matches!(error, AcquireError::Timeout { .. }), "{error}");
    assert_eq!(started.elapsed(), ms(200));
    assert_eq!(pool.stats().size, 0);
}

/// The runtime has no chance to see the end of the stream before the acquire: only the kernel knows.
#[tokio::test]
async fn an_end_that_only_the_kernel_has_seen_is_noticed_before_the_hand_out() {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let pool = pool_to(Target::tcp("127.0.0.1", listener.local_addr().unwrap().port()));
    let (close, closing) = std::sync::mpsc::channel::<()>();
    let server = std::thread::spawn(move || {
        for _ in 0..2 {
            let (mut stream, _) = listener.accept().unwrap();
            for answer in ["+OK\r\n", "$1\r\na\r\n"] {
                let _ = stream.read(&mut [0; 64]).unwrap();
                stream.write_all(answer.as_bytes()).unwrap();
            }
            let _ = closing.recv();
        }
    });
    echo(&pool.acquire().await.unwrap(), "a").await;

    close.send(()).unwrap();
    std::thread::sleep(ms(200));
    echo(&pool.acquire().await.unwrap(), "a").await;

    assert_eq!((pool.stats().created, pool.stats().closed_by(Retired::Unusable)), (2, 1));
    drop(close);
    server.join().unwrap();
}

#[test]
fn words_are_counted_and_anything_else_is_refused() {
    let count = |bytes: &'static str| Words::new(bytes.into()).map(|words| words.count);

    assert_eq!(count("*1\r\n$4\r\nPING\r\n"), Some(1));
    assert_eq!(count("*1\r\n$7\r\nDISCARD\r\n*1\r\n$7\r\nUNWATCH\r\n"), Some(2));
    assert_eq!(count(""), None);
    assert_eq!(count("*1\r\n$4\r\nPIN"), None);
}
