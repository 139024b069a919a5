//! The list of all tables, for surfaces that take every row. Each table is handed to one macro of
//! [`surface`](super::surface), in an order that only a reader of the docs sees.

/// Every table whose rows build their command without fail.
macro_rules! every_table {
    ($surface:ident) => {
        $crate::commands::strings::strings_rows! { $surface }
        $crate::commands::keys::keys_rows! { $surface }
        $crate::commands::keys::keys_blocking_rows! { $surface }
        $crate::commands::hashes::hashes_rows! { $surface }
        $crate::commands::lists::lists_rows! { $surface }
        $crate::commands::lists::lists_blocking_rows! { $surface }
        $crate::commands::sets::sets_rows! { $surface }
        $crate::commands::sorted_sets::sorted_sets_rows! { $surface }
        $crate::commands::sorted_sets::ranges::sorted_set_ranges_rows! { $surface }
        $crate::commands::sorted_sets::combinations::sorted_set_combinations_rows! { $surface }
        $crate::commands::sorted_sets::sorted_sets_blocking_rows! { $surface }
        $crate::commands::bitmaps::bitmaps_rows! { $surface }
        $crate::commands::hyperloglogs::hyperloglogs_rows! { $surface }
        $crate::commands::geo::geo_rows! { $surface }
        $crate::commands::streams::streams_rows! { $surface }
        $crate::commands::scripting::scripting_rows! { $surface }
        $crate::commands::publishing::publishing_rows! { $surface }
        $crate::commands::connection::connection_rows! { $surface }
        $crate::commands::connection::connection_state_rows! { $surface }
        $crate::commands::server::server_rows! { $surface }
        $crate::commands::server::acl_rows! { $surface }
        $crate::commands::bloom::bloom_rows! { $surface }
        $crate::commands::vector_sets::vector_sets_rows! { $surface }
        $crate::commands::search::search_rows! { $surface }
        #[cfg(feature = "json")]
        $crate::commands::vector_sets::vector_sets_json_rows! { $surface }
    };
}
pub(crate) use every_table;
