//! A corpus of replies, read as every type.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};
use std::sync::Arc;

use super::redis::{
    FromRedisValue, InfoDict, RedisResult, Value, from_redis_value, from_redis_value_ref, parse_redis_value,
};
use crate::Transcript;

const REPLIES: &[&str] = &[
    "+OK",
    "+PONG",
    "+",
    ":0",
    ":1",
    ":-1",
    ":300",
    ":9223372036854775807",
    ":-9223372036854775808",
    "$-1",
    "*-1",
    "_",
    "$0\r\n",
    "$1\r\n0",
    "$1\r\n1",
    "$2\r\n-1",
    "$4\r\n3.25",
    "$5\r\nhello",
    "$4\r\ntrue",
    "$3\r\n300",
    "$3\r\ninf",
    "$1\r\n\u{7f}",
    "$20\r\n18446744073709551615",
    "$39\r\n340282366920938463463374607431768211455",
    "$2\r\n 1",
    "$2\r\n+1",
    ",1.5",
    ",-0",
    ",inf",
    ",-inf",
    ",nan",
    ",1e300",
    ",3",
    "#t",
    "#f",
    "(3492890328409238509324850943850943825024385",
    "(12",
    "=15\r\ntxt:Some string",
    "=7\r\nmkd:*a*",
    "*0",
    "*1\r\n:1",
    "*2\r\n:1\r\n:2",
    "*3\r\n:1\r\n$-1\r\n:3",
    "*2\r\n$1\r\na\r\n$1\r\nb",
    "*4\r\n$1\r\na\r\n:1\r\n$1\r\nb\r\n:2",
    "*2\r\n*2\r\n$1\r\na\r\n:1\r\n*2\r\n$1\r\nb\r\n:2",
    "*2\r\n*1\r\n:1\r\n*0",
    "*3\r\n+OK\r\n#t\r\n,2.5",
    "*2\r\n:1\r\n-ERR inside",
    "*3\r\n$1\r\n1\r\n$1\r\nx\r\n$1\r\n3",
    "%0",
    "%1\r\n$1\r\na\r\n:1",
    "%2\r\n$1\r\na\r\n$1\r\nx\r\n$1\r\nb\r\n$-1",
    "%1\r\n:1\r\n*2\r\n:2\r\n:3",
    "~0",
    "~2\r\n:1\r\n:2",
    "~2\r\n$1\r\na\r\n$1\r\nb",
    "~1\r\n*2\r\n$1\r\na\r\n:1",
    "-ERR no",
    "-WRONGTYPE not that",
    "-MOVED 1 h:2",
    "!9\r\nERR bulk!",
    "|1\r\n+ttl\r\n:3600\r\n$1\r\na",
    "|1\r\n+ttl\r\n:3600\r\n:7",
    "|1\r\n+a\r\n:1\r\n*2\r\n:1\r\n:2",
    "|1\r\n+a\r\n:1\r\n%1\r\n$1\r\na\r\n:1",
    ">2\r\n+message\r\n:1",
    ">3\r\n$7\r\nmessage\r\n$1\r\nc\r\n$1\r\np",
    "$27\r\n# Server\r\nredis_version:7.0\r\n",
];

/// What is not RESP, and what is cut.
const MALFORMED: &[&str] = &[
    "",
    "+OK",
    ":x\r\n",
    "$5\r\nhel\r\n",
    "*2\r\n:1\r\n",
    "?x\r\n",
    "$-2\r\n",
    "*-2\r\n",
    "#x\r\n",
    ",x\r\n",
    "_x\r\n",
];

const WRAPS: &str = "integers are checked, not wrapped";

/// Lengths below -1, and a null with something in it: redis-rs takes each for nil.
const LENIENT: &[&str] = &["$-2\r\n", "*-2\r\n", "_x\r\n"];

trait Shown {
    fn shown(&self) -> String;
}

impl<T: std::fmt::Debug> Shown for T {
    fn shown(&self) -> String {
        format!("{self:?}")
    }
}

fn read<T: FromRedisValue>(value: &Value, shown: impl Fn(&T) -> String) -> [String; 2] {
    let owned = from_redis_value::<T>(value.clone());
    let borrowed = from_redis_value_ref::<T>(value);
    [owned, borrowed].map(|read| match read {
        Ok(read) => format!("Ok({})", shown(&read)),
        Err(error) => format!("Err({})", without_paths(&error.to_string())),
    })
}

/// The text without the paths of the crates' own types, which it names.
fn without_paths(text: &str) -> String {
    text.replace("redlane::compat::error::", "").replace("redis::errors::redis_error::", "")
}

macro_rules! each_type {
    ($t:ident, $reply:ident, $value:ident: $($T:ty),* $(,)?) => { $(
        $t.note(format!("{:?} as {}", $reply, stringify!($T)), read::<$T>(&$value, Shown::shown));
    )* };
}

