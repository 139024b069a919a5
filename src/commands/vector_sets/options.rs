//! Vectors and options of the commands on vector sets.

use redlane_resp::to_args::{RedisWrite, ToRedisArgs};

/// The numbers of a vector.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub enum EmbeddingInput<'a> {
    /// Numbers of 32 bits.
    Float32(&'a [f32]),
    /// Numbers of 64 bits.
    Float64(&'a [f64]),
    /// Numbers as texts.
    String(&'a [&'a str]),
}

/// How many there are, and the numbers.
impl ToRedisArgs for EmbeddingInput<'_> {
    fn write_redis_args<W>(&self, out: &mut W)
    where
        W: ?Sized + RedisWrite,
    {
        match self {
            Self::Float32(numbers) => {
                numbers.len().write_redis_args(out);
                numbers.iter().for_each(|number| out.write_arg_fmt(number));
            }
            Self::Float64(numbers) => {
                numbers.len().write_redis_args(out);
                numbers.iter().for_each(|number| out.write_arg_fmt(number));
            }
            Self::String(texts) => {
                texts.len().write_redis_args(out);
                texts.iter().for_each(|text| out.write_arg(text.as_bytes()));
            }
        }
    }
}

/// A vector to be stored.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub enum VectorAddInput<'a> {
    /// Its numbers as the bytes of their 32 bits, which is the shortest.
    Fp32(&'a [f32]),
    /// Its numbers as texts.
    Values(EmbeddingInput<'a>),
}

impl ToRedisArgs for VectorAddInput<'_> {
    fn write_redis_args<W>(&self, out: &mut W)
    where
        W: ?Sized + RedisWrite,
    {
        match self {
            Self::Fp32(numbers) => write_fp32(numbers, out),
            Self::Values(numbers) => write_values(numbers, out),
        }
    }
}

/// What others are compared with.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub enum VectorSimilaritySearchInput<'a> {
    /// A vector, its numbers as the bytes of their 32 bits.
    Fp32(&'a [f32]),
    /// A vector, its numbers as texts.
    Values(EmbeddingInput<'a>),
    /// An element that is there.
    Element(&'a str),
}

impl ToRedisArgs for VectorSimilaritySearchInput<'_> {
    fn write_redis_args<W>(&self, out: &mut W)
    where
        W: ?Sized + RedisWrite,
    {
        match self {
            Self::Fp32(numbers) => write_fp32(numbers, out),
            Self::Values(numbers) => write_values(numbers, out),
            Self::Element(element) => ("ELE", element).write_redis_args(out),
        }
    }
}

fn write_fp32<W: ?Sized + RedisWrite>(numbers: &[f32], out: &mut W) {
    out.write_arg(b"FP32");
    out.write_arg(&numbers.iter().flat_map(|number| number.to_le_bytes()).collect::<Vec<u8>>());
}

fn write_values<W: ?Sized + RedisWrite>(numbers: &EmbeddingInput<'_>, out: &mut W) {
    out.write_arg(b"VALUES");
    numbers.write_redis_args(out);
}

/// How the numbers of a vector are stored.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum VectorQuantization {
    /// As they are, with 32 bits.
    NoQuant,
    /// With 8 bits and a sign, which is the default.
    Q8,
    /// With one bit: small and fast, and less exact.
    Bin,
}

impl ToRedisArgs for VectorQuantization {
    fn write_redis_args<W>(&self, out: &mut W)
    where
        W: ?Sized + RedisWrite,
    {
        out.write_arg(match self {
            Self::NoQuant => b"NOQUANT",
            Self::Q8 => b"Q8",
            Self::Bin => b"BIN",
        });
    }
}

/// Options of VADD.
#[derive(Clone, Debug, Default)]
pub struct VAddOptions {
    reduction_dimension: Option<usize>,
    check_and_set: bool,
    quantization: Option<VectorQuantization>,
    build_exploration_factor: Option<usize>,
    #[cfg(feature = "json")]
    attributes: Option<serde_json::Value>,
    max_links: Option<usize>,
}

impl VAddOptions {
    /// Projects the vector to that many dimensions, which the first one added decides.
    #[must_use]
    pub fn set_reduction_dimension(mut self, dimension: usize) -> Self {
        self.reduction_dimension = Some(dimension);
        self
    }

    /// Looks for neighbours in a thread of the server and takes the command up again when they are found.
    #[must_use]
    pub fn set_check_and_set_style(mut self, cas_enabled: bool) -> Self {
        self.check_and_set = cas_enabled;
        self
    }

    /// Says how numbers are stored, which the first one added decides.
    #[must_use]
    pub fn set_quantization(mut self, vector_quantization: VectorQuantization) -> Self {
        self.quantization = Some(vector_quantization);
        self
    }

    /// Looks harder for neighbours; the server's default is 200.
    #[must_use]
    pub fn set_build_exploration_factor(mut self, build_exploration_factor: usize) -> Self {
        self.build_exploration_factor = Some(build_exploration_factor);
        self
    }

    /// Gives the element attributes, by which a search can choose.
    #[cfg(feature = "json")]
    #[must_use]
    pub fn set_attributes(mut self, attributes: serde_json::Value) -> Self {
        self.attributes = Some(attributes);
        self
    }

    /// Links each element to so many others at most; the server's default is 16.
    #[must_use]
    pub fn set_max_number_of_links(mut self, max_number_of_links: usize) -> Self {
        self.max_links = Some(max_number_of_links);
        self
    }

    /// What stands before the vector.
    pub(crate) fn reduction(&self) -> Option<(&'static str, usize)> {
        self.reduction_dimension.map(|dimension| ("REDUCE", dimension))
    }
}

