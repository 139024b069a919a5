#![allow(clippy::arithmetic_side_effects)]
#![allow(clippy::needless_borrows_for_generic_args)] // The references are what is tested.
use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};
use std::fmt;
use std::io::Write as _;
use std::num::{NonZeroI128, NonZeroU8, NonZeroUsize};
use std::rc::Rc;
use std::sync::Arc;

use bytes::{BufMut, Bytes};

use super::*;
use crate::command::Command;

/// The arguments as text, written to a plain list and, to see that it agrees, to a command.
fn args<T: ToRedisArgs>(value: T) -> Vec<String> {
    let plain = value.to_redis_args();
    let command = Command::new("X").arg(value);
    assert_eq!(command.args().skip(1).collect::<Vec<_>>(), plain);
    plain.into_iter().map(|arg| String::from_utf8(arg).unwrap()).collect()
}

#[test]
fn integers_are_written_in_decimal() {
    assert_eq!(args((i8::MIN, i16::MIN, i32::MIN)), ["-128", "-32768", "-2147483648"]);
    assert_eq!(args((i64::MIN, u64::MAX)), ["-9223372036854775808", "18446744073709551615"]);
    assert_eq!(args(i128::MIN), ["-170141183460469231731687303715884105728"]);
    assert_eq!(args(u128::MAX), ["340282366920938463463374607431768211455"]);
    assert_eq!(args((7_u8, 7_u16, 7_u32, 7_usize, -7_isize)), ["7", "7", "7", "7", "-7"]);
    assert_eq!(args(NonZeroU8::MIN), ["1"]);
    assert_eq!(
        args((NonZeroI128::MIN, NonZeroUsize::MIN)),
        ["-170141183460469231731687303715884105728", "1"]
    );
}

#[test]
fn floats_are_written_in_the_shortest_form_that_reads_back() {
    assert_eq!(args((1.0_f64, 0.1_f64, -0.0_f64)), ["1.0", "0.1", "-0.0"]);
    assert_eq!(args((1e21_f64, 1e-7_f64, f64::MAX)), ["1e21", "1e-7", "1.7976931348623157e308"]);
    assert_eq!(args((0.1_f32, 3.0_f32)), ["0.1", "3.0"]);
    assert_eq!(args((f64::INFINITY, f64::NEG_INFINITY, f64::NAN)), ["inf", "-inf", "NaN"]);
}

#[test]
fn booleans_are_one_and_zero() {
    assert_eq!(args((true, false)), ["1", "0"]);
}

