//! What a new connection says first, as bytes, and which reply answers what.

use redlane_resp::command::Command;

use crate::config::secret::wipe;
use crate::config::{Config, Credentials, Protocol};

/// The name that this library gives itself.
const LIBRARY: &str = "redlane";

/// The user of a password that comes without a name.
const DEFAULT_USER: &str = "default";

/// What each connection of a client should be like, credentials apart.
pub(super) struct Wishes {
    pub(super) protocol: Protocol,
    db: i64,
    client_name: Option<String>,
    announce_library: bool,
    no_evict: bool,
    no_touch: bool,
}

impl Wishes {
    pub(super) fn new(config: &Config) -> Self {
        Wishes {
            protocol: config.protocol(),
            db: config.db(),
            client_name: config.client_name().map(str::to_owned),
            announce_library: config.announce_library(),
            no_evict: config.no_evict(),
            no_touch: config.no_touch(),
        }
    }
}

/// One command of an opening.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Step {
    Hello,
    Auth,
    SetName,
    Select,
    SetInfo,
    NoEvict,
    NoTouch,
    Info,
}

/// Commands to be sent in one write, and the steps that their replies belong to.
#[derive(Default)]
pub(super) struct Opening {
    bytes: Vec<u8>,
    steps: Vec<Step>,
}

impl Opening {
    /// `HELLO 3`, with credentials and name.
    pub(super) fn resp3(wishes: &Wishes, credentials: Option<&Credentials>) -> Self {
        let mut hello = Command::new("HELLO").arg("3");
        if let Some(credentials) = credentials {
            hello.push_arg("AUTH").push_arg(credentials.username().unwrap_or(DEFAULT_USER));
            hello.push_arg(credentials.password().expose());
        }
        if let Some(name) = &wishes.client_name {
            hello.push_arg("SETNAME").push_arg(name);
        }
        let mut opening = Opening::default();
        opening.say(Step::Hello, &hello);
        opening.say_wishes(wishes);
        opening
    }

    /// The same without `HELLO`. What it would have told has to be asked for.
    pub(super) fn resp2(wishes: &Wishes, credentials: Option<&Credentials>) -> Self {
        let mut opening = Opening::default();
        if let Some(credentials) = credentials {
            let mut auth = Command::new("AUTH");
            // Without a name the form that servers before 6.0 know as well.
            if let Some(username) = credentials.username() {
                auth.push_arg(username);
            }
            auth.push_arg(credentials.password().expose());
            opening.say(Step::Auth, &auth);
        }
        if let Some(name) = &wishes.client_name {
            opening.say(Step::SetName, &Command::new("CLIENT").arg("SETNAME").arg(name));
        }
        opening.say(Step::Info, &Command::new("INFO").arg("server"));
        opening.say_wishes(wishes);
        opening
    }

    fn say_wishes(&mut self, wishes: &Wishes) {
        if wishes.db != 0 {
            self.say(Step::Select, &Command::new("SELECT").arg(wishes.db));
        }
        if wishes.announce_library {
            let setinfo = || Command::new("CLIENT").arg("SETINFO");
            self.say(Step::SetInfo, &setinfo().arg("LIB-NAME").arg(LIBRARY));
            self.say(Step::SetInfo, &setinfo().arg("LIB-VER").arg(env!("CARGO_PKG_VERSION")));
        }
        if wishes.no_evict {
            self.say(Step::NoEvict, &Command::new("CLIENT").arg("NO-EVICT").arg("ON"));
        }
        if wishes.no_touch {
            self.say(Step::NoTouch, &Command::new("CLIENT").arg("NO-TOUCH").arg("ON"));
        }
    }

    fn say(&mut self, step: Step, command: &Command) {
        // A buffer that grew would leave a copy of the password behind, so it moves to a larger one by hand.
        let needed = self.bytes.len().saturating_add(command.encoded_len());
        if needed > self.bytes.capacity() {
            let mut larger = Vec::with_capacity(needed.saturating_mul(2).max(512));
            larger.extend_from_slice(&self.bytes);
            wipe(&mut self.bytes);
            self.bytes = larger;
        }
        command.encode(&mut self.bytes);
        self.steps.push(step);
    }

    /// Everything that is sent.
    pub(super) fn bytes(&self) -> &[u8] {
        &self.bytes
    }

    /// What is answered, in this order.
    pub(super) fn steps(&self) -> &[Step] {
        &self.steps
    }
}

impl Drop for Opening {
    /// The bytes hold the password.
    fn drop(&mut self) {
        wipe(&mut self.bytes);
    }
}
