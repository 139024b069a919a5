//! rsmq_async: loaded scripts, pipelines, RESP2 and RESP3.

use std::time::Duration;

use redis::IntoConnectionInfo;
use rsmq_async::{Rsmq, RsmqConnection};

#[tokio::main]
async fn main() {
    let info = std::env::var("REDIS_URL").unwrap().into_connection_info().unwrap();
    let client = redis::Client::open(info).unwrap();
    for realtime in [false, true] {
        let con = client.get_multiplexed_async_connection().await.unwrap();
        let namespace = format!("rsmq{realtime}");
        let mut queue = Rsmq::new_with_connection(con, realtime, Some(&namespace)).await.unwrap();
        queue.create_queue("jobs", Some(Duration::from_secs(30)), None, None).await.unwrap();
        queue.send_message("jobs", "one", None).await.unwrap();
        queue.send_message("jobs", "two", None).await.unwrap();

        let first = queue.receive_message::<String>("jobs", None).await.unwrap().unwrap();
        assert_eq!((first.message.as_str(), first.rc), ("one", 1));
        assert!(queue.delete_message("jobs", &first.id).await.unwrap());
        let second = queue.pop_message::<String>("jobs").await.unwrap().unwrap();
        assert_eq!(second.message, "two");
        assert!(queue.pop_message::<String>("jobs").await.unwrap().is_none());

        let attributes = queue.get_queue_attributes("jobs").await.unwrap();
        assert_eq!((attributes.totalsent, attributes.msgs), (2, 0));
        assert!(queue.create_queue("jobs", None, None, None).await.is_err(), "it exists");
        queue.delete_queue("jobs").await.unwrap();
        assert!(queue.list_queues().await.unwrap().is_empty());
    }
    println!("rsmq_async: ok");
}
