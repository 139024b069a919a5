//! The client of the process. It is set up by the environment, which belongs to the process as well, so each test runs
//! in a process of its own: it starts its own binary again, to run the same test with other variables.

use std::env;
use std::net::Ipv4Addr;
use std::process::Command;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use redlane::prelude::*;
use redlane_test_support::ports::free_port;
use redlane_test_support::{Server, eventually_async};
use tokio::net::{TcpListener, TcpStream};
use tokio::runtime::Runtime;

const CHILD: &str = "REDLANE_TEST_PLAYS_CHILD";
/// The port of the parent's server.
const SERVER: &str = "REDLANE_TEST_SERVER_PORT";
/// What a loaded machine may take for what takes no time.
const AT_ONCE: Duration = Duration::from_millis(500);

/// Runs `body` in a process whose environment names `port`, or a server when there is none, and these variables.
fn in_a_process(test: &str, port: Option<u16>, variables: &[(&str, &str)], body: impl FnOnce()) {
    if env::var_os(CHILD).is_some() {
        return body();
    }
    let server = Server::shared().port();
    let mut child = Command::new(env::current_exe().unwrap());
    for (name, _) in env::vars_os().filter(|(name, _)| name.to_string_lossy().starts_with("REDIS_")) {
        child.env_remove(name);
    }
    child
        .args(["--exact", &format!("global::{test}"), "--nocapture"])
        .env(CHILD, "1")
        .env(SERVER, server.to_string())
        .env("REDIS_HOST", "127.0.0.1")
        .env("REDIS_PORT", port.unwrap_or(server).to_string())
        .envs(variables.iter().copied());
    let output = child.output().unwrap();
    let told = [output.stdout, output.stderr].concat();
    let told = String::from_utf8_lossy(&told);
    assert!(output.status.success() && told.contains("1 passed"), "{told}");
}

fn runtime() -> Runtime {
    tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build().unwrap()
}

fn port_in(variable: &str) -> u16 {
    env::var(variable).unwrap().parse().unwrap()
}

/// Listens on the port that the environment names and passes everything on to the server; counts the connections.
async fn serve() -> Arc<AtomicUsize> {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, port_in("REDIS_PORT"))).await.unwrap();
    let accepted = Arc::new(AtomicUsize::new(0));
    let count = Arc::clone(&accepted);
    tokio::spawn(async move {
        loop {
            let (mut client, _) = listener.accept().await.unwrap();
            count.fetch_add(1, Ordering::Relaxed);
            tokio::spawn(async move {
                let mut server = TcpStream::connect((Ipv4Addr::LOCALHOST, port_in(SERVER))).await.unwrap();
                let _ = tokio::io::copy_bidirectional(&mut client, &mut server).await;
            });
        }
    });
    accepted
}

#[test]
fn all_who_initialize_at_once_share_one_attempt_and_one_client() {
    let test = "all_who_initialize_at_once_share_one_attempt_and_one_client";
    in_a_process(test, Some(free_port()), &[], || {
        runtime().block_on(async {
            let accepted = serve().await;

            let tasks: Vec<_> = (0..50).map(|_| tokio::spawn(initialize_redis_client())).collect();
            for task in tasks {
                task.await.unwrap().unwrap();
            }

            assert_eq!(accepted.load(Ordering::Relaxed), 1);
            let (one, other) = (get_redis_client().unwrap(), get_redis_client().unwrap());
            assert!(Arc::ptr_eq(&one, &other));
            assert!(one.ping().await.unwrap());
        });
    });
}

