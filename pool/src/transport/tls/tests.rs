//! Handshakes with a server in this process, on loopback sockets.

#![allow(clippy::arithmetic_side_effects)]

mod blocking;
mod link;
mod server;

use std::fs;
use std::sync::Mutex as StdMutex;

use rcgen::{BasicConstraints, CertificateParams, DnType, IsCa, Issuer, KeyPair, date_time_ymd};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio_rustls::rustls::pki_types::pem::PemObject;
use tokio_rustls::rustls::pki_types::{CertificateDer, PrivateKeyDer};
use tokio_rustls::rustls::server::WebPkiClientVerifier;
use tokio_rustls::rustls::{RootCertStore, ServerConfig, SupportedProtocolVersion, version};
use tokio_rustls::server::TlsStream;
use tokio_rustls::{LazyConfigAcceptor, TlsAcceptor};

use self::server::{Authority, Identity, LIMIT, Manner, echo, self_signed, serve};
use super::*;
use crate::transport::{SocketOptions, Step, Target, dial};

fn trusting(authority: &str) -> TlsOptions {
    TlsOptions { authorities: Some(Pem::text(authority.to_owned())), ..TlsOptions::default() }
}

async fn connect(host: &str, port: u16, tls: &Tls) -> Result<Socket, ConnectError> {
    dial(&Target::tls(host, port, tls.clone()), &SocketOptions::default(), LIMIT).await
}

async fn failure(host: &str, port: u16, options: TlsOptions) -> TlsFailure {
    match connect(host, port, &Tls::new(options)).await {
        Err(ConnectError::Tls(failure)) => failure,
        other => panic!("no TLS failure: {other:?}"),
    }
}

/// Sends five bytes and has them back.
async fn exchange(socket: Socket) {
    let (mut read, mut write) = socket.split();
    write.write_all(b"hello").await.unwrap();
    write.flush().await.unwrap();
    let mut back = [0; 5];
    read.read_exact(&mut back).await.unwrap();
    assert_eq!(&back, b"hello");
}

#[tokio::test]
async fn a_name_or_address_that_the_certificate_is_for_is_trusted() {
    let authority = Authority::new("ours");
    let port = serve(authority.identity(&["localhost", "127.0.0.1"]), echo).await;
    let tls = Tls::new(trusting(&authority.certificate));

    for host in ["localhost", "127.0.0.1"] {
        exchange(connect(host, port, &tls).await.unwrap()).await;
    }
}

#[tokio::test]
async fn each_version_from_1_2_on_is_spoken() {
    let authority = Authority::new("ours");
    for version in [&version::TLS12, &version::TLS13] {
        let manner = Manner { versions: vec![version], ..authority.identity(&["localhost"]).into() };
        let port = serve(manner, echo).await;

        exchange(connect("localhost", port, &Tls::new(trusting(&authority.certificate))).await.unwrap())
            .await;
    }
}

#[tokio::test]
async fn a_certificate_for_another_host_is_refused_by_name_and_by_address() {
    let authority = Authority::new("ours");
    let port = serve(authority.identity(&["elsewhere.example", "10.1.2.3"]), echo).await;
    let presented = vec!["elsewhere.example".to_owned(), "10.1.2.3".to_owned()];

    for host in ["localhost", "127.0.0.1"] {
        let failure = failure(host, port, trusting(&authority.certificate)).await;

        assert_eq!(failure, TlsFailure::WrongHost { host: host.to_owned(), presented: presented.clone() });
    }
    let named =
        TlsOptions { server_name: Some("elsewhere.example".to_owned()), ..trusting(&authority.certificate) };
    exchange(connect("localhost", port, &Tls::new(named)).await.unwrap()).await;
}

#[tokio::test]
async fn each_bad_certificate_is_told_by_what_is_bad_about_it() {
    let (ours, theirs) = (Authority::new("ours"), Authority::new("theirs"));
    let host = ["localhost"];
    let careless = Authority::new("careless");
    let same_name = |params: &mut CertificateParams| {
        params.distinguished_name.push(DnType::CommonName, "careless");
    };
    let as_client = |params: &mut CertificateParams| {
        params.extended_key_usages.push(rcgen::ExtendedKeyUsagePurpose::ClientAuth);
    };
    let own_ca = |params: &mut CertificateParams| params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    for (identity, wanted) in [
        (
            ours.identity_with(&host, |params| params.not_after = date_time_ymd(2020, 1, 1)),
            TlsFailure::Expired,
        ),
        (
            ours.identity_with(&host, |params| params.not_before = date_time_ymd(4000, 1, 1)),
            TlsFailure::NotYetValid,
        ),
        (theirs.identity(&host), TlsFailure::UnknownAuthority),
        (careless.identity_with(&host, same_name), TlsFailure::UnknownAuthority),
        (self_signed(&host, |_| {}), TlsFailure::SelfSigned),
        (self_signed(&host, own_ca), TlsFailure::SelfSigned),
    ] {
        let port = serve(identity, echo).await;

        assert_eq!(failure("localhost", port, trusting(&ours.certificate)).await, wanted);
    }
    let port = serve(ours.identity_with(&host, as_client), echo).await;
    let bad = failure("localhost", port, trusting(&ours.certificate)).await;
    assert!(matches!(bad, TlsFailure::BadCertificate { .. }), "{bad:?}");
}

