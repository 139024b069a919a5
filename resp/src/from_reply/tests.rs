use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet, VecDeque};
use std::ffi::CString;
use std::fmt::Debug;
use std::rc::Rc;
use std::sync::Arc;

use bytes::{BufMut, BytesMut};

use super::*;
use crate::error::Kind;
use crate::reply::Reply;
use crate::value::Value;

fn read<T: FromReply>(wire: &str) -> Result<T, ConversionError> {
    let reply = Reply::from_frame(Bytes::copy_from_slice(wire.as_bytes()));
    let by_reference = reply.read();
    // The whole reply must be read, unless it was refused.
    if by_reference.is_ok() {
        let mut cursor = reply.cursor();
        assert!(T::from_reply(&mut cursor).is_ok());
        assert!(cursor.is_at_end(), "{wire:?} was not read to its end");
    }
    by_reference
}

/// Both ways of reading give that.
#[track_caller]
fn gives<T: FromReply + PartialEq + Debug>(wire: &str, expected: T) {
    assert_eq!(read::<T>(wire).as_ref(), Ok(&expected), "{wire:?}");
    let reply = Reply::from_frame(Bytes::copy_from_slice(wire.as_bytes()));
    assert_eq!(reply.into_read::<T>(), Ok(expected), "{wire:?} given away");
    // Attributes change nothing.
    let attributed = format!("|1\r\n+ttl\r\n-ERR not yours\r\n{wire}");
    assert!(read::<T>(&attributed).is_ok(), "{attributed:?}");
}

#[track_caller]
fn refuses<T: FromReply + Debug>(wire: &str, expected: ConversionError) {
    assert_eq!(read::<T>(wire).unwrap_err(), expected, "{wire:?}");
    let reply = Reply::from_frame(Bytes::copy_from_slice(wire.as_bytes()));
    assert_eq!(reply.into_read::<T>().unwrap_err(), expected, "{wire:?} given away");
}

fn wrong_type(expected: &'static str, found: Kind) -> ConversionError {
    ConversionError::Type { expected, found }
}

fn out_of_range(target: &'static str) -> ConversionError {
    ConversionError::OutOfRange { target }
}

fn server(line: &str) -> ConversionError {
    ConversionError::Server(ServerError::from_line(line.as_bytes()))
}

fn pairs() -> Vec<(String, i64)> {
    vec![("a".to_owned(), 1), ("b".to_owned(), 2)]
}

#[test]
fn integers_of_every_width_are_read_and_none_wraps() {
    gives(":127\r\n", 127i8);
    gives(":-128\r\n", -128i8);
    refuses::<i8>(":128\r\n", out_of_range("i8"));
    gives(":255\r\n", 255u8);
    refuses::<u8>(":256\r\n", out_of_range("u8"));
    refuses::<u8>(":-1\r\n", out_of_range("u8"));
    gives(":-32768\r\n", i16::MIN);
    refuses::<u16>(":65536\r\n", out_of_range("u16"));
    gives(":2147483647\r\n", i32::MAX);
    refuses::<i32>(":2147483648\r\n", out_of_range("i32"));
    gives(":4294967295\r\n", u32::MAX);
    refuses::<u32>(":-2\r\n", out_of_range("u32"));
    gives(":9223372036854775807\r\n", i64::MAX);
    gives(":-9223372036854775808\r\n", i64::MIN);
    refuses::<u64>(":-1\r\n", out_of_range("u64"));
    gives(":7\r\n", 7usize);
    gives(":-7\r\n", -7isize);
    gives(":-9223372036854775808\r\n", i128::from(i64::MIN));
    refuses::<u128>(":-1\r\n", out_of_range("u128"));
    gives(":+5\r\n", 5i64);
}

