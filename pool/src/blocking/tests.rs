//! A blocking connection and a scripted peer, over a pair of sockets of this process.

use std::io::Read;
use std::net::{Ipv4Addr, TcpListener, TcpStream};
use std::sync::Mutex;
use std::thread;

use redlane_resp::command::Command;

use super::*;

const SHORT: Duration = Duration::from_millis(20);

/// A connection and the socket of its peer.
fn pair(config: &BlockingConfig) -> (BlockingConnection, TcpStream) {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
    let target = Target::tcp("127.0.0.1", listener.local_addr().unwrap().port());
    let connection = BlockingConnection::open(&target, config).unwrap();
    let (peer, _) = listener.accept().unwrap();
    peer.set_nodelay(true).unwrap();
    (connection, peer)
}

fn patient() -> (BlockingConnection, TcpStream) {
    pair(&BlockingConfig::default())
}

fn impatient() -> (BlockingConnection, TcpStream) {
    pair(&BlockingConfig {
        read_timeout: Some(SHORT),
        write_timeout: Some(SHORT),
        ..BlockingConfig::default()
    })
}

/// So many PINGs in one payload, of which half execute half.
struct Pings(usize);

impl Payload for Pings {
    fn frames(&self) -> usize {
        self.0
    }

    fn encoded_len(&self) -> usize {
        PING.len().saturating_mul(self.0)
    }

    fn encode(&self, out: &mut Outbox) {
        for _ in 0..self.0 {
            Command::new("PING").encode(out);
        }
    }

    fn whole(&self) -> bool {
        false
    }
}

const PING: &[u8] = b"*1\r\n$4\r\nPING\r\n";

fn ping() -> Command {
    Command::new("PING")
}

fn texts(replies: Replies) -> Vec<String> {
    replies.into_iter().map(|reply| reply.read().unwrap()).collect()
}

/// Writes `bytes`.
fn say(peer: &mut TcpStream, bytes: &[u8]) {
    peer.write_all(bytes).unwrap();
}

/// Reads exactly `expected`.
fn hear(peer: &mut TcpStream, expected: &[u8]) {
    let mut heard = vec![0; expected.len()];
    peer.read_exact(&mut heard).unwrap();
    assert_eq!(heard, expected);
}

#[derive(Default)]
struct Pushes(Mutex<Vec<Bytes>>);

impl PushSink for Pushes {
    fn push(&self, frame: Reply) {
        self.0.lock().unwrap().push(frame.into_bytes());
    }
}

#[test]
fn a_command_goes_out_whole_and_its_reply_comes_back() {
    let (mut connection, mut peer) = patient();
    say(&mut peer, b"$5\r\nhello\r\n");

    let replies = connection.request(&ping()).unwrap();

    assert_eq!(texts(replies), ["hello"]);
    hear(&mut peer, PING);
}

#[test]
fn the_replies_of_a_pipeline_come_in_one_block_however_they_are_cut() {
    for step in [1, 3, 1000] {
        let (mut connection, mut peer) = patient();
        let writer = thread::spawn(move || {
            let replies: Vec<u8> =
                (0..100).flat_map(|n| format!("${}\r\n{n}\r\n", n.to_string().len()).into_bytes()).collect();
            replies.chunks(step).for_each(|chunk| say(&mut peer, chunk));
            peer
        });

        let replies = connection.request(&Pings(100)).unwrap();

        assert_eq!(texts(replies), (0..100).map(|n| n.to_string()).collect::<Vec<_>>());
        hear(&mut writer.join().unwrap(), &PING.repeat(100));
    }
}

#[test]
fn large_arguments_and_replies_are_not_mangled() {
    let value: Vec<u8> = (0..=255_u8).cycle().take(3_000_000).collect();
    let (mut connection, mut peer) = patient();
    let command = Command::new("ECHO").arg(&value[..]).arg("and a short one");
    let expected = command.to_bytes();
    let sent = value.clone();
    let server = thread::spawn(move || {
        hear(&mut peer, &expected);
        say(&mut peer, format!("${}\r\n", sent.len()).as_bytes());
        say(&mut peer, &sent);
        say(&mut peer, b"\r\n");
        peer
    });

    let mut replies = connection.request(&command).unwrap();

    assert_eq!(replies.next_reply().unwrap().into_read::<Vec<u8>>(), Ok(value));
    drop(server.join());
}

