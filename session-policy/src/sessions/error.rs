//! What the methods of a session may answer instead.

use std::fmt;

use super::TicketError;
use crate::{
    store::{StoreError, UserIdError},
    verdict::{EndReason, Reason},
};

/// A session method did not do what it was asked. It is a response in every framework.
#[derive(Debug)]
#[non_exhaustive]
pub enum SessionError {
    /// Nobody is signed in, and the method needs somebody.
    NoUser,
    /// The session has ended, in this request or beside it.
    Ended(EndReason),
    /// The presented token was replaced; writing a new session would sign its successor out.
    Superseded,
    /// A session was presented that this route may not see; writing a new one beside it would sign the user out.
    Barred(Reason),
    /// The handle is read-only: the store could not answer, and the route says `on_store_error = "anonymous"`.
    ReadOnly,
    /// The answer is already on its way; a change now would not take effect.
    Committed,
    /// `logout()`, or another method that ends sessions, on GET, HEAD or OPTIONS: another site could sign the user out.
    SafeMethod,
    /// Somebody else authenticated in this session; it was ended.
    OtherUser,
    /// The role is not one of the builder's, or a role is missing where the builder has roles.
    Role(String),
    /// The user id is empty or too long.
    User(UserIdError),
    /// The level cannot be signed in with (`anonymous`), or shows nobody (`remembered`, in a re-authentication).
    Level,
    /// The time of the authentication is in the future.
    AuthenticationInFuture,
    /// The user was given another role, which the next authentication brings: until then there is no one role.
    NewRole,
    /// The login ticket cannot be used.
    Ticket(TicketError),
    /// The store cannot do this: what it lacks.
    Unsupported(&'static str),
    /// The identity provider did not ask the user again: the time that it gave is not after the session's last authentication.
    NoNewAuthentication,
    /// An entry of session data cannot be written or read.
    Data {
        /// The entry's key.
        key: &'static str,
        /// What is wrong with it.
        cause: String,
    },
    /// All entries of the session together would be too large.
    TooLarge {
        /// What they would take.
        bytes: usize,
        /// What they may take.
        most: usize,
    },
    /// The store did not answer.
    Store(StoreError),
    /// The source of randomness did not answer.
    Random,
}

impl SessionError {
    /// The reason that the client is told, if it is one of the closed set; else the fault is the application's.
    #[must_use]
    pub const fn reason(&self) -> Option<Reason> {
        match self {
            Self::NoUser => Some(Reason::NoSession),
            Self::Ended(end) => Some(Reason::Ended(*end)),
            Self::OtherUser => Some(Reason::Ended(EndReason::IdentityChanged)),
            Self::Superseded => Some(Reason::Superseded),
            Self::Barred(reason) => Some(*reason),
            Self::NewRole => Some(Reason::NewRole),
            Self::NoNewAuthentication => Some(Reason::Fresh),
            // Whoever took so long signs in again.
            Self::Ticket(TicketError::Expired) => Some(Reason::NoSession),
            Self::Ticket(TicketError::FromTheFuture) => Some(Reason::Clock),
            Self::ReadOnly | Self::Store(_) | Self::Random => Some(Reason::Store),
            Self::Committed
            | Self::SafeMethod
            | Self::Ticket(TicketError::OtherUser)
            | Self::Unsupported(_)
            | Self::Role(_)
            | Self::User(_)
            | Self::Level
            | Self::AuthenticationInFuture
            | Self::TooLarge { .. }
            | Self::Data { .. } => None,
        }
    }
}

impl fmt::Display for SessionError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NoUser => f.write_str("nobody is signed in"),
            Self::Ended(reason) => write!(f, "the session has ended: {}", reason.as_str()),
            Self::Superseded => f.write_str("the presented token was replaced by another"),
            Self::Barred(reason) => write!(f, "the presented session is not open to this route: {}", reason.as_str()),
            Self::ReadOnly => f.write_str("the session store did not answer, so the session is read-only"),
            Self::Committed => f.write_str("the session was already committed: change it before the handler returns"),
            Self::SafeMethod => f.write_str("ending a session needs an unsafe method such as POST"),
            Self::OtherUser => f.write_str("another user than the session's authenticated; the session was ended"),
            Self::Role(what) => write!(f, "cannot sign in: {what}"),
            Self::User(error) => write!(f, "{error}"),
            Self::Level => f.write_str("this level cannot be authenticated with"),
            Self::AuthenticationInFuture => f.write_str("the time of the authentication is in the future"),
            Self::NewRole => f.write_str("the user was given another role, which the next authentication brings"),
            Self::NoNewAuthentication => f.write_str("the authentication is not newer than the session's last one"),
            Self::Ticket(error) => write!(f, "{error}"),
            Self::Unsupported(lacking) => write!(f, "the session store cannot do this: {lacking}"),
            Self::Data { key, cause } => write!(f, "the session entry `{key}`: {cause}"),
            Self::TooLarge { bytes, most } => {
                write!(f, "the entries of the session take {bytes} bytes, a record may take {most}")
            }
            Self::Store(error) => write!(f, "{error}"),
            Self::Random => f.write_str("the source of randomness did not answer"),
        }
    }
}

impl std::error::Error for SessionError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            Self::User(error) => Some(error),
            Self::Store(error) => Some(error),
            Self::Ticket(error) => Some(error),
            _ => None,
        }
    }
}

impl From<StoreError> for SessionError {
    fn from(error: StoreError) -> Self {
        Self::Store(error)
    }
}

impl From<TicketError> for SessionError {
    fn from(error: TicketError) -> Self {
        Self::Ticket(error)
    }
}

impl From<UserIdError> for SessionError {
    fn from(error: UserIdError) -> Self {
        Self::User(error)
    }
}
