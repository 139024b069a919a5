//! Tuples up to 12: their parts one after the other.

use super::{RedisWrite, ToRedisArgs};

macro_rules! tuples {
    ($($count:literal: $($name:ident)+;)*) => {$(
        impl<$($name: ToRedisArgs),+> ToRedisArgs for ($($name,)+) {
            #[expect(non_snake_case, reason = "the parts are named after their types")]
            fn write_redis_args<Out>(&self, out: &mut Out)
            where
                Out: ?Sized + RedisWrite,
            {
                let ($($name,)+) = self;
                $($name.write_redis_args(out);)+
            }

            fn num_of_args(&self) -> usize {
                $count
            }
        }
    )*};
}

tuples! {
    1: A;
    2: A B;
    3: A B C;
    4: A B C D;
    5: A B C D E;
    6: A B C D E F;
    7: A B C D E F G;
    8: A B C D E F G H;
    9: A B C D E F G H I;
    10: A B C D E F G H I J;
    11: A B C D E F G H I J K;
    12: A B C D E F G H I J K L;
}
