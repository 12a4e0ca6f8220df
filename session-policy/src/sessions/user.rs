//! The session of somebody who is signed in.

use std::ops::Deref;

use super::{Session, SessionError};
use crate::{policy::Roles, store::UserId};

/// The session of a signed-in user: like [`Session`], to which it dereferences, but the user is certain.
///
/// A handler that takes it needs a policy with `auth` of at least `"remembered"`; the default, `"full"`, is more than that.
#[derive(Clone, Debug)]
pub struct UserSession {
    session: Session,
    user: UserId,
}

impl UserSession {
    /// `None` if nobody is signed in.
    #[must_use]
    pub fn of(session: Session) -> Option<Self> {
        let user = session.user()?;
        Some(Self { session, user })
    }

    /// The signed-in user.
    #[must_use]
    pub fn user(&self) -> &UserId {
        &self.user
    }

    /// The user's role.
    ///
    /// # Errors
    /// [`SessionError::NewRole`] if the user was given another role and has not authenticated since: as an answer, it asks for
    /// that (401 `new_role`). [`SessionError::Role`] if `R` is not the enum that the sessions were built with.
    pub fn role<R: Roles>(&self) -> Result<R, SessionError> {
        self.session.role().ok_or_else(|| {
            if self.session.with_live(|snapshot| snapshot.identity.granted.is_some()) == Some(true) {
                return SessionError::NewRole;
            }
            SessionError::Role(format!(
                "`{}` is not the enum of roles that the sessions were built with",
                R::TABLE.name
            ))
        })
    }
}

impl Deref for UserSession {
    type Target = Session;

    fn deref(&self) -> &Session {
        &self.session
    }
}
