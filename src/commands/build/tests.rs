//! What each row sends, against what redis-rs 1.8.1 sends for the same call. The texts were printed by that crate: words
//! with a blank between them, `''` for an empty one, bytes that are no letters escaped.

mod collections;
mod sorted_sets;
mod streams;

use crate::commands::build;
use crate::commands::command::Command;
use crate::commands::types::*;

fn sends(command: Command, expected: &str) {
    let words = command.words().map(|word| match word {
        b"" => "''".to_owned(),
        word => word.escape_ascii().to_string(),
    });
    assert_eq!(words.collect::<Vec<_>>().join(" "), expected);
}

#[test]
#[rustfmt::skip]
fn other_rows_send_what_those_of_redis_rs_send() {
    sends(build::acl_cat(), "ACL CAT");
    sends(build::acl_cat_categoryname("categoryname"), "ACL CAT categoryname");
    sends(build::acl_deluser(&["usernames1", "usernames2"]), "ACL DELUSER usernames1 usernames2");
    sends(build::acl_dryrun("username", "command", &["args1", "args2"]), "ACL DRYRUN username command args1 args2");
    sends(build::acl_dryrun("username", "command", "args"), "ACL DRYRUN username command args");
    sends(build::acl_genpass(), "ACL GENPASS");
    sends(build::acl_genpass_bits(7), "ACL GENPASS 7");
    sends(build::acl_getuser("username"), "ACL GETUSER username");
    sends(build::acl_help(), "ACL HELP");
    sends(build::acl_list(), "ACL LIST");
    sends(build::acl_load(), "ACL LOAD");
    sends(build::acl_log(7), "ACL LOG 7");
    sends(build::acl_log_reset(), "ACL LOG RESET");
    sends(build::acl_save(), "ACL SAVE");
    sends(build::acl_setuser("username"), "ACL SETUSER username");
    sends(build::acl_setuser_rules("username", &[Rule::On, Rule::AddPass("p".to_owned()), Rule::RemovePass("q".to_owned()), Rule::AddHashedPass("h".to_owned()), Rule::RemoveHashedPass("h".to_owned()), Rule::NoPass, Rule::ResetPass, Rule::Off]), "ACL SETUSER username on >p <q #h !h nopass resetpass off");
    sends(build::acl_setuser_rules("username", &[Rule::AddCommand("get".to_owned()), Rule::RemoveCommand("set".to_owned()), Rule::AddCategory("read".to_owned()), Rule::RemoveCategory("write".to_owned()), Rule::AllCommands, Rule::NoCommands]), "ACL SETUSER username +get -set +@read -@write allcommands nocommands");
    sends(build::acl_setuser_rules("username", &[Rule::Pattern("p*".to_owned()), Rule::AllKeys, Rule::ResetKeys, Rule::Channel("c*".to_owned()), Rule::ResetChannels, Rule::Selector(vec![Rule::AddCommand("get".to_owned()), Rule::AllKeys]), Rule::Reset, Rule::Other("x".to_owned())]), "ACL SETUSER username ~p* allkeys resetkeys &c* resetchannels (+get allkeys) reset x");
    sends(build::acl_users(), "ACL USERS");
    sends(build::acl_whoami(), "ACL WHOAMI");
    sends(build::append("key", "value"), "APPEND key value");
    sends(build::bf_add("key", "value"), "BF.ADD key value");
    sends(build::bf_card("key"), "BF.CARD key");
    sends(build::bf_exists("key", "value"), "BF.EXISTS key value");
    sends(build::bf_info("key"), "BF.INFO key");
    sends(build::bf_info_type("key", BloomFilterInfoType::Capacity), "BF.INFO key CAPACITY");
    sends(build::bf_info_type("key", BloomFilterInfoType::Size), "BF.INFO key SIZE");
    sends(build::bf_info_type("key", BloomFilterInfoType::Filters), "BF.INFO key FILTERS");
    sends(build::bf_info_type("key", BloomFilterInfoType::Items), "BF.INFO key ITEMS");
    sends(build::bf_info_type("key", BloomFilterInfoType::Expansion), "BF.INFO key EXPANSION");
    sends(build::bf_info_type("key", BloomFilterInfoType::Error), "BF.INFO key ERROR");
    sends(build::bf_info_type("key", BloomFilterInfoType::Tightening), "BF.INFO key TIGHTENING");
    sends(build::bf_info_type("key", BloomFilterInfoType::MaximumScaledCapacity), "BF.INFO key MAXSCALEDCAPACITY");
    sends(build::bf_insert("key", &["i1", "i2"]), "BF.INSERT key ITEMS i1 i2");
    sends(build::bf_insert_options("key", &["i1", "i2"], BloomFilterInsertOptions::default()), "BF.INSERT key ITEMS i1 i2");
    sends(build::bf_insert_options("key", &["i1", "i2"], BloomFilterInsertOptions::default().nocreate().error_rate(0.01).capacity(100).expansion(BloomFilterScalingOptions::ExpansionRate(2))), "BF.INSERT key NOCREATE ERROR 0.01 CAPACITY 100 EXPANSION 2 ITEMS i1 i2");
    sends(build::bf_loadchunk("key", BloomFilterDumpChunk { iterator: 7, data: vec![1, 2] }), "BF.LOADCHUNK key 7 \\x01\\x02");
    sends(build::bf_madd("key", &["i1", "i2"]), "BF.MADD key i1 i2");
    sends(build::bf_mexists("key", &["items1", "items2"]), "BF.MEXISTS key items1 items2");
    sends(build::bf_reserve("key", 1.5, 4), "BF.RESERVE key 1.5 4");
    sends(build::bf_reserve_options("key", 0.01, 100, BloomFilterScalingOptions::ExpansionRate(2)), "BF.RESERVE key 0.01 100 EXPANSION 2");
    sends(build::bf_reserve_options("key", 0.01, 100, BloomFilterScalingOptions::NonScaling), "BF.RESERVE key 0.01 100 NONSCALING");
    sends(build::bf_scandump("key", 12), "BF.SCANDUMP key 12");
    sends(build::bit_and("dstkey", &["srckeys1", "srckeys2"]), "BITOP AND dstkey srckeys1 srckeys2");
    sends(build::bit_and("dstkey", "srckeys"), "BITOP AND dstkey srckeys");
    sends(build::bit_and_or("dstkey", &["srckeys1", "srckeys2"]), "BITOP ANDOR dstkey srckeys1 srckeys2");
    sends(build::bit_and_or("dstkey", "srckeys"), "BITOP ANDOR dstkey srckeys");
    sends(build::bit_diff("dstkey", &["srckeys1", "srckeys2"]), "BITOP DIFF dstkey srckeys1 srckeys2");
    sends(build::bit_diff("dstkey", "srckeys"), "BITOP DIFF dstkey srckeys");
    sends(build::bit_diff1("dstkey", &["srckeys1", "srckeys2"]), "BITOP DIFF1 dstkey srckeys1 srckeys2");
    sends(build::bit_diff1("dstkey", "srckeys"), "BITOP DIFF1 dstkey srckeys");
    sends(build::bit_not("dstkey", "srckey"), "BITOP NOT dstkey srckey");
    sends(build::bit_one("dstkey", &["srckeys1", "srckeys2"]), "BITOP ONE dstkey srckeys1 srckeys2");
    sends(build::bit_one("dstkey", "srckeys"), "BITOP ONE dstkey srckeys");
    sends(build::bit_or("dstkey", &["srckeys1", "srckeys2"]), "BITOP OR dstkey srckeys1 srckeys2");
    sends(build::bit_or("dstkey", "srckeys"), "BITOP OR dstkey srckeys");
    sends(build::bit_xor("dstkey", &["srckeys1", "srckeys2"]), "BITOP XOR dstkey srckeys1 srckeys2");
    sends(build::bit_xor("dstkey", "srckeys"), "BITOP XOR dstkey srckeys");
    sends(build::bitcount("key"), "BITCOUNT key");
    sends(build::bitcount_range("key", 3, 4), "BITCOUNT key 3 4");
    sends(build::client_getname(), "CLIENT GETNAME");
    sends(build::client_id(), "CLIENT ID");
    sends(build::client_setname("connection_name"), "CLIENT SETNAME connection_name");
    sends(build::copy("source", "destination", CopyOptions::default()), "COPY source destination");
    sends(build::copy("source", "destination", CopyOptions::default().db(3).replace(true)), "COPY source destination DB 3 REPLACE");
    sends(build::decr("key", 5), "DECRBY key 5");
    sends(build::decr("key", 1.5), "DECRBY key 1.5");
    sends(build::del(&["key1", "key2"]), "DEL key1 key2");
    sends(build::del("key"), "DEL key");
    sends(build::del_ex("key", ValueComparison::ifeq("v")), "DELEX key IFEQ v");
    sends(build::del_ex("key", ValueComparison::ifne("v")), "DELEX key IFNE v");
    sends(build::del_ex("key", ValueComparison::ifdeq("d")), "DELEX key IFDEQ d");
    sends(build::del_ex("key", ValueComparison::ifdne("d")), "DELEX key IFDNE d");
    sends(build::digest("key"), "DIGEST key");
    sends(build::exists(&["key1", "key2"]), "EXISTS key1 key2");
    sends(build::exists("key"), "EXISTS key");
    sends(build::expire("key", 12), "EXPIRE key 12");
    sends(build::expire_at("key", 12), "EXPIREAT key 12");
    sends(build::expire_time("key"), "EXPIRETIME key");
    sends(build::flushall(), "FLUSHALL");
    sends(build::flushall_options(&FlushAllOptions::default()), "FLUSHALL ASYNC");
    sends(build::flushall_options(&FlushAllOptions::default().blocking(true)), "FLUSHALL SYNC");
    sends(build::flushdb(), "FLUSHDB");
    sends(build::flushdb_options(&FlushDbOptions { blocking: true }), "FLUSHDB SYNC");
    sends(build::flushdb_options(&FlushDbOptions { blocking: false }), "FLUSHDB ASYNC");
    sends(build::geo_add("key", (Coord::lon_lat(1.5, 2.5), "m")), "GEOADD key 1.5 2.5 m");
    sends(build::geo_dist("key", "member1", "member2", Unit::Meters), "GEODIST key member1 member2 m");
    sends(build::geo_dist("key", "member1", "member2", Unit::Kilometers), "GEODIST key member1 member2 km");
    sends(build::geo_dist("key", "member1", "member2", Unit::Miles), "GEODIST key member1 member2 mi");
    sends(build::geo_dist("key", "member1", "member2", Unit::Feet), "GEODIST key member1 member2 ft");
    sends(build::geo_hash("key", &["members1", "members2"]), "GEOHASH key members1 members2");
    sends(build::geo_hash("key", "members"), "GEOHASH key members");
    sends(build::geo_pos("key", &["members1", "members2"]), "GEOPOS key members1 members2");
    sends(build::geo_pos("key", "members"), "GEOPOS key members");
    sends(build::geo_radius("key", 1.5, 1.5, 1.5, Unit::Meters, RadiusOptions::default()), "GEORADIUS key 1.5 1.5 1.5 m");
    sends(build::geo_radius("key", 1.5, 1.5, 1.5, Unit::Kilometers, RadiusOptions::default()), "GEORADIUS key 1.5 1.5 1.5 km");
    sends(build::geo_radius("key", 1.5, 1.5, 1.5, Unit::Miles, RadiusOptions::default()), "GEORADIUS key 1.5 1.5 1.5 mi");
    sends(build::geo_radius("key", 1.5, 1.5, 1.5, Unit::Feet, RadiusOptions::default()), "GEORADIUS key 1.5 1.5 1.5 ft");
    sends(build::geo_radius("key", 1.5, 1.5, 1.5, Unit::Meters, RadiusOptions::default().with_coord().with_dist().limit(3).order(RadiusOrder::Asc)), "GEORADIUS key 1.5 1.5 1.5 m WITHCOORD WITHDIST COUNT 3 ASC");
    sends(build::geo_radius("key", 1.5, 1.5, 1.5, Unit::Meters, RadiusOptions::default().order(RadiusOrder::Desc).store("d")), "GEORADIUS key 1.5 1.5 1.5 m DESC STORE d");
    sends(build::geo_radius("key", 1.5, 1.5, 1.5, Unit::Meters, RadiusOptions::default().store_dist("d")), "GEORADIUS key 1.5 1.5 1.5 m STOREDIST d");
    sends(build::geo_radius_by_member("key", "member", 1.5, Unit::Meters, RadiusOptions::default()), "GEORADIUSBYMEMBER key member 1.5 m");
    sends(build::geo_radius_by_member("key", "member", 1.5, Unit::Kilometers, RadiusOptions::default()), "GEORADIUSBYMEMBER key member 1.5 km");
    sends(build::geo_radius_by_member("key", "member", 1.5, Unit::Miles, RadiusOptions::default()), "GEORADIUSBYMEMBER key member 1.5 mi");
    sends(build::geo_radius_by_member("key", "member", 1.5, Unit::Feet, RadiusOptions::default()), "GEORADIUSBYMEMBER key member 1.5 ft");
    sends(build::geo_radius_by_member("key", "member", 1.5, Unit::Meters, RadiusOptions::default().with_coord().with_dist().limit(3).order(RadiusOrder::Asc)), "GEORADIUSBYMEMBER key member 1.5 m WITHCOORD WITHDIST COUNT 3 ASC");
    sends(build::geo_radius_by_member("key", "member", 1.5, Unit::Meters, RadiusOptions::default().order(RadiusOrder::Desc).store("d")), "GEORADIUSBYMEMBER key member 1.5 m DESC STORE d");
    sends(build::geo_radius_by_member("key", "member", 1.5, Unit::Meters, RadiusOptions::default().store_dist("d")), "GEORADIUSBYMEMBER key member 1.5 m STOREDIST d");
    sends(build::get("key"), "GET key");
    sends(build::get_del("key"), "GETDEL key");
    sends(build::get_ex("key", Expiry::EX(9)), "GETEX key EX 9");
    sends(build::get_ex("key", Expiry::PX(9)), "GETEX key PX 9");
    sends(build::get_ex("key", Expiry::EXAT(9)), "GETEX key EXAT 9");
    sends(build::get_ex("key", Expiry::PXAT(9)), "GETEX key PXAT 9");
    sends(build::get_ex("key", Expiry::PERSIST), "GETEX key PERSIST");
    sends(build::getbit("key", 3), "GETBIT key 3");
    sends(build::getrange("key", 3, 4), "GETRANGE key 3 4");
    sends(build::getset("key", "value"), "GETSET key value");
    sends(build::incr("key", 5), "INCRBY key 5");
    sends(build::incr("key", 1.5), "INCRBYFLOAT key 1.5");
    sends(build::increx("key", 5, IncrexOptions::default()), "INCREX key BYINT 5");
    sends(build::increx("key", 5, IncrexOptions::default().saturate().lower_bound(-1).upper_bound(9).with_expiration(Expiry::EX(5)).enx()), "INCREX key BYINT 5 SATURATE LBOUND -1 UBOUND 9 EX 5 ENX");
    sends(build::increx("key", 1.5, IncrexOptions::default()), "INCREX key BYFLOAT 1.5");
    sends(build::key_type("key"), "TYPE key");
    sends(build::keys("key"), "KEYS key");
    sends(build::mget(&["key1", "key2"]), "MGET key1 key2");
    sends(build::mget("key"), "MGET key");
    sends(build::mset(&[("a1", "b1"), ("a2", "b2")]), "MSET a1 b1 a2 b2");
    sends(build::mset_ex(&[("a1", "b1"), ("a2", "b2")], MSetOptions::default()), "MSETEX 2 a1 b1 a2 b2");
    sends(build::mset_ex(&[("a1", "b1"), ("a2", "b2")], MSetOptions::default().conditional_set(ExistenceCheck::XX).with_expiration(SetExpiry::PX(9))), "MSETEX 2 a1 b1 a2 b2 XX PX 9");
    sends(build::mset_nx(&[("a1", "b1"), ("a2", "b2")]), "MSETNX a1 b1 a2 b2");
    sends(build::object_encoding("key"), "OBJECT ENCODING key");
    sends(build::object_freq("key"), "OBJECT FREQ key");
    sends(build::object_idletime("key"), "OBJECT IDLETIME key");
    sends(build::object_refcount("key"), "OBJECT REFCOUNT key");
    sends(build::persist("key"), "PERSIST key");
    sends(build::pexpire("key", 12), "PEXPIRE key 12");
    sends(build::pexpire_at("key", 12), "PEXPIREAT key 12");
    sends(build::pexpire_time("key"), "PEXPIRETIME key");
    sends(build::pfadd("key", "element"), "PFADD key element");
    sends(build::pfcount(&["key1", "key2"]), "PFCOUNT key1 key2");
    sends(build::pfcount("key"), "PFCOUNT key");
    sends(build::pfmerge("dstkey", &["srckeys1", "srckeys2"]), "PFMERGE dstkey srckeys1 srckeys2");
    sends(build::pfmerge("dstkey", "srckeys"), "PFMERGE dstkey srckeys");
    sends(build::ping(), "PING");
    sends(build::ping_message("message"), "PING message");
    sends(build::pset_ex("key", "value", 13), "PSETEX key 13 value");
    sends(build::pttl("key"), "PTTL key");
    sends(build::publish("channel", "message"), "PUBLISH channel message");
    sends(build::rename("key", "new_key"), "RENAME key new_key");
    sends(build::rename_nx("key", "new_key"), "RENAMENX key new_key");
    sends(build::set("key", "value"), "SET key value");
    sends(build::set_ex("key", "value", 13), "SETEX key 13 value");
    sends(build::set_nx("key", "value"), "SETNX key value");
    sends(build::set_options("key", "value", SetOptions::default()), "SET key value");
    sends(build::set_options("key", "value", SetOptions::default().conditional_set(ExistenceCheck::NX).with_expiration(SetExpiry::EX(9))), "SET key value NX EX 9");
    sends(build::set_options("key", "value", SetOptions::default().conditional_set(ExistenceCheck::XX).get(true).with_expiration(SetExpiry::KEEPTTL)), "SET key value XX GET KEEPTTL");
    sends(build::set_options("key", "value", SetOptions::default().value_comparison(ValueComparison::ifeq("old")).with_expiration(SetExpiry::PXAT(9))), "SET key value IFEQ old PXAT 9");
    sends(build::setbit("key", 3, true), "SETBIT key 3 1");
    sends(build::setbit("key", 3, false), "SETBIT key 3 0");
    sends(build::setrange("key", 3, "value"), "SETRANGE key 3 value");
    sends(build::spublish("channel", "message"), "SPUBLISH channel message");
    sends(build::strlen("key"), "STRLEN key");
    sends(build::ttl("key"), "TTL key");
    sends(build::unlink(&["key1", "key2"]), "UNLINK key1 key2");
    sends(build::unlink("key"), "UNLINK key");
    sends(build::vadd("key", VectorAddInput::Fp32(&[1.0, 0.5]), "element"), "VADD key FP32 \\x00\\x00\\x80?\\x00\\x00\\x00? element");
    sends(build::vadd("key", VectorAddInput::Values(EmbeddingInput::Float64(&[1.0, 0.1])), "element"), "VADD key VALUES 2 1 0.1 element");
    sends(build::vadd("key", VectorAddInput::Values(EmbeddingInput::Float32(&[1.0, 0.1])), "element"), "VADD key VALUES 2 1 0.1 element");
    sends(build::vadd("key", VectorAddInput::Values(EmbeddingInput::String(&["1", "2"])), "element"), "VADD key VALUES 2 1 2 element");
    sends(build::vadd_options("key", VectorAddInput::Fp32(&[1.0, 0.5]), "element", &VAddOptions::default()), "VADD key FP32 \\x00\\x00\\x80?\\x00\\x00\\x00? element");
    sends(build::vadd_options("key", VectorAddInput::Values(EmbeddingInput::Float64(&[1.0, 0.1])), "element", &VAddOptions::default()), "VADD key VALUES 2 1 0.1 element");
    sends(build::vadd_options("key", VectorAddInput::Values(EmbeddingInput::Float32(&[1.0, 0.1])), "element", &VAddOptions::default()), "VADD key VALUES 2 1 0.1 element");
    sends(build::vadd_options("key", VectorAddInput::Values(EmbeddingInput::String(&["1", "2"])), "element", &VAddOptions::default()), "VADD key VALUES 2 1 2 element");
    sends(build::vadd_options("key", VectorAddInput::Fp32(&[1.0, 0.5]), "element", &VAddOptions::default().set_quantization(VectorQuantization::NoQuant)), "VADD key FP32 \\x00\\x00\\x80?\\x00\\x00\\x00? element NOQUANT");
    sends(build::vadd_options("key", VectorAddInput::Fp32(&[1.0, 0.5]), "element", &VAddOptions::default().set_quantization(VectorQuantization::Bin)), "VADD key FP32 \\x00\\x00\\x80?\\x00\\x00\\x00? element BIN");
    sends(build::vcard("key"), "VCARD key");
    sends(build::vdelattr("key", "element"), "VSETATTR key element ''");
    sends(build::vdim("key"), "VDIM key");
    sends(build::vemb("key", "element"), "VEMB key element");
    sends(build::vemb_options("key", "element", &VEmbOptions::default()), "VEMB key element");
    sends(build::vemb_options("key", "element", &VEmbOptions::default().set_raw_representation(true)), "VEMB key element RAW");
    sends(build::vgetattr("key", "element"), "VGETATTR key element");
    sends(build::vinfo("key"), "VINFO key");
    sends(build::vlinks("key", "element"), "VLINKS key element");
    sends(build::vlinks_with_scores("key", "element"), "VLINKS key element WITHSCORES");
    sends(build::vrandmember("key"), "VRANDMEMBER key");
    sends(build::vrandmember_multiple("key", 3), "VRANDMEMBER key 3");
    sends(build::vrem("key", "element"), "VREM key element");
    sends(build::vsim("key", VectorSimilaritySearchInput::Element("e")), "VSIM key ELE e");
    sends(build::vsim("key", VectorSimilaritySearchInput::Fp32(&[1.0])), "VSIM key FP32 \\x00\\x00\\x80?");
    sends(build::vsim("key", VectorSimilaritySearchInput::Values(EmbeddingInput::Float64(&[1.0]))), "VSIM key VALUES 1 1");
    sends(build::vsim_options("key", VectorSimilaritySearchInput::Element("e"), &VSimOptions::default()), "VSIM key ELE e");
    sends(build::vsim_options("key", VectorSimilaritySearchInput::Fp32(&[1.0]), &VSimOptions::default()), "VSIM key FP32 \\x00\\x00\\x80?");
    sends(build::vsim_options("key", VectorSimilaritySearchInput::Values(EmbeddingInput::Float64(&[1.0])), &VSimOptions::default()), "VSIM key VALUES 1 1");
    sends(build::vsim_options("key", VectorSimilaritySearchInput::Element("e"), &VSimOptions::default().set_with_scores(true).set_count(10).set_search_exploration_factor(100).set_filter_expression(".a == 1").set_max_filtering_effort(10).set_truth(true).set_no_thread(true)), "VSIM key ELE e WITHSCORES COUNT 10 EF 100 FILTER .a == 1 FILTER-EF 10 TRUTH NOTHREAD");
}

