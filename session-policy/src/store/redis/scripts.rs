//! The scripts, a call of one, and its answer.
//!
//! Every operation is one script: a server runs it as a whole or, if its first write is refused, not at all. A script looks
//! at nothing but its keys and arguments: no clock, no configuration, no randomness.

use std::sync::LazyLock;

use ::redis::{Cmd, Script, Value};

use crate::store::StoreError;

macro_rules! scripts {
    ($($name:ident = $($file:literal)+, $reads:literal;)+) => {
        $(pub(super) static $name: LazyLock<Lua> = LazyLock::new(|| Lua::new(
            concat!(include_str!("lua/common.lua"), $(include_str!(concat!("lua/", $file, ".lua"))),+),
            $reads,
        ));)+

        /// The text of all of them.
        pub(super) fn all() -> impl Iterator<Item = &'static str> {
            [$(&$name),+].into_iter().map(|lua| lua.text)
        }
    };
}

// Whether it only reads: such a call may be sent a second time when its answer was lost.
scripts! {
    LOAD = "load", true;
    PEEK = "peek", true;
    DUE = "due", true;
    OF_USER = "of_user", true;
    GENERATION = "generation", true;
    PUT = "put", false;
    SET_ROLE = "set_role", false;
    FORGET = "forget", false;
    RECLAIM = "reclaim", false;
    SETTLE = "settle", false;
    CLOCK = "clock", false;
    CREATE = "ending" "create", false;
    BURY = "ending" "bury", false;
    RESET_USER = "ending" "reset_user", false;
    RESET_EVERYONE = "ending" "reset_everyone", false;
}

/// A script.
pub(super) struct Lua {
    text: &'static str,
    hash: String,
    only_reads: bool,
}

impl Lua {
    fn new(text: &'static str, only_reads: bool) -> Self {
        Self { text, hash: Script::new(text).get_hash().to_owned(), only_reads }
    }
}

/// A script with its arguments.
pub(super) struct Call {
    pub(super) command: Cmd,
    pub(super) only_reads: bool,
}

impl Call {
    pub(super) fn new(lua: &Lua, prefix: &str) -> Self {
        let mut command = Cmd::new();
        command.arg("EVALSHA").arg(&lua.hash).arg(1).arg(prefix);
        Self { command, only_reads: lua.only_reads }
    }

    pub(super) fn bytes(mut self, bytes: &[u8]) -> Self {
        self.command.arg(bytes);
        self
    }

    pub(super) fn text(self, text: &str) -> Self {
        self.bytes(text.as_bytes())
    }

    /// A list follows.
    pub(super) fn count(mut self, count: usize) -> Self {
        self.command.arg(count);
        self
    }

    /// A time, or a span of time. Lua's numbers, and a sorted set's scores, are exact up to 2^53, the year 287 396, and
    /// within two seconds beyond it.
    pub(super) fn millis(mut self, millis: u64) -> Self {
        self.command.arg(millis);
        self
    }

    pub(super) fn some_millis(self, millis: Option<u64>) -> Self {
        match millis {
            Some(millis) => self.millis(millis),
            None => self.text(""),
        }
    }
}

/// What a script answered.
#[derive(Debug)]
pub(super) struct Answer(std::vec::IntoIter<Value>);

impl Answer {
    pub(super) fn of(value: Value) -> Self {
        let values = match value {
            Value::Array(values) => values,
            other => vec![other],
        };
        Self(values.into_iter())
    }

    /// The next value's bytes; `None` behind the last.
    pub(super) fn bytes(&mut self) -> Result<Option<Vec<u8>>, StoreError> {
        match self.0.next() {
            None => Ok(None),
            Some(Value::BulkString(bytes)) => Ok(Some(bytes)),
            Some(other) => Err(strange(&other)),
        }
    }

    pub(super) fn need(&mut self) -> Result<Vec<u8>, StoreError> {
        self.bytes()?.ok_or_else(|| StoreError::new("a script's answer is too short"))
    }

    /// A word of the script's own.
    pub(super) fn word(&mut self) -> Result<String, StoreError> {
        String::from_utf8(self.need()?).map_err(StoreError::new)
    }

    pub(super) fn number(&mut self) -> Result<u64, StoreError> {
        match self.0.next() {
            Some(Value::Int(number)) => u64::try_from(number).map_err(StoreError::new),
            Some(other) => Err(strange(&other)),
            None => Err(StoreError::new("a script's answer is too short")),
        }
    }

    pub(super) fn nested(&mut self) -> Result<Self, StoreError> {
        self.0.next().map(Self::of).ok_or_else(|| StoreError::new("a script's answer is too short"))
    }
}

/// Of what is not understood only its kind: it may be somebody's session.
fn strange(value: &Value) -> StoreError {
    let kind = match value {
        Value::Nil => "nothing",
        Value::Int(_) => "a number",
        Value::BulkString(_) | Value::SimpleString(_) => "text",
        Value::Array(_) => "a list",
        _ => "something else",
    };
    StoreError::new(format!("a script answered {kind} in an unexpected place"))
}

pub(super) fn unexpected(word: &str) -> StoreError {
    StoreError::new(format!("a script answered `{word}`"))
}
