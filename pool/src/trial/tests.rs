//! Where a trial ends, for each step that can fail, against pipes with a scripted far end and real loopback
//! sockets.

use std::io;

use redlane_resp::error::ServerError;
use tokio::io::{AsyncReadExt, AsyncWriteExt, DuplexStream, duplex};
use tokio::net::TcpListener;

use super::*;
use crate::connector::Dirt;
use crate::transport::PipeDialer;

/// Greets by one word and takes `+OK` for an answer.
struct Word(Target);

impl Connector for Word {
    async fn target(&self) -> Result<Target, ConnectError> {
        Ok(self.0.clone())
    }

    async fn greet(&self, exchange: &mut Exchange<'_>) -> Result<(), ConnectError> {
        exchange.send(b"HI").await?;
        match exchange.read().await?.error() {
            Some(error) => Err(ConnectError::from_reply(error)),
            None => Ok(()),
        }
    }

    fn probe(&self) -> Bytes {
        Bytes::from_static(b"?")
    }

    fn cleanse(&self, _: Dirt) -> Option<Bytes> {
        None
    }
}

/// A far end that sends the next of `replies` for each thing that it reads, and hangs up after the last one.
fn peer(replies: &'static [&'static str]) -> Word {
    Word(Target::Pipe(PipeDialer::new(move || async move {
        let (near, far) = duplex(1024);
        tokio::spawn(answer(far, replies));
        Ok::<_, io::Error>(near)
    })))
}

async fn answer(mut far: DuplexStream, replies: &[&str]) {
    let mut heard = [0; 64];
    for reply in replies {
        if matches!(far.read(&mut heard).await, Ok(0) | Err(_)) {
            return;
        }
        tokio::time::sleep(Duration::from_millis(3)).await;
        far.write_all(reply.as_bytes()).await.unwrap();
    }
}

async fn run(connector: &Word, questions: &[&'static str]) -> Trial {
    let config = LinkConfig { connect_timeout: Duration::from_secs(2), ..LinkConfig::default() };
    let questions: Vec<_> = questions.iter().map(|text| Bytes::from_static(text.as_bytes())).collect();
    Trial::run(connector, &config, &questions).await
}

fn steps(trial: &Trial) -> Vec<Step> {
    trial.stages.iter().map(|stage| stage.step).collect()
}

fn last_error(trial: &Trial) -> &ConnectError {
    let (last, before) = trial.stages.split_last().unwrap();
    assert!(before.iter().all(|stage| stage.result.is_ok()));
    last.result.as_ref().unwrap_err()
}

#[tokio::test(start_paused = true)]
async fn a_healthy_server_is_asked_everything() {
    let trial = run(&peer(&["+OK\r\n", "+PONG\r\n", "-LOADING wait\r\n"]), &["A", "B"]).await;

    assert_eq!(steps(&trial), [Step::Dial, Step::Greet, Step::Ask, Step::Ask]);
    let replies: Vec<_> =
        trial.stages.iter().filter_map(|stage| stage.result.as_ref().unwrap().as_ref()).collect();
    assert_eq!(&replies[0].as_bytes()[..], b"+PONG\r\n");
    assert_eq!(replies[1].error().unwrap().code(), "LOADING", "an error reply is an answer");
    assert_eq!(trial.stages[1].took, Duration::from_millis(3));
}

#[tokio::test(start_paused = true)]
async fn a_refused_greeting_ends_it() {
    let trial = run(&peer(&["-WRONGPASS invalid password\r\n"]), &["A"]).await;

    assert_eq!(steps(&trial), [Step::Dial, Step::Greet]);
    assert!(last_error(&trial).is_auth());
}

#[tokio::test(start_paused = true)]
async fn a_server_that_hangs_up_ends_it_there() {
    let greeting = run(&peer(&[""]), &["A"]).await;
    let question = run(&peer(&["+OK\r\n", ""]), &["A", "B"]).await;

    assert_eq!((steps(&greeting).len(), steps(&question).len()), (2, 3));
    assert!(matches!(last_error(&greeting), ConnectError::Closed));
    assert!(matches!(last_error(&question), ConnectError::Closed));
}

#[tokio::test(start_paused = true)]
async fn all_steps_share_one_limit() {
    let started = Instant::now();
    let deaf = Word(Target::Pipe(PipeDialer::new(|| async {
        tokio::time::sleep(Duration::from_millis(1500)).await;
        let (near, far) = duplex(64);
        // Kept open and never read.
        tokio::spawn(async move {
            tokio::time::sleep(Duration::from_secs(60)).await;
            drop(far);
        });
        Ok::<_, io::Error>(near)
    })));

    let trial = run(&deaf, &["A"]).await;

    assert_eq!(last_error(&trial).to_string(), "no greeting within 2s");
    assert_eq!(trial.stages[1].took, Duration::from_millis(500));
    assert_eq!(started.elapsed(), Duration::from_secs(2));
}

#[tokio::test]
async fn a_name_is_looked_up_in_a_step_of_its_own() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    tokio::spawn(async move {
        let (mut socket, _) = listener.accept().await.unwrap();
        let _ = socket.read(&mut [0; 8]).await;
        let _ = socket.write_all(b"-NOAUTH Authentication required.\r\n").await;
    });

    let trial = run(&Word(Target::tcp("127.0.0.1", port)), &[]).await;

    assert_eq!(steps(&trial), [Step::Resolve, Step::Dial, Step::Greet]);
    assert!(
        matches!(last_error(&trial), ConnectError::Refused(error) if error == &ServerError::from_line(b"NOAUTH Authentication required."))
    );
}

#[tokio::test]
async fn a_closed_port_ends_it_at_the_dial() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    drop(listener);

    let trial = run(&Word(Target::tcp("127.0.0.1", port)), &["A"]).await;

    assert_eq!(steps(&trial), [Step::Resolve, Step::Dial]);
    assert!(matches!(last_error(&trial), ConnectError::Dial { .. }));
}

#[tokio::test]
async fn a_name_without_an_address_ends_it_at_once() {
    // No resolver takes a name with a blank for one, so that this asks nobody.
    let trial = run(&Word(Target::tcp("no such host", 6379)), &["A"]).await;

    assert_eq!(steps(&trial), [Step::Resolve]);
    assert!(matches!(last_error(&trial), ConnectError::Resolve { .. }));
    assert_eq!(trial.target, Some(Target::tcp("no such host", 6379)));
}
