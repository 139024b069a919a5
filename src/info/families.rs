//! Fields whose name ends in a number, `db0` or `slave1`, and the module list: ordered maps of typed members.
//!
//! Numbers need not be dense. Each member keeps its [`Pairs`], so that what a newer server adds is never out
//! of reach; a typed part is `None` when the server did not send it.

use std::collections::BTreeMap;
use std::time::Duration;

use super::number;
use super::pairs::Pairs;
use super::section::Section;

/// Declares a member: its number, the parts it reads from its pairs, and the pairs themselves.
macro_rules! member {
    (
        $(#[$doc:meta])* $name:ident, $(#[$index_doc:meta])* $index:ident {
            $($(#[$part_doc:meta])* $part:ident: $value:ty = $read:ident($key:literal),)*
        }
    ) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq)]
        #[non_exhaustive]
        pub struct $name<'a> {
            $(#[$index_doc])*
            pub $index: u32,
            $($(#[$part_doc])* pub $part: Option<$value>,)*
            /// All pairs as they were sent, those without a field of their own too.
            pub pairs: Pairs<'a>,
        }

        impl<'a> $name<'a> {
            fn read($index: u32, pairs: Pairs<'a>) -> Self {
                Self { $index, $($part: pairs.$read($key),)* pairs }
            }
        }
    };
}

member! {
    /// A logical database that holds at least one key: `db0:keys=355,expires=50,avg_ttl=621371`.
    Keyspace,
    /// The database's number.
    db {
        /// How many keys it holds.
        keys: u64 = u64("keys"),
        /// How many of them have a time to live.
        expires: u64 = u64("expires"),
        /// Their average time to live, as the server estimates it; zero when it has not looked yet.
        average_ttl: Duration = millis("avg_ttl"),
        /// How many hashes have fields with a time to live (Redis since 7.4).
        subexpiry: u64 = u64("subexpiry"),
        /// How many keys have fields with a time to live (Valkey since 9.0).
        keys_with_volatile_items: u64 = u64("keys_with_volatile_items"),
    }
}

member! {
    /// A replica as its primary sees it: `slave0:ip=127.0.0.1,port=24017,state=online,offset=61387,lag=1`.
    ReplicaLink,
    /// The position in the primary's list.
    index {
        /// The address it announced.
        ip: &'a str = get("ip"),
        /// The port it announced.
        port: u64 = u64("port"),
        /// `online` once it follows the stream.
        state: &'a str = get("state"),
        /// How far it has acknowledged the stream, in bytes.
        offset: u64 = u64("offset"),
        /// Seconds since its last acknowledgement.
        lag: i64 = i64("lag"),
        /// What kind of link it is (Valkey since 9.0): `replica`.
        kind: &'a str = get("type"),
    }
}

member! {
    /// A primary that a Sentinel watches:
    /// `master0:name=mymaster,status=ok,address=127.0.0.1:24301,slaves=2,sentinels=3`.
    SentinelMaster,
    /// The position in the Sentinel's list.
    index {
        /// The service name.
        name: &'a str = get("name"),
        /// `ok`, `sdown` (this Sentinel thinks it is down) or `odown` (enough of them do).
        status: &'a str = get("status"),
        /// Host and port.
        address: &'a str = get("address"),
        /// How many replicas it has.
        replicas: u64 = u64("slaves"),
        /// How many Sentinels watch it, this one included.
        sentinels: u64 = u64("sentinels"),
    }
}

member! {
    /// A socket the server listens on: `listener0:name=tcp,bind=127.0.0.1,bind=-::1,port=6379`.
    Listener,
    /// The position in the server's list.
    index {
        /// `tcp`, `unix` or `tls`.
        name: &'a str = get("name"),
        /// The port, absent for a Unix socket.
        port: u64 = u64("port"),
    }
}

impl<'a> Listener<'a> {
    /// All addresses it is bound to; a leading `-` says that it may be missing.
    pub fn binds(self) -> impl Iterator<Item = &'a str> {
        self.pairs.all("bind")
    }
}

member! {
    /// What one I/O thread did (Redis since 8.0): `io_thread_0:clients=5,reads=905,writes=1414`.
    IoThread,
    /// The thread's number; 0 is the main thread.
    index {
        /// How many clients it serves.
        clients: u64 = u64("clients"),
        /// How many reads it has done.
        reads: u64 = u64("reads"),
        /// How many writes it has done.
        writes: u64 = u64("writes"),
    }
}

member! {
    /// A scripting engine (Valkey since 9.0):
    /// `engine_0:name=LUA,module=lua,abi_version=4,used_memory=69632,memory_overhead=56`.
    Engine,
    /// The position in the server's list.
    index {
        /// The name a script's first line asks for.
        name: &'a str = get("name"),
        /// The module that brought it, or `built-in`.
        module: &'a str = get("module"),
        /// The version of the engine interface.
        abi_version: u64 = u64("abi_version"),
        /// Bytes it holds.
        used_memory: u64 = u64("used_memory"),
        /// Bytes the server holds for it.
        memory_overhead: u64 = u64("memory_overhead"),
    }
}

