//! One connection of the simulated server, and the one thing that goes wrong on it.

use std::sync::Arc;
use std::time::Duration;

use fastrand::Rng;
use tokio::time::sleep;

use super::world::{World, random_ms};
use crate::simulated::peer::Peer;
use crate::simulated::socket::{End, ServerEnd};

/// What the server says to the greeting.
#[derive(Clone, Copy, Debug)]
enum Greeting {
    Normal,
    Slow(Duration),
    Error(&'static str),
    Silence,
    HangUp,
}

/// What goes wrong.
#[derive(Clone, Copy, Debug)]
enum Fault {
    None,
    /// The connection ends when so many bytes have been read.
    CutIn(usize, End),
    /// The connection ends when so many bytes have been sent.
    CutOut(usize, End),
    /// Reply number so-and-so is none.
    Malformed(usize, &'static [u8]),
    /// From that reply on nothing is said, for a while.
    Silence(usize, Duration),
    /// From that reply on nothing is said and nothing is read.
    Dead(usize),
    /// That reply stops in the middle, for ever.
    Half(usize),
    /// That reply comes byte by byte.
    Drip(usize, Duration),
}

const MALFORMED: [&[u8]; 6] = [
    b"$5\r\nhelloXX",
    b":12a\r\n",
    b"?what\r\n",
    b"*-7\r\n",
    b"$99999999999999999999\r\n",
    b"*2\r\n+one\r\n-ERR two\n",
];

/// How one connection goes.
#[derive(Clone, Copy, Debug)]
pub(super) struct Plan {
    greeting: Greeting,
    fault: Fault,
    /// Time between running and answering.
    pause: Duration,
    pushes: bool,
}

impl Plan {
    pub(super) fn draw(rng: &mut Rng, faults: bool, hangs_up: bool) -> Self {
        let pause = if rng.bool() { Duration::ZERO } else { random_ms(rng, 1..20) };
        let pushes = rng.bool();
        if !faults {
            return Plan { greeting: Greeting::Normal, fault: Fault::None, pause, pushes };
        }
        if hangs_up {
            let fault = Fault::CutOut(rng.usize(8..20), End::Closed);
            return Plan { greeting: Greeting::Normal, fault, pause, pushes };
        }
        let greeting = match rng.u8(0..24) {
            0 => Greeting::Silence,
            1 => Greeting::HangUp,
            2 => Greeting::Error("-WRONGPASS no\r\n"),
            3 => Greeting::Error("-LOADING soon\r\n"),
            4 => Greeting::Error("-ERR max number of clients reached\r\n"),
            5 => Greeting::Error("~what\r\n"),
            6..=8 => Greeting::Slow(random_ms(rng, 1..600)),
            _ => Greeting::Normal,
        };
        let end = [End::Finished, End::Closed, End::Reset][rng.usize(..3)];
        let bytes = if rng.bool() { rng.usize(15..300) } else { rng.usize(15..10_000) };
        let reply = if rng.bool() { rng.usize(1..4) } else { rng.usize(1..40) };
        let fault = match rng.u8(0..16) {
            0..=2 => Fault::CutIn(bytes, end),
            3..=5 => Fault::CutOut(bytes, end),
            6..=7 => Fault::Malformed(reply, MALFORMED[rng.usize(..MALFORMED.len())]),
            8 => Fault::Silence(reply, random_ms(rng, 1..4_000)),
            9 => Fault::Dead(reply),
            10 => Fault::Half(reply),
            11 => Fault::Drip(reply, random_ms(rng, 1..200)),
            _ => Fault::None,
        };
        Plan { greeting, fault, pause, pushes }
    }
}

/// Serves one connection until it ends.
pub(super) async fn serve(socket: Arc<ServerEnd>, world: Arc<World>, plan: Plan, rng: Rng) {
    trace!("serve {plan:?}");
    Service { socket, world, plan, rng, peer: Peer::default(), received: 0, sent: 0, replies: 0 }.run().await;
}

struct Service {
    socket: Arc<ServerEnd>,
    world: Arc<World>,
    plan: Plan,
    rng: Rng,
    peer: Peer,
    received: usize,
    sent: usize,
    replies: usize,
}

impl Service {
    /// `None` ends it, here and below.
    async fn run(&mut self) -> Option<()> {
        loop {
            let mut most = if self.rng.bool() { 1 << 20 } else { self.rng.usize(1..100) };
            if let Fault::CutIn(limit, end) = self.plan.fault {
                if self.received >= limit {
                    self.socket.end(end);
                    return None;
                }
                most = most.min(limit - self.received);
            }
            let bytes = self.socket.read(most).await;
            if bytes.is_empty() {
                return None;
            }
            self.received += bytes.len();
            let replies = self.peer.feed(&bytes, &mut self.world.ledger(), &mut self.rng);
            if !replies.is_empty() {
                sleep(self.plan.pause).await;
            }
            for reply in replies {
                if self.replies == 0 {
                    self.greet(&reply).await?;
                } else {
                    self.answer(&reply).await?;
                }
                self.replies += 1;
            }
        }
    }

    async fn greet(&mut self, reply: &[u8]) -> Option<()> {
        match self.plan.greeting {
            Greeting::Normal => {}
            Greeting::Slow(pause) => sleep(pause).await,
            Greeting::Error(text) => return self.send(text.as_bytes()),
            Greeting::Silence => {
                self.socket.until_gone().await;
                return None;
            }
            Greeting::HangUp => {
                self.socket.end(End::Closed);
                return None;
            }
        }
        self.send(reply)
    }

    async fn answer(&mut self, reply: &[u8]) -> Option<()> {
        trace!("answer {} {:?}", self.replies, String::from_utf8_lossy(&reply[..reply.len().min(60)]));
        if self.plan.pushes && self.rng.u8(0..5) == 0 {
            self.send(b">2\r\n+push\r\n+news\r\n")?;
        }
        match self.plan.fault {
            Fault::Malformed(number, bytes) if number == self.replies => {
                self.socket.send(bytes);
                let poison = self.sent + bytes.len();
                self.sent = poison;
                sleep(Duration::from_millis(1)).await;
                if self.socket.delivered() >= poison {
                    assert!(self.socket.client_is_gone(), "a malformed reply was let pass");
                }
            }
            Fault::Malformed(number, _) if number < self.replies => self.world.ledger().taint(reply),
            Fault::Silence(number, pause) if number == self.replies => sleep(pause).await,
            Fault::Dead(number) if number == self.replies => {
                self.socket.until_gone().await;
                return None;
            }
            Fault::Half(number) if number == self.replies => {
                self.send(&reply[..reply.len() / 2])?;
                self.socket.until_gone().await;
                return None;
            }
            Fault::Drip(number, pause) if number == self.replies && reply.len() < 200 => {
                for byte in reply {
                    self.send(&[*byte])?;
                    sleep(pause).await;
                }
                return Some(());
            }
            _ => {}
        }
        self.send(reply)
    }

    /// Sends bytes, or as many as the plan lets through.
    fn send(&mut self, bytes: &[u8]) -> Option<()> {
        if let Fault::CutOut(limit, end) = self.plan.fault
            && self.sent + bytes.len() >= limit
        {
            self.socket.send(&bytes[..limit - self.sent]);
            self.socket.end(end);
            return None;
        }
        self.socket.send(bytes);
        self.sent += bytes.len();
        Some(())
    }
}
