//! The pools that the crate brings itself, behind its features `r2d2` and `bb8`.

use redis::{AsyncCommands, Commands};

fn blocking(url: &str) {
    let client = redis::Client::open(url).unwrap();
    let pool = r2d2::Pool::builder().max_size(2).build(client).unwrap();
    let threads: Vec<_> = (0..8)
        .map(|number| {
            let pool = pool.clone();
            std::thread::spawn(move || {
                let mut con = pool.get().unwrap();
                let key = format!("r2d2:{number}");
                let () = con.set(&key, number).unwrap();
                assert_eq!(con.get::<_, i32>(&key).unwrap(), number);
                assert!(redis::cmd("DEL").arg(&key).query::<bool>(&mut *con).unwrap());
            })
        })
        .collect();
    for thread in threads {
        thread.join().unwrap();
    }
    assert!(pool.state().connections <= 2);
}

async fn asynchronous(url: &str) {
    let client = redis::Client::open(url).unwrap();
    let pool = bb8::Pool::builder().max_size(2).build(client).await.unwrap();
    for number in 0..10 {
        let mut con = pool.get().await.unwrap();
        let () = con.set("pool:bb8", number).await.unwrap();
        assert_eq!(con.get::<_, i32>("pool:bb8").await.unwrap(), number);
    }
}

fn main() {
    let url = std::env::var("REDIS_URL").unwrap();
    blocking(&url);
    let runtime = tokio::runtime::Runtime::new().unwrap();
    runtime.block_on(asynchronous(&url));
    // A blocking connection inside a runtime works as well.
    runtime.block_on(async { blocking(&url) });
    println!("r2d2 and bb8 by feature: ok");
}
