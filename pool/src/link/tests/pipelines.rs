//! Pipelines that are lost, late or half written: their replies and their outcome.

use super::*;

/// Several commands as one plain pipeline.
struct Several(Vec<Command>, bool);

impl Payload for Several {
    fn frames(&self) -> usize {
        self.0.len()
    }

    fn encoded_len(&self) -> usize {
        self.0.iter().map(Command::encoded_len).sum()
    }

    fn encode(&self, out: &mut Outbox) {
        for command in &self.0 {
            command.encode(out);
        }
    }

    fn whole(&self) -> bool {
        self.1
    }
}

#[tokio::test(start_paused = true)]
async fn a_lost_pipeline_keeps_the_replies_that_came_and_says_how_far_it_was_sent() {
    let mut setup = start(config());
    let mut server = setup.servers.recv().await.unwrap();
    let pipeline = Several(vec![get("a"), get("b"), get("c")], false);
    let mut call = setup.link.call(&pipeline);
    begin(&mut call).await;
    for command in &pipeline.0 {
        expect(&mut server, command).await;
    }

    server.write_all(b"+A\r\n+B\r\n$9\r\nhal").await.unwrap();
    drop(server);

    let LinkError::Lost { replies, written, outcome, .. } = call.await.unwrap_err() else { panic!() };
    assert_eq!(replies.len(), 2);
    assert_eq!(written, pipeline.encoded_len());
    assert_eq!(outcome, Outcome::MaybeExecuted);
}

#[tokio::test(start_paused = true)]
async fn an_overdue_pipeline_keeps_the_replies_that_came() {
    let mut setup = start(config());
    let mut server = setup.servers.recv().await.unwrap();
    let pipeline = Several(vec![get("a"), get("b"), get("c")], false);
    let (mut overdue, mut given_up) = (setup.link.call(&pipeline), setup.link.call(&pipeline));
    begin(&mut overdue).await;
    tokio::time::sleep(Duration::from_secs(2)).await;
    begin(&mut given_up).await;
    for command in pipeline.0.iter().chain(&pipeline.0) {
        expect(&mut server, command).await;
    }

    server.write_all(b"+A\r\n+B\r\n").await.unwrap();
    let LinkError::Timeout { replies, outcome, .. } = overdue.await.unwrap_err() else { panic!() };
    assert_eq!((replies.len(), outcome), (2, Outcome::MaybeExecuted));
    server.write_all(b"+C\r\n+A\r\n+B\r\n").await.unwrap();
    until(|| setup.link.stats().completed == 1).await;

    let (outcome, replies) = given_up.give_up();
    assert_eq!((replies.len(), outcome), (2, Outcome::MaybeExecuted));
}

#[tokio::test(start_paused = true)]
async fn a_pipeline_cut_in_the_middle_of_its_writing_is_not_repeated() {
    let mut setup = start_with(config(), 64, None);
    let mut server = setup.servers.recv().await.unwrap();
    let pipeline = Several(vec![get("a"), Command::new("SET").arg("k").arg("v".repeat(500))], false);
    let mut call = setup.link.call(&pipeline);
    begin(&mut call).await;
    expect(&mut server, &pipeline.0[0]).await;

    drop(server);

    let LinkError::Lost { written, outcome, .. } = call.await.unwrap_err() else { panic!() };
    assert!(written >= pipeline.0[0].encoded_len() && written < pipeline.encoded_len(), "{written}");
    assert_eq!(outcome, Outcome::MaybeExecuted, "of its first command");
}