#[cfg(feature = "json")]
#[test]
#[rustfmt::skip]
fn rows_with_attributes_send_what_those_of_redis_rs_send() {
    sends(build::vadd_options("key", VectorAddInput::Fp32(&[1.0, 0.5]), "element", &VAddOptions::default().set_reduction_dimension(5).set_check_and_set_style(true).set_quantization(VectorQuantization::Q8).set_build_exploration_factor(300).set_attributes(serde_json::json!({"a": 1})).set_max_number_of_links(16)), "VADD key REDUCE 5 FP32 \\x00\\x00\\x80?\\x00\\x00\\x00? element CAS Q8 EF 300 SETATTR {\\\"a\\\":1} M 16");
    sends(build::vsetattr("key", "element", &"text"), "VSETATTR key element \\\"text\\\"");
    sends(build::vsetattr("key", "element", &""), "VSETATTR key element ''");
    sends(build::vsetattr("key", "element", &vec![1, 2]), "VSETATTR key element [1,2]");
}

#[cfg(feature = "json")]
#[test]
#[rustfmt::skip]
fn rows_on_documents_send_what_those_of_redis_rs_send() {
    sends(build::json_arr_append("key", "path", &"v").unwrap(), "JSON.ARRAPPEND key path \\\"v\\\"");
    sends(build::json_arr_append("key", "path", &vec![1, 2]).unwrap(), "JSON.ARRAPPEND key path [1,2]");
    sends(build::json_arr_index("key", "path", &"v").unwrap(), "JSON.ARRINDEX key path \\\"v\\\"");
    sends(build::json_arr_index("key", "path", &vec![1, 2]).unwrap(), "JSON.ARRINDEX key path [1,2]");
    sends(build::json_arr_index_ss("key", "path", &"v", &1, &1).unwrap(), "JSON.ARRINDEX key path \\\"v\\\" 1 1");
    sends(build::json_arr_index_ss("key", "path", &vec![1, 2], &1, &1).unwrap(), "JSON.ARRINDEX key path [1,2] 1 1");
    sends(build::json_arr_insert("key", "path", 13, &"v").unwrap(), "JSON.ARRINSERT key path 13 \\\"v\\\"");
    sends(build::json_arr_insert("key", "path", 13, &vec![1, 2]).unwrap(), "JSON.ARRINSERT key path 13 [1,2]");
    sends(build::json_arr_len("key", "path").unwrap(), "JSON.ARRLEN key path");
    sends(build::json_arr_pop("key", "path", 13).unwrap(), "JSON.ARRPOP key path 13");
    sends(build::json_arr_trim("key", "path", 13, 14).unwrap(), "JSON.ARRTRIM key path 13 14");
    sends(build::json_clear("key", "path").unwrap(), "JSON.CLEAR key path");
    sends(build::json_del("key", "path").unwrap(), "JSON.DEL key path");
    sends(build::json_get("key", &["path1", "path2"]).unwrap(), "JSON.GET key path1 path2");
    sends(build::json_get("key", "path").unwrap(), "JSON.GET key path");
    sends(build::json_mget(&["key1", "key2"], "path").unwrap(), "JSON.MGET key1 key2 path");
    sends(build::json_mget("key", "path").unwrap(), "JSON.MGET key path");
    sends(build::json_mset(&[("k1", "$", 1), ("k2", "$.a", 2)]).unwrap(), "JSON.MSET k1 $ 1 k2 $.a 2");
    sends(build::json_num_incr_by("key", "path", 13).unwrap(), "JSON.NUMINCRBY key path 13");
    sends(build::json_obj_keys("key", "path").unwrap(), "JSON.OBJKEYS key path");
    sends(build::json_obj_len("key", "path").unwrap(), "JSON.OBJLEN key path");
    sends(build::json_set("key", "path", &"v").unwrap(), "JSON.SET key path \\\"v\\\"");
    sends(build::json_set("key", "path", &vec![1, 2]).unwrap(), "JSON.SET key path [1,2]");
    sends(build::json_set_options("key", "path", &"v", &JsonSetOptions::default()).unwrap(), "JSON.SET key path \\\"v\\\"");
    sends(build::json_set_options("key", "path", &vec![1, 2], &JsonSetOptions::default()).unwrap(), "JSON.SET key path [1,2]");
    sends(build::json_set_options("key", "path", &"v", &JsonSetOptions::default().conditional_set(ExistenceCheck::NX).fpha(FphaType::Fp32)).unwrap(), "JSON.SET key path \\\"v\\\" NX FPHA FP32");
    sends(build::json_str_append("key", "path", "value").unwrap(), "JSON.STRAPPEND key path value");
    sends(build::json_str_len("key", "path").unwrap(), "JSON.STRLEN key path");
    sends(build::json_toggle("key", "path").unwrap(), "JSON.TOGGLE key path");
    sends(build::json_type("key", "path").unwrap(), "JSON.TYPE key path");
}