#[test]
fn strings_of_every_kind_are_one_argument() {
    let text = String::from("a b");
    assert_eq!(args("a b"), ["a b"]);
    assert_eq!(args(&text), ["a b"]);
    assert_eq!(args(text.clone()), ["a b"]);
    assert_eq!(args(Box::new(text.clone())), ["a b"]);
    assert_eq!(args(Cow::Borrowed("a b")), ["a b"]);
    assert_eq!(args(Cow::<'_, str>::Owned(text)), ["a b"]);
    assert_eq!(args(""), [""]);
}

#[test]
fn byte_strings_of_every_kind_are_one_argument() {
    let mut bytes = [b'x', b'y'];
    assert_eq!(args(&bytes), ["xy"]);
    assert_eq!(args(bytes.as_slice()), ["xy"]);
    assert_eq!(args(bytes.as_mut_slice()), ["xy"]);
    assert_eq!(args(bytes.to_vec()), ["xy"]);
    assert_eq!(args(Box::<[u8]>::from(bytes)), ["xy"]);
    assert_eq!(args(Rc::<[u8]>::from(bytes)), ["xy"]);
    assert_eq!(args(Arc::<[u8]>::from(bytes)), ["xy"]);
    assert_eq!(args(Cow::<'_, [u8]>::Borrowed(&bytes)), ["xy"]);
    assert_eq!(args(Bytes::from_static(b"xy")), ["xy"]);
    assert_eq!(args(Vec::<u8>::new()), [""]);
    assert_eq!(args(vec![vec![b'x'], vec![b'y']]), ["x", "y"]);
}

#[test]
fn lists_write_each_element() {
    assert_eq!(args(vec!["a", "b"]), ["a", "b"]);
    assert_eq!(args(&["a", "b"]), ["a", "b"]);
    assert_eq!(args(["a", "b"].as_slice()), ["a", "b"]);
    assert_eq!(args([1, 2].as_mut_slice()), ["1", "2"]);
    assert_eq!(args(Box::<[i32]>::from([1, 2])), ["1", "2"]);
    assert_eq!(args(Rc::<[i32]>::from([1, 2])), ["1", "2"]);
    assert_eq!(args(Arc::<[i32]>::from([1, 2])), ["1", "2"]);
    assert_eq!(args(vec![("a", 1), ("b", 2)]), ["a", "1", "b", "2"]);
    assert!(args(Vec::<i32>::new()).is_empty());
}

#[test]
fn pointers_write_what_they_point_to() {
    let mut number = 7;
    assert_eq!(args(&&number), ["7"]);
    assert_eq!(args(&mut number), ["7"]);
    assert_eq!(args((Rc::new("a"), Arc::new(vec!["b", "c"]))), ["a", "b", "c"]);
}

#[test]
fn none_is_no_argument() {
    assert!(args(None::<&str>).is_empty());
    assert_eq!(args(Some("a")), ["a"]);
    assert_eq!(args(vec![Some("a"), None, Some("b")]), ["a", "b"]);
}

#[test]
fn sets_and_maps_write_their_entries() {
    assert_eq!(args(BTreeSet::from(["b", "a"])), ["a", "b"]);
    assert_eq!(args(HashSet::from(["a"])), ["a"]);
    assert_eq!(args(BTreeSet::from([1_u8, 2])), ["1", "2"], "a set of bytes is no byte string");
    assert_eq!(args(BTreeMap::from([("b", 2), ("a", 1)])), ["a", "1", "b", "2"]);
    assert_eq!(args(HashMap::from([("a", 1)])), ["a", "1"]);
}

#[test]
fn tuples_write_their_parts() {
    assert_eq!(args((1,)), ["1"]);
    let twelve = args((1, "b", 3, 4, 5, 6, 7, 8, 9, 10, 11, None::<i32>));
    assert_eq!(twelve, ["1", "b", "3", "4", "5", "6", "7", "8", "9", "10", "11"]);
}

#[test]
fn the_number_of_arguments_counts_entries() {
    assert_eq!(7.num_of_args(), 1);
    assert_eq!("a".num_of_args(), 1);
    assert_eq!(None::<i32>.num_of_args(), 0);
    assert_eq!(Some(vec!["a", "b"]).num_of_args(), 2);
    assert_eq!(vec![1, 2, 3].num_of_args(), 3);
    assert_eq!(Vec::<i32>::new().num_of_args(), 0);
    assert_eq!(b"abc".num_of_args(), 1);
    assert_eq!(Vec::<u8>::new().num_of_args(), 1);
    assert_eq!(vec![("a", 1)].num_of_args(), 2, "a single element counts for what it is");
    assert_eq!(vec![("a", 1), ("b", 2)].num_of_args(), 2, "several count one each");
    assert_eq!([vec!["a", "b"]].as_slice().num_of_args(), 2);
    assert_eq!(HashMap::from([("a", 1), ("b", 2)]).num_of_args(), 2);
    assert_eq!(BTreeSet::from([1, 2]).num_of_args(), 2);
    assert_eq!((1, 2, 3).num_of_args(), 3);
    assert_eq!(Cow::<'_, [i32]>::Borrowed(&[1, 2]).num_of_args(), 2);
    assert_eq!(Box::new(vec![1, 2]).num_of_args(), 2);
}

#[test]
fn only_numbers_call_themselves_numeric() {
    use NumericBehavior::{NonNumeric, NumberIsFloat, NumberIsInteger};

    assert_eq!(1_i64.describe_numeric_behavior(), NumberIsInteger);
    assert_eq!(NonZeroU8::MIN.describe_numeric_behavior(), NumberIsInteger);
    assert_eq!(1.0_f32.describe_numeric_behavior(), NumberIsFloat);
    assert_eq!((&&1.0_f64).describe_numeric_behavior(), NumberIsFloat);
    assert_eq!(Some(1).describe_numeric_behavior(), NumberIsInteger);
    assert_eq!(Cow::Borrowed(&1).describe_numeric_behavior(), NumberIsInteger);
    assert_eq!(None::<i32>.describe_numeric_behavior(), NonNumeric);
    assert_eq!(1_u8.describe_numeric_behavior(), NonNumeric);
    assert_eq!("1".describe_numeric_behavior(), NonNumeric);
    assert_eq!(vec![1].describe_numeric_behavior(), NonNumeric);
    assert_eq!(true.describe_numeric_behavior(), NonNumeric);
}

#[test]
fn single_arguments_are_the_scalars_and_the_byte_strings() {
    fn single<T: ToSingleRedisArg>(value: T) {
        assert_eq!((value.num_of_args(), value.to_redis_args().len()), (1, 1));
    }

    single("a");
    single(String::new());
    single(&String::new());
    single(Cow::Borrowed("a"));
    single(1_u8);
    single(-1_i128);
    single(1.5);
    single(true);
    single(NonZeroU8::MIN);
    single(b"");
    single([1_u8].as_slice());
    single(vec![1_u8, 2]);
    single(Box::<[u8]>::from([1]));
    single(Rc::<[u8]>::from([1]));
    single(Arc::<[u8]>::from([1]));
    single(Arc::new("a"));
    single(Bytes::new());
}

/// A writer of somebody else, which knows only the required methods.
#[derive(Default)]
struct Foreign(Vec<Vec<u8>>);

impl RedisWrite for Foreign {
    fn write_arg(&mut self, arg: &[u8]) {
        self.0.push(arg.to_vec());
    }

    fn writer_for_next_arg(&mut self) -> impl std::io::Write + '_ {
        self.0.push(Vec::new());
        self.0.last_mut().unwrap()
    }
}

/// Uses every method of a writer once.
fn write_all_ways<W: ?Sized + RedisWrite>(out: &mut W) {
    out.reserve_space_for_args([1, 2, 3]);
    out.write_arg(b"plain");
    out.write_arg_fmt(format_args!("{}-{}", 1, 2));
    let mut writer = out.writer_for_next_arg();
    writer.write_all(b"in ").unwrap();
    writer.write_all(b"parts").unwrap();
    writer.flush().unwrap();
    drop(writer);
    drop(out.writer_for_next_arg());
    let mut buffer = out.bufmut_for_next_arg(2);
    buffer.put_u8(b'b');
    buffer.put_bytes(b'u', 2);
    buffer.put(&b"ffer"[..]);
    drop(buffer);
    drop(out.bufmut_for_next_arg(0));
    out.write_shared_arg(&Bytes::from_static(b"shared"));
}

const ALL_WAYS: [&str; 7] = ["plain", "1-2", "in parts", "", "buuffer", "", "shared"];

#[test]
fn each_way_to_write_appends_one_argument() {
    let mut plain = Vec::new();
    write_all_ways(&mut plain);
    assert_eq!(plain, ALL_WAYS.map(|arg| arg.as_bytes().to_vec()));

    let mut foreign = Foreign::default();
    write_all_ways(&mut foreign);
    assert_eq!(foreign.0, plain);

    let mut command = Command::new("X");
    write_all_ways(&mut command);
    assert_eq!(command.args().skip(1).collect::<Vec<_>>(), plain);
}

#[test]
fn a_big_argument_written_in_pieces_is_whole() {
    let big = vec![b'x'; 100_000];

    let mut command = Command::new("X");
    for piece in big.chunks(7) {
        command.write_arg(piece);
    }
    command.writer_for_next_arg().write_all(&big).unwrap();
    command.bufmut_for_next_arg(8).put_slice(&big);

    assert_eq!(command.args().skip(command.arg_count() - 2).collect::<Vec<_>>(), [&big, &big]);
}

#[test]
fn a_display_that_fails_half_way_leaves_one_argument() {
    struct Broken;
    impl fmt::Display for Broken {
        fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            f.write_str("half")?;
            Err(fmt::Error)
        }
    }

    let mut command = Command::new("X");
    command.write_arg_fmt(Broken);

    assert_eq!(command.args().collect::<Vec<_>>(), [b"X", &b"half"[..]]);
}

/// What a third party writes: the trait by hand, with its where-clause.
struct Point(i32, i32);

impl ToRedisArgs for Point {
    fn write_redis_args<W>(&self, out: &mut W)
    where
        W: ?Sized + RedisWrite,
    {
        out.write_arg_fmt(format_args!("{};{}", self.0, self.1));
    }
}

impl ToSingleRedisArg for Point {}

#[test]
fn a_foreign_type_goes_wherever_a_std_type_goes() {
    assert_eq!(args(Point(1, 2)), ["1;2"]);
    assert_eq!(args(vec![Point(1, 2), Point(3, 4)]), ["1;2", "3;4"]);
    assert_eq!(args((Some(Point(1, 2)), &Point(3, 4))), ["1;2", "3;4"]);
}
