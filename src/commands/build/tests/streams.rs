//! Rows on streams.

use super::sends;
use crate::commands::build;
use crate::commands::types::*;

#[test]
#[rustfmt::skip]
fn rows_on_streams_send_what_those_of_redis_rs_send() {
    sends(build::xack("key", "group", &["ids1", "ids2"]), "XACK key group ids1 ids2");
    sends(build::xack_del("key", "group", &["ids1", "ids2"], StreamDeletionPolicy::KeepRef), "XACKDEL key group KEEPREF IDS 2 ids1 ids2");
    sends(build::xack_del("key", "group", &["ids1", "ids2"], StreamDeletionPolicy::DelRef), "XACKDEL key group DELREF IDS 2 ids1 ids2");
    sends(build::xack_del("key", "group", &["ids1", "ids2"], StreamDeletionPolicy::Acked), "XACKDEL key group ACKED IDS 2 ids1 ids2");
    sends(build::xadd("key", "id", &[("a1", "b1"), ("a2", "b2")]), "XADD key id a1 b1 a2 b2");
    sends(build::xadd_map("key", "id", &[("f1", "v1"), ("f2", "v2")]), "XADD key id f1 v1 f2 v2");
    sends(build::xadd_maxlen("key", StreamMaxlen::Equals(9), "id", &[("a1", "b1"), ("a2", "b2")]), "XADD key MAXLEN = 9 id a1 b1 a2 b2");
    sends(build::xadd_maxlen("key", StreamMaxlen::Approx(9), "id", &[("a1", "b1"), ("a2", "b2")]), "XADD key MAXLEN ~ 9 id a1 b1 a2 b2");
    sends(build::xadd_maxlen_map("key", StreamMaxlen::Equals(9), "id", &[("f1", "v1"), ("f2", "v2")]), "XADD key MAXLEN = 9 id f1 v1 f2 v2");
    sends(build::xadd_maxlen_map("key", StreamMaxlen::Approx(9), "id", &[("f1", "v1"), ("f2", "v2")]), "XADD key MAXLEN ~ 9 id f1 v1 f2 v2");
    sends(build::xadd_options("key", "id", &[("f1", "v1"), ("f2", "v2")], &StreamAddOptions::default()), "XADD key id f1 v1 f2 v2");
    sends(build::xadd_options("key", "id", &[("f1", "v1"), ("f2", "v2")], &StreamAddOptions::default().nomkstream().trim(StreamTrimStrategy::maxlen(StreamTrimmingMode::Approx, 9).limit(3))), "XADD key NOMKSTREAM MAXLEN ~ 9 LIMIT 3 id f1 v1 f2 v2");
    sends(build::xadd_options("key", "id", &[("f1", "v1"), ("f2", "v2")], &StreamAddOptions::default().trim(StreamTrimStrategy::minid(StreamTrimmingMode::Exact, "1-1")).set_deletion_policy(StreamDeletionPolicy::DelRef)), "XADD key DELREF MINID = 1-1 id f1 v1 f2 v2");
    sends(build::xautoclaim_options("key", "group", "consumer", 50, "start", StreamAutoClaimOptions::default()), "XAUTOCLAIM key group consumer 50 start");
    sends(build::xautoclaim_options("key", "group", "consumer", 50, "start", StreamAutoClaimOptions::default().count(5).with_justid()), "XAUTOCLAIM key group consumer 50 start COUNT 5 JUSTID");
    sends(build::xclaim("key", "group", "consumer", 50, &["ids1", "ids2"]), "XCLAIM key group consumer 50 ids1 ids2");
    sends(build::xclaim_options("key", "group", "consumer", 50, &["ids1", "ids2"], StreamClaimOptions::default()), "XCLAIM key group consumer 50 ids1 ids2");
    sends(build::xclaim_options("key", "group", "consumer", 50, &["ids1", "ids2"], StreamClaimOptions::default().idle(1).time(2).retry(3).with_force().with_justid()), "XCLAIM key group consumer 50 ids1 ids2 IDLE 1 TIME 2 RETRYCOUNT 3 FORCE JUSTID");
    sends(build::xdel("key", &["ids1", "ids2"]), "XDEL key ids1 ids2");
    sends(build::xdel_ex("key", &["ids1", "ids2"], StreamDeletionPolicy::KeepRef), "XDELEX key KEEPREF IDS 2 ids1 ids2");
    sends(build::xdel_ex("key", &["ids1", "ids2"], StreamDeletionPolicy::DelRef), "XDELEX key DELREF IDS 2 ids1 ids2");
    sends(build::xdel_ex("key", &["ids1", "ids2"], StreamDeletionPolicy::Acked), "XDELEX key ACKED IDS 2 ids1 ids2");
    sends(build::xgroup_create("key", "group", "id"), "XGROUP CREATE key group id");
    sends(build::xgroup_create_mkstream("key", "group", "id"), "XGROUP CREATE key group id MKSTREAM");
    sends(build::xgroup_createconsumer("key", "group", "consumer"), "XGROUP CREATECONSUMER key group consumer");
    sends(build::xgroup_delconsumer("key", "group", "consumer"), "XGROUP DELCONSUMER key group consumer");
    sends(build::xgroup_destroy("key", "group"), "XGROUP DESTROY key group");
    sends(build::xgroup_setid("key", "group", "id"), "XGROUP SETID key group id");
    sends(build::xinfo_consumers("key", "group"), "XINFO CONSUMERS key group");
    sends(build::xinfo_groups("key"), "XINFO GROUPS key");
    sends(build::xinfo_stream("key"), "XINFO STREAM key");
    sends(build::xinfo_stream_with_idempotency("key"), "XINFO STREAM key");
    sends(build::xlen("key"), "XLEN key");
    sends(build::xpending("key", "group"), "XPENDING key group");
    sends(build::xpending_consumer_count("key", "group", "start", "end", 50, "consumer"), "XPENDING key group start end 50 consumer");
    sends(build::xpending_count("key", "group", "start", "end", 50), "XPENDING key group start end 50");
    sends(build::xrange("key", "start", "end"), "XRANGE key start end");
    sends(build::xrange_all("key"), "XRANGE key - +");
    sends(build::xrange_count("key", "start", "end", 50), "XRANGE key start end COUNT 50");
    sends(build::xread(&["keys1", "keys2"], &["ids1", "ids2"]), "XREAD STREAMS keys1 keys2 ids1 ids2");
    sends(build::xread_options(&["keys1", "keys2"], &["ids1", "ids2"], &StreamReadOptions::default()), "XREAD STREAMS keys1 keys2 ids1 ids2");
    sends(build::xread_options(&["keys1", "keys2"], &["ids1", "ids2"], &StreamReadOptions::default().count(2).block(3)), "XREAD BLOCK 3 COUNT 2 STREAMS keys1 keys2 ids1 ids2");
    sends(build::xread_options(&["keys1", "keys2"], &["ids1", "ids2"], &StreamReadOptions::default().count(2).block(3).group("g", "c").noack()), "XREADGROUP GROUP g c BLOCK 3 COUNT 2 NOACK STREAMS keys1 keys2 ids1 ids2");
    sends(build::xrevrange("key", "end", "start"), "XREVRANGE key end start");
    sends(build::xrevrange_all("key"), "XREVRANGE key + -");
    sends(build::xrevrange_count("key", "end", "start", 50), "XREVRANGE key end start COUNT 50");
    sends(build::xtrim("key", StreamMaxlen::Equals(9)), "XTRIM key MAXLEN = 9");
    sends(build::xtrim("key", StreamMaxlen::Approx(9)), "XTRIM key MAXLEN ~ 9");
    sends(build::xtrim_options("key", &StreamTrimOptions::maxlen(StreamTrimmingMode::Exact, 9)), "XTRIM key MAXLEN = 9");
    sends(build::xtrim_options("key", &StreamTrimOptions::minid(StreamTrimmingMode::Approx, "1-1").limit(2)), "XTRIM key MINID ~ 1-1 LIMIT 2");
    sends(build::xnack("key", "group", &["1-1", "2-1"], &StreamNackOptions::new(StreamNackMode::Silent)), "XNACK key group SILENT IDS 2 1-1 2-1");
    sends(build::xnack("key", "group", &["1-1"], &StreamNackOptions::new(StreamNackMode::Fatal)), "XNACK key group FATAL IDS 1 1-1");
    sends(build::xcfgset("key", &StreamConfigOptions::with_idempotency_seconds(10).unwrap()), "XCFGSET key IDMP-DURATION 10");
    sends(build::xcfgset("key", &StreamConfigOptions::with_idempotency_maxsize(10).unwrap().idempotency_seconds(5).unwrap()), "XCFGSET key IDMP-DURATION 5 IDMP-MAXSIZE 10");
    sends(build::xadd_options("key", "*", &[("f1", "v1")], &StreamAddOptions::default().idmp("p", "i")), "XADD key IDMP p i * f1 v1");
    sends(build::xadd_options("key", "*", &[("f1", "v1")], &StreamAddOptions::default().idmpauto("p")), "XADD key IDMPAUTO p * f1 v1");
    sends(build::xnack("key", "group", &["1-1"], &StreamNackOptions::new(StreamNackMode::Fail)), "XNACK key group FAIL IDS 1 1-1");
    sends(build::xread_options(&["a"], &["0"], &StreamReadOptions::default().group("g", "c").claim(7).count(1)), "XREADGROUP GROUP g c COUNT 1 CLAIM 7 STREAMS a 0");
    sends(build::xclaim_options("key", "group", "consumer", 50, &["1-1"], StreamClaimOptions::default().with_lastid("9-9")), "XCLAIM key group consumer 50 1-1 LASTID 9-9");
    sends(build::xtrim_options("key", &StreamTrimOptions::maxlen(StreamTrimmingMode::Approx, 9).limit(3).set_deletion_policy(StreamDeletionPolicy::Acked)), "XTRIM key MAXLEN ~ 9 LIMIT 3 ACKED");
}
