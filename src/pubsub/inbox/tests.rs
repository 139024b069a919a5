use std::task::Wake;

use super::*;

/// Counts how often it was woken.
#[derive(Default)]
struct Count(AtomicUsize);

impl Wake for Count {
    fn wake(self: Arc<Self>) {
        self.0.fetch_add(1, Ordering::Relaxed);
    }
}

/// A buffer for so many messages of any size.
fn inbox_of(messages: usize, on_full: OnFull) -> Inbox {
    Inbox::new(1, Room { messages, bytes: usize::MAX }, on_full)
}

fn message(number: u64) -> Arc<Message> {
    let payload = Bytes::from(number.to_string());
    Arc::new(Message { channel: Bytes::from_static(b"a"), pattern: None, payload })
}

fn push(inbox: &Inbox, numbers: std::ops::Range<u64>) {
    for number in numbers {
        inbox.push(&message(number), &mut Vec::new());
    }
}

fn gap() -> Gap {
    Gap { since: SystemTime::UNIX_EPOCH, reason: GapReason::Reconnected }
}

/// What can be read now, in short.
fn read(inbox: &Inbox, reader: &mut Reader) -> Vec<String> {
    let mut events = Vec::new();
    while let Poll::Ready(event) = inbox.poll(reader, Waker::noop()) {
        events.push(match event {
            Some(Event::Message { payload, .. }) => String::from_utf8(payload.to_vec()).unwrap(),
            Some(Event::Gap { .. }) => "gap".to_owned(),
            Some(Event::Lagged(count)) => format!("lagged {count}"),
            None => "end".to_owned(),
        });
        if event_is_end(&events) {
            break;
        }
    }
    events
}

fn event_is_end(events: &[String]) -> bool {
    events.last().is_some_and(|event| event == "end")
}

#[test]
fn the_oldest_are_dropped_and_counted_where_they_stood() {
    let (inbox, mut reader) = (inbox_of(2, OnFull::DropOldest), Reader::default());

    push(&inbox, 0..1);
    assert_eq!(read(&inbox, &mut reader), ["0"]);
    push(&inbox, 1..6);

    assert_eq!(read(&inbox, &mut reader), ["lagged 3", "4", "5"]);
}

#[test]
fn the_newest_are_dropped_and_counted_where_they_stood() {
    let (inbox, mut reader) = (inbox_of(2, OnFull::DropNewest), Reader::default());

    push(&inbox, 0..5);

    assert_eq!(read(&inbox, &mut reader), ["0", "1", "lagged 3"]);
    push(&inbox, 5..6);
    assert_eq!(read(&inbox, &mut reader), ["5"]);
}

#[test]
fn bytes_are_bounded_as_messages_are() {
    // Each message is a channel of one byte and a payload of two.
    let bytes = |on_full| (Inbox::new(1, Room { messages: 8, bytes: 7 }, on_full), Reader::default());

    let (inbox, mut reader) = bytes(OnFull::DropOldest);
    push(&inbox, 10..13);
    assert_eq!(read(&inbox, &mut reader), ["lagged 1", "11", "12"]);
    let (inbox, mut reader) = bytes(OnFull::DropNewest);
    push(&inbox, 10..13);
    assert_eq!(read(&inbox, &mut reader), ["10", "11", "lagged 1"]);
    let (inbox, mut reader) = bytes(OnFull::Disconnect);
    push(&inbox, 10..13);
    assert_eq!(read(&inbox, &mut reader), ["10", "11", "lagged 1", "end"]);
    let (inbox, mut reader) = bytes(OnFull::Block);
    for number in 10..13 {
        assert!(inbox.has_room());
        push(&inbox, number..number + 1);
    }
    assert!(!inbox.has_room());
    assert_eq!(read(&inbox, &mut reader), ["10", "11", "12"]);
    assert!(inbox.made_room() && inbox.has_room());
}

#[test]
fn a_message_larger_than_all_room_is_taken_alone() {
    let (inbox, mut reader) =
        (Inbox::new(1, Room { messages: 8, bytes: 1 }, OnFull::DropOldest), Reader::default());

    push(&inbox, 0..1);
    assert_eq!(read(&inbox, &mut reader), ["0"]);
    push(&inbox, 1..3);

    assert_eq!(read(&inbox, &mut reader), ["lagged 1", "2"]);
    assert_eq!(inbox.bytes.load(Ordering::Relaxed), 0);
}

#[test]
fn a_gap_outlives_the_messages_around_it_and_keeps_its_place() {
    let (inbox, mut reader) = (inbox_of(2, OnFull::DropOldest), Reader::default());

    push(&inbox, 0..3);
    inbox.tell(gap(), &mut Vec::new());
    push(&inbox, 3..4);
    assert_eq!(read(&inbox, &mut reader), ["lagged 2", "2", "gap", "3"]);

    push(&inbox, 4..5);
    inbox.tell(gap(), &mut Vec::new());
    push(&inbox, 5..9);
    assert_eq!(read(&inbox, &mut reader), ["lagged 1", "gap", "lagged 2", "7", "8"]);
}

