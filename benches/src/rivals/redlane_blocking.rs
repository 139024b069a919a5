//! Redlane's connection that blocks its caller, for one caller.

use redlane_pool::blocking::{BlockingConfig, BlockingConnection};
use redlane_pool::transport::Target;
use redlane_resp::command::Command;

use crate::work::{VALUE, Work};

/// One connection.
#[derive(Debug)]
pub struct RedlaneBlocking(BlockingConnection);

impl RedlaneBlocking {
    /// Connects.
    pub fn connect(target: &Target) -> Self {
        RedlaneBlocking(BlockingConnection::open(target, &BlockingConfig::default()).unwrap())
    }
}

impl super::Blocks for RedlaneBlocking {
    fn step(&mut self, work: Work, nth: usize) {
        let command = match work.at(nth) {
            Work::Set => Command::new("SET").arg("bench").arg(&VALUE),
            _ => Command::new("GET").arg("bench"),
        };
        let reply = self.0.request(&command).unwrap().into_single().unwrap();
        match work.at(nth) {
            Work::Set => reply.into_read::<()>().unwrap(),
            _ => assert_eq!(reply.into_read::<Vec<u8>>().unwrap().len(), 64),
        }
    }
}