/// A loaded module:
/// `module:name=vectorset,ver=1,api=1,filters=0,usedby=[],using=[],options=[handle-io-errors]`.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Module<'a> {
    /// The name it registered.
    pub name: &'a str,
    /// Its version, as one number.
    pub version: Option<u64>,
    /// The version of the module interface it was built for.
    pub api: Option<u64>,
    /// How many command filters it has.
    pub filters: Option<u64>,
    /// The modules that use it.
    pub used_by: Vec<&'a str>,
    /// The modules it uses.
    pub using: Vec<&'a str>,
    /// What it says it can handle.
    pub options: Vec<&'a str>,
    /// All pairs as they were sent.
    pub pairs: Pairs<'a>,
}

impl<'a> Module<'a> {
    fn read(pairs: Pairs<'a>) -> Self {
        Self {
            name: pairs.get("name").unwrap_or_default(),
            version: pairs.u64("ver"),
            api: pairs.u64("api"),
            filters: pairs.u64("filters"),
            used_by: pairs.list("usedby"),
            using: pairs.list("using"),
            options: pairs.list("options"),
            pairs,
        }
    }
}

/// How the values of one type spread over sizes (Redis since 8.0):
/// `db0_distrib_strings_sizes:0=4,1=54,…,1K=2`.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Distribution<'a> {
    /// The database's number.
    pub db: u32,
    /// Type and measure, such as `strings_sizes` or `hashes_items`.
    pub name: &'a str,
    /// How many values there are from each lower bound up to the next; `4K` was made 4096.
    pub buckets: BTreeMap<u64, u64>,
    /// All pairs as they were sent.
    pub pairs: Pairs<'a>,
}

impl<'a> Distribution<'a> {
    fn read(key: &'a str, value: &'a str) -> Option<Self> {
        let (db, name) = key.strip_prefix("db")?.split_once("_distrib_")?;
        let pairs = Pairs::new(value);
        let buckets =
            pairs.iter().filter_map(|(from, count)| Some((number::bucket(from)?, number::u64(count)?)));
        Some(Self { db: index(db)?, name, buckets: buckets.collect(), pairs })
    }
}

impl<'a> Section<'a> {
    /// The logical database `db`; `None` when it holds no key, for then the server leaves it out.
    pub fn db(self, db: u32) -> Option<Keyspace<'a>> {
        self.databases().remove(&db)
    }

    /// The logical databases that hold a key, by number.
    pub fn databases(self) -> BTreeMap<u32, Keyspace<'a>> {
        self.indexed("db", Keyspace::read)
    }

    /// The replicas of a primary, in its order.
    pub fn replicas(self) -> BTreeMap<u32, ReplicaLink<'a>> {
        self.indexed("slave", ReplicaLink::read)
    }

    /// The primaries that a Sentinel watches, in its order.
    pub fn masters(self) -> BTreeMap<u32, SentinelMaster<'a>> {
        self.indexed("master", SentinelMaster::read)
    }

    /// The sockets the server listens on (Redis and Valkey since 7.2).
    pub fn listeners(self) -> BTreeMap<u32, Listener<'a>> {
        self.indexed("listener", Listener::read)
    }

    /// The I/O threads by number (Redis since 8.0).
    pub fn io_threads(self) -> BTreeMap<u32, IoThread<'a>> {
        self.indexed("io_thread_", IoThread::read)
    }

    /// The scripting engines (Valkey since 9.0).
    pub fn engines(self) -> BTreeMap<u32, Engine<'a>> {
        self.indexed("engine_", Engine::read)
    }

    /// The loaded modules, in the order the server names them.
    pub fn modules(self) -> Vec<Module<'a>> {
        self.all("module").map(|text| Module::read(Pairs::new(text))).collect()
    }

    /// How values spread over sizes, by database and then by name (Redis since 8.0).
    pub fn distributions(self) -> BTreeMap<(u32, &'a str), Distribution<'a>> {
        let all = self.fields().filter_map(|(key, value)| Distribution::read(key, value));
        all.map(|spread| ((spread.db, spread.name), spread)).collect()
    }

    fn indexed<T>(self, prefix: &str, read: fn(u32, Pairs<'a>) -> T) -> BTreeMap<u32, T> {
        let members = self.fields().filter_map(|(key, value)| {
            let index = index(key.strip_prefix(prefix)?)?;
            Some((index, read(index, Pairs::new(value))))
        });
        members.collect()
    }
}

/// The number at the end of a member's name.
fn index(text: &str) -> Option<u32> {
    u32::try_from(number::u64(text)?).ok()
}
