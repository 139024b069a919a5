//! Leaving out a test that a server cannot run. Only the server's own lack of a command or its age may excuse
//! one, and never in silence: each is said on standard error and, under `./x test`, told again at the end.

use std::env;
use std::fs::OpenOptions;
use std::io::Write;
use std::thread;

use super::Server;
use crate::raw::RawReply;

impl Server {
    /// Whether the server knows `command`, asked of the server itself.
    #[must_use]
    pub fn has(&self, command: &str) -> bool {
        // An unknown command is a null array, which some versions send empty.
        match self.command(&["COMMAND", "INFO", command]).elements() {
            [RawReply::Null] => false,
            [RawReply::Array(facts)] => !facts.is_empty(),
            other => panic!("COMMAND INFO of one command: {other:?}"),
        }
    }

    /// Whether the server does not know `command`; a `true` is reported as a skip.
    ///
    /// ```ignore
    /// if server.lacks("HEXPIRE") { return; }
    /// ```
    #[must_use]
    pub fn lacks(&self, command: &str) -> bool {
        let lacks = !self.has(command);
        if lacks {
            self.report_skip(&format!("it has no {command}"));
        }
        lacks
    }

    /// Whether `feature`, an option or a reply that COMMAND does not tell of, came with a later version than
    /// this server's: since `redis` in Redis and `valkey` in Valkey, `None` where it never came. A `true` is
    /// reported as a skip.
    #[must_use]
    pub fn predates(&self, feature: &str, redis: Option<(u32, u32)>, valkey: Option<(u32, u32)>) -> bool {
        let predates = !self.version().at_least(redis, valkey);
        if predates {
            self.report_skip(&format!("it has no {feature} yet"));
        }
        predates
    }

    pub(super) fn report_skip(&self, reason: &str) {
        let test = env::var("NEXTEST_TEST_NAME").ok();
        let test = test.or_else(|| thread::current().name().map(Into::into)).unwrap_or_default();
        let line = format!("SKIPPED {test} on {}: {reason}", self.version());
        eprintln!("{line}");
        if let Some(path) = env::var_os("REDLANE_SKIPS") {
            let file = OpenOptions::new().create(true).append(true).open(path);
            // One write, so that lines of parallel tests do not mix.
            file.and_then(|mut file| file.write_all(format!("{line}\n").as_bytes()))
                .expect("the list of skips can be written");
        }
    }
}
