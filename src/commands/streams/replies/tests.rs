use super::*;
use crate::commands::test_support::{bulk, read};

fn entry(id: &str, fields: &[&str]) -> String {
    let fields: Vec<String> = fields.iter().map(|text| bulk(text)).collect();
    format!("*2\r\n{}*{}\r\n{}", bulk(id), fields.len(), fields.concat())
}

/// An entry's id and its fields in the order of their names.
fn texts(entry: &StreamId<String>) -> (String, Vec<(String, String)>) {
    let mut fields: Vec<(String, String)> = entry.map.clone().into_iter().collect();
    fields.sort();
    (entry.id.clone(), fields)
}

fn pair(field: &str, value: &str) -> (String, String) {
    (field.to_owned(), value.to_owned())
}

#[test]
fn reads_are_told_by_stream_in_both_protocols() {
    let entries = format!("*2\r\n{}{}", entry("1-0", &["a", "1", "b", "2"]), entry("2-0", &["a", "3"]));

    let map = format!("%1\r\n{}{entries}", bulk("s"));
    let pairs = format!("*1\r\n*2\r\n{}{entries}", bulk("s"));

    for frame in [map, pairs] {
        let reply: StreamReadReply<String> = read(&frame).unwrap();
        assert_eq!(reply.keys.len(), 1);
        assert_eq!(reply.keys[0].key, "s");
        let [first, second] = reply.keys[0].ids.as_slice() else { panic!("two entries") };
        assert_eq!(texts(first), ("1-0".to_owned(), vec![pair("a", "1"), pair("b", "2")]));
        assert_eq!(texts(second), ("2-0".to_owned(), vec![pair("a", "3")]));
    }
    assert_eq!(read::<Option<StreamReadReply>>("*-1\r\n"), Ok(None));
    assert_eq!(read::<Option<StreamReadReply>>("_\r\n"), Ok(None));
}

#[test]
fn an_entry_that_was_deleted_has_an_id_and_no_fields() {
    let frame = format!("*1\r\n*2\r\n{}*-1\r\n", bulk("1-0"));

    let reply: StreamRangeReply<String> = read(&frame).unwrap();

    assert_eq!(reply.ids.len(), 1);
    assert!(reply.ids[0].is_empty() && reply.ids[0].id == "1-0");
}

#[test]
fn a_field_is_got_as_it_is_or_read_as_any_type() {
    let frame = format!("*1\r\n{}", entry("1-0", &["amount", "12", "note", "none"]));

    let typed = &read::<StreamRangeReply<String>>(&frame).unwrap().ids[0];
    let entry = &read::<StreamRangeReply>(&frame).unwrap().ids[0];

    assert_eq!(typed.get("amount").map(String::as_str), Some("12"));
    assert_eq!(entry.get("amount").and_then(Value::as_bytes), Some(&b"12"[..]));
    assert_eq!((entry.read::<u8>("amount"), entry.read::<u8>("missing")), (Ok(Some(12)), Ok(None)));
    assert!(entry.read::<u8>("note").is_err() && entry.get("missing").is_none());
}

#[test]
fn a_claiming_read_tells_of_earlier_deliveries() {
    let claimed = format!("*4\r\n{}*2\r\n{}{}:1500\r\n:2\r\n", bulk("1-0"), bulk("a"), bulk("1"));

    let reply: StreamReadReply = read(&format!("%1\r\n{}*1\r\n{claimed}", bulk("s"))).unwrap();

    let entry = &reply.keys[0].ids[0];
    assert_eq!((entry.milliseconds_elapsed_from_delivery, entry.delivered_count), (Some(1500), Some(2)));
    assert!(entry.contains_key("a") && entry.len() == 1);
}

#[test]
fn claims_leave_out_what_was_deleted_and_say_so() {
    let entries = format!("*2\r\n{}*-1\r\n", entry("1-0", &["a", "1"]));
    let old: StreamAutoClaimReply<String> = read(&format!("*2\r\n{}{entries}", bulk("0-0"))).unwrap();
    let gone = format!("*1\r\n{}", bulk("9-0"));
    let new: StreamAutoClaimReply =
        read(&format!("*3\r\n{}*1\r\n{}{gone}", bulk("5-0"), bulk("1-0"))).unwrap();

    assert_eq!((old.next_stream_id.as_str(), old.claimed.len(), old.invalid_entries), ("0-0", 1, true));
    assert_eq!((new.next_stream_id.as_str(), new.claimed[0].id.as_str()), ("5-0", "1-0"));
    assert_eq!((new.deleted_ids, new.invalid_entries), (vec!["9-0".to_owned()], false));
    let claimed: StreamClaimReply = read("*1\r\n*-1\r\n").unwrap();
    assert!(claimed.ids.is_empty());
}

