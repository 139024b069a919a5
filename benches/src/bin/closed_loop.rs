//! So many tasks, each with one command under way: Redlane beside its rivals, interleaved round by round.
//!
//! The first row of a table is redis-rs; ratios are to it. `raw` is a hand-written window of requests on one blocking
//! socket, the limit of what any client can reach; it has no tasks and no latencies. Arguments choose rows: those
//! whose title holds all of them, as in `closed_loop GET '64 tasks' current`; `--quick` runs three rounds. A client of
//! one thread runs on the server's core, or beside it with `--apart`, or where the system puts it with `--free`; one of
//! several threads where the system puts it, or on the server's core with `--shared`, as when all cores are busy.

use std::path::PathBuf;

use bench::Counting;
use bench::cores::Cores;
use bench::load::{Turn, blocking_turn, median, order, runtime, runtime_name, turn, wanted};
#[cfg(feature = "glide")]
use bench::rivals::Glide;
use bench::rivals::{Bb8, Blocking, Compat, Deadpool, Fred, Raw, RedisRs, Redlane, RedlaneBlocking, Rustis};
use bench::work::Work;
use redlane_pool::transport::Target;
use redlane_test_support::{Authority, Options, Server, Tls};
use tokio::runtime::Runtime;

#[global_allocator]
static ALLOCATOR: Counting = Counting;

const MIB: usize = 1 << 20;

/// Who runs in a table; those who cannot are left out of it. Each has a runtime of its own, since a timer that one of them
/// leaves there makes every look at the sockets dearer for all.
struct Field {
    redis: Option<RedisRs>,
    redlane: Option<Redlane>,
    compat: Option<Compat>,
    rustis: Option<Rustis>,
    fred: Option<Fred>,
    deadpool: Option<Deadpool>,
    bb8: Option<Bb8>,
    blocking: Option<Blocking>,
    redlane_blocking: Option<RedlaneBlocking>,
    #[cfg(feature = "glide")]
    glide: Option<Glide>,
    unlimited: Option<RedisRs>,
    raw: Option<Raw>,
    /// In the order of `NAMES`.
    runtimes: Vec<Runtime>,
}

const NAMES: [&str; 12] = [
    "redis-rs 1.8.1",
    "redlane",
    "redlane, AsyncCommands",
    "rustis 0.27",
    "fred 10.1",
    "deadpool-redis 0.23",
    "bb8-redis 0.26",
    "redis-rs, blocking",
    "redlane, blocking",
    "valkey-glide 0.9",
    "redis-rs, no limit",
    "raw",
];

impl Field {
    fn of(threads: usize) -> Self {
        Field {
            redis: None,
            redlane: None,
            compat: None,
            rustis: None,
            fred: None,
            deadpool: None,
            bb8: None,
            blocking: None,
            redlane_blocking: None,
            #[cfg(feature = "glide")]
            glide: None,
            unlimited: None,
            raw: None,
            runtimes: NAMES.map(|_| runtime(threads)).into(),
        }
    }

    /// Those who go by a URL; what blocks comes after it.
    fn over(url: &str, threads: usize) -> Self {
        let field = Field::of(threads);
        let on = |who: usize| &field.runtimes[who];
        Field {
            redis: Some(on(0).block_on(RedisRs::connect(url))),
            redlane: Some(on(1).block_on(Redlane::connect(url))),
            compat: Some(on(2).block_on(Compat::connect(url))),
            rustis: Some(on(3).block_on(Rustis::connect(url))),
            fred: Some(on(4).block_on(Fred::connect(url))),
            deadpool: Some(Deadpool::new(url)),
            bb8: Some(on(6).block_on(Bb8::new(url))),
            blocking: Some(Blocking::connect(url)),
            #[cfg(feature = "glide")]
            glide: (!url.starts_with("unix:")).then(|| on(9).block_on(Glide::connect(url))),
            unlimited: Some(on(10).block_on(RedisRs::within(None, url))),
            ..field
        }
    }

