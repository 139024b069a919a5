//! A TCP proxy that stands before a real server and misbehaves on order.
//!
//! A [`Plan`] says what it does with new connections and with the bytes of either direction; it may change at
//! any time and holds for the connections under way too. Real sockets, so real time: not for a runtime whose
//! clock is paused.
//!
//! A proxy that refuses connections has no listening socket, so the kernel answers and those attempts cannot
//! be counted; [`Accept::Close`] and [`Accept::Reset`] can.

mod pump;

use std::net::{Ipv4Addr, SocketAddr};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use socket2::{Domain, SockRef, Socket, Type};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;
use tokio::task::{JoinHandle, JoinSet};

use crate::ports::free_port;

/// What becomes of new connections.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Accept {
    /// They are connected to the server.
    #[default]
    Forward,
    /// Nobody listens: `connection refused`.
    Refuse,
    /// They are accepted and closed (FIN).
    Close,
    /// They are accepted and reset (RST).
    Reset,
    /// They are accepted, whatever they send is swallowed, and nothing ever answers.
    Silence,
}

/// What becomes of the bytes of one direction.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Flow {
    /// They are passed on.
    #[default]
    Forward,
    /// They wait, none is lost, until the flow changes; what the kernel's buffers cannot take, the sender keeps.
    Hold,
    /// They are taken and dropped, and so is the end of the stream: a peer that is gone without a word.
    Swallow,
}

/// How a connection ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Cut {
    /// Orderly (FIN), on both sides.
    Close,
    /// Abruptly (RST), on both sides.
    Reset,
}

/// What becomes of the bytes that go one way.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Way {
    /// Whether they are passed on.
    pub flow: Flow,
    /// How long each chunk waits before it is passed on; chunks wait one after the other.
    pub delay: Duration,
    /// Passes single bytes, each its own segment, with so much time between two.
    pub drip: Option<Duration>,
    /// Ends each connection when so many more bytes have been passed on this way, counted from when the plan was
    /// set or the connection made; zero ends it when the next byte comes.
    pub cut_after: Option<(u64, Cut)>,
}

/// What a proxy does. The default one is a proxy without fault.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Plan {
    /// New connections.
    pub accept: Accept,
    /// From the client to the server.
    pub requests: Way,
    /// From the server to the client.
    pub replies: Way,
}

/// The plan as the connections see it.
#[derive(Clone, Copy, Debug)]
struct Orders {
    plan: Plan,
    /// Counts the plans, so that a connection knows when to count its bytes anew.
    generation: u64,
    /// Counts the cuts of [`FaultProxy::cut`] and says how the last one ends the connections.
    cuts: (u64, Cut),
    /// Counts the calls of [`FaultProxy::mute`].
    mutes: u64,
    server: SocketAddr,
}

/// A proxy on a free port of 127.0.0.1; it and its connections end when it is dropped.
pub struct FaultProxy {
    port: u16,
    orders: watch::Sender<Orders>,
    accepted: Arc<Mutex<Vec<Instant>>>,
    listening: watch::Receiver<bool>,
    task: JoinHandle<()>,
}

impl FaultProxy {
    /// Starts a proxy before the server on `port` of 127.0.0.1.
    ///
    /// # Panics
    ///
    /// Outside of a tokio runtime.
    #[must_use]
    pub fn start(port: u16) -> Self {
        let server = SocketAddr::from((Ipv4Addr::LOCALHOST, port));
        let (socket, port) = loop {
            let port = free_port();
            // Somebody else may have been faster.
            if let Ok(socket) = bound(port) {
                break (socket, port);
            }
        };
        let orders = Orders { plan: Plan::default(), generation: 0, cuts: (0, Cut::Close), mutes: 0, server };
        let (orders, seen) = watch::channel(orders);
        let (is_listening, listening) = watch::channel(true);
        let accepted = Arc::default();
        let listener = listen(socket);
        let task = tokio::spawn(serve(port, listener, seen, is_listening, Arc::clone(&accepted)));
        Self { port, orders, accepted, listening, task }
    }

    /// The port on 127.0.0.1; it stays the same, refused or not.
    #[must_use]
    pub fn port(&self) -> u16 {
        self.port
    }

    /// `127.0.0.1:PORT`
    #[must_use]
    pub fn address(&self) -> String {
        format!("127.0.0.1:{}", self.port)
    }

    /// `redis://127.0.0.1:PORT`
    #[must_use]
    pub fn url(&self) -> String {
        format!("redis://127.0.0.1:{}", self.port)
    }

    /// Replaces the plan and returns once it holds for new connections and is known to those under way.
    pub async fn set(&self, plan: Plan) {
        self.orders.send_modify(|orders| {
            orders.plan = plan;
            orders.generation += 1;
        });
        let wanted = plan.accept != Accept::Refuse;
        let mut listening = self.listening.clone();
        listening
            .wait_for(|listening| *listening == wanted)
            .await
            .expect("the proxy lives as long as its handle");
    }

