//! A place on the way to a server, where what the client says is written down.

use std::net::Ipv4Addr;
use std::sync::{Arc, Mutex};

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

/// What each connection has said so far, in the order in which they were opened.
#[derive(Clone, Default)]
pub(super) struct Tap(Arc<Mutex<Vec<Vec<u8>>>>);

impl Tap {
    /// Listens on a free port and carries all bytes to and from `server`.
    pub(super) async fn before(server: u16) -> (u16, Self) {
        let tap = Self::default();
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.unwrap();
        let port = listener.local_addr().unwrap().port();
        let heard = tap.clone();
        tokio::spawn(async move {
            loop {
                let (client, _) = listener.accept().await.unwrap();
                let server = TcpStream::connect((Ipv4Addr::LOCALHOST, server)).await.unwrap();
                tokio::spawn(heard.clone().carry(client, server));
            }
        });
        (port, tap)
    }

    async fn carry(self, client: TcpStream, server: TcpStream) {
        let connection = {
            let mut all = self.0.lock().unwrap();
            all.push(Vec::new());
            all.len() - 1
        };
        let (mut from_client, mut to_client) = client.into_split();
        let (mut from_server, mut to_server) = server.into_split();
        let back = tokio::spawn(async move { tokio::io::copy(&mut from_server, &mut to_client).await });
        let mut bytes = [0; 4096];
        while let Ok(read @ 1..) = from_client.read(&mut bytes).await {
            self.0.lock().unwrap()[connection].extend_from_slice(&bytes[..read]);
            if to_server.write_all(&bytes[..read]).await.is_err() {
                break;
            }
        }
        drop(to_server);
        let _ = back.await;
    }

    /// What each connection has said.
    pub(super) fn heard(&self) -> Vec<Vec<u8>> {
        self.0.lock().unwrap().clone()
    }
}

/// The records in what a client said, each with its type.
///
/// # Panics
///
/// When it is not TLS.
pub(super) fn records(mut said: &[u8]) -> Vec<(u8, &[u8])> {
    let mut records = Vec::new();
    while let [kind, 3, _, high, low, rest @ ..] = said {
        let length = usize::from(u16::from_be_bytes([*high, *low]));
        assert!((20..=23).contains(kind), "no TLS: {said:?}");
        let (record, next) = rest.split_at(length.min(rest.len()));
        records.push((*kind, record));
        said = next;
    }
    assert!(said.is_empty(), "no TLS: {said:?}");
    records
}

/// The name that a client asks for in its first message.
pub(super) fn server_name(said: &[u8]) -> Option<String> {
    let (_, hello) = records(said)[0];
    // Message type and length, version, random.
    let mut rest = &hello[4 + 2 + 32..];
    let mut take = |size_bytes: usize| {
        let (size, after) = rest.split_at(size_bytes);
        let size = size.iter().fold(0, |size, byte| size << 8 | usize::from(*byte));
        let (taken, after) = after.split_at(size);
        rest = after;
        taken
    };
    let (_session, _ciphers, _compressions) = (take(1), take(2), take(1));
    let mut extensions = take(2);
    while let [kind_high, kind_low, high, low, after @ ..] = extensions {
        let (extension, next) = after.split_at(usize::from(u16::from_be_bytes([*high, *low])));
        if (*kind_high, *kind_low) == (0, 0) {
            // A list of one name, with its length, its type and its length again.
            return Some(String::from_utf8(extension[5..].to_vec()).unwrap());
        }
        extensions = next;
    }
    None
}
