//! A plain blocking socket that speaks RESP2, written without any of Redlane's code: what a test learns through
//! it (INFO, CLIENT LIST, DEBUG, a key's value) is what the server says, not what Redlane believes.

use std::io::{self, BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::os::unix::net::UnixStream;
use std::path::Path;
use std::time::Duration;

/// A server that does not answer a plain question for so long is stuck.
const LIMIT: Duration = Duration::from_secs(10);

/// A reply in RESP2.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum RawReply {
    /// `+OK`
    Simple(String),
    /// `-ERR ...`, without the minus sign.
    Error(String),
    /// `:1`
    Integer(i64),
    /// `$3`, and its bytes.
    Bulk(Vec<u8>),
    /// `*2`, and its elements.
    Array(Vec<RawReply>),
    /// `$-1` or `*-1`
    Null,
}

impl RawReply {
    /// A simple string, an error, an integer or a bulk string as text; a null is `(nil)`.
    ///
    /// # Panics
    ///
    /// For an array.
    #[must_use]
    pub fn text(&self) -> String {
        match self {
            Self::Simple(text) | Self::Error(text) => text.clone(),
            Self::Integer(number) => number.to_string(),
            Self::Bulk(bytes) => String::from_utf8_lossy(bytes).into_owned(),
            Self::Null => "(nil)".into(),
            Self::Array(_) => panic!("not one text: {self:?}"),
        }
    }

    /// The elements of an array.
    ///
    /// # Panics
    ///
    /// For anything else.
    #[must_use]
    pub fn elements(&self) -> &[RawReply] {
        match self {
            Self::Array(elements) => elements,
            other => panic!("not an array: {other:?}"),
        }
    }
}

trait Stream: Read + Write + Send {}
impl<T: Read + Write + Send> Stream for T {}

/// One connection to a server.
pub struct Raw {
    stream: BufReader<Box<dyn Stream>>,
}

impl Raw {
    /// Connects over TCP to 127.0.0.1.
    ///
    /// # Errors
    ///
    /// When nobody listens.
    pub fn tcp(port: u16) -> io::Result<Self> {
        let stream = TcpStream::connect(("127.0.0.1", port))?;
        stream.set_nodelay(true)?;
        stream.set_read_timeout(Some(LIMIT))?;
        Ok(Self::over(stream))
    }

    /// Connects over a Unix socket.
    ///
    /// # Errors
    ///
    /// When nobody listens.
    pub fn unix(path: &Path) -> io::Result<Self> {
        let stream = UnixStream::connect(path)?;
        stream.set_read_timeout(Some(LIMIT))?;
        Ok(Self::over(stream))
    }

    fn over(stream: impl Stream + 'static) -> Self {
        Self { stream: BufReader::new(Box::new(stream)) }
    }

    /// Sends one command and reads its reply.
    ///
    /// # Panics
    ///
    /// When the connection is lost or silent for ten seconds.
    pub fn command<A: AsRef<[u8]>>(&mut self, args: &[A]) -> RawReply {
        self.try_command(args).unwrap_or_else(|error| panic!("the server is lost: {error}"))
    }

    /// Sends one command and reads its reply.
    ///
    /// # Errors
    ///
    /// When the connection is lost or silent for ten seconds.
    pub fn try_command<A: AsRef<[u8]>>(&mut self, args: &[A]) -> io::Result<RawReply> {
        let mut bytes = format!("*{}\r\n", args.len()).into_bytes();
        for arg in args {
            let arg = arg.as_ref();
            bytes.extend_from_slice(format!("${}\r\n", arg.len()).as_bytes());
            bytes.extend_from_slice(arg);
            bytes.extend_from_slice(b"\r\n");
        }
        self.write(&bytes)?;
        self.read()
    }

    /// Sends bytes as they are.
    ///
    /// # Errors
    ///
    /// When the connection is lost.
    pub fn write(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.stream.get_mut().write_all(bytes)
    }

    /// Reads one reply.
    ///
    /// # Errors
    ///
    /// When the connection is lost or silent for ten seconds.
    pub fn read(&mut self) -> io::Result<RawReply> {
        let mut line = String::new();
        if self.stream.read_line(&mut line)? == 0 {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
        let line = line.trim_end_matches("\r\n");
        let (kind, rest) = line.split_at(1);
        let number = || rest.parse::<i64>().map_err(io::Error::other);
        Ok(match kind {
            "+" => RawReply::Simple(rest.into()),
            "-" => RawReply::Error(rest.into()),
            ":" => RawReply::Integer(number()?),
            "$" => match usize::try_from(number()?) {
                Err(_) => RawReply::Null,
                Ok(length) => {
                    let mut bytes = vec![0; length + 2];
                    self.stream.read_exact(&mut bytes)?;
                    bytes.truncate(length);
                    RawReply::Bulk(bytes)
                }
            },
            "*" => match usize::try_from(number()?) {
                Err(_) => RawReply::Null,
                Ok(count) => RawReply::Array((0..count).map(|_| self.read()).collect::<io::Result<_>>()?),
            },
            _ => return Err(io::Error::other(format!("not RESP2: {line:?}"))),
        })
    }
}
