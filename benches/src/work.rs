//! What a task does in a loop, and the data it needs.

use std::fmt;
use std::sync::LazyLock;

use bytes::Bytes;

/// One step of a task.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Work {
    /// GET of 64 bytes.
    Get,
    /// SET of 64 bytes.
    Set,
    /// Four times GET, then SET.
    Mix,
    /// MGET of 100 values of 64 bytes.
    Mget,
    /// HGETALL of 100 fields with values of 64 bytes.
    Hgetall,
    /// LRANGE of 1,000 elements of 16 bytes.
    Lrange,
    /// So many times GET of 64 bytes in one pipeline.
    Pipeline(usize),
    /// GET of so many bytes.
    GetLarge(usize),
    /// SET of so many bytes.
    SetLarge(usize),
    /// LRANGE of so many elements of 16 bytes.
    Elements(usize),
}

impl Work {
    /// Commands of one step.
    pub fn commands(self) -> usize {
        if let Self::Pipeline(commands) = self { commands } else { 1 }
    }

    /// What the step numbered `nth` does; only a mix depends on it.
    pub fn at(self, nth: usize) -> Self {
        match self {
            Self::Mix if nth % 5 == 4 => Self::Set,
            Self::Mix => Self::Get,
            other => other,
        }
    }

    /// The command as bytes, for those who speak to a socket; of a pipeline, its commands in one run.
    pub fn wire(self) -> Vec<u8> {
        let encoded = |args: &[&[u8]]| {
            let mut out = format!("*{}\r\n", args.len()).into_bytes();
            for arg in args {
                out.extend_from_slice(format!("${}\r\n", arg.len()).as_bytes());
                out.extend_from_slice(arg);
                out.extend_from_slice(b"\r\n");
            }
            out
        };
        match self {
            Self::Get | Self::Mix => encoded(&[b"GET", b"bench"]),
            Self::Set => encoded(&[b"SET", b"bench", &VALUE]),
            Self::Mget => {
                let keys = KEYS.iter().map(String::as_bytes);
                encoded(&std::iter::once(&b"MGET"[..]).chain(keys).collect::<Vec<_>>())
            }
            Self::Hgetall => encoded(&[b"HGETALL", b"hash"]),
            Self::Lrange => encoded(&[b"LRANGE", b"list:1000", b"0", b"-1"]),
            Self::Pipeline(commands) => encoded(&[b"GET", b"bench"]).repeat(commands),
            Self::GetLarge(size) => encoded(&[b"GET", large_key(size).as_bytes()]),
            Self::SetLarge(size) => encoded(&[b"SET", b"written", &large(size)]),
            Self::Elements(count) => encoded(&[b"LRANGE", list_key(count).as_bytes(), b"0", b"-1"]),
        }
    }
}

impl fmt::Display for Work {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Get => f.write_str("GET 64 B"),
            Self::Set => f.write_str("SET 64 B"),
            Self::Mix => f.write_str("80/20 64 B"),
            Self::Mget => f.write_str("MGET 100"),
            Self::Hgetall => f.write_str("HGETALL 100"),
            Self::Lrange => f.write_str("LRANGE 1,000"),
            Self::Pipeline(commands) => write!(f, "pipeline of {commands}"),
            Self::GetLarge(size) => write!(f, "GET {}", Size(*size)),
            Self::SetLarge(size) => write!(f, "SET {}", Size(*size)),
            Self::Elements(count) => write!(f, "LRANGE {count}"),
        }
    }
}

/// A number of bytes, as people write it.
#[derive(Clone, Copy, Debug)]
pub struct Size(pub usize);

impl fmt::Display for Size {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0 {
            small if small < 1 << 10 => write!(f, "{small} B"),
            middle if middle < 1 << 20 => write!(f, "{} KiB", middle >> 10),
            large => write!(f, "{} MiB", large >> 20),
        }
    }
}

/// The value of a small SET, and of every small GET.
pub const VALUE: [u8; 64] = [b'v'; 64];

/// The same as text, for clients that would send bytes as a list of numbers.
pub const TEXT: &str = match str::from_utf8(&VALUE) {
    Ok(text) => text,
    Err(_) => "",
};

/// The keys of MGET.
pub static KEYS: LazyLock<Vec<String>> = LazyLock::new(|| (0..100).map(|nth| format!("key:{nth}")).collect());

/// The largest value that is written.
pub const LARGEST: usize = 64 << 20;

static LARGE: LazyLock<Bytes> = LazyLock::new(|| Bytes::from(vec![b'x'; LARGEST]));

/// A large value, shared with all others.
pub fn large(size: usize) -> Bytes {
    LARGE.slice(..size)
}

/// Where a large value lies.
pub fn large_key(size: usize) -> String {
    format!("large:{size}")
}

/// Where a list of so many elements lies.
pub fn list_key(count: usize) -> String {
    format!("list:{count}")
}
