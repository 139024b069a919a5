//! redis-rs: its multiplexed connection, and its blocking one.

use redis::Commands;

super::surface::surface!(redis);

/// The blocking connection, for one caller.
pub struct Blocking(redis::Connection);

impl Blocking {
    /// Connects by URL.
    pub fn connect(url: &str) -> Self {
        Blocking(redis::Client::open(url).unwrap().get_connection().unwrap())
    }
}

impl super::Blocks for Blocking {
    fn step(&mut self, work: Work, nth: usize) {
        match work.at(nth) {
            Work::Set => {
                let () = self.0.set("bench", &VALUE).unwrap();
            }
            _ => {
                let value: Vec<u8> = self.0.get("bench").unwrap();
                assert_eq!(value.len(), 64);
            }
        }
    }
}
