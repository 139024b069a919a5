//! Fields of vectors. The builder of each algorithm has that algorithm's settings only.

use redlane_resp::to_args::{RedisWrite, ToRedisArgs};

use super::fields::{Common, FieldType, common};
use super::words::words;

words! {
    /// The type of a vector's numbers.
    VectorType {
        /// 32 bits.
        Float32 = "FLOAT32",
        /// 64 bits.
        Float64 = "FLOAT64",
        /// 16 bits, 8 of them the exponent's.
        BFloat16 = "BFLOAT16",
        /// 16 bits.
        Float16 = "FLOAT16",
        /// 8 bits and a sign.
        Int8 = "INT8",
        /// 8 bits.
        UInt8 = "UINT8",
    }
}

words! {
    /// The types of numbers that SVS-VAMANA takes.
    VamanaVectorType {
        /// 16 bits.
        Float16 = "FLOAT16",
        /// 32 bits.
        Float32 = "FLOAT32",
    }
}

impl From<VamanaVectorType> for VectorType {
    fn from(kind: VamanaVectorType) -> Self {
        match kind {
            VamanaVectorType::Float16 => Self::Float16,
            VamanaVectorType::Float32 => Self::Float32,
        }
    }
}

words! {
    /// How far vectors are from each other.
    DistanceMetric {
        /// By the distance of their ends.
        L2 = "L2",
        /// By their inner product.
        IP = "IP",
        /// By the angle between them.
        Cosine = "COSINE",
    }
}

words! {
    /// How SVS-VAMANA compresses vectors.
    CompressionType {
        /// 8 bits a number.
        LVQ8 = "LVQ8",
        /// 4 bits a number.
        LVQ4 = "LVQ4",
        /// 4 bits a number, and 4 for what is left.
        LVQ4x4 = "LVQ4x4",
        /// 4 bits a number, and 8 for what is left.
        LVQ4x8 = "LVQ4x8",
        /// Fewer dimensions, 4 bits a number, and 8 in a second step.
        LeanVec4x8 = "LeanVec4x8",
        /// Fewer dimensions, 8 bits a number, and 8 in a second step.
        LeanVec8x8 = "LeanVec8x8",
    }
}

/// A field of vectors.
#[must_use = "a field does nothing unless it is part of a schema"]
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct VectorField {
    common: Common,
    vector_type: VectorType,
    dim: u32,
    distance_metric: DistanceMetric,
    algorithm: Algorithm,
}

#[derive(Clone, Debug)]
enum Algorithm {
    Flat(FlatVectorFieldSettings),
    Hnsw(HnswVectorFieldSettings),
    Vamana(VamanaVectorFieldSettings),
}

impl VectorField {
    /// Vectors that are compared one by one: exact, and slow for many.
    pub fn flat(
        vector_type: VectorType,
        dim: u32,
        distance_metric: DistanceMetric,
    ) -> FlatVectorFieldBuilder {
        FlatVectorFieldBuilder::begin(vector_type, dim, distance_metric)
    }

    /// Vectors in a graph of layers: fast, and not exact.
    pub fn hnsw(
        vector_type: VectorType,
        dim: u32,
        distance_metric: DistanceMetric,
    ) -> HnswVectorFieldBuilder {
        HnswVectorFieldBuilder::begin(vector_type, dim, distance_metric)
    }

    /// Compressed vectors in a graph: fast, small, and not exact.
    pub fn vamana(
        vector_type: VamanaVectorType,
        dim: u32,
        distance_metric: DistanceMetric,
    ) -> VamanaVectorFieldBuilder {
        VamanaVectorFieldBuilder::begin(vector_type.into(), dim, distance_metric)
    }

    common!((alias)(index_missing));
}

