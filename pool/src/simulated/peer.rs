//! A server's side of one connection, without a socket: bytes in, replies out.

use fastrand::Rng;
use redlane_resp::limits::Limits;
use redlane_resp::reply::Reply;
use redlane_resp::scan::{Scan, Scanner};

use super::ledger::{Ledger, Tag};

/// Runs what arrives, in order.
#[derive(Debug)]
pub(crate) struct Peer {
    input: Vec<u8>,
    scanner: Scanner,
    queued: Option<Vec<Tag>>,
    latest: Option<Tag>,
}

impl Default for Peer {
    fn default() -> Self {
        Peer { input: Vec::new(), scanner: Scanner::new(Limits::default()), queued: None, latest: None }
    }
}

impl Peer {
    /// Takes bytes and gives the replies to the commands that they complete.
    pub(crate) fn feed(&mut self, bytes: &[u8], ledger: &mut Ledger, rng: &mut Rng) -> Vec<Vec<u8>> {
        self.input.extend_from_slice(bytes);
        let mut replies = Vec::new();
        while !self.input.is_empty() {
            let Scan::Whole { len, .. } = self.scanner.scan(&self.input).expect("a command") else { break };
            let rest = self.input.split_off(len);
            let frame = std::mem::replace(&mut self.input, rest);
            let words: Vec<String> = Reply::from_frame(frame.into()).read().expect("a command");
            replies.push(self.run(&words, ledger, rng));
        }
        replies
    }

    fn run(&mut self, words: &[String], ledger: &mut Ledger, rng: &mut Rng) -> Vec<u8> {
        let words: Vec<&str> = words.iter().map(String::as_str).collect();
        match (words.as_slice(), &mut self.queued) {
            (["PING"], _) => b"+PONG\r\n".to_vec(),
            (["HELLO"], _) => b"+HELLO\r\n".to_vec(),
            (["MULTI"], queued @ None) => {
                *queued = Some(Vec::new());
                b"+OK\r\n".to_vec()
            }
            (["EXEC"], queued @ Some(_)) => {
                let tags = queued.take().unwrap_or_default();
                let mut reply = format!("*{}\r\n", tags.len()).into_bytes();
                for tag in tags {
                    reply.extend(self.execute(tag, ledger, rng));
                }
                reply
            }
            (["ECHO", tag, _], Some(queued)) => {
                queued.push(tag.parse().unwrap());
                format!("+QUEUED <{tag}>\r\n").into_bytes()
            }
            (["ECHO", tag, _], None) => self.execute(tag.parse().unwrap(), ledger, rng),
            other => panic!("{other:?}"),
        }
    }

    fn execute(&mut self, tag: Tag, ledger: &mut Ledger, rng: &mut Rng) -> Vec<u8> {
        assert!(self.latest < Some(tag), "<{tag}> runs after {:?}", self.latest);
        self.latest = Some(tag);
        ledger.execute(tag);
        let text = format!("<{tag}>");
        match rng.u8(0..20) {
            0 => format!("-ERR {text}\r\n").into_bytes(),
            1 => format!("*2\r\n+{text}\r\n:7\r\n").into_bytes(),
            2 => {
                let filler = ".".repeat(rng.usize(0..2_000));
                format!("${}\r\n{text}{filler}\r\n", text.len() + filler.len()).into_bytes()
            }
            3 if rng.u8(0..20) == 0 => {
                let filler = ".".repeat(rng.usize(60_000..200_000));
                format!("${}\r\n{text}{filler}\r\n", text.len() + filler.len()).into_bytes()
            }
            _ => format!("${}\r\n{text}\r\n", text.len()).into_bytes(),
        }
    }
}
