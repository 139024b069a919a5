//! Which nodes of a cluster a command is for, and what becomes of their replies.

use redlane_resp::slot;

/// Slots of a cluster.
const SLOTS: u16 = 16_384;

/// How truth values of several nodes become one.
#[derive(Clone, Copy, Debug, PartialEq)]
#[non_exhaustive]
pub enum LogicalAggregateOp {
    /// True when all are.
    And,
}

/// How numbers of several nodes become one.
#[derive(Clone, Copy, Debug, PartialEq)]
#[non_exhaustive]
pub enum AggregateOp {
    /// The least.
    Min,
    /// The sum.
    Sum,
}

/// How the replies of several nodes become one.
#[derive(Clone, Copy, Debug, PartialEq)]
#[non_exhaustive]
pub enum ResponsePolicy {
    /// The first that is no error.
    OneSucceeded,
    /// The first that is not empty, or that all are.
    FirstSucceededNonEmptyOrAllEmpty,
    /// One of them, when none is an error.
    AllSucceeded,
    /// Truth values, combined.
    AggregateLogical(LogicalAggregateOp),
    /// Numbers, combined.
    Aggregate(AggregateOp),
    /// Lists, one after the other.
    CombineArrays,
    /// The command has rules of its own.
    Special,
    /// Maps, in one.
    CombineMaps,
}

/// Which nodes a command is for.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub enum RoutingInfo {
    /// One.
    SingleNode(SingleNodeRoutingInfo),
    /// Several, and what becomes of their replies.
    MultiNode((MultipleNodeRoutingInfo, Option<ResponsePolicy>)),
}

/// Which one node a command is for.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub enum SingleNodeRoutingInfo {
    /// Any.
    Random,
    /// Any primary.
    RandomPrimary,
    /// The one that has a slot.
    SpecificNode(Route),
    /// The one at an address.
    ByAddress {
        /// The host.
        host: String,
        /// The port.
        port: u16,
    },
}

impl From<Option<Route>> for SingleNodeRoutingInfo {
    fn from(route: Option<Route>) -> Self {
        route.map_or(Self::Random, Self::SpecificNode)
    }
}

/// Which several nodes a command is for.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub enum MultipleNodeRoutingInfo {
    /// All.
    AllNodes,
    /// All primaries.
    AllMasters,
    /// Those that have the keys, each with the places of its arguments.
    MultiSlot((Vec<(Route, Vec<usize>)>, MultiSlotArgPattern)),
}

/// How the arguments of a command on keys of several slots are made up.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub enum MultiSlotArgPattern {
    /// Keys, as in `MGET`.
    KeysOnly,
    /// A key and a value in turn, as in `MSET`.
    KeyValuePairs,
    /// Keys, and one argument for all of them, as in `JSON.MGET`.
    KeysAndLastArg,
    /// A key and two arguments in turn, as in `JSON.MSET`.
    KeyWithTwoArgTriples,
}

/// Which of the nodes that have a slot.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum SlotAddr {
    /// The primary.
    Master,
    /// A replica or the primary, as the settings for reading say.
    ReplicaOptional,
    /// A replica, if there is one.
    ReplicaRequired,
}

/// A slot, and which of the nodes that have it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Route(u16, SlotAddr);

impl Route {
    /// A slot by its number.
    pub fn new(slot: u16, slot_addr: SlotAddr) -> Self {
        Self(slot, slot_addr)
    }

    /// A slot.
    pub fn with_slot(slot: Slot, slot_addr: SlotAddr) -> Self {
        Self(slot.0, slot_addr)
    }

    /// The slot of a key.
    pub fn with_key(key: impl AsRef<[u8]>, slot_addr: SlotAddr) -> Self {
        Self::with_slot(Slot::for_key(key), slot_addr)
    }
}

/// The number of a slot, 0 to 16,383.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Slot(u16);

impl Slot {
    /// A slot by its number; `None` for one that no cluster has.
    pub const fn new(slot: u16) -> Option<Self> {
        if slot < SLOTS { Some(Self(slot)) } else { None }
    }

    /// The slot of a key.
    pub fn for_key(key: impl AsRef<[u8]>) -> Self {
        Self(slot::slot(key.as_ref()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_has_the_slot_that_the_servers_give_it() {
        // As `CLUSTER KEYSLOT` says.
        assert_eq!(Slot::for_key("foo"), Slot(12_182));
        assert_eq!(Slot::for_key("{foo}bar"), Slot::for_key("foo"));
        assert_eq!(Route::with_key("foo", SlotAddr::Master), Route::new(12_182, SlotAddr::Master));
        assert_eq!((Slot::new(16_383).is_some(), Slot::new(16_384)), (true, None));
    }
}
