//! The blocking connection and its subscriptions, with a scripted server.

use std::io::{Read, Write};
use std::net::{Ipv4Addr, TcpListener, TcpStream};
use std::sync::mpsc::channel;

use redlane_pool::blocking::BlockingConfig;
use redlane_pool::transport::Target;

use super::*;
use crate::compat::connection_like::ConnectionLike;
use crate::compat::error::{ErrorKind, ServerErrorKind};
use crate::compat::pipeline::pipe;
use crate::compat::pubsub::{ControlFlow, PubSubCommands};
use crate::compat::value::PushKind;

const SHORT: Duration = Duration::from_millis(20);

/// A connection and the socket of its server.
fn pair(protocol: ProtocolVersion) -> (Connection, TcpStream) {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
    let target = Target::tcp("127.0.0.1", listener.local_addr().unwrap().port());
    let con = BlockingConnection::open(&target, &BlockingConfig::default()).unwrap();
    (Connection::new(con, 3, protocol), listener.accept().unwrap().0)
}

fn resp2() -> (Connection, TcpStream) {
    pair(ProtocolVersion::RESP2)
}

fn say(server: &mut TcpStream, text: &str) {
    server.write_all(text.as_bytes()).unwrap();
}

/// Reads exactly these commands.
fn hear(server: &mut TcpStream, commands: &[&[&str]]) {
    let mut expected = Vec::new();
    for words in commands {
        cmd(words[0]).arg(&words[1..]).write_packed_command(&mut expected);
    }
    let mut heard = vec![0; expected.len()];
    server.read_exact(&mut heard).unwrap();
    assert_eq!(String::from_utf8(heard), String::from_utf8(expected));
}

/// `word`, confirmed for `name`, with so many subscriptions left.
fn confirmed(mark: char, word: &str, name: &str, left: usize) -> String {
    format!("{mark}3\r\n${}\r\n{word}\r\n${}\r\n{name}\r\n:{left}\r\n", word.len(), name.len())
}

fn message(mark: char, name: &str, payload: &str) -> String {
    format!("{mark}3\r\n$7\r\nmessage\r\n${}\r\n{name}\r\n${}\r\n{payload}\r\n", name.len(), payload.len())
}

/// What a server says to a connection that leaves its last subscription.
const LEFT: &str = "*3\r\n$11\r\nunsubscribe\r\n$-1\r\n:0\r\n*3\r\n$12\r\npunsubscribe\r\n$-1\r\n:0\r\n";

#[test]
fn commands_and_pipelines_are_answered_in_their_order() {
    let (mut con, mut server) = resp2();

    say(&mut server, "$3\r\nAda\r\n");
    assert_eq!(cmd("GET").arg("name").query(&mut con), Ok("Ada".to_owned()));
    say(&mut server, "+OK\r\n");
    assert_eq!(con.req_packed_command(&cmd("PING").get_packed_command()), Ok(Value::Okay));
    say(&mut server, ":7\r\n-WRONGTYPE no list\r\n");
    let failed = pipe().cmd("INCR").arg("n").cmd("LPOP").arg("name").query::<(i64, String)>(&mut con);

    let failed = failed.unwrap_err();
    assert_eq!(failed.to_string(), "Pipeline failure: [(Index 1, error: \"WRONGTYPE\": no list)]");
    hear(&mut server, &[&["GET", "name"], &["PING"], &["INCR", "n"], &["LPOP", "name"]]);
    assert_eq!(con.get_db(), 3);
    assert!(con.is_open());
}

#[test]
fn an_aborted_transaction_tells_which_command_was_at_fault() {
    let (mut con, mut server) = resp2();
    say(&mut server, "+OK\r\n+QUEUED\r\n-ERR unknown command\r\n-EXECABORT Transaction discarded\r\n");

    let aborted = pipe().atomic().cmd("PING").cmd("NONSENSE").query::<()>(&mut con).unwrap_err();

    assert_eq!(aborted.kind(), ErrorKind::Server(ServerErrorKind::ExecAbort));
    assert_eq!(aborted.into_server_errors().unwrap()[0].0, 1);
    hear(&mut server, &[&["MULTI"], &["PING"], &["NONSENSE"], &["EXEC"]]);
}