    fn over_tcp(server: &Server, threads: usize) -> Self {
        Field {
            redlane_blocking: Some(RedlaneBlocking::connect(&Target::tcp("127.0.0.1", server.port()))),
            raw: Some(Raw::tcp(server.port())),
            ..Field::over(&server.url(), threads)
        }
    }

    fn over_unix(path: PathBuf, threads: usize) -> Self {
        Field { raw: Some(Raw::unix(&path)), ..Field::over(&format!("unix://{}", path.display()), threads) }
    }

    fn over_tls(server: &Server, threads: usize) -> Self {
        Field::over(&format!("rediss://localhost:{}", server.port()), threads)
    }

    /// Writes what all read.
    fn prepare(&self, sizes: &[usize], elements: &[usize]) {
        self.runtimes[1].block_on(self.redlane.as_ref().unwrap().prepare(sizes, elements));
    }

    fn turn(&mut self, who: usize, work: Work, tasks: usize, count: usize) -> Option<Turn> {
        let on = &self.runtimes[who];
        Some(match who {
            0 => on.block_on(turn(self.redis.as_ref()?, work, tasks, count)),
            1 => on.block_on(turn(self.redlane.as_ref()?, work, tasks, count)),
            2 => on.block_on(turn(self.compat.as_ref()?, work, tasks, count)),
            3 => on.block_on(turn(self.rustis.as_ref()?, work, tasks, count)),
            4 => on.block_on(turn(self.fred.as_ref()?, work, tasks, count)),
            // Many times slower with many tasks: a fifth of the work takes long enough.
            5 => on.block_on(turn(self.deadpool.as_ref()?, work, tasks, (count / 5).max(tasks))),
            6 => on.block_on(turn(self.bb8.as_ref()?, work, tasks, (count / 5).max(tasks))),
            7 | 8 if tasks > 1 || !matches!(work, Work::Get | Work::Set | Work::Mix) => return None,
            7 => blocking_turn(self.blocking.as_mut()?, work, count),
            8 => blocking_turn(self.redlane_blocking.as_mut()?, work, count),
            #[cfg(feature = "glide")]
            9 => on.block_on(turn(self.glide.as_ref()?, work, tasks, count)),
            #[cfg(not(feature = "glide"))]
            9 => return None,
            10 => on.block_on(turn(self.unlimited.as_ref()?, work, tasks, count)),
            _ => self.raw.as_mut()?.turn(work, tasks, count),
        })
    }

    fn cell(&mut self, title: &str, work: Work, tasks: usize, count: usize) {
        if !wanted(title) {
            return;
        }
        let rounds = if std::env::args().any(|arg| arg == "--quick") { 3 } else { 9 };
        let mut turns: [Vec<Turn>; NAMES.len()] = Default::default();
        for round in 0..=rounds {
            for who in order(round, NAMES.len()) {
                // The first round only warms up.
                if let Some(turn) = self.turn(who, work, tasks, count)
                    && round > 0
                {
                    turns[who].push(turn);
                }
            }
        }
        print(title, &turns);
    }
}

fn print(title: &str, turns: &[Vec<Turn>]) {
    let base = median(&turns[0]);
    println!("\n### {title}\n");
    println!(
        "| who | ops/s | ratio | CPU ns/op | ratio | p50 us | ratio | p99 us | ratio | p99.9 us | ratio | allocations/op | bytes/op |"
    );
    println!("|---|---:|---:|---:|---:|---:|---:|---:|---:|---:|---:|---:|---:|");
    for (name, turns) in NAMES.iter().zip(turns).filter(|(_, turns)| !turns.is_empty()) {
        let it = median(turns);
        print!("| {name} ");
        for (value, base) in [(it.rate, base.rate), (it.cpu, base.cpu)] {
            print!("| {value:.0} | {:.2} ", value / base);
        }
        if it.p50 == 0.0 {
            println!("| | | | | | | | |");
            continue;
        }
        for (value, base) in [(it.p50, base.p50), (it.p99, base.p99), (it.p999, base.p999)] {
            print!("| {value:.0} | {:.2} ", value / base);
        }
        println!("| {:.2} | {:.0} |", it.allocations, it.bytes);
    }
}

