//! What the commands on Bloom filters answer.

use crate::commands::types::{BloomFilterDumpChunk, BloomFilterInfoTypeResponse};
use crate::compat::error::ParsingError;
use crate::compat::from_redis_value::{FromRedisValue, mismatch};
use crate::compat::value::Value;

/// A number alone (Valkey), in an array of one (RESP2), or with its name (RESP3); null (Valkey) is 0.
impl FromRedisValue for BloomFilterInfoTypeResponse {
    fn from_redis_value(v: Value) -> Result<Self, ParsingError> {
        let number = match v {
            Value::Array(elements) => only(
                elements,
                "array has to hold exactly one element, but was empty",
                "array has to hold exactly one element, but contained more",
            )?,
            Value::Map(pairs) => {
                let values = pairs.into_iter().map(|(_, value)| value).collect();
                only(
                    values,
                    "map has to hold exactly one element, but was empty",
                    "map holds more than a single value",
                )?
            }
            Value::Nil => Value::Double(0.0),
            number => number,
        };
        f64::from_redis_value(number).map(Self::new)
    }
}

fn only(values: Vec<Value>, none: &str, more: &str) -> Result<Value, ParsingError> {
    let mut values = values.into_iter();
    match (values.next(), values.next()) {
        (Some(only), None) => Ok(only),
        (None, _) => Err(format!("{none:?}").into()),
        (Some(_), Some(_)) => Err(format!("{more:?}").into()),
    }
}

impl FromRedisValue for BloomFilterDumpChunk {
    fn from_redis_value(v: Value) -> Result<Self, ParsingError> {
        let Value::Array(parts) = v else { return Err(mismatch(&v, "expected array response")) };
        let mut parts = parts.into_iter();
        let iterator = match parts.next() {
            Some(Value::Int(iterator)) => iterator,
            other => return Err(unexpected(&other, "expected first element to be integer")),
        };
        let data = match parts.next() {
            Some(Value::BulkString(data)) => data,
            other => return Err(unexpected(&other, "expected second element to be a Bulk string")),
        };
        match parts.next() {
            None => Ok(Self { iterator, data }),
            Some(_) => Err(format!("{:?}", "expected only two elements").into()),
        }
    }
}

fn unexpected(part: &Option<Value>, wrong: &str) -> ParsingError {
    format!("{wrong:?} (value was {part:?})").into()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::compat::from_redis_value::from_redis_value;
    use crate::compat::value::parse_redis_value;

    fn read<T: FromRedisValue>(bytes: &str) -> Result<T, ParsingError> {
        from_redis_value(parse_redis_value(bytes.as_bytes()).unwrap())
    }

    #[test]
    fn a_number_is_read_alone_in_an_array_and_by_name() {
        for frame in [":42\r\n", "+42\r\n", ",42\r\n", "*1\r\n:42\r\n", "%1\r\n+Capacity\r\n:42\r\n"] {
            assert!(read::<BloomFilterInfoTypeResponse>(frame).unwrap() == 42.0, "{frame}");
        }
        assert!(read::<BloomFilterInfoTypeResponse>("$-1\r\n").unwrap() == 0.0);
    }

    #[test]
    fn more_or_less_than_one_number_says_so() {
        for (frame, wrong) in [
            ("*0\r\n", "array has to hold exactly one element, but was empty"),
            ("*2\r\n:1\r\n:2\r\n", "array has to hold exactly one element, but contained more"),
            ("%0\r\n", "map has to hold exactly one element, but was empty"),
            ("%2\r\n+a\r\n:1\r\n+b\r\n:2\r\n", "map holds more than a single value"),
        ] {
            let error = read::<BloomFilterInfoTypeResponse>(frame).unwrap_err();
            assert_eq!(error.to_string(), format!("Incompatible type - \"{wrong}\""));
        }
    }

    #[test]
    fn a_part_has_its_iterator_and_its_bytes() {
        let part: BloomFilterDumpChunk = read("*2\r\n:7\r\n$2\r\nab\r\n").unwrap();

        assert_eq!(part, BloomFilterDumpChunk { iterator: 7, data: b"ab".to_vec() });
        for (frame, wrong) in [
            (":1\r\n", "\"expected array response\" (value was int(1))"),
            ("*1\r\n+OK\r\n", "\"expected first element to be integer\" (value was Some(ok))"),
            ("*1\r\n:7\r\n", "\"expected second element to be a Bulk string\" (value was None)"),
            ("*3\r\n:7\r\n$1\r\na\r\n:1\r\n", "\"expected only two elements\""),
        ] {
            let error = read::<BloomFilterDumpChunk>(frame).unwrap_err();
            assert_eq!(error.to_string(), format!("Incompatible type - {wrong}"));
        }
    }
}
