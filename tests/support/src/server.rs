//! A real server that belongs to one test, or to all tests of one process.
//!
//! The server is a child of a small shell script (`server.sh`), not of the test: whatever becomes of the test
//! process, even SIGKILL, the script sees its pipe close, kills the server and removes its folder. A shared
//! server needs no end of its own for the same reason.

mod options;
mod skip;

use std::env;
use std::fs;
use std::io::{BufRead, BufReader, Write};
use std::path::{Path, PathBuf};
use std::process::{self, Child, ChildStdout, Command, Stdio};
use std::sync::{Mutex, MutexGuard, OnceLock, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

pub use options::{Options, Tls};

use crate::ports::free_port;
use crate::raw::{Raw, RawReply};
use crate::version::Version;

/// A server answers within 20 ms on an idle machine; this is for a crowded one.
const START_LIMIT: Duration = Duration::from_secs(20);

/// Two tests seldom choose the same port at the same time, three times in a row never.
const START_TRIES: usize = 4;

/// A running server, on a TCP port of 127.0.0.1 and on a Unix socket; it is killed when this is dropped.
pub struct Server {
    keeper: Mutex<Keeper>,
    version: Version,
    folder: PathBuf,
    port: u16,
    options: Options,
}

/// The script that keeps the server; orders go to its standard input.
struct Keeper {
    script: Child,
    answers: BufReader<ChildStdout>,
}

impl Server {
    /// Starts a server and waits until it answers.
    ///
    /// The binary is the one that `REDLANE_SERVER` names, else `redis-server` or `valkey-server` on the PATH,
    /// else one that `./x servers` fetched.
    ///
    /// # Panics
    ///
    /// When there is none, or it does not start; with the end of its log.
    #[must_use]
    pub fn start(options: Options) -> Self {
        Self::try_start(options)
            .unwrap_or_else(|server| panic!("the server did not start:\n{}", server.log()))
    }

    /// Starts a server that speaks TLS, as [`Options::tls`] says; `None`, reported as a skip, when it was built without.
    ///
    /// # Panics
    ///
    /// When there is no server, or it does not start for another reason; with the end of its log.
    #[must_use]
    pub fn start_tls(options: Options) -> Option<Self> {
        let server = match Self::try_start(options) {
            Ok(server) => return Some(server),
            Err(server) => server,
        };
        let log = server.log();
        // In the words of Redis 7.2 and later, and of those before.
        let lacks = log.contains("Failed finding TLS support")
            || log.contains("tls-port") && log.contains("Bad directive");
        assert!(lacks, "the server did not start:\n{log}");
        server.report_skip("it was built without TLS");
        None
    }

    /// A server that answers, or else one that does not, with its log.
    fn try_start(options: Options) -> Result<Self, Box<Self>> {
        let binary = binary();
        let version = Version::of(&binary);
        for _ in 0..START_TRIES {
            let server = Self::launch(&binary, version, options.clone());
            if server.is_up() {
                return Ok(server);
            }
            if !server.log().contains("already in use") {
                return Err(Box::new(server));
            }
        }
        panic!("every port was taken {START_TRIES} times");
    }

    /// The server that all tests of this process share; it has no password and its keys belong to nobody, so
    /// use [`Keys`](crate::Keys). It is started at the first call and ends with the process.
    #[must_use]
    pub fn shared() -> &'static Self {
        static SHARED: OnceLock<Server> = OnceLock::new();
        SHARED.get_or_init(|| Self::start(Options::new()))
    }

    fn launch(binary: &Path, version: Version, options: Options) -> Self {
        let folder = new_folder();
        let port = free_port();
        let configuration = folder.join("server.conf");
        let text = options.configuration(&folder, port, version);
        fs::write(&configuration, text).expect("a temporary folder can be written");
        for (name, content) in options.files() {
            fs::write(folder.join(name), content).expect("a temporary folder can be written");
        }

        let mut script = Command::new("sh")
            .args(["-c", include_str!("server.sh"), "server.sh"])
            .args([&folder, binary, &configuration])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .expect("a shell can be started");
        let answers = BufReader::new(script.stdout.take().expect("it was piped"));
        let keeper = Keeper { script, answers };
        let server = Self { keeper: Mutex::new(keeper), version, folder, port, options };
        server.order("start");
        server
    }

    /// The port on 127.0.0.1; it stays the same over restarts.
    #[must_use]
    pub fn port(&self) -> u16 {
        self.port
    }

    /// `127.0.0.1:PORT`
    #[must_use]
    pub fn address(&self) -> String {
        format!("127.0.0.1:{}", self.port)
    }

    /// `redis://127.0.0.1:PORT`, or `rediss` with TLS, with the password when there is one.
    #[must_use]
    pub fn url(&self) -> String {
        let scheme = self.options.scheme();
        match self.options.requirepass() {
            None => format!("{scheme}://127.0.0.1:{}", self.port),
            Some(password) => format!("{scheme}://:{password}@127.0.0.1:{}", self.port),
        }
    }

    /// The Unix socket.
    #[must_use]
    pub fn socket(&self) -> PathBuf {
        self.folder.join("socket")
    }

    /// The server's own folder: configuration, log, dumps. It is removed at the end.
    #[must_use]
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    /// What the server has logged so far.
    #[must_use]
    pub fn log(&self) -> String {
        let read = |name: &str| fs::read_to_string(self.folder.join(name)).unwrap_or_default();
        read("output") + &read("log")
    }

    /// Which server this is.
    #[must_use]
    pub fn version(&self) -> Version {
        self.version
    }

    /// The process id while the server runs.
    #[must_use]
    pub fn pid(&self) -> Option<u32> {
        self.order("alive").parse().ok()
    }

    /// Kills the server at once (SIGKILL); its clients see their connections reset or closed.
    pub fn kill(&self) {
        self.order("kill");
    }

    /// Asks the server to end (SIGTERM) and waits until it has.
    pub fn terminate(&self) {
        self.order("terminate");
    }

    /// Starts the server again after [`kill`](Self::kill), on the same port, and waits until it answers.
    ///
    /// # Panics
    ///
    /// When it does not start; with the end of its log.
    pub fn start_again(&self) {
        self.order("start");
        assert!(self.is_up(), "the server did not start again:\n{}", self.log());
    }

    /// Kills the server and starts it again on the same port; its keys are lost.
    ///
    /// # Panics
    ///
    /// When it does not start; with the end of its log.
    pub fn restart(&self) {
        self.kill();
        self.start_again();
    }

    /// Stops the server's process (SIGSTOP): its sockets stay open and nobody answers on them.
    pub fn pause(&self) {
        self.order("pause");
    }

    /// Lets a paused server go on.
    pub fn resume(&self) {
        self.order("resume");
    }

    /// A new connection without Redlane, authenticated when the server has a password.
    ///
    /// # Panics
    ///
    /// When the server is down.
    #[must_use]
    pub fn raw(&self) -> Raw {
        let mut raw = Raw::unix(&self.socket()).expect("the server accepts connections");
        if let Some(password) = self.options.requirepass() {
            assert_eq!(raw.command(&["AUTH", password]).text(), "OK");
        }
        raw
    }

    /// Sends one command over a connection of its own, without Redlane.
    ///
    /// # Panics
    ///
    /// When the server is down.
    pub fn command<A: AsRef<[u8]>>(&self, args: &[A]) -> RawReply {
        self.raw().command(args)
    }

    /// One field of INFO; empty when there is no such field.
    #[must_use]
    pub fn info(&self, field: &str) -> String {
        let text = self.command(&["INFO", "everything"]).text();
        let value = text.lines().find_map(|line| line.strip_prefix(field)?.strip_prefix(':'));
        value.unwrap_or_default().trim_end().to_owned()
    }

    /// The lines of CLIENT LIST, but for the one of the connection that asks.
    #[must_use]
    pub fn clients(&self) -> Vec<String> {
        let mut raw = self.raw();
        let own = format!("id={} ", raw.command(&["CLIENT", "ID"]).text());
        let text = raw.command(&["CLIENT", "LIST"]).text();
        text.lines().filter(|line| !line.starts_with(&own)).map(Into::into).collect()
    }

    /// Whether the server answers before the limit; `false` at once when its process ends instead.
    fn is_up(&self) -> bool {
        let start = Instant::now();
        let mut asked: u32 = 0;
        while start.elapsed() < START_LIMIT {
            let answer = Raw::unix(&self.socket()).and_then(|mut raw| raw.try_command(&["PING"]));
            // The TCP port is bound before the Unix socket, which nobody else can answer on. NOAUTH is an answer.
            if answer.is_ok_and(|reply| !reply.text().starts_with("LOADING")) {
                return true;
            }
            asked += 1;
            if asked.is_multiple_of(50) && self.pid().is_none() {
                return false;
            }
            thread::sleep(Duration::from_millis(1));
        }
        false
    }

    /// Has the script carry out an order; gives the server's pid, or `none`.
    fn order(&self, order: &str) -> String {
        let mut keeper = self.keeper();
        let orders = keeper.script.stdin.as_mut().expect("it was piped");
        writeln!(orders, "{order}").expect("the keeper of the server lives");
        let mut answer = String::new();
        keeper.answers.read_line(&mut answer).expect("the keeper of the server answers");
        answer.trim_end().to_owned()
    }

    fn keeper(&self) -> MutexGuard<'_, Keeper> {
        self.keeper.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // Waiting closes the script's standard input first, which makes it kill the server and end.
        let _ = self.keeper().script.wait();
    }
}

/// The server binary that the tests use.
fn binary() -> PathBuf {
    if let Some(named) = env::var_os("REDLANE_SERVER") {
        return named.into();
    }
    let path = env::var_os("PATH").unwrap_or_default();
    let fetched = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../.servers");
    let mut folders: Vec<PathBuf> = env::split_paths(&path).collect();
    folders.extend(["redis-7.0", "valkey-9.1"].map(|name| fetched.join(name)));
    folders
        .iter()
        .flat_map(|folder| ["redis-server", "valkey-server"].map(|name| folder.join(name)))
        .find(|binary| binary.is_file())
        .expect("a server: set REDLANE_SERVER, install redis-server, or run ./x servers")
}

/// A short path: a Unix socket's may not exceed a hundred bytes.
fn new_folder() -> PathBuf {
    let folder = env::temp_dir().join(format!("redlane-{}-{:08x}", process::id(), fastrand::u32(..)));
    fs::create_dir(&folder).expect("a temporary folder can be made");
    folder
}
