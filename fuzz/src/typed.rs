//! Typed decoding: any whole frame read as any type gives a value or a typed error, never a panic.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};

use bytes::Bytes;
use redlane_resp::from_reply::FromReply;
use redlane_resp::limits::Limits;
use redlane_resp::reply::Reply;
use redlane_resp::scan::{Scan, Scanner};
use redlane_resp::value::Value;

use crate::frames;
use crate::source::Source;

/// Reads the input (as it is, or as choices for well-formed frames) as every type.
pub fn typed_decode(data: &[u8]) {
    let mut source = Source::new(data);
    let made;
    let input = match source.below(4) {
        0 => {
            let mut out = Vec::new();
            frames::make(&mut source, 4, &mut out);
            made = out;
            &made[..]
        }
        // Bytes that no scanner has seen: the cursor must stand them too.
        1 => return decode(source.rest(), false),
        _ => source.rest(),
    };
    let mut scanner = Scanner::new(Limits::default().with_frame_bytes(1 << 20));
    if let Ok(Scan::Whole { len, .. }) = scanner.scan(input) {
        decode(&input[..len], true);
    }
}

fn decode(frame: &[u8], sound: bool) {
    let reply = Reply::from_frame(Bytes::copy_from_slice(frame));
    one::<()>(&reply);
    one::<bool>(&reply);
    one::<i8>(&reply);
    one::<u8>(&reply);
    one::<i64>(&reply);
    one::<u64>(&reply);
    one::<i128>(&reply);
    one::<u128>(&reply);
    one::<isize>(&reply);
    one::<f32>(&reply);
    one::<f64>(&reply);
    one::<String>(&reply);
    one::<std::ffi::CString>(&reply);
    one::<Bytes>(&reply);
    one::<Vec<u8>>(&reply);
    one::<Option<String>>(&reply);
    one::<Vec<String>>(&reply);
    one::<Vec<Option<i64>>>(&reply);
    one::<Vec<Vec<Vec<u8>>>>(&reply);
    one::<[u8; 4]>(&reply);
    one::<[String; 2]>(&reply);
    one::<Box<[i64]>>(&reply);
    one::<HashMap<String, String>>(&reply);
    one::<HashMap<Vec<u8>, HashMap<String, i64>>>(&reply);
    one::<BTreeMap<String, f64>>(&reply);
    one::<HashSet<Vec<u8>>>(&reply);
    one::<BTreeSet<i64>>(&reply);
    one::<(String,)>(&reply);
    one::<(i64, String)>(&reply);
    one::<(String, Vec<(String, HashMap<String, String>)>)>(&reply);
    one::<Vec<(String, f64)>>(&reply);
    one::<(u8, u8, u8, u8, u8, u8, u8, u8, u8, u8, u8, u8)>(&reply);
    let value = reply.read::<Value>();
    if sound {
        value.as_ref().expect("every sound frame is a value");
    }
    let _ = format!("{value:?}");
}

fn one<T: FromReply>(reply: &Reply) {
    let by_reference = reply.read::<T>().map(drop);
    let owned = reply.clone().into_read::<T>().map(drop);
    assert_eq!(by_reference, owned);
    if let Err(error) = by_reference {
        let _ = format!("{error} {error:?}");
    }
    // A failed element must leave the cursor within its bytes.
    let mut cursor = reply.cursor();
    let _ = T::from_reply(&mut cursor).map(drop);
    let _ = cursor.skip();
}
