//! The commands on places, one row each.

pub(crate) mod options;
pub(crate) mod replies;

#[rustfmt::skip]
macro_rules! geo_rows { ($surface:ident) => { $crate::commands::surface::each_row! { $surface
    /// Adds or moves members, each a [`Coord`] and a name, and gives how many are new.
    ///
    /// [`GEOADD`](https://redis.io/docs/latest/commands/geoadd/), since 3.2.0, O(log(N)) per member.
    fn geo_add<K: ToSingleRedisArg, M: ToRedisArgs>(key: K, members: M) -> usize {
        command!("GEOADD", key, members)
    }

    /// Adds or moves members, each a [`Coord`] and a name, as far as the options allow, and gives how many
    /// are new.
    ///
    /// [`GEOADD`](https://redis.io/docs/latest/commands/geoadd/), since 3.2.0, O(log(N)) per member.
    fn geo_add_options<K: ToSingleRedisArg, M: ToRedisArgs>(
        key: K,
        options: GeoAddOptions,
        members: M,
    ) -> usize, typed none {
        command!("GEOADD", key, options, members)
    }

    /// Gives the distance between two members; `None` when one of them does not exist.
    ///
    /// [`GEODIST`](https://redis.io/docs/latest/commands/geodist/), since 3.2.0, O(log(N)).
    fn geo_dist<K: ToSingleRedisArg, M1: ToSingleRedisArg, M2: ToSingleRedisArg>(
        key: K,
        member1: M1,
        member2: M2,
        unit: Unit,
    ) -> Option<f64> {
        command!("GEODIST", key, member1, member2, unit)
    }

    /// Gives the geohashes of members, `None` for each that does not exist.
    ///
    /// [`GEOHASH`](https://redis.io/docs/latest/commands/geohash/), since 3.2.0, O(log(N)) per member.
    fn geo_hash<K: ToSingleRedisArg, M: ToRedisArgs>(
        key: K,
        members: M,
    ) -> Vec<Option<String>>, typed (Vec<String>) {
        command!("GEOHASH", key, members)
    }

    /// Gives the places of members, `None` for each that does not exist.
    ///
    /// [`GEOPOS`](https://redis.io/docs/latest/commands/geopos/), since 3.2.0, O(N).
    fn geo_pos<K: ToSingleRedisArg, M: ToRedisArgs>(key: K, members: M) -> Vec<Option<Coord<f64>>> {
        command!("GEOPOS", key, members)
    }

    /// Gives the members within `radius` of a place. An absent key counts as empty.
    ///
    /// With [`RadiusOptions::store`] or [`RadiusOptions::store_dist`] the reply is their number.
    ///
    /// [`GEORADIUS`](https://redis.io/docs/latest/commands/georadius/), since 3.2.0, O(N+log(M)).
    fn geo_radius<K: ToSingleRedisArg>(
        key: K,
        longitude: f64,
        latitude: f64,
        radius: f64,
        unit: Unit,
        options: RadiusOptions,
    ) -> Vec<RadiusSearchResult> {
        command!("GEORADIUS", key, longitude, latitude, radius, unit, options)
    }

    /// Gives the members within `radius` of a member. An absent key counts as empty.
    ///
    /// With [`RadiusOptions::store`] or [`RadiusOptions::store_dist`] the reply is their number.
    ///
    /// [`GEORADIUSBYMEMBER`](https://redis.io/docs/latest/commands/georadiusbymember/), since 3.2.0,
    /// O(N+log(M)).
    fn geo_radius_by_member<K: ToSingleRedisArg, M: ToSingleRedisArg>(
        key: K,
        member: M,
        radius: f64,
        unit: Unit,
        options: RadiusOptions,
    ) -> Vec<RadiusSearchResult> {
        command!("GEORADIUSBYMEMBER", key, member, radius, unit, options)
    }

    /// Gives the names of the members in a circle, a box or a polygon. An absent key counts as empty.
    ///
    /// [`GEOSEARCH`](https://redis.io/docs/latest/commands/geosearch/), since 6.2.0, O(N+log(M)).
    fn geo_search<K: ToSingleRedisArg>(key: K, search: &'a GeoSearch) -> Vec<String>, typed none {
        command!("GEOSEARCH", key, search)
    }

    /// Gives the members in a circle, a box or a polygon, with what the details ask for. An absent key counts
    /// as empty.
    ///
    /// [`GEOSEARCH`](https://redis.io/docs/latest/commands/geosearch/), since 6.2.0, O(N+log(M)).
    fn geo_search_details<K: ToSingleRedisArg>(
        key: K,
        search: &'a GeoSearch,
        details: GeoDetails,
    ) -> Vec<GeoMatch>, typed none {
        command!("GEOSEARCH", key, search, details)
    }

    /// Stores the members in a circle, a box or a polygon under `dstkey`, and gives how many they are.
    ///
    /// [`GEOSEARCHSTORE`](https://redis.io/docs/latest/commands/geosearchstore/), since 6.2.0, O(N+log(M)).
    fn geo_search_store<D: ToSingleRedisArg, K: ToSingleRedisArg>(
        dstkey: D,
        key: K,
        search: &'a GeoSearch,
    ) -> usize, typed none {
        command!("GEOSEARCHSTORE", dstkey, key, search)
    }

    /// Stores the members in a circle or a box under `dstkey` as a sorted set of distances, and gives how
    /// many they are.
    ///
    /// [`GEOSEARCHSTORE`](https://redis.io/docs/latest/commands/geosearchstore/), since 6.2.0, O(N+log(M)).
    fn geo_search_store_dist<D: ToSingleRedisArg, K: ToSingleRedisArg>(
        dstkey: D,
        key: K,
        search: &'a GeoSearch,
    ) -> usize, typed none {
        command!("GEOSEARCHSTORE", dstkey, key, search, "STOREDIST")
    }
} } }
pub(crate) use geo_rows;
