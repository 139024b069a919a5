//! The surfaces that redis-rs has: its four traits, the constructors of `Cmd` and the methods of `Pipeline`.
//!
//! Where a row stands in them decides names that must be at hand there: the argument types, `Value` and the reply types
//! are redis-rs's, and `query` and `query_async` send. A row that redis-rs has not (`typed none`) leaves nothing behind.
//! What surprises: the generics of a typed row whose reply the caller chooses begin with that reply, those of every other
//! row end with it.

/// A constructor of a command.
macro_rules! cmd_constructors {
    ($m:tt $name:ident $g:tt $a:tt $R:tt [none] $body:block) => {};
    ([$($m:tt)*] $name:ident [$($T:ident: $B:path),*] ($($arg:ident: $A:ty),*) $R:tt $Y:tt $body:block) => {
        $($m)* pub fn $name<'a $(, $T: $B)*>($($arg: $A),*) -> Self { Self::from(build::$name($($arg),*)) }
    };
}

/// A method that appends a command to a pipeline.
macro_rules! chain_methods {
    ($m:tt $name:ident $g:tt $a:tt $R:tt [none] $body:block) => {};
    ([$($m:tt)*] $name:ident [$($T:ident: $B:path),*] ($($arg:ident: $A:ty),*) $R:tt $Y:tt $body:block) => {
        $($m)* pub fn $name<'a $(, $T: $B)*>(&mut self $(, $arg: $A)*) -> &mut Self {
            self.add_command(build::$name($($arg),*).into())
        }
    };
}

/// A method of a blocking connection whose reply the caller chooses.
macro_rules! sync_methods {
    ($m:tt $name:ident $g:tt $a:tt $R:tt [none] $body:block) => {};
    ([$($m:tt)*] $name:ident [$($T:ident: $B:path),*] ($($arg:ident: $A:ty),*) $R:tt $Y:tt $body:block) => {
        $($m)* fn $name<'a $(, $T: $B)*, RV: FromRedisValue>(&mut self $(, $arg: $A)*) -> RedisResult<RV> {
            query(self, build::$name($($arg),*))
        }
    };
}

/// A method of an asynchronous connection whose reply the caller chooses.
macro_rules! async_methods {
    ($m:tt $name:ident $g:tt $a:tt $R:tt [none] $body:block) => {};
    ([$($m:tt)*] $name:ident [$($T:ident: $B:path),*] ($($arg:ident: $A:ty),*) $R:tt $Y:tt $body:block) => {
        $($m)* fn $name<'a $(, $T: $B + Send + Sync + 'a)*, RV>(&'a mut self $(, $arg: $A)*) -> RedisFuture<'a, RV>
        where
            RV: FromRedisValue,
        {
            query_async(self, build::$name($($arg),*))
        }
    };
}

/// A method of a blocking connection with the reply that redis-rs gives it.
macro_rules! typed_methods {
    ($m:tt $name:ident $g:tt $a:tt $R:tt [none] $body:block) => {};
    ([$($m:tt)*] $name:ident [$($T:ident: $B:path),*] ($($arg:ident: $A:ty),*) $R:tt [any] $body:block) => {
        $($m)* fn $name<'a, RV: FromRedisValue $(, $T: $B + Send + Sync + 'a)*>(
            &'a mut self $(, $arg: $A)*
        ) -> RedisResult<RV> {
            query(self, build::$name($($arg),*))
        }
    };
    ([$($m:tt)*] $name:ident [$($T:ident: $B:path),*] ($($arg:ident: $A:ty),*) [$R:ty] [] $body:block) => {
        $($m)* fn $name<'a $(, $T: $B + Send + Sync + 'a)*>(&'a mut self $(, $arg: $A)*) -> RedisResult<$R> {
            query(self, build::$name($($arg),*))
        }
    };
    ($m:tt $name:ident $g:tt $a:tt $R:tt [($Y:ty)] $body:block) => {
        $crate::commands::surface::typed_methods! { $m $name $g $a [$Y] [] $body }
    };
}

