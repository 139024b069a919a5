//! Places, shapes and options of the geo commands.
//!
//! A search is built in two steps, where from and how far, so that one without the other does not compile.

use redlane_resp::to_args::{RedisWrite, ToRedisArgs, ToSingleRedisArg};

use crate::commands::strings::options::ExistenceCheck;

/// A unit of length.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Unit {
    /// Metres.
    #[default]
    Meters,
    /// Kilometres.
    Kilometers,
    /// Miles.
    Miles,
    /// Feet.
    Feet,
}

impl ToRedisArgs for Unit {
    fn write_redis_args<W>(&self, out: &mut W)
    where
        W: ?Sized + RedisWrite,
    {
        out.write_arg(match self {
            Self::Meters => b"m",
            Self::Kilometers => b"km",
            Self::Miles => b"mi",
            Self::Feet => b"ft",
        });
    }
}

impl ToSingleRedisArg for Unit {}

/// A place on earth, in degrees. The server takes latitudes up to 85.05 degrees.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Coord<T> {
    /// East of Greenwich.
    pub longitude: T,
    /// North of the equator.
    pub latitude: T,
}

impl<T> Coord<T> {
    /// The place at that longitude and latitude.
    pub fn lon_lat(longitude: T, latitude: T) -> Self {
        Self { longitude, latitude }
    }
}

/// Two arguments, the longitude first.
impl<T: ToRedisArgs> ToRedisArgs for Coord<T> {
    fn write_redis_args<W>(&self, out: &mut W)
    where
        W: ?Sized + RedisWrite,
    {
        self.longitude.write_redis_args(out);
        self.latitude.write_redis_args(out);
    }

    fn num_of_args(&self) -> usize {
        2
    }
}

/// In which order places are given.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum RadiusOrder {
    /// As the server finds them.
    #[default]
    Unsorted,
    /// The nearest first.
    Asc,
    /// The farthest first.
    Desc,
}

impl ToRedisArgs for RadiusOrder {
    fn write_redis_args<W>(&self, out: &mut W)
    where
        W: ?Sized + RedisWrite,
    {
        match self {
            Self::Unsorted => {}
            Self::Asc => out.write_arg(b"ASC"),
            Self::Desc => out.write_arg(b"DESC"),
        }
    }
}

/// Where GEORADIUS stores what it finds.
#[derive(Clone, Debug, PartialEq, Eq)]
enum RadiusStore {
    Places(Vec<Vec<u8>>),
    Distances(Vec<Vec<u8>>),
}

/// Options of GEORADIUS and GEORADIUSBYMEMBER.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct RadiusOptions {
    with_coord: bool,
    with_dist: bool,
    count: Option<usize>,
    order: RadiusOrder,
    store: Option<RadiusStore>,
}

impl RadiusOptions {
    /// Gives at most `n` places.
    #[must_use]
    pub fn limit(mut self, n: usize) -> Self {
        self.count = Some(n);
        self
    }

    /// Gives distances too, in the unit of the radius.
    #[must_use]
    pub fn with_dist(mut self) -> Self {
        self.with_dist = true;
        self
    }

    /// Gives the places' coordinates too.
    #[must_use]
    pub fn with_coord(mut self) -> Self {
        self.with_coord = true;
        self
    }

    /// Says in which order places are given.
    #[must_use]
    pub fn order(mut self, o: RadiusOrder) -> Self {
        self.order = o;
        self
    }

    /// Stores the places under `key` instead of giving them. Replaces [`store_dist`](Self::store_dist).
    #[must_use]
    pub fn store<K: ToRedisArgs>(mut self, key: K) -> Self {
        self.store = Some(RadiusStore::Places(key.to_redis_args()));
        self
    }

    /// Stores the places under `key` with their distances as scores. Replaces [`store`](Self::store).
    #[must_use]
    pub fn store_dist<K: ToRedisArgs>(mut self, key: K) -> Self {
        self.store = Some(RadiusStore::Distances(key.to_redis_args()));
        self
    }
}

impl ToRedisArgs for RadiusOptions {
    fn write_redis_args<W>(&self, out: &mut W)
    where
        W: ?Sized + RedisWrite,
    {
        if self.with_coord {
            out.write_arg(b"WITHCOORD");
        }
        if self.with_dist {
            out.write_arg(b"WITHDIST");
        }
        self.count.map(|n| ("COUNT", n)).write_redis_args(out);
        self.order.write_redis_args(out);
        match &self.store {
            Some(RadiusStore::Places(key)) => ("STORE", key).write_redis_args(out),
            Some(RadiusStore::Distances(key)) => ("STOREDIST", key).write_redis_args(out),
            None => {}
        }
    }
}

/// Options of GEOADD.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct GeoAddOptions {
    condition: Option<ExistenceCheck>,
    changed: bool,
}

