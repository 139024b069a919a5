//! Bloom filters: options and answers, and a walk over the parts of one.

use std::fmt;

use crate::commands::build;
use crate::compat::cmd::Cmd;
use crate::compat::connection::Connection;
use crate::compat::error::RedisResult;

pub use crate::commands::types::{
    BloomFilterDumpChunk, BloomFilterInfoType, BloomFilterInfoTypeResponse, BloomFilterInsertOptions,
    BloomFilterScalingOptions,
};

/// Walks over the parts of a filter, which `bf_loadchunk` restores in the same order. An error ends the walk.
///
/// ```no_run
/// use redlane::compat::{Commands, Connection, RedisResult, bloom::BloomFilterDumpIterator};
///
/// fn copy(from: &mut Connection, to: &mut Connection) -> RedisResult<()> {
///     for chunk in BloomFilterDumpIterator::new(from, "filter") {
///         let () = to.bf_loadchunk("filter", chunk?)?;
///     }
///     Ok(())
/// }
/// ```
pub struct BloomFilterDumpIterator<'a> {
    con: &'a mut Connection,
    key: &'a str,
    /// Where to go on; `None` at the end.
    iterator: Option<i64>,
}

impl<'a> BloomFilterDumpIterator<'a> {
    /// Begins a walk. Nothing is sent before the first step.
    pub fn new(con: &'a mut Connection, key: &'a str) -> Self {
        Self { con, key, iterator: Some(0) }
    }
}

impl Iterator for BloomFilterDumpIterator<'_> {
    type Item = RedisResult<BloomFilterDumpChunk>;

    #[inline]
    fn next(&mut self) -> Option<Self::Item> {
        let iterator = self.iterator.take()?;
        let chunk = Cmd::from(build::bf_scandump(self.key, iterator)).query::<BloomFilterDumpChunk>(self.con);
        match chunk {
            // The last part has no bytes.
            Ok(BloomFilterDumpChunk { iterator: 0, .. }) => None,
            Ok(chunk) => {
                self.iterator = Some(chunk.iterator);
                Some(Ok(chunk))
            }
            Err(error) => Some(Err(error)),
        }
    }
}

impl fmt::Debug for BloomFilterDumpIterator<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("BloomFilterDumpIterator").field("iterator", &self.iterator).finish_non_exhaustive()
    }
}
