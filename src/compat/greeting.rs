//! What a new connection says first, word for word what redis-rs says, and the verdict on the answers.
//!
//! In one write: `HELLO 3` with credentials, or `AUTH`; `SELECT`, if it is not database 0; `CLIENT TRACKING`, with a cache;
//! `CLIENT SETINFO`, whose answers do not count. What surprises: a server that takes no user name with `AUTH` is greeted
//! again without one.

use crate::compat::caching::{CacheConfig, CacheMode};
use crate::compat::cmd::{Cmd, cmd};
use crate::compat::connection_info::RedisConnectionInfo;
use crate::compat::error::{ErrorKind, RedisError, RedisResult, ServerErrorKind};
use crate::compat::pipeline::Pipeline;
use crate::compat::value::Value;

/// The name and the version by which servers know redis-rs, and their logs and dashboards with them.
const LIB_NAME: &str = "redis-rs";
const LIB_VER: &str = "1.8.1";

/// One command of the greeting.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Step {
    Hello,
    Auth,
    Select,
    Tracking,
    SetInfo,
}

/// What a new connection says first.
pub(crate) struct Greeting {
    commands: Pipeline,
    steps: Vec<Step>,
}

/// What the answers amount to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Verdict {
    /// The connection can be used.
    Greeted,
    /// It has to be greeted again, without the name of the user.
    WithoutUser,
}

impl Greeting {
    /// The greeting by these settings; `with_user` is false for the second attempt.
    pub(crate) fn new(info: &RedisConnectionInfo, with_user: bool, cache: Option<&CacheConfig>) -> Self {
        let mut greeting = Self { commands: Pipeline::new(), steps: Vec::new() };
        if info.protocol().supports_resp3() {
            greeting.say(Step::Hello, hello(info));
        } else if let Some(password) = info.password() {
            greeting.say(Step::Auth, authenticate(info.username().filter(|_| with_user), password));
        }
        if info.db() != 0 {
            greeting.say(Step::Select, cmd("SELECT").arg(info.db()).take());
        }
        if let Some(cache) = cache {
            let mut tracking = cmd("CLIENT");
            tracking.arg("TRACKING").arg("ON");
            if cache.mode() == CacheMode::OptIn {
                tracking.arg("OPTIN");
            }
            greeting.say(Step::Tracking, tracking);
        }
        if !info.skip_set_lib_name() {
            let name = info.lib_name().unwrap_or(LIB_NAME);
            let version = info.lib_ver().unwrap_or(LIB_VER);
            greeting.say(Step::SetInfo, cmd("CLIENT").arg("SETINFO").arg("LIB-NAME").arg(name).take());
            greeting.say(Step::SetInfo, cmd("CLIENT").arg("SETINFO").arg("LIB-VER").arg(version).take());
        }
        greeting
    }

    fn say(&mut self, step: Step, command: Cmd) {
        self.commands.add_command(command);
        self.steps.push(step);
    }

    /// How many answers there will be.
    pub(crate) fn len(&self) -> usize {
        self.steps.len()
    }

    /// The bytes to send.
    pub(crate) fn bytes(&self) -> Vec<u8> {
        self.commands.get_packed_pipeline()
    }

    /// Judges the answers, all of which have come.
    ///
    /// # Errors
    /// Why the server does not want the connection.
    pub(crate) fn judge(&self, answers: &[Value]) -> RedisResult<Verdict> {
        for (step, answer) in self.steps.iter().zip(answers) {
            match step {
                Step::Hello => check_hello(answer)?,
                Step::Auth if check_auth(answer)? == Verdict::WithoutUser => return Ok(Verdict::WithoutUser),
                Step::Select => check_select(answer)?,
                Step::Tracking => check_tracking(answer)?,
                Step::Auth | Step::SetInfo => {}
            }
        }
        Ok(Verdict::Greeted)
    }
}

fn hello(info: &RedisConnectionInfo) -> Cmd {
    let mut hello = cmd("HELLO");
    hello.arg("3");
    if let Some(password) = info.password() {
        hello.arg("AUTH").arg(info.username().unwrap_or("default")).arg(password);
    }
    hello
}

/// `AUTH` by these credentials.
pub(crate) fn authenticate(username: Option<&str>, password: &str) -> Cmd {
    cmd("AUTH").arg(username).arg(password).take()
}

fn check_hello(answer: &Value) -> RedisResult<()> {
    let Value::ServerError(error) = answer else { return Ok(()) };
    // Only the beginning is looked at: behind it such a server quotes the password.
    if error.details().is_some_and(|details| details.starts_with("unknown command `HELLO`")) {
        return Err((
            ErrorKind::RESP3NotSupported,
            "Redis Server doesn't support HELLO command therefore resp3 cannot be used",
        )
            .into());
    }
    Err(error.clone().into())
}

