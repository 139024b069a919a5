use super::*;
use crate::compat::value::parse_redis_value;

fn bulk(text: &str) -> String {
    format!("${}\r\n{text}\r\n", text.len())
}

fn row(id: &str) -> String {
    format!("*2\r\n{}*2\r\n{}{}", bulk(id), bulk("n"), bulk("7"))
}

fn read<T: FromRedisValue>(frame: &str) -> Result<T, ParsingError> {
    from_redis_value(parse_redis_value(frame.as_bytes()).unwrap())
}

#[test]
fn entries_are_read_by_stream_in_both_protocols() {
    let body = format!("{}*2\r\n{}{}", bulk("s"), row("1-0"), row("2-0"));

    for head in ["*1\r\n*2\r\n", "%1\r\n"] {
        let reply: StreamReadReply = read(&format!("{head}{body}")).unwrap();
        assert_eq!((reply.keys.len(), reply.keys[0].key.as_str()), (1, "s"));
        let ids: Vec<&str> = reply.keys[0].ids.iter().map(|entry| entry.id.as_str()).collect();
        assert_eq!(ids, ["1-0", "2-0"]);
        let first = &reply.keys[0].ids[0];
        assert_eq!((first.get::<i64>("n"), first.get::<String>("m")), (Some(7), None));
        assert!(first.contains_key("n") && first.len() == 1 && !first.is_empty());
    }
    let claimed = format!("*4\r\n{}*2\r\n{}{}:1500\r\n:2\r\n", bulk("1-0"), bulk("n"), bulk("7"));
    let reply: StreamReadReply = read(&format!("%1\r\n{}*1\r\n{claimed}", bulk("s"))).unwrap();
    assert_eq!(reply.keys[0].ids[0].delivered_count, Some(2));
    assert!(read::<Option<StreamReadReply>>("*-1\r\n").unwrap().is_none());
    let text = read::<StreamReadReply>(":1\r\n").unwrap_err().to_string();
    let wrong = "Could not parse StreamReadReply in any known format";
    assert_eq!(text, format!("Incompatible type - int(1) (value was \"{wrong}\")"));
}

#[test]
fn ranges_and_claims_keep_the_order_of_entries() {
    let range: StreamRangeReply = read(&format!("*2\r\n{}{}", row("2-0"), row("1-0"))).unwrap();
    let claim: StreamClaimReply = read(&format!("*1\r\n{}", row("1-0"))).unwrap();

    assert_eq!((range.ids[0].id.as_str(), range.ids[1].id.as_str()), ("2-0", "1-0"));
    assert_eq!(claim.ids[0].get::<u8>("n"), Some(7));
}

#[test]
fn claims_of_old_and_new_servers_are_read() {
    let old: StreamAutoClaimReply =
        read(&format!("*2\r\n{}*2\r\n*-1\r\n{}", bulk("0-0"), row("1-0"))).unwrap();
    let new = format!("*3\r\n{}*1\r\n{}*1\r\n{}", bulk("5-0"), bulk("1-0"), bulk("3-0"));
    let new: StreamAutoClaimReply = read(&new).unwrap();
    let gone: StreamAutoClaimReply = read(&format!("*2\r\n{}*1\r\n*-1\r\n", bulk("0-0"))).unwrap();

    assert_eq!((old.claimed.len(), old.invalid_entries), (1, true));
    assert_eq!((new.next_stream_id.as_str(), new.claimed[0].id.as_str()), ("5-0", "1-0"));
    assert_eq!((new.deleted_ids, new.invalid_entries), (vec!["3-0".to_owned()], false));
    assert!(gone.claimed.is_empty() && gone.invalid_entries);
    let short = read::<StreamAutoClaimReply>("*1\r\n:1\r\n").unwrap_err().to_string();
    assert_eq!(short, "Incompatible type - [int(1)] (value was \"Incorrect number of items\")");
    let none = read::<StreamAutoClaimReply>(":1\r\n").unwrap_err().to_string();
    assert_eq!(none, "Incompatible type - int(1) (value was \"Not a array response\")");
}

#[test]
fn pending_entries_are_told_as_a_whole_and_one_by_one() {
    assert!(matches!(read("*4\r\n:0\r\n$-1\r\n$-1\r\n*-1\r\n"), Ok(StreamPendingReply::Empty)));
    let consumers = format!("*1\r\n*2\r\n{}{}", bulk("bob"), bulk("3"));
    let all = read(&format!("*4\r\n:3\r\n{}{}{consumers}", bulk("1-0"), bulk("3-0"))).unwrap();
    let StreamPendingReply::Data(all) = all else { panic!("empty") };
    assert_eq!((all.count, all.consumers[0].name.as_str(), all.consumers[0].pending), (3, "bob", 3));

    let one = format!("*4\r\n{}{}:70\r\n:2\r\n", bulk("1-0"), bulk("bob"));
    let each: StreamPendingCountReply = read(&format!("*1\r\n{one}")).unwrap();
    assert_eq!((each.ids[0].last_delivered_ms, each.ids[0].times_delivered), (70, 2));
    let wrong = |frame| read::<StreamPendingCountReply>(frame).unwrap_err().to_string();
    assert_eq!(wrong(":1\r\n"), "Incompatible type - Cannot parse redis data (1)");
    assert_eq!(wrong("*1\r\n:1\r\n"), "Incompatible type - Cannot parse redis data (2)");
    assert_eq!(wrong("*1\r\n*0\r\n"), "Incompatible type - Cannot parse redis data (3)");
}

#[test]
fn descriptions_are_read_whatever_else_is_there() {
    let stream =
        format!("{}:2\r\n{}:1\r\n{}{}", bulk("length"), bulk("new"), bulk("first-entry"), row("1-0"));
    for head in ["%3\r\n", "*6\r\n"] {
        let stream: StreamInfoStreamReplyWithIdempotency = read(&format!("{head}{stream}")).unwrap();
        assert_eq!((stream.base.length, stream.base.first_entry.id.as_str()), (2, "1-0"));
        assert_eq!((stream.base.last_entry.id.as_str(), stream.idmp_duration), ("", 0));
    }
    let group = format!("*1\r\n%2\r\n{}{}{}_\r\n", bulk("name"), bulk("g"), bulk("lag"));
    let groups: StreamInfoGroupsReply = read(&group).unwrap();
    assert_eq!((groups.groups[0].name.as_str(), groups.groups[0].lag), ("g", None));
    let consumer = format!("*1\r\n*4\r\n{}{}{}:9\r\n", bulk("name"), bulk("c"), bulk("idle"));
    let consumers: StreamInfoConsumersReply = read(&consumer).unwrap();
    assert_eq!((consumers.consumers[0].name.as_str(), consumers.consumers[0].idle), ("c", 9));
}

#[test]
fn codes_of_deletions_are_told_apart() {
    assert_eq!(read(":1\r\n"), Ok(XDelExStatusCode::Deleted));
    assert_eq!(read(":-1\r\n"), Ok(XAckDelStatusCode::IdNotFound));
    let unknown = read::<XDelExStatusCode>(":7\r\n").unwrap_err().to_string();
    assert_eq!(unknown, "Incompatible type - Invalid XDelExStatusCode status code: 7");
    assert!(read::<XAckDelStatusCode>("$1\r\n1\r\n").is_err());
}
