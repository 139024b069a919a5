//! The commands that find the keys which keep a server busy, one row each. They speak about one server, so a cluster
//! has them node by node only.

pub(crate) mod options;
pub(crate) mod replies;

#[rustfmt::skip]
macro_rules! hotkeys_rows { ($surface:ident) => { $crate::commands::surface::each_row! { $surface
    /// Begins to watch which keys cost the most. A watch that runs already is an error.
    ///
    /// [`HOTKEYS START`](https://redis.io/docs/latest/commands/hotkeys-start/), since 8.6.0, O(1).
    fn hotkeys_start(opts: HotkeysOptions) -> () { command!("HOTKEYS START", opts) }

    /// Gives what the watch found so far, or found before it ended; `None` when there was none.
    ///
    /// [`HOTKEYS GET`](https://redis.io/docs/latest/commands/hotkeys-get/), since 8.6.0, O(K) keys.
    fn hotkeys_get() -> Option<HotkeysResponse> { command!("HOTKEYS GET") }

    /// Ends the watch and keeps what it found. `false` when there is none.
    ///
    /// [`HOTKEYS STOP`](https://redis.io/docs/latest/commands/hotkeys-stop/), since 8.6.0, O(1).
    fn hotkeys_stop() -> bool { command!("HOTKEYS STOP") }

    /// Forgets what the watch found. One that still runs is an error.
    ///
    /// [`HOTKEYS RESET`](https://redis.io/docs/latest/commands/hotkeys-reset/), since 8.6.0, O(1).
    fn hotkeys_reset() -> () { command!("HOTKEYS RESET") }
} } }
pub(crate) use hotkeys_rows;
