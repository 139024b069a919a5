//! The rule, word by word.

use super::*;
use crate::lock::token::Token;

const LONG: Duration = Duration::from_secs(60);

fn holding() -> HoldingId {
    HoldingId::of(&Token::new().unwrap())
}

/// One has asked, and was told that somebody else has it.
fn refused(news: &mut News) {
    news.ask();
    news.refused();
}

#[test]
fn word_of_our_own_end_is_no_news_once_we_have_asked_again() {
    let (mut news, ours) = (News::default(), holding());
    news.gave_back(ours, Instant::now());

    assert!(news.free(ours), "the next one of this process waits for it");
    refused(&mut news);
    assert!(!news.free(ours));
}

#[test]
fn a_question_that_was_sent_before_a_release_was_answered_is_not_the_newer_one() {
    let (mut news, ours) = (News::default(), holding());
    news.ask();
    news.gave_back(ours, Instant::now());
    news.refused();

    assert!(news.free(ours));
}

#[test]
fn word_of_any_other_end_is_heeded_each_time() {
    let (mut news, ours, other) = (News::default(), holding(), holding());
    news.gave_back(ours, Instant::now());
    refused(&mut news);

    for _ in 0..2 {
        assert!(news.free(other));
        refused(&mut news);
    }
}

#[test]
fn word_of_our_own_end_after_word_of_a_beginning_is_heeded() {
    let (mut news, now, ours) = (News::default(), Instant::now(), holding());
    news.gave_back(ours, now);
    refused(&mut news);
    news.held(holding(), LONG, now);

    assert!(news.free(ours), "what has begun before has ended before");
    assert_eq!(news.taken(), None);
    // A win of this process is no word: what it is newer than may still come.
    news.ask();
    news.won(holding(), Some(now + LONG), now);
    assert!(!news.free(ours));
    assert!(news.taken().is_some());
}

#[test]
fn word_of_a_beginning_counts_until_anybody_calls_or_asks() {
    let (mut news, now, id) = (News::default(), Instant::now(), holding());
    let taken = |news: &News| news.taken().map(|taken| taken.until);

    assert!(news.held(id, LONG, now));
    assert_eq!(taken(&news), Some(now + LONG));
    assert_eq!(news.last_answer(), Some(now));
    assert!(news.free(id));
    assert_eq!(taken(&news), None);
    news.held(id, LONG, now);
    news.call();
    assert_eq!(taken(&news), None);
    news.held(id, LONG, now);
    news.ask();
    assert_eq!(taken(&news), None);
    // One whose end is known already.
    news.gave_back(id, now);
    assert!(!news.held(id, LONG, now));
    assert_eq!(taken(&news), None);
    // No clock goes that far.
    news.held(holding(), Duration::MAX, now);
    assert_eq!(taken(&news), None);
}

#[test]
fn a_win_of_this_process_counts_until_it_is_given_back() {
    let (mut news, now, ours) = (News::default(), Instant::now(), holding());
    news.won(ours, Some(now + LONG), now);
    assert!(news.taken().is_some());

    news.gave_back(ours, now);

    assert_eq!(news.taken(), None);
    // What others have taken since then stays so.
    news.held(holding(), LONG, now);
    news.gave_back(holding(), now);
    assert!(news.taken().is_some());
}

#[test]
fn a_win_whose_answer_is_older_than_a_call_tells_nothing() {
    let (mut news, now) = (News::default(), Instant::now());
    news.ask();
    news.free(holding());
    news.won(holding(), Some(now + LONG), now);
    assert_eq!(news.taken(), None);

    news.ask();
    news.won(holding(), Some(now + LONG), now);
    assert!(news.taken().is_some());
}

#[test]
fn others_go_first_once_when_they_wanted_it_and_we_gave_it_back_just_now() {
    let (mut news, now) = (News::default(), Instant::now());
    news.gave_back(holding(), now);
    assert_eq!(news.let_others_go_first(now), None, "nobody wanted it");
    refused(&mut news);
    assert_eq!(news.let_others_go_first(now), None, "somebody else has it");

    news.gave_back(holding(), now);
    assert_eq!(news.let_others_go_first(now), Some(now + YIELD));
    assert_eq!(news.let_others_go_first(now), None, "once is enough");

    news.gave_back(holding(), now);
    assert_eq!(news.let_others_go_first(now + YIELD), None, "they could have gone");

    news.gave_back(holding(), now);
    news.held(holding(), LONG, now);
    assert_eq!(news.let_others_go_first(now), None, "they have gone");

    news.gave_back(holding(), now);
    news.call();
    assert_eq!(news.let_others_go_first(now), None, "it may be free again");

    news.gave_back(holding(), now);
    assert!(news.free(holding()));
    assert_eq!(news.let_others_go_first(now), None, "it has been given back since");

    news.nobody_wanted_it();
    news.gave_back(holding(), now);
    assert_eq!(news.let_others_go_first(now), None, "they do not want it any more");
}

#[test]
fn word_of_our_own_end_does_not_disturb_one_who_lets_others_go_first() {
    let (mut news, now, ours) = (News::default(), Instant::now(), holding());
    refused(&mut news);

    news.gave_back(ours, now);
    assert!(news.free(ours), "nobody has come yet");
    assert!(news.let_others_go_first(now).is_some(), "and it says nothing of others");
    news.gave_back(ours, now);
    assert!(news.let_others_go_first(now).is_some());
    assert!(!news.free(ours));
}

#[test]
fn what_is_remembered_is_bounded_and_the_oldest_is_heeded_again() {
    let mut news = News::default();
    let ours: Vec<_> = (0..=REMEMBERED).map(|_| holding()).collect();
    for id in &ours {
        news.gave_back(*id, Instant::now());
    }
    refused(&mut news);

    assert_eq!(news.ended.len(), REMEMBERED);
    assert!(news.free(ours[0]), "forgotten");
    assert!(ours[1..].iter().all(|id| !news.free(*id)));
}