impl GeoAddOptions {
    /// Only adds new members, or only moves those that exist.
    #[must_use]
    pub fn conditional_set(mut self, existence_check: ExistenceCheck) -> Self {
        self.condition = Some(existence_check);
        self
    }

    /// Counts moved members as well as new ones.
    #[must_use]
    pub fn include_changed_count(mut self) -> Self {
        self.changed = true;
        self
    }
}

impl ToRedisArgs for GeoAddOptions {
    fn write_redis_args<W>(&self, out: &mut W)
    where
        W: ?Sized + RedisWrite,
    {
        self.condition.write_redis_args(out);
        if self.changed {
            out.write_arg(b"CH");
        }
    }
}

/// Where a search begins. Say next how far it goes.
#[derive(Clone, Debug, PartialEq)]
pub struct GeoOrigin {
    words: Vec<Vec<u8>>,
}

impl GeoOrigin {
    /// At the place of a member of the same key.
    pub fn member(member: impl ToSingleRedisArg) -> Self {
        Self { words: ("FROMMEMBER", member).to_redis_args() }
    }

    /// At this place.
    #[must_use]
    pub fn place(place: Coord<f64>) -> Self {
        Self { words: ("FROMLONLAT", place).to_redis_args() }
    }

    /// All within `radius`.
    #[must_use]
    pub fn by_radius(self, radius: f64, unit: Unit) -> GeoSearch {
        GeoSearch::new(self.words, ("BYRADIUS", radius, unit))
    }

    /// All within a box with the origin in its middle.
    #[must_use]
    pub fn by_box(self, width: f64, height: f64, unit: Unit) -> GeoSearch {
        GeoSearch::new(self.words, ("BYBOX", width, height, unit))
    }
}

/// A search for places, for GEOSEARCH and GEOSEARCHSTORE. It begins with a [`GeoOrigin`] or a polygon.
///
/// ```
/// use redlane::commands::types::{Coord, GeoOrigin, RadiusOrder, Unit};
///
/// let search = GeoOrigin::place(Coord::lon_lat(15.0, 37.0))
///     .by_radius(200.0, Unit::Kilometers)
///     .order(RadiusOrder::Asc)
///     .limit(10);
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct GeoSearch {
    shape: Vec<Vec<u8>>,
    order: RadiusOrder,
    limit: Option<(usize, bool)>,
}

impl GeoSearch {
    /// All inside the polygon with these corners, three or more. Valkey has it since 9.0, Redis has not.
    #[must_use]
    pub fn by_polygon(corners: &[Coord<f64>]) -> Self {
        Self::new(Vec::new(), ("BYPOLYGON", corners.len(), corners))
    }

    /// Says in which order places are given.
    #[must_use]
    pub fn order(mut self, order: RadiusOrder) -> Self {
        self.order = order;
        self
    }

    /// Gives the `count` nearest places; the farthest with [`RadiusOrder::Desc`].
    #[must_use]
    pub fn limit(mut self, count: usize) -> Self {
        self.limit = Some((count, false));
        self
    }

    /// Gives the first `count` places that the server finds, which need not be the nearest.
    #[must_use]
    pub fn limit_any(mut self, count: usize) -> Self {
        self.limit = Some((count, true));
        self
    }

    fn new(mut shape: Vec<Vec<u8>>, more: impl ToRedisArgs) -> Self {
        shape.extend(more.to_redis_args());
        Self { shape, order: RadiusOrder::default(), limit: None }
    }
}

impl ToRedisArgs for GeoSearch {
    fn write_redis_args<W>(&self, out: &mut W)
    where
        W: ?Sized + RedisWrite,
    {
        self.shape.write_redis_args(out);
        self.order.write_redis_args(out);
        if let Some((count, any)) = self.limit {
            ("COUNT", count).write_redis_args(out);
            if any {
                out.write_arg(b"ANY");
            }
        }
    }
}

/// What GEOSEARCH tells of each place besides its name.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct GeoDetails {
    coord: bool,
    dist: bool,
    hash: bool,
}

impl GeoDetails {
    /// Its coordinates.
    #[must_use]
    pub fn with_coord(mut self) -> Self {
        self.coord = true;
        self
    }

    /// Its distance from the origin, in the unit of the search.
    #[must_use]
    pub fn with_dist(mut self) -> Self {
        self.dist = true;
        self
    }

    /// Its score: the interleaved bits of its coordinates.
    #[must_use]
    pub fn with_hash(mut self) -> Self {
        self.hash = true;
        self
    }
}

impl ToRedisArgs for GeoDetails {
    fn write_redis_args<W>(&self, out: &mut W)
    where
        W: ?Sized + RedisWrite,
    {
        if self.coord {
            out.write_arg(b"WITHCOORD");
        }
        if self.dist {
            out.write_arg(b"WITHDIST");
        }
        if self.hash {
            out.write_arg(b"WITHHASH");
        }
    }
}

#[cfg(test)]
mod tests;
