//! A user who may do no more than the docs name.

use redlane::cache::Coherence;
use redlane_test_support::Options;

use super::*;

const RIGHTS: &str = "~c:* ~c#* resetchannels &c:inv -@all +hello +ping +client \
    +get +pttl +set +getrange +unlink +del +pexpire +time +eval +evalsha +multi +exec +publish +subscribe";

#[tokio::test]
async fn the_rights_that_the_docs_name_are_enough() {
    if Server::shared().predates("rights to subcommands", Some((7, 0)), Some((7, 2))) {
        return;
    }
    for coherence in [Coherence::Tracking, Coherence::PubSub] {
        let server = Server::start(Options::new().line(&format!("user worker on >w0rker {RIGHTS}")));
        let config = Config::builder().url(&server.url()).username("worker").password("w0rker");
        let client = Client::connect(config.build().unwrap()).await.unwrap();
        let cache = Cache::builder(&client, Raw).namespace("c", 1).coherence(coherence).early(0.0);
        let cache = cache.build().await.unwrap();
        let loads = Loads::default();

        cache.get_or_load("a", loads.giving("1")).await.unwrap();
        cache.set("a", &"2".to_owned()).await.unwrap();
        cache.set_for("b", &"3".to_owned(), SOON).await.unwrap();
        cache.set_tagged("d", &"4".to_owned(), &["tag"]).await.unwrap();
        assert!(cache.get("d").await.unwrap().is_some());
        cache.invalidate_tag("tag").await.unwrap();
        assert!(cache.get("d").await.unwrap().is_none());
        cache.get_or_load("d", loads.giving("5")).await.unwrap();
        assert!(cache.invalidate("a").await.unwrap());
        cache.invalidate_all().await.unwrap();

        let refused = server.command(&["ACL", "LOG"]);
        assert!(refused.elements().is_empty(), "{coherence:?}: {refused:?}");
        assert_eq!(loads.count(), 2);
    }
}
