//! A held lock, as its guard, its handles and the watchdog share it: until when it is valid, and the news of its loss.

use std::fmt;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use redlane_resp::value::Value;
use tokio::sync::OwnedMutexGuard;

use super::bare;
use super::error::LockError;
use super::loss::{Loss, LossReason};
use super::scripts::{self, Extended, Extensions};
use super::socket::Socket;
use super::terms::Terms;
use super::token::Token;
use super::ttl::Ttl;
use super::validity::{Moment, Validity};
use crate::client::Client;
use crate::commands::command::Command;
use crate::error::{ErrorKind, Result};

/// An acquisition that has succeeded, on its way to become a held lock.
pub(crate) struct Acquisition {
    pub(crate) client: Client,
    pub(crate) name: String,
    pub(crate) terms: Terms,
    pub(crate) token: Token,
    pub(crate) ttl: Ttl,
    /// It was asked for by a plain command, and can be extended by one.
    pub(crate) bare: bool,
    pub(crate) holding: Holding,
    pub(crate) win: Win,
}

/// What came of asking.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Win {
    pub(crate) fence: Option<u64>,
    pub(crate) validity: Validity,
}

/// How long a lock is to be held.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Holding {
    pub(crate) watchdog: bool,
    pub(crate) max_hold: Option<Duration>,
}

/// A lock that is held.
pub(crate) struct Held {
    /// Tells it from all others of this process.
    pub(crate) id: u64,
    pub(crate) client: Client,
    pub(crate) name: String,
    pub(crate) terms: Terms,
    pub(crate) token: Token,
    pub(crate) fence: Option<u64>,
    /// Renewed by the watchdog.
    pub(crate) renewed: bool,
    /// When it has been held for as long as it may be.
    ends: Option<Instant>,
    /// It is extended by a plain command.
    bare: AtomicBool,
    state: Mutex<State>,
    /// One extension at a time: of two under way nobody could tell which one the server did last.
    extending: Arc<tokio::sync::Mutex<()>>,
    pub(crate) loss: Loss,
}

#[derive(Clone, Copy)]
struct State {
    validity: Validity,
    /// The last time to live that the server was asked for, and the longest.
    ttl: Ttl,
    longest: Ttl,
    late: Option<Late>,
}

/// An extension that the server may still execute: it went over a socket that is not the one of now. Whatever it is asked
/// for meanwhile, the lock may then have this time to live from that moment on.
#[derive(Clone, Copy)]
struct Late {
    ttl: Ttl,
    socket: Socket,
    /// By then it has been executed, or never will be: a response timeout after the last question.
    until: Instant,
}

/// Whoever has it may extend; nobody else does meanwhile.
pub(crate) type Turn = OwnedMutexGuard<()>;

impl Held {
    pub(crate) fn new(acquisition: Acquisition) -> Self {
        static IDS: AtomicU64 = AtomicU64::new(0);
        let Acquisition { client, name, terms, token, ttl, bare, holding, win } = acquisition;
        Self {
            id: IDS.fetch_add(1, Ordering::Relaxed),
            client,
            name,
            terms,
            token,
            fence: win.fence,
            renewed: holding.watchdog,
            ends: holding.max_hold.and_then(|limit| Instant::now().checked_add(limit)),
            bare: AtomicBool::new(bare),
            state: Mutex::new(State { validity: win.validity, ttl, longest: ttl, late: None }),
            extending: Arc::default(),
            loss: Loss::default(),
        }
    }

    /// What is left of it by the clocks.
    pub(crate) fn left(&self, now: Moment) -> Duration {
        let left = self.state().validity.left(now);
        self.ends.map_or(left, |ends| left.min(now.until(ends)))
    }

    /// Whether there is a limit to how long it may be held.
    pub(crate) fn has_end(&self) -> bool {
        self.ends.is_some()
    }

    /// Whether it has been held for as long as it may be.
    pub(crate) fn is_at_its_end(&self, now: Moment) -> bool {
        self.ends.is_some_and(|ends| now.until(ends).is_zero())
    }

    /// The time to live that it is renewed with: the last one that was asked for, or less while an extension for less may
    /// be executed late.
    pub(crate) fn ttl(&self) -> Ttl {
        let (state, now) = (self.state(), Instant::now());
        let late = state.late.filter(|late| late.until > now);
        late.map_or(state.ttl, |late| late.ttl.min(state.ttl))
    }

    /// It is lost: nobody may rely on it any more. Gives whether that is news.
    pub(crate) fn lose(&self, reason: LossReason) -> bool {
        self.state().validity.end(Moment::now());
        self.loss.tell(reason, false)
    }

    /// It is being given back. Gives whether it was valid, and the longest time that it may live on the server.
    pub(crate) fn give_back(&self) -> (bool, Ttl) {
        let now = Moment::now();
        let valid = !self.left(now).is_zero();
        let mut state = self.state();
        state.validity.end(now);
        let longest = state.longest;
        drop(state);
        self.loss.tell(LossReason::Closed, true);
        (valid, longest)
    }

