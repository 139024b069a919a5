//! The fields of an index, but for vectors.
//!
//! Each writes what it has in common with the others around what is its own, in the one order that the server takes.

use redlane_resp::to_args::{RedisWrite, ToRedisArgs};

use super::words::words;

words! {
    /// The type of a field.
    FieldType {
        /// Text to be searched by words.
        Text = "TEXT",
        /// Words to be matched whole.
        Tag = "TAG",
        /// Numbers, to be searched by ranges.
        Numeric = "NUMERIC",
        /// Places, to be searched by distance.
        Geo = "GEO",
        /// Vectors, to be searched by nearness.
        Vector = "VECTOR",
        /// Shapes, to be searched by what contains what.
        GeoShape = "GEOSHAPE",
    }
}

impl FieldType {
    /// Whether results can be sorted by such a field.
    #[must_use]
    pub fn is_sortable(&self) -> bool {
        matches!(self, Self::Text | Self::Tag | Self::Numeric | Self::Geo)
    }
}

/// That results can be sorted by a field, which costs memory.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Sortable {
    /// By the normalized value: without case and accents.
    Yes,
    /// By the value as it is.
    Unf,
}

impl ToRedisArgs for Sortable {
    fn write_redis_args<W>(&self, out: &mut W)
    where
        W: ?Sized + RedisWrite,
    {
        out.write_arg(b"SORTABLE");
        if *self == Self::Unf {
            out.write_arg(b"UNF");
        }
    }
}

words! {
    /// The language by whose sounds words are matched.
    Phonetic {
        /// English.
        DmEnglish = "dm:en",
        /// French.
        DmFrench = "dm:fr",
        /// Portuguese.
        DmPortuguese = "dm:pt",
        /// Spanish.
        DmSpanish = "dm:es",
    }
}

words! {
    /// How the coordinates of shapes are meant.
    CoordSystem {
        /// On the earth: longitude and latitude.
        Spherical = "SPHERICAL",
        /// On a plane.
        Flat = "FLAT",
    }
}

/// What every field may say.
#[derive(Clone, Debug, Default)]
pub(super) struct Common {
    pub(super) alias: Option<String>,
    pub(super) index_missing: bool,
    sortable: Option<Sortable>,
    no_index: bool,
}

impl Common {
    pub(super) fn write_alias<W: ?Sized + RedisWrite>(&self, out: &mut W) {
        self.alias.as_ref().map(|alias| ("AS", alias)).write_redis_args(out);
    }

    pub(super) fn write_missing<W: ?Sized + RedisWrite>(&self, out: &mut W) {
        write_flag("INDEXMISSING", self.index_missing, out);
    }

    fn write_last<W: ?Sized + RedisWrite>(&self, out: &mut W) {
        self.sortable.write_redis_args(out);
        write_flag("NOINDEX", self.no_index, out);
    }
}

fn write_flag<W: ?Sized + RedisWrite>(word: &str, on: bool, out: &mut W) {
    if on {
        out.write_arg(word.as_bytes());
    }
}

/// Setters of what every field may say; those of [`Common`] that the field has.
macro_rules! common {
    ($(($setter:ident))*) => { $(common!($setter);)* };
    (alias) => {
        /// Gives the field a name of its own in the index.
        pub fn alias(mut self, alias: impl Into<String>) -> Self {
            self.common.alias = Some(alias.into());
            self
        }
    };
    (index_missing) => {
        /// Lets searches find documents that lack the field.
        pub fn index_missing(mut self, index_missing: bool) -> Self {
            self.common.index_missing = index_missing;
            self
        }
    };
    (sortable) => {
        /// Lets results be sorted by the field.
        pub fn sortable(mut self, sortable: Sortable) -> Self {
            self.common.sortable = Some(sortable);
            self
        }
    };
    (no_index) => {
        /// Keeps the field out of searches: for one that results are only sorted by.
        pub fn no_index(mut self, no_index: bool) -> Self {
            self.common.no_index = no_index;
            self
        }
    };
}
pub(super) use common;

/// A field of text.
#[must_use = "a field does nothing unless it is part of a schema"]
#[derive(Clone, Debug, Default)]
#[non_exhaustive]
pub struct SchemaTextField {
    common: Common,
    no_stem: bool,
    weight: Option<f64>,
    phonetic: Option<Phonetic>,
    with_suffix_trie: bool,
    index_empty: bool,
}

impl SchemaTextField {
    /// A field without settings.
    pub fn new() -> Self {
        Self::default()
    }

    /// Indexes words as they are, and not by their stems.
    pub fn no_stem(mut self, no_stem: bool) -> Self {
        self.no_stem = no_stem;
        self
    }

    /// Makes the field count more or less than others in the score of a result; 1 otherwise.
    pub fn weight(mut self, weight: f64) -> Self {
        self.weight = Some(weight);
        self
    }

    /// Matches words by their sound.
    pub fn phonetic(mut self, phonetic: Phonetic) -> Self {
        self.phonetic = Some(phonetic);
        self
    }

