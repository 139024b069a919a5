//! The blocking connection.

use std::collections::HashMap;
use std::sync::mpsc::channel;
use std::time::Duration;

use redlane::compat::{
    Client, Connection, ConnectionLike, ControlFlow, ErrorKind, PubSubCommands, PushKind, RedisResult, Value,
    cmd, pipe,
};
use redlane_test_support::{Keys, Options, Server, eventually};

use crate::{LIMIT, resp2, resp3};

fn each_protocol(server: &Server) -> [Connection; 2] {
    [resp2(server), resp3(server)].map(|client| client.get_connection().unwrap())
}

#[test]
fn commands_and_pipelines_run_in_both_protocols_and_over_the_unix_socket() {
    let (server, keys) = (Server::shared(), Keys::new());
    let unix = Client::open(format!("unix://{}", server.socket().display())).unwrap();
    let [two, three] = each_protocol(server);

    for mut con in [two, three, unix.get_connection().unwrap()] {
        cmd("DEL").arg(keys.key("hash")).exec(&mut con).unwrap();
        cmd("HSET").arg(keys.key("hash")).arg(&[("a", 1), ("b", 2)]).exec(&mut con).unwrap();
        let fields: HashMap<String, i64> = cmd("HGETALL").arg(keys.key("hash")).query(&mut con).unwrap();
        assert_eq!(fields, HashMap::from([("a".to_owned(), 1), ("b".to_owned(), 2)]));

        let mut many = pipe();
        for n in 0..5_000 {
            many.cmd("ECHO").arg(n);
        }
        let echoes: Vec<i64> = many.query(&mut con).unwrap();
        assert_eq!(echoes, (0..5_000).collect::<Vec<_>>());

        let key = keys.key("n");
        let mut sum = pipe();
        sum.atomic().cmd("SET").arg(&key).arg(40).ignore().cmd("INCRBY").arg(&key).arg(2);
        assert_eq!(sum.query(&mut con), Ok((42,)));

        let wrong = cmd("LPUSH").arg(&key).arg("x").query::<i64>(&mut con).unwrap_err();
        assert_eq!(wrong.code(), Some("WRONGTYPE"));
        assert!(con.is_open() && con.check_connection());
    }
}

#[tokio::test]
async fn it_works_inside_of_a_runtime() {
    let (server, keys) = (Server::shared(), Keys::new());

    let mut con = resp2(server).get_connection_with_timeout(LIMIT).unwrap();

    assert_eq!(cmd("INCR").arg(keys.key("n")).query(&mut con), Ok(1));
}

#[test]
fn a_client_is_a_connection_too_and_so_is_whatever_derefs_to_one() {
    let (server, keys) = (Server::shared(), Keys::new());
    let mut client = resp2(server);

    assert_eq!(cmd("INCR").arg(keys.key("n")).query(&mut client), Ok(1));
    let mut boxed = Box::new(client.get_connection().unwrap());
    assert_eq!(cmd("INCR").arg(keys.key("n")).query(&mut boxed), Ok(2));
    assert!(client.check_connection() && client.is_open());
}

#[test]
fn the_database_is_selected_and_credentials_are_shown() {
    let server = Server::start(Options::new().password("s3cret"));
    let client = Client::open(format!("{}/3", server.url())).unwrap();
    let wrong = Client::open(format!("redis://:nonsense@{}", server.address())).unwrap();

    let mut con = client.get_connection().unwrap();
    cmd("SET").arg("here").arg(1).exec(&mut con).unwrap();

    assert_eq!(con.get_db(), 3);
    let shown: String = cmd("CLIENT").arg("INFO").query(&mut con).unwrap();
    assert!(shown.contains(" db=3 "), "{shown}");
    let refused = wrong.get_connection().map(drop).unwrap_err();
    assert_eq!(refused.kind(), ErrorKind::AuthenticationFailed);
}

#[test]
fn nobody_at_home_is_a_refusal() {
    let server = Server::start(Options::new());
    let client = resp2(&server);
    server.kill();

    let refused = client.get_connection_with_timeout(LIMIT).map(drop).unwrap_err();

    assert!(refused.is_connection_refusal() && refused.is_io_error(), "{refused}");
}

#[test]
fn a_late_reply_is_a_timeout_and_the_connection_goes_on() {
    let (server, keys) = (Server::shared(), Keys::new());
    let mut con = resp2(server).get_connection().unwrap();
    con.set_read_timeout(Some(Duration::from_millis(50))).unwrap();

    let late = cmd("BLPOP").arg(keys.key("list")).arg(0).query::<Value>(&mut con).unwrap_err();

    assert!(late.is_timeout(), "{late}");
    con.set_read_timeout(None).unwrap();
    server.command(&["RPUSH", &keys.key("list"), "late"]);
    assert_eq!(cmd("ECHO").arg("in time").query(&mut con), Ok("in time".to_owned()));
}