#[test]
fn nothing_is_not_sent() {
    let (mut con, _server) = resp2();

    let empty = [
        con.send_packed_command(b"").unwrap_err(),
        con.req_packed_command(b"").unwrap_err(),
        con.req_packed_commands(b"", 0, 0).unwrap_err(),
        con.req_command(&crate::compat::cmd::Cmd::new()).unwrap_err(),
    ];

    for error in empty {
        assert_eq!(error.to_string(), "empty command - Client");
    }
}

#[test]
fn a_late_reply_is_a_timeout_and_reaches_nobody() {
    let (mut con, mut server) = resp2();
    con.set_read_timeout(Some(SHORT)).unwrap();

    let late = cmd("GET").arg("a").query::<String>(&mut con).unwrap_err();

    assert!(late.is_timeout() && late.is_io_error() && !late.is_unrecoverable_error(), "{late}");
    con.set_read_timeout(None).unwrap();
    say(&mut server, "$4\r\nlate\r\n$7\r\nin time\r\n");
    assert_eq!(cmd("GET").arg("b").query(&mut con), Ok("in time".to_owned()));
    assert!(con.set_read_timeout(Some(Duration::ZERO)).is_err());
}

#[test]
fn the_end_of_the_connection_is_an_io_error_and_a_push() {
    let (mut con, server) = pair(ProtocolVersion::RESP3);
    let (sender, pushes) = channel();
    con.set_push_sender(sender);
    drop(server);

    let lost = cmd("PING").query::<()>(&mut con).unwrap_err();
    let again = cmd("PING").query::<()>(&mut con).unwrap_err();

    for error in [&lost, &again] {
        assert!(error.is_connection_dropped() && error.is_unrecoverable_error(), "{error}");
    }
    assert!(!con.is_open() && !con.check_connection());
    drop(con);
    let told: Vec<PushInfo> = pushes.iter().collect();
    assert_eq!(told, [PushInfo { kind: PushKind::Disconnection, data: Vec::new() }]);
}

#[test]
fn bytes_that_are_no_reply_are_a_parse_error_and_the_end() {
    let (mut con, mut server) = resp2();
    say(&mut server, "what?\r\n");

    let error = cmd("PING").query::<()>(&mut con).unwrap_err();

    assert_eq!(error.kind(), ErrorKind::Parse);
    assert!(error.is_unrecoverable_error());
    assert!(!con.is_open());
}

#[test]
fn pushes_reach_the_sender_and_whoever_reads_by_itself() {
    let (mut con, mut server) = pair(ProtocolVersion::RESP3);
    let (sender, pushes) = channel();
    con.set_push_sender(sender);
    con.subscribe_resp3("news").unwrap();
    say(
        &mut server,
        &(confirmed('>', "subscribe", "news", 1) + "+PONG\r\n" + &message('>', "news", "hello")),
    );

    assert_eq!(cmd("PING").query(&mut con), Ok("PONG".to_owned()));
    let read = con.recv_response().unwrap();

    assert!(matches!(&read, Value::Push { kind: PushKind::Message, .. }), "{read:?}");
    let kinds: Vec<PushKind> = pushes.try_iter().map(|push| push.kind).collect();
    assert_eq!(kinds, [PushKind::Subscribe, PushKind::Message]);
    hear(&mut server, &[&["SUBSCRIBE", "news"], &["PING"]]);
}

#[test]
fn subscribing_by_push_takes_resp3() {
    let (mut con, _server) = resp2();

    let refused = con.psubscribe_resp3("n*").unwrap_err();

    assert_eq!(refused.kind(), ErrorKind::InvalidClientConfig);
}

#[test]
fn a_subscriber_waits_for_every_confirmation_and_keeps_the_messages_between() {
    for (protocol, mark) in [(ProtocolVersion::RESP2, '*'), (ProtocolVersion::RESP3, '>')] {
        let (mut con, mut server) = pair(protocol);
        let script = [
            confirmed(mark, "subscribe", "a", 1),
            message(mark, "a", "early"),
            confirmed(mark, "subscribe", "b", 2),
            "+PONG\r\n".to_owned(),
            message(mark, "b", "later"),
            confirmed(mark, "unsubscribe", "b", 1),
            confirmed(mark, "unsubscribe", "a", 0),
            LEFT.replace('*', &mark.to_string()),
            "+back\r\n".to_owned(),
        ];
        say(&mut server, &script.concat());

        let mut pubsub = con.as_pubsub();
        pubsub.subscribe(&["a", "b"]).unwrap();
        assert_eq!(pubsub.ping(), Ok("PONG".to_owned()), "no confirmation is taken for it");
        let payloads = [pubsub.get_message(), pubsub.get_message()].map(|got| got.unwrap().get_payload());
        assert_eq!(payloads, [Ok("early".to_owned()), Ok("later".to_owned())]);
        pubsub.unsubscribe(None::<&str>).unwrap();
        drop(pubsub);

        assert_eq!(cmd("PING").query(&mut con), Ok("back".to_owned()));
        let said: [&[&str]; 6] = [
            &["SUBSCRIBE", "a", "b"],
            &["PING"],
            &["UNSUBSCRIBE"],
            &["UNSUBSCRIBE"],
            &["PUNSUBSCRIBE"],
            &["PING"],
        ];
        hear(&mut server, &said);
    }
}

