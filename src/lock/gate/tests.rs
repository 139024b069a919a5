//! Queues without a server: turns, calls, and who listens.

use tokio::time::timeout;

use super::*;

fn some_holding() -> HoldingId {
    HoldingId::of(&Token::new().unwrap())
}

/// Paused time: over as soon as nothing else can happen.
async fn is_waiting(future: impl Future) -> bool {
    timeout(Duration::from_secs(1), future).await.is_err()
}

#[tokio::test(start_paused = true)]
async fn turns_come_in_the_order_of_the_seats() {
    let gates = Gates::default();
    let (first, second) = (gates.sit(b"k"), gates.sit(b"k"));
    let turn = first.turn().await;

    assert!(is_waiting(second.turn()).await);
    assert!(second.try_turn().is_none());
    drop(turn);
    assert!(!is_waiting(second.turn()).await);
    assert!(second.try_turn().is_some());
}

#[tokio::test(start_paused = true)]
async fn a_release_before_the_wait_is_not_missed_and_one_before_the_question_is() {
    let gates = Gates::default();
    let seat = gates.sit(b"k");
    let place = seat.turn().await;

    gates.wake(b"k", false, None);
    gates.wake(b"other", false, None);

    assert!(!is_waiting(place.called()).await);
    assert!(is_waiting(place.called()).await);
    gates.wake(b"k", false, None);
    place.hush();
    place.hush();
    assert!(is_waiting(place.called()).await);
}

#[tokio::test(start_paused = true)]
async fn those_who_stand_are_called_by_their_tokens() {
    let gates = Gates::default();
    let (seat, token) = (gates.sit(b"k"), Token::new().unwrap());
    let (mine, other) = (seat.stand(token), seat.stand(Token::new().unwrap()));

    seat.gate().call(Call::First(token.as_bytes()));
    assert!(!is_waiting(mine.called()).await && is_waiting(other.called()).await);

    seat.gate().call(Call::First(b"of another process"));
    assert!(is_waiting(mine.called()).await && is_waiting(other.called()).await);

    seat.gate().call(Call::Everybody);
    assert!(!is_waiting(mine.called()).await && !is_waiting(other.called()).await);
    drop((mine, other));
    assert!(seat.gate().standing().is_empty());
}

#[test]
fn a_queue_is_gone_with_its_last_seat() {
    let gates = Gates::default();
    let (first, second) = (gates.sit(b"k"), gates.sit(b"k"));

    drop(first);
    assert_eq!(gates.len(), 1);
    drop(second);

    assert_eq!((gates.len(), gates.lock().len()), (0, 0));
}

#[test]
fn a_queue_that_is_listened_for_stays_a_little() {
    let gates = Gates::default();
    let seat = gates.sit(b"k");
    seat.gate().hears_now();

    assert!(!gates.retire(b"k"));
    drop(seat);
    assert!(gates.hears(b"k") && gates.len() == 0);
    drop(gates.sit(b"k"));
    assert!(!gates.retire(b"k"), "somebody was here");
    assert!(gates.retire(b"k"));

    assert!(!gates.hears(b"k"));
    let seat = gates.sit(b"k");
    seat.gate().hears_now();
    let gate = Arc::clone(seat.gate());
    drop(seat);
    gates.deafen(b"k", &gate, Hearing::NotYet);
    assert!(gates.lock().is_empty());
    // Those who came later have a queue of their own.
    let later = gates.sit(b"k");
    gates.deafen(b"k", &gate, Hearing::NotYet);
    assert_eq!(gates.len(), 1);
    drop(later);
}

#[tokio::test(start_paused = true)]
async fn one_listens_for_all_and_the_others_wait_for_him() {
    let gates = Gates::default();
    let (first, second) = (gates.sit(b"k"), gates.sit(b"k"));

    assert!(first.gate().may_open() && !second.gate().may_open());
    assert!(is_waiting(second.gate().opened()).await);
    drop(first);
    second.gate().hears_now();
    assert!(!is_waiting(second.gate().opened()).await);
    assert!(!second.gate().may_open());

    gates.deafen(b"k", &Arc::clone(second.gate()), Hearing::Never);
    assert!(!second.gate().may_open(), "it is forbidden");
}

