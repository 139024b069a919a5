//! The limit: a window of requests written by hand on one blocking socket, and a count of the bytes that come back.

use std::io::{ErrorKind, Read, Write};
use std::net::TcpStream;
use std::os::unix::net::UnixStream;
use std::path::Path;
use std::time::{Duration, Instant};

use crate::load::{Turn, process_time};
use crate::work::Work;

trait Socket: Read + Write {
    fn patience(&self, limit: Option<Duration>);
}

impl Socket for TcpStream {
    fn patience(&self, limit: Option<Duration>) {
        self.set_read_timeout(limit).unwrap();
    }
}

impl Socket for UnixStream {
    fn patience(&self, limit: Option<Duration>) {
        self.set_read_timeout(limit).unwrap();
    }
}

/// One blocking socket.
pub struct Raw(Box<dyn Socket + Send>);

impl Raw {
    /// Connects to a port of this machine.
    pub fn tcp(port: u16) -> Self {
        let stream = TcpStream::connect(("127.0.0.1", port)).unwrap();
        stream.set_nodelay(true).unwrap();
        Raw(Box::new(stream))
    }

    /// Connects to a socket file.
    pub fn unix(path: &Path) -> Self {
        Raw(Box::new(UnixStream::connect(path).unwrap()))
    }

    /// How many bytes come back for `request`: all that come until a silence.
    fn reply_len(&mut self, request: &[u8], buffer: &mut Vec<u8>) -> usize {
        self.0.write_all(request).unwrap();
        self.0.patience(Some(Duration::from_millis(100)));
        buffer.resize(1 << 20, 0);
        let mut len = 0;
        loop {
            match self.0.read(buffer) {
                Ok(0) => panic!("the server hung up"),
                Ok(n) => len += n,
                Err(error)
                    if matches!(error.kind(), ErrorKind::WouldBlock | ErrorKind::TimedOut) && len > 0 =>
                {
                    break;
                }
                Err(error) if matches!(error.kind(), ErrorKind::WouldBlock | ErrorKind::TimedOut) => {}
                Err(error) => panic!("{error}"),
            }
        }
        self.0.patience(None);
        len
    }

    /// Does `count` steps, `window` at a time. It knows no single latencies.
    pub fn turn(&mut self, work: Work, window: usize, count: usize) -> Turn {
        let mut buffer = Vec::new();
        let request = work.wire();
        let reply = self.reply_len(&request, &mut buffer);
        let batch = request.repeat(window);
        buffer.resize(reply * window, 0);
        let rounds = (count / window).max(1);
        let (cpu, start) = (process_time(), Instant::now());
        for _ in 0..rounds {
            self.0.write_all(&batch).unwrap();
            self.0.read_exact(&mut buffer).unwrap();
        }
        let done = (rounds * window * work.commands()) as f64;
        Turn {
            rate: done / start.elapsed().as_secs_f64(),
            cpu: (process_time() - cpu).as_nanos() as f64 / done,
            ..Turn::default()
        }
    }
}
