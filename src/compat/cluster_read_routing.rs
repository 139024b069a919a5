//! Which node of a shard is read from.

use std::collections::BTreeMap;
use std::collections::btree_map::Entry;
use std::num::NonZeroUsize;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, PoisonError, RwLock};

use crate::compat::cluster::NodeAddress;

/// A primary, its replicas, and the slots that they have.
#[derive(Clone, Debug)]
pub struct Shard {
    slot_ranges: Arc<[(u16, u16)]>,
    primary: NodeAddress,
    replicas: Arc<[NodeAddress]>,
}

impl Shard {
    /// A shard of these slots, both ends of each range included.
    pub fn new(
        slot_ranges: impl Into<Arc<[(u16, u16)]>>,
        primary: NodeAddress,
        replicas: impl Into<Arc<[NodeAddress]>>,
    ) -> Self {
        Self { slot_ranges: slot_ranges.into(), primary, replicas: replicas.into() }
    }

    /// Its slots, both ends of each range included.
    pub fn slot_ranges(&self) -> &[(u16, u16)] {
        &self.slot_ranges
    }

    /// The node that is written to.
    pub fn primary(&self) -> &NodeAddress {
        &self.primary
    }

    /// The nodes that follow it.
    pub fn replicas(&self) -> &[NodeAddress] {
        &self.replicas
    }
}

/// The shards of a cluster.
#[derive(Clone, Debug)]
pub struct ClusterTopology {
    shards: Vec<Shard>,
    /// By its last slot, each range with its first one and its shard.
    ranges: BTreeMap<u16, (u16, usize)>,
}

impl ClusterTopology {
    /// A topology of these shards. Where two claim a slot, the later one has it.
    pub fn from_shards(shards: Vec<Shard>) -> Self {
        let mut ranges = BTreeMap::new();
        for (place, shard) in shards.iter().enumerate() {
            for (first, last) in shard.slot_ranges() {
                match ranges.entry(*last) {
                    Entry::Vacant(entry) => drop(entry.insert((*first, place))),
                    Entry::Occupied(mut entry) => drop(entry.insert((*first, place))),
                }
            }
        }
        Self { shards, ranges }
    }

    /// The shard that has a slot; `None`: nobody has it.
    pub fn shard_for_slot(&self, slot: u16) -> Option<&Shard> {
        let (_, (first, place)) = self.ranges.range(slot..).next()?;
        if *first <= slot { self.shards.get(*place) } else { None }
    }

    /// All shards.
    pub fn shards(&self) -> impl Iterator<Item = &Shard> {
        self.shards.iter()
    }
}

/// Replicas to choose from; there is at least one.
#[derive(Debug)]
pub struct Replicas<'a> {
    first: &'a NodeAddress,
    all: &'a [NodeAddress],
}

impl<'a> Replicas<'a> {
    /// These replicas; `None` when there is none.
    pub fn new(slice: &'a [NodeAddress]) -> Option<Self> {
        slice.first().map(|first| Self { first, all: slice })
    }

    /// How many there are.
    pub fn len(&self) -> NonZeroUsize {
        NonZeroUsize::new(self.all.len()).unwrap_or(NonZeroUsize::MIN)
    }

    /// The first.
    pub fn first(&self) -> &'a NodeAddress {
        self.first
    }

    /// The one at a place.
    pub fn get(&self, idx: usize) -> Option<&'a NodeAddress> {
        self.all.get(idx)
    }

    /// Any.
    pub fn choose_random(&self) -> &'a NodeAddress {
        self.all.get(fastrand::usize(..self.all.len().max(1))).unwrap_or(self.first)
    }

    /// All of them.
    pub fn iter(&self) -> impl Iterator<Item = &'a NodeAddress> {
        self.all.iter()
    }
}

/// A read that any node of the shard may answer.
#[derive(Debug)]
pub struct AnyNodeCandidates<'a> {
    slot: u16,
    primary: &'a NodeAddress,
    replicas: Replicas<'a>,
}

impl<'a> AnyNodeCandidates<'a> {
    /// The slot that is read from.
    pub fn slot(&self) -> u16 {
        self.slot
    }

    /// The primary.
    pub fn primary(&self) -> &'a NodeAddress {
        self.primary
    }

    /// The replicas.
    pub fn replicas(&self) -> &Replicas<'a> {
        &self.replicas
    }
}

/// A read that a replica has to answer.
#[derive(Debug)]
pub struct ReplicasOnlyCandidates<'a> {
    slot: u16,
    replicas: Replicas<'a>,
}

impl<'a> ReplicasOnlyCandidates<'a> {
    /// The slot that is read from.
    pub fn slot(&self) -> u16 {
        self.slot
    }

    /// The replicas.
    pub fn replicas(&self) -> &Replicas<'a> {
        &self.replicas
    }
}

