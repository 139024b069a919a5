//! Zero-copy RESP2 and RESP3 codec: bytes into replies, commands into bytes. It never waits.
//!
//! Bytes come in by a [`Scanner`](scan::Scanner), which finds the end of each frame and refuses whatever breaks the
//! protocol or its [`Limits`](limits::Limits). A frame that passed is a [`Reply`](reply::Reply), and
//! [`FromReply`](from_reply::FromReply) reads it into the caller's type; a [`Value`](value::Value) tree is built only
//! when asked for. Bytes go out by a [`Command`](command::Command). No socket, clock or task is in here.
//!
//! ```
//! use redlane_resp::limits::Limits;
//! use redlane_resp::reply::Reply;
//! use redlane_resp::scan::{Scan, Scanner};
//!
//! let input = b"*2\r\n$5\r\nhello\r\n:42\r\n";
//! let mut scanner = Scanner::new(Limits::default());
//! let Scan::Whole { len, .. } = scanner.scan(input)? else { panic!("cut short") };
//!
//! let reply = Reply::from_frame(input[..len].to_vec().into());
//! let (text, number): (String, u8) = reply.read()?;
//! assert_eq!((text.as_str(), number), ("hello", 42));
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
#![deny(unsafe_code)]

pub mod command;
pub mod cursor;
mod digits;
pub mod error;
pub mod from_reply;
pub mod limits;
pub mod reply;
pub mod scan;
pub mod slot;
pub mod to_args;
pub mod value;