#[test]
fn a_failed_attempt_leaves_no_client_and_the_next_one_may_succeed() {
    let test = "a_failed_attempt_leaves_no_client_and_the_next_one_may_succeed";
    in_a_process(test, Some(free_port()), &[("REDIS_SOCKET_CONNECT_TIMEOUT", "0.3")], || {
        runtime().block_on(async {
            let (first, second) = tokio::join!(initialize_redis_client(), initialize_redis_client());
            assert_eq!(first.unwrap_err().kind(), ErrorKind::Connect);
            assert_eq!(second.unwrap_err().kind(), ErrorKind::Connect);
            let error = get_redis_client().unwrap_err();
            assert_eq!(error.kind(), ErrorKind::NotInitialized);

            serve().await;
            initialize_redis_client().await.unwrap();

            assert!(get_redis_client().unwrap().ping().await.unwrap());
        });
    });
}

#[test]
fn before_it_is_initialized_the_error_says_what_to_call() {
    let test = "before_it_is_initialized_the_error_says_what_to_call";
    in_a_process(test, None, &[], || {
        let error = get_redis_client().unwrap_err();

        assert_eq!(error.to_string(), "Redis client not initialized. Call initialize_redis_client() first.");
    });
}

#[test]
fn a_variable_that_is_wrong_is_named_and_its_value_is_not() {
    let test = "a_variable_that_is_wrong_is_named_and_its_value_is_not";
    in_a_process(test, None, &[("REDIS_PORT", "swordfish")], || {
        runtime().block_on(async {
            let error = initialize_redis_client().await.unwrap_err();

            assert_eq!((error.kind(), error.outcome()), (ErrorKind::Config, Outcome::NotSent));
            assert!(error.to_string().contains("REDIS_PORT"), "{error}");
            assert!(!format!("{error:?}").contains("swordfish"), "{error:?}");
            assert_eq!(get_redis_client().unwrap_err().kind(), ErrorKind::NotInitialized);
        });
    });
}

#[test]
fn the_environment_names_database_and_credentials() {
    let test = "the_environment_names_database_and_credentials";
    // An empty password is none: `AUTH ""` would be an error on this server.
    in_a_process(test, None, &[("REDIS_DB", "7"), ("REDIS_PASSWORD", "")], || {
        runtime().block_on(async {
            initialize_redis_client().await.unwrap();

            let redis = get_redis_client().unwrap();
            assert_eq!(redis.client().unwrap().config().db(), 7);
            let info = redis.execute(cmd("CLIENT").arg("INFO")).await.unwrap();
            assert!(info.as_text().unwrap().contains(" db=7 "), "{info:?}");
        });
    });
}

#[test]
fn closed_it_is_gone_and_another_one_can_be_made() {
    let test = "closed_it_is_gone_and_another_one_can_be_made";
    in_a_process(test, None, &[], || {
        runtime().block_on(async {
            close_redis_client().await;
            initialize_redis_client().await.unwrap();
            let first = get_redis_client().unwrap();

            close_redis_client().await;
            close_redis_client().await;

            assert_eq!(get_redis_client().unwrap_err().kind(), ErrorKind::NotInitialized);
            assert_eq!(first.get("k").await.unwrap_err().kind(), ErrorKind::Closed);
            initialize_redis_client().await.unwrap();
            let second = get_redis_client().unwrap();
            assert!(!Arc::ptr_eq(&first, &second));
            assert!(second.ping().await.unwrap());
        });
    });
}

#[test]
fn closed_by_somebody_who_holds_it_it_says_so_and_can_be_initialized_again() {
    let test = "closed_by_somebody_who_holds_it_it_says_so_and_can_be_initialized_again";
    in_a_process(test, None, &[], || {
        runtime().block_on(async {
            initialize_redis_client().await.unwrap();

            get_redis_client().unwrap().close().await;

            assert_eq!(get_redis_client().unwrap_err().kind(), ErrorKind::Closed);
            initialize_redis_client().await.unwrap();
            assert!(get_redis_client().unwrap().ping().await.unwrap());
        });
    });
}

