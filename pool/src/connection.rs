//! A greeted socket, and the ways to write to it.
//!
//! A socket of the kernel's can be written from any task at once; TLS and an in-memory pipe only by the driver. Both
//! ways end here, so that nobody else has to know the difference.

use std::future::{Future, poll_fn};
use std::io::{self, IoSlice};
use std::pin::{Pin, pin};
use std::sync::Arc;
use std::task::{Context, Poll, ready};
use std::time::Duration;

use redlane_resp::scan::Scanner;
use tokio::io::AsyncWrite;
use tokio::time::{Instant, timeout_at};

use crate::block::ReadBlock;
use crate::config::LinkConfig;
use crate::connector::{Connector, Exchange};
use crate::outbox::SLICES;
use crate::tickets::Batch;
use crate::transport::{ConnectError, ReadHalf, Step, WriteHalf, dial};
use crate::wakers::guarded;

/// A greeted socket and what was already read from it.
pub(crate) struct Connection {
    pub(crate) reader: ReadHalf,
    pub(crate) writer: Arc<WriteHalf>,
    pub(crate) scanner: Scanner,
    pub(crate) block: ReadBlock,
}

/// Dials and greets, all within the connect timeout. What panics meanwhile, since it is not ours, is a failed attempt.
pub(crate) async fn open<C: Connector>(
    connector: &C,
    config: &LinkConfig,
) -> Result<Connection, ConnectError> {
    let mut opening = pin!(open_by(connector, config));
    poll_fn(|cx| guarded(|| opening.as_mut().poll(cx)).unwrap_or(Poll::Ready(Err(ConnectError::Panicked))))
        .await
}

async fn open_by<C: Connector>(connector: &C, config: &LinkConfig) -> Result<Connection, ConnectError> {
    /// As good as for ever: a time that cannot be counted any more must not count as over.
    const LONGEST: Duration = Duration::from_secs(100 * 365 * 24 * 60 * 60);
    let limit = config.connect_timeout;
    let deadline = Instant::now().checked_add(limit.min(LONGEST)).unwrap_or_else(Instant::now);
    let late = |step| ConnectError::Timeout { step, limit };
    let target = timeout_at(deadline, connector.target()).await.map_err(|_| late(Step::Resolve))??;
    let left = deadline.saturating_duration_since(Instant::now());
    let socket = dial(&target, &config.socket, left).await.map_err(|error| match error {
        // What is left of the limit says little; the limit itself is what somebody has set.
        ConnectError::Timeout { step, .. } => late(step),
        other => other,
    })?;
    let (mut reader, mut writer) = socket.split();
    let mut scanner = Scanner::new(config.limits);
    let mut block = ReadBlock::new(config.read_block);
    let mut exchange = Exchange {
        reader: &mut reader,
        writer: &mut writer,
        scanner: &mut scanner,
        block: &mut block,
        heard: false,
    };
    timeout_at(deadline, connector.greet(&mut exchange)).await.map_err(|_| late(Step::Greet))??;
    Ok(Connection { reader, writer: Arc::new(writer), scanner, block })
}

/// Writes as much of the batch as the kernel takes at once.
pub(crate) fn write_now(writer: &WriteHalf, batch: &mut Batch) -> io::Result<()> {
    while batch.done < batch.outbox.len() {
        let taken = match batch.outbox.as_slice(batch.done) {
            Some(bytes) => writer.try_write(bytes),
            None => {
                let mut slices = [IoSlice::new(&[]); SLICES];
                let filled = batch.outbox.slices(batch.done, &mut slices);
                writer.try_write_vectored(slices.get(..filled).unwrap_or_default())
            }
        };
        match taken {
            Ok(0) => return Err(io::ErrorKind::WriteZero.into()),
            Ok(n) => batch.done = batch.done.saturating_add(n),
            Err(error) if would_block(&error) => return Ok(()),
            Err(error) => return Err(error),
        }
    }
    Ok(())
}

/// Writes the batch through whatever kind of socket this is.
pub(crate) fn poll_write_batch(
    writer: &mut Arc<WriteHalf>,
    cx: &mut Context<'_>,
    batch: &mut Batch,
) -> Poll<io::Result<()>> {
    if writer.writes_directly() {
        loop {
            write_now(writer, batch)?;
            if batch.done >= batch.outbox.len() {
                return Poll::Ready(Ok(()));
            }
            match writer.poll_write_ready(cx) {
                Poll::Ready(ready) => ready?,
                Poll::Pending => return Poll::Pending,
            }
        }
    }
    let Some(writer) = Arc::get_mut(writer) else { return Poll::Ready(Err(io::ErrorKind::Other.into())) };
    while batch.done < batch.outbox.len() {
        let mut slices = [IoSlice::new(&[]); SLICES];
        let filled = batch.outbox.slices(batch.done, &mut slices);
        let slices = slices.get(..filled).unwrap_or_default();
        match Pin::new(&mut *writer).poll_write_vectored(cx, slices) {
            Poll::Ready(Ok(0)) => return Poll::Ready(Err(io::ErrorKind::WriteZero.into())),
            Poll::Ready(Ok(n)) => batch.done = batch.done.saturating_add(n),
            Poll::Ready(Err(error)) => return Poll::Ready(Err(error)),
            Poll::Pending => return Poll::Pending,
        }
    }
    Poll::Ready(Ok(()))
}

/// Gets out what a socket that encrypts has taken and keeps; nothing to do for the kernel's own.
pub(crate) fn poll_flush(writer: &mut Arc<WriteHalf>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
    match Arc::get_mut(writer) {
        Some(writer) => Pin::new(writer).poll_flush(cx),
        None => Poll::Ready(Ok(())),
    }
}

/// Writes one slice the same way; at least one byte of it.
pub(crate) fn poll_write_slice(
    writer: &mut Arc<WriteHalf>,
    cx: &mut Context<'_>,
    bytes: &[u8],
) -> Poll<io::Result<usize>> {
    if let Some(writer) = Arc::get_mut(writer) {
        return match ready!(Pin::new(writer).poll_write(cx, bytes)) {
            Ok(0) => Poll::Ready(Err(io::ErrorKind::WriteZero.into())),
            written => Poll::Ready(written),
        };
    }
    loop {
        match writer.try_write(bytes) {
            Ok(0) => return Poll::Ready(Err(io::ErrorKind::WriteZero.into())),
            Ok(n) => return Poll::Ready(Ok(n)),
            Err(error) if would_block(&error) => match writer.poll_write_ready(cx) {
                Poll::Ready(ready) => ready?,
                Poll::Pending => return Poll::Pending,
            },
            Err(error) => return Poll::Ready(Err(error)),
        }
    }
}

/// Whether a failed write only means that the kernel's buffer is full.
fn would_block(error: &io::Error) -> bool {
    matches!(error.kind(), io::ErrorKind::WouldBlock | io::ErrorKind::Interrupted)
}
