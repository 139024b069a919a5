//! Where arguments are written to: the trait a command implements, and the guard for an argument written piecemeal.

use std::fmt::{self, Write as _};
use std::io;

use bytes::buf::UninitSlice;
use bytes::{Buf, BufMut, Bytes};

use crate::command::SEGMENT_BYTES;

/// Takes the arguments of a command, one call each.
pub trait RedisWrite {
    /// Appends one argument.
    fn write_arg(&mut self, arg: &[u8]);

    /// Appends one argument in the form that its `Display` gives it.
    fn write_arg_fmt(&mut self, arg: impl fmt::Display) {
        let mut next = NextArg::new(self, 0);
        // Only a `Display` that itself reports an error can fail here; what it wrote until then is the argument.
        let _ = write!(next, "{arg}");
    }

    /// Appends one argument, which is whatever is written to the returned writer until it is dropped.
    ///
    /// Nothing written is an empty argument, and still one.
    fn writer_for_next_arg(&mut self) -> impl io::Write + '_;

    /// Makes room for arguments of these sizes, in bytes. A hint: neither the count nor the sizes need be right.
    fn reserve_space_for_args(&mut self, additional: impl IntoIterator<Item = usize>) {
        let _ = additional;
    }

    /// Appends one argument, which is whatever is put into the returned buffer until it is dropped.
    ///
    /// `capacity` is the size expected, in bytes; the buffer grows beyond it when it must.
    fn bufmut_for_next_arg(&mut self, capacity: usize) -> impl BufMut + '_ {
        NextArg::new(self, capacity)
    }

    /// Appends one argument that may be shared instead of copied.
    #[doc(hidden)]
    fn write_shared_arg(&mut self, arg: &Bytes) {
        self.write_arg(arg);
    }
}

impl RedisWrite for Vec<Vec<u8>> {
    fn write_arg(&mut self, arg: &[u8]) {
        self.push(arg.to_vec());
    }

    fn writer_for_next_arg(&mut self) -> impl io::Write + '_ {
        NextArg::new(self, 0)
    }

    fn reserve_space_for_args(&mut self, additional: impl IntoIterator<Item = usize>) {
        self.reserve(additional.into_iter().count());
    }
}

/// An argument under way: collects bytes and appends them as one argument when it is dropped.
#[derive(Debug)]
pub struct NextArg<'a, W: ?Sized + RedisWrite> {
    out: &'a mut W,
    bytes: Vec<u8>,
}

impl<'a, W: ?Sized + RedisWrite> NextArg<'a, W> {
    /// Begins an argument of about `capacity` bytes.
    pub fn new(out: &'a mut W, capacity: usize) -> Self {
        NextArg { out, bytes: Vec::with_capacity(capacity) }
    }
}

impl<W: ?Sized + RedisWrite> Drop for NextArg<'_, W> {
    fn drop(&mut self) {
        if self.bytes.len() < SEGMENT_BYTES {
            self.out.write_arg(&self.bytes);
        } else {
            self.out.write_shared_arg(&Bytes::from(std::mem::take(&mut self.bytes)));
        }
    }
}

impl<W: ?Sized + RedisWrite> io::Write for NextArg<'_, W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.bytes.extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl<W: ?Sized + RedisWrite> fmt::Write for NextArg<'_, W> {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        self.bytes.extend_from_slice(text.as_bytes());
        Ok(())
    }
}

// SAFETY: every method is `Vec<u8>`'s own, on the same vector; nothing else touches it in between.
#[expect(
    unsafe_code,
    reason = "`BufMut` is an unsafe trait, and the shape of `bufmut_for_next_arg` asks for one"
)]
unsafe impl<W: ?Sized + RedisWrite> BufMut for NextArg<'_, W> {
    fn remaining_mut(&self) -> usize {
        self.bytes.remaining_mut()
    }

    unsafe fn advance_mut(&mut self, count: usize) {
        // SAFETY: the caller's promise (`count` bytes of `chunk_mut` are written) is passed on as it is.
        unsafe { self.bytes.advance_mut(count) }
    }

    fn chunk_mut(&mut self) -> &mut UninitSlice {
        self.bytes.chunk_mut()
    }

    fn put<T: Buf>(&mut self, source: T)
    where
        Self: Sized,
    {
        self.bytes.put(source);
    }

    fn put_slice(&mut self, source: &[u8]) {
        self.bytes.extend_from_slice(source);
    }

    fn put_bytes(&mut self, value: u8, count: usize) {
        self.bytes.put_bytes(value, count);
    }
}