macro_rules! each_integer {
    ($t:ident, $reply:ident, $value:ident: $($T:ty),* $(,)?) => { $(
        let seen = read::<$T>(&$value, Shown::shown);
        let what = format!("{:?} as {}", $reply, stringify!($T));
        if number_beyond(&$value, <$T as Bounds>::BOUNDS) {
            $t.differs(what, seen, WRAPS);
        } else {
            $t.note(what, seen);
        }
    )* };
}

trait Bounds {
    const BOUNDS: (f64, f64);
}

macro_rules! bounds {
    ($($T:ident)*) => { $(
        impl Bounds for $T {
            const BOUNDS: (f64, f64) = ($T::MIN as f64, $T::MAX as f64);
        }
    )* };
}

bounds!(i8 u8 i16 u16 i32 u32 i64 u64 i128 u128 isize usize);

impl Bounds for Option<i64> {
    const BOUNDS: (f64, f64) = i64::BOUNDS;
}

/// Whether a number in the reply does not fit, or is no whole one.
fn number_beyond(value: &Value, (min, max): (f64, f64)) -> bool {
    match value {
        Value::Int(n) => (*n as f64) < min || (*n as f64) > max,
        Value::Double(n) => !(*n >= min && *n <= max && n.fract() == 0.0),
        Value::Attribute { data, .. } => number_beyond(data, (min, max)),
        _ => false,
    }
}

fn sorted<K: std::fmt::Debug, V: std::fmt::Debug, S>(map: &HashMap<K, V, S>) -> String {
    let mut pairs: Vec<_> = map.iter().map(|pair| format!("{pair:?}")).collect();
    pairs.sort();
    pairs.join(" ")
}

fn in_order<T: std::fmt::Debug, S>(set: &HashSet<T, S>) -> String {
    let mut members: Vec<_> = set.iter().map(|member| format!("{member:?}")).collect();
    members.sort();
    members.join(" ")
}

/// Reads each reply as each type.
pub fn run(t: &mut Transcript) {
    for reply in REPLIES {
        let value = match parse_redis_value(format!("{reply}\r\n").as_bytes()) {
            Ok(value) => value,
            Err(error) => {
                t.note(format!("{reply:?} parsed"), (error.kind(), error.to_string()));
                continue;
            }
        };
        t.note(format!("{reply:?} parsed"), &value);
        each_integer!(t, reply, value: i8, u8, i16, u16, i32, u32, i64, u64, i128, u128, isize, usize, Option<i64>);
        each_type!(
            t, reply, value: (), bool, f32, f64, String, std::ffi::CString, Value, Vec<u8>, Vec<String>, Vec<Vec<u8>>,
            Vec<bool>, Vec<f64>, Vec<Value>, Vec<Option<String>>, Vec<(String, i64)>, Vec<(String, String)>, Vec<Vec<String>>,
            Option<String>, Option<Vec<String>>, Option<()>, Box<String>, Arc<String>, Box<[i64]>, Arc<[i64]>, [i64; 2],
            [String; 2], BTreeMap<String, i64>, BTreeMap<String, String>, BTreeMap<String, Option<String>>, BTreeSet<String>,
            BTreeSet<i64>, (i64,), (i64, i64), (String, i64), (String, String), (i64, Option<i64>, i64),
            (String, i64, String, i64), ((String, i64), (String, i64)), Vec<i64>, Vec<RedisResult<i64>>, RedisResult<String>,
            Option<BTreeMap<String, i64>>, std::sync::Arc<Vec<String>>,
        );
        t.note(format!("{reply:?} as HashMap"), read::<HashMap<String, i64>>(&value, sorted));
        t.note(format!("{reply:?} as HashSet"), read::<HashSet<String>>(&value, in_order));
        t.note(
            format!("{reply:?} as InfoDict"),
            read::<InfoDict>(&value, |info| {
                format!("{} {:?}", info.len(), info.get::<String>("redis_version"))
            }),
        );
        let many = i64::from_redis_value_refs(std::slice::from_ref(&value)).map_err(|error| error.to_string());
        if number_beyond(&value, i64::BOUNDS) {
            t.differs(format!("{reply:?} as many"), many, WRAPS);
        } else {
            t.note(format!("{reply:?} as many"), many);
        }
    }
    for bytes in MALFORMED {
        let parsed = parse_redis_value(bytes.as_bytes())
            .map_err(|error| (error.kind(), error.is_unrecoverable_error()));
        if LENIENT.contains(bytes) {
            t.differs(format!("{bytes:?}"), parsed, "what is malformed is refused");
        } else {
            t.note(format!("{bytes:?}"), parsed);
        }
    }
    let deep = |depth: usize| format!("{}:1\r\n", "*1\r\n".repeat(depth));
    for depth in [10, 99, 100, 101, 1000] {
        t.note(format!("{depth} levels"), parse_redis_value(deep(depth).as_bytes()).is_ok());
    }
}
