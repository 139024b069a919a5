//! opendal-service-redis: an enum over connections that implements the asynchronous `ConnectionLike`.

use opendal_core::Operator;
use opendal_service_redis::Redis;

#[tokio::main]
async fn main() {
    let url = std::env::var("REDIS_URL").unwrap();
    let endpoint = url.replacen("redis://", "tcp://", 1);
    let operator = Operator::new(Redis::default().endpoint(&endpoint).root("/opendal")).unwrap();

    let content = vec![7_u8; 100_000];
    operator.write("a/b.bin", content.clone()).await.unwrap();
    assert_eq!(operator.stat("a/b.bin").await.unwrap().content_length(), 100_000);
    assert_eq!(operator.read("a/b.bin").await.unwrap().to_vec(), content);
    let part = operator.read_with("a/b.bin").range(10..20).await.unwrap();
    assert_eq!(part.len(), 10);
    operator.delete("a/b.bin").await.unwrap();
    assert!(!operator.exists("a/b.bin").await.unwrap());
    println!("opendal-service-redis: ok");
}