#[tokio::test]
async fn a_self_signed_certificate_can_be_trusted_as_such() {
    let identity = self_signed(&["localhost"], |_| {});
    let port = serve(identity.clone(), echo).await;

    exchange(connect("localhost", port, &Tls::new(trusting(&identity.certificate))).await.unwrap()).await;
}

#[tokio::test]
async fn the_platform_does_not_vouch_for_a_stranger() {
    let port = serve(Authority::new("theirs").identity(&["localhost"]), echo).await;

    let failure = failure("localhost", port, TlsOptions::default()).await;

    // A system without any authority says so instead.
    let is_settings = matches!(failure, TlsFailure::Settings { what: "the trusted authorities", .. });
    assert!(failure == TlsFailure::UnknownAuthority || is_settings, "{failure:?}");
}

#[tokio::test]
async fn only_danger_accepts_any_certificate() {
    let port = serve(self_signed(&["elsewhere.example"], |_| {}), echo).await;
    let options = TlsOptions { dangerous_accept_any_certificate: true, ..TlsOptions::default() };

    exchange(connect("localhost", port, &Tls::new(options)).await.unwrap()).await;
}

#[tokio::test]
async fn a_client_certificate_is_shown_where_it_is_wanted() {
    let (servers, clients) = (Authority::new("servers"), Authority::new("clients"));
    for version in [&version::TLS12, &version::TLS13] {
        let clients_ca = Some(clients.certificate.clone());
        let manner = Manner {
            identity: servers.identity(&["localhost"]),
            versions: vec![version],
            clients: clients_ca,
        };
        let port = serve(manner, echo).await;
        let Identity { certificate, key } = clients.identity(&["a client"]);
        let options = TlsOptions {
            certificate: Some(Pem::text(certificate)),
            key: Some(Pem::text(key)),
            ..trusting(&servers.certificate)
        };

        exchange(connect("localhost", port, &Tls::new(options)).await.unwrap()).await;
    }
}

/// Under TLS 1.3 the server's verdict comes with the first read.
async fn verdict(port: u16, options: TlsOptions) -> ConnectError {
    let (mut read, _write) = match connect("localhost", port, &Tls::new(options)).await {
        Ok(socket) => socket.split(),
        Err(error) => return error,
    };
    ConnectError::io(read.read(&mut [0; 8]).await.unwrap_err())
}

#[tokio::test]
async fn a_missing_and_a_foreign_client_certificate_are_told_apart() {
    let (servers, clients) = (Authority::new("servers"), Authority::new("clients"));
    let clients_ca = Some(clients.certificate.clone());
    let manner = Manner {
        identity: servers.identity(&["localhost"]),
        versions: rustls::ALL_VERSIONS.to_vec(),
        clients: clients_ca,
    };
    let port = serve(manner, echo).await;
    let Identity { certificate, key } = servers.identity(&["a stranger"]);
    let foreign = TlsOptions {
        certificate: Some(Pem::text(certificate)),
        key: Some(Pem::text(key)),
        ..trusting(&servers.certificate)
    };

    let missing = verdict(port, trusting(&servers.certificate)).await;
    let foreign = verdict(port, foreign).await;

    assert!(matches!(missing, ConnectError::Tls(TlsFailure::ClientCertificateMissing)), "{missing:?}");
    let refused = matches!(&foreign, ConnectError::Tls(TlsFailure::ClientCertificateRefused { alert }) if alert == "UnknownCA");
    assert!(refused, "{foreign:?}");
    assert!(!missing.is_transient() && !foreign.is_transient());
}

