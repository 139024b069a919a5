//! Sessions of users that end by themselves: the store is in `stores/sessions.rs`.
//!
//! `cargo run --example sessions`, on the server that `REDIS_URL` or `REDIS_HOST` names, else on localhost:6379.
#![allow(clippy::print_stdout, reason = "it is here to print")]
#![allow(dead_code, reason = "it uses one of the two stores")]

mod stores;

use std::collections::HashMap;
use std::error::Error;
use std::sync::Arc;

use redlane::prelude::*;
use stores::sessions::SessionStore;

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let redis = Arc::new(RedisClient::new());
    redis.initialize().await?;
    let sessions = SessionStore::with_prefix(Arc::clone(&redis), "example:")?;

    let user = fields([("username", "John Doe"), ("role", "admin")]);
    let id = sessions.create_user_session("user_123", &user).await?;
    println!("begun:     {id}");
    println!("session:   {:?}", sessions.get_user_session(&id).await?);

    let page = fields([("current_page", "/dashboard")]);
    println!("updated:   {}", sessions.update_user_session(&id, &page).await?);
    println!("session:   {:?}", sessions.get_user_session(&id).await?);

    println!("ended:     {}", sessions.end_user_session(&id).await?);
    println!("updated:   {}", sessions.update_user_session(&id, &page).await?);
    println!("session:   {:?}", sessions.get_user_session(&id).await?);

    redis.close().await;
    Ok(())
}

fn fields<const N: usize>(fields: [(&str, &str); N]) -> HashMap<String, String> {
    fields.into_iter().map(|(field, value)| (field.to_owned(), value.to_owned())).collect()
}