#[test]
fn a_reply_that_nobody_asked_for_closes_the_connection() {
    let (mut connection, mut peer) = patient();
    say(&mut peer, b"+1\r\n+nobody's\r\n");
    assert_eq!(texts(connection.request(&ping()).unwrap()), ["1"]);

    let error = connection.request(&ping()).unwrap_err();

    assert!(matches!(error, BlockingError::Closed { reason: CloseReason::UnaskedReply }), "{error:?}");
    assert_eq!(error.outcome(), Outcome::NotSent);
    assert!(!connection.is_open());
}

#[test]
fn pushes_go_to_the_sink_in_wire_order_and_are_no_replies() {
    let (mut connection, mut peer) = patient();
    let pushes = Arc::new(Pushes::default());
    connection.set_sink(Some(Arc::clone(&pushes) as Arc<dyn PushSink>));
    say(&mut peer, b">1\r\n+a\r\n+1\r\n>1\r\n+b\r\n>1\r\n+c\r\n+2\r\n>1\r\n+d\r\n");

    let replies = connection.request(&Pings(2)).unwrap();

    assert_eq!(texts(replies), ["1", "2"]);
    say(&mut peer, b"+3\r\n");
    assert_eq!(texts(connection.request(&ping()).unwrap()), ["3"]);
    let expected = ["a", "b", "c", "d"].map(|name| format!(">1\r\n+{name}\r\n"));
    assert_eq!(*pushes.0.lock().unwrap(), expected);
}

#[test]
fn a_late_reply_is_dropped_and_nobody_gets_it() {
    let (mut connection, mut peer) = impatient();

    let error = connection.request(&ping()).unwrap_err();

    assert_eq!(error.to_string(), "no reply within 20ms");
    assert_eq!(error.outcome(), Outcome::MaybeExecuted);
    assert!(connection.is_open());
    connection.set_read_timeout(None).unwrap();
    say(&mut peer, b"+late\r\n+in time\r\n");
    assert_eq!(texts(connection.request(&ping()).unwrap()), ["in time"]);
}

#[test]
fn a_reply_that_is_half_late_is_read_to_its_end_and_dropped() {
    let (mut connection, mut peer) = impatient();
    say(&mut peer, b"$100\r\nhalf");

    let error = connection.request(&ping()).unwrap_err();

    assert!(error.is_timeout());
    connection.set_read_timeout(None).unwrap();
    say(&mut peer, &[b'x'; 96]);
    say(&mut peer, b"\r\n+in time\r\n");
    assert_eq!(texts(connection.request(&ping()).unwrap()), ["in time"]);
}

#[test]
fn of_a_late_pipeline_what_came_is_handed_over_and_the_rest_is_owed() {
    let (mut connection, mut peer) = impatient();
    say(&mut peer, b"+1\r\n+2\r\n");

    let error = connection.request(&Pings(5)).unwrap_err();

    let BlockingError::Unanswered { replies, .. } = error else { panic!("{error:?}") };
    assert_eq!(texts(replies), ["1", "2"]);
    connection.set_read_timeout(None).unwrap();
    say(&mut peer, b"+3\r\n>1\r\n+push\r\n+4\r\n+5\r\n+6\r\n");
    assert_eq!(texts(connection.request(&ping()).unwrap()), ["6"]);
}

#[test]
fn a_reply_left_incomplete_for_too_long_closes_the_connection() {
    let config = BlockingConfig {
        read_timeout: Some(SHORT),
        frame_timeout: Duration::ZERO,
        ..BlockingConfig::default()
    };
    let (mut connection, mut peer) = pair(&config);
    say(&mut peer, b"$100\r\nhalf");

    let error = connection.request(&ping()).unwrap_err();

    assert!(error.is_timeout());
    assert!(!connection.is_open());
    let again = connection.request(&ping()).unwrap_err();
    assert!(matches!(again, BlockingError::Closed { reason: CloseReason::FrameOverdue }), "{again:?}");
}

