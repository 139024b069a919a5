//! The levels of the frame under way: for each, how many elements are still to come. A fixed-size stack, so that
//! nesting costs neither recursion nor memory.
//!
//! The surprise is the attribute: it is a level whose end completes no element of the level around it, because it
//! belongs to the frame that follows.

use crate::limits::{Limits, MAX_DEPTH};

/// What ends a level, and what its end means.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Ends {
    /// The frame itself, outside of any aggregate.
    Frame,
    /// An aggregate whose length was announced.
    Counted,
    /// Attributes: the frame they belong to still has to come.
    Attribute,
    /// A streamed array or set, ended by `.`. Its elements are counted one by one.
    Streamed,
    /// A streamed map before a key, or at its end.
    StreamedKey,
    /// A streamed map before a value.
    StreamedValue,
}

#[derive(Clone, Copy, Debug)]
struct Level {
    left: u32,
    ends: Ends,
}

const FRAME: Level = Level { left: 1, ends: Ends::Frame };

/// How an aggregate begins.
#[derive(Clone, Copy, Debug)]
pub(super) enum Opening {
    /// That many frames follow; a map's keys and values count each.
    Counted(u32),
    /// Attributes of that many frames.
    Attribute(u32),
    /// Elements until `.`.
    Streamed,
    /// Keys and values until `.`.
    StreamedMap,
}

/// Why `.` may not stand here.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Misplaced {
    /// No streamed aggregate is open at this level.
    Outside,
    /// A value is due.
    AfterKey,
    /// The frame that attributes belong to is due.
    AfterAttribute,
}

#[derive(Clone)]
pub(super) struct Levels {
    /// The innermost level.
    level: Level,
    /// Attributes were read and their frame was not.
    attributed: bool,
    depth: usize,
    /// Elements that the frame may still announce.
    budget: u32,
    /// The levels around the innermost, outermost first.
    outer: [Level; MAX_DEPTH],
}

impl Levels {
    pub(super) fn new(elements: usize) -> Self {
        Self { level: FRAME, attributed: false, depth: 0, budget: clamp(elements), outer: [FRAME; MAX_DEPTH] }
    }

    pub(super) fn reset(&mut self, elements: usize) {
        self.level = FRAME;
        self.attributed = false;
        self.depth = 0;
        self.budget = clamp(elements);
    }

    pub(super) fn depth(&self) -> usize {
        self.depth
    }

    /// Whether the frame may announce that many more elements.
    pub(super) fn allows(&self, elements: u32) -> bool {
        elements <= self.budget
    }

    /// Opens a level, unless a limit forbids it. An empty aggregate opens none, and neither do empty attributes.
    #[inline]
    pub(super) fn open(&mut self, opening: Opening, limits: &Limits) -> bool {
        let (left, ends) = match opening {
            Opening::Counted(left) => (left, Ends::Counted),
            Opening::Attribute(left) => (left, Ends::Attribute),
            Opening::Streamed => (1, Ends::Streamed),
            Opening::StreamedMap => (1, Ends::StreamedKey),
        };
        let announced = if matches!(ends, Ends::Counted | Ends::Attribute) { left } else { 0 };
        let Some(budget) = self.budget.checked_sub(announced) else { return false };
        if self.depth >= limits.depth {
            return false;
        }
        self.budget = budget;
        if left == 0 {
            self.attributed |= ends == Ends::Attribute;
            return true;
        }
        let Some(slot) = self.outer.get_mut(self.depth) else { return false };
        *slot = self.level;
        self.depth = self.depth.wrapping_add(1);
        self.level = Level { left, ends };
        self.attributed = false;
        true
    }

    /// Whether attributes were read whose frame is still to come.
    pub(super) fn attributed(&self) -> bool {
        self.attributed
    }

    /// Elements that the innermost level still needs, at least one.
    #[inline(always)]
    pub(super) fn left(&self) -> u32 {
        self.level.left
    }

    /// Counts elements of the innermost level, at least one, so that `left` are needed; as [`close`](Self::close).
    #[inline(always)]
    pub(super) fn leave(&mut self, left: u32) -> bool {
        self.attributed = false;
        self.level.left = left;
        left == 0
    }

    /// Counts one element of the innermost level; `true` when it was the last, and [`close_level`](Self::close_level)
    /// is due.
    #[inline(always)]
    pub(super) fn close(&mut self) -> bool {
        self.attributed = false;
        self.level.left = self.level.left.wrapping_sub(1);
        self.level.left == 0
    }

    /// Closes all levels that have no element to come: `true` when the frame is whole, `None` when a streamed
    /// aggregate has more elements than allowed.
    pub(super) fn close_level(&mut self) -> Option<bool> {
        loop {
            match self.level.ends {
                Ends::Frame => return Some(true),
                Ends::Counted => {
                    self.pop();
                    if !self.close() {
                        return Some(false);
                    }
                }
                Ends::Attribute => {
                    self.pop();
                    self.attributed = true;
                    return Some(false);
                }
                streamed => {
                    self.budget = self.budget.checked_sub(1)?;
                    let ends = match streamed {
                        Ends::StreamedKey => Ends::StreamedValue,
                        Ends::StreamedValue => Ends::StreamedKey,
                        other => other,
                    };
                    self.level = Level { left: 1, ends };
                    return Some(false);
                }
            }
        }
    }

    /// Ends a streamed aggregate, which then counts as an element of the level around it.
    pub(super) fn end_streamed(&mut self) -> Result<(), Misplaced> {
        match self.level.ends {
            Ends::Streamed | Ends::StreamedKey if self.attributed => Err(Misplaced::AfterAttribute),
            Ends::Streamed | Ends::StreamedKey => {
                self.pop();
                Ok(())
            }
            Ends::StreamedValue => Err(Misplaced::AfterKey),
            Ends::Frame | Ends::Counted | Ends::Attribute => Err(Misplaced::Outside),
        }
    }

    fn pop(&mut self) {
        self.depth = self.depth.wrapping_sub(1);
        self.level = self.outer.get(self.depth).copied().unwrap_or(FRAME);
    }
}

/// Levels count in 32 bits; that many elements are 12 GiB on the wire.
fn clamp(elements: usize) -> u32 {
    u32::try_from(elements).unwrap_or(u32::MAX)
}
