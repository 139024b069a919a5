//! Bloom filters: options and answers.

pub use crate::commands::types::{
    BloomFilterDumpChunk, BloomFilterInfoType, BloomFilterInfoTypeResponse, BloomFilterInsertOptions,
    BloomFilterScalingOptions,
};
