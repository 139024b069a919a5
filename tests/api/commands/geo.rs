//! Places.

use redlane::commands::native::{GeoCommands, SortedSetsCommands};
use redlane::commands::types::{
    Coord, ExistenceCheck, GeoAddOptions, GeoDetails, GeoOrigin, GeoSearch, RadiusOptions, RadiusOrder, Unit,
};
use redlane_test_support::Server;

use super::wire::{Wire, both};

const CATANIA: Coord<f64> = Coord { longitude: 15.087_269, latitude: 37.502_669 };
const PALERMO: Coord<f64> = Coord { longitude: 13.361_389, latitude: 38.115_556 };

async fn sicily(redis: &Wire, key: &str) {
    assert_eq!(redis.geo_add(key, [(PALERMO, "Palermo"), (CATANIA, "Catania")].as_slice()).await, 2);
}

/// Places are kept in 52 bits.
fn near(left: Coord<f64>, right: Coord<f64>) -> bool {
    (left.longitude - right.longitude).abs() < 1e-5 && (left.latitude - right.latitude).abs() < 1e-5
}

#[tokio::test]
async fn places_are_added_and_measured() {
    both(Server::shared(), async |redis, keys| {
        let key = &keys.key("g");
        sicily(redis, key).await;

        let when = |check| GeoAddOptions::default().conditional_set(check).include_changed_count();
        assert_eq!(redis.geo_add_options(key, when(ExistenceCheck::NX), (CATANIA, "Palermo")).await, 0);
        assert_eq!(redis.geo_add_options(key, when(ExistenceCheck::XX), (PALERMO, "Rome")).await, 0);
        assert_eq!(redis.geo_add_options(key, when(ExistenceCheck::XX), (PALERMO, "Catania")).await, 1);
        assert_eq!(redis.geo_add_options(key, GeoAddOptions::default(), (CATANIA, "Catania")).await, 0);
        let distance = redis.geo_dist(key, "Palermo", "Catania", Unit::Kilometers).await.unwrap();
        assert!((166.0..167.0).contains(&distance), "{distance}");
        let ratio = redis.geo_dist(key, "Palermo", "Catania", Unit::Feet).await.unwrap()
            / redis.geo_dist(key, "Palermo", "Catania", Unit::Miles).await.unwrap();
        assert!((ratio - 5_280.0).abs() < 10.0, "{ratio}");
        assert_eq!(redis.geo_dist(key, "Palermo", "Atlantis", Unit::Meters).await, None);
        let places = redis.geo_pos(key, ["Palermo", "Atlantis"].as_slice()).await;
        assert!(near(places[0].unwrap(), PALERMO) && places[1].is_none(), "{places:?}");
        let hashes = redis.geo_hash(key, ["Palermo", "Atlantis"].as_slice()).await;
        assert_eq!(hashes, [Some("sqc8b49rny0".to_owned()), None]);
    })
    .await;
}

#[tokio::test]
async fn a_key_that_is_not_there_has_no_places() {
    both(Server::shared(), async |redis, keys| {
        let (absent, out) = (&keys.key("absent"), &keys.key("out"));
        let around = GeoOrigin::place(CATANIA).by_radius(200.0, Unit::Kilometers);

        assert_eq!(redis.geo_dist(absent, "a", "b", Unit::Meters).await, None);
        assert_eq!(redis.geo_pos(absent, ["a", "b"].as_slice()).await, [None, None]);
        assert_eq!(redis.geo_hash(absent, ["a", "b"].as_slice()).await, [None, None]);
        assert!(redis.geo_search(absent, &around).await.is_empty());
        assert!(
            redis.geo_search_details(absent, &around, GeoDetails::default().with_dist()).await.is_empty()
        );
        assert_eq!(redis.geo_search_store(out, absent, &around).await, 0);
        assert_eq!(redis.geo_search_store_dist(out, absent, &around).await, 0);
        let options = RadiusOptions::default().with_dist();
        assert!(redis.geo_radius(absent, 15.0, 37.0, 200.0, Unit::Meters, options).await.is_empty());
        let found = redis.geo_radius_by_member(absent, "a", 1.0, Unit::Meters, RadiusOptions::default());
        assert!(found.await.is_empty());
    })
    .await;
}

