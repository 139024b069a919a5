//! A service from its start to its end: it connects before it listens, and when it is told to end (SIGTERM, or Ctrl-C)
//! it takes no more requests, finishes those under way, and closes the client last.
//!
//! `cargo run --example service_lifecycle`, on the server that `REDIS_URL` or `REDIS_HOST` names, else on
//! localhost:6379. It listens on the address in `SERVICE_ADDRESS`, else on a free port of 127.0.0.1. With a web
//! framework only the middle changes: `initialize` goes before its `serve`, `close` behind its graceful shutdown.
//!
//! ```sh
//! curl http://127.0.0.1:PORT/visit     # counts in Redis
//! curl http://127.0.0.1:PORT/job       # waits up to five seconds for a job in a list
//! curl http://127.0.0.1:PORT/health    # 200 or 503
//! ```
#![allow(clippy::print_stdout, reason = "it is here to print")]

use std::error::Error;
use std::io;
use std::time::Duration;

use redlane::prelude::*;
use tokio::io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader};
use tokio::net::{TcpListener, TcpStream};
use tokio::time::timeout;
use tokio_util::task::TaskTracker;

/// What requests under way may take when the service ends. An orchestrator kills it after some time (Kubernetes after
/// 30 s): this and the client's own `close_timeout` stay below.
const GRACE: Duration = Duration::from_secs(10);
/// What a client may take to send its request; an idle connection must not hold up the end.
const PATIENCE: Duration = Duration::from_secs(2);
/// A request's head is longer than this for nobody who means well.
const HEAD: u64 = 8 * 1024;

const VISITS: &str = "example:service";
const JOBS: &str = "example:jobs";

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    // Told to end from the first moment on; a signal that comes early is not lost.
    let mut end = EndSignal::new()?;

    // First the client: a service that cannot reach its server does not begin to listen.
    initialize_redis_client().await?;
    let address = std::env::var("SERVICE_ADDRESS").unwrap_or_else(|_| "127.0.0.1:0".to_owned());
    let listener = TcpListener::bind(address).await?;
    println!("listening on {}", listener.local_addr()?);

    let requests = TaskTracker::new();
    loop {
        tokio::select! {
            accepted = listener.accept() => match accepted {
                Ok((stream, _)) => { requests.spawn(async { let _ = serve(stream).await; }); }
                // Out of file descriptors, mostly: others will give theirs back.
                Err(_) => tokio::time::sleep(Duration::from_millis(50)).await,
            },
            () = end.received() => break,
        }
    }

    drop(listener);
    requests.close();
    println!("finishing {} requests", requests.len());
    if timeout(GRACE, requests.wait()).await.is_err() {
        println!("giving up {} requests", requests.len());
    }
    // Last: whatever still ran above has used it.
    close_redis_client().await;
    println!("closed");
    Ok(())
}

/// Answers one request and hangs up.
async fn serve(stream: TcpStream) -> io::Result<()> {
    let mut stream = BufReader::new(stream);
    let mut request = String::new();
    match timeout(PATIENCE, read_head(&mut stream, &mut request)).await {
        Ok(read) => read?,
        Err(_) => return Ok(()),
    }
    let path = request.split(' ').nth(1).unwrap_or_default();
    let (status, body) = match answer(path).await {
        Ok(answer) => answer,
        // What the caller can do about it is to come again; what was wrong is for the log.
        Err(error) => ("503 Service Unavailable", format!("{}\n", error.kind().name())),
    };
    let length = body.len();
    let response =
        format!("HTTP/1.1 {status}\r\ncontent-length: {length}\r\nconnection: close\r\n\r\n{body}");
    stream.write_all(response.as_bytes()).await?;
    stream.shutdown().await
}

/// Reads the first line of a request into `request`, and the rest of its head.
async fn read_head(stream: &mut BufReader<TcpStream>, request: &mut String) -> io::Result<()> {
    let mut head = stream.take(HEAD);
    head.read_line(request).await?;
    let mut line = String::new();
    while head.read_line(&mut line).await? > 2 {
        line.clear();
    }
    Ok(())
}

/// The service itself.
async fn answer(path: &str) -> redlane::error::Result<(&'static str, String)> {
    let redis = get_redis_client()?;
    match path {
        "/visit" => {
            let visits = redis.hincrby(VISITS, "visits", 1).await?;
            redis.expire(VISITS, Duration::from_secs(60)).await?;
            Ok(("200 OK", format!("visit {visits}\n")))
        }
        "/job" => {
            let job = redis.client()?.blpop(JOBS, 5.0).await?;
            Ok(("200 OK", job.map_or_else(|| "no job\n".to_owned(), |(_, job)| format!("job {job}\n"))))
        }
        "/health" => {
            let health = redis.get_health_status().await;
            let status = if health.is_healthy() { "200 OK" } else { "503 Service Unavailable" };
            Ok((status, format!("{health}\n")))
        }
        _ => Ok(("404 Not Found", "no such page\n".to_owned())),
    }
}

/// SIGTERM and Ctrl-C.
struct EndSignal {
    #[cfg(unix)]
    terminate: tokio::signal::unix::Signal,
}

impl EndSignal {
    fn new() -> io::Result<Self> {
        Ok(Self {
            #[cfg(unix)]
            terminate: tokio::signal::unix::signal(tokio::signal::unix::SignalKind::terminate())?,
        })
    }

    async fn received(&mut self) {
        #[cfg(unix)]
        tokio::select! {
            _ = self.terminate.recv() => {}
            _ = tokio::signal::ctrl_c() => {}
        }
        #[cfg(not(unix))]
        let _ = tokio::signal::ctrl_c().await;
    }
}
