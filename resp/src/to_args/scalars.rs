//! Values that are exactly one argument: numbers, `bool`, strings, byte strings, and pointers to such.

use std::borrow::Cow;
use std::num::{
    NonZeroI8, NonZeroI16, NonZeroI32, NonZeroI64, NonZeroI128, NonZeroIsize, NonZeroU8, NonZeroU16,
    NonZeroU32, NonZeroU64, NonZeroU128, NonZeroUsize,
};
use std::rc::Rc;
use std::sync::Arc;

use bytes::Bytes;

use super::{NumericBehavior, RedisWrite, ToRedisArgs, ToSingleRedisArg};

macro_rules! integers {
    ($($type:ty)*) => {$(
        impl ToRedisArgs for $type {
            #[inline]
            fn write_redis_args<W>(&self, out: &mut W)
            where
                W: ?Sized + RedisWrite,
            {
                out.write_arg(itoa::Buffer::new().format(*self).as_bytes());
            }

            fn describe_numeric_behavior(&self) -> NumericBehavior {
                NumericBehavior::NumberIsInteger
            }
        }

        impl ToSingleRedisArg for $type {}
    )*};
}

integers!(i8 i16 u16 i32 u32 i64 u64 i128 u128 isize usize);

macro_rules! nonzero_integers {
    ($($type:ty)*) => {$(
        impl ToRedisArgs for $type {
            #[inline]
            fn write_redis_args<W>(&self, out: &mut W)
            where
                W: ?Sized + RedisWrite,
            {
                self.get().write_redis_args(out);
            }

            fn describe_numeric_behavior(&self) -> NumericBehavior {
                NumericBehavior::NumberIsInteger
            }
        }

        impl ToSingleRedisArg for $type {}
    )*};
}

nonzero_integers!(NonZeroI8 NonZeroI16 NonZeroI32 NonZeroI64 NonZeroI128 NonZeroIsize);
nonzero_integers!(NonZeroU8 NonZeroU16 NonZeroU32 NonZeroU64 NonZeroU128 NonZeroUsize);

macro_rules! floats {
    ($($type:ty)*) => {$(
        // The shortest form that reads back as the same number; a whole one keeps its `.0`, as redis-rs writes it.
        impl ToRedisArgs for $type {
            #[inline]
            fn write_redis_args<W>(&self, out: &mut W)
            where
                W: ?Sized + RedisWrite,
            {
                out.write_arg(ryu::Buffer::new().format(*self).as_bytes());
            }

            fn describe_numeric_behavior(&self) -> NumericBehavior {
                NumericBehavior::NumberIsFloat
            }
        }

        impl ToSingleRedisArg for $type {}
    )*};
}

floats!(f32 f64);

/// A byte alone is a number; a slice of bytes is one argument. It calls itself not numeric, as in redis-rs.
impl ToRedisArgs for u8 {
    fn write_redis_args<W>(&self, out: &mut W)
    where
        W: ?Sized + RedisWrite,
    {
        out.write_arg(itoa::Buffer::new().format(*self).as_bytes());
    }

    #[inline]
    fn write_args_from_slice<W>(items: &[Self], out: &mut W)
    where
        W: ?Sized + RedisWrite,
    {
        out.write_arg(items);
    }

    fn is_single_vec_arg(_items: &[Self]) -> bool {
        true
    }
}

impl ToSingleRedisArg for u8 {}

impl ToRedisArgs for bool {
    fn write_redis_args<W>(&self, out: &mut W)
    where
        W: ?Sized + RedisWrite,
    {
        out.write_arg(if *self { b"1" } else { b"0" });
    }
}

impl ToSingleRedisArg for bool {}

macro_rules! strings {
    ($($type:ty)*) => {$(
        impl ToRedisArgs for $type {
            #[inline]
            fn write_redis_args<W>(&self, out: &mut W)
            where
                W: ?Sized + RedisWrite,
            {
                out.write_arg(self.as_bytes());
            }
        }

        impl ToSingleRedisArg for $type {}
    )*};
}

strings!(&str String);

/// From 16 KiB up a command keeps a reference instead of a copy.
impl ToRedisArgs for Bytes {
    #[inline]
    fn write_redis_args<W>(&self, out: &mut W)
    where
        W: ?Sized + RedisWrite,
    {
        out.write_shared_arg(self);
    }
}

impl ToSingleRedisArg for Bytes {}

impl ToSingleRedisArg for &[u8] {}
impl ToSingleRedisArg for &mut [u8] {}
impl<const N: usize> ToSingleRedisArg for &[u8; N] {}
impl ToSingleRedisArg for Vec<u8> {}
impl ToSingleRedisArg for Box<[u8]> {}
impl ToSingleRedisArg for Rc<[u8]> {}
impl ToSingleRedisArg for Arc<[u8]> {}

macro_rules! pointers {
    ($($type:ty)*) => {$(
        impl<T: ToRedisArgs> ToRedisArgs for $type {
            #[inline]
            fn write_redis_args<W>(&self, out: &mut W)
            where
                W: ?Sized + RedisWrite,
            {
                (**self).write_redis_args(out);
            }

            fn describe_numeric_behavior(&self) -> NumericBehavior {
                (**self).describe_numeric_behavior()
            }

            fn num_of_args(&self) -> usize {
                (**self).num_of_args()
            }
        }

        impl<T: ToSingleRedisArg> ToSingleRedisArg for $type {}
    )*};
}

pointers!(&T &mut T Box<T> Rc<T> Arc<T>);

impl<'a, T> ToRedisArgs for Cow<'a, T>
where
    T: ToOwned + ?Sized,
    &'a T: ToRedisArgs,
    T::Owned: ToRedisArgs,
{
    fn write_redis_args<W>(&self, out: &mut W)
    where
        W: ?Sized + RedisWrite,
    {
        match self {
            Cow::Borrowed(borrowed) => borrowed.write_redis_args(out),
            Cow::Owned(owned) => owned.write_redis_args(out),
        }
    }

    fn describe_numeric_behavior(&self) -> NumericBehavior {
        match self {
            Cow::Borrowed(borrowed) => borrowed.describe_numeric_behavior(),
            Cow::Owned(owned) => owned.describe_numeric_behavior(),
        }
    }

    fn num_of_args(&self) -> usize {
        match self {
            Cow::Borrowed(borrowed) => borrowed.num_of_args(),
            Cow::Owned(owned) => owned.num_of_args(),
        }
    }
}

impl<'a, T> ToSingleRedisArg for Cow<'a, T>
where
    T: ToOwned + ?Sized,
    &'a T: ToSingleRedisArg,
    T::Owned: ToSingleRedisArg,
{
}