/// A method of an asynchronous connection with the reply that redis-rs gives it.
macro_rules! async_typed_methods {
    ($m:tt $name:ident $g:tt $a:tt $R:tt [none] $body:block) => {};
    ([$($m:tt)*] $name:ident [$($T:ident: $B:path),*] ($($arg:ident: $A:ty),*) $R:tt [any] $body:block) => {
        $($m)* fn $name<'a, RV: FromRedisValue $(, $T: $B + Send + Sync + 'a)*>(
            &'a mut self $(, $arg: $A)*
        ) -> RedisFuture<'a, RV> {
            query_async(self, build::$name($($arg),*))
        }
    };
    ([$($m:tt)*] $name:ident [$($T:ident: $B:path),*] ($($arg:ident: $A:ty),*) [$R:ty] [] $body:block) => {
        $($m)* fn $name<'a $(, $T: $B + Send + Sync + 'a)*>(&'a mut self $(, $arg: $A)*) -> RedisFuture<'a, $R> {
            query_async(self, build::$name($($arg),*))
        }
    };
    ($m:tt $name:ident $g:tt $a:tt $R:tt [($Y:ty)] $body:block) => {
        $crate::commands::surface::async_typed_methods! { $m $name $g $a [$Y] [] $body }
    };
}

/// A method of a blocking connection, of the table that redis-rs gives a trait without generics.
macro_rules! hotkeys_methods {
    ([$($m:tt)*] $name:ident [] ($($arg:ident: $A:ty),*) [$R:ty] [] $body:block) => {
        $($m)* fn $name(&mut self $(, $arg: $A)*) -> RedisResult<$R>
        where
            Self: Sized,
        {
            query(self, build::$name($($arg),*))
        }
    };
}

/// A method of an asynchronous connection, of the same table.
macro_rules! async_hotkeys_methods {
    ([$($m:tt)*] $name:ident [] ($($arg:ident: $A:ty),*) [$R:ty] [] $body:block) => {
        $($m)* fn $name(&mut self $(, $arg: $A)*) -> RedisFuture<'_, $R> {
            query_async(self, build::$name($($arg),*))
        }
    };
}

/// A constructor of a command, unless a value cannot stand in it.
#[cfg(feature = "json")]
macro_rules! fallible_cmd_constructors {
    ($m:tt $name:ident $g:tt $a:tt $R:tt [none] $body:block) => {};
    ([$($m:tt)*] $name:ident [$($T:ident: $B:path),*] ($($arg:ident: $A:ty),*) $R:tt $Y:tt $body:block) => {
        $($m)*
        ///
        /// # Errors
        /// When a value does not serialize.
        pub fn $name<'a $(, $T: $B)*>($($arg: $A),*) -> RedisResult<Self> {
            Ok(build::$name($($arg),*)?.into())
        }
    };
}

/// A method that appends a command to a pipeline, unless a value cannot stand in it.
#[cfg(feature = "json")]
macro_rules! fallible_chain_methods {
    ($m:tt $name:ident $g:tt $a:tt $R:tt [none] $body:block) => {};
    ([$($m:tt)*] $name:ident [$($T:ident: $B:path),*] ($($arg:ident: $A:ty),*) $R:tt $Y:tt $body:block) => {
        $($m)*
        ///
        /// # Errors
        /// When a value does not serialize.
        pub fn $name<'a $(, $T: $B)*>(&mut self $(, $arg: $A)*) -> RedisResult<&mut Self> {
            Ok(self.add_command(build::$name($($arg),*)?.into()))
        }
    };
}

/// A method of a blocking connection, unless a value cannot stand in the command.
#[cfg(feature = "json")]
macro_rules! fallible_sync_methods {
    ($m:tt $name:ident $g:tt $a:tt $R:tt [none] $body:block) => {};
    ([$($m:tt)*] $name:ident [$($T:ident: $B:path),*] ($($arg:ident: $A:ty),*) $R:tt $Y:tt $body:block) => {
        $($m)* fn $name<'a $(, $T: $B)*, RV: FromRedisValue>(&mut self $(, $arg: $A)*) -> RedisResult<RV> {
            query(self, build::$name($($arg),*)?)
        }
    };
}

/// A method of an asynchronous connection, unless a value cannot stand in the command.
#[cfg(feature = "json")]
macro_rules! fallible_async_methods {
    ($m:tt $name:ident $g:tt $a:tt $R:tt [none] $body:block) => {};
    ([$($m:tt)*] $name:ident [$($T:ident: $B:path),*] ($($arg:ident: $A:ty),*) $R:tt $Y:tt $body:block) => {
        $($m)* fn $name<'a $(, $T: $B + Send + Sync + 'a)*, RV>(&'a mut self $(, $arg: $A)*) -> RedisFuture<'a, RV>
        where
            RV: FromRedisValue,
        {
            query_async(self, build::$name($($arg),*))
        }
    };
}

pub(crate) use {
    async_hotkeys_methods, async_methods, async_typed_methods, chain_methods, cmd_constructors,
    hotkeys_methods, sync_methods, typed_methods,
};
#[cfg(feature = "json")]
pub(crate) use {
    fallible_async_methods, fallible_chain_methods, fallible_cmd_constructors, fallible_sync_methods,
};