#[test]
fn integers_are_read_from_decimal_text() {
    gives("$2\r\n42\r\n", 42u8);
    gives("+-42\r\n", -42i64);
    gives("$20\r\n18446744073709551615\r\n", u64::MAX);
    refuses::<i64>("$20\r\n18446744073709551615\r\n", out_of_range("i64"));
    gives("$39\r\n340282366920938463463374607431768211455\r\n", u128::MAX);
    refuses::<u128>("$39\r\n340282366920938463463374607431768211456\r\n", out_of_range("u128"));
    gives("$40\r\n-170141183460469231731687303715884105728\r\n", i128::MIN);
    refuses::<i128>("$40\r\n-170141183460469231731687303715884105729\r\n", out_of_range("i128"));
    gives("(170141183460469231731687303715884105727\r\n", i128::MAX);
    gives("$?\r\n;1\r\n1\r\n;2\r\n23\r\n;0\r\n", 123u32);
    let no_integer = || ConversionError::Text { expected: "an integer" };
    for wire in [
        "$0\r\n\r\n",
        "$1\r\n-\r\n",
        "$3\r\n1.5\r\n",
        "$2\r\n 1\r\n",
        "$2\r\n1 \r\n",
        "+abc\r\n",
        "$2\r\n1a\r\n",
    ] {
        refuses::<i64>(wire, no_integer());
    }
}

#[test]
fn integers_are_read_from_doubles_only_without_loss() {
    gives(",3\r\n", 3i64);
    gives(",-0\r\n", 0u8);
    gives(",1e3\r\n", 1000u16);
    refuses::<i64>(",3.5\r\n", wrong_type("an integer", Kind::Double));
    refuses::<i64>(",nan\r\n", wrong_type("an integer", Kind::Double));
    refuses::<i64>(",inf\r\n", wrong_type("an integer", Kind::Double));
    refuses::<u8>(",300\r\n", out_of_range("u8"));
    refuses::<i64>(",1e300\r\n", out_of_range("i64"));
    refuses::<i128>(",-1e300\r\n", out_of_range("i128"));
}

#[test]
fn integers_are_read_from_nothing_else() {
    refuses::<i64>("_\r\n", wrong_type("an integer", Kind::Null));
    refuses::<i64>("$-1\r\n", wrong_type("an integer", Kind::Null));
    refuses::<i64>("*-1\r\n", wrong_type("an integer", Kind::Null));
    refuses::<i64>("#t\r\n", wrong_type("an integer", Kind::Boolean));
    refuses::<i64>("*1\r\n:1\r\n", wrong_type("an integer", Kind::Array));
    refuses::<i64>("-ERR no\r\n", server("ERR no"));
}

#[test]
fn doubles_are_read_from_doubles_texts_and_integers() {
    gives(",1.5\r\n", 1.5f64);
    gives(",-inf\r\n", f64::NEG_INFINITY);
    gives("$3\r\ninf\r\n", f64::INFINITY);
    gives("$4\r\n-inf\r\n", f64::NEG_INFINITY);
    gives("$4\r\n1e-3\r\n", 0.001f64);
    gives(":-3\r\n", -3.0f64);
    gives("(100000000000000000000\r\n", 1e20f64);
    assert!(read::<f64>(",nan\r\n").unwrap().is_nan());
    assert!(read::<f64>(",-nan\r\n").unwrap().is_nan());
    assert!(read::<f64>("$3\r\nnan\r\n").unwrap().is_nan());
    refuses::<f64>("$3\r\nabc\r\n", ConversionError::Text { expected: "a number" });
    refuses::<f64>("$0\r\n\r\n", ConversionError::Text { expected: "a number" });
    refuses::<f64>("$-1\r\n", wrong_type("a number", Kind::Null));
    gives(",0.5\r\n", 0.5f32);
    gives(",inf\r\n", f32::INFINITY);
    refuses::<f32>(",1e300\r\n", out_of_range("f32"));
}

#[test]
fn truth_is_what_either_protocol_and_lua_call_so() {
    for wire in ["#t\r\n", ":1\r\n", "$1\r\n1\r\n", "+OK\r\n", "+1\r\n"] {
        gives(wire, true);
    }
    for wire in ["#f\r\n", ":0\r\n", "$1\r\n0\r\n", "_\r\n", "$-1\r\n", "*-1\r\n"] {
        gives(wire, false);
    }
    refuses::<bool>(":2\r\n", out_of_range("bool"));
    refuses::<bool>("$4\r\ntrue\r\n", ConversionError::Text { expected: "0 or 1" });
    refuses::<bool>("*0\r\n", wrong_type("a boolean", Kind::Array));
    refuses::<bool>("-ERR no\r\n", server("ERR no"));
}