#[tokio::test(start_paused = true)]
async fn a_release_that_a_message_tells_of_is_not_told_twice() {
    let gates = Gates::default();
    let seat = gates.sit(b"k");
    let place = seat.turn().await;
    seat.gate().hears_now();
    place.hush();

    gates.wake(b"k", true, None);
    assert!(is_waiting(place.called()).await);
    gates.wake(b"k", false, None);
    assert!(!is_waiting(place.called()).await);
    gates.deafen(b"k", &Arc::clone(seat.gate()), Hearing::NotYet);
    place.hush();
    gates.wake(b"k", true, None);
    assert!(!is_waiting(place.called()).await, "nobody hears the message");
}

#[test]
fn a_lock_that_was_taken_counts_as_such_until_anybody_calls() {
    let gates = Gates::default();
    let seat = gates.sit(b"k");
    seat.gate().note_won(some_holding(), Some(Instant::now()));

    assert!(seat.gate().taken().is_some());
    gates.wake(b"k", false, None);
    assert!(seat.gate().taken().is_none());
}

#[tokio::test(start_paused = true)]
async fn word_of_an_end_that_was_known_before_the_question_calls_nobody_but_those_who_queue() {
    let gates = Gates::default();
    let (seat, token, ours) = (gates.sit(b"k"), Token::new().unwrap(), some_holding());
    let (place, standing) = (seat.turn().await, seat.stand(token));
    seat.gate().hears_now();
    gates.wake(b"k", true, Some(ours));
    place.ask();
    standing.ask();

    seat.gate().call(Call::Ended(ours));
    assert!(is_waiting(place.called()).await, "it is late");
    assert!(!is_waiting(standing.called()).await, "it is for the other question");

    seat.gate().call(Call::Ended(some_holding()));
    assert!(!is_waiting(place.called()).await, "nobody here knows of that one");
}

#[tokio::test(start_paused = true)]
async fn one_who_lets_others_go_first_is_told_when_they_have() {
    let gates = Gates::default();
    let seat = gates.sit(b"k");
    let ttl = Duration::from_secs(60);
    seat.gate().note_refused();
    gates.wake(b"k", false, Some(some_holding()));
    assert!(seat.gate().let_others_go_first().is_none(), "everybody was called");
    seat.gate().hears_now();
    gates.wake(b"k", true, Some(some_holding()));

    assert!(seat.gate().let_others_go_first().is_some());
    assert!(is_waiting(seat.gate().is_taken()).await);
    let gate = Arc::clone(seat.gate());
    let waiting = tokio::spawn(async move { gate.is_taken().await });
    tokio::task::yield_now().await;
    seat.gate().note_held(some_holding(), ttl);
    waiting.await.unwrap();
    assert!(!is_waiting(seat.gate().is_taken()).await, "also one who comes later");
}

#[tokio::test(start_paused = true)]
async fn the_last_answer_is_known_to_all_who_wait() {
    let gates = Gates::default();
    let (first, second) = (gates.sit(b"k"), gates.sit(b"k"));
    let second_ago = Duration::from_secs(1);

    assert!(!second.gate().was_answered_within(second_ago));
    first.gate().note_answer();
    assert!(second.gate().was_answered_within(second_ago));
    tokio::time::advance(2 * second_ago).await;
    assert!(!second.gate().was_answered_within(second_ago));
}

#[test]
fn those_who_left_are_listened_for_within_a_bound() {
    let gates = Gates::default();
    for number in 0..MOST_HEARD {
        gates.sit(&number.to_be_bytes()).gate().hears_now();
    }

    assert!(!gates.is_crowded());
    let one_more = gates.sit(b"one more");
    assert!(gates.is_crowded());
    drop(one_more);
    assert!(!gates.is_crowded(), "whoever was not heard leaves nothing");
}