#[tokio::test]
async fn the_server_is_told_the_name_and_never_an_address() {
    let authority = Authority::new("ours");
    let config = Manner::from(authority.identity(&["localhost", "127.0.0.1", "inside.example"])).config();
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    let heard = Arc::new(StdMutex::new(Vec::new()));
    let names = Arc::clone(&heard);
    tokio::spawn(async move {
        loop {
            let (stream, _) = listener.accept().await.unwrap();
            let start = LazyConfigAcceptor::new(Default::default(), stream).await.unwrap();
            names.lock().unwrap().push(start.client_hello().server_name().map(ToOwned::to_owned));
            tokio::spawn(echo(start.into_stream(Arc::clone(&config)).await.unwrap()));
        }
    });
    let tls = Tls::new(trusting(&authority.certificate));
    let inside =
        TlsOptions { server_name: Some("inside.example".into()), ..trusting(&authority.certificate) };

    for (host, tls) in [("localhost", &tls), ("127.0.0.1", &tls), ("127.0.0.1", &Tls::new(inside))] {
        exchange(connect(host, port, tls).await.unwrap()).await;
    }

    let heard = heard.lock().unwrap();
    assert_eq!(*heard, [Some("localhost".to_owned()), None, Some("inside.example".to_owned())]);
}

/// A listener that answers every connection by `answer`, once it has read something, and keeps what it read.
async fn plain(answer: fn(&[u8]) -> &'static [u8]) -> (u16, Arc<StdMutex<Vec<Vec<u8>>>>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    let heard = Arc::new(StdMutex::new(Vec::new()));
    let keep = Arc::clone(&heard);
    tokio::spawn(async move {
        loop {
            let (mut stream, _) = listener.accept().await.unwrap();
            let keep = Arc::clone(&keep);
            tokio::spawn(async move {
                let mut bytes = vec![0; 4096];
                let read = stream.read(&mut bytes).await.unwrap_or(0);
                bytes.truncate(read);
                let answer = answer(&bytes);
                keep.lock().unwrap().push(bytes);
                let _ = stream.write_all(answer).await;
                // Stays, as a server does that waits for the rest.
                let _ = stream.read(&mut [0; 1]).await;
            });
        }
    });
    (port, heard)
}

/// As Redis does: a handshake looks like the beginning of a long line.
fn waits_for_the_rest(bytes: &[u8]) -> &'static [u8] {
    if bytes.starts_with(b"*") { b"-ERR Protocol error: invalid multibulk length\r\n" } else { b"" }
}

#[tokio::test]
async fn a_server_in_the_clear_is_told_from_its_silence_or_from_its_answer() {
    for answer in [waits_for_the_rest, |_: &[u8]| &b"-DENIED Redis is running in protected mode\r\n"[..]] {
        let (port, heard) = plain(answer).await;

        let failure = failure(
            "localhost",
            port,
            TlsOptions { dangerous_accept_any_certificate: true, ..TlsOptions::default() },
        )
        .await;

        assert_eq!(failure, TlsFailure::NotTls);
        for bytes in heard.lock().unwrap().iter() {
            // The beginning of a TLS record, or the four bytes that are no command.
            assert!(bytes.starts_with(&[0x16, 3]) || bytes == b"*x\r\n", "{bytes:?}");
        }
    }
}

#[tokio::test]
async fn silence_is_a_timeout_that_names_the_handshake() {
    let (port, _) = plain(|_| b"").await;
    let options = TlsOptions { dangerous_accept_any_certificate: true, ..TlsOptions::default() };
    let limit = Duration::from_millis(200);

    let target = Target::tls("localhost", port, Tls::new(options));
    let error = dial(&target, &SocketOptions::default(), limit).await.unwrap_err();

    assert!(matches!(error, ConnectError::Timeout { step: Step::Tls, .. }), "{error:?}");
    assert_eq!(error.to_string(), "no TLS handshake within 200ms");
    assert!(error.is_transient());
}

#[tokio::test]
async fn a_server_that_hangs_up_on_a_handshake_counts_as_closed() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    tokio::spawn(async move { while listener.accept().await.is_ok() {} });
    let options = TlsOptions { dangerous_accept_any_certificate: true, ..TlsOptions::default() };

    let error = connect("localhost", port, &Tls::new(options)).await.unwrap_err();

    assert!(matches!(error, ConnectError::Closed), "{error:?}");
}

