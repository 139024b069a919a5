//! What a listener sees of a command: OpenTelemetry's names, and neither keys nor values.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::{Arc, Mutex};

use redlane::prelude::*;
use redlane_test_support::{Keys, Server};
use tracing::field::{Field, Visit};
use tracing::span::{Attributes, Id, Record};
use tracing::{Event, Metadata, Subscriber};

/// Collects the fields of the spans of commands.
#[derive(Clone, Default)]
struct Listener(Arc<Mutex<Vec<BTreeMap<String, String>>>>);

struct Fields<'a>(&'a mut BTreeMap<String, String>);

impl Visit for Fields<'_> {
    fn record_debug(&mut self, field: &Field, value: &dyn fmt::Debug) {
        self.0.insert(field.name().to_owned(), format!("{value:?}").trim_matches('"').to_owned());
    }
}

impl Subscriber for Listener {
    fn enabled(&self, metadata: &Metadata<'_>) -> bool {
        metadata.target() == "redlane::command"
    }

    fn new_span(&self, attributes: &Attributes<'_>) -> Id {
        let mut spans = self.0.lock().unwrap();
        let mut fields = BTreeMap::new();
        attributes.record(&mut Fields(&mut fields));
        spans.push(fields);
        Id::from_u64(spans.len() as u64)
    }

    fn record(&self, span: &Id, values: &Record<'_>) {
        let mut spans = self.0.lock().unwrap();
        let at = usize::try_from(span.into_u64()).unwrap() - 1;
        values.record(&mut Fields(&mut spans[at]));
    }

    fn record_follows_from(&self, _: &Id, _: &Id) {}
    fn event(&self, _: &Event<'_>) {}
    fn enter(&self, _: &Id) {}
    fn exit(&self, _: &Id) {}
}

#[tokio::test]
async fn a_span_names_the_command_and_its_server_and_no_data() {
    let listener = Listener::default();
    let _guard = tracing::subscriber::set_default(listener.clone());
    let server = Server::shared();
    let config = Config::builder().url(&server.url()).db(3).build().unwrap();
    let client = Client::connect(config).await.unwrap();
    let key = Keys::new().key("very-secret-key");

    client.set(&key, "very-secret-value").await.unwrap();
    client.incr(&key, 1).await.unwrap_err();

    let spans = listener.0.lock().unwrap().clone();
    let set = spans.iter().find(|span| span["db.operation.name"] == "SET").unwrap();
    assert_eq!(set["db.system.name"], "redis");
    assert_eq!(set["db.namespace"], "3");
    assert_eq!(set["server.address"], "127.0.0.1");
    assert_eq!(set["server.port"], server.port().to_string());
    assert!(!set.contains_key("error.type"));
    let incr = spans.iter().find(|span| span["db.operation.name"] == "INCRBY").unwrap();
    assert_eq!(incr["error.type"], "server");
    assert_eq!(incr["db.response.status_code"], "ERR");
    assert_eq!(incr["redlane.outcome"], "refused");
    assert!(!format!("{spans:?}").contains("very-secret"), "{spans:?}");
}

#[tokio::test]
async fn a_pipeline_has_one_span_that_names_its_size() {
    let listener = Listener::default();
    let _guard = tracing::subscriber::set_default(listener.clone());
    let client =
        Client::connect(Config::builder().url(&Server::shared().url()).build().unwrap()).await.unwrap();
    let key = Keys::new().key("very-secret-key");

    client.pipeline().set(&key, "very-secret-value").get(&key).get(&key).exec().await.unwrap();
    client.pipeline().atomic().incr(&key, 1).add(cmd("GET")).exec().await.unwrap_err();

    let spans = listener.0.lock().unwrap().clone();
    let names: Vec<_> = spans.iter().map(|span| span["db.operation.name"].as_str()).collect();
    assert_eq!(names, ["PING", "PIPELINE", "MULTI"]);
    assert_eq!((&*spans[1]["db.operation.batch.size"], spans[1].get("error.type")), ("3", None));
    assert_eq!((&*spans[2]["db.operation.batch.size"], &*spans[2]["error.type"]), ("2", "exec_abort"));
    assert!(!format!("{spans:?}").contains("very-secret"), "{spans:?}");
}
