//! Attributes as they are typed, in parts.

use std::fmt::{self, Display, Formatter};

/// What an attribute stands on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Place {
    Handler,
    Module,
    Role,
    Base,
    Roles,
}

#[derive(Clone, Debug)]
pub(super) enum Entry {
    Key(String, Value),
    Path(String),
}

/// What follows a key.
#[derive(Clone, Debug)]
pub(super) enum Value {
    /// `key`
    Nothing,
    /// `key =`
    Missing,
    /// `key = "…"`
    Text(String),
    /// `key = …`: a number, a word, a path.
    Bare(String),
    /// `key = […, …]`
    List(Vec<Value>),
    /// `key(…)`
    Parens(Vec<(String, Value)>),
}

impl Display for Entry {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        match self {
            Self::Key(key, value) => key_value(f, key, value),
            Self::Path(path) => f.write_str(path),
        }
    }
}

fn key_value(f: &mut Formatter<'_>, key: &str, value: &Value) -> fmt::Result {
    match value {
        Value::Nothing | Value::Parens(_) => write!(f, "{key}{value}"),
        _ => write!(f, "{key} = {value}"),
    }
}

impl Display for Value {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        match self {
            Self::Nothing | Self::Missing => Ok(()),
            Self::Text(text) => write!(f, "{text:?}"),
            Self::Bare(tokens) => f.write_str(tokens),
            Self::List(items) => {
                f.write_str("[")?;
                for item in items {
                    write!(f, "{item}, ")?;
                }
                f.write_str("]")
            }
            Self::Parens(pairs) => {
                f.write_str("(")?;
                for (key, value) in pairs {
                    key_value(f, key, value)?;
                    f.write_str(", ")?;
                }
                f.write_str(")")
            }
        }
    }
}

/// `#[session(…)]` on an item of that place.
pub(super) fn source(place: Place, entries: &[Entry]) -> String {
    let entries: Vec<String> = entries.iter().map(ToString::to_string).collect();
    let attribute = format!("#[session({})]", entries.join(", "));
    match place {
        Place::Handler => format!("{attribute} async fn page() {{}}"),
        Place::Module => format!("{attribute} mod pages {{ #[session] async fn page() {{}} }}"),
        Place::Base => format!("{attribute} struct Site;"),
        Place::Role => format!("enum Role {{ {attribute} Admin }}"),
        Place::Roles => format!("{attribute} enum Role {{ Admin }}"),
    }
}

/// The name that the policy itself has.
pub(super) fn own_name(place: Place) -> Option<&'static str> {
    match place {
        Place::Handler => Some("PagePolicy"),
        Place::Base => Some("Site"),
        Place::Module | Place::Role | Place::Roles => None,
    }
}