#[test]
fn nothing_pending_is_empty_whatever_else_is_said() {
    assert_eq!(read("*4\r\n:0\r\n$-1\r\n$-1\r\n*-1\r\n"), Ok(StreamPendingReply::Empty));
    assert_eq!(read("*4\r\n:0\r\n_\r\n_\r\n_\r\n"), Ok(StreamPendingReply::Empty));
    let consumers = format!("*1\r\n*2\r\n{}{}", bulk("bob"), bulk("3"));
    let frame = format!("*4\r\n:3\r\n{}{}{consumers}", bulk("1-0"), bulk("3-0"));
    let StreamPendingReply::Data(data) = read(&frame).unwrap() else { panic!("empty") };
    assert_eq!((data.count, data.start_id.as_str(), data.end_id.as_str()), (3, "1-0", "3-0"));
    assert_eq!(data.consumers, [StreamInfoConsumer { name: "bob".into(), pending: 3, idle: 0 }]);
    assert_eq!(StreamPendingReply::Data(data).count(), 3);
    assert!(read::<StreamPendingReply>("*4\r\n:3\r\n$-1\r\n$-1\r\n*-1\r\n").is_err());
}

#[test]
fn pending_entries_tell_who_and_how_often() {
    let one = format!("*4\r\n{}{}:70\r\n:2\r\n", bulk("1-0"), bulk("bob"));

    let reply: StreamPendingCountReply = read(&format!("*1\r\n{one}")).unwrap();

    let expected = StreamPendingId {
        id: "1-0".into(),
        consumer: "bob".into(),
        last_delivered_ms: 70,
        times_delivered: 2,
    };
    assert_eq!(reply.ids, [expected]);
}

#[test]
fn figures_of_a_stream_are_read_whatever_else_is_there() {
    let frame = format!(
        "%5\r\n{}:1\r\n{}:9\r\n{}{}{}*-1\r\n{}:300\r\n",
        bulk("length"),
        bulk("unheard-of"),
        bulk("first-entry"),
        entry("1-0", &["a", "1"]),
        bulk("last-entry"),
        bulk("idmp-duration")
    );

    let plain: StreamInfoStreamReply<String> = read(&frame).unwrap();
    let with: StreamInfoStreamReplyWithIdempotency<String> = read(&frame).unwrap();

    assert_eq!((plain.length, plain.first_entry.id.as_str(), plain.last_entry.id.as_str()), (1, "1-0", ""));
    assert_eq!((&with.base, with.idmp_duration), (&plain, 300));
}

#[test]
fn a_lag_that_the_server_does_not_know_is_none() {
    let frame = format!(
        "*1\r\n%3\r\n{}{}{}_\r\n{}:4\r\n",
        bulk("name"),
        bulk("g"),
        bulk("lag"),
        bulk("entries-read")
    );

    let reply: StreamInfoGroupsReply = read(&frame).unwrap();

    assert_eq!((reply.groups[0].lag, reply.groups[0].entries_read), (None, Some(4)));
}

#[test]
fn codes_of_deletions_are_told_apart_and_others_refused() {
    assert_eq!(read(":-1\r\n"), Ok(XDelExStatusCode::IdNotFound));
    assert_eq!(read(":2\r\n"), Ok(XDelExStatusCode::NotDeletedUnacknowledgedOrStillReferenced));
    assert_eq!(read(":1\r\n"), Ok(XAckDelStatusCode::AcknowledgedAndDeleted));
    assert!(read::<XAckDelStatusCode>(":7\r\n").is_err());
    assert!(read::<XDelExStatusCode>(":0\r\n").is_err());
}

#[test]
fn an_entry_without_fields_is_no_entry() {
    assert!(read::<StreamRangeReply>(&format!("*1\r\n*1\r\n{}", bulk("1-0"))).is_err());
    assert!(read::<StreamRangeReply>("-WRONGTYPE no\r\n").is_err());
}