fn check_auth(answer: &Value) -> RedisResult<Verdict> {
    let refused = || RedisError::from((ErrorKind::AuthenticationFailed, "Password authentication failed"));
    match answer {
        Value::Okay => Ok(Verdict::Greeted),
        Value::ServerError(error) => match error.details() {
            Some(details) if details.contains("wrong number of arguments for 'auth' command") => {
                Ok(Verdict::WithoutUser)
            }
            _ => Err(refused()),
        },
        _ => Err((
            ServerErrorKind::ResponseError.into(),
            "Redis server refused to authenticate, returns Ok() != Value::Okay",
        )
            .into()),
    }
}

fn check_select(answer: &Value) -> RedisResult<()> {
    const REFUSED: &str = "Redis server refused to switch database";
    let Value::ServerError(error) = answer else { return Ok(()) };
    let kind = ServerErrorKind::ResponseError.into();
    Err(match error.details() {
        Some(details) => (kind, REFUSED, details.to_owned()).into(),
        None => (kind, REFUSED).into(),
    })
}

fn check_tracking(answer: &Value) -> RedisResult<()> {
    if *answer == Value::Okay {
        return Ok(());
    }
    Err((
        ServerErrorKind::ResponseError.into(),
        "Client-side caching returned unknown response",
        format!("{answer:?}"),
    )
        .into())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::compat::error::ServerError;
    use crate::compat::protocol::ProtocolVersion;

    fn text(greeting: &Greeting) -> String {
        let packed = String::from_utf8(greeting.bytes()).unwrap();
        let words = packed.split("\r\n").filter(|word| !word.starts_with(['*', '$']) && !word.is_empty());
        words.collect::<Vec<_>>().join(" ")
    }

    fn failure(line: &str) -> Value {
        Value::ServerError(ServerError::from_line(line))
    }

    #[test]
    fn a_greeting_says_what_redis_rs_says_in_its_order() {
        let info = RedisConnectionInfo::default();
        assert_eq!(
            text(&Greeting::new(&info, true, None)),
            "CLIENT SETINFO LIB-NAME redis-rs CLIENT SETINFO LIB-VER 1.8.1"
        );
        let info = info.set_skip_set_lib_name().set_password("secret").set_db(3);
        assert_eq!(text(&Greeting::new(&info, true, None)), "AUTH secret SELECT 3");
        let info = info.set_username("ada");
        assert_eq!(text(&Greeting::new(&info, true, None)), "AUTH ada secret SELECT 3");
        assert_eq!(text(&Greeting::new(&info, false, None)), "AUTH secret SELECT 3");
        let info = info.set_protocol(ProtocolVersion::RESP3).set_lib_name("mine", "7");
        assert_eq!(
            text(&Greeting::new(&info, true, None)),
            "HELLO 3 AUTH ada secret SELECT 3 CLIENT SETINFO LIB-NAME mine CLIENT SETINFO LIB-VER 7"
        );
        let cache = CacheConfig::new().set_mode(CacheMode::OptIn);
        let info =
            RedisConnectionInfo::default().set_protocol(ProtocolVersion::RESP3).set_skip_set_lib_name();
        assert_eq!(text(&Greeting::new(&info, true, Some(&cache))), "HELLO 3 CLIENT TRACKING ON OPTIN");
    }

    #[test]
    fn a_refusal_is_told_in_redis_rss_words() {
        let info = RedisConnectionInfo::default().set_password("secret").set_username("ada").set_db(9);
        let greeting = Greeting::new(&info, true, None);
        let judge = |auth, select| greeting.judge(&[auth, select, Value::Okay, Value::Okay]);

        assert_eq!(
            judge(failure("WRONGPASS invalid"), Value::Okay).unwrap_err().to_string(),
            "Password authentication failed - AuthenticationFailed"
        );
        assert_eq!(
            judge(Value::Okay, failure("ERR DB index is out of range")).unwrap_err().to_string(),
            "Redis server refused to switch database - Server(ResponseError): DB index is out of range"
        );
        assert_eq!(
            judge(failure("ERR wrong number of arguments for 'auth' command"), Value::Okay).unwrap(),
            Verdict::WithoutUser
        );
        assert_eq!(judge(Value::Okay, Value::Okay).unwrap(), Verdict::Greeted);
    }

    #[test]
    fn a_server_without_hello_quotes_the_password_to_nobody() {
        let info =
            RedisConnectionInfo::default().set_protocol(ProtocolVersion::RESP3).set_password("hunter2");
        let greeting = Greeting::new(&info, true, None);

        let error = greeting
            .judge(&[failure(
                "ERR unknown command `HELLO`, with args beginning with: `3`, `AUTH`, `hunter2`",
            )])
            .unwrap_err();

        assert_eq!(error.kind(), ErrorKind::RESP3NotSupported);
        assert!(!error.to_string().contains("hunter2"));
    }
}
