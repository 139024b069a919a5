//! Counters by name: `cmdstat_*`, `errorstat_*` and `latency_percentiles_usec_*`.
//!
//! A plain `INFO` leaves out the first and the last: ask for `commandstats` and `latencystats` by name, or
//! for `all`. A subcommand's name holds a bar, `config|get`; older servers count the pseudo command `host:`,
//! colon included.

use std::collections::BTreeMap;
use std::time::Duration;

use super::number;
use super::pairs::Pairs;
use super::section::Section;

const COMMAND: &str = "cmdstat_";
const ERROR: &str = "errorstat_";
const LATENCY: &str = "latency_percentiles_usec_";

/// What the server counted for one command:
/// `calls=362,usec=359,usec_per_call=0.99,rejected_calls=1,failed_calls=0`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct CommandStat<'a> {
    /// How often it ran.
    pub calls: Option<u64>,
    /// CPU time of all calls together.
    pub total_time: Option<Duration>,
    /// CPU time of one call on average.
    pub mean_time: Option<Duration>,
    /// How often it was refused before it ran: wrong arguments, no permission, not this node.
    pub rejected: Option<u64>,
    /// How often it ran and ended in an error.
    pub failed: Option<u64>,
    /// All pairs as they were sent.
    pub pairs: Pairs<'a>,
}

impl<'a> CommandStat<'a> {
    fn read(pairs: Pairs<'a>) -> Self {
        Self {
            calls: pairs.u64("calls"),
            total_time: pairs.micros("usec"),
            mean_time: pairs.micros("usec_per_call"),
            rejected: pairs.u64("rejected_calls"),
            failed: pairs.u64("failed_calls"),
            pairs,
        }
    }
}

/// How long one command takes: `p50=1.003,p99=3.007,p99.9=6.015`, in microseconds of CPU time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Percentiles<'a> {
    /// All pairs as they were sent.
    pub pairs: Pairs<'a>,
}

impl<'a> Percentiles<'a> {
    /// The time that the share `name`, such as `p99.9`, of all calls did not exceed.
    ///
    /// Which shares there are is the server's setting `latency-tracking-info-percentiles`.
    pub fn at(self, name: &str) -> Option<Duration> {
        self.pairs.micros(name)
    }

    /// Every share and its time, in the server's order.
    pub fn iter(self) -> impl Iterator<Item = (&'a str, Duration)> {
        self.pairs.iter().filter_map(|(name, text)| Some((name, number::micros(text)?)))
    }
}

impl<'a> Section<'a> {
    /// What was counted for `command` (`get`, `config|get` or `CONFIG GET`); `None` when it never ran.
    pub fn cmdstat(self, command: &str) -> Option<CommandStat<'a>> {
        self.named(COMMAND, &counted_name(command)).map(|text| CommandStat::read(Pairs::new(text)))
    }

    /// What was counted for every command that ran, by name.
    pub fn cmdstats(self) -> BTreeMap<&'a str, CommandStat<'a>> {
        self.family(COMMAND, |text| Some(CommandStat::read(Pairs::new(text))))
    }

    /// How many error replies began with `code`; `None` when there was none.
    pub fn errorstat(self, code: &str) -> Option<u64> {
        self.named(ERROR, code).and_then(|text| Pairs::new(text).u64("count"))
    }

    /// How many error replies there were, by their first word.
    pub fn errorstats(self) -> BTreeMap<&'a str, u64> {
        self.family(ERROR, |text| Pairs::new(text).u64("count"))
    }

    /// How long `command` (`get`, `config|get` or `CONFIG GET`) takes; `None` when it never ran.
    pub fn latency(self, command: &str) -> Option<Percentiles<'a>> {
        self.named(LATENCY, &counted_name(command)).map(|text| Percentiles { pairs: Pairs::new(text) })
    }

    /// How long every command that ran takes, by name.
    pub fn latencies(self) -> BTreeMap<&'a str, Percentiles<'a>> {
        self.family(LATENCY, |text| Some(Percentiles { pairs: Pairs::new(text) }))
    }

    fn named(self, prefix: &str, name: &str) -> Option<&'a str> {
        let mut members = self.fields().filter_map(|(key, value)| Some((key.strip_prefix(prefix)?, value)));
        members.find(|(key, _)| *key == name).map(|(_, value)| value)
    }

    fn family<T>(self, prefix: &str, read: fn(&'a str) -> Option<T>) -> BTreeMap<&'a str, T> {
        let members =
            self.fields().filter_map(|(key, value)| Some((key.strip_prefix(prefix)?, read(value)?)));
        members.collect()
    }
}

/// The name under which the server counts a command: lower case, a bar before the subcommand.
fn counted_name(command: &str) -> String {
    command.trim().to_ascii_lowercase().replace(' ', "|")
}
