//! Values that are any number of arguments: options, lists, sets and maps.
//!
//! A list of bytes is the exception, one argument; the element type decides (`write_args_from_slice`).

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};
use std::rc::Rc;
use std::sync::Arc;

use super::{NumericBehavior, RedisWrite, ToRedisArgs};

/// `None` is no argument at all.
impl<T: ToRedisArgs> ToRedisArgs for Option<T> {
    fn write_redis_args<W>(&self, out: &mut W)
    where
        W: ?Sized + RedisWrite,
    {
        if let Some(value) = self {
            value.write_redis_args(out);
        }
    }

    fn describe_numeric_behavior(&self) -> NumericBehavior {
        self.as_ref().map_or(NumericBehavior::NonNumeric, T::describe_numeric_behavior)
    }

    fn num_of_args(&self) -> usize {
        self.as_ref().map_or(0, T::num_of_args)
    }
}

/// Counts as redis-rs does: a single element for what it stands for itself, more of them one each.
fn arguments_of_slice<T: ToRedisArgs>(items: &[T]) -> usize {
    if T::is_single_vec_arg(items) {
        return 1;
    }
    match items {
        [only] => only.num_of_args(),
        _ => items.len(),
    }
}

macro_rules! lists {
    ($([$($parameter:tt)*] $type:ty;)*) => {$(
        impl<T: ToRedisArgs $($parameter)*> ToRedisArgs for $type {
            #[inline]
            fn write_redis_args<W>(&self, out: &mut W)
            where
                W: ?Sized + RedisWrite,
            {
                T::write_args_from_slice(&self[..], out);
            }

            fn num_of_args(&self) -> usize {
                arguments_of_slice(&self[..])
            }
        }
    )*};
}

lists! {
    [] &[T];
    [] &mut [T];
    [, const N: usize] &[T; N];
    [] Vec<T>;
    [] Box<[T]>;
    [] Rc<[T]>;
    [] Arc<[T]>;
}

macro_rules! sets {
    ($([$($parameter:tt)*] $type:ty;)*) => {$(
        /// Redis keeps no empty set: an empty one here is no argument, which most commands refuse.
        impl<T: ToRedisArgs $($parameter)*> ToRedisArgs for $type {
            fn write_redis_args<W>(&self, out: &mut W)
            where
                W: ?Sized + RedisWrite,
            {
                T::make_arg_iter_ref(self.iter(), out);
            }

            fn num_of_args(&self) -> usize {
                self.len()
            }
        }
    )*};
}

sets! {
    [, S] HashSet<T, S>;
    [] BTreeSet<T>;
}

#[cfg(feature = "hashbrown")]
sets!([, S] hashbrown::HashSet<T, S>;);

#[cfg(feature = "ahash")]
sets!([, S] ahash::AHashSet<T, S>;);

macro_rules! maps {
    ($([$($parameter:tt)*] $type:ty;)*) => {$(
        /// Each key followed by its value; both should be one argument each, `num_of_args` counts the pairs.
        impl<K: ToRedisArgs, V: ToRedisArgs $($parameter)*> ToRedisArgs for $type {
            fn write_redis_args<W>(&self, out: &mut W)
            where
                W: ?Sized + RedisWrite,
            {
                for (key, value) in self {
                    key.write_redis_args(out);
                    value.write_redis_args(out);
                }
            }

            fn num_of_args(&self) -> usize {
                self.len()
            }
        }
    )*};
}

maps! {
    [, S] HashMap<K, V, S>;
    [] BTreeMap<K, V>;
}

#[cfg(feature = "hashbrown")]
maps!([, S] hashbrown::HashMap<K, V, S>;);

#[cfg(feature = "ahash")]
maps!([, S] ahash::AHashMap<K, V, S>;);
