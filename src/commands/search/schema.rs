//! The fields of an index, each with its name.

use redlane_resp::to_args::{RedisWrite, ToRedisArgs};

use super::fields::{
    SchemaGeoField, SchemaGeoShapeField, SchemaNumericField, SchemaTagField, SchemaTextField,
};
use super::vectors::VectorField;

macro_rules! definitions {
    ($($(#[$doc:meta])* $name:ident($field:ident),)*) => {
        /// A field of whatever type.
        #[derive(Clone, Debug)]
        #[non_exhaustive]
        pub enum FieldDefinition {
            $($(#[$doc])* $name($field),)*
        }

        impl ToRedisArgs for FieldDefinition {
            fn write_redis_args<W>(&self, out: &mut W)
            where
                W: ?Sized + RedisWrite,
            {
                match self {
                    $(Self::$name(field) => field.write_redis_args(out),)*
                }
            }
        }

        $(
            impl From<$field> for FieldDefinition {
                fn from(field: $field) -> Self {
                    Self::$name(field)
                }
            }
        )*
    };
}

definitions! {
    /// Of text.
    Text(SchemaTextField),
    /// Of numbers.
    Numeric(SchemaNumericField),
    /// Of places.
    Geo(SchemaGeoField),
    /// Of words that are matched whole.
    Tag(SchemaTagField),
    /// Of vectors.
    Vector(VectorField),
    /// Of shapes.
    GeoShape(SchemaGeoShapeField),
}

/// The fields of an index, one at least. [`schema!`](crate::schema) writes one as a table.
#[must_use = "a schema does nothing by itself"]
#[derive(Clone, Debug)]
pub struct SearchSchema {
    fields: Vec<(String, FieldDefinition)>,
}

impl SearchSchema {
    /// Begins with a field of that name, or with that path in JSON documents.
    pub fn new<K: Into<String>, V: Into<FieldDefinition>>(key: K, value: V) -> Self {
        Self { fields: vec![(key.into(), value.into())] }
    }

    /// Adds a field. One name may stand there twice, with different aliases.
    pub fn insert<K: Into<String>, V: Into<FieldDefinition>>(mut self, key: K, value: V) -> Self {
        self.fields.push((key.into(), value.into()));
        self
    }
}

impl ToRedisArgs for SearchSchema {
    fn write_redis_args<W>(&self, out: &mut W)
    where
        W: ?Sized + RedisWrite,
    {
        for (name, field) in &self.fields {
            name.write_redis_args(out);
            field.write_redis_args(out);
        }
    }
}

/// Writes the schema of a search index as a table of names and fields.
///
/// ```
/// use redlane::commands::search::{SchemaNumericField, SchemaTextField};
///
/// let schema = redlane::schema! {
///     "title" => SchemaTextField::new().weight(2.0),
///     "price" => SchemaNumericField::new(),
/// };
/// ```
#[macro_export]
macro_rules! schema {
    ($name:expr => $field:expr $(, $more:expr => $more_field:expr)* $(,)?) => {
        $crate::commands::search::SearchSchema::new($name, $field)$(.insert($more, $more_field))*
    };
}
