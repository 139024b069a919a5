//! How a caller's value becomes the arguments of a command: the traits, in the shape redis-rs gave them.
//!
//! The shape is kept to the letter, hidden methods included, because third parties implement these traits. The
//! implementations for std types live in the files below; everything they write goes through [`RedisWrite`].
//! What surprises: one value may be many arguments (`Vec<i32>`), exactly one (`Vec<u8>`) or none (`None`).

mod collections;
mod foreign;
mod scalars;
mod tuples;
mod write;

#[cfg(test)]
mod tests;

pub use self::write::{NextArg, RedisWrite};

/// How a value behaves where Redis has one command for integers and another for floating point numbers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum NumericBehavior {
    /// Not a number.
    NonNumeric,
    /// A whole number, as `INCRBY` takes it.
    NumberIsInteger,
    /// A floating point number, as `INCRBYFLOAT` takes it.
    NumberIsFloat,
}

/// A value that can be written as arguments of a command.
///
/// Integers and floats are written in their shortest decimal form, `bool` as `1` or `0`, strings and byte strings
/// as they are. A list writes each of its elements, a map each key followed by its value, `None` nothing at all.
pub trait ToRedisArgs: Sized {
    /// Returns the arguments, each as bytes of its own.
    fn to_redis_args(&self) -> Vec<Vec<u8>> {
        let mut out = Vec::new();
        self.write_redis_args(&mut out);
        out
    }

    /// Writes the arguments, in order, to `out`.
    fn write_redis_args<W>(&self, out: &mut W)
    where
        W: ?Sized + RedisWrite;

    /// Says whether the value is a number, and of which sort; lists never are.
    fn describe_numeric_behavior(&self) -> NumericBehavior {
        NumericBehavior::NonNumeric
    }

    /// Returns how many arguments (of a map or a list of tuples: how many entries) the value stands for.
    ///
    /// Commands that announce a count, such as `HEXPIRE … FIELDS 2 a b`, write this number.
    fn num_of_args(&self) -> usize {
        1
    }

    /// Writes a slice of such values; bytes override it, since a slice of bytes is one argument.
    #[doc(hidden)]
    fn write_args_from_slice<W>(items: &[Self], out: &mut W)
    where
        W: ?Sized + RedisWrite,
    {
        Self::make_arg_iter_ref(items.iter(), out);
    }

    /// Writes the values of an iterator one after the other.
    #[doc(hidden)]
    fn make_arg_iter_ref<'a, I, W>(items: I, out: &mut W)
    where
        W: ?Sized + RedisWrite,
        I: Iterator<Item = &'a Self>,
        Self: 'a,
    {
        for item in items {
            item.write_redis_args(out);
        }
    }

    /// Says whether a slice of such values is a single argument.
    #[doc(hidden)]
    fn is_single_vec_arg(items: &[Self]) -> bool {
        matches!(items, [only] if only.num_of_args() <= 1)
    }
}

/// Marks a value that is exactly one argument, whatever it holds.
///
/// Keys, fields and values of single-value commands are bound by it, so that `set("k", vec!["a", "b"])` does not
/// compile. Implement it only where that is so: the compiler cannot check it.
pub trait ToSingleRedisArg: ToRedisArgs {}
