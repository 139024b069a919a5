//! One life of a subscriber's connection: greets as every connection of the client does, hears for the board, and says
//! what the board wishes.

use std::sync::Arc;

use bytes::Bytes;
use redlane_pool::connector::{Connector, Dirt, Exchange, PushSink};
use redlane_pool::feed::Listener;
use redlane_pool::transport::Target;
use redlane_resp::reply::Reply;

use super::board::Board;
use super::event::Ended;
use crate::error::{CloseReason, ConnectError};
use crate::handshake::Handshake;

pub(super) struct Session {
    pub(super) number: u64,
    pub(super) board: Arc<Board>,
    pub(super) handshake: Arc<Handshake>,
}

impl Connector for Session {
    fn target(&self) -> impl Future<Output = Result<Target, ConnectError>> + Send {
        self.handshake.target()
    }

    fn greet(&self, exchange: &mut Exchange<'_>) -> impl Future<Output = Result<(), ConnectError>> + Send {
        self.handshake.greet(exchange)
    }

    fn probe(&self) -> Bytes {
        self.handshake.probe()
    }

    fn cleanse(&self, _: Dirt) -> Option<Bytes> {
        None
    }
}

impl PushSink for Session {
    fn push(&self, frame: Reply) {
        self.board.hear(self.number, &frame);
    }

    fn up(&self) {
        self.board.up(self.number);
    }

    fn down(&self, reason: CloseReason) {
        self.board.down(self.number);
        if reason == CloseReason::RuntimeGone {
            self.board.over(self.number, &Ended::Lost(reason));
        }
    }

    fn failed(&self, error: &ConnectError) {
        self.board.failed(self.number, error);
    }
}

impl Listener for Session {
    fn words(&self, silent: bool, out: &mut Vec<u8>) {
        self.board.words(self.number, silent, out);
    }

    fn silent(&self) {
        self.board.silent(self.number);
    }

    fn has_words(&self) -> bool {
        self.board.has_words()
    }

    fn is_ready(&self) -> bool {
        self.board.is_ready()
    }

    fn retire(&self) -> bool {
        self.board.retire(self.number)
    }
}
