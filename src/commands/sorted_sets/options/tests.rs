//! What the options and ranges of the sorted set commands write.

use super::*;
use crate::commands::test_support::written;

#[test]
fn add_options_write_mode_changed_and_increment() {
    assert_eq!(written(SortedSetAddOptions::default()), "");
    assert_eq!(written(SortedSetAddOptions::add_only().include_changed_count()), "NX CH");
    assert_eq!(
        written(SortedSetAddOptions::update_only(Some(UpdateCheck::GT)).increment_score()),
        "XX GT INCR"
    );
    assert_eq!(written(SortedSetAddOptions::update_only(None)), "XX");
    assert_eq!(written(SortedSetAddOptions::add_or_update(Some(UpdateCheck::LT))), "LT");
}

#[test]
fn score_bounds_write_infinities_and_parentheses() {
    assert_eq!(written(ScoreBound::Lowest), "-inf");
    assert_eq!(written(ScoreBound::Highest), "+inf");
    assert_eq!(written(ScoreBound::Including(1.5)), "1.5");
    assert_eq!(written(ScoreBound::Excluding(2.0)), "(2");
}

#[test]
fn lex_bounds_write_brackets() {
    assert_eq!(written(LexBound::Lowest), "-");
    assert_eq!(written(LexBound::Highest), "+");
    assert_eq!(written(LexBound::including("a")), "[a");
    assert_eq!(written(LexBound::excluding(7)), "(7");
    assert_eq!(LexBound::including(&b"\xff\0"[..]).to_redis_args(), [b"[\xff\0"]);
}

#[test]
fn ranges_write_their_kind() {
    assert_eq!(written(RankRange::new(0, -1)), "0 -1");
    assert_eq!(written(RankRange::new(0, 9).reverse()), "0 9 REV");
    assert_eq!(written(ScoreRange::new(1.5, ScoreBound::Highest)), "1.5 +inf BYSCORE");
    assert_eq!(written(LexRange::new(LexBound::Lowest, LexBound::excluding("m"))), "- (m BYLEX");
}

#[test]
fn reversed_ranges_begin_with_their_upper_bound() {
    let scores = ScoreRange::new(ScoreBound::Excluding(1.0), 5.5).reverse().limit(10, -1);
    let names = LexRange::new(LexBound::including("a"), LexBound::Highest).limit(0, 2).reverse();

    assert_eq!(written(scores), "5.5 (1 BYSCORE REV LIMIT 10 -1");
    assert_eq!(written(names), "+ [a BYLEX REV LIMIT 0 2");
}

#[test]
fn combine_options_write_weights_and_aggregate() {
    assert_eq!(written(CombineOptions::default()), "");
    assert_eq!(
        written(CombineOptions::default().aggregate(Aggregate::Max).weights([1.0, 2.5])),
        "WEIGHTS 1.0 2.5 AGGREGATE MAX"
    );
    assert_eq!(written([Aggregate::Sum, Aggregate::Min].as_slice()), "AGGREGATE SUM AGGREGATE MIN");
}