#[test]
fn closed_while_it_connects_it_is_closed_for_who_waits() {
    let test = "closed_while_it_connects_it_is_closed_for_who_waits";
    in_a_process(test, Some(free_port()), &[], || {
        runtime().block_on(async {
            let silent = TcpListener::bind((Ipv4Addr::LOCALHOST, port_in("REDIS_PORT"))).await.unwrap();
            let waiting = tokio::spawn(initialize_redis_client());
            let _connection = silent.accept().await.unwrap();
            let began = Instant::now();

            close_redis_client().await;

            assert_eq!(waiting.await.unwrap().unwrap_err().kind(), ErrorKind::Closed);
            assert!(began.elapsed() < AT_ONCE, "{:?}", began.elapsed());
            assert_eq!(get_redis_client().unwrap_err().kind(), ErrorKind::NotInitialized);
        });
    });
}

#[test]
fn when_its_runtime_is_gone_that_is_an_error_and_another_runtime_takes_over() {
    let test = "when_its_runtime_is_gone_that_is_an_error_and_another_runtime_takes_over";
    in_a_process(test, None, &[], || {
        let held = runtime().block_on(async {
            initialize_redis_client().await.unwrap();
            get_redis_client().unwrap()
        });

        let second = runtime();
        let began = Instant::now();
        assert_eq!(get_redis_client().unwrap_err().kind(), ErrorKind::RuntimeGone);
        let error = second.block_on(held.set("k", "v")).unwrap_err();
        assert_eq!((error.kind(), error.outcome()), (ErrorKind::RuntimeGone, Outcome::NotSent));
        assert!(began.elapsed() < AT_ONCE, "{:?}", began.elapsed());

        second.block_on(initialize_redis_client()).unwrap();

        assert!(second.block_on(get_redis_client().unwrap().ping()).unwrap());
        assert!(second.block_on(held.ping()).unwrap(), "whoever held it has it again");
    });
}

/// As one `#[tokio::test]` after the other does: each has a runtime of its own, on one thread.
#[test]
fn each_of_many_runtimes_can_initialize_use_and_leave_it() {
    let test = "each_of_many_runtimes_can_initialize_use_and_leave_it";
    in_a_process(test, None, &[], || {
        for _ in 0..10 {
            let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
            runtime.block_on(async {
                initialize_redis_client().await.unwrap();
                assert!(get_redis_client().unwrap().ping().await.unwrap());
            });
        }
    });
}

#[test]
fn two_runtimes_at_once_share_it() {
    let test = "two_runtimes_at_once_share_it";
    in_a_process(test, Some(free_port()), &[], || {
        let listening = runtime();
        let accepted = listening.block_on(serve());
        let (one, other) = (runtime(), runtime());
        let initialize = || async {
            initialize_redis_client().await?;
            get_redis_client()?.ping().await
        };

        let tasks = [one.spawn(initialize()), other.spawn(initialize())];
        for task in tasks {
            assert!(listening.block_on(task).unwrap().unwrap());
        }

        assert_eq!(accepted.load(Ordering::Relaxed), 1);
    });
}

#[test]
fn a_runtime_that_goes_while_it_connects_leaves_the_attempt_to_others() {
    let test = "a_runtime_that_goes_while_it_connects_leaves_the_attempt_to_others";
    in_a_process(test, Some(free_port()), &[], || {
        let (first, second) = (runtime(), runtime());
        let silent = second.block_on(async {
            TcpListener::bind((Ipv4Addr::LOCALHOST, port_in("REDIS_PORT"))).await.unwrap()
        });
        first.spawn(initialize_redis_client());
        second.block_on(silent.accept()).unwrap();
        let waiting = second.spawn(initialize_redis_client());
        second.block_on(async { tokio::task::yield_now().await });
        drop(silent);

        let accepted = second.block_on(serve());
        drop(first);

        second.block_on(waiting).unwrap().unwrap();
        second
            .block_on(eventually_async("it is connected", AT_ONCE, || accepted.load(Ordering::Relaxed) == 1));
        assert!(second.block_on(get_redis_client().unwrap().ping()).unwrap());
    });
}