#[test]
fn a_malformed_reply_closes_the_connection_behind_the_good_ones() {
    let (mut connection, mut peer) = patient();
    say(&mut peer, b"+1\r\n+2\r\n?what\r\n");

    let error = connection.request(&Pings(3)).unwrap_err();

    assert_eq!(error.outcome(), Outcome::MaybeExecuted);
    let BlockingError::Malformed { replies, .. } = error else { panic!("{error:?}") };
    assert_eq!(texts(replies), ["1", "2"]);
    let again = connection.request(&ping()).unwrap_err();
    assert!(matches!(again, BlockingError::Closed { reason: CloseReason::Framing }), "{again:?}");
    assert_eq!(again.outcome(), Outcome::NotSent);
}

#[test]
fn a_cut_within_a_reply_closes_the_connection() {
    let (mut connection, mut peer) = patient();
    say(&mut peer, b"+1\r\n$100\r\nhalf");
    peer.shutdown(std::net::Shutdown::Write).unwrap();

    let error = connection.request(&Pings(2)).unwrap_err();

    assert_eq!(error.to_string(), "connection lost: closed by the server");
    let BlockingError::Lost { reason, outcome, replies, .. } = error else { panic!("{error:?}") };
    assert_eq!((reason, outcome), (CloseReason::Ended, Outcome::MaybeExecuted));
    assert_eq!(texts(replies), ["1"]);
    assert!(!connection.is_open());
}

#[test]
fn a_command_that_the_server_does_not_take_whole_is_not_sent() {
    let (mut connection, _peer) = impatient();
    let command = Command::new("SET").arg("key").arg(vec![b'x'; 64 << 20]);

    let error = connection.request(&command).unwrap_err();

    assert_eq!(error.to_string(), "no room to write within 20ms");
    let BlockingError::Unwritten { outcome, written, .. } = error else { panic!("{error:?}") };
    assert_eq!(outcome, Outcome::NotSent);
    assert!(written > 0 && written < 64 << 20, "{written}");
    assert!(!connection.is_open(), "half a command cannot be taken back");
}

#[test]
fn of_several_commands_some_may_have_run_when_the_server_takes_a_part() {
    struct Sets;
    impl Payload for Sets {
        fn frames(&self) -> usize {
            2
        }
        fn encoded_len(&self) -> usize {
            0
        }
        fn encode(&self, out: &mut Outbox) {
            ping().encode(out);
            Command::new("SET").arg("key").arg(vec![b'x'; 64 << 20]).encode(out);
        }
        fn whole(&self) -> bool {
            false
        }
    }
    let (mut connection, _peer) = impatient();

    let error = connection.request(&Sets).unwrap_err();

    assert_eq!(error.outcome(), Outcome::MaybeExecuted);
}

#[cfg(unix)]
#[test]
fn a_socket_that_takes_nothing_can_be_used_again() {
    let (ours, mut peer) = std::os::unix::net::UnixStream::pair().unwrap();
    let mut filling = ours.try_clone().unwrap();
    let mut connection = BlockingConnection::over(Socket::Unix(ours), &BlockingConfig::default());
    connection.set_write_timeout(Some(SHORT)).unwrap();
    let mut filler = 0;
    while let Ok(written) = filling.write(&[b'x'; 100_000]) {
        filler += written;
    }

    let error = connection.request(&ping()).unwrap_err();

    let BlockingError::Unwritten { outcome, written, .. } = error else { panic!("{error:?}") };
    assert_eq!((outcome, written), (Outcome::NotSent, 0));
    assert!(connection.is_open());
    let mut filled = vec![0; filler];
    peer.read_exact(&mut filled).unwrap();
    peer.write_all(b"+1\r\n").unwrap();
    assert_eq!(texts(connection.request(&ping()).unwrap()), ["1"]);
}