    /// Whether it was lost or given back.
    pub(crate) fn is_over(&self) -> bool {
        self.loss.reason().is_some()
    }

    /// The right to extend it, if nobody does right now.
    pub(crate) fn try_turn(&self) -> Option<Turn> {
        Arc::clone(&self.extending).try_lock_owned().ok()
    }

    /// Lets it live for `ttl` from now on.
    pub(crate) async fn extend(&self, ttl: Duration) -> Result<(), LockError> {
        let ttl = Ttl::new(ttl)?;
        let _turn = Arc::clone(&self.extending).lock_owned().await;
        if self.left(Moment::now()).is_zero() {
            return Err(LockError::NotHeld);
        }
        let (sent, socket) = (Moment::now(), Socket::now(&self.client));
        let answered = self.client.call_timeout().saturating_add(self.client.config().socket_timeout());
        let earlier = {
            // If the answer is lost, the server may have taken the new time.
            let mut state = self.state();
            state.validity.shorten(Validity::of(sent, ttl));
            state.ttl = ttl;
            state.longest = state.longest.max(ttl);
            let earlier = state.late;
            state.late = Instant::now().checked_add(answered).map(|until| match state.late {
                Some(late) => Late { ttl: late.ttl.min(ttl), until, ..late },
                None => Late { ttl, socket, until },
            });
            earlier
        };
        match self.ask_for_more(ttl).await.map_err(LockError::failed("extended"))? {
            Extended::Ours => {
                if socket.is_settled(&self.client) {
                    // This one was executed, and is not late.
                    self.state().late = earlier;
                }
                self.prolong(sent, ttl);
                Ok(())
            }
            lost => {
                self.lose(reason_of(lost));
                Err(LockError::NotHeld)
            }
        }
    }

    async fn ask_for_more(&self, ttl: Ttl) -> Result<Extended> {
        if self.bare.load(Ordering::Relaxed) {
            let command = bare::extend(&self.terms.keys, &self.token, ttl);
            let answer = self.client.execute::<Option<Vec<u8>>>(command).idempotent().await;
            match answer {
                Ok(answer) => return Ok(bare::extended(&self.token, answer.as_deref())),
                Err(error) if bare::is_unknown(&error) => self.bare.store(false, Ordering::Relaxed),
                // A value of another type is someone else's too.
                Err(error) if error.kind() == ErrorKind::WrongType => return Ok(Extended::NotOurs),
                Err(error) => return Err(error),
            }
        }
        scripts::extend(&self.terms, &self.token, ttl).call(&self.client).await
    }

    /// The command that asks for more of the same time, for a pipeline.
    pub(crate) fn renewal(&self, ttl: Ttl, scripts: &mut Extensions) -> Command {
        if self.bare.load(Ordering::Relaxed) {
            bare::extend(&self.terms.keys, &self.token, ttl)
        } else {
            scripts.command(&self.terms, &self.token, ttl)
        }
    }

    /// What the answer to [`renewal`](Self::renewal) says.
    pub(crate) fn answered(&self, answer: &Result<Value>) -> Renewal {
        let extended = match answer {
            Ok(Value::Integer(1)) => Extended::Ours,
            Ok(Value::Integer(0)) => Extended::NotOurs,
            Ok(Value::Integer(_) | Value::Null) => Extended::Gone,
            Ok(Value::Bulk(holder)) => bare::extended(&self.token, Some(holder)),
            Ok(_) => return Renewal::Failed,
            // Of a plain command: a value of another type is someone else's too.
            Err(error) if error.kind() == ErrorKind::WrongType => Extended::NotOurs,
            Err(error) if error.kind() == ErrorKind::Closed => return Renewal::Lost(LossReason::Closed),
            Err(error) => {
                if bare::is_unknown(error) {
                    self.bare.store(false, Ordering::Relaxed);
                }
                return Renewal::Failed;
            }
        };
        match extended {
            Extended::Ours => Renewal::Renewed,
            lost => Renewal::Lost(reason_of(lost)),
        }
    }

    /// The server has given it `ttl` from `sent` on. What is over stays so.
    pub(crate) fn prolong(&self, sent: Moment, ttl: Ttl) {
        let now = Instant::now();
        let mut state = self.state();
        state.late = state.late.filter(|late| late.until > now && !late.socket.is_settled(&self.client));
        let ttl = state.late.map_or(ttl, |late| late.ttl.min(ttl));
        state.validity.renew(Validity::of(sent, ttl));
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// What one renewal came to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Renewal {
    Renewed,
    /// Nobody knows; it may be tried again.
    Failed,
    Lost(LossReason),
}

fn reason_of(extended: Extended) -> LossReason {
    match extended {
        Extended::NotOurs => LossReason::Stolen,
        Extended::Ours | Extended::Gone => LossReason::Expired,
    }
}

/// Neither the name nor the token.
impl fmt::Debug for Held {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Held")
            .field("fence", &self.fence)
            .field("left", &self.left(Moment::now()))
            .field("renewed", &self.renewed)
            .field("loss", &self.loss)
            .finish_non_exhaustive()
    }
}