#[tokio::test]
async fn settings_that_cannot_be_used_are_told_before_anything_is_said() {
    let folder = Folder::new();
    let authority = Authority::new("ours");
    let Identity { certificate, key } = authority.identity(&["a client"]);
    let other = authority.identity(&["another"]);
    let garbage = "-----BEGIN CERTIFICATE-----\nswordfish\n-----END CERTIFICATE-----\n";
    let client = |certificate: &str, key: &str| TlsOptions {
        certificate: Some(Pem::text(certificate.to_owned())),
        key: Some(Pem::text(key.to_owned())),
        ..trusting(&authority.certificate)
    };
    let (port, heard) = plain(|_| b"").await;
    let missing = folder.path("missing.pem");
    for (options, told) in [
        (
            TlsOptions { authorities: Some(Pem::file(&missing)), ..TlsOptions::default() },
            "missing.pem: No such file",
        ),
        (trusting("swordfish"), "the trusted authorities cannot be used: the text holds no certificate"),
        (trusting(garbage), "the text is not well-formed PEM"),
        (
            client(&certificate, "swordfish"),
            "the key of the client certificate cannot be used: the text holds no key",
        ),
        (client("swordfish", &key), "the client certificate cannot be used: the text holds no certificate"),
        (client(&certificate, &other.key), "the key is another certificate's"),
        (
            TlsOptions {
                certificate: Some(Pem::text(certificate.clone())),
                ..trusting(&authority.certificate)
            },
            "certificate and key are of use together only",
        ),
        (
            TlsOptions { server_name: Some("two words".to_owned()), ..trusting(&authority.certificate) },
            "no certificate can be for two words",
        ),
    ] {
        let failure = failure("localhost", port, options.clone()).await;

        assert!(matches!(failure, TlsFailure::Settings { .. }), "{failure:?}");
        let text = failure.to_string();
        assert!(text.contains(told), "{text}");
        assert!(!text.contains("swordfish") && !format!("{options:?}").contains("swordfish"), "{text}");
    }
    assert!(heard.lock().unwrap().iter().all(Vec::is_empty));
}

#[tokio::test]
async fn files_are_read_again_when_they_have_changed() {
    let folder = Folder::new();
    let (first, second) = (Authority::new("first"), Authority::new("the second one"));
    let port = serve(second.identity(&["localhost"]), echo).await;
    let file = folder.path("ca.pem");
    fs::write(&file, &first.certificate).unwrap();
    let tls = Tls::new(TlsOptions { authorities: Some(Pem::file(&file)), ..TlsOptions::default() });

    let before = connect("localhost", port, &tls).await;
    fs::write(&file, format!("{}{}", first.certificate, second.certificate)).unwrap();
    let after = connect("localhost", port, &tls).await;

    assert!(matches!(before, Err(ConnectError::Tls(TlsFailure::UnknownAuthority))), "{before:?}");
    exchange(after.unwrap()).await;
    let once = tls.config_now().unwrap();
    assert!(Arc::ptr_eq(&once, &tls.config_now().unwrap()), "it was read again without a change");
}

#[tokio::test]
async fn a_socket_is_quiet_until_something_comes_or_it_ends() {
    let authority = Authority::new("ours");
    let port = serve(authority.identity(&["localhost"]), |mut stream| async move {
        let mut byte = [0];
        while let Ok(1) = stream.read(&mut byte).await {
            stream.write_all(b"news").await.unwrap();
        }
    })
    .await;
    let socket = connect("localhost", port, &Tls::new(trusting(&authority.certificate))).await.unwrap();
    let (mut read, mut write) = socket.split();
    let ask = async |write: &mut crate::transport::WriteHalf| {
        write.write_all(b"?").await.unwrap();
        write.flush().await.unwrap();
    };
    ask(&mut write).await;
    read.read_exact(&mut [0; 4]).await.unwrap();

    assert!(write.is_quiet());
    assert!(!write.writes_directly());
    ask(&mut write).await;
    while write.is_quiet() {
        tokio::task::yield_now().await;
    }
    assert!(write.try_write(b"x").is_err_and(|error| error.kind() == std::io::ErrorKind::WouldBlock));
}

#[tokio::test]
async fn the_last_handle_says_farewell() {
    let authority = Authority::new("ours");
    let (tell, mut told) = tokio::sync::mpsc::unbounded_channel();
    let port = serve(authority.identity(&["localhost"]), move |mut stream| {
        let tell = tell.clone();
        async move { tell.send(stream.read(&mut [0; 1]).await.map_err(|error| error.kind())).unwrap() }
    })
    .await;

    let socket = connect("localhost", port, &Tls::new(trusting(&authority.certificate))).await.unwrap();
    drop(socket.split());

    // Without a farewell this is `UnexpectedEof`.
    assert_eq!(told.recv().await.unwrap(), Ok(0));
}

/// A folder that goes away with the test.
struct Folder(std::path::PathBuf);

impl Folder {
    fn new() -> Self {
        let path = std::env::temp_dir().join(format!(
            "redlane-tls-{}-{:08x}",
            std::process::id(),
            fastrand::u32(..)
        ));
        fs::create_dir(&path).unwrap();
        Folder(path)
    }

    fn path(&self, name: &str) -> std::path::PathBuf {
        self.0.join(name)
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}
