//! What HOTKEYS START watches.

use redlane_resp::to_args::{RedisWrite, ToRedisArgs};

/// The fewest keys that HOTKEYS GET can list.
pub const HOTKEYS_COUNT_MIN: u64 = 1;
/// The most keys that HOTKEYS GET can list.
pub const HOTKEYS_COUNT_MAX: u64 = 64;

/// What to watch: the time of the processor, the bytes on the network, or both. One of them is given when the options
/// are made.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct HotkeysOptions {
    cpu: bool,
    net: bool,
    count: Option<u64>,
    seconds: Option<u64>,
    sample_ratio: Option<u64>,
    slots: Option<Vec<u16>>,
}

impl HotkeysOptions {
    /// Watches the time of the processor.
    #[must_use]
    pub fn new_with_cpu() -> Self {
        Self::new(true, false)
    }

    /// Watches the bytes on the network.
    #[must_use]
    pub fn new_with_net() -> Self {
        Self::new(false, true)
    }

    fn new(cpu: bool, net: bool) -> Self {
        Self { cpu, net, count: None, seconds: None, sample_ratio: None, slots: None }
    }

    /// Watches the time of the processor too.
    #[must_use]
    pub fn and_cpu(mut self) -> Self {
        self.cpu = true;
        self
    }

    /// Watches the bytes on the network too.
    #[must_use]
    pub fn and_net(mut self) -> Self {
        self.net = true;
        self
    }

    /// Lists the `k` hottest keys.
    ///
    /// # Errors
    /// A text, when `k` is not from [`HOTKEYS_COUNT_MIN`] to [`HOTKEYS_COUNT_MAX`].
    pub fn with_count(mut self, k: u64) -> Result<Self, String> {
        if !(HOTKEYS_COUNT_MIN..=HOTKEYS_COUNT_MAX).contains(&k) {
            return Err(format!(
                "COUNT must be between {HOTKEYS_COUNT_MIN} and {HOTKEYS_COUNT_MAX}, got: {k}"
            ));
        }
        self.count = Some(k);
        Ok(self)
    }

    /// Ends the watch after so many seconds; otherwise it runs until it is stopped.
    #[must_use]
    pub fn with_duration_secs(mut self, seconds: u64) -> Self {
        self.seconds = Some(seconds);
        self
    }

    /// Looks at one in `ratio` keys, which costs less and may miss some.
    #[must_use]
    pub fn with_sample_ratio(mut self, ratio: u64) -> Self {
        self.sample_ratio = Some(ratio);
        self
    }

    /// Looks only at these slots, which must be the node's own. A server without cluster refuses it.
    #[must_use]
    pub fn with_slots(mut self, slots: Vec<u16>) -> Self {
        self.slots = Some(slots);
        self
    }
}

impl ToRedisArgs for HotkeysOptions {
    fn write_redis_args<W>(&self, out: &mut W)
    where
        W: ?Sized + RedisWrite,
    {
        let metrics = [(self.cpu, "CPU"), (self.net, "NET")];
        ("METRICS", metrics.iter().filter(|(on, _)| *on).count()).write_redis_args(out);
        for (_, metric) in metrics.iter().filter(|(on, _)| *on) {
            out.write_arg(metric.as_bytes());
        }
        self.count.map(|count| ("COUNT", count)).write_redis_args(out);
        self.seconds.map(|seconds| ("DURATION", seconds)).write_redis_args(out);
        self.sample_ratio.map(|ratio| ("SAMPLE", ratio)).write_redis_args(out);
        self.slots.as_ref().map(|slots| ("SLOTS", slots.len(), slots)).write_redis_args(out);
    }

    fn num_of_args(&self) -> usize {
        self.to_redis_args().len()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::commands::test_support::written;

    #[test]
    fn options_write_what_was_given() {
        let whole = HotkeysOptions::new_with_net()
            .and_cpu()
            .with_slots(vec![1, 2])
            .with_sample_ratio(5)
            .with_duration_secs(60)
            .with_count(10)
            .unwrap();

        assert_eq!(written(HotkeysOptions::new_with_cpu()), "METRICS 1 CPU");
        assert_eq!(written(&whole), "METRICS 2 CPU NET COUNT 10 DURATION 60 SAMPLE 5 SLOTS 2 1 2");
        assert_eq!(whole.num_of_args(), 14);
    }

    #[test]
    fn a_count_out_of_range_is_refused() {
        for count in [0, 65] {
            let refused = HotkeysOptions::new_with_cpu().with_count(count).unwrap_err();
            assert_eq!(refused, format!("COUNT must be between 1 and 64, got: {count}"));
        }
    }
}