#[test]
fn strings_are_read_from_texts_and_spelled_numbers() {
    for wire in
        ["$5\r\nhello\r\n", "+hello\r\n", "=9\r\ntxt:hello\r\n", "$?\r\n;2\r\nhe\r\n;3\r\nllo\r\n;0\r\n"]
    {
        gives(wire, "hello".to_owned());
        gives::<Box<str>>(wire, "hello".into());
        gives::<Arc<str>>(wire, "hello".into());
        gives::<Rc<str>>(wire, "hello".into());
        gives(wire, CString::new("hello").unwrap());
        gives(wire, b"hello".to_vec());
        gives(wire, Bytes::from_static(b"hello"));
        gives(wire, *b"hello");
        gives::<Box<[u8]>>(wire, (*b"hello").into());
        gives::<Arc<[u8]>>(wire, (*b"hello").into());
    }
    gives(":-12\r\n", "-12".to_owned());
    gives(",1.50\r\n", "1.50".to_owned());
    gives("(123456789012345678901\r\n", "123456789012345678901".to_owned());
    refuses::<String>("#t\r\n", wrong_type("a string", Kind::Boolean));
    refuses::<String>("$-1\r\n", wrong_type("a string", Kind::Null));
    refuses::<String>("_\r\n", wrong_type("a string", Kind::Null));
    refuses::<String>("*1\r\n+a\r\n", wrong_type("a string", Kind::Array));
    refuses::<String>("-NOAUTH no\r\n", server("NOAUTH no"));
    refuses::<String>("!9\r\nNOAUTH no\r\n", server("NOAUTH no"));
}

#[test]
fn byte_strings_are_texts_and_never_null() {
    refuses::<Vec<u8>>("$-1\r\n", wrong_type("a string", Kind::Null));
    refuses::<Vec<u8>>("_\r\n", wrong_type("a string", Kind::Null));
    refuses::<Vec<u8>>(":1\r\n", wrong_type("a string", Kind::Integer));
    refuses::<Bytes>("*-1\r\n", wrong_type("a string", Kind::Null));
    refuses::<Bytes>("%0\r\n", wrong_type("a string", Kind::Map));
    // BITFIELD and the like.
    gives("*3\r\n:1\r\n:2\r\n:255\r\n", vec![1u8, 2, 255]);
    refuses::<Vec<u8>>("*1\r\n:256\r\n", out_of_range("u8"));
    refuses::<[u8; 4]>("$5\r\nhello\r\n", ConversionError::Length { expected: 4, found: 5 });
}

#[test]
fn text_that_is_not_utf8_is_an_error_that_keeps_its_bytes() {
    for large in [0, 10_000, 100_000] {
        let mut payload = vec![b'x'; large];
        payload.extend_from_slice(b"\xff\xfe");
        let mut wire = BytesMut::new();
        wire.put_slice(format!("${}\r\n", payload.len()).as_bytes());
        wire.put_slice(&payload);
        wire.put_slice(b"\r\n");
        let reply = Reply::from_frame(wire.freeze());

        let errors = [reply.read::<String>().unwrap_err(), reply.into_read::<String>().unwrap_err()];

        for error in errors {
            assert_eq!(error.to_string(), format!("text of {} bytes is not UTF-8", payload.len()));
            assert!(!format!("{error:?}").contains("xx"), "a payload in Debug");
            assert_eq!(error, ConversionError::Utf8 { bytes: payload.clone().into() });
        }
    }
}

#[test]
fn a_zero_byte_makes_no_c_string() {
    refuses::<CString>("$3\r\na\0b\r\n", ConversionError::Nul);
}

