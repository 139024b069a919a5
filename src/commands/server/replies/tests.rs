//! Replies of the server commands, as servers send them in both protocols.

use super::*;
use crate::commands::test_support::{bulk, read};

#[test]
fn roles_are_read_in_all_three_forms() {
    let primary = format!(
        "*3\r\n{}:3129659\r\n*1\r\n*3\r\n{}{}{}",
        bulk("master"),
        bulk("10.0.0.1"),
        bulk("9001"),
        bulk("3129242")
    );
    let replica =
        format!("*5\r\n{}{}:9000\r\n{}:3167038\r\n", bulk("slave"), bulk("10.0.0.2"), bulk("connected"));
    let sentinel = format!("*2\r\n{}*2\r\n{}{}", bulk("sentinel"), bulk("a"), bulk("b"));

    assert_eq!(
        read(&primary),
        Ok(Role::Primary {
            replication_offset: 3_129_659,
            replicas: vec![ReplicaInfo {
                ip: "10.0.0.1".to_owned(),
                port: 9001,
                replication_offset: 3_129_242
            }],
        })
    );
    assert_eq!(
        read(&replica),
        Ok(Role::Replica {
            primary_ip: "10.0.0.2".to_owned(),
            primary_port: 9000,
            replication_state: "connected".to_owned(),
            data_received: 3_167_038,
        })
    );
    assert_eq!(read(&sentinel), Ok(Role::Sentinel { primary_names: vec!["a".to_owned(), "b".to_owned()] }));
}

#[test]
fn an_unknown_role_is_an_error_without_its_text() {
    let error = read::<Role>(&format!("*1\r\n{}", bulk("wizard"))).unwrap_err();

    assert!(!error.to_string().contains("wizard"));
}

#[test]
fn slow_log_entries_are_read_with_and_without_a_client() {
    let words = format!("*2\r\n{}{}", bulk("GET"), bulk("secret"));
    let new =
        format!("*6\r\n:14\r\n:1309448221\r\n:15\r\n{words}{}{}", bulk("127.0.0.1:58217"), bulk("worker"));
    let old = format!("*4\r\n:14\r\n:1309448221\r\n:15\r\n{words}");

    let entry: SlowLogEntry = read(&new).unwrap();

    assert_eq!((entry.id, entry.time, entry.amount), (14, 1_309_448_221, 15));
    assert_eq!(entry.arguments, ["GET", "secret"]);
    assert_eq!((entry.client_address.as_str(), entry.client_name.as_str()), ("127.0.0.1:58217", "worker"));
    assert_eq!(read::<SlowLogEntry>(&old).unwrap().client_address, "");
    assert!(!format!("{entry:?}").contains("secret"));
}

#[test]
fn latency_spikes_of_newer_servers_have_more_elements() {
    let expected = LatencySpike { event: "command".to_owned(), time: 5, latest: 251, longest: 1001 };

    assert_eq!(read(&format!("*4\r\n{}:5\r\n:251\r\n:1001\r\n", bulk("command"))), Ok(expected.clone()));
    assert_eq!(read(&format!("*6\r\n{}:5\r\n:251\r\n:1001\r\n:9\r\n:9\r\n", bulk("command"))), Ok(expected));
}

fn user(head: &str) -> String {
    let selector = |head: &str| {
        let fields = ["commands", "-@all +get", "keys", "~x*", "channels", ""].map(bulk).concat();
        format!("{head}{fields}")
    };
    let array = head.starts_with('*');
    let fields = [
        format!("{}*1\r\n{}", bulk("flags"), bulk("on")),
        format!("{}*1\r\n{}", bulk("passwords"), bulk("30c9")),
        [
            bulk("commands"),
            bulk("-@all +@read -get"),
            bulk("keys"),
            bulk("~y*"),
            bulk("channels"),
            bulk("&c*"),
        ]
        .concat(),
        format!("{}*1\r\n{}", bulk("selectors"), selector(if array { "*6\r\n" } else { "%3\r\n" })),
    ];
    format!("{head}{}", fields.concat())
}

#[test]
fn users_are_read_from_both_protocols() {
    let text = str::to_owned;
    let expected = AclInfo {
        flags: vec![Rule::On],
        passwords: vec![Rule::AddHashedPass(text("30c9"))],
        commands: vec![Rule::NoCommands, Rule::AddCategory(text("read")), Rule::RemoveCommand(text("get"))],
        keys: vec![Rule::Pattern(text("y*"))],
        channels: vec![Rule::Channel(text("c*"))],
        selectors: vec![Rule::Selector(vec![
            Rule::NoCommands,
            Rule::AddCommand(text("get")),
            Rule::Pattern(text("x*")),
        ])],
    };

    assert_eq!(read(&user("%6\r\n")), Ok(Some(expected.clone())));
    assert_eq!(read(&user("*12\r\n")), Ok(Some(expected)));
    assert_eq!(read::<Option<AclInfo>>("*-1\r\n"), Ok(None));
}

#[test]
fn users_of_older_servers_have_patterns_in_arrays() {
    let old = format!("*4\r\n{}*1\r\n{}{}*1\r\n{}", bulk("keys"), bulk("y*"), bulk("channels"), bulk("*"));

    let user: AclInfo = read(&old).unwrap();

    assert_eq!(user.keys, [Rule::Pattern("y*".to_owned())]);
    assert_eq!(user.channels, [Rule::Channel("*".to_owned())]);
}
