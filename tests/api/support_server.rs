//! The ground the other tests stand on: a server starts, answers, restarts, pauses, and goes away.

use std::path::Path;
use std::process::Command;
use std::time::Duration;

use redlane_test_support::{Keys, Options, Raw, RawReply, Server, eventually};

#[test]
fn the_shared_server_answers_over_tcp_and_over_its_unix_socket() {
    let server = Server::shared();

    let over_tcp = Raw::tcp(server.port()).unwrap().command(&["PING"]);
    let over_unix = server.command(&["PING"]);

    assert_eq!(over_tcp.text(), "PONG");
    assert_eq!(over_unix.text(), "PONG");
    assert_eq!(server.info("tcp_port"), server.port().to_string());
    assert_eq!(server.info("process_id"), server.pid().unwrap().to_string());
}

#[test]
fn a_key_of_one_test_is_not_that_of_another() {
    let server = Server::shared();
    let (mine, yours) = (Keys::new(), Keys::new());

    server.command(&["SET", &mine.key("name"), "Ada"]);

    assert_eq!(server.command(&["GET", &mine.key("name")]), RawReply::Bulk(b"Ada".to_vec()));
    assert_eq!(server.command(&["GET", &yours.key("name")]), RawReply::Null);
}

#[test]
fn a_restarted_server_is_another_process_on_the_same_port() {
    let server = Server::start(Options::new());
    let before = server.pid().unwrap();
    server.command(&["SET", "key", "value"]);

    server.restart();

    assert_ne!(server.pid().unwrap(), before);
    assert_eq!(Raw::tcp(server.port()).unwrap().command(&["GET", "key"]), RawReply::Null);
}

#[test]
fn a_killed_server_refuses_connections() {
    let server = Server::start(Options::new());

    server.kill();

    assert_eq!(server.pid(), None);
    assert!(Raw::tcp(server.port()).is_err());
}

#[test]
fn a_paused_server_answers_when_it_is_resumed() {
    let server = Server::start(Options::new());
    let mut raw = server.raw();
    let state = |server: &Server| {
        let pid = server.pid().unwrap().to_string();
        let output = Command::new("ps").args(["-o", "stat=", "-p", &pid]).output().unwrap();
        String::from_utf8(output.stdout).unwrap()
    };

    server.pause();
    raw.write(b"*1\r\n$4\r\nPING\r\n").unwrap();
    eventually("the process is stopped", Duration::from_secs(5), || state(&server).starts_with('T'));
    server.resume();

    assert_eq!(raw.read().unwrap().text(), "PONG");
}

#[test]
fn settings_reach_the_server_and_a_password_is_asked_for() {
    let options =
        Options::new().password("secret1").set("maxmemory", "2mb").line("rename-command HELLO \"\"");
    let server = Server::start(options);

    assert!(Raw::tcp(server.port()).unwrap().command(&["PING"]).text().starts_with("NOAUTH"));
    assert_eq!(server.info("maxmemory"), "2097152");
    assert!(server.command(&["HELLO", "3"]).text().starts_with("ERR unknown command"));
    assert_eq!(server.url(), format!("redis://:secret1@127.0.0.1:{}", server.port()));
    assert!(server.clients().is_empty());
}

#[test]
fn a_dropped_server_is_gone_with_its_folder() {
    let server = Server::start(Options::new());
    let (port, folder, pid) = (server.port(), server.folder().to_owned(), server.pid().unwrap());

    drop(server);

    assert!(Raw::tcp(port).is_err());
    eventually("the folder is removed", Duration::from_secs(5), || !folder.exists());
    assert!(!Path::new(&format!("/proc/{pid}")).exists());
}

#[test]
fn a_server_does_not_outlive_a_test_process_that_is_killed() {
    // This test plays the process that is killed, too: `abort` runs no destructor.
    const ROLE: &str = "REDLANE_TEST_PLAYS_VICTIM";
    if let Some(file) = std::env::var_os(ROLE) {
        let server = Server::start(Options::new());
        std::fs::write(file, format!("{} {}", server.port(), server.folder().display())).unwrap();
        std::process::abort();
    }
    let file = std::env::temp_dir().join(format!("redlane-victim-{}", std::process::id()));

    let victim = Command::new(std::env::current_exe().unwrap())
        .args(["--exact", "support_server::a_server_does_not_outlive_a_test_process_that_is_killed"])
        .env(ROLE, &file)
        .output()
        .unwrap();

    let told = std::fs::read_to_string(&file).unwrap();
    std::fs::remove_file(&file).unwrap();
    let (port, folder) = told.split_once(' ').unwrap();
    assert!(!victim.status.success());
    eventually("the server is gone", Duration::from_secs(5), || Raw::tcp(port.parse().unwrap()).is_err());
    eventually("the folder is removed", Duration::from_secs(5), || !Path::new(folder).exists());
}

#[test]
fn a_server_tells_which_commands_it_has() {
    let server = Server::shared();

    assert!(server.has("GET") && server.has("get"));
    assert!(!server.has("NO-SUCH-COMMAND"));
    assert!(!server.lacks("GET"));
    assert!(!server.predates("SET KEEPTTL", Some((6, 0)), Some((7, 2))));
}
