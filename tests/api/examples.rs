//! The programs of `examples/`, run as a user runs them: they end well, leave nothing behind, and print no password.

use std::env;
use std::fs;
use std::io::{BufRead, BufReader, Read, Write};
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use redlane_test_support::ports::free_port;
use redlane_test_support::{Options, Raw, Server};

/// Like no other text that a program prints.
const PASSWORD: &str = "Xk7-not-to-be-seen-Qz3";

/// Those that other tests here run, and those that serve until they are told to end.
const APART: [&str; 4] = ["demo", "healthcheck", "service_lifecycle", "tls"];

#[test]
fn the_demo_ends_well_on_a_server_of_its_own_and_stops_it() {
    let Some(mut demo) = example("demo") else { return };

    let output = demo.env("REDLANE_DEMO_QUICK", "1").output().unwrap();

    let text = text_of(&output);
    assert_eq!(output.status.code(), Some(0), "{text}");
    assert!(text.contains("checks held"), "{text}");
    assert!(!text.contains('\u{1b}'), "colours on a pipe: {text}");
    let (_, rest) = text.split_once("redis://127.0.0.1:").unwrap();
    let port = rest.split_once('/').unwrap().0.parse().unwrap();
    assert!(Raw::tcp(port).is_err(), "its server is still there");
}

#[test]
fn the_demo_leaves_a_server_that_is_not_its_own_as_it_was() {
    let Some(mut demo) = example("demo") else { return };
    let server = Server::start(Options::new().password(PASSWORD));
    server.command(&["SET", "redlane-demo:somebody", "here"]);
    let pid = server.pid();

    let output = demo.env("REDLANE_DEMO_QUICK", "1").env("REDIS_URL", server.url()).output().unwrap();

    let text = text_of(&output);
    assert_eq!(output.status.code(), Some(0), "{text}");
    assert!(!text.contains(PASSWORD), "{text}");
    assert_eq!(server.pid(), pid, "it was restarted");
    assert_eq!(server.command(&["DBSIZE"]).text(), "1");
}

#[test]
fn the_demo_says_why_it_cannot_begin() {
    let Some(mut demo) = example("demo") else { return };
    let url = format!("redis://:{PASSWORD}@127.0.0.1:{}?socket_connect_timeout=0.2", free_port());

    let output = demo.env("REDIS_URL", url).output().unwrap();

    let text = text_of(&output);
    assert_eq!(output.status.code(), Some(1), "{text}");
    assert!(text.contains("failed: no server to use: no connection"), "{text}");
    assert!(!text.contains(PASSWORD), "{text}");

    let Some(mut demo) = example("demo") else { return };
    let output = demo.env("REDLANE_SERVER", "/no/such/server").output().unwrap();

    let text = text_of(&output);
    assert_eq!(output.status.code(), Some(1), "{text}");
    assert!(text.contains("failed: no server to use: /no/such/server does not run"), "{text}");
    assert!(!text.contains("panicked"), "{text}");
}

#[test]
fn the_demo_removes_its_keys_when_it_is_interrupted() {
    let Some(mut demo) = example("demo") else { return };
    let server = Server::start(Options::new());
    let mut demo = demo.env("REDIS_URL", server.url()).stdout(Stdio::piped()).spawn().unwrap();
    let mut lines = BufReader::new(demo.stdout.take().unwrap());
    let mut line = String::new();
    // By the end of the first chapters there are keys.
    while !line.contains("kept for") {
        line.clear();
        assert_ne!(lines.read_line(&mut line).unwrap(), 0, "it ended early");
    }

    let signal = Command::new("kill").args(["-INT", &demo.id().to_string()]).status().unwrap();

    let mut rest = String::new();
    lines.read_to_string(&mut rest).unwrap();
    assert!(signal.success());
    assert_eq!(demo.wait().unwrap().code(), Some(130), "{rest}");
    assert_eq!(server.command(&["DBSIZE"]).text(), "0", "{rest}");
}

#[test]
fn a_healthy_server_makes_the_health_check_end_with_0() {
    let Some(mut healthcheck) = example("healthcheck") else { return };
    let server = Server::start(Options::new().password(PASSWORD));

    let output = healthcheck.env("REDIS_URL", server.url()).output().unwrap();

    let text = text_of(&output);
    assert_eq!(output.status.code(), Some(0), "{text}");
    assert!(text.contains(r#""status":"healthy""#), "{text}");
    assert!(!text.contains(PASSWORD), "{text}");
}

#[test]
fn a_server_that_is_down_or_refuses_us_makes_the_health_check_end_with_1() {
    let server = Server::start(Options::new().password("another"));
    let refusing = format!("redis://:{PASSWORD}@{}", server.address());
    let down = format!("redis://:{PASSWORD}@127.0.0.1:{}", free_port());

    for url in [refusing, down] {
        let Some(mut healthcheck) = example("healthcheck") else { return };
        let output = healthcheck.env("REDIS_URL", &url).output().unwrap();

        let text = text_of(&output);
        assert_eq!(output.status.code(), Some(1), "{text}");
        assert!(text.contains(r#""status":"unhealthy""#), "{text}");
        assert!(!text.contains(PASSWORD), "{text}");
    }
}

#[test]
fn every_other_example_ends_well_and_leaves_no_key() {
    let server = Server::start(Options::new().password(PASSWORD));
    let names = names();
    assert!(names.len() >= 7, "{names:?}");

    for name in names {
        let Some(mut program) = example(&name) else { continue };
        let output = program.env("REDIS_URL", server.url()).output().unwrap();

        let text = text_of(&output);
        assert_eq!(output.status.code(), Some(0), "{name}: {text}");
        assert!(!text.contains(PASSWORD), "{name}: {text}");
        assert_eq!(server.command(&["DBSIZE"]).text(), "0", "{name}: {:?}", server.command(&["KEYS", "*"]));
    }
}

/// The names of all examples that are a single file, without those apart.
fn names() -> Vec<String> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("examples");
    let files = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    let names = files.filter(|path| path.extension().is_some_and(|extension| extension == "rs"));
    let mut names: Vec<_> =
        names.map(|path| path.file_stem().unwrap().to_str().unwrap().to_owned()).collect();
    names.retain(|name| !APART.contains(&name.as_str()));
    names.sort();
    names
}

/// A built example, without the settings of whoever runs the tests. `None`, said aloud, when it was not built: cargo
/// builds the examples with all tests, but not with a single one.
pub(crate) fn example(name: &str) -> Option<Command> {
    let program = built(name);
    if !program.is_file() {
        let line = format!("SKIPPED {name} was not built: cargo build --all-features --examples");
        eprintln!("{line}");
        if let Some(list) = env::var_os("REDLANE_SKIPS") {
            let mut list = fs::OpenOptions::new().create(true).append(true).open(list).unwrap();
            list.write_all(format!("{line}\n").as_bytes()).unwrap();
        }
        return None;
    }
    let mut command = Command::new(program);
    for (variable, _) in env::vars_os() {
        if variable.to_string_lossy().starts_with("REDIS_") {
            command.env_remove(variable);
        }
    }
    Some(command)
}

/// Where cargo puts examples: beside the folder of the tests.
fn built(name: &str) -> PathBuf {
    let test = env::current_exe().unwrap();
    test.parent().unwrap().with_file_name("examples").join(name)
}

/// All that a program has printed.
fn text_of(output: &Output) -> String {
    let [out, err] = [&output.stdout, &output.stderr].map(|bytes| String::from_utf8_lossy(bytes));
    format!("{out}{err}")
}
