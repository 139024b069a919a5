//! What INFO says and where a connection goes wrong, asked of real servers in every state that can be brought
//! about.

use std::time::Duration;

use redlane::client::Client;
use redlane::config::Config;
use redlane::error::ErrorKind;
use redlane::health::{Health, ProbeReport, Reason, Status, StepName, Trouble, probe};
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

async fn health(server: &Server) -> Health {
    let client = Client::new(config(server)).unwrap();
    let health = client.health(Duration::from_millis(500)).await;
    client.close_within(Duration::ZERO).await;
    health
}

#[tokio::test]
async fn a_client_reads_info_by_section() {
    let client = Client::connect(config(Server::shared())).await.unwrap();

    let whole = client.info().await.unwrap();
    let memory = client.info_of("memory").await.unwrap();
    let nothing = client.info_of("no-such-section").await.unwrap();

    assert!(whole.section("Server").is_present() && whole.section("Memory").is_present());
    assert!(whole.cmdstats().is_empty(), "not among the default sections");
    assert!(memory.memory().used.is_some() && !memory.section("Server").is_present());
    assert!(nothing.is_empty());
    assert!(client.info_of("commandstats").await.unwrap().cmdstat("info").is_some());
}

#[tokio::test]
async fn the_reports_of_the_reference_come_from_a_real_server() {
    let server = Server::start(Options::new().set("maxmemory", "100mb"));
    let client = Client::connect(config(&server)).await.unwrap();
    let monitor = client.monitor();

    let before = monitor.rates().await.unwrap();
    for _ in 0..3 {
        let _: Option<String> =
            client.execute(redlane::commands::command::cmd("GET").arg("absent")).await.unwrap();
    }
    let rates = monitor.rates().await.unwrap().unwrap();
    let status = monitor.get_health_status().await;
    let memory = monitor.get_memory_usage().await.unwrap();
    let performance = monitor.get_performance_metrics().await.unwrap();

    assert!(before.is_none() && !rates.reset);
    assert_eq!(rates.hit_rate, Some(0.0));
    assert!(status.is_healthy() && status.connected_clients >= 1 && status.keyspace_misses == 3, "{status}");
    assert!(status.used_memory.ends_with('M') || status.used_memory.ends_with('K'), "{status}");
    assert!(memory.used_memory > 0 && memory.maxmemory == Some(100 * 1024 * 1024));
    assert_eq!((performance.keyspace_misses, performance.hit_rate), (3, Some(0.0)));
    assert!(monitor.check_memory_usage().await.unwrap().percent.is_some_and(|percent| percent < 50.0));
    assert_eq!(monitor.key_metrics().await.unwrap().keys, Some(0));
    assert!(monitor.health().await.is_up());
}

#[tokio::test]
async fn a_restart_in_between_gives_no_rates() {
    let server = Server::start(Options::new());
    let client = Client::connect(config(&server)).await.unwrap();
    let monitor = client.monitor();

    monitor.rates().await.unwrap();
    server.restart();
    // A question that was under way at the cut is not repeated.
    let mut rates = monitor.rates().await;
    while rates.is_err() {
        rates = monitor.rates().await;
    }

    assert!(rates.unwrap().unwrap().reset);
}

#[tokio::test]
async fn who_may_not_ask_info_is_up_all_the_same() {
    let server = Server::start(Options::new().line("user plain on >secret1 ~* +@connection +ping +get"));
    let config =
        Config::builder().host("127.0.0.1").port(server.port()).username("plain").password("secret1");
    let client = Client::connect(config.build().unwrap()).await.unwrap();

    let health = client.health(Duration::from_secs(2)).await;
    let report = client.monitor().get_health_status().await;

    assert!(health.is_up() && health.info.is_none(), "{health}");
    assert!(!report.is_healthy() && report.error.is_some_and(|error| error.contains("NOPERM")));
}

#[tokio::test]
async fn a_busy_server_is_degraded_and_a_paused_one_down() {
    let server = Server::start(Options::new().set("lua-time-limit", "5"));
    let mut busy = server.raw();
    busy.write(b"*3\r\n$4\r\nEVAL\r\n$18\r\nwhile true do end \r\n$1\r\n0\r\n").unwrap();
    eventually("the script is noticed", Duration::from_secs(5), || {
        server.command(&["PING"]).text().starts_with("BUSY")
    });

    let busy = health(&server).await;
    server.command(&["SCRIPT", "KILL"]);
    eventually("the script is gone", Duration::from_secs(5), || server.command(&["PING"]).text() == "PONG");
    let well = health(&server).await;
    server.pause();
    let paused = health(&server).await;
    server.resume();

    assert!(matches!(&busy.status, Status::Degraded(reasons) if reasons[..] == [Reason::Busy]), "{busy}");
    assert!(well.is_up(), "{well}");
    assert!(matches!(&paused.status, Status::Down(error) if error.kind() == ErrorKind::Timeout), "{paused}");
}
