//! Rate limiters while replies are lost: what may have been counted is told so, and is never counted twice.

use std::time::Duration;

use redlane::client::Client;
use redlane::config::Config;
use redlane::error::Outcome;
use redlane::limiter::{LimiterError, RateLimiter};
use redlane_test_support::{Accept, Cut, FaultProxy, Flow, Options, Server, eventually_async};

const HOUR: Duration = Duration::from_secs(3600);
const SOON: Duration = Duration::from_secs(10);

/// A server behind a faulty network that knows the scripts, and both limiters, each with ten to give.
async fn scene() -> (Server, FaultProxy, Client, [RateLimiter; 2]) {
    let server = Server::start(Options::new());
    let proxy = FaultProxy::start(server.port());
    let config = Config::builder().host("127.0.0.1").port(proxy.port());
    let client =
        Client::connect(config.socket_timeout(Duration::from_millis(500)).build().unwrap()).await.unwrap();
    let limiters = [client.rate_limiter("a", 10, HOUR), client.window_limiter("a", 10, HOUR)];
    for limiter in &limiters {
        limiter.peek().await.unwrap();
    }
    (server, proxy, client, limiters)
}

#[tokio::test]
async fn a_call_whose_reply_is_lost_was_counted_once_and_says_that_it_may_have_been() {
    for cut_after in [0, 6] {
        let (_server, proxy, _client, limiters) = scene().await;
        for limiter in &limiters {
            let connections = proxy.accepted_count();
            proxy.change(|plan| plan.replies.cut_after = Some((cut_after, Cut::Reset))).await;
            let error = limiter.check().await.unwrap_err();
            eventually_async("it connects again", SOON, || proxy.accepted_count() > connections).await;
            proxy.heal().await;

            assert_eq!(error.outcome(), Outcome::MaybeExecuted);
            let verdict = limiter.peek().await.unwrap();
            assert_eq!(verdict.remaining, 9, "{cut_after} {limiter:?}");
        }
    }
}

#[tokio::test]
async fn a_call_that_is_not_answered_in_time_or_dropped_is_not_repeated() {
    let (_server, proxy, _client, limiters) = scene().await;
    for limiter in &limiters {
        proxy.change(|plan| plan.replies.flow = Flow::Hold).await;

        let error = limiter.take(2).await.unwrap_err();
        let LimiterError::Failed { source } = &error else { panic!("{error:?}") };
        assert_eq!((source.outcome(), error.outcome()), (Outcome::MaybeExecuted, Outcome::MaybeExecuted));
        let dropped = tokio::time::timeout(Duration::from_millis(20), limiter.take(3)).await;
        assert!(dropped.is_err());

        proxy.heal().await;
        assert_eq!(limiter.peek().await.unwrap().remaining, 5, "{limiter:?}");
    }
}

#[tokio::test]
async fn a_server_that_is_away_is_an_error_and_no_verdict() {
    let (_server, proxy, _client, limiters) = scene().await;
    proxy.change(|plan| plan.accept = Accept::Refuse).await;
    proxy.cut(Cut::Reset);

    for limiter in &limiters {
        // What was sent before the cut was noticed is not repeated; what comes later was not sent.
        let _ = limiter.check().await.unwrap_err();
        let error = limiter.check().await.unwrap_err();
        assert_eq!(error.outcome(), Outcome::NotSent, "{error:?}");
    }
    proxy.heal().await;

    for limiter in &limiters {
        assert!(limiter.check().await.unwrap().allowed);
    }
}