/// Who may answer a read.
#[derive(Debug)]
pub enum ReadCandidates<'a> {
    /// Any node of the shard.
    AnyNode(AnyNodeCandidates<'a>),
    /// A replica.
    ReplicasOnly(ReplicasOnlyCandidates<'a>),
}

impl<'a> ReadCandidates<'a> {
    /// The slot that is read from.
    pub fn slot(&self) -> u16 {
        match self {
            Self::AnyNode(candidates) => candidates.slot(),
            Self::ReplicasOnly(candidates) => candidates.slot(),
        }
    }

    fn replicas(&self) -> &Replicas<'a> {
        match self {
            Self::AnyNode(candidates) => candidates.replicas(),
            Self::ReplicasOnly(candidates) => candidates.replicas(),
        }
    }
}

/// Chooses who answers a read.
pub trait ReadRoutingStrategy: Send + Sync {
    /// The cluster has changed.
    fn on_topology_changed(&self, _topology: ClusterTopology) {}

    /// Chooses one of the candidates.
    fn route_read<'a>(&self, candidates: &ReadCandidates<'a>) -> &'a NodeAddress;
}

/// Makes a strategy for each connection.
pub trait ReadRoutingStrategyFactory: Send + Sync {
    /// A new strategy.
    fn create_strategy(&self) -> Box<dyn ReadRoutingStrategy>;
}

impl<T: ReadRoutingStrategy + Default + 'static> ReadRoutingStrategyFactory for T {
    fn create_strategy(&self) -> Box<dyn ReadRoutingStrategy> {
        Box::new(T::default())
    }
}

/// Reads from any replica.
#[derive(Debug, Default)]
pub struct RandomReplicaStrategy;

impl ReadRoutingStrategy for RandomReplicaStrategy {
    fn route_read<'a>(&self, candidates: &ReadCandidates<'a>) -> &'a NodeAddress {
        candidates.replicas().choose_random()
    }
}

/// Reads from the replicas of a shard in turn.
#[derive(Debug, Default)]
pub struct RoundRobinReplicaStrategy {
    turns: RwLock<Turns>,
}

/// One counter for each shard.
#[derive(Debug, Default)]
struct Turns {
    topology: Option<ClusterTopology>,
    counters: Vec<AtomicUsize>,
}

impl RoundRobinReplicaStrategy {
    /// Begins with the first replica of each shard.
    pub fn new() -> Self {
        Self::default()
    }
}

impl ReadRoutingStrategy for RoundRobinReplicaStrategy {
    fn on_topology_changed(&self, topology: ClusterTopology) {
        let counters = topology.shards().map(|_| AtomicUsize::new(0)).collect();
        *self.turns.write().unwrap_or_else(PoisonError::into_inner) =
            Turns { topology: Some(topology), counters };
    }

    fn route_read<'a>(&self, candidates: &ReadCandidates<'a>) -> &'a NodeAddress {
        let turns = self.turns.read().unwrap_or_else(PoisonError::into_inner);
        let ranges = turns.topology.as_ref().map(|topology| &topology.ranges);
        let place =
            ranges.and_then(|ranges| ranges.range(candidates.slot()..).next()).map(|(_, (_, place))| *place);
        let counter = place.and_then(|place| turns.counters.get(place));
        let turn = counter.map_or(0, |counter| counter.fetch_add(1, Ordering::Relaxed));
        let replicas = candidates.replicas();
        replicas.get(turn.checked_rem(replicas.len().get()).unwrap_or(0)).unwrap_or(replicas.first())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn node(port: u16) -> NodeAddress {
        NodeAddress::new("h", port)
    }

    fn read<'a>(slot: u16, replicas: &'a [NodeAddress]) -> ReadCandidates<'a> {
        ReadCandidates::ReplicasOnly(ReplicasOnlyCandidates {
            slot,
            replicas: Replicas::new(replicas).unwrap(),
        })
    }

    #[test]
    fn a_slot_belongs_to_the_shard_that_claims_it() {
        let shards = vec![
            Shard::new([(0, 99), (200, 299)], node(1), []),
            Shard::new([(100, 199)], node(2), [node(3)]),
        ];
        let topology = ClusterTopology::from_shards(shards);

        let primary = |slot| topology.shard_for_slot(slot).map(|shard| shard.primary().port());
        assert_eq!([0, 99, 100, 199, 200, 299].map(primary), [1, 1, 2, 2, 1, 1].map(Some));
        assert_eq!(primary(300), None);
        assert_eq!(topology.shards().count(), 2);
    }

    #[test]
    fn replicas_take_turns_in_each_shard() {
        let replicas = [node(3), node(4)];
        let other = [node(5), node(6)];
        let strategy = RoundRobinReplicaStrategy::new();
        strategy.on_topology_changed(ClusterTopology::from_shards(vec![
            Shard::new([(0, 99)], node(1), replicas.clone()),
            Shard::new([(100, 199)], node(2), other.clone()),
        ]));

        let chosen = [7, 8, 100, 9].map(|slot| {
            let candidates = read(slot, if slot < 100 { &replicas } else { &other });
            strategy.route_read(&candidates).port()
        });

        assert_eq!(chosen, [3, 4, 5, 3]);
    }

    #[test]
    fn a_random_replica_is_one_of_them() {
        let replicas = [node(3), node(4)];
        for _ in 0..20 {
            assert!(replicas.contains(RandomReplicaStrategy.route_read(&read(0, &replicas))));
        }
        assert!(Replicas::new(&[]).is_none());
    }
}
