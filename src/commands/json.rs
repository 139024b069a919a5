//! The commands on JSON documents, which servers have from a module (RedisJSON, valkey-json), one row each.
//!
//! A value that does not serialize is an error before anything is sent, so the functions of this table give a
//! `Result`. Paths that begin with `$` answer one element for each value they find, which is what the natural replies
//! here say; the older paths answer that element alone.

pub(crate) mod options;

#[rustfmt::skip]
macro_rules! json_rows { ($surface:ident) => { $crate::commands::surface::each_row! { $surface
    /// Appends a value to the arrays at a path and gives their new lengths, `None` for what is no array.
    ///
    /// [`JSON.ARRAPPEND`](https://redis.io/docs/latest/commands/json.arrappend/), since RedisJSON 1.0.0, O(1)
    /// per array.
    fn json_arr_append<K: ToSingleRedisArg, P: ToSingleRedisArg, V: Serialize>(
        key: K,
        path: P,
        value: &'a V,
    ) -> Vec<Option<usize>>, typed any {
        command!("JSON.ARRAPPEND", key, path, json_text(value)?)
    }

    /// Gives the first place of a value in the arrays at a path, -1 where it is not, `None` for what is no
    /// array.
    ///
    /// [`JSON.ARRINDEX`](https://redis.io/docs/latest/commands/json.arrindex/), since RedisJSON 1.0.0, O(N).
    fn json_arr_index<K: ToSingleRedisArg, P: ToSingleRedisArg, V: Serialize>(
        key: K,
        path: P,
        value: &'a V,
    ) -> Vec<Option<isize>>, typed any {
        command!("JSON.ARRINDEX", key, path, json_text(value)?)
    }

    /// Gives the first place of a value in the arrays at a path, looked for from `start` up to `stop`, which is
    /// not included; -1 where it is not, `None` for what is no array.
    ///
    /// [`JSON.ARRINDEX`](https://redis.io/docs/latest/commands/json.arrindex/), since RedisJSON 1.0.0, O(N).
    fn json_arr_index_ss<K: ToSingleRedisArg, P: ToSingleRedisArg, V: Serialize>(
        key: K,
        path: P,
        value: &'a V,
        start: &'a isize,
        stop: &'a isize,
    ) -> Vec<Option<isize>>, typed any {
        command!("JSON.ARRINDEX", key, path, json_text(value)?, start, stop)
    }

    /// Inserts a value before the place `index` of the arrays at a path and gives their new lengths, `None` for
    /// what is no array.
    ///
    /// [`JSON.ARRINSERT`](https://redis.io/docs/latest/commands/json.arrinsert/), since RedisJSON 1.0.0, O(N).
    fn json_arr_insert<K: ToSingleRedisArg, P: ToSingleRedisArg, V: Serialize>(
        key: K,
        path: P,
        index: i64,
        value: &'a V,
    ) -> Vec<Option<usize>>, typed any {
        command!("JSON.ARRINSERT", key, path, index, json_text(value)?)
    }

    /// Gives the lengths of the arrays at a path, `None` for what is no array.
    ///
    /// [`JSON.ARRLEN`](https://redis.io/docs/latest/commands/json.arrlen/), since RedisJSON 1.0.0, O(1) per
    /// array.
    fn json_arr_len<K: ToSingleRedisArg, P: ToSingleRedisArg>(
        key: K,
        path: P,
    ) -> Vec<Option<usize>>, typed any {
        command!("JSON.ARRLEN", key, path)
    }

    /// Takes the element at `index` from the arrays at a path and gives it as JSON; `None` for an empty array
    /// and for what is none.
    ///
    /// [`JSON.ARRPOP`](https://redis.io/docs/latest/commands/json.arrpop/), since RedisJSON 1.0.0, O(N).
    fn json_arr_pop<K: ToSingleRedisArg, P: ToSingleRedisArg>(
        key: K,
        path: P,
        index: i64,
    ) -> Vec<Option<String>>, typed any {
        command!("JSON.ARRPOP", key, path, index)
    }

    /// Keeps the elements from `start` to `stop`, both included, of the arrays at a path and gives their new
    /// lengths, `None` for what is no array.
    ///
    /// [`JSON.ARRTRIM`](https://redis.io/docs/latest/commands/json.arrtrim/), since RedisJSON 1.0.0, O(N).
    fn json_arr_trim<K: ToSingleRedisArg, P: ToSingleRedisArg>(
        key: K,
        path: P,
        start: i64,
        stop: i64,
    ) -> Vec<Option<usize>>, typed any {
        command!("JSON.ARRTRIM", key, path, start, stop)
    }

    /// Empties the containers at a path, sets the numbers to 0, and gives how many values changed.
    ///
    /// [`JSON.CLEAR`](https://redis.io/docs/latest/commands/json.clear/), since RedisJSON 2.0.0, O(N).
    fn json_clear<K: ToSingleRedisArg, P: ToSingleRedisArg>(key: K, path: P) -> usize, typed any {
        command!("JSON.CLEAR", key, path)
    }

    /// Deletes the values at a path and gives how many there were.
    ///
    /// [`JSON.DEL`](https://redis.io/docs/latest/commands/json.del/), since RedisJSON 1.0.0, O(N).
    fn json_del<K: ToSingleRedisArg, P: ToSingleRedisArg>(key: K, path: P) -> usize, typed any {
        command!("JSON.DEL", key, path)
    }

    /// Gives the values at a path, or at several, as JSON; `None` when there is no such key.
    ///
    /// A path that begins with `$` gives an array of what it finds.
    ///
    /// [`JSON.GET`](https://redis.io/docs/latest/commands/json.get/), since RedisJSON 1.0.0, O(N).
    fn json_get<K: ToSingleRedisArg, P: ToRedisArgs>(key: K, path: P) -> Option<String>, typed any {
        command!("JSON.GET", key, path)
    }

    /// Merges a value into those at a path: its fields are set, and deleted where it says null.
    ///
    /// [`JSON.MERGE`](https://redis.io/docs/latest/commands/json.merge/), since RedisJSON 2.6.0, O(M+N).
    fn json_merge<K: ToSingleRedisArg, P: ToSingleRedisArg, V: Serialize>(
        key: K,
        path: P,
        value: &'a V,
    ) -> (), typed none {
        command!("JSON.MERGE", key, path, json_text(value)?)
    }

    /// Gives the values at a path of several documents, each as JSON, `None` where there is no such key.
    ///
    /// [`JSON.MGET`](https://redis.io/docs/latest/commands/json.mget/), since RedisJSON 1.0.0, O(M*N).
    fn json_mget<K: ToRedisArgs, P: ToSingleRedisArg>(key: K, path: P) -> Vec<Option<String>>, typed any {
        command!("JSON.MGET", key, path)
    }

    /// Sets values in several documents at once. Each item is a key, a path and the value.
    ///
    /// [`JSON.MSET`](https://redis.io/docs/latest/commands/json.mset/), since RedisJSON 2.6.0, O(K*(M+N)).
    fn json_mset<K: ToSingleRedisArg, P: ToSingleRedisArg, V: Serialize>(
        key_path_values: &'a [(K, P, V)],
    ) -> (), typed any {
        let mut command = command!("JSON.MSET");
        for (key, path, value) in key_path_values {
            command.push_arg(key).push_arg(path).push_arg(json_text(value)?);
        }
        command
    }

    /// Adds `value` to the numbers at a path and gives the sums: a JSON text in RESP2, an array of numbers in
    /// RESP3.
    ///
    /// [`JSON.NUMINCRBY`](https://redis.io/docs/latest/commands/json.numincrby/), since RedisJSON 1.0.0, O(1)
    /// per number.
    fn json_num_incr_by<K: ToSingleRedisArg, P: ToSingleRedisArg>(
        key: K,
        path: P,
        value: i64,
    ) -> Value, typed any {
        command!("JSON.NUMINCRBY", key, path, value)
    }

    /// Multiplies the numbers at a path by `value` and gives the products: a JSON text in RESP2, an array of
    /// numbers in RESP3.
    ///
    /// [`JSON.NUMMULTBY`](https://redis.io/docs/latest/commands/json.nummultby/), since RedisJSON 1.0.0, O(1)
    /// per number.
    fn json_num_mult_by<K: ToSingleRedisArg, P: ToSingleRedisArg>(
        key: K,
        path: P,
        value: f64,
    ) -> Value, typed none {
        command!("JSON.NUMMULTBY", key, path, value)
    }

    /// Gives the names of the fields of the objects at a path, `None` for what is no object.
    ///
    /// [`JSON.OBJKEYS`](https://redis.io/docs/latest/commands/json.objkeys/), since RedisJSON 1.0.0, O(N).
    fn json_obj_keys<K: ToSingleRedisArg, P: ToSingleRedisArg>(
        key: K,
        path: P,
    ) -> Vec<Option<Vec<String>>>, typed any {
        command!("JSON.OBJKEYS", key, path)
    }

    /// Gives the numbers of fields of the objects at a path, `None` for what is no object.
    ///
    /// [`JSON.OBJLEN`](https://redis.io/docs/latest/commands/json.objlen/), since RedisJSON 1.0.0, O(1) per
    /// object.
    fn json_obj_len<K: ToSingleRedisArg, P: ToSingleRedisArg>(
        key: K,
        path: P,
    ) -> Vec<Option<usize>>, typed any {
        command!("JSON.OBJLEN", key, path)
    }

    /// Sets the values at a path; `$` is the whole document. `false` when the path finds nothing that could be
    /// set.
    ///
    /// [`JSON.SET`](https://redis.io/docs/latest/commands/json.set/), since RedisJSON 1.0.0, O(M+N).
    fn json_set<K: ToSingleRedisArg, P: ToSingleRedisArg, V: Serialize>(
        key: K,
        path: P,
        value: &'a V,
    ) -> bool, typed any {
        command!("JSON.SET", key, path, json_text(value)?)
    }

    /// Sets the values at a path, as the options say; `$` is the whole document. `false` when a condition
    /// prevented it, or the path finds nothing that could be set.
    ///
    /// [`JSON.SET`](https://redis.io/docs/latest/commands/json.set/), since RedisJSON 1.0.0, O(M+N).
    fn json_set_options<K: ToSingleRedisArg, P: ToSingleRedisArg, V: Serialize>(
        key: K,
        path: P,
        value: &'a V,
        options: &'a JsonSetOptions,
    ) -> bool, typed any {
        command!("JSON.SET", key, path, json_text(value)?, options)
    }

    /// Appends a JSON string, quotes included, to the strings at a path and gives their new lengths, `None` for
    /// what is no string.
    ///
    /// [`JSON.STRAPPEND`](https://redis.io/docs/latest/commands/json.strappend/), since RedisJSON 1.0.0, O(1)
    /// per string.
    fn json_str_append<K: ToSingleRedisArg, P: ToSingleRedisArg, V: ToSingleRedisArg>(
        key: K,
        path: P,
        value: V,
    ) -> Vec<Option<usize>>, typed any {
        command!("JSON.STRAPPEND", key, path, value)
    }

    /// Gives the lengths of the strings at a path, `None` for what is no string.
    ///
    /// [`JSON.STRLEN`](https://redis.io/docs/latest/commands/json.strlen/), since RedisJSON 1.0.0, O(1) per
    /// string.
    fn json_str_len<K: ToSingleRedisArg, P: ToSingleRedisArg>(
        key: K,
        path: P,
    ) -> Vec<Option<usize>>, typed any {
        command!("JSON.STRLEN", key, path)
    }

    /// Turns the booleans at a path around and gives what they are now, `None` for what is no boolean.
    ///
    /// [`JSON.TOGGLE`](https://redis.io/docs/latest/commands/json.toggle/), since RedisJSON 2.0.0, O(1) per
    /// boolean.
    fn json_toggle<K: ToSingleRedisArg, P: ToSingleRedisArg>(key: K, path: P) -> Vec<Option<bool>>, typed any {
        command!("JSON.TOGGLE", key, path)
    }

    /// Gives the types of the values at a path: an array of names, in RESP3 inside another one.
    ///
    /// [`JSON.TYPE`](https://redis.io/docs/latest/commands/json.type/), since RedisJSON 1.0.0, O(1) per value.
    fn json_type<K: ToSingleRedisArg, P: ToSingleRedisArg>(key: K, path: P) -> Value, typed any {
        command!("JSON.TYPE", key, path)
    }
} } }
pub(crate) use json_rows;

/// A value as JSON.
pub(crate) fn json_text(value: &impl serde::Serialize) -> Result<String, serde_json::Error> {
    serde_json::to_string(value)
}