    /// Changes the plan under way: `proxy.change(|plan| plan.replies.flow = Flow::Hold).await`.
    pub async fn change(&self, change: impl FnOnce(&mut Plan)) {
        let mut plan = self.orders.borrow().plan;
        change(&mut plan);
        self.set(plan).await;
    }

    /// Back to a proxy without fault; held bytes go on their way.
    pub async fn heal(&self) {
        self.set(Plan::default()).await;
    }

    /// Ends all connections under way; new ones are as the plan says.
    pub fn cut(&self, cut: Cut) {
        self.orders.send_modify(|orders| orders.cuts = (orders.cuts.0 + 1, cut));
    }

    /// Makes the connections under way half-open for good: nothing passes on them any more, whatever the plan says.
    /// New ones are as the plan says.
    pub fn mute(&self) {
        self.orders.send_modify(|orders| orders.mutes += 1);
    }

    /// Sends new connections to another server, on `port` of 127.0.0.1.
    pub fn redirect(&self, port: u16) {
        self.orders.send_modify(|orders| orders.server = SocketAddr::from((Ipv4Addr::LOCALHOST, port)));
    }

    /// When each connection so far was accepted; refused ones are not among them.
    #[must_use]
    pub fn accepted(&self) -> Vec<Instant> {
        locked(&self.accepted).clone()
    }

    /// How many connections were accepted so far.
    #[must_use]
    pub fn accepted_count(&self) -> usize {
        locked(&self.accepted).len()
    }
}

impl Drop for FaultProxy {
    fn drop(&mut self) {
        self.task.abort();
    }
}

/// Accepts connections, and stops listening while the plan says so. Its connections end with it.
async fn serve(
    port: u16,
    listener: TcpListener,
    mut orders: watch::Receiver<Orders>,
    is_listening: watch::Sender<bool>,
    accepted: Arc<Mutex<Vec<Instant>>>,
) {
    let mut connections = JoinSet::new();
    let mut listener = Some(listener);
    loop {
        let refuse = orders.borrow_and_update().plan.accept == Accept::Refuse;
        if refuse {
            drop(listener.take());
            // Bound but not listening: connections are refused, and nobody else gets the port.
            let reserved = rebound(port).await;
            is_listening.send_replace(false);
            if orders.wait_for(|orders| orders.plan.accept != Accept::Refuse).await.is_err() {
                return;
            }
            listener = Some(listen(reserved));
        }
        is_listening.send_replace(true);
        let Some(open) = &listener else { return };
        tokio::select! {
            biased;
            changed = orders.changed() => if changed.is_err() { return },
            Ok((client, _)) = open.accept() => {
                locked(&accepted).push(Instant::now());
                connections.spawn(welcome(client, orders.clone()));
            }
        }
        while connections.try_join_next().is_some() {}
    }
}

/// Does with a new connection what the plan says.
async fn welcome(client: TcpStream, mut orders: watch::Receiver<Orders>) {
    let now = *orders.borrow_and_update();
    match now.plan.accept {
        Accept::Forward => {
            // A server that is down: the client is reset, as by a load balancer.
            match TcpStream::connect(now.server).await {
                Ok(server) => pump::carry(client, server, orders).await,
                Err(_) => end(&client, Cut::Reset),
            }
        }
        Accept::Refuse | Accept::Reset => end(&client, Cut::Reset),
        Accept::Close => end(&client, Cut::Close),
        Accept::Silence => pump::swallow(client, orders).await,
    }
}

/// Prepares the end of a connection, which comes when the stream is dropped.
fn end(stream: &TcpStream, cut: Cut) {
    if cut == Cut::Reset {
        // Dropping a socket that lingers for no time resets it. A socket already gone needs no reset.
        let _ = SockRef::from(stream).set_linger(Some(Duration::ZERO));
    }
}

/// Binds again the port of a listener that was just closed: the kernel may take a moment to let go of it.
async fn rebound(port: u16) -> Socket {
    loop {
        match bound(port) {
            Ok(socket) => return socket,
            Err(_) => tokio::task::yield_now().await,
        }
    }
}

fn bound(port: u16) -> std::io::Result<Socket> {
    let socket = Socket::new(Domain::IPV4, Type::STREAM, None)?;
    // Connections of the last listener may still be open, or in TIME_WAIT.
    socket.set_reuse_address(true)?;
    socket.set_nonblocking(true)?;
    socket.bind(&SocketAddr::from((Ipv4Addr::LOCALHOST, port)).into())?;
    Ok(socket)
}

fn listen(socket: Socket) -> TcpListener {
    socket.listen(1024).expect("a bound socket listens");
    TcpListener::from_std(socket.into()).expect("a runtime is running")
}

fn locked(accepted: &Mutex<Vec<Instant>>) -> MutexGuard<'_, Vec<Instant>> {
    accepted.lock().unwrap_or_else(PoisonError::into_inner)
}
