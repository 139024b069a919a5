//! Vector sets, which Redis has since 8.0.

#[cfg(feature = "json")]
use redlane::commands::native::VectorAttributesCommands;
use redlane::commands::native::VectorSetsCommands;
use redlane::commands::types::{
    EmbeddingInput, VAddOptions, VEmbOptions, VSimOptions, VectorAddInput, VectorQuantization,
    VectorSimilaritySearchInput,
};
use redlane_resp::value::Value;
use redlane_test_support::Server;

use super::wire::both;

#[tokio::test]
async fn elements_are_added_described_and_removed() {
    if Server::shared().lacks("VADD") {
        return;
    }
    both(Server::shared(), async |redis, keys| {
        let (key, absent) = (&keys.key("v"), &keys.key("absent"));
        let exact = VAddOptions::default()
            .set_quantization(VectorQuantization::NoQuant)
            .set_build_exploration_factor(100)
            .set_max_number_of_links(8);
        let checked = exact.clone().set_check_and_set_style(true);

        assert!(redis.vadd_options(key, VectorAddInput::Fp32(&[1.0, 0.0]), "east", &exact).await);
        let north = VectorAddInput::Values(EmbeddingInput::Float64(&[0.0, 1.0]));
        assert!(redis.vadd_options(key, north, "north", &checked).await);
        let east = VectorAddInput::Values(EmbeddingInput::Float32(&[1.0, 0.0]));
        assert!(!redis.vadd_options(key, east, "east", &exact).await);

        assert_eq!((redis.vcard(key).await, redis.vdim(key).await, redis.vcard(absent).await), (2, 2, 0));
        assert_eq!(redis.vemb(key, "east").await, Some(vec![1.0, 0.0]));
        assert_eq!(redis.vemb(key, "west").await, None);
        let raw = VEmbOptions::default().set_raw_representation(true);
        let (kind, bytes, _norm): (String, Vec<u8>, f64) =
            redis.vemb_options(key, "east", &raw).read_as().await;
        assert_eq!((kind.as_str(), bytes.len()), ("f32", 8));
        assert!(redis.vismember(key, "east").await && !redis.vismember(key, "west").await);
        assert_eq!(redis.vinfo(key).await.unwrap()["size"], Value::Integer(2));
        assert!(redis.vinfo(absent).await.is_none());
        assert!(["east", "north"].contains(&redis.vrandmember(key).await.unwrap().as_str()));
        assert_eq!(redis.vrandmember_multiple(key, 9).await.len(), 2);
        // How many layers there are is left to chance.
        let layers = redis.vlinks(key, "east").await.unwrap();
        assert!(layers.concat().iter().all(|name| name == "north"), "{layers:?}");
        assert!(layers.iter().any(|layer| layer.len() == 1), "{layers:?}");
        let near = redis.vlinks_with_scores(key, "east").await.unwrap().concat();
        assert!(near[0].0 == "north" && (0.0..=1.0).contains(&near[0].1), "{near:?}");
        assert_eq!(redis.vlinks(key, "west").await, None);
        assert!(redis.vrem(key, "north").await && !redis.vrem(key, "north").await);
    })
    .await;
}

#[tokio::test]
async fn a_set_decides_how_its_numbers_are_stored() {
    if Server::shared().lacks("VADD") {
        return;
    }
    both(Server::shared(), async |redis, keys| {
        let small =
            VAddOptions::default().set_quantization(VectorQuantization::Q8).set_reduction_dimension(2);
        let bits = VAddOptions::default().set_quantization(VectorQuantization::Bin);
        let texts = VectorAddInput::Values(EmbeddingInput::String(&["1", "0", "0"]));

        assert!(redis.vadd_options(keys.key("small"), texts.clone(), "e", &small).await);
        assert_eq!(redis.vdim(keys.key("small")).await, 2);
        assert!(redis.vadd_options(keys.key("bits"), texts.clone(), "e", &bits).await);
        assert_eq!(redis.vemb(keys.key("bits"), "e").await.unwrap().len(), 3);
        assert_eq!(redis.vadd_options(keys.key("bits"), texts, "f", &small).code().await, "ERR");
        assert!(redis.vadd(keys.key("plain"), VectorAddInput::Fp32(&[1.0]), "e").await);
    })
    .await;
}

#[tokio::test]
async fn the_nearest_are_found() {
    if Server::shared().lacks("VADD") {
        return;
    }
    both(Server::shared(), async |redis, keys| {
        let key = &keys.key("v");
        for (element, vector) in [("east", [1.0, 0.0]), ("north", [0.0, 1.0]), ("west", [-1.0, 0.0])] {
            redis.vadd(key, VectorAddInput::Fp32(&vector), element).await;
        }

        let from = VectorSimilaritySearchInput::Element("east");
        assert_eq!(redis.vsim(key, from.clone()).await, ["east", "north", "west"]);
        let from_vector = VectorSimilaritySearchInput::Fp32(&[0.1, 1.0]);
        assert_eq!(redis.vsim(key, from_vector).await[0], "north");
        let options = VSimOptions::default()
            .set_with_scores(true)
            .set_count(2)
            .set_search_exploration_factor(100)
            .set_truth(true)
            .set_no_thread(true);
        let scored: Vec<(String, f64)> = redis.vsim_options(key, from, &options).read_as().await;
        assert_eq!(scored[0].0, "east");
        assert!(scored.len() == 2 && scored[0].1 > 0.99);
        let values = VectorSimilaritySearchInput::Values(EmbeddingInput::Float64(&[-1.0, 0.0]));
        assert_eq!(redis.vsim(key, values).await[0], "west");
    })
    .await;
}

#[cfg(feature = "json")]
#[tokio::test]
async fn attributes_choose_among_elements() {
    if Server::shared().lacks("VADD") {
        return;
    }
    both(Server::shared(), async |redis, keys| {
        let key = &keys.key("v");
        let red = VAddOptions::default().set_attributes(serde_json::json!({"colour": "red"}));
        redis.vadd_options(key, VectorAddInput::Fp32(&[1.0, 0.0]), "a", &red).await;
        redis.vadd(key, VectorAddInput::Fp32(&[0.0, 1.0]), "b").await;

        let options =
            VSimOptions::default().set_filter_expression(r#".colour == "red""#).set_max_filtering_effort(100);
        let from = VectorSimilaritySearchInput::Element("b");
        assert_eq!(redis.vsim_options(key, from, &options).await, ["a"]);
        assert_eq!(redis.vgetattr(key, "a").await.as_deref(), Some(r#"{"colour":"red"}"#));
        assert!(redis.vsetattr(key, "a", &serde_json::json!({"colour": 7})).await);
        assert_eq!(redis.vgetattr(key, "a").await.as_deref(), Some(r#"{"colour":7}"#));
        assert!(redis.vdelattr(key, "a").await);
        assert_eq!(redis.vgetattr(key, "a").await, None);
        assert!(redis.vsetattr(key, "a", &vec![1]).await && redis.vsetattr(key, "a", &"").await);
        assert_eq!(redis.vgetattr(key, "a").await, None);
        assert!(!redis.vsetattr(key, "absent", &1).await);
        // A map with keys that are no texts is no JSON.
        let no_json = std::collections::HashMap::from([((1, 2), 3)]);
        assert_eq!(redis.vsetattr(key, "a", &no_json).code().await, "ERR");
    })
    .await;
}
