//! How a search index is made.

use crate::commands::build;
use crate::compat::cmd::Cmd;

pub use crate::commands::search::{
    CompressionType, CoordSystem, CreateOptions, DistanceMetric, FieldDefinition, FieldType,
    FlatVectorFieldBuilder, HnswVectorFieldBuilder, IndexDataType, Phonetic, SchemaGeoField,
    SchemaGeoShapeField, SchemaNumericField, SchemaTagField, SchemaTextField, SearchLanguage, SearchSchema,
    Sortable, VamanaVectorFieldBuilder, VamanaVectorType, VectorField, VectorType,
};

/// FT.CREATE, put together step by step.
///
/// ```
/// use redlane::compat::schema;
/// use redlane::compat::search::{FtCreateCommand, SchemaTextField};
///
/// let command = FtCreateCommand::new("index", schema! { "title" => SchemaTextField::new() }).into_cmd();
/// assert_eq!(command.args_iter().len(), 5);
/// ```
#[derive(Debug)]
pub struct FtCreateCommand {
    index: String,
    options: CreateOptions,
    schema: SearchSchema,
}

impl FtCreateCommand {
    /// Begins with the index's name and its fields.
    pub fn new<S: Into<String>>(index: S, schema: SearchSchema) -> Self {
        Self { index: index.into(), options: CreateOptions::new(), schema }
    }

    /// Sets the options.
    pub fn options(mut self, options: CreateOptions) -> Self {
        self.options = options;
        self
    }

    /// The command.
    pub fn into_cmd(self) -> Cmd {
        build::ft_create(self.index, &self.options, &self.schema).into()
    }
}
