//! What each way to fail is taken for; the connection itself is tried in `redlane_pool::trial`.

use std::io;
use std::sync::Arc;

use redlane_pool::transport::TlsFailure;

use super::*;
use crate::config::Protocol;

const TOOK: Duration = Duration::from_micros(200);

fn stage(step: transport::Step, result: Result<Option<&'static str>, ConnectError>) -> Stage {
    Stage { step, took: TOOK, result: result.map(|reply| reply.map(|text| Reply::from_frame(text.into()))) }
}

fn trial(stages: Vec<Stage>) -> Trial {
    Trial { target: None, stages }
}

fn reached(ping: &'static str, role: &'static str) -> Trial {
    trial(vec![
        stage(transport::Step::Resolve, Ok(None)),
        stage(transport::Step::Dial, Ok(None)),
        stage(transport::Step::Greet, Ok(None)),
        stage(transport::Step::Ask, Ok(Some(ping))),
        stage(transport::Step::Ask, Ok(Some(role))),
    ])
}

const PRIMARY: &str = "*3\r\n$6\r\nmaster\r\n:0\r\n*0\r\n";
const REPLICA: &str = "*5\r\n$5\r\nslave\r\n$9\r\n127.0.0.1\r\n:6379\r\n$9\r\nconnected\r\n:0\r\n";

fn report_of(trial: &Trial, wanted: Option<Role>) -> ProbeReport {
    report("localhost:6379".to_owned(), trial, None, wanted)
}

fn io(kind: io::ErrorKind) -> Arc<io::Error> {
    Arc::new(kind.into())
}

#[test]
fn a_ready_server_has_every_step_and_its_role() {
    let report = report_of(&reached("+PONG\r\n", PRIMARY), Some(Role::Primary));

    assert!(report.is_ready());
    assert_eq!(report.role, Some(Role::Primary));
    assert_eq!(report.took(StepName::Greet), Some(TOOK));
    assert_eq!(
        report.to_string(),
        "localhost:6379 is ready (a primary): resolve 200.0µs, connect 200.0µs, greet 200.0µs, ready 200.0µs, \
         role 200.0µs"
    );
}

#[test]
fn an_error_to_ping_is_told_and_the_role_still_read() {
    for (line, wanted) in [
        ("-LOADING Redis is loading the dataset in memory\r\n", "the server is loading"),
        ("-BUSY Redis is busy running a script.\r\n", "the server is busy with a script"),
        ("-MISCONF Redis is configured to save\r\n", "the server cannot save and takes no writes"),
        (
            "-MASTERDOWN Link with MASTER is down\r\n",
            "the server refuses: MASTERDOWN Link with MASTER is down",
        ),
    ] {
        let report = report_of(&reached(line, PRIMARY), None);

        let (step, trouble) = report.trouble().unwrap();
        assert_eq!((step, trouble.to_string().as_str()), (StepName::Ready, wanted));
        assert_eq!(report.role, Some(Role::Primary));
    }
    assert!(report_of(&reached("-NOPERM no permissions\r\n", PRIMARY), None).is_ready());
}

#[test]
fn another_role_than_the_wanted_one_is_told() {
    let trial = reached("+PONG\r\n", REPLICA);

    let wanted = report_of(&trial, Some(Role::Primary));

    let (step, trouble) = wanted.trouble().unwrap();
    assert_eq!(step, StepName::Role);
    assert_eq!(trouble.to_string(), "the server is a replica, and a primary is wanted");
    assert!(report_of(&trial, Some(Role::Replica)).is_ready());
    assert!(report_of(&trial, None).is_ready());
}

#[test]
fn who_may_not_ask_for_the_role_has_it_from_the_greeting() {
    let trial = reached("+PONG\r\n", "-NOPERM no permissions to run the 'role' command\r\n");
    let greeting = Greeting {
        protocol: Protocol::Resp3,
        server: None,
        version: None,
        mode: crate::handshake::Mode::Standalone,
        id: None,
        role: Some("replica".to_owned()),
        availability_zone: None,
    };

    let greeted = report("x".to_owned(), &trial, Some(greeting), Some(Role::Primary));
    let without = report_of(&trial, Some(Role::Primary));

    assert!(matches!(greeted.trouble(), Some((_, Trouble::WrongRole { found: Role::Replica, .. }))));
    assert!(matches!(without.trouble(), Some((StepName::Role, Trouble::Refused(_)))));
    assert!(report_of(&trial, None).is_ready());
}

