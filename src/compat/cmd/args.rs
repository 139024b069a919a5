//! The arguments of a command, one by one.

use redlane_resp::command::Args;

use super::Cmd;

/// An argument.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub enum Arg<D> {
    /// What stays as it is.
    Simple(D),
    /// The cursor of a scan, which changes from one command to the next.
    Cursor,
}

#[derive(Clone)]
struct ArgsIter<'a> {
    args: Args<'a>,
    place: usize,
    count: usize,
    cursors: &'a [usize],
}

impl<'a> Iterator for ArgsIter<'a> {
    type Item = Arg<&'a [u8]>;

    fn next(&mut self) -> Option<Self::Item> {
        let arg = self.args.next()?;
        let place = self.place;
        self.place = place.saturating_add(1);
        match self.cursors.split_first() {
            Some((first, rest)) if *first == place => {
                self.cursors = rest;
                Some(Arg::Cursor)
            }
            _ => Some(Arg::Simple(arg)),
        }
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        let left = self.count.saturating_sub(self.place);
        (left, Some(left))
    }
}

impl ExactSizeIterator for ArgsIter<'_> {}

impl Cmd {
    /// The arguments, the name first.
    pub fn args_iter(&self) -> impl Clone + ExactSizeIterator<Item = Arg<&[u8]>> {
        let cursors = self.rare.as_ref().map_or(&[][..], |rare| &rare.cursor_places);
        ArgsIter { args: self.wire.args(), place: 0, count: self.wire.arg_count(), cursors }
    }
}
