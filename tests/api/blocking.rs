//! The connection that waits in its caller's thread, on a real server.

use std::sync::{Arc, Mutex};
use std::thread;
use std::time::Duration;

use redlane_pool::blocking::{BlockingConfig, BlockingConnection, BlockingError, Frame};
use redlane_pool::connector::PushSink;
use redlane_pool::error::{CloseReason, Outcome};
use redlane_pool::transport::Target;
use redlane_resp::command::Command;
use redlane_resp::reply::Reply;
use redlane_test_support::{Keys, Options, Server};

fn connect(server: &Server) -> BlockingConnection {
    let target = Target::tcp("127.0.0.1", server.port());
    BlockingConnection::open(&target, &BlockingConfig::default()).unwrap()
}

fn ask(connection: &mut BlockingConnection, args: &[&str]) -> Reply {
    let (name, rest) = args.split_first().unwrap();
    connection.request(&Command::new(name).arg(rest)).unwrap().into_single().unwrap()
}

#[test]
fn commands_and_pipelines_run_over_tcp_and_over_the_unix_socket() {
    let (server, keys) = (Server::shared(), Keys::new());
    let unix = BlockingConnection::open(&Target::unix(server.socket()), &BlockingConfig::default());

    for mut connection in [connect(server), unix.unwrap()] {
        let value = "x".repeat(3_000_000);
        assert_eq!(ask(&mut connection, &["SET", &keys.key("large"), &value]).read(), Ok("OK".to_owned()));
        assert_eq!(ask(&mut connection, &["GET", &keys.key("large")]).into_read(), Ok(value));

        let mut batch = Vec::new();
        for _ in 0..10_000 {
            Command::new("INCR").arg(keys.key("n")).encode(&mut batch);
        }
        let replies = connection.request_encoded(&batch, 10_000, false).unwrap();
        let counts: Vec<u64> = replies.into_iter().map(|reply| reply.read().unwrap()).collect();
        assert_eq!(counts.len(), 10_000);
        assert!(counts.windows(2).all(|pair| pair[1] == pair[0] + 1));
    }
}

#[tokio::test]
async fn it_works_inside_of_a_runtime() {
    let (server, keys) = (Server::shared(), Keys::new());

    let mut connection = connect(server);

    assert_eq!(ask(&mut connection, &["INCR", &keys.key("n")]).read(), Ok(1));
}

#[test]
fn a_reply_that_comes_too_late_reaches_nobody() {
    let (server, keys) = (Server::shared(), Keys::new());
    let mut connection = connect(server);
    connection.set_read_timeout(Some(Duration::from_millis(50))).unwrap();

    let late = connection.request(&Command::new("BLPOP").arg(keys.key("list")).arg(0)).unwrap_err();

    assert!(late.is_timeout());
    assert_eq!(late.outcome(), Outcome::MaybeExecuted);
    connection.set_read_timeout(None).unwrap();
    server.command(&["RPUSH", &keys.key("list"), "late"]);
    assert_eq!(ask(&mut connection, &["ECHO", "in time"]).read(), Ok("in time".to_owned()));
}

#[test]
fn the_end_of_the_server_is_told_once_and_ends_the_connection() {
    let server = Server::start(Options::new());
    let mut connection = connect(&server);
    ask(&mut connection, &["PING"]);
    server.kill();

    let lost = connection.request(&Command::new("INCR").arg("n")).unwrap_err();
    let again = connection.request(&Command::new("INCR").arg("n")).unwrap_err();

    assert!(matches!(lost, BlockingError::Lost { .. }), "{lost:?}");
    assert!(!connection.is_open());
    let BlockingError::Closed { reason } = again else { panic!("{again:?}") };
    assert!(matches!(reason, CloseReason::Ended | CloseReason::Io), "{reason:?}");
    assert_eq!(again.outcome(), Outcome::NotSent);
}

#[derive(Default)]
struct Pushes(Mutex<Vec<Vec<String>>>);

impl PushSink for Pushes {
    fn push(&self, frame: Reply) {
        self.0.lock().unwrap().push(frame.read().unwrap());
    }
}

#[test]
fn pushes_between_replies_reach_the_sink() {
    let (server, keys) = (Server::shared(), Keys::new());
    let mut connection = connect(server);
    let pushes = Arc::new(Pushes::default());
    connection.set_sink(Some(Arc::clone(&pushes) as Arc<dyn PushSink>));
    ask(&mut connection, &["HELLO", "3"]);
    let channel = keys.key("news");
    connection.send(&Command::new("SUBSCRIBE").arg(&channel).to_bytes()).unwrap();
    assert!(matches!(connection.read_next(), Ok(Frame::Push(_))), "the confirmation");

    for text in ["one", "two"] {
        server.command(&["PUBLISH", &channel, text]);
        ask(&mut connection, &["PING"]);
    }

    let message = |text: &str| vec!["message".to_owned(), channel.clone(), text.to_owned()];
    assert_eq!(*pushes.0.lock().unwrap(), [message("one"), message("two")]);
}

#[test]
fn a_monitor_reads_what_others_say() {
    let (server, keys) = (Server::start(Options::new()), Keys::new());
    let mut connection = connect(&server);
    connection.send(&Command::new("MONITOR").to_bytes()).unwrap();
    let Frame::Reply(ok) = connection.read_reply().unwrap() else { panic!("a push") };
    assert_eq!(ok.read(), Ok("OK".to_owned()));

    let key = keys.key("watched");
    let other = thread::scope(|scope| {
        scope.spawn(|| server.command(&["GET", &key]));
        loop {
            let Frame::Reply(line) = connection.read_next().unwrap() else { panic!("a push") };
            let line: String = line.read().unwrap();
            if line.contains(&key) {
                break line;
            }
        }
    });

    assert!(other.contains("\"GET\""), "{other}");
}
