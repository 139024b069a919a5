//! How surfaces grow from the rows of the command tables.
//!
//! A row is: doc, `fn name<Generics>(arguments) -> natural reply { bytes }`. Behind the reply may stand
//! `typed any` (the caller says what to read) or `typed (Type)`, where redis-rs's typed traits read something
//! else, and `typed none`, where redis-rs has no such row: its surfaces leave that one out. [`each_row`]
//! parses this once and hands every row, normalised, to one macro per surface. A new surface is one more
//! macro here, and no row changes.

#[cfg(feature = "redis-rs")]
mod redis_rs;

/// Parses rows and hands each to `$surface` as
/// `[attributes] name [generics] (arguments) [natural reply] [typed] { body }`.
macro_rules! each_row {
    ($surface:ident $(
        $(#[$($m:tt)*])*
        fn $name:ident $(<$($T:ident: $B:path),+>)? ($($arg:ident: $A:ty),* $(,)?)
            -> $R:ty $(, typed $Y:tt)? $body:block
    )*) => { $(
        $crate::commands::surface::$surface! {
            [$(#[$($m)*])*] $name [$($($T: $B),+)?] ($($arg: $A),*) [$R] [$($Y)?] $body
        }
    )* };
}

/// A function that builds the command.
macro_rules! constructors {
    ([$($m:tt)*] $name:ident [$($T:ident: $B:path),*] ($($arg:ident: $A:ty),*) [$R:ty] $Y:tt $body:block) => {
        $($m)* pub fn $name<'a $(, $T: $B)*>($($arg: $A),*) -> Command $body
    };
}

/// A function that builds the command, or tells why a value cannot stand in it.
#[cfg(feature = "json")]
macro_rules! fallible_constructors {
    ([$($m:tt)*] $name:ident [$($T:ident: $B:path),*] ($($arg:ident: $A:ty),*) [$R:ty] $Y:tt $body:block) => {
        $($m)*
        ///
        /// # Errors
        /// When a value does not serialize.
        pub fn $name<'a $(, $T: $B)*>($($arg: $A),*) -> Result<Command, serde_json::Error> { Ok($body) }
    };
}

/// A method on whatever executes.
macro_rules! methods {
    ([$($m:tt)*] $name:ident [$($T:ident: $B:path),*] ($($arg:ident: $A:ty),*) [$R:ty] $Y:tt $body:block) => {
        $($m)* fn $name<'a $(, $T: $B)*>(self $(, $arg: $A)*) -> Self::Output<$R> {
            self.run(build::$name($($arg),*))
        }
    };
}

/// A method on whatever executes, unless a value cannot stand in the command.
#[cfg(feature = "json")]
macro_rules! fallible_methods {
    ([$($m:tt)*] $name:ident [$($T:ident: $B:path),*] ($($arg:ident: $A:ty),*) [$R:ty] $Y:tt $body:block) => {
        $($m)*
        ///
        /// # Errors
        /// When a value does not serialize.
        fn $name<'a $(, $T: $B)*>(self $(, $arg: $A)*) -> Result<Self::Output<$R>, serde_json::Error> {
            Ok(self.run(build::$name($($arg),*)?))
        }
    };
}

/// The row as text, for the tests that hold the tables against the servers and against redis-rs.
#[cfg(test)]
macro_rules! descriptions {
    (
        [$(#[doc = $doc:expr])*] $name:ident [$($T:ident: $B:path),*] ($($arg:ident: $A:ty),*)
        [$R:ty] [$($Y:tt)?] $body:block
    ) => {
        push!(Row {
            doc: concat!($($doc, "\n"),*),
            name: stringify!($name),
            generics: &[$((stringify!($T), stringify!($B))),*],
            arguments: &[$((stringify!($arg), stringify!($A))),*],
            reply: stringify!($R),
            typed: stringify!($($Y)?),
            body: stringify!($body),
        })
    };
}

/// Builds the command of a row, with its first arguments. The name is found when the crate is built: an unknown one is
/// an error. Arguments given here are written in place; each `.arg` behind it moves the command, which is 240 bytes.
macro_rules! command {
    ($name:literal) => {{
        const FACTS: &$crate::commands::facts::Facts = $crate::commands::facts::of($name);
        $crate::commands::command::Command::known(FACTS)
    }};
    ($name:literal, $($arg:expr),+) => {{
        let mut command = $crate::commands::surface::command!($name);
        $(command.push_arg($arg);)+
        command
    }};
}

#[cfg(test)]
pub(crate) use descriptions;
#[cfg(feature = "redis-rs")]
pub(crate) use redis_rs::{
    async_hotkeys_methods, async_methods, async_typed_methods, chain_methods, cmd_constructors,
    hotkeys_methods, sync_methods, typed_methods,
};
#[cfg(all(feature = "redis-rs", feature = "json"))]
pub(crate) use redis_rs::{
    fallible_async_methods, fallible_chain_methods, fallible_cmd_constructors, fallible_sync_methods,
};
pub(crate) use {command, constructors, each_row, methods};
#[cfg(feature = "json")]
pub(crate) use {fallible_constructors, fallible_methods};