#[test]
fn nothing_reads_as_nothing() {
    for wire in
        ["+OK\r\n", ":1\r\n", "_\r\n", "*2\r\n:1\r\n%1\r\n+a\r\n*?\r\n.\r\n", "$?\r\n;1\r\na\r\n;0\r\n"]
    {
        gives(wire, ());
    }
    refuses::<()>("-ERR no\r\n", server("ERR no"));
    refuses::<()>("*2\r\n+OK\r\n-WRONGTYPE deep\r\n", server("WRONGTYPE deep"));
    refuses::<()>("*?\r\n*?\r\n!8\r\nERR deep\r\n.\r\n.\r\n", server("ERR deep"));
    // An error among attributes is nobody's.
    gives("*2\r\n|1\r\n+a\r\n-ERR no\r\n:1\r\n:2\r\n", ());
    gives("*?\r\n|1\r\n+a\r\n-ERR no\r\n:1\r\n.\r\n", ());
}

#[test]
fn lists_and_sets_are_read_from_every_sequence() {
    for wire in [
        "*3\r\n:1\r\n:2\r\n:3\r\n",
        "~3\r\n:1\r\n:2\r\n:3\r\n",
        ">3\r\n:1\r\n:2\r\n:3\r\n",
        "*?\r\n:1\r\n:2\r\n:3\r\n.\r\n",
    ] {
        gives(wire, vec![1i64, 2, 3]);
        gives(wire, VecDeque::from([1i64, 2, 3]));
        gives(wire, [1i64, 2, 3]);
        gives::<Box<[i64]>>(wire, [1, 2, 3].into());
        gives::<Arc<[i64]>>(wire, [1, 2, 3].into());
        gives::<Rc<[i64]>>(wire, [1, 2, 3].into());
        gives(wire, HashSet::<i64>::from([1, 2, 3]));
        gives(wire, BTreeSet::from([1u8, 2, 3]));
        gives(wire, (1i64, 2u8, "3".to_owned()));
    }
    // HGETALL in a RESP3 connection, read as what RESP2 gives.
    gives("%1\r\n+a\r\n+b\r\n", vec!["a".to_owned(), "b".to_owned()]);
    refuses::<Vec<i64>>(":1\r\n", wrong_type("an array", Kind::Integer));
    refuses::<Vec<String>>("$1\r\na\r\n", wrong_type("an array", Kind::Bulk));
    refuses::<[i64; 2]>("*3\r\n:1\r\n:2\r\n:3\r\n", ConversionError::Length { expected: 2, found: 3 });
    refuses::<Vec<i64>>("*2\r\n:1\r\n-ERR no\r\n", server("ERR no"));
    refuses::<Vec<i64>>("-ERR no\r\n", server("ERR no"));
}

#[test]
fn null_is_an_empty_collection_and_an_absent_option() {
    for wire in ["*-1\r\n", "_\r\n", "$-1\r\n"] {
        gives(wire, Vec::<i64>::new());
        gives(wire, Vec::<(String, i64)>::new());
        gives(wire, HashMap::<String, i64>::new());
        gives(wire, BTreeSet::<String>::new());
        gives(wire, None::<String>);
        gives(wire, None::<Vec<u8>>);
        gives(wire, None::<Vec<String>>);
        gives(wire, None::<(i64, i64)>);
        gives(wire, Value::Null);
        refuses::<(i64, i64)>(wire, wrong_type("an array", Kind::Null));
    }
    gives("$1\r\n1\r\n", Some(1i64));
    gives("*3\r\n$1\r\na\r\n$-1\r\n_\r\n", vec![Some("a".to_owned()), None, None]);
    gives(":1\r\n", Some(Some(1u8)));
    refuses::<Option<i64>>("-ERR no\r\n", server("ERR no"));
}

