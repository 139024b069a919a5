//! Which cores client and server run on.
//!
//! Left to the system, a client of one thread lands on the server's core or beside it by chance, and stays there: on
//! a quiet machine the same GET then takes 20 or 60 microseconds, since waking an idle core costs more than the
//! command. So the place is given, the same to all contestants.

/// Where a client of one thread runs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Cores {
    /// On the server's core: nothing waits for a core to wake, and the costs of both add up.
    Shared,
    /// On the core beside the server's: both work at once, and every batch waits for two cores to wake.
    Apart,
    /// Wherever the system puts it.
    Free,
}

impl Cores {
    /// What `--apart` or `--free` asks for; shared without them.
    pub fn from_args() -> Self {
        let asked = |flag: &str| std::env::args().any(|arg| arg == flag);
        match () {
            () if asked("--apart") => Cores::Apart,
            () if asked("--free") => Cores::Free,
            () => Cores::Shared,
        }
    }

    /// What a table says of it.
    pub fn name(self) -> &'static str {
        match self {
            Cores::Shared => "client and server on one core",
            Cores::Apart => "client and server on a core each",
            Cores::Free => "cores as the system gives them",
        }
    }

    /// Moves this thread, those it will start, and these servers to their places.
    pub fn take(self, servers: impl IntoIterator<Item = u32>) {
        let (client, server): (&[usize], &[usize]) = match self {
            Cores::Shared => (&[0], &[0]),
            Cores::Apart => (&[0], &[1]),
            Cores::Free => (&[0, 1], &[0, 1]),
        };
        bind(0, client);
        for pid in servers {
            bind(pid, server);
        }
    }
}

/// Keeps a thread, of which 0 is this one, on `cores`.
fn bind(thread: u32, cores: &[usize]) {
    // SAFETY: a `cpu_set_t` is an array of bits, and all of them zero is the empty set.
    let mut set: libc::cpu_set_t = unsafe { std::mem::zeroed() };
    for core in cores {
        // SAFETY: the cores named here are far below the size of the set.
        unsafe { libc::CPU_SET(*core, &mut set) };
    }
    // SAFETY: the call reads one set, of the size named.
    let done =
        unsafe { libc::sched_setaffinity(thread as i32, size_of::<libc::cpu_set_t>(), &raw const set) };
    assert_eq!(done, 0, "no such core or thread");
}
