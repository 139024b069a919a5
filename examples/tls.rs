//! Encrypted connections: whom to trust, how to show a certificate of one's own, and what to do when it is refused.
//!
//! `cargo run --features tls --example tls`, on the server that `REDIS_URL` names (`rediss://…`), with the authority in
//! `REDIS_TLS_CA_FILE` unless the platform knows it, and with `REDIS_TLS_CERT_FILE` and `REDIS_TLS_KEY_FILE` for a server
//! that wants to know its clients. Ends with 1 when there is no encrypted connection.
#![allow(clippy::print_stdout, reason = "it is here to print")]

use std::process::ExitCode;

use redlane::error::{ConnectError, TlsFailure};
use redlane::prelude::*;

#[tokio::main]
async fn main() -> Result<ExitCode, Error> {
    // The same settings are methods: `Config::builder().url("rediss://cache:6380").tls_ca_file("/etc/ssl/our-ca.pem")`.
    let config = Config::from_env()?;
    if !config.tls() {
        println!("{config} is not encrypted: set REDIS_URL to a rediss:// URL, or REDIS_TLS=yes");
        return Ok(ExitCode::from(1));
    }

    // Nothing was said to a server that could not prove who it is: no password, no command.
    let client = match Client::connect(config).await {
        Ok(client) => client,
        Err(error) => {
            let Failure::Connect(ConnectError::Tls(failure)) = error.failure() else { return Err(error) };
            println!("no encrypted connection: {failure}");
            println!("what helps: {}", advice(failure));
            return Ok(ExitCode::from(1));
        }
    };

    client.set("example:tls", "nobody else can read this").await?;
    println!("{:?}", client.get("example:tls").await?);
    client.del("example:tls").await?;

    // What it takes: name, port, handshake, greeting, each with its time.
    println!("{}", redlane::health::probe(client.config(), None).await);
    client.close().await;
    Ok(ExitCode::SUCCESS)
}

fn advice(failure: &TlsFailure) -> &'static str {
    match failure {
        TlsFailure::WrongHost { .. } => "the name in the certificate, as host or as REDIS_TLS_SERVER_NAME",
        TlsFailure::Expired | TlsFailure::NotYetValid => {
            "a new certificate, or the right time on this machine"
        }
        TlsFailure::SelfSigned | TlsFailure::UnknownAuthority => "its authority, in REDIS_TLS_CA_FILE",
        TlsFailure::NotTls => "another port, or a redis:// URL",
        TlsFailure::ClientCertificateMissing => "REDIS_TLS_CERT_FILE and REDIS_TLS_KEY_FILE",
        TlsFailure::ClientCertificateRefused { .. } => "a certificate by an authority that the server trusts",
        _ => "whatever the line above says",
    }
}
