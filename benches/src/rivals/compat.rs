//! Redlane under redis-rs's names: `AsyncCommands` on a `MultiplexedConnection`, from the package that takes redis-rs's place.

super::surface::surface!(redlane_as_redis);
