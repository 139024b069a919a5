//! What the geo commands answer.

use redlane_resp::cursor::{Cursor, Token};
use redlane_resp::error::{ConversionError, Kind};
use redlane_resp::from_reply::FromReply;

use super::options::Coord;
use crate::commands::fields::{each_element, missing};

/// An array of longitude and latitude.
impl<T: FromReply> FromReply for Coord<T> {
    fn from_reply(cursor: &mut Cursor<'_>) -> Result<Self, ConversionError> {
        let (longitude, latitude) = FromReply::from_reply(cursor)?;
        Ok(Self { longitude, latitude })
    }
}

/// A place that GEORADIUS found.
#[derive(Clone, Debug, PartialEq)]
pub struct RadiusSearchResult {
    /// The member.
    pub name: String,
    /// Where it is, if asked for.
    pub coord: Option<Coord<f64>>,
    /// How far it is from the origin, if asked for, in the unit of the radius.
    pub dist: Option<f64>,
}

impl FromReply for RadiusSearchResult {
    fn from_reply(cursor: &mut Cursor<'_>) -> Result<Self, ConversionError> {
        let found = GeoMatch::from_reply(cursor)?;
        Ok(Self { name: found.name, coord: found.coord, dist: found.dist })
    }
}

/// A place that GEOSEARCH found.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct GeoMatch {
    /// The member.
    pub name: String,
    /// How far it is from the origin, if asked for, in the unit of the search.
    pub dist: Option<f64>,
    /// Its score, if asked for: the interleaved bits of its coordinates.
    pub hash: Option<u64>,
    /// Where it is, if asked for.
    pub coord: Option<Coord<f64>>,
}

/// A name alone, or an array of the name and what was asked for. Each detail has a type of its own, which
/// tells them apart: a distance is a text, a hash an integer, a place an array.
impl FromReply for GeoMatch {
    fn from_reply(cursor: &mut Cursor<'_>) -> Result<Self, ConversionError> {
        let mut found = Self { name: String::new(), dist: None, hash: None, coord: None };
        if !matches!(cursor.kind()?, Kind::Array) {
            found.name = String::from_reply(cursor)?;
            return Ok(found);
        }
        let mut named = false;
        each_element(cursor, |place, cursor| {
            if place == 0 {
                found.name = String::from_reply(cursor)?;
                named = true;
                return Ok(true);
            }
            match cursor.kind()? {
                Kind::Integer => found.hash = Some(FromReply::from_reply(cursor)?),
                Kind::Array => found.coord = Some(FromReply::from_reply(cursor)?),
                Kind::Bulk | Kind::Simple | Kind::Double => found.dist = Some(FromReply::from_reply(cursor)?),
                Kind::Error => {
                    let Token::Error(error) = cursor.read()? else { return Err(ConversionError::Malformed) };
                    return Err(error.into());
                }
                _ => return Ok(false),
            }
            Ok(true)
        })?;
        if named { Ok(found) } else { Err(missing("member")) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::commands::test_support::read;

    #[test]
    fn places_are_read_from_texts_and_doubles() {
        let expected = Some(Coord::lon_lat(13.5, 38.0));

        assert_eq!(read("*2\r\n$4\r\n13.5\r\n$2\r\n38\r\n"), Ok(expected));
        assert_eq!(read("*2\r\n,13.5\r\n,38\r\n"), Ok(expected));
        assert_eq!(read::<Option<Coord<f64>>>("*-1\r\n"), Ok(None));
    }

    #[test]
    fn details_are_told_apart_by_their_types() {
        let place = "*2\r\n$4\r\n13.5\r\n$2\r\n38\r\n";
        let whole = &format!("*1\r\n*4\r\n$7\r\nPalermo\r\n$5\r\n190.5\r\n:3479099956230698\r\n{place}");
        let near: Vec<GeoMatch> = read(whole).unwrap();
        let bare: Vec<GeoMatch> = read("*1\r\n$7\r\nPalermo\r\n").unwrap();
        let old: Vec<RadiusSearchResult> = read(whole).unwrap();

        let palermo = GeoMatch {
            name: "Palermo".to_owned(),
            dist: Some(190.5),
            hash: Some(3_479_099_956_230_698),
            coord: Some(Coord::lon_lat(13.5, 38.0)),
        };
        assert_eq!(near, std::slice::from_ref(&palermo));
        assert_eq!(bare, [GeoMatch { dist: None, hash: None, coord: None, ..palermo.clone() }]);
        assert_eq!((old[0].dist, old[0].coord), (palermo.dist, palermo.coord));
    }

    #[test]
    fn a_match_without_a_member_is_an_error() {
        assert!(read::<GeoMatch>("*0\r\n").is_err());
        assert!(matches!(read::<GeoMatch>("-ERR no\r\n"), Err(ConversionError::Server(_))));
    }
}
