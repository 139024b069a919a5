//! A server that answers what a test tells it: for replies that a real one cannot be made to give on demand.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use redlane_resp::limits::Limits;
use redlane_resp::reply::Reply;
use redlane_resp::scan::{Scan, Scanner};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;
use tokio::task::JoinSet;

/// Says what to answer to a command's words; the number counts the commands that are not part of a greeting.
pub(crate) trait Answer: Fn(&[String], u64) -> String + Send + Sync + 'static {}

impl<F: Fn(&[String], u64) -> String + Send + Sync + 'static> Answer for F {}

pub(crate) struct Scripted {
    port: u16,
    asked: Arc<AtomicU64>,
    greeted: Arc<AtomicU64>,
    task: tokio::task::JoinHandle<()>,
}

impl Scripted {
    /// Starts on a free port. Greetings are answered as by a standalone server that speaks RESP3.
    pub(crate) async fn start(answer: impl Answer) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let port = listener.local_addr().unwrap().port();
        let (asked, greeted) = (Arc::new(AtomicU64::new(0)), Arc::new(AtomicU64::new(0)));
        let answer = Arc::new(answer);
        let task = tokio::spawn({
            let (asked, greeted) = (Arc::clone(&asked), Arc::clone(&greeted));
            async move {
                let mut connections = JoinSet::new();
                while let Ok((stream, _)) = listener.accept().await {
                    connections.spawn(serve(
                        stream,
                        Arc::clone(&answer),
                        Arc::clone(&asked),
                        Arc::clone(&greeted),
                    ));
                }
            }
        });
        Self { port, asked, greeted, task }
    }

    pub(crate) fn url(&self) -> String {
        format!("redis://127.0.0.1:{}", self.port)
    }

    /// Commands so far, greetings left out.
    pub(crate) fn asked(&self) -> u64 {
        self.asked.load(Ordering::SeqCst)
    }

    /// Greetings so far.
    pub(crate) fn greeted(&self) -> u64 {
        self.greeted.load(Ordering::SeqCst)
    }
}

impl Drop for Scripted {
    fn drop(&mut self) {
        self.task.abort();
    }
}

async fn serve(
    mut stream: tokio::net::TcpStream,
    answer: Arc<impl Answer>,
    asked: Arc<AtomicU64>,
    greeted: Arc<AtomicU64>,
) {
    let mut scanner = Scanner::new(Limits::default());
    let mut bytes = Vec::new();
    while stream.read_buf(&mut bytes).await.is_ok_and(|count| count > 0) {
        while let Ok(Scan::Whole { len, .. }) = scanner.scan(&bytes) {
            let frame: Vec<u8> = bytes.drain(..len).collect();
            let words: Vec<String> = Reply::from_frame(frame.into()).read().unwrap();
            let reply = match words[0].as_str() {
                "HELLO" => {
                    greeted.fetch_add(1, Ordering::SeqCst);
                    "%2\r\n$5\r\nproto\r\n:3\r\n$4\r\nmode\r\n$10\r\nstandalone\r\n".to_owned()
                }
                "CLIENT" | "SELECT" => "+OK\r\n".to_owned(),
                _ => answer(&words, asked.fetch_add(1, Ordering::SeqCst)),
            };
            if reply.is_empty() || stream.write_all(reply.as_bytes()).await.is_err() {
                return;
            }
        }
    }
}
