//! Writes a value as RESP3: for tests, scripted peers and round trips. Commands are not written by this.

use bytes::{BufMut, BytesMut};

use crate::value::{Attributed, Value};

impl Value {
    /// Appends the value as RESP3.
    ///
    /// An error or simple string with a line break in it, which its own form could not hold, is written as a bulk
    /// error or bulk string.
    ///
    /// ```
    /// use bytes::BytesMut;
    /// use redlane_resp::value::Value;
    ///
    /// let mut out = BytesMut::new();
    /// Value::Array(vec![Value::from("hi"), Value::Integer(7)]).encode(&mut out);
    /// assert_eq!(out, "*2\r\n$2\r\nhi\r\n:7\r\n");
    /// ```
    pub fn encode(&self, out: &mut BytesMut) {
        match self {
            Self::Null => line(out, b'_', b""),
            Self::Integer(number) => line(out, b':', itoa::Buffer::new().format(*number).as_bytes()),
            Self::Boolean(truth) => line(out, b'#', if *truth { b"t" } else { b"f" }),
            Self::Double(number) => double(out, *number),
            Self::Bulk(text) => bulk(out, b'$', text),
            Self::Simple(text) if breaks(text) => bulk(out, b'$', text),
            Self::Simple(text) => line(out, b'+', text),
            Self::Error(error) if breaks(error.line().as_bytes()) => bulk(out, b'!', error.line().as_bytes()),
            Self::Error(error) => line(out, b'-', error.line().as_bytes()),
            Self::BigNumber(digits) => line(out, b'(', digits),
            Self::Verbatim { format, text } => {
                length(out, b'=', text.len().saturating_add(4));
                out.put_slice(format);
                out.put_slice(b":");
                out.put_slice(text);
                out.put_slice(b"\r\n");
            }
            Self::Array(values) => list(out, b'*', values),
            Self::Set(values) => list(out, b'~', values),
            Self::Push(values) => list(out, b'>', values),
            Self::Map(pairs) => map(out, b'%', pairs),
            Self::Attributed(attributed) => {
                let Attributed { attributes, value } = &**attributed;
                map(out, b'|', attributes);
                value.encode(out);
            }
        }
    }
}

fn breaks(text: &[u8]) -> bool {
    text.iter().any(|byte| matches!(byte, b'\r' | b'\n'))
}

fn line(out: &mut BytesMut, marker: u8, text: &[u8]) {
    out.put_u8(marker);
    out.put_slice(text);
    out.put_slice(b"\r\n");
}

fn length(out: &mut BytesMut, marker: u8, length: usize) {
    line(out, marker, itoa::Buffer::new().format(length).as_bytes());
}

fn bulk(out: &mut BytesMut, marker: u8, text: &[u8]) {
    length(out, marker, text.len());
    out.put_slice(text);
    out.put_slice(b"\r\n");
}

fn double(out: &mut BytesMut, number: f64) {
    if number.is_nan() {
        line(out, b',', b"nan");
    } else if number.is_infinite() {
        line(out, b',', if number > 0.0 { b"inf" } else { b"-inf" });
    } else {
        line(out, b',', ryu::Buffer::new().format_finite(number).as_bytes());
    }
}

fn list(out: &mut BytesMut, marker: u8, values: &[Value]) {
    length(out, marker, values.len());
    for value in values {
        value.encode(out);
    }
}

fn map(out: &mut BytesMut, marker: u8, pairs: &[(Value, Value)]) {
    length(out, marker, pairs.len());
    for (key, value) in pairs {
        key.encode(out);
        value.encode(out);
    }
}
