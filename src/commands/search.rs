//! The commands on search indexes, which servers have from a module (RediSearch), one row each, and the types that
//! describe an index. As in redis-rs 1.8 it is FT.CREATE only; any other goes by `cmd`.

mod create;
mod fields;
mod schema;
mod vectors;
mod words;

pub use self::create::{CreateOptions, IndexDataType, SearchLanguage};
pub use self::fields::{
    CoordSystem, FieldType, Phonetic, SchemaGeoField, SchemaGeoShapeField, SchemaNumericField,
    SchemaTagField, SchemaTextField, Sortable,
};
pub use self::schema::{FieldDefinition, SearchSchema};
pub use self::vectors::{
    CompressionType, DistanceMetric, FlatVectorFieldBuilder, HnswVectorFieldBuilder,
    VamanaVectorFieldBuilder, VamanaVectorType, VectorField, VectorType,
};

#[rustfmt::skip]
macro_rules! search_rows { ($surface:ident) => { $crate::commands::surface::each_row! { $surface
    /// Makes an index over hashes or JSON documents. One of that name is an error. The documents that are
    /// there already are indexed in the background.
    ///
    /// [`FT.CREATE`](https://redis.io/docs/latest/commands/ft.create/), since RediSearch 1.0.0, O(K) fields.
    fn ft_create<K: ToSingleRedisArg>(
        index_name: K,
        options: &'a CreateOptions,
        schema: &'a SearchSchema,
    ) -> String {
        command!("FT.CREATE", index_name, options, "SCHEMA", schema)
    }
} } }
pub(crate) use search_rows;