/// All but the reduction, which stands before the vector.
impl ToRedisArgs for VAddOptions {
    fn write_redis_args<W>(&self, out: &mut W)
    where
        W: ?Sized + RedisWrite,
    {
        if self.check_and_set {
            out.write_arg(b"CAS");
        }
        self.quantization.write_redis_args(out);
        self.build_exploration_factor.map(|factor| ("EF", factor)).write_redis_args(out);
        #[cfg(feature = "json")]
        self.attributes.as_ref().map(|attributes| ("SETATTR", attributes.to_string())).write_redis_args(out);
        self.max_links.map(|links| ("M", links)).write_redis_args(out);
    }
}

/// Options of VEMB.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct VEmbOptions {
    raw: bool,
}

impl VEmbOptions {
    /// Gives the vector as it is stored.
    #[must_use]
    pub fn set_raw_representation(mut self, enabled: bool) -> Self {
        self.raw = enabled;
        self
    }
}

impl ToRedisArgs for VEmbOptions {
    fn write_redis_args<W>(&self, out: &mut W)
    where
        W: ?Sized + RedisWrite,
    {
        if self.raw {
            out.write_arg(b"RAW");
        }
    }
}

/// Options of VSIM.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct VSimOptions {
    with_scores: bool,
    count: Option<usize>,
    exploration_factor: Option<usize>,
    filter: Option<String>,
    filter_effort: Option<usize>,
    truth: bool,
    no_thread: bool,
}

impl VSimOptions {
    /// Tells how near each element is, from 0 to 1.
    #[must_use]
    pub fn set_with_scores(mut self, enabled: bool) -> Self {
        self.with_scores = enabled;
        self
    }

    /// Gives at most so many elements; the server's default is 10.
    #[must_use]
    pub fn set_count(mut self, count: usize) -> Self {
        self.count = Some(count);
        self
    }

    /// Looks harder, and longer: 50 to 1000 is usual.
    #[must_use]
    pub fn set_search_exploration_factor(mut self, factor: usize) -> Self {
        self.exploration_factor = Some(factor);
        self
    }

    /// Gives only elements whose attributes satisfy the expression.
    #[must_use]
    pub fn set_filter_expression<S: Into<String>>(mut self, expression: S) -> Self {
        self.filter = Some(expression.into());
        self
    }

    /// Tries the expression on so many elements at most.
    #[must_use]
    pub fn set_max_filtering_effort(mut self, effort: usize) -> Self {
        self.filter_effort = Some(effort);
        self
    }

    /// Compares with every element: exact, and O(N).
    #[must_use]
    pub fn set_truth(mut self, enabled: bool) -> Self {
        self.truth = enabled;
        self
    }

    /// Searches in the server's main thread, which holds up everybody else.
    #[must_use]
    pub fn set_no_thread(mut self, enabled: bool) -> Self {
        self.no_thread = enabled;
        self
    }
}

impl ToRedisArgs for VSimOptions {
    fn write_redis_args<W>(&self, out: &mut W)
    where
        W: ?Sized + RedisWrite,
    {
        if self.with_scores {
            out.write_arg(b"WITHSCORES");
        }
        self.count.map(|count| ("COUNT", count)).write_redis_args(out);
        self.exploration_factor.map(|factor| ("EF", factor)).write_redis_args(out);
        self.filter.as_ref().map(|filter| ("FILTER", filter)).write_redis_args(out);
        self.filter_effort.map(|effort| ("FILTER-EF", effort)).write_redis_args(out);
        if self.truth {
            out.write_arg(b"TRUTH");
        }
        if self.no_thread {
            out.write_arg(b"NOTHREAD");
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::commands::test_support::written;

    #[test]
    fn vectors_write_their_count_and_numbers() {
        assert_eq!(written(VectorAddInput::Values(EmbeddingInput::Float64(&[1.0, 0.5]))), "VALUES 2 1 0.5");
        assert_eq!(written(VectorAddInput::Values(EmbeddingInput::Float32(&[0.1]))), "VALUES 1 0.1");
        assert_eq!(
            written(VectorSimilaritySearchInput::Values(EmbeddingInput::String(&["1", "2"]))),
            "VALUES 2 1 2"
        );
        assert_eq!(VectorAddInput::Fp32(&[1.0]).to_redis_args(), [b"FP32".to_vec(), vec![0, 0, 0x80, 0x3f]]);
        assert_eq!(written(VectorSimilaritySearchInput::Element("e")), "ELE e");
    }

    #[test]
    fn options_write_what_was_given() {
        let add = VAddOptions::default()
            .set_max_number_of_links(8)
            .set_build_exploration_factor(300)
            .set_quantization(VectorQuantization::Bin)
            .set_check_and_set_style(true)
            .set_reduction_dimension(5);
        let search = VSimOptions::default()
            .set_no_thread(true)
            .set_truth(true)
            .set_max_filtering_effort(10)
            .set_filter_expression(".a == 1")
            .set_search_exploration_factor(100)
            .set_count(3)
            .set_with_scores(true);

        assert_eq!(written(&add), "CAS BIN EF 300 M 8");
        assert_eq!(written(add.reduction()), "REDUCE 5");
        assert_eq!(written(&search), "WITHSCORES COUNT 3 EF 100 FILTER .a == 1 FILTER-EF 10 TRUTH NOTHREAD");
        assert_eq!(written(VEmbOptions::default().set_raw_representation(true)), "RAW");
        assert_eq!(written(VSimOptions::default()), "");
    }

    #[cfg(feature = "json")]
    #[test]
    fn attributes_are_written_as_json() {
        let options = VAddOptions::default().set_attributes(serde_json::json!({"a": 1}));

        assert_eq!(written(options), r#"SETATTR {"a":1}"#);
    }
}
