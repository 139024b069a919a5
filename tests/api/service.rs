//! The example of a service: it answers, and when it is told to end it finishes what it has begun.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::process::{Command, Stdio};
use std::thread;
use std::time::Duration;

use redlane_test_support::{Options, Server, eventually};

use crate::examples::example;

const LIMIT: Duration = Duration::from_secs(10);

fn ask(address: &str, path: &str) -> String {
    let mut stream = TcpStream::connect(address).unwrap();
    stream.set_read_timeout(Some(LIMIT)).unwrap();
    write!(stream, "GET {path} HTTP/1.1\r\nhost: service\r\n\r\n").unwrap();
    let mut response = String::new();
    stream.read_to_string(&mut response).unwrap();
    response
}

#[test]
fn a_service_finishes_what_is_under_way_when_it_is_told_to_end() {
    let Some(mut program) = example("service_lifecycle") else { return };
    let server = Server::start(Options::new().password("swordfish"));
    let mut service = program.env("REDIS_URL", server.url()).stdout(Stdio::piped()).spawn().unwrap();
    let mut lines = BufReader::new(service.stdout.take().unwrap());
    let mut said = String::new();
    lines.read_line(&mut said).unwrap();
    let address = said.trim_end().strip_prefix("listening on ").unwrap().to_owned();

    assert!(ask(&address, "/visit").ends_with("\r\n\r\nvisit 1\n"));
    assert!(ask(&address, "/visit").ends_with("\r\n\r\nvisit 2\n"));
    assert!(ask(&address, "/health").starts_with("HTTP/1.1 200 OK\r\n"));
    assert!(ask(&address, "/nothing").starts_with("HTTP/1.1 404"));
    let job = thread::spawn({
        let address = address.clone();
        move || ask(&address, "/job")
    });
    eventually("it waits for a job", LIMIT, || server.info("blocked_clients") == "1");
    let signal = Command::new("kill").args(["-TERM", &service.id().to_string()]).status().unwrap();
    assert!(signal.success());
    said.clear();
    lines.read_line(&mut said).unwrap();
    assert_eq!(said, "finishing 1 requests\n");
    assert!(TcpStream::connect(&address).is_err(), "it still listens");
    assert!(service.try_wait().unwrap().is_none(), "it has ended with a request under way");
    server.command(&["RPUSH", "example:jobs", "the-last-one"]);

    assert!(job.join().unwrap().ends_with("\r\n\r\njob the-last-one\n"));
    assert_eq!(service.wait().unwrap().code(), Some(0));
    lines.read_to_string(&mut said).unwrap();
    assert_eq!(said, "finishing 1 requests\nclosed\n");
    assert!(server.clients().is_empty());
}

#[test]
fn a_service_without_its_server_does_not_begin() {
    let Some(mut program) = example("service_lifecycle") else { return };
    let server = Server::start(Options::new());
    server.kill();
    let url = format!("{}?socket_connect_timeout=0.2", server.url());

    let output = program.env("REDIS_URL", url).output().unwrap();

    assert_eq!(output.status.code(), Some(1));
    assert!(output.stdout.is_empty(), "it has listened");
}