#[test]
fn the_end_of_the_server_is_a_dropped_connection() {
    let server = Server::start(Options::new());
    let mut con = resp2(&server).get_connection().unwrap();
    server.kill();

    let lost = cmd("PING").query::<()>(&mut con).unwrap_err();

    assert!(lost.is_connection_dropped(), "{lost}");
    assert!(!con.is_open());
}

#[test]
fn a_monitor_is_read_reply_by_reply() {
    let (server, keys) = (Server::start(Options::new()), Keys::new());
    let mut con = resp2(&server).get_connection().unwrap();
    con.send_packed_command(&cmd("MONITOR").get_packed_command()).unwrap();
    assert_eq!(con.recv_response(), Ok(Value::Okay));

    server.command(&["GET", &keys.key("watched")]);

    let line = loop {
        let Value::SimpleString(line) = con.recv_response().unwrap() else { panic!("no line") };
        if line.contains("\"GET\"") {
            break line;
        }
    };
    assert!(line.contains(&keys.key("watched")), "{line}");
}

#[test]
fn subscriptions_deliver_and_leave_the_connection_as_it_was() {
    let (server, keys) = (Server::shared(), Keys::new());
    let (news, pattern) = (keys.key("news"), format!("{}*", keys.key("weather")));
    for mut con in each_protocol(server) {
        let mut pubsub = con.as_pubsub();
        pubsub.subscribe(&[&news, &keys.key("other")]).unwrap();
        pubsub.psubscribe(&pattern).unwrap();
        server.command(&["PUBLISH", &news, "one"]);
        server.command(&["PUBLISH", &keys.key("weather:today"), "sunny"]);

        let first = pubsub.get_message().unwrap();
        let second = pubsub.get_message().unwrap();

        assert_eq!((first.get_channel_name(), first.get_payload()), (&*news, Ok("one".to_owned())));
        assert_eq!(second.get_pattern(), Ok(Some(pattern.clone())));
        assert_eq!(second.get_payload_bytes(), b"sunny");
        pubsub.unsubscribe(&news).unwrap();
        drop(pubsub);
        assert_eq!(cmd("ECHO").arg("back").query(&mut con), Ok("back".to_owned()));
        assert!(con.check_connection());
    }
}

#[test]
fn a_subscriber_can_ping() {
    for mut con in each_protocol(Server::shared()) {
        let mut pubsub = con.as_pubsub();
        pubsub.subscribe("somewhere").unwrap();

        let pong: Value = pubsub.ping().unwrap();
        let echoed: Value = pubsub.ping_message("hi").unwrap();

        let bulk = |text: &str| Value::BulkString(text.as_bytes().to_vec());
        let in_resp3 = [Value::SimpleString("PONG".to_owned()), bulk("hi")];
        let in_resp2 =
            [Value::Array(vec![bulk("pong"), bulk("")]), Value::Array(vec![bulk("pong"), bulk("hi")])];
        assert!([in_resp2, in_resp3].contains(&[pong, echoed]));
    }
}

#[test]
fn a_closure_listens_until_it_has_enough() {
    let (server, keys) = (Server::shared(), Keys::new());
    let channel = keys.key("numbers");
    let mut con = resp2(server).get_connection().unwrap();
    let mut sum = 0;

    let total: RedisResult<i64> = std::thread::scope(|scope| {
        scope.spawn(|| {
            let subscribers = || server.command(&["PUBSUB", "NUMSUB", &channel]).elements()[1].text();
            eventually("somebody listens", LIMIT, || subscribers() == "1");
            for n in 1..=4 {
                server.command(&["PUBLISH", &channel, &n.to_string()]);
            }
        });
        con.subscribe(&channel, |message| {
            sum += message.get_payload::<i64>().unwrap();
            if sum >= 10 { ControlFlow::Break(sum) } else { ControlFlow::Continue }
        })
    });

    assert_eq!(total, Ok(10));
    assert!(con.check_connection());
}

#[test]
fn pushes_go_to_the_sender_when_replies_are_read() {
    let (server, keys) = (Server::shared(), Keys::new());
    let channel_name = keys.key("news");
    let mut con = resp3(server).get_connection().unwrap();
    let (sender, pushes) = channel();
    con.set_push_sender(sender);

    con.subscribe_resp3(&channel_name).unwrap();
    assert!(con.check_connection());
    server.command(&["PUBLISH", &channel_name, "hello"]);
    assert!(con.check_connection());

    let kinds: Vec<PushKind> = pushes.try_iter().map(|push| push.kind).collect();
    assert_eq!(kinds, [PushKind::Subscribe, PushKind::Message]);
    let refused = resp2(server).get_connection().unwrap().subscribe_resp3(&channel_name).unwrap_err();
    assert_eq!(refused.kind(), ErrorKind::InvalidClientConfig);
}
