//! The codec by itself, and under `Framed` over an in-memory pipe.
#![allow(clippy::arithmetic_side_effects)]

use std::error::Error as _;
use std::future::poll_fn;
use std::pin::Pin;

use futures_core::Stream;
use proptest::prelude::*;
use redlane_resp::error::FramingErrorKind;
use tokio::io::{AsyncRead, AsyncWrite, AsyncWriteExt, DuplexStream, duplex};
use tokio_util::codec::Framed;

use super::*;

type Peer = Framed<DuplexStream, RespCodec>;

/// The next reply; `None` at the end of the stream.
async fn next<S: AsyncRead + AsyncWrite + Unpin>(
    framed: &mut Framed<S, RespCodec>,
) -> Option<Result<Reply, CodecError>> {
    poll_fn(|cx| Pin::new(&mut *framed).poll_next(cx)).await
}

/// Encodes one thing and writes it out.
async fn send<T>(framed: &mut Peer, what: T)
where
    RespCodec: Encoder<T, Error = CodecError>,
{
    let mut out = BytesMut::new();
    framed.codec_mut().encode(what, &mut out).unwrap();
    framed.get_mut().write_all(&out).await.unwrap();
}

fn peers() -> (Peer, Peer) {
    let (near, far) = duplex(1024 * 1024);
    (Framed::new(near, RespCodec::default()), Framed::new(far, RespCodec::default()))
}

#[tokio::test]
async fn a_client_and_a_server_talk_through_framed() {
    let (mut client, mut server) = peers();

    send(&mut client, &Command::new("GET").arg("key")).await;
    send(&mut client, Command::new("PING")).await;
    let asked: Vec<String> = next(&mut server).await.unwrap().unwrap().read().unwrap();
    assert_eq!(asked, ["GET", "key"]);
    let asked: Vec<String> = next(&mut server).await.unwrap().unwrap().read().unwrap();
    assert_eq!(asked, ["PING"]);

    send(&mut server, Value::from("value")).await;
    send(&mut server, &Value::Integer(7)).await;
    send(&mut server, Bytes::from("+PONG\r\n")).await;
    assert_eq!(next(&mut client).await.unwrap().unwrap().read::<String>().unwrap(), "value");
    assert_eq!(next(&mut client).await.unwrap().unwrap().read::<i64>().unwrap(), 7);
    assert_eq!(next(&mut client).await.unwrap().unwrap().read::<String>().unwrap(), "PONG");
}

#[tokio::test]
async fn a_reply_is_passed_on_as_it_came() {
    let (mut client, mut server) = peers();
    let frame = "|1\r\n+ttl\r\n:9\r\n%1\r\n+a\r\n*2\r\n:1\r\n_\r\n";

    send(&mut server, Bytes::from(frame)).await;
    let reply = next(&mut client).await.unwrap().unwrap();
    send(&mut client, reply).await;

    assert_eq!(next(&mut server).await.unwrap().unwrap().into_bytes(), frame);
}

#[tokio::test]
async fn a_closed_stream_ends_and_a_cut_one_fails() {
    let (mut client, mut server) = peers();
    send(&mut server, Bytes::from("+OK\r\n$5\r\nval")).await;
    drop(server);

    assert!(next(&mut client).await.unwrap().is_ok());
    let error = next(&mut client).await.unwrap().unwrap_err();
    assert!(matches!(&error, CodecError::Io(io) if io.kind() == io::ErrorKind::UnexpectedEof), "{error:?}");
    assert!(error.source().is_some());
    assert!(next(&mut client).await.is_none());

    let (mut client, server) = peers();
    drop(server);
    assert!(next(&mut client).await.is_none());
}

#[tokio::test]
async fn bytes_that_are_not_resp_end_the_stream() {
    let (mut client, mut server) = peers();
    send(&mut server, Bytes::from("HTTP/1.1 400 Bad Request\r\n\r\n+OK\r\n")).await;

    let error = next(&mut client).await.unwrap().unwrap_err();

    assert!(matches!(
        error,
        CodecError::Framing(FramingError { kind: FramingErrorKind::Marker(b'H'), offset: 0 })
    ));
    assert!(next(&mut client).await.is_none());
}

#[test]
fn an_announced_length_takes_no_memory_before_it_arrives() {
    let mut codec = RespCodec::default();
    let mut arrived = BytesMut::from("$536870912\r\n");

    assert!(codec.decode(&mut arrived).unwrap().is_none());

    assert!(arrived.capacity() <= 2 * AHEAD, "{}", arrived.capacity());
}

#[test]
fn limits_hold() {
    let mut codec = RespCodec::new(Limits::default().with_bulk_bytes(4));

    assert!(codec.decode(&mut BytesMut::from("$4\r\nokay\r\n")).unwrap().is_some());
    assert!(matches!(codec.decode(&mut BytesMut::from("$5\r\n")), Err(CodecError::Framing(_))));
}

proptest! {
    #[test]
    fn any_cut_gives_the_same_replies(
        texts in prop::collection::vec(prop::collection::vec(any::<u8>(), 0..40), 1..8),
        piece in 1..32_usize,
    ) {
        let mut codec = RespCodec::default();
        let mut wire = BytesMut::new();
        for text in &texts {
            codec.encode(Command::new("ECHO").arg(text.as_slice()), &mut wire).unwrap();
        }

        let mut arrived = BytesMut::new();
        let mut echoed = Vec::new();
        for bytes in wire.chunks(piece) {
            arrived.extend_from_slice(bytes);
            while let Some(reply) = codec.decode(&mut arrived).unwrap() {
                let (_, text): (String, Vec<u8>) = reply.read().unwrap();
                echoed.push(text);
            }
        }

        prop_assert_eq!(echoed, texts);
        prop_assert!(arrived.is_empty() && codec.decode_eof(&mut arrived).unwrap().is_none());
    }
}
