//! What values become as arguments.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};
use std::num::{NonZeroI8, NonZeroU64};
use std::rc::Rc;
use std::sync::Arc;

use super::redis::{ToRedisArgs, ToSingleRedisArg, cmd, pipe};
use crate::Transcript;

fn note<T: ToRedisArgs>(t: &mut Transcript, what: &str, value: T) {
    let shown =
        |args: Vec<Vec<u8>>| args.iter().map(|arg| arg.escape_ascii().to_string()).collect::<Vec<_>>();
    t.note(format!("{what}: arguments"), shown(value.to_redis_args()));
    t.note(format!("{what}: how many"), value.num_of_args());
    t.note(format!("{what}: packed"), cmd("X").arg(&value).get_packed_command().escape_ascii().to_string());
}

fn single<T: ToSingleRedisArg>(value: T) -> usize {
    value.num_of_args()
}

/// Every type that can be an argument.
pub fn run(t: &mut Transcript) {
    note(t, "str", "a b\r\n");
    note(t, "empty", "");
    note(t, "String", String::from("é"));
    note(t, "&String", &String::from("x"));
    note(t, "bytes", b"\x00\xff".as_slice());
    note(t, "array of bytes", b"abc");
    note(t, "Vec of bytes", vec![1_u8, 2]);
    note(t, "bool", true);
    note(t, "bool", false);
    note(t, "i8", i8::MIN);
    note(t, "u8", u8::MAX);
    note(t, "i16", i16::MIN);
    note(t, "u16", u16::MAX);
    note(t, "i32", i32::MIN);
    note(t, "u32", u32::MAX);
    note(t, "i64", i64::MIN);
    note(t, "u64", u64::MAX);
    note(t, "i128", i128::MIN);
    note(t, "u128", u128::MAX);
    note(t, "isize", isize::MIN);
    note(t, "usize", usize::MAX);
    note(t, "NonZeroU64", NonZeroU64::new(7).unwrap());
    note(t, "NonZeroI8", NonZeroI8::new(-7).unwrap());
    for float in [0.0, -0.0, 1.0, -1.5, 0.1, 1e21, 1e-7, 123_456_789.123, f64::MAX, f64::MIN_POSITIVE] {
        note(t, "f64", float);
        note(t, "f32", float as f32);
    }
    for float in [f64::INFINITY, f64::NEG_INFINITY, f64::NAN] {
        note(t, "f64", float);
    }
    note(t, "Some", Some("x"));
    note(t, "None", None::<&str>);
    note(t, "Some of many", Some(vec!["a", "b"]));
    note(t, "Cow", Cow::Borrowed("x"));
    note(t, "Cow owned", Cow::<str>::Owned("y".into()));
    note(t, "Box", Box::new("x"));
    note(t, "Arc", Arc::new(5));
    note(t, "Rc", Rc::new("x"));
    note(t, "Arc<String>", Arc::new(String::from("x")));
    note(t, "Box<[u8]>", Box::<[u8]>::from(*b"ab"));
    note(t, "Arc<[u8]>", Arc::<[u8]>::from(*b"ab"));
    note(t, "Vec", vec!["a", "b"]);
    note(t, "empty Vec", Vec::<&str>::new());
    note(t, "slice", ["a", "b"].as_slice());
    note(t, "array", &[1, 2, 3]);
    note(t, "nested", vec![vec!["a"], vec!["b", "c"]]);
    note(t, "Vec of Option", vec![Some(1), None, Some(3)]);
    note(t, "BTreeSet", BTreeSet::from(["b", "a"]));
    note(t, "BTreeMap", BTreeMap::from([("b", 2), ("a", 1)]));
    note(t, "tuple", ("a", 1, 2.5));
    note(t, "tuple with an Option", ("a", None::<i32>, vec![1, 2]));
    note(t, "Vec of tuples", vec![("a", 1), ("b", 2)]);
    note(t, "one", (1,));
    note(t, "twelve", (1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12));
    t.note(
        "single",
        [single("x"), single(1), single(2.5), single(b"ab"), single(vec![1_u8, 2]), single(Arc::new("x"))],
    );

    let mut command = cmd("SET");
    command.arg("k").arg(1).arg(&["a", "b"]);
    t.note(
        "iterated",
        command
            .args_iter()
            .map(|arg| match arg {
                super::redis::Arg::Simple(bytes) => bytes.escape_ascii().to_string(),
                super::redis::Arg::Cursor => "cursor".into(),
                _ => "other".into(),
            })
            .collect::<Vec<_>>(),
    );
    let mut scan = cmd("SCAN");
    scan.cursor_arg(0).arg("MATCH").arg("a*");
    t.note("scan mode", (scan.in_scan_mode(), command.in_scan_mode()));
    t.text("scan packed", scan.get_packed_command().escape_ascii().to_string());
    let mut many = pipe();
    many.atomic().cmd("GET").arg("a").add_command(command.take()).ignore();
    t.text("pipeline packed", many.get_packed_pipeline().escape_ascii().to_string());
    t.note("pipeline", (many.len(), many.is_empty(), many.is_transaction(), many.cmd_iter().count()));
    many.clear();
    t.note("cleared", (many.len(), many.is_empty(), many.is_transaction()));
    t.note("taken", command.get_packed_command().escape_ascii().to_string());
    t.note("debugged", format!("{:?}", cmd("GET").arg("a").is_no_response()));
}