    /// Makes searches for parts and ends of words fast, at the cost of memory.
    pub fn with_suffix_trie(mut self, with_suffix_trie: bool) -> Self {
        self.with_suffix_trie = with_suffix_trie;
        self
    }

    /// Lets searches find empty texts.
    pub fn index_empty(mut self, index_empty: bool) -> Self {
        self.index_empty = index_empty;
        self
    }

    common!((sortable)(no_index)(alias)(index_missing));
}

impl ToRedisArgs for SchemaTextField {
    fn write_redis_args<W>(&self, out: &mut W)
    where
        W: ?Sized + RedisWrite,
    {
        self.common.write_alias(out);
        FieldType::Text.write_redis_args(out);
        self.common.write_missing(out);
        write_flag("NOSTEM", self.no_stem, out);
        self.weight.map(|weight| ("WEIGHT", weight)).write_redis_args(out);
        self.phonetic.map(|language| ("PHONETIC", language)).write_redis_args(out);
        write_flag("WITHSUFFIXTRIE", self.with_suffix_trie, out);
        write_flag("INDEXEMPTY", self.index_empty, out);
        self.common.write_last(out);
    }
}

/// A field of words that are matched whole.
#[must_use = "a field does nothing unless it is part of a schema"]
#[derive(Clone, Debug, Default)]
#[non_exhaustive]
pub struct SchemaTagField {
    common: Common,
    separator: Option<char>,
    case_sensitive: bool,
    with_suffix_trie: bool,
    index_empty: bool,
}

impl SchemaTagField {
    /// A field without settings.
    pub fn new() -> Self {
        Self::default()
    }

    /// Says what stands between words; a comma otherwise.
    pub fn separator(mut self, separator: char) -> Self {
        self.separator = Some(separator);
        self
    }

    /// Tells capital and small letters apart.
    pub fn case_sensitive(mut self, case_sensitive: bool) -> Self {
        self.case_sensitive = case_sensitive;
        self
    }

    /// Makes searches for parts and ends of words fast, at the cost of memory.
    pub fn with_suffix_trie(mut self, with_suffix_trie: bool) -> Self {
        self.with_suffix_trie = with_suffix_trie;
        self
    }

    /// Lets searches find empty words.
    pub fn index_empty(mut self, index_empty: bool) -> Self {
        self.index_empty = index_empty;
        self
    }

    common!((sortable)(no_index)(alias)(index_missing));
}

impl ToRedisArgs for SchemaTagField {
    fn write_redis_args<W>(&self, out: &mut W)
    where
        W: ?Sized + RedisWrite,
    {
        self.common.write_alias(out);
        FieldType::Tag.write_redis_args(out);
        self.common.write_missing(out);
        self.separator.map(|separator| ("SEPARATOR", separator.to_string())).write_redis_args(out);
        write_flag("CASESENSITIVE", self.case_sensitive, out);
        write_flag("WITHSUFFIXTRIE", self.with_suffix_trie, out);
        write_flag("INDEXEMPTY", self.index_empty, out);
        self.common.write_last(out);
    }
}

macro_rules! plain_fields {
    ($($(#[$doc:meta])* $name:ident = $kind:ident;)*) => { $(
        $(#[$doc])*
        #[must_use = "a field does nothing unless it is part of a schema"]
        #[derive(Clone, Debug, Default)]
        #[non_exhaustive]
        pub struct $name {
            common: Common,
        }

        impl $name {
            /// A field without settings.
            pub fn new() -> Self {
                Self::default()
            }

            common!((sortable)(no_index)(alias)(index_missing));
        }

        impl ToRedisArgs for $name {
            fn write_redis_args<W>(&self, out: &mut W)
            where
                W: ?Sized + RedisWrite,
            {
                self.common.write_alias(out);
                FieldType::$kind.write_redis_args(out);
                self.common.write_missing(out);
                self.common.write_last(out);
            }
        }
    )* };
}

plain_fields! {
    /// A field of numbers.
    SchemaNumericField = Numeric;
    /// A field of places.
    SchemaGeoField = Geo;
}

/// A field of shapes.
#[must_use = "a field does nothing unless it is part of a schema"]
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct SchemaGeoShapeField {
    common: Common,
    coord_system: CoordSystem,
}

impl SchemaGeoShapeField {
    /// A field of shapes on the earth.
    pub fn new() -> Self {
        Self { common: Common::default(), coord_system: CoordSystem::Spherical }
    }

    /// Says how coordinates are meant.
    pub fn coord_system(mut self, coord_system: CoordSystem) -> Self {
        self.coord_system = coord_system;
        self
    }

    common!((no_index)(alias)(index_missing));
}

impl Default for SchemaGeoShapeField {
    fn default() -> Self {
        Self::new()
    }
}

impl ToRedisArgs for SchemaGeoShapeField {
    fn write_redis_args<W>(&self, out: &mut W)
    where
        W: ?Sized + RedisWrite,
    {
        self.common.write_alias(out);
        (FieldType::GeoShape, self.coord_system).write_redis_args(out);
        self.common.write_missing(out);
        self.common.write_last(out);
    }
}