#[test]
fn maps_read_alike_from_a_map_a_flat_array_and_an_array_of_pairs() {
    for wire in [
        "%2\r\n+a\r\n:1\r\n+b\r\n:2\r\n",
        "%?\r\n+a\r\n:1\r\n+b\r\n:2\r\n.\r\n",
        "*4\r\n+a\r\n:1\r\n+b\r\n:2\r\n",
        "*?\r\n+a\r\n:1\r\n+b\r\n:2\r\n.\r\n",
        "*2\r\n*2\r\n+a\r\n:1\r\n*2\r\n+b\r\n:2\r\n",
        "~2\r\n*2\r\n+a\r\n:1\r\n*2\r\n+b\r\n:2\r\n",
        "*?\r\n*?\r\n+a\r\n:1\r\n.\r\n*2\r\n+b\r\n:2\r\n.\r\n",
        "*2\r\n|1\r\n+x\r\n+y\r\n*2\r\n+a\r\n:1\r\n*2\r\n+b\r\n:2\r\n",
    ] {
        gives(wire, pairs());
        gives(wire, pairs().into_iter().collect::<HashMap<_, _>>());
        gives(wire, pairs().into_iter().collect::<BTreeMap<_, _>>());
        gives(wire, pairs().into_iter().collect::<VecDeque<_>>());
        gives(wire, pairs().into_iter().collect::<BTreeSet<_>>());
    }
    for empty in ["%0\r\n", "*0\r\n", "~0\r\n", "%?\r\n.\r\n", "*?\r\n.\r\n"] {
        gives(empty, HashMap::<String, i64>::new());
        gives(empty, Vec::<(i64, i64, i64)>::new());
        gives(empty, Vec::<i64>::new());
    }
    refuses::<HashMap<String, i64>>("*3\r\n+a\r\n:1\r\n+b\r\n", ConversionError::OddMap);
    refuses::<HashMap<String, i64>>("*?\r\n+a\r\n.\r\n", ConversionError::OddMap);
    refuses::<HashMap<String, i64>>(
        "*2\r\n*2\r\n+a\r\n:1\r\n*3\r\n+b\r\n:2\r\n:3\r\n",
        ConversionError::Length { expected: 2, found: 3 },
    );
    refuses::<HashMap<String, i64>>("+a\r\n", wrong_type("an array", Kind::Simple));
    refuses::<HashMap<String, i64>>("%1\r\n+a\r\n-ERR no\r\n", server("ERR no"));
}

#[test]
fn scores_read_alike_from_both_protocols() {
    let scores = vec![("a".to_owned(), 1.5), ("b".to_owned(), f64::INFINITY)];
    gives("*4\r\n$1\r\na\r\n$3\r\n1.5\r\n$1\r\nb\r\n$3\r\ninf\r\n", scores.clone());
    gives("*2\r\n*2\r\n$1\r\na\r\n,1.5\r\n*2\r\n$1\r\nb\r\n,inf\r\n", scores);
}

#[test]
fn stream_entries_are_lists_of_an_id_and_fields() {
    let entries = vec![("1-0".to_owned(), pairs()), ("2-0".to_owned(), pairs())];
    let fields = "*4\r\n$1\r\na\r\n$1\r\n1\r\n$1\r\nb\r\n$1\r\n2\r\n";
    gives(&format!("*2\r\n*2\r\n$3\r\n1-0\r\n{fields}*2\r\n$3\r\n2-0\r\n{fields}"), entries);
}

#[test]
fn tuples_take_just_their_elements() {
    gives("*1\r\n:1\r\n", (1i64,));
    gives("*2\r\n_\r\n$20\r\ninsufficient_balance\r\n", (false, "insufficient_balance".to_owned()));
    gives("%1\r\n:1\r\n:2\r\n", (1i64, 2i64));
    gives("*2\r\n$1\r\n0\r\n*1\r\n+key\r\n", (0u64, vec!["key".to_owned()]));
    let twelve: String = (1..=12).map(|number| format!(":{number}\r\n")).collect();
    gives(&format!("*12\r\n{twelve}"), (1u8, 2u8, 3u8, 4u8, 5u8, 6u8, 7u8, 8u8, 9u8, 10u8, 11u8, 12u8));
    refuses::<(i64, i64)>("*3\r\n:1\r\n:2\r\n:3\r\n", ConversionError::Length { expected: 2, found: 3 });
    refuses::<(i64, i64)>("*1\r\n:1\r\n", ConversionError::Length { expected: 2, found: 1 });
    refuses::<(i64, i64, i64)>("*?\r\n:1\r\n:2\r\n.\r\n", ConversionError::Length { expected: 3, found: 2 });
    refuses::<(i64,)>("*?\r\n:1\r\n:2\r\n.\r\n", ConversionError::Length { expected: 1, found: 2 });
    refuses::<(i64, i64)>(":1\r\n", wrong_type("an array", Kind::Integer));
    // Flat tuples of three.
    gives("*6\r\n:1\r\n:2\r\n:3\r\n:4\r\n:5\r\n:6\r\n", vec![(1u8, 2u8, 3u8), (4, 5, 6)]);
    refuses::<Vec<(u8, u8, u8)>>(
        "*5\r\n:1\r\n:2\r\n:3\r\n:4\r\n:5\r\n",
        ConversionError::Length { expected: 3, found: 2 },
    );
}