#[test]
fn a_subscription_that_the_server_refuses_is_an_error() {
    let (mut con, mut server) = resp2();
    say(&mut server, &format!("-NOPERM no such channel\r\n{LEFT}"));

    let refused = con.as_pubsub().subscribe("secrets").unwrap_err();

    assert_eq!(refused.kind(), ErrorKind::Server(ServerErrorKind::NoPerm));
}

#[test]
fn waiting_for_a_message_can_time_out_again_and_again() {
    let (mut con, mut server) = resp2();
    say(&mut server, &confirmed('*', "subscribe", "a", 1));
    let mut pubsub = con.as_pubsub();
    pubsub.subscribe("a").unwrap();
    pubsub.set_read_timeout(Some(SHORT)).unwrap();

    for _ in 0..3 {
        assert!(pubsub.get_message().unwrap_err().is_timeout());
    }
    assert!(pubsub.ping::<String>().unwrap_err().is_timeout());

    pubsub.set_read_timeout(None).unwrap();
    let late = "*2\r\n$4\r\npong\r\n$0\r\n\r\n*2\r\n$4\r\npong\r\n$2\r\nhi\r\n";
    say(&mut server, &(message('*', "a", "at last") + late + LEFT));
    assert_eq!(pubsub.ping_message("hi"), Ok(("pong".to_owned(), "hi".to_owned())));
    assert_eq!(pubsub.get_message().unwrap().get_payload(), Ok("at last".to_owned()));
}

#[test]
fn subscriptions_that_could_not_be_ended_are_ended_before_the_next_command() {
    let (mut con, mut server) = resp2();
    say(&mut server, &confirmed('*', "subscribe", "a", 1));
    let mut pubsub = con.as_pubsub();
    pubsub.subscribe("a").unwrap();
    pubsub.set_read_timeout(Some(SHORT)).unwrap();
    drop(pubsub);

    con.set_read_timeout(None).unwrap();
    let ended = confirmed('*', "unsubscribe", "a", 0) + "*3\r\n$12\r\npunsubscribe\r\n$-1\r\n:0\r\n";
    say(&mut server, &(message('*', "a", "missed") + &ended + "+in step\r\n"));

    assert_eq!(cmd("PING").query(&mut con), Ok("in step".to_owned()));
    let said: [&[&str]; 4] = [&["SUBSCRIBE", "a"], &["UNSUBSCRIBE"], &["PUNSUBSCRIBE"], &["PING"]];
    hear(&mut server, &said);
}

#[test]
fn newer_servers_say_by_an_error_that_there_was_nothing_to_end() {
    let (mut con, mut server) = resp2();
    let nosub = |word: &str| format!("-NOSUB '{word}' command executed not in subscribed mode\r\n");
    say(&mut server, &(nosub("unsubscribe") + &nosub("punsubscribe") + "+fine\r\n"));

    drop(con.as_pubsub());

    assert_eq!(cmd("PING").query(&mut con), Ok("fine".to_owned()));
}

#[test]
fn a_closure_gets_messages_until_it_has_enough() {
    let (mut con, mut server) = resp2();
    let messages: String = (1..=3).map(|n| message('*', "a", &n.to_string())).collect();
    say(&mut server, &(confirmed('*', "subscribe", "a", 1) + &messages + LEFT));
    let mut sum = 0;

    let total = con.subscribe("a", |message| {
        sum += message.get_payload::<i64>().unwrap();
        if sum == 3 { ControlFlow::Break(sum) } else { ControlFlow::Continue }
    });

    assert_eq!(total, Ok(3));
}
