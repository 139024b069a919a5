//! What the options and shapes of the geo commands write.

use super::*;
use crate::commands::test_support::written;

#[test]
fn units_and_places_write_themselves() {
    assert_eq!(written([Unit::Meters, Unit::Kilometers, Unit::Miles, Unit::Feet].as_slice()), "m km mi ft");
    assert_eq!(written(Coord::lon_lat("13.3", "38.1")), "13.3 38.1");
    assert_eq!(Coord::lon_lat(1.0, 2.0).num_of_args(), 2);
}

#[test]
fn radius_options_store_in_one_place_only() {
    let options = RadiusOptions::default().with_dist().with_coord().limit(3).order(RadiusOrder::Desc);

    assert_eq!(written(RadiusOptions::default()), "");
    assert_eq!(written(&options), "WITHCOORD WITHDIST COUNT 3 DESC");
    assert_eq!(written(RadiusOptions::default().store("a").store_dist("b")), "STOREDIST b");
    assert_eq!(written(RadiusOptions::default().store("a")), "STORE a");
}

#[test]
fn geo_add_options_write_condition_and_changed() {
    let options = GeoAddOptions::default().include_changed_count().conditional_set(ExistenceCheck::XX);

    assert_eq!(written(options), "XX CH");
    assert_eq!(written(GeoAddOptions::default()), "");
}

#[test]
fn searches_write_origin_shape_order_and_limit() {
    let near = GeoOrigin::place(Coord::lon_lat(15.5, 37.25))
        .by_radius(200.0, Unit::Kilometers)
        .limit_any(5)
        .order(RadiusOrder::Asc);
    let boxed = GeoOrigin::member("Palermo").by_box(400.0, 300.5, Unit::Miles).limit(2);

    assert_eq!(written(near), "FROMLONLAT 15.5 37.25 BYRADIUS 200.0 km ASC COUNT 5 ANY");
    assert_eq!(written(boxed), "FROMMEMBER Palermo BYBOX 400.0 300.5 mi COUNT 2");
}

#[test]
fn a_polygon_tells_its_number_of_corners() {
    let corners = [Coord::lon_lat(0.0, 0.0), Coord::lon_lat(1.0, 0.0), Coord::lon_lat(0.0, 1.0)];

    assert_eq!(written(GeoSearch::by_polygon(&corners)), "BYPOLYGON 3 0.0 0.0 1.0 0.0 0.0 1.0");
}

#[test]
fn details_write_what_is_wanted() {
    assert_eq!(written(GeoDetails::default()), "");
    assert_eq!(
        written(GeoDetails::default().with_hash().with_dist().with_coord()),
        "WITHCOORD WITHDIST WITHHASH"
    );
}
