//! Nothing that a client says about itself, at any level of detail, holds a password, a key or a value.

use std::fmt;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use redlane::prelude::*;
use redlane_test_support::{Cut, FaultProxy, Options, Server, eventually_async};
use tracing::field::{Field, Visit};
use tracing::span::{Attributes, Id, Record};
use tracing::{Event, Metadata, Subscriber};

/// Writes down everything that any crate of the process says, at every level.
#[derive(Clone, Default)]
struct Stenographer(Arc<Mutex<String>>);

impl Visit for Stenographer {
    fn record_debug(&mut self, field: &Field, value: &dyn fmt::Debug) {
        self.0.lock().unwrap().push_str(&format!("{}={value:?} ", field.name()));
    }
}

impl Stenographer {
    fn heading(&self, metadata: &Metadata<'_>) {
        let line = format!("\n{} {} ", metadata.level(), metadata.target());
        self.0.lock().unwrap().push_str(&line);
    }
}

impl Subscriber for Stenographer {
    fn enabled(&self, _: &Metadata<'_>) -> bool {
        true
    }

    fn new_span(&self, attributes: &Attributes<'_>) -> Id {
        self.heading(attributes.metadata());
        attributes.record(&mut self.clone());
        Id::from_u64(1)
    }

    fn record(&self, _: &Id, values: &Record<'_>) {
        values.record(&mut self.clone());
    }

    fn record_follows_from(&self, _: &Id, _: &Id) {}

    fn event(&self, event: &Event<'_>) {
        self.heading(event.metadata());
        event.record(&mut self.clone());
    }

    fn enter(&self, _: &Id) {}
    fn exit(&self, _: &Id) {}
}

const PASSWORD: &str = "swordfish-in-the-moonlight";
const KEY: &str = "key-of-the-treasure-chest";
const VALUE: &str = "forty-two-pieces-of-eight";

/// Messages, transactions, scripts and locks, and what they show of themselves and of their errors.
async fn said_of_all_else(client: &Client) -> String {
    let mut news = client.subscribe([KEY]).await.unwrap();
    client.publish(KEY, VALUE).await.unwrap();
    let mut shown = format!("{:?} {news:?} {:?} ", news.next().await, news.handle());

    let failed = client.transaction(&[KEY], |tx| async move {
        tx.get(KEY).await?;
        tx.multi().lpush(KEY, VALUE).exec::<()>().await
    });
    let error = failed.await.unwrap_err();
    shown += &format!("{error} {error:?} ");
    let results = client.pipeline().lpush(KEY, VALUE).get(KEY).try_all().await.unwrap();
    let error = results[0].as_ref().unwrap_err();
    shown += &format!("{error} {error:?} ");

    let script = Script::new("return redis.call('LPUSH', KEYS[1], ARGV[1])");
    let call = script.key(KEY).arg(VALUE);
    shown += &format!("{script:?} {call:?} ");
    let error = call.call::<()>(client).await.unwrap_err();
    shown += &format!("{error} {error:?} ");

    let locks = client.locks();
    let lock = locks.lock(KEY);
    let guard = lock.acquire(Duration::from_secs(1)).await.unwrap();
    let error = lock.acquire(Duration::ZERO).await.unwrap_err();
    shown += &format!("{locks:?} {lock:?} {guard:?} {error} {error:?} ");
    shown += &format!("{:?}", guard.release().await);
    shown
}

/// One thread, so that the client's own tasks are heard too.
#[tokio::test]
async fn no_log_no_error_and_no_debug_text_holds_a_secret() {
    let heard = Stenographer::default();
    let _guard = tracing::subscriber::set_default(heard.clone());
    let server = Server::start(Options::new().password(PASSWORD));
    let proxy = FaultProxy::start(server.port());
    let url = proxy.url().replace("redis://", &format!("redis://:{PASSWORD}@"));
    let config = Config::builder().url(&url).socket_timeout(Duration::from_millis(400)).build().unwrap();
    let mut shown = format!("{config:?} {config} {}", config.explain());

    let client = Client::connect(config).await.unwrap();
    client.set(KEY, VALUE).await.unwrap();
    let error = client.lpush(KEY, VALUE).await.unwrap_err();
    shown += &format!("{error} {error:?} ");
    // A server quotes what it does not understand.
    let error = client.execute::<()>(cmd("NOSUCHCOMMAND").arg(KEY).arg(VALUE)).await.unwrap_err();
    shown += &format!("{error} {error:?} ");
    let error = client.get(KEY).read_as::<u64>().await.unwrap_err();
    shown += &format!("{error} {error:?} ");
    let pipeline = client.pipeline().set(KEY, VALUE).get(KEY);
    shown += &format!("{:?} {:?} {client:?} ", pipeline, cmd("SET").arg(KEY).arg(VALUE));
    pipeline.exec().await.unwrap();
    assert_eq!(client.blpop(format!("{KEY}:queue"), 0.05).await.unwrap(), None);
    shown += &said_of_all_else(&client).await;

    // It comes back to a server with another password.
    server.raw().command(&["CONFIG", "SET", "requirepass", "another"]);
    proxy.cut(Cut::Reset);
    eventually_async("it is turned away", Duration::from_secs(5), || {
        client.link_stats().connect_failures > 0
    })
    .await;
    let error = client.set(KEY, VALUE).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Auth);
    shown += &format!("{error} {error:?} {:?} {:?}", client.link_stats(), client.pool_stats());
    let pipeline = client.pipeline().set(KEY, VALUE).get(KEY);
    shown += &format!("{:?}", pipeline.try_all().await);
    let error = client.subscribe([KEY, VALUE]).deadline(Duration::from_millis(200)).await.unwrap_err();
    shown += &format!("{error} {error:?}");
    client.close().await;

    let heard = heard.0.lock().unwrap().clone();
    assert!(heard.contains("redlane"), "nothing was heard: {heard}");
    for secret in [PASSWORD, KEY, VALUE] {
        let said = heard.lines().filter(|line| line.contains(secret)).collect::<Vec<_>>();
        assert!(said.is_empty(), "a log tells {secret}: {said:#?}");
        assert!(!shown.contains(secret), "a text shows {secret}: {shown}");
    }
}
