//! One connection through the proxy: two pumps, one for each way, that look at the plan before every write.

use std::io;
use std::pin::pin;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::net::tcp::{ReadHalf, WriteHalf};
use tokio::sync::watch;
use tokio::time::sleep;

use super::{Cut, Flow, Orders, Plan, Way, end};

/// Why a pump stopped.
enum Stop {
    /// The sender has ended its stream, and that was passed on.
    End,
    /// The connection is to be cut, or a peer is lost.
    Cut(Cut),
}

/// Carries bytes both ways until both have ended, one side is lost, or the connection is cut.
pub(super) async fn carry(mut client: TcpStream, mut server: TcpStream, orders: watch::Receiver<Orders>) {
    // Each write shall leave as its own segment.
    let _ = client.set_nodelay(true).and_then(|()| server.set_nodelay(true));
    let cut = {
        let (from_client, to_client) = client.split();
        let (from_server, to_server) = server.split();
        let mut requests = pin!(pump(from_client, to_server, orders.clone(), |plan| plan.requests));
        let mut replies = pin!(pump(from_server, to_client, orders.clone(), |plan| plan.replies));
        let mut cut = pin!(was_cut(orders));
        let (mut requests_ended, mut replies_ended) = (false, false);
        loop {
            let stop = tokio::select! {
                biased;
                cut = &mut cut => Stop::Cut(cut),
                stop = &mut requests, if !requests_ended => { requests_ended = true; stop }
                stop = &mut replies, if !replies_ended => { replies_ended = true; stop }
            };
            match stop {
                Stop::Cut(cut) => break cut,
                Stop::End if requests_ended && replies_ended => break Cut::Close,
                Stop::End => {}
            }
        }
    };
    end(&client, cut);
    end(&server, cut);
}

/// Takes what a client sends, and says nothing, until it goes away or the connection is cut.
pub(super) async fn swallow(mut client: TcpStream, orders: watch::Receiver<Orders>) {
    let mut bytes = [0; 4096];
    let gone = async { while client.read(&mut bytes).await.is_ok_and(|count| count > 0) {} };
    let cut = tokio::select! {
        cut = was_cut(orders) => cut,
        () = gone => Cut::Close,
    };
    end(&client, cut);
}

/// Resolves when all connections are cut.
async fn was_cut(mut orders: watch::Receiver<Orders>) -> Cut {
    let (before, _) = orders.borrow().cuts;
    match orders.wait_for(|orders| orders.cuts.0 != before).await {
        Ok(orders) => orders.cuts.1,
        // The proxy is gone.
        Err(_) => Cut::Close,
    }
}

async fn pump(
    from: ReadHalf<'_>,
    to: WriteHalf<'_>,
    orders: watch::Receiver<Orders>,
    choose: fn(&Plan) -> Way,
) -> Stop {
    let (generation, mutes) = (orders.borrow().generation, orders.borrow().mutes);
    let pump = Pump { from, to, orders, choose, generation, mutes, passed: 0 };
    // A peer that is lost takes the other one with it.
    pump.run().await.unwrap_or(Stop::Cut(Cut::Reset))
}

struct Pump<'a> {
    from: ReadHalf<'a>,
    to: WriteHalf<'a>,
    orders: watch::Receiver<Orders>,
    choose: fn(&Plan) -> Way,
    /// The plan under which `passed` is counted.
    generation: u64,
    /// More of them than when the connection was made: it is mute.
    mutes: u64,
    passed: u64,
}

impl Pump<'_> {
    async fn run(mut self) -> io::Result<Stop> {
        let mut buffer = [0; 16 * 1024];
        loop {
            // A flow on hold is not read either, so that the sender feels it.
            self.flowing().await;
            let count = tokio::select! {
                biased;
                changed = self.orders.changed() => match changed {
                    Ok(()) => continue,
                    Err(_) => return Ok(Stop::Cut(Cut::Close)),
                },
                count = self.from.read(&mut buffer) => count?,
            };
            if count == 0 {
                return self.finish().await;
            }
            if let Some(cut) = self.pass(&buffer[..count]).await? {
                return Ok(Stop::Cut(cut));
            }
        }
    }

    /// Passes a chunk on as the plan says, which may change in its middle.
    async fn pass(&mut self, mut chunk: &[u8]) -> io::Result<Option<Cut>> {
        let delay = self.way().delay;
        if !delay.is_zero() {
            sleep(delay).await;
        }
        while !chunk.is_empty() {
            let way = self.flowing().await;
            if way.flow == Flow::Swallow {
                return Ok(None);
            }
            let mut count = if way.drip.is_some() { 1 } else { chunk.len() };
            if let Some((limit, cut)) = way.cut_after {
                let left = limit.saturating_sub(self.passed);
                if left == 0 {
                    return Ok(Some(cut));
                }
                count = count.min(usize::try_from(left).unwrap_or(usize::MAX));
            }
            self.to.write_all(&chunk[..count]).await?;
            self.passed += count as u64;
            chunk = &chunk[count..];
            if let Some((limit, cut)) = way.cut_after
                && self.passed >= limit
            {
                return Ok(Some(cut));
            }
            match way.drip {
                Some(pause) if !pause.is_zero() => sleep(pause).await,
                // Lets the reader have the byte alone.
                Some(_) => tokio::task::yield_now().await,
                None => {}
            }
        }
        Ok(None)
    }

    /// Passes on the end of the stream, unless it is swallowed, which keeps this side open for good.
    async fn finish(&mut self) -> io::Result<Stop> {
        loop {
            if self.flowing().await.flow == Flow::Forward {
                self.to.shutdown().await?;
                return Ok(Stop::End);
            }
            if self.orders.changed().await.is_err() {
                return Ok(Stop::Cut(Cut::Close));
            }
        }
    }

    /// Waits while the flow is on hold.
    async fn flowing(&mut self) -> Way {
        loop {
            let way = self.way();
            if way.flow != Flow::Hold || self.orders.changed().await.is_err() {
                return way;
            }
        }
    }

    /// What the plan says now.
    fn way(&mut self) -> Way {
        let orders = *self.orders.borrow_and_update();
        if orders.generation != self.generation {
            self.generation = orders.generation;
            self.passed = 0;
        }
        if orders.mutes != self.mutes {
            return Way { flow: Flow::Swallow, ..Way::default() };
        }
        (self.choose)(&orders.plan)
    }
}