#[test]
#[rustfmt::skip]
fn a_search_index_is_made_as_by_redis_rs() {
    use crate::commands::search::*;

    sends(build::ft_create("index", &CreateOptions::new(), &SearchSchema::new("title", SchemaTextField::new())), "FT.CREATE index SCHEMA title TEXT");
    sends(build::ft_create("index", &CreateOptions::new().on(IndexDataType::Json).prefix("a:").prefix("b:").filter("@a != \"\"").language(SearchLanguage::English).language_field("lang").score(0.5).score_field("rank").max_text_fields().no_offsets().temporary(3600).no_highlight().no_fields().no_freqs().stopword("the").stopword("and").skip_initial_scan(), &SearchSchema::new("title", SchemaTextField::new().no_stem(true).weight(2.0).phonetic(Phonetic::DmFrench).with_suffix_trie(true).index_empty(true).sortable(Sortable::Unf).no_index(true).alias("t").index_missing(true))), "FT.CREATE index ON JSON PREFIX 2 a: b: FILTER \\'@a != \\\"\\\"\\' LANGUAGE ENGLISH LANGUAGE_FIELD lang SCORE 0.5 SCORE_FIELD rank MAXTEXTFIELDS NOOFFSETS TEMPORARY 3600 NOHL NOFIELDS NOFREQS STOPWORDS 2 the and SKIPINITIALSCAN SCHEMA title AS t TEXT INDEXMISSING NOSTEM WEIGHT 2.0 PHONETIC dm:fr WITHSUFFIXTRIE INDEXEMPTY SORTABLE UNF NOINDEX");
    sends(build::ft_create("index", &CreateOptions::new().on(IndexDataType::Hash), &SearchSchema::new("tag", SchemaTagField::new().separator(';').case_sensitive(true).with_suffix_trie(true).index_empty(true).sortable(Sortable::Yes).alias("g").index_missing(true).no_index(true)).insert("n", SchemaNumericField::new().sortable(Sortable::Yes).alias("m")).insert("place", SchemaGeoField::new().index_missing(true).no_index(true)).insert("shape", SchemaGeoShapeField::new().coord_system(CoordSystem::Flat).index_missing(true).alias("s").no_index(true)).insert("shape2", SchemaGeoShapeField::new())), "FT.CREATE index ON HASH SCHEMA tag AS g TAG INDEXMISSING SEPARATOR ; CASESENSITIVE WITHSUFFIXTRIE INDEXEMPTY SORTABLE NOINDEX n AS m NUMERIC SORTABLE place GEO INDEXMISSING NOINDEX shape AS s GEOSHAPE FLAT INDEXMISSING NOINDEX shape2 GEOSHAPE SPHERICAL");
    sends(build::ft_create("index", &CreateOptions::default(), &SearchSchema::new("v", VectorField::flat(VectorType::BFloat16, 3, DistanceMetric::L2).block_size(9).alias("f").index_missing(true).build()).insert("w", VectorField::hnsw(VectorType::UInt8, 4, DistanceMetric::Cosine).epsilon(0.01).ef_runtime(3).ef_construction(2).m(1).build().alias("h")).insert("x", VectorField::vamana(VamanaVectorType::Float16, 5, DistanceMetric::IP).compression(CompressionType::LeanVec4x8).construction_window_size(1).graph_max_degree(2).search_window_size(3).epsilon(0.5).training_threshold(4).reduce(6).build().index_missing(true))), "FT.CREATE index SCHEMA v AS f VECTOR FLAT 8 TYPE BFLOAT16 DIM 3 DISTANCE_METRIC L2 BLOCK_SIZE 9 INDEXMISSING w AS h VECTOR HNSW 14 TYPE UINT8 DIM 4 DISTANCE_METRIC COSINE M 1 EF_CONSTRUCTION 2 EF_RUNTIME 3 EPSILON 0.01 x VECTOR SVS-VAMANA 20 TYPE FLOAT16 DIM 5 DISTANCE_METRIC IP COMPRESSION LeanVec4x8 CONSTRUCTION_WINDOW_SIZE 1 GRAPH_MAX_DEGREE 2 SEARCH_WINDOW_SIZE 3 EPSILON 0.5 TRAINING_THRESHOLD 4 REDUCE 6 INDEXMISSING");
}