#[test]
fn pointers_read_what_they_point_to() {
    gives(":1\r\n", Box::new(1i64));
    gives(":1\r\n", Arc::new(1i64));
    gives(":1\r\n", Rc::new(1i64));
    gives("*1\r\n:1\r\n", Box::new(vec![1i64]));
}

#[test]
fn a_result_catches_the_first_error_of_its_frame() {
    let no = || ServerError::from_line(b"ERR no");
    gives::<Result<i64, ServerError>>(":1\r\n", Ok(1));
    gives::<Result<i64, ServerError>>("-ERR no\r\n", Err(no()));
    // A `Value` alone takes errors too.
    gives::<Result<Value, ServerError>>("-ERR no\r\n", Err(no()));
    gives::<Vec<Result<Value, ServerError>>>("*2\r\n!6\r\nERR no\r\n_\r\n", vec![Err(no()), Ok(Value::Null)]);
    gives::<Result<Vec<i64>, ServerError>>("*3\r\n:1\r\n-ERR no\r\n:2\r\n", Err(no()));
    // Partial results of a pipeline or EXEC.
    gives::<Vec<Result<i64, ServerError>>>("*3\r\n:1\r\n-ERR no\r\n:2\r\n", vec![Ok(1), Err(no()), Ok(2)]);
    gives::<(Result<Vec<i64>, ServerError>, i64)>("*2\r\n*2\r\n-ERR no\r\n:1\r\n:2\r\n", (Err(no()), 2));
    refuses::<Result<i64, ServerError>>("+a\r\n", ConversionError::Text { expected: "an integer" });
}

#[test]
fn a_large_string_takes_over_the_memory_it_came_in() {
    let mut wire = BytesMut::new();
    wire.put_slice(b"$100000\r\n");
    wire.put_slice(&[b'x'; 100_000]);
    wire.put_slice(b"\r\n");
    let frame = wire.freeze();
    let place = frame.as_ptr().addr();
    let shared = Reply::from_frame(frame.clone());

    let copied: Vec<u8> = shared.into_read().unwrap();
    assert_ne!(copied.as_ptr().addr(), place, "another owner still reads the block");
    drop(copied);
    let taken: Vec<u8> = Reply::from_frame(frame).into_read().unwrap();
    assert_eq!(taken.as_ptr().addr(), place);
    assert_eq!(taken, vec![b'x'; 100_000]);
}

#[test]
fn large_bytes_are_slices_and_small_ones_are_copies() {
    for (length, shared) in [(8 * 1024 - 1, false), (8 * 1024, true)] {
        let payload = "x".repeat(length);
        let frame = Bytes::from(format!("*2\r\n${length}\r\n{payload}\r\n${length}\r\n{payload}\r\n"));
        let range = frame.as_ptr_range();

        let both: Vec<Bytes> = Reply::from_frame(frame.clone()).read().unwrap();
        let single =
            Reply::from_frame(frame.slice(4..4 + frame[4..].len() / 2)).into_read::<Bytes>().unwrap();

        for bytes in both.iter().chain([&single]) {
            assert_eq!(*bytes, payload);
            assert_eq!(range.contains(&bytes.as_ptr()), shared, "{length}");
        }
    }
}

#[test]
fn room_is_made_for_what_arrived_and_not_for_what_was_announced() {
    // No scanner lets this pass; nothing must be allocated for it all the same.
    let bomb = "*100000000000\r\n:1\r\n";

    assert_eq!(read::<Vec<i64>>(bomb), Err(ConversionError::Malformed));
    assert_eq!(read::<Value>(bomb), Err(ConversionError::Malformed));
    assert_eq!(read::<HashMap<i64, i64>>("%100000000000\r\n:1\r\n:1\r\n"), Err(ConversionError::Malformed));
}
