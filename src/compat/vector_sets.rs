//! Vector sets: vectors and options.

pub use crate::commands::types::{
    EmbeddingInput, VAddOptions, VEmbOptions, VSimOptions, VectorAddInput, VectorQuantization,
    VectorSimilaritySearchInput,
};
