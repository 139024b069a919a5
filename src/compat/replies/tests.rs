use super::*;
use crate::compat::from_redis_value::from_redis_value;
use crate::compat::value::{Value, parse_redis_value};

fn value(bytes: &str) -> Value {
    parse_redis_value(bytes.as_bytes()).unwrap()
}

#[test]
fn info_is_a_dictionary_of_its_last_fields() {
    let info: InfoDict =
        from_redis_value(value("$41\r\n# Server\r\n\r\nrole:master\r\na:1\r\na:2\r\nnone\r\n\r\n")).unwrap();

    assert_eq!(info.get::<String>("role").as_deref(), Some("master"));
    assert_eq!(info.get::<u8>("a"), Some(2));
    assert_eq!(info.get::<u8>("role"), None);
    assert_eq!((info.len(), info.contains_key(&"none"), info.is_empty()), (2, false, false));
    assert_eq!(info.find(&"a"), Some(&Value::SimpleString("2".to_owned())));
}

#[test]
fn a_role_is_read_in_its_three_forms() {
    let primary = value(
        "*3\r\n$6\r\nmaster\r\n:3129659\r\n*1\r\n*3\r\n$9\r\n127.0.0.1\r\n$4\r\n9001\r\n$7\r\n3129242\r\n",
    );
    let replica = value("*5\r\n$5\r\nslave\r\n$9\r\n127.0.0.1\r\n:9000\r\n$9\r\nconnected\r\n:3167038\r\n");
    let sentinel = value("*2\r\n$8\r\nsentinel\r\n*1\r\n$3\r\none\r\n");

    let replicas = vec![ReplicaInfo { ip: "127.0.0.1".into(), port: 9001, replication_offset: 3129242 }];
    assert_eq!(
        from_redis_value::<Role>(primary).unwrap(),
        Role::Primary { replication_offset: 3129659, replicas }
    );
    assert_eq!(
        from_redis_value::<Role>(replica).unwrap(),
        Role::Replica {
            primary_ip: "127.0.0.1".into(),
            primary_port: 9000,
            replication_state: "connected".into(),
            data_received: 3167038
        }
    );
    assert_eq!(
        from_redis_value::<Role>(sentinel).unwrap(),
        Role::Sentinel { primary_names: vec!["one".into()] }
    );
    let error = from_redis_value::<Role>(value("*2\r\n$6\r\nmaster\r\n:1\r\n")).unwrap_err();
    assert_eq!(
        error.to_string(),
        "Incompatible type - \"Role primary response too short, expected 3 elements\" \
         (value was [bulk-string('\"master\"'), int(1)])"
    );
}

#[test]
fn an_integer_below_zero_says_why_there_is_none() {
    let read = |number| from_redis_value::<IntegerReplyOrNoOp>(Value::Int(number));

    assert_eq!(read(7).unwrap(), 7_usize);
    assert_eq!(read(-1).unwrap(), IntegerReplyOrNoOp::ExistsButNotRelevant);
    assert_eq!(read(-2).unwrap(), -2_i32);
    assert_eq!(read(-2).unwrap().raw(), -2);
    assert!(read(-1).unwrap() != 1_u32);
    assert!(read(-3).is_err());
    assert!(from_redis_value::<IntegerReplyOrNoOp>(Value::Okay).is_err());
}

#[test]
fn a_type_is_known_by_the_servers_word() {
    assert_eq!(from_redis_value::<ValueType>(value("+zset\r\n")).unwrap(), ValueType::ZSet);
    assert_eq!(ValueType::from("ReJSON-RL"), ValueType::JSON);
    assert_eq!(ValueType::from("what"), ValueType::Unknown("what".into()));
    assert_eq!(String::from(ValueType::TopK), "TopK-TYPE");
}

#[test]
fn increx_gives_value_and_increment() {
    let result: IncrexResult = from_redis_value(value("*2\r\n$3\r\n2.5\r\n,0.5\r\n")).unwrap();

    assert_eq!(result.as_f64().unwrap(), (2.5, 0.5));
    assert!(result.as_i64().is_err());
}
