//! The commands on vector sets, one row each. Those that take JSON are in a table of their own, since they need the
//! feature `json`.

pub(crate) mod options;

#[rustfmt::skip]
macro_rules! vector_sets_rows { ($surface:ident) => { $crate::commands::surface::each_row! { $surface
    /// Adds an element with its vector, or gives it another vector. `true` when it is new.
    ///
    /// [`VADD`](https://redis.io/docs/latest/commands/vadd/), since Redis 8.0.0, O(log(N)).
    fn vadd<K: ToRedisArgs, E: ToRedisArgs>(key: K, input: VectorAddInput<'a>, element: E) -> bool {
        command!("VADD", key, input, element)
    }

    /// Adds an element with its vector, or gives it another vector, as the options say. `true` when it is new.
    ///
    /// [`VADD`](https://redis.io/docs/latest/commands/vadd/), since Redis 8.0.0, O(log(N)).
    fn vadd_options<K: ToRedisArgs, E: ToRedisArgs>(
        key: K,
        input: VectorAddInput<'a>,
        element: E,
        options: &'a VAddOptions,
    ) -> bool {
        command!("VADD", key, options.reduction(), input, element, options)
    }

    /// Gives the number of elements, 0 when there is no such key.
    ///
    /// [`VCARD`](https://redis.io/docs/latest/commands/vcard/), since Redis 8.0.0, O(1).
    fn vcard<K: ToRedisArgs>(key: K) -> usize { command!("VCARD", key) }

    /// Gives the number of dimensions. An absent key is an error.
    ///
    /// [`VDIM`](https://redis.io/docs/latest/commands/vdim/), since Redis 8.0.0, O(1).
    fn vdim<K: ToRedisArgs>(key: K) -> usize { command!("VDIM", key) }

    /// Gives an element's vector, as near as it was stored; `None` when there is no such element.
    ///
    /// [`VEMB`](https://redis.io/docs/latest/commands/vemb/), since Redis 8.0.0, O(1).
    fn vemb<K: ToRedisArgs, E: ToRedisArgs>(key: K, element: E) -> Option<Vec<f64>>, typed any {
        command!("VEMB", key, element)
    }

    /// Gives an element's vector; null when there is no such element. In its raw form it is its quantization,
    /// its bytes, its norm, and with 8 bits the range.
    ///
    /// [`VEMB`](https://redis.io/docs/latest/commands/vemb/), since Redis 8.0.0, O(1).
    fn vemb_options<K: ToRedisArgs, E: ToRedisArgs>(
        key: K,
        element: E,
        options: &'a VEmbOptions,
    ) -> Value, typed any {
        command!("VEMB", key, element, options)
    }

    /// Deletes an element. `false` when there is no such element.
    ///
    /// [`VREM`](https://redis.io/docs/latest/commands/vrem/), since Redis 8.0.0, O(log(N)).
    fn vrem<K: ToRedisArgs, E: ToRedisArgs>(key: K, element: E) -> bool { command!("VREM", key, element) }

    /// Removes the attributes of an element. `false` when there is no such element.
    ///
    /// [`VSETATTR`](https://redis.io/docs/latest/commands/vsetattr/), since Redis 8.0.0, O(1).
    fn vdelattr<K: ToRedisArgs, E: ToRedisArgs>(key: K, element: E) -> bool {
        command!("VSETATTR", key, element, "")
    }

    /// Gives the attributes of an element as JSON; `None` when there is no such element or it has none.
    ///
    /// [`VGETATTR`](https://redis.io/docs/latest/commands/vgetattr/), since Redis 8.0.0, O(1).
    fn vgetattr<K: ToRedisArgs, E: ToRedisArgs>(key: K, element: E) -> Option<String> {
        command!("VGETATTR", key, element)
    }

    /// Describes a vector set, by name; `None` when there is no such key.
    ///
    /// [`VINFO`](https://redis.io/docs/latest/commands/vinfo/), since Redis 8.0.0, O(1).
    fn vinfo<K: ToRedisArgs>(key: K) -> Option<HashMap<String, Value>> { command!("VINFO", key) }

    /// Tells whether an element is there.
    ///
    /// [`VISMEMBER`](https://redis.io/docs/latest/commands/vismember/), since Redis 8.0.0, O(1).
    fn vismember<K: ToRedisArgs, E: ToRedisArgs>(key: K, element: E) -> bool, typed none {
        command!("VISMEMBER", key, element)
    }

    /// Gives the neighbours of an element in every layer of the graph; `None` when there is no such element.
    ///
    /// [`VLINKS`](https://redis.io/docs/latest/commands/vlinks/), since Redis 8.0.0, O(1).
    fn vlinks<K: ToRedisArgs, E: ToRedisArgs>(key: K, element: E) -> Option<Vec<Vec<String>>>, typed any {
        command!("VLINKS", key, element)
    }

    /// Gives the neighbours of an element in every layer of the graph, and how near they are; `None` when
    /// there is no such element.
    ///
    /// [`VLINKS`](https://redis.io/docs/latest/commands/vlinks/), since Redis 8.0.0, O(1).
    fn vlinks_with_scores<K: ToRedisArgs, E: ToRedisArgs>(
        key: K,
        element: E,
    ) -> Option<Vec<Vec<(String, f64)>>>, typed any {
        command!("VLINKS", key, element, "WITHSCORES")
    }

    /// Gives an element chosen at random; `None` when there is no such key.
    ///
    /// [`VRANDMEMBER`](https://redis.io/docs/latest/commands/vrandmember/), since Redis 8.0.0, O(N).
    fn vrandmember<K: ToRedisArgs>(key: K) -> Option<String> { command!("VRANDMEMBER", key) }

    /// Gives up to `count` different elements chosen at random.
    ///
    /// [`VRANDMEMBER`](https://redis.io/docs/latest/commands/vrandmember/), since Redis 8.0.0, O(N).
    fn vrandmember_multiple<K: ToRedisArgs>(key: K, count: usize) -> Vec<String> {
        command!("VRANDMEMBER", key, count)
    }

    /// Gives the elements that are nearest to a vector or to an element, the nearest first.
    ///
    /// [`VSIM`](https://redis.io/docs/latest/commands/vsim/), since Redis 8.0.0, O(log(N)).
    fn vsim<K: ToRedisArgs>(key: K, input: VectorSimilaritySearchInput<'a>) -> Vec<String>, typed any {
        command!("VSIM", key, input)
    }

    /// Gives the elements that are nearest to a vector or to an element, as the options say.
    ///
    /// With [`VSimOptions::set_with_scores`] read the reply as `Vec<(String, f64)>`.
    ///
    /// [`VSIM`](https://redis.io/docs/latest/commands/vsim/), since Redis 8.0.0, O(log(N)).
    fn vsim_options<K: ToRedisArgs>(
        key: K,
        input: VectorSimilaritySearchInput<'a>,
        options: &'a VSimOptions,
    ) -> Vec<String>, typed any {
        command!("VSIM", key, input, options)
    }
} } }
pub(crate) use vector_sets_rows;

#[cfg(feature = "json")]
#[rustfmt::skip]
macro_rules! vector_sets_json_rows { ($surface:ident) => { $crate::commands::surface::each_row! { $surface
    /// Sets the attributes of an element: an object that serializes to JSON. An empty string removes them.
    /// `false` when there is no such element.
    ///
    /// What does not serialize is left out, and the server refuses the command as too short.
    ///
    /// [`VSETATTR`](https://redis.io/docs/latest/commands/vsetattr/), since Redis 8.0.0, O(1).
    fn vsetattr<K: ToRedisArgs, E: ToRedisArgs, J: Serialize>(
        key: K,
        element: E,
        json_object: &'a J,
    ) -> bool {
        command!("VSETATTR", key, element, vector_attributes(json_object))
    }
} } }
#[cfg(feature = "json")]
pub(crate) use vector_sets_json_rows;

/// The text of an element's attributes; `None` for what does not serialize.
#[cfg(feature = "json")]
pub(crate) fn vector_attributes(attributes: &impl serde::Serialize) -> Option<String> {
    let text = serde_json::to_string(attributes).ok()?;
    // An empty text, which removes them, is no JSON.
    Some(if text == "\"\"" { String::new() } else { text })
}
