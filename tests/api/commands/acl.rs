//! Users and what they may do.

use std::fs;

use redlane::commands::native::AclCommands;
use redlane::commands::types::Rule;
use redlane_test_support::{Options, Server};

use super::wire::both;

/// The SHA-256 of `secret`.
const SECRET: &str = "2bb80d537b1da3e38bd30361aa855686bde0eacd7162fef6a25fe97bf527a25b";

fn rule(kind: fn(String) -> Rule, text: &str) -> Rule {
    kind(text.to_owned())
}

#[tokio::test]
async fn users_are_made_listed_and_deleted() {
    let server = Server::start(Options::new());
    both(&server, async |redis, _| {
        redis.acl_setuser("bob").await;
        redis.acl_setuser_rules("ada", &[Rule::On]).await;

        assert_eq!(redis.acl_getuser("bob").await.unwrap().flags[0], Rule::Off);
        assert_eq!(redis.acl_getuser("nobody").await, None);
        assert_eq!(redis.acl_users().await, ["ada", "bob", "default"]);
        let list = redis.acl_list().await;
        assert!(list.len() == 3 && list[0].starts_with("user ada on"), "{list:?}");
        assert_eq!(redis.acl_deluser(&["ada", "bob", "nobody"]).await, 2);
        assert_eq!(redis.acl_deluser(&["default"]).code().await, "ERR");
    })
    .await;
}

#[tokio::test]
async fn rules_are_applied_one_after_the_other() {
    let server = Server::start(Options::new());
    both(&server, async |redis, _| {
        let apply = async |rules: &[Rule]| {
            redis.acl_setuser_rules("ada", rules).await;
            redis.acl_getuser("ada").await.unwrap()
        };

        assert!(apply(&[Rule::On]).await.flags.contains(&Rule::On));
        assert!(apply(&[Rule::Off]).await.flags.contains(&Rule::Off));
        assert_eq!(
            apply(&[rule(Rule::AddPass, "secret")]).await.passwords,
            [rule(Rule::AddHashedPass, SECRET)]
        );
        assert!(apply(&[rule(Rule::RemovePass, "secret")]).await.passwords.is_empty());
        assert_eq!(apply(&[rule(Rule::AddHashedPass, SECRET)]).await.passwords.len(), 1);
        assert!(apply(&[rule(Rule::RemoveHashedPass, SECRET)]).await.passwords.is_empty());
        assert!(apply(&[Rule::NoPass]).await.flags.contains(&Rule::NoPass));
        assert!(!apply(&[Rule::ResetPass]).await.flags.contains(&Rule::NoPass));

        let (reads, no_keys) = (rule(Rule::AddCategory, "read"), rule(Rule::RemoveCommand, "keys"));
        assert_eq!(
            apply(&[reads.clone(), no_keys.clone()]).await.commands,
            [Rule::NoCommands, reads, no_keys]
        );
        let (set, no_writes) = (rule(Rule::AddCommand, "set"), rule(Rule::RemoveCategory, "write"));
        let all = apply(&[Rule::AllCommands, no_writes.clone(), set.clone()]).await.commands;
        assert_eq!(all, [Rule::AllCommands, no_writes, set]);
        assert_eq!(apply(&[Rule::NoCommands]).await.commands, [Rule::NoCommands]);

        let pattern = |text| rule(Rule::Pattern, text);
        assert_eq!(apply(&[pattern("a*"), pattern("b*")]).await.keys, [pattern("a*"), pattern("b*")]);
        assert_eq!(apply(&[Rule::ResetKeys, Rule::AllKeys]).await.keys, [Rule::AllKeys]);
        assert!(apply(&[Rule::ResetKeys]).await.keys.is_empty());
        let channel = rule(Rule::Channel, "news*");
        assert_eq!(apply(&[Rule::ResetChannels, channel.clone()]).await.channels, [channel]);
        assert!(apply(&[Rule::ResetChannels]).await.channels.is_empty());
        assert!(apply(&[Rule::On, Rule::Reset]).await.flags.contains(&Rule::Off));
        let wrong = redis.acl_setuser_rules("ada", &[rule(Rule::AddCommand, "no-such-command")]);
        assert_eq!(wrong.code().await, "ERR");
    })
    .await;
}