/// The file of the authority that the platform is to trust, for as long as somebody may connect.
struct Trusted(PathBuf);

impl Drop for Trusted {
    fn drop(&mut self) {
        let _ = std::fs::remove_file(&self.0);
    }
}

/// A server that speaks TLS, trusted by all who ask the platform whom to trust.
fn start_tls() -> (Option<Server>, Trusted) {
    rustls::crypto::ring::default_provider().install_default().expect("nobody else chooses");
    let authority = Authority::new("bench");
    let file = std::env::temp_dir().join(format!("redlane-bench-{}.pem", std::process::id()));
    std::fs::write(&file, authority.certificate()).unwrap();
    // SAFETY: no thread but this one runs yet.
    unsafe { std::env::set_var("SSL_CERT_FILE", &file) };
    let tls = Tls { identity: authority.certify(&["localhost"]), client_authority: None };
    (Server::start_tls(Options::new().tls(tls)), Trusted(file))
}

fn main() {
    let (secure, _trusted) = start_tls();
    let server = Server::start(Options::new());
    let servers: Vec<u32> = std::iter::once(&server).chain(&secure).filter_map(Server::pid).collect();
    let asked = Cores::from_args();
    let many = if std::env::args().any(|arg| arg == "--shared") { Cores::Shared } else { Cores::Free };
    for (threads, cores) in [(1, asked), (2, many)] {
        cores.take(servers.iter().copied());
        let on = runtime_name(threads);
        println!("\n## {on}: {}", cores.name());
        let mut field = Field::over_tcp(&server, threads);
        field.prepare(&[MIB, 16 * MIB], &[1_000]);
        for work in [Work::Get, Work::Set, Work::Mix] {
            for tasks in [1, 8, 64, 512] {
                let count = if tasks == 1 { 2_000 } else { 20_000 };
                field.cell(&format!("{work}, {tasks} tasks, {on}"), work, tasks, count);
            }
        }
        for (work, count) in [
            (Work::Pipeline(100), 200),
            (Work::Pipeline(1_000), 30),
            (Work::Mget, 1_000),
            (Work::Hgetall, 1_000),
            (Work::Lrange, 300),
            (Work::GetLarge(MIB), 50),
            (Work::SetLarge(MIB), 50),
            (Work::GetLarge(16 * MIB), 6),
            (Work::SetLarge(16 * MIB), 6),
        ] {
            field.cell(&format!("{work}, 1 task, {on}"), work, 1, count);
        }
        let mut field = Field::over_unix(server.socket(), threads);
        for (work, tasks, count) in [(Work::Get, 1, 2_000), (Work::Get, 64, 20_000), (Work::Set, 64, 20_000)]
        {
            field.cell(&format!("{work}, {tasks} tasks, Unix socket, {on}"), work, tasks, count);
        }
        let Some(secure) = &secure else { continue };
        let mut field = Field::over_tls(secure, threads);
        field.prepare(&[16 * MIB], &[]);
        for (work, tasks, count) in [
            (Work::Get, 1, 2_000),
            (Work::Get, 64, 20_000),
            (Work::Set, 64, 20_000),
            (Work::GetLarge(16 * MIB), 1, 6),
            (Work::SetLarge(16 * MIB), 1, 6),
        ] {
            field.cell(&format!("{work}, {tasks} tasks, TLS, {on}"), work, tasks, count);
        }
    }
    if secure.is_none() {
        println!("\nThis server does not speak TLS: those rows are left out.");
    }
}