#[test]
fn who_reads_by_itself_gets_pushes_too_and_loses_nothing_to_a_timeout() {
    let (mut connection, mut peer) = impatient();
    connection.send(PING).unwrap();
    hear(&mut peer, PING);

    let late = connection.read_next().unwrap_err();

    assert!(late.is_timeout());
    connection.set_read_timeout(None).unwrap();
    say(&mut peer, b"+1\r\n>1\r\n+a\r\n+2\r\n");
    let frames: Vec<Frame> = (0..3).map(|_| connection.read_next().unwrap()).collect();
    let reply = |bytes: &'static str| Reply::from_frame(bytes.into());
    assert_eq!(
        frames,
        [Frame::Reply(reply("+1\r\n")), Frame::Push(reply(">1\r\n+a\r\n")), Frame::Reply(reply("+2\r\n"))]
    );
}

#[test]
fn a_reply_that_its_reader_gave_up_on_is_dropped() {
    let (mut connection, mut peer) = impatient();
    connection.send(PING).unwrap();

    let late = connection.read_reply().unwrap_err();

    assert!(late.is_timeout());
    connection.set_read_timeout(None).unwrap();
    say(&mut peer, b"+late\r\n+in time\r\n");
    assert_eq!(texts(connection.request(&ping()).unwrap()), ["in time"]);
}

#[test]
fn a_connection_opens_and_asks_inside_of_a_runtime_too() {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();

    runtime.block_on(async {
        let (mut connection, mut peer) = patient();
        say(&mut peer, b"+1\r\n");
        assert_eq!(texts(connection.request(&ping()).unwrap()), ["1"]);
    });
}

#[test]
fn a_name_is_looked_up_within_the_limit_and_every_address_is_tried() {
    // `localhost` is `::1` too on most machines, where nobody listens.
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
    let target = Target::tcp("localhost", listener.local_addr().unwrap().port());

    let connection = BlockingConnection::open(&target, &BlockingConfig::default()).unwrap();

    assert!(connection.is_open());
}

#[test]
fn a_refusal_names_the_address_and_a_strange_name_itself() {
    let closed = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap().local_addr().unwrap().port();
    let config = BlockingConfig::default();

    let refused = BlockingConnection::open(&Target::tcp("127.0.0.1", closed), &config).unwrap_err();
    let strange = BlockingConnection::open(&Target::tcp("no such host", 1), &config).unwrap_err();

    assert_eq!(refused.to_string(), format!("cannot connect to 127.0.0.1:{closed}"));
    assert_eq!(strange.to_string(), "cannot resolve no such host");
}

#[test]
fn a_limit_of_nothing_is_over_at_once() {
    let config = BlockingConfig { connect_timeout: Some(Duration::ZERO), ..BlockingConfig::default() };

    let error = BlockingConnection::open(&Target::tcp("127.0.0.1", 1), &config).unwrap_err();

    assert_eq!(error.to_string(), "no connection within 0ns");
}

#[cfg(unix)]
#[test]
fn a_unix_socket_carries_requests_and_its_absence_is_named() {
    let folder = std::env::temp_dir().join(format!("redlane-blocking-{}", std::process::id()));
    std::fs::create_dir_all(&folder).unwrap();
    let path = folder.join("socket");
    let listener = std::os::unix::net::UnixListener::bind(&path).unwrap();

    let mut connection = BlockingConnection::open(&Target::unix(&path), &BlockingConfig::default()).unwrap();
    let (mut peer, _) = listener.accept().unwrap();
    peer.write_all(b"+1\r\n").unwrap();

    assert_eq!(texts(connection.request(&ping()).unwrap()), ["1"]);
    std::fs::remove_dir_all(&folder).unwrap();
    let gone = BlockingConnection::open(&Target::unix(&path), &BlockingConfig::default()).unwrap_err();
    assert!(matches!(gone, ConnectError::Dial { .. }), "{gone:?}");
}

#[test]
fn it_can_be_sent_and_shared() {
    fn both<T: Send + Sync + 'static>() {}

    both::<BlockingConnection>();
    both::<BlockingError>();
}
