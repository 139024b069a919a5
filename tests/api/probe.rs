//! What INFO says and where a connection goes wrong, asked of real servers in every state that can be brought
//! about.

use std::time::Duration;

use redlane::config::Config;
use redlane::health::{ProbeReport, StepName, Trouble, probe};
use redlane::info::{Info, Mode, Role, Vendor};
use redlane_test_support::{Options, RawReply, Server, eventually};

fn config(server: &Server) -> Config {
    Config::builder().host("127.0.0.1").port(server.port()).build().unwrap()
}

fn trouble(report: &ProbeReport) -> (StepName, &Trouble) {
    report.trouble().unwrap_or_else(|| panic!("no trouble: {report}"))
}

#[test]
fn everything_a_server_says_comes_back_and_names_it() {
    let server = Server::shared();
    server.command(&["PING"]);
    let RawReply::Bulk(text) = server.command(&["INFO", "everything"]) else { panic!("no text") };

    let info = Info::parse(text.clone());

    assert_eq!(info.encode(), text);
    let version = info.server().version.unwrap();
    let real = server.version();
    assert_eq!((version.major, version.minor, version.patch), (real.major, real.minor, real.patch));
    assert_eq!(info.server().vendor, if real.valkey { Vendor::Valkey } else { Vendor::Redis });
    assert_eq!((info.mode(), info.role()), (Some(Mode::Standalone), Some(Role::Primary)));
    assert_eq!(info.u64("tcp_port"), Some(u64::from(server.port())));
    assert!(info.cmdstat("PING").is_some_and(|stat| stat.calls >= Some(1)));
    assert!(info.memory().used.is_some() && info.cpu().user.is_some() && info.clients().connected.is_some());
}

#[tokio::test]
async fn a_server_that_works_is_ready_and_says_its_role() {
    let report = probe(&config(Server::shared()), Some(Role::Primary)).await;

    assert!(report.is_ready(), "{report}");
    assert_eq!(report.role, Some(Role::Primary));
    let steps: Vec<_> = report.steps.iter().map(|step| step.name).collect();
    use StepName::{Connect, Greet, Ready, Resolve};
    assert_eq!(steps, [Resolve, Connect, Greet, Ready, StepName::Role]);
}

#[tokio::test]
async fn wrong_and_missing_credentials_are_told() {
    let server = Server::start(Options::new().password("right"));
    let with = |password: &str| {
        Config::builder().host("127.0.0.1").port(server.port()).password(password).build().unwrap()
    };

    let missing = probe(&config(&server), None).await;
    let wrong = probe(&with("not-it"), None).await;

    assert!(matches!(trouble(&missing), (StepName::Greet, Trouble::Credentials(_))), "{missing}");
    assert!(matches!(trouble(&wrong), (StepName::Greet, Trouble::Credentials(_))), "{wrong}");
    assert!(!wrong.to_string().contains("not-it"));
    assert!(probe(&with("right"), None).await.is_ready());
}

#[tokio::test]
async fn a_full_server_is_told_from_one_that_is_not_there() {
    let server = Server::start(Options::new());
    server.command(&["CONFIG", "SET", "maxclients", "1"]);
    let _only = server.raw();

    let full = probe(&config(&server), None).await;
    server.kill();
    let gone = probe(&config(&server), None).await;

    assert!(matches!(trouble(&full), (StepName::Greet, Trouble::Full(_))), "{full}");
    assert!(matches!(trouble(&gone), (StepName::Connect, Trouble::Port(_))), "{gone}");
}

#[tokio::test]
async fn a_replica_is_no_primary() {
    let server = Server::start(Options::new());
    server.command(&["REPLICAOF", "127.0.0.1", "1"]);

    let report = probe(&config(&server), Some(Role::Primary)).await;

    let wrong = Trouble::WrongRole { found: Role::Replica, wanted: Role::Primary };
    assert_eq!(trouble(&report).1.to_string(), wrong.to_string());
    assert_eq!(report.role, Some(Role::Replica));
}

#[tokio::test]
async fn a_busy_server_is_alive() {
    let server = Server::start(Options::new().set("lua-time-limit", "5"));
    let mut busy = server.raw();
    busy.write(b"*3\r\n$4\r\nEVAL\r\n$18\r\nwhile true do end \r\n$1\r\n0\r\n").unwrap();
    eventually("the script is noticed", Duration::from_secs(5), || {
        server.command(&["PING"]).text().starts_with("BUSY")
    });

    let report = probe(&config(&server), None).await;
    server.command(&["SCRIPT", "KILL"]);

    assert!(matches!(trouble(&report), (_, Trouble::Busy)), "{report}");
    eventually("the script is gone", Duration::from_secs(5), || server.command(&["PING"]).text() == "PONG");
}

#[cfg(target_os = "linux")] // root may write everywhere but there
#[tokio::test]
async fn a_server_that_cannot_save_says_so_to_ping() {
    let server = Server::start(Options::new().set("dir", "/proc").set("save", "3600 1"));
    server.command(&["SET", "key", "value"]);
    server.command(&["BGSAVE"]);
    eventually("saving has failed", Duration::from_secs(10), || {
        server.info("rdb_last_bgsave_status") == "err"
    });

    let report = probe(&config(&server), None).await;

    // Redis 6.2 answers PING all the same.
    if report.is_ready() {
        assert!(server.command(&["PING"]).text() == "PONG");
    } else {
        assert!(matches!(trouble(&report), (StepName::Ready, Trouble::CannotSave)), "{report}");
    }
}

#[tokio::test]
async fn a_paused_server_is_silent() {
    let server = Server::start(Options::new());
    let config = Config::builder().host("127.0.0.1").port(server.port());
    let config = config.socket_connect_timeout(Some(Duration::from_millis(300))).build().unwrap();

    server.pause();
    let report = probe(&config, None).await;
    server.resume();

    assert!(matches!(trouble(&report), (StepName::Greet, Trouble::Silence(_))), "{report}");
    assert!(probe(&config, None).await.is_ready());
}
