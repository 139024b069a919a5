//! Replies that are types of their own: `ROLE`, `INFO`, `TYPE`, and the integers with a meaning.

mod acl;
mod bloom;
mod geo;
mod hotkeys;
mod info;
mod integer;
mod role;
#[cfg(test)]
mod tests;
mod value_type;

pub use self::info::InfoDict;
pub use self::integer::{IncrexResult, IntegerReplyOrNoOp};
pub use self::role::{ReplicaInfo, Role};
pub use self::value_type::ValueType;
