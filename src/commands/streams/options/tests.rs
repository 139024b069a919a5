use super::*;
use crate::commands::test_support::written;

#[test]
fn a_trim_writes_its_kind_its_mode_and_its_limit() {
    use StreamTrimmingMode::{Approx, Exact};

    assert_eq!(written(StreamMaxlen::Equals(7)), "MAXLEN = 7");
    assert_eq!(written(StreamMaxlen::Approx(7)), "MAXLEN ~ 7");
    assert_eq!(written(StreamTrimStrategy::maxlen(Exact, 10)), "MAXLEN = 10");
    assert_eq!(written(StreamTrimStrategy::minid(Approx, "1-2").limit(5)), "MINID ~ 1-2 LIMIT 5");
    let options = StreamTrimOptions::maxlen(Approx, 10).limit(5);
    assert_eq!(
        written(options.set_deletion_policy(StreamDeletionPolicy::Acked)),
        "MAXLEN ~ 10 LIMIT 5 ACKED"
    );
    assert_eq!(written(StreamTrimOptions::minid(Exact, "3")), "MINID = 3");
}

#[test]
fn additions_write_policy_identity_and_trim_in_the_servers_order() {
    let trim = || StreamTrimStrategy::maxlen(StreamTrimmingMode::Approx, 100);

    assert_eq!(written(StreamAddOptions::default()), "");
    let all = StreamAddOptions::default()
        .trim(trim())
        .idmp("producer", "7")
        .set_deletion_policy(StreamDeletionPolicy::KeepRef)
        .nomkstream();
    assert_eq!(written(all), "NOMKSTREAM KEEPREF IDMP producer 7 MAXLEN ~ 100");
    let automatic =
        StreamAddOptions::default().idmpauto("p").set_deletion_policy(StreamDeletionPolicy::DelRef);
    assert_eq!(written(automatic), "DELREF IDMPAUTO p");
}

#[test]
fn claims_write_what_was_asked_for() {
    assert_eq!(written(StreamAutoClaimOptions::default()), "");
    assert_eq!(written(StreamAutoClaimOptions::default().with_justid().count(3)), "COUNT 3 JUSTID");
    let all =
        StreamClaimOptions::default().with_lastid("9-0").with_justid().with_force().retry(2).time(4).idle(5);
    assert_eq!(written(all), "IDLE 5 TIME 4 RETRYCOUNT 2 FORCE JUSTID LASTID 9-0");
    assert_eq!(written(StreamClaimOptions::default()), "");
}

#[test]
fn reads_write_group_options_only_for_a_group() {
    let alone = StreamReadOptions::default().noack().claim(5).count(2).block(0);
    let member = alone.clone().group("g", "c");

    assert!(alone.read_only() && !member.read_only());
    assert_eq!(written(alone), "BLOCK 0 COUNT 2");
    assert_eq!(written(member), "GROUP g c BLOCK 0 COUNT 2 NOACK CLAIM 5");
}

#[test]
fn reasons_and_policies_write_their_words() {
    use StreamNackMode::{Fail, Fatal, Silent};

    assert_eq!(written([Silent, Fail, Fatal].as_slice()), "SILENT FAIL FATAL");
    assert_eq!(written(StreamNackOptions::new(Fail)), "FAIL");
    assert_eq!(written(StreamDeletionPolicy::default()), "KEEPREF");
}

#[test]
fn what_a_stream_keeps_of_identities_is_bounded() {
    let both = StreamConfigOptions::with_idempotency_seconds(300).unwrap().idempotency_maxsize(10).unwrap();
    assert_eq!(written(both), "IDMP-DURATION 300 IDMP-MAXSIZE 10");
    let size = StreamConfigOptions::with_idempotency_maxsize(IDMP_MAXSIZE_MAX).unwrap();
    assert_eq!(written(&size), "IDMP-MAXSIZE 10000");
    assert!(size.clone().idempotency_seconds(IDMP_DURATION_MAX).is_ok());

    for seconds in [0, 86_401] {
        assert_eq!(
            size.clone().idempotency_seconds(seconds),
            Err(format!("IDMP-DURATION must be between 1 and 86400 seconds, got: {seconds}"))
        );
    }
    assert_eq!(
        StreamConfigOptions::with_idempotency_maxsize(10_001),
        Err("IDMP-MAXSIZE must be between 1 and 10000 entries, got: 10001".to_owned())
    );
}
