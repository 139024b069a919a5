//! What a URL means, and what is wrong with it.

use super::redis::{Client, ConnectionAddr, IntoConnectionInfo, parse_redis_url};
use crate::Transcript;

const URLS: &[&str] = &[
    "redis://127.0.0.1",
    "redis://127.0.0.1/",
    "redis://127.0.0.1:1234",
    "redis://localhost/3",
    "redis://localhost:80/15",
    "redis://user:pass@h:1/2",
    "redis://:pass@h",
    "redis://user@h",
    "redis://u%40x:p%3Aw%25@h/0",
    "redis://h/?protocol=3",
    "redis://h/1?protocol=resp3",
    "redis://h?protocol=2",
    "redis://h?protocol=resp2",
    "redis://h?protocol=4",
    "redis://h?other=1",
    "redis://[::1]:7/1",
    "redis://[::1]",
    "redis://h/abc",
    "redis://h/-1",
    "redis://h/1/2",
    "redis://h/ 1",
    "redis://h/99999999999999999999",
    "redis://",
    "redis:///1",
    "redis://0.0.0.0",
    "redis://[::]",
    "redis:127.0.0.1",
    "valkey://h:1/2",
    "unix:///tmp/r.sock",
    "redis+unix:///tmp/r.sock?db=4",
    "valkey+unix:///tmp/r.sock?user=u&pass=p",
    "unix:///tmp/r.sock?db=x",
    "unix:///tmp/r.sock?protocol=3",
    "unix:/tmp/r",
    "unix://",
    "http://h",
    "h:6379",
    "",
    "redis://h:99999",
    "redis://h:0",
    "redis://u:%ff@h",
    "redis://h#insecure",
    "rediss://h",
    "rediss://h#insecure",
    "valkeys://h",
    "REDIS://H",
    "redis://h/1#x",
    " redis://h",
    "redis://user:pa:ss@h",
    "redis://h/%31",
];

fn shown(t: &mut Transcript, what: String, url: &str) {
    match url.into_connection_info() {
        Ok(info) => {
            let addr = match info.addr() {
                ConnectionAddr::Tcp(host, port) => format!("tcp {host} {port}"),
                ConnectionAddr::TcpTls { host, port, insecure, .. } => {
                    format!("tls {host} {port} {insecure}")
                }
                ConnectionAddr::Unix(path) => format!("unix {}", path.display()),
                _ => "other".into(),
            };
            let settings = info.redis_settings();
            t.note(
                what,
                (
                    addr,
                    info.addr().to_string(),
                    settings.db(),
                    settings.username(),
                    settings.password(),
                    settings.protocol(),
                    settings.lib_name(),
                    settings.skip_set_lib_name(),
                ),
            );
        }
        Err(error) => t.note(what, (error.kind(), error.to_string(), error.detail().map(str::to_owned))),
    }
}

/// Reads each.
pub fn run(t: &mut Transcript) {
    for url in URLS {
        shown(t, format!("{url:?}"), url);
        t.note(format!("{url:?} as a URL"), parse_redis_url(url).map(|url| url.to_string()));
        let opened = Client::open(*url).map(|client| client.get_connection_info().redis_settings().db());
        t.note(format!("{url:?} opened"), opened.map_err(|error| error.to_string()));
    }
    let info = ("example.com", 12).into_connection_info().unwrap();
    t.note("from a pair", (info.addr().to_string(), info.redis_settings().db()));
    let settings = info.redis_settings().clone().set_db(3).set_username("u").set_password("p");
    let info = info.set_redis_settings(settings).set_addr(ConnectionAddr::Unix("/s".into()));
    t.note("built", (info.addr().to_string(), info.redis_settings().db(), info.redis_settings().username()));
    t.note("same", ConnectionAddr::Tcp("a".into(), 1) == ConnectionAddr::Tcp("a".into(), 1));
    t.note("supported", ConnectionAddr::Tcp("a".into(), 1).is_supported());
}