impl ToRedisArgs for VectorField {
    fn write_redis_args<W>(&self, out: &mut W)
    where
        W: ?Sized + RedisWrite,
    {
        let (name, settings) = match &self.algorithm {
            Algorithm::Flat(settings) => ("FLAT", settings.to_redis_args()),
            Algorithm::Hnsw(settings) => ("HNSW", settings.to_redis_args()),
            Algorithm::Vamana(settings) => ("SVS-VAMANA", settings.to_redis_args()),
        };
        // Type, dimensions and metric are settings too, of two words each.
        let count = settings.len().saturating_add(6);
        self.common.write_alias(out);
        (FieldType::Vector, name, count).write_redis_args(out);
        ("TYPE", self.vector_type, "DIM", self.dim).write_redis_args(out);
        ("DISTANCE_METRIC", self.distance_metric).write_redis_args(out);
        settings.write_redis_args(out);
        self.common.write_missing(out);
    }
}

/// A builder and the settings that it collects, each with the server's word for it.
macro_rules! builders {
    ($($(#[$doc:meta])* $builder:ident, $settings:ident, $algorithm:ident {
        $($(#[$setting_doc:meta])* $setting:ident: $kind:ty = $word:literal,)*
    })*) => { $(
        #[derive(Clone, Debug, Default)]
        struct $settings {
            $($setting: Option<$kind>,)*
        }

        impl ToRedisArgs for $settings {
            fn write_redis_args<W>(&self, out: &mut W)
            where
                W: ?Sized + RedisWrite,
            {
                $(self.$setting.map(|value| ($word, value)).write_redis_args(out);)*
            }
        }

        $(#[$doc])*
        #[must_use = "it makes a field when it is built"]
        #[derive(Clone, Debug)]
        #[non_exhaustive]
        pub struct $builder {
            common: Common,
            vector_type: VectorType,
            dim: u32,
            distance_metric: DistanceMetric,
            settings: $settings,
        }

        impl $builder {
            fn begin(vector_type: VectorType, dim: u32, distance_metric: DistanceMetric) -> Self {
                let (common, settings) = (Common::default(), $settings::default());
                Self { common, vector_type, dim, distance_metric, settings }
            }

            $(
                $(#[$setting_doc])*
                pub fn $setting(mut self, $setting: $kind) -> Self {
                    self.settings.$setting = Some($setting);
                    self
                }
            )*

            common!((alias)(index_missing));

            /// The field.
            pub fn build(self) -> VectorField {
                let Self { common, vector_type, dim, distance_metric, settings } = self;
                let algorithm = Algorithm::$algorithm(settings);
                VectorField { common, vector_type, dim, distance_metric, algorithm }
            }
        }
    )* };
}

builders! {
    /// Settings of vectors that are compared one by one.
    FlatVectorFieldBuilder, FlatVectorFieldSettings, Flat {
        /// How many vectors stand in one block of memory; 1024 otherwise.
        block_size: u32 = "BLOCK_SIZE",
    }
    /// Settings of vectors in a graph of layers.
    HnswVectorFieldBuilder, HnswVectorFieldSettings, Hnsw {
        /// How many neighbours a vector has in each layer; 16 otherwise.
        m: u32 = "M",
        /// How many candidates are looked at when a vector is added; 200 otherwise.
        ef_construction: u32 = "EF_CONSTRUCTION",
        /// How many candidates are looked at in a search; 10 otherwise.
        ef_runtime: u32 = "EF_RUNTIME",
        /// How far beyond its bound a search by range looks, relative to it; 0.01 otherwise.
        epsilon: f64 = "EPSILON",
    }
    /// Settings of compressed vectors in a graph.
    VamanaVectorFieldBuilder, VamanaVectorFieldSettings, Vamana {
        /// How vectors are compressed; not at all otherwise.
        compression: CompressionType = "COMPRESSION",
        /// How many candidates are looked at when the graph is built; 200 otherwise.
        construction_window_size: u32 = "CONSTRUCTION_WINDOW_SIZE",
        /// How many neighbours a vector has at most; 32 otherwise.
        graph_max_degree: u32 = "GRAPH_MAX_DEGREE",
        /// How many candidates are looked at in a search; 10 otherwise.
        search_window_size: u32 = "SEARCH_WINDOW_SIZE",
        /// How far beyond its bound a search by range looks, relative to it; 0.01 otherwise.
        epsilon: f64 = "EPSILON",
        /// After how many vectors the compression learns from them.
        training_threshold: u32 = "TRAINING_THRESHOLD",
        /// How many dimensions are kept, with a compression that reduces them.
        reduce: u32 = "REDUCE",
    }
}