#[test]
fn a_gap_is_told_though_no_message_follows() {
    let (inbox, mut reader) = (inbox_of(2, OnFull::DropOldest), Reader::default());

    inbox.tell(gap(), &mut Vec::new());

    assert_eq!(read(&inbox, &mut reader), ["gap"]);
}

#[test]
fn what_comes_between_a_loss_and_its_gap_lies_within_the_gap() {
    let (inbox, mut reader) = (inbox_of(8, OnFull::DropOldest), Reader::default());

    push(&inbox, 0..1);
    inbox.mute();
    push(&inbox, 1..2);
    inbox.tell(gap(), &mut Vec::new());
    push(&inbox, 2..3);

    assert_eq!(read(&inbox, &mut reader), ["0", "gap", "2"]);
}

#[test]
fn gaps_that_nobody_reads_take_no_memory_without_end() {
    let (inbox, mut reader) = (inbox_of(2, OnFull::DropOldest), Reader::default());

    for _ in 0..1_000 {
        push(&inbox, 0..1);
        inbox.tell(gap(), &mut Vec::new());
    }

    let events = read(&inbox, &mut reader);
    assert_eq!(events.iter().filter(|event| *event == "gap").count(), MAX_GAPS);
    assert_eq!(events.last().unwrap(), "gap");
}

#[test]
fn the_end_comes_after_everything_else() {
    let (inbox, mut reader) = (inbox_of(2, OnFull::Disconnect), Reader::default());

    push(&inbox, 0..3);

    assert!(matches!(inbox.ended(), Some(Ended::Overflow)));
    assert_eq!(read(&inbox, &mut reader), ["0", "1", "lagged 1", "end"]);
}

#[test]
fn a_waiting_reader_is_woken_by_whatever_comes() {
    let (inbox, mut reader) = (inbox_of(2, OnFull::DropOldest), Reader::default());
    let count = Arc::new(Count::default());
    let waker = Waker::from(Arc::clone(&count));
    let wake = |called: Vec<Waker>| called.into_iter().for_each(Waker::wake);
    let mut woken_after = |act: &dyn Fn(&mut Vec<Waker>)| {
        while inbox.poll(&mut reader, &waker).is_ready() {}
        let mut called = Vec::new();
        act(&mut called);
        wake(called);
        count.0.swap(0, Ordering::Relaxed)
    };

    assert_eq!(woken_after(&|called| assert!(inbox.push(&message(0), called))), 1);
    assert_eq!(woken_after(&|called| inbox.tell(gap(), called)), 1);
    assert_eq!(woken_after(&|called| inbox.end(Ended::Closed, called)), 1);
}

#[test]
fn a_reader_beside_a_writer_misses_nothing_untold() {
    const MESSAGES: u64 = 200_000;
    let inbox = Arc::new(inbox_of(8, OnFull::DropOldest));
    let writer = {
        let inbox = Arc::clone(&inbox);
        std::thread::spawn(move || {
            push(&inbox, 0..MESSAGES);
            inbox.end(Ended::Closed, &mut Vec::new());
        })
    };
    let (mut reader, mut expected) = (Reader::default(), 0);

    loop {
        match inbox.poll(&mut reader, Waker::noop()) {
            Poll::Ready(Some(Event::Message { payload, .. })) => {
                assert_eq!(payload, expected.to_string());
                expected += 1;
            }
            Poll::Ready(Some(Event::Lagged(count))) => expected += count,
            Poll::Ready(Some(other)) => panic!("{other:?}"),
            Poll::Ready(None) => break,
            Poll::Pending => std::thread::yield_now(),
        }
    }

    writer.join().unwrap();
    assert_eq!(expected, MESSAGES);
}

#[test]
fn a_writer_that_waits_for_room_is_always_told_of_it() {
    const MESSAGES: u64 = 50_000;
    const LIMIT: std::time::Duration = std::time::Duration::from_secs(10);
    let inbox = Arc::new(inbox_of(1, OnFull::Block));
    let (wake, woken) = std::sync::mpsc::channel();
    let writer = {
        let inbox = Arc::clone(&inbox);
        std::thread::spawn(move || {
            for number in 0..MESSAGES {
                while !inbox.has_room() {
                    woken.recv_timeout(LIMIT).expect("there is room, and nobody says so");
                }
                push(&inbox, number..number + 1);
            }
            inbox.end(Ended::Closed, &mut Vec::new());
        })
    };
    let (mut reader, mut expected) = (Reader::default(), 0);

    loop {
        let event = inbox.poll(&mut reader, Waker::noop());
        if inbox.made_room() {
            let _ = wake.send(());
        }
        match event {
            Poll::Ready(Some(Event::Message { payload, .. })) => {
                assert_eq!(payload, expected.to_string());
                expected += 1;
            }
            Poll::Ready(Some(other)) => panic!("{other:?}"),
            Poll::Ready(None) => break,
            // A real one sleeps now, and asks again only for another message.
            Poll::Pending => {
                while inbox.queue.is_empty() && inbox.ended().is_none() && !writer.is_finished() {
                    std::thread::yield_now();
                }
                assert!(!writer.is_finished() || inbox.ended().is_some(), "the writer was never told");
            }
        }
    }

    writer.join().unwrap();
    assert_eq!(expected, MESSAGES);
}