#[test]
fn every_step_that_fails_names_its_kind_of_trouble() {
    use transport::Step::{Ask, Dial, Greet, Resolve, Tls};

    let reply = |line: &str| ServerError::from_line(line.as_bytes());
    let refused = |line: &str| ConnectError::from_reply(reply(line));
    let late = |step| ConnectError::Timeout { step, limit: Duration::from_secs(5) };
    let name = ConnectError::Resolve { host: "nowhere".into(), source: io(io::ErrorKind::NotFound) };
    let port = ConnectError::Dial { address: "[::1]:1".into(), source: io(io::ErrorKind::ConnectionRefused) };
    let mode = ConnectError::Unsupported("the server runs in cluster mode".to_owned());

    for (step, error, wanted) in [
        (
            Resolve,
            name,
            "x fails at resolve, the name has no address: cannot resolve nowhere: entity not found: resolve",
        ),
        (
            Dial,
            port,
            "x fails at connect, nobody accepts connections there: cannot connect to [::1]:1: connection refused",
        ),
        (Dial, late(Dial), "x fails at connect, silence: no connection within 5s"),
        (Tls, late(Tls), "x fails at tls, silence: no TLS handshake within 5s"),
        (
            Tls,
            ConnectError::Tls(TlsFailure::Expired),
            "x fails at tls, no encrypted connection: the server's certificate has expired: tls",
        ),
        (
            Greet,
            ConnectError::Tls(TlsFailure::ClientCertificateMissing),
            "x fails at greet, no encrypted connection: the server wants a client certificate",
        ),
        (Greet, late(Greet), "x fails at greet, silence: no greeting within 5s"),
        (Ask, late(Ask), "x fails at ready, silence: no answer within 5s"),
        (Greet, ConnectError::Closed, "x fails at greet, whoever listens there does not speak RESP: "),
        (
            Greet,
            refused("WRONGPASS invalid"),
            "x fails at greet, the credentials are refused: WRONGPASS invalid",
        ),
        (
            Greet,
            refused("ERR invalid password"),
            "x fails at greet, the credentials are refused: ERR invalid password",
        ),
        (
            Greet,
            refused("ERR max number of clients reached"),
            "x fails at greet, the server is full: ERR max number",
        ),
        (
            Greet,
            refused("ERR DB index is out of range"),
            "x fails at greet, the server refuses: ERR DB index",
        ),
        (Greet, refused("LOADING wait"), "x fails at greet, the server is loading"),
        (Greet, mode, "x fails at greet, not supported: the server runs in cluster mode"),
    ] {
        let report = report("x".to_owned(), &trial(vec![stage(step, Err(error))]), None, None);

        assert!(report.to_string().starts_with(wanted), "{report}");
        assert!(!report.is_ready());
    }
}

#[cfg(unix)]
#[tokio::test]
async fn a_socket_that_is_not_there_is_reported_as_such() {
    let config = Config::builder().unix_socket_path("/nowhere/redis.sock").build().unwrap();

    let report = probe(&config, None).await;

    assert!(matches!(report.trouble(), Some((StepName::Connect, Trouble::Port(_)))), "{report}");
    assert!(report.target.contains("/nowhere/redis.sock"));
}

#[cfg(feature = "serde")]
#[test]
fn serde_writes_the_steps_and_the_error() {
    let report = report_of(&reached("-LOADING wait\r\n", PRIMARY), None);

    let json = serde_json::to_value(&report).unwrap();

    assert_eq!((json["ready"].as_bool(), json["role"].as_str()), (Some(false), Some("primary")));
    assert_eq!(
        json["steps"][3],
        serde_json::json!({"name": "ready", "seconds": 0.0002, "error": "the server is loading"})
    );
}