#[tokio::test]
async fn selectors_allow_something_by_themselves() {
    let server = Server::start(Options::new());
    if server.predates("ACL selectors", Some((7, 0)), Some((7, 2))) {
        return;
    }
    both(&server, async |redis, _| {
        let selector = [rule(Rule::AddCommand, "set"), rule(Rule::Pattern, "b*")];
        let (get, mine) = (rule(Rule::AddCommand, "get"), rule(Rule::Pattern, "a*"));
        let reads = rule(Rule::Other, "%R~x*");
        let rules = [get.clone(), mine.clone(), reads.clone(), Rule::Selector(selector.to_vec())];

        redis.acl_setuser_rules("ada", &rules).await;

        let ada = redis.acl_getuser("ada").await.unwrap();
        assert_eq!((&ada.commands[1..], ada.keys.as_slice()), ([get].as_slice(), [mine, reads].as_slice()));
        let [Rule::Selector(read)] = ada.selectors.as_slice() else { panic!("{ada:?}") };
        assert!(selector.iter().all(|rule| read.contains(rule)), "{ada:?}");
        assert_eq!(redis.acl_dryrun("ada", "GET", "a1").await, "OK");
        assert_eq!(redis.acl_dryrun("ada", "SET", ["b1", "v"].as_slice()).await, "OK");
        assert!(redis.acl_dryrun("ada", "GET", "c1").await.contains("permissions"));
        assert_eq!(redis.acl_dryrun("nobody", "GET", "c1").code().await, "ERR");
        redis.acl_deluser(&["ada"]).await;
    })
    .await;
}

#[tokio::test]
async fn permissions_are_named() {
    both(Server::shared(), async |redis, _| {
        assert!(redis.acl_cat().await.contains("read"));
        assert!(redis.acl_cat_categoryname("read").await.contains("get"));
        assert_eq!(redis.acl_cat_categoryname("no-such-category").code().await, "ERR");
        assert_eq!(redis.acl_genpass().await.len(), 64);
        assert_eq!(redis.acl_genpass_bits(8).await.len(), 2);
        assert_eq!(redis.acl_whoami().await, "default");
        assert!(redis.acl_help().await.len() > 5);
    })
    .await;
}

#[tokio::test]
async fn refusals_are_logged() {
    let server = Server::start(Options::new());
    both(&server, async |redis, _| {
        redis.acl_log_reset().await;
        assert!(redis.acl_log(10).await.is_empty());

        server.raw().command(&["AUTH", "nobody", "x"]);

        let entries = redis.acl_log(10).await;
        assert_eq!((entries.len(), entries[0]["reason"].as_bytes()), (1, Some(b"auth".as_slice())));
        assert_eq!(entries[0]["username"].as_bytes(), Some(b"nobody".as_slice()));
        assert!(redis.acl_log(0).await.is_empty());
    })
    .await;
}

#[tokio::test]
async fn users_are_written_to_their_file_and_read_again() {
    // A folder that is there before the server is, and goes with the test.
    let file = Server::shared().folder().join("users.acl");
    fs::write(&file, "user default on nopass ~* &* +@all\n").unwrap();
    let server = Server::start(Options::new().set("aclfile", file.to_str().unwrap()));
    both(&server, async |redis, _| {
        redis.acl_setuser("ada").await;
        redis.acl_save().await;
        assert!(fs::read_to_string(&file).unwrap().contains("user ada"));
        redis.acl_deluser(&["ada"]).await;

        redis.acl_load().await;

        assert_eq!(redis.acl_users().await, ["ada", "default"]);
    })
    .await;
}

#[tokio::test]
async fn without_a_file_of_users_there_is_none_to_read() {
    both(Server::shared(), async |redis, _| {
        assert_eq!(redis.acl_load().code().await, "ERR");
        assert_eq!(redis.acl_save().code().await, "ERR");
    })
    .await;
}
