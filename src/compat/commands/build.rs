//! One function for each row, as in [`crate::commands::build`], and the rows that take a script of redis-rs: its type is
//! only known here.

#![allow(unreachable_pub, reason = "one macro makes these and the public ones")]

use crate::compat::cmd::Cmd as Command;
use crate::compat::script::{Script, ScriptInvocation};

pub(crate) use crate::commands::build::*;

#[rustfmt::skip]
macro_rules! script_rows { ($surface:ident) => { $crate::commands::surface::each_row! { $surface
    /// Loads a script and gives its digest. Behind it, in one pipeline too, the server knows the script.
    fn load_script(script: &'a Script) -> String, typed any { script.load_cmd() }

    /// Calls a script that the server knows.
    fn invoke_script(invocation: &'a ScriptInvocation<'a>) -> Value, typed any { invocation.eval_cmd() }
} } }
pub(crate) use script_rows;

script_rows!(constructors);
