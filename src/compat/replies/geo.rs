//! Places and what GEORADIUS found.

use crate::commands::types::{Coord, RadiusSearchResult};
use crate::compat::error::ParsingError;
use crate::compat::from_redis_value::{FromRedisValue, mismatch};
use crate::compat::value::Value;

const NO_RESULT: &str = "Response type not RadiusSearchResult compatible.";

impl<T: FromRedisValue> FromRedisValue for Coord<T> {
    fn from_redis_value_ref(v: &Value) -> Result<Self, ParsingError> {
        let mut numbers = Vec::<T>::from_redis_value_ref(v)?.into_iter();
        match (numbers.next(), numbers.next(), numbers.next()) {
            (Some(longitude), Some(latitude), None) => Ok(Self { longitude, latitude }),
            _ => Err(mismatch(v, "Expect a pair of numbers")),
        }
    }

    fn from_redis_value(v: Value) -> Result<Self, ParsingError> {
        Self::from_redis_value_ref(&v)
    }
}

/// A name alone, or an array of the name and what was asked for.
impl FromRedisValue for RadiusSearchResult {
    fn from_redis_value(v: Value) -> Result<Self, ParsingError> {
        match v {
            Value::BulkString(name) => Ok(Self { name: String::from_utf8(name)?, coord: None, dist: None }),
            Value::Array(parts) => found(parts),
            other => Err(mismatch(&other, NO_RESULT)),
        }
    }
}

fn found(parts: Vec<Value>) -> Result<RadiusSearchResult, ParsingError> {
    let mut parts = parts.into_iter();
    let name = parts.next().and_then(|name| String::from_redis_value(name).ok());
    let name = name.ok_or_else(|| ParsingError::from("Missing member name"))?;
    let (dist, coord) = match (parts.next(), parts.next()) {
        (None, None) => (None, None),
        (Some(coord @ Value::Array(_)), None) => (None, Some(FromRedisValue::from_redis_value(coord)?)),
        (Some(dist), coord) => {
            let coord = coord.and_then(|coord| FromRedisValue::from_redis_value(coord).ok());
            (FromRedisValue::from_redis_value(dist)?, coord)
        }
        (None, Some(_)) => return Err(format!("{NO_RESULT:?}").into()),
    };
    Ok(RadiusSearchResult { name, coord, dist })
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
    fn a_result_is_a_name_or_a_name_and_its_details() {
        let place = "*2\r\n$4\r\n13.5\r\n$2\r\n38\r\n";
        let bare: RadiusSearchResult = read("$1\r\na\r\n").unwrap();
        let near: RadiusSearchResult = read("*2\r\n$1\r\na\r\n$3\r\n1.5\r\n").unwrap();
        let there: RadiusSearchResult = read(&format!("*2\r\n$1\r\na\r\n{place}")).unwrap();
        let whole: RadiusSearchResult = read(&format!("*3\r\n$1\r\na\r\n$3\r\n1.5\r\n{place}")).unwrap();

        assert_eq!((bare.name.as_str(), bare.dist, bare.coord), ("a", None, None));
        assert_eq!((near.dist, near.coord), (Some(1.5), None));
        assert_eq!((there.dist, there.coord), (None, Some(Coord::lon_lat(13.5, 38.0))));
        assert_eq!((whole.dist, whole.coord), (Some(1.5), Some(Coord::lon_lat(13.5, 38.0))));
    }

    #[test]
    fn what_is_no_place_says_so() {
        let place = read::<Coord<f64>>("*1\r\n:1\r\n").unwrap_err();
        let result = read::<RadiusSearchResult>(":1\r\n").unwrap_err();
        let nameless = read::<RadiusSearchResult>("*0\r\n").unwrap_err();

        let start = "Incompatible type - ";
        assert_eq!(
            place.to_string(),
            format!("{start}\"Expect a pair of numbers\" (value was array([int(1)]))")
        );
        assert_eq!(result.to_string(), format!("{start}\"{NO_RESULT}\" (value was int(1))"));
        assert_eq!(nameless.to_string(), format!("{start}Missing member name"));
    }
}
