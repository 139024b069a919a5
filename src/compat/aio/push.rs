//! Where pushes go.

use std::sync::{Arc, mpsc};

use ::tokio::sync;

use crate::compat::value::PushInfo;

/// Nobody takes pushes any more.
#[derive(Debug)]
pub struct SendError;

/// Takes the pushes of a connection. It is called by the connection's driver and must not block.
pub trait AsyncPushSender: Send + Sync + 'static {
    /// Hands over one push.
    ///
    /// # Errors
    /// [`SendError`] when nobody takes them any more.
    fn send(&self, info: PushInfo) -> Result<(), SendError>;
}

impl AsyncPushSender for sync::mpsc::UnboundedSender<PushInfo> {
    fn send(&self, info: PushInfo) -> Result<(), SendError> {
        sync::mpsc::UnboundedSender::send(self, info).map_err(|_| SendError)
    }
}

impl AsyncPushSender for sync::broadcast::Sender<PushInfo> {
    fn send(&self, info: PushInfo) -> Result<(), SendError> {
        sync::broadcast::Sender::send(self, info).map(|_| ()).map_err(|_| SendError)
    }
}

impl AsyncPushSender for mpsc::Sender<PushInfo> {
    fn send(&self, info: PushInfo) -> Result<(), SendError> {
        mpsc::Sender::send(self, info).map_err(|_| SendError)
    }
}

#[cfg(feature = "cluster-async")]
impl AsyncPushSender for futures_channel::mpsc::UnboundedSender<PushInfo> {
    fn send(&self, info: PushInfo) -> Result<(), SendError> {
        self.unbounded_send(info).map_err(|_| SendError)
    }
}

impl<T, F: Fn(PushInfo) -> Result<(), T> + Send + Sync + 'static> AsyncPushSender for F {
    fn send(&self, info: PushInfo) -> Result<(), SendError> {
        self(info).map_err(|_| SendError)
    }
}

impl<T: AsyncPushSender + ?Sized> AsyncPushSender for Arc<T> {
    fn send(&self, info: PushInfo) -> Result<(), SendError> {
        (**self).send(info)
    }
}
