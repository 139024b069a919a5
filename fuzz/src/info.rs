//! `INFO`: any text is kept to the byte, and every view of it answers.

use redlane::info::{Content, Info, Section};

/// Reads the input as a reply and looks at it through every view.
pub fn info(data: &[u8]) {
    let info = Info::parse(data.to_vec());

    assert_eq!(info.as_bytes(), data);
    assert_eq!(info.encode(), data, "a byte was lost");
    assert_eq!(info.is_empty(), data.is_empty());
    let feeds = data.iter().filter(|byte| **byte == b'\n').count();
    assert_eq!(info.lines().count(), feeds + usize::from(!data.is_empty() && !data.ends_with(b"\n")));

    let headers = info.lines().filter(|line| matches!(line.content, Content::Header(_))).count();
    let in_sections: usize = info.sections().map(|section| section.lines().count()).sum();
    assert_eq!(headers + in_sections, info.lines().count(), "a line is in no section, or in two");

    info.sections().for_each(views);
    views(info.whole());
    let _ = format!("{info:?} {}", info.summary());
    let _ = info.key_count();
    if let Some(rate) = info.hit_rate() {
        assert!((0.0..=1.0).contains(&rate), "{rate}");
    }
}

fn views(section: Section<'_>) {
    let _ = (section.databases(), section.replicas(), section.masters(), section.listeners());
    let _ = (section.io_threads(), section.engines(), section.modules(), section.distributions());
    let _ = (section.cmdstats(), section.errorstats());
    for percentiles in section.latencies().into_values() {
        percentiles.iter().for_each(drop);
    }
    let _ = format!("{:?}", section.server());
    for (key, text) in section.fields().take(64) {
        field(section, key, text);
    }
}

/// The getters agree with what std reads in the same text.
fn field(section: Section<'_>, key: &str, text: &str) {
    let pairs: Vec<_> = section.pairs(key).into_iter().flat_map(|pairs| pairs.iter()).collect();
    let _ = (pairs, section.percent(key), section.bytes(key), section.seconds(key), section.status(key));
    let _ = (section.try_bool(key).map_err(|error| format!("{error} {error:?}")), section.f64(key));
    // Of several the last counts, which need not be text.
    if section.all(key).last() != Some(text) || section.raw_bytes(key) != Some(text.as_bytes()) {
        return;
    }
    assert_eq!(section.raw(key), Some(text));
    let digits = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    assert_eq!(section.u64(key), text.parse().ok().filter(|_| digits));
    if digits {
        assert_eq!(section.i64(key), text.parse().ok());
        assert!(section.bytes(key).is_some() || text.len() > 19, "{text} is an amount of bytes");
    }
}
