//! What one place says: some settings, each with its source; and how one place is laid over another.

use std::path::PathBuf;
use std::time::Duration;

use crate::config::error::ConfigError;
use crate::config::options::{KeepaliveOptions, OnExhausted, Protocol};
use crate::config::rules::LIMIT;
use crate::config::secret::Secret;
use crate::config::source::Source;
use crate::config::value::{NUMBER, Setting, Word};

/// A value and who said it.
#[derive(Clone)]
pub(super) struct Said<T> {
    pub(super) value: T,
    pub(super) source: Source,
}

macro_rules! grow_layer {
    ($(
        $(#[$doc:meta])*
        $name:ident: $type:ty, takes $arg:ty = $put:path, gives $ret:ty = $get:expr,
            default $default:expr, rule $rule:expr, $words:expr;
    )*) => {
        /// The settings that one place mentions.
        #[derive(Clone, Default)]
        pub(super) struct Layer {
            $(pub(super) $name: Option<Said<$type>>,)*
        }

        impl Layer {
            /// Reads `word` into the setting called `name`.
            pub(super) fn set(&mut self, name: &str, word: Word, source: Source) -> Result<(), ConfigError> {
                match name {
                    $(stringify!($name) => {
                        let setting = stringify!($name);
                        if self.$name.is_some() {
                            return Err(ConfigError::Repeated { setting, from: source });
                        }
                        match <$type as Setting>::read(word) {
                            Ok(value) => self.$name = Some(Said { value, source }),
                            Err(expected) => {
                                let expected = if expected == NUMBER && $words != "" { $words } else { expected };
                                return Err(ConfigError::Invalid { setting, from: source, expected });
                            }
                        }
                    })*
                    _ => return Err(ConfigError::unknown(name, source)),
                }
                Ok(())
            }

            /// These settings, and those of `lower` that are not among them.
            pub(super) fn over(self, lower: Layer) -> Layer {
                Layer { $($name: self.$name.or(lower.$name),)* }
            }
        }
    };
}

each_setting!(grow_layer);