#[tokio::test]
async fn places_are_searched_around_a_point_and_a_member() {
    both(Server::shared(), async |redis, keys| {
        let (key, out) = (&keys.key("g"), &keys.key("out"));
        sicily(redis, key).await;
        let around = GeoOrigin::place(Coord::lon_lat(15.0, 37.0)).by_radius(200.0, Unit::Kilometers);
        let boxed = GeoOrigin::member("Catania").by_box(50.0, 50.0, Unit::Miles);

        assert_eq!(
            redis.geo_search(key, &around.clone().order(RadiusOrder::Asc)).await,
            ["Catania", "Palermo"]
        );
        assert_eq!(
            redis.geo_search(key, &around.clone().order(RadiusOrder::Desc).limit(1)).await,
            ["Palermo"]
        );
        assert_eq!(redis.geo_search(key, &boxed).await, ["Catania"]);
        assert_eq!(redis.geo_search(key, &around.clone().limit_any(1)).await.len(), 1);
        let mut found = redis.geo_search(key, &around.clone().order(RadiusOrder::Unsorted)).await;
        found.sort();
        assert_eq!(found, ["Catania", "Palermo"]);
        let nobody = GeoOrigin::member("Atlantis").by_radius(1.0, Unit::Feet);
        assert_eq!(redis.geo_search(key, &nobody).code().await, "ERR");
        let all = GeoDetails::default().with_coord().with_dist().with_hash();
        let found = redis.geo_search_details(key, &around.clone().order(RadiusOrder::Asc), all).await;
        assert_eq!(found[0].name, "Catania");
        assert!((56.0..57.0).contains(&found[0].dist.unwrap()));
        assert!(found[0].hash.is_some() && near(found[0].coord.unwrap(), CATANIA));
        let dist = redis.geo_search_details(key, &boxed, GeoDetails::default().with_dist()).await;
        assert_eq!((dist[0].dist, dist[0].hash, dist[0].coord), (Some(0.0), None, None));
        let bare = redis.geo_search_details(key, &boxed, GeoDetails::default()).await;
        assert_eq!((bare[0].name.as_str(), bare[0].dist), ("Catania", None));
        assert_eq!(redis.geo_search_store(out, key, &around).await, 2);
        assert!(near(redis.geo_pos(out, "Palermo").await[0].unwrap(), PALERMO));
        assert_eq!(redis.geo_search_store_dist(out, key, &boxed).await, 1);
        assert_eq!(redis.zscore(out, "Catania").await, Some(0.0));
    })
    .await;
}

#[tokio::test]
async fn places_are_searched_in_a_polygon() {
    if Server::shared().predates("GEOSEARCH BYPOLYGON", None, Some((9, 0))) {
        return;
    }
    both(Server::shared(), async |redis, keys| {
        let key = &keys.key("g");
        sicily(redis, key).await;
        let west =
            [(12.0, 37.0), (14.0, 37.0), (14.0, 39.0), (12.0, 39.0)].map(|(x, y)| Coord::lon_lat(x, y));

        assert_eq!(redis.geo_search(key, &GeoSearch::by_polygon(&west)).await, ["Palermo"]);
    })
    .await;
}

#[tokio::test]
async fn places_are_searched_by_the_older_commands() {
    both(Server::shared(), async |redis, keys| {
        let (key, out) = (&keys.key("g"), &keys.key("out"));
        sicily(redis, key).await;
        let options = RadiusOptions::default().with_dist().with_coord().order(RadiusOrder::Asc);

        let found = redis.geo_radius(key, 15.0, 37.0, 200.0, Unit::Kilometers, options).await;
        assert_eq!((found[0].name.as_str(), found.len()), ("Catania", 2));
        assert!((56.0..57.0).contains(&found[0].dist.unwrap()) && near(found[0].coord.unwrap(), CATANIA));
        let bare = RadiusOptions::default().limit(5);
        let found = redis.geo_radius_by_member(key, "Palermo", 1.0, Unit::Feet, bare).await;
        assert_eq!((found[0].name.as_str(), found[0].dist, found.len()), ("Palermo", None, 1));
        let nearest = RadiusOptions::default().limit(1).order(RadiusOrder::Desc);
        let found = redis.geo_radius(key, 15.0, 37.0, 200.0, Unit::Kilometers, nearest).await;
        assert_eq!((found[0].name.as_str(), found.len()), ("Palermo", 1));
        let store = RadiusOptions::default().store(out);
        let stored = redis.geo_radius(key, 15.0, 37.0, 200.0, Unit::Kilometers, store);
        assert_eq!(stored.read_as::<usize>().await, 2);
        assert!(near(redis.geo_pos(out, "Catania").await[0].unwrap(), CATANIA));
        let store = RadiusOptions::default().store_dist(out);
        let stored = redis.geo_radius_by_member(key, "Palermo", 1.0, Unit::Meters, store);
        assert_eq!(stored.read_as::<usize>().await, 1);
        assert_eq!(redis.zscore(out, "Palermo").await, Some(0.0));
    })
    .await;
}
