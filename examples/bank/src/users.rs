//! The demo accounts: the check of a password, and another one. In memory: a new start is a new bank.

use std::sync::{PoisonError, RwLock};

use argon2::{
    Argon2,
    password_hash::{
        PasswordHasher, PasswordVerifier,
        phc::{self, PasswordHash},
    },
};
use tokio::{sync::Semaphore, task::spawn_blocking};

use crate::policies::Role;

/// The password of every demo account; the login page shows it.
pub(crate) const DEMO_PASSWORD: &str = "correct horse battery staple";

/// The least characters of a new password, where nothing else is asked for (NIST SP 800-63B-4, 3.1.1.2).
pub(crate) const LEAST_CHARACTERS: usize = 15;

/// Names and roles of the demo accounts.
pub(crate) const DEMO: [User; 3] = [
    User { name: "alice", role: Role::Member },
    User { name: "bob", role: Role::Member },
    User { name: "carol", role: Role::Admin },
];

/// [`DEMO_PASSWORD`], hashed for each of them. (For a password that everybody may know this can stand in the source.)
const DEMO_HASHES: [&str; 3] = [
    "$argon2id$v=19$m=19456,t=2,p=1$zCrR2HPo/nQsbRftCj+loQ$+tN18L1+DAKQv0Y+JMGUNyzaZ4pQBlEQoJ94AjexTr8",
    "$argon2id$v=19$m=19456,t=2,p=1$lPlhzQEjCNaXEOVyuoqD6Q$SwfuzH7dGYmnTj/XiANkabwp+pi4Fx0kL/S8qehT6b0",
    "$argon2id$v=19$m=19456,t=2,p=1$44tTB7fyX5t8YFzXGPkTaA$uitT3Mvr1pN+8us1Lue+cj+8kLMRrXN5TLFtGQSdJ9g",
];

/// Of a long random password that nobody kept.
const NOBODYS_HASH: &str =
    "$argon2id$v=19$m=19456,t=2,p=1$MdvEzpMlt1DfW9nRiJ0LAg$2xUNfJZdvhXOYqx1M5iQqdLLjYUnos8PbHxQ1rZ0BsQ";

/// Who somebody is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct User {
    pub(crate) name: &'static str,
    pub(crate) role: Role,
}

/// Why a password is what it was.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum NotChanged {
    /// The new one has less than [`LEAST_CHARACTERS`].
    TooShort,
    /// The one until now is another; perhaps it was changed a moment ago.
    WrongPassword,
    /// There is no salt for the new one.
    NoRandomness,
}

/// All accounts, with the hashes of their passwords.
pub(crate) struct Users {
    accounts: Vec<(User, RwLock<PasswordHash>)>,
    /// What a password is checked against where there is no such account.
    nobody: PasswordHash,
    /// Each check takes 19 MiB and a core for some milliseconds: a flood of logins waits here.
    room: Semaphore,
}

impl Users {
    /// The demo accounts, with their hashes as a database would hold them: Argon2id (m = 19 MiB, t = 2, p = 1: OWASP's figures
    /// and the crate's default), each with a salt of its own.
    ///
    /// # Errors
    /// If one of [`DEMO_HASHES`] is none.
    pub(crate) fn demo() -> Result<Self, phc::Error> {
        let account = |(user, hash)| PasswordHash::new(hash).map(|hash| (user, RwLock::new(hash)));
        let accounts = DEMO.into_iter().zip(DEMO_HASHES).map(account).collect::<Result<_, _>>()?;
        let cores = std::thread::available_parallelism().map_or(1, std::num::NonZero::get);
        Ok(Self { accounts, nobody: PasswordHash::new(NOBODYS_HASH)?, room: Semaphore::new(cores) })
    }

    /// The user of that name, if it is their password. An unknown name costs the same work and has the same answer.
    pub(crate) async fn verify(&self, name: &str, password: String) -> Option<User> {
        let account = self.account(name);
        let hash = account.map_or_else(|| self.nobody.clone(), |(_, hash)| read(hash));
        let _place = self.room.acquire().await.ok()?;
        let check = move || Argon2::default().verify_password(password.as_bytes(), &hash).is_ok();
        let right = spawn_blocking(check).await.unwrap_or(false);
        account.filter(|_| right).map(|(user, _)| *user)
    }

    /// Gives the user another password, if `current` is the one until now. Of parallel changes one takes place.
    ///
    /// # Errors
    /// Nothing changed, and why.
    pub(crate) async fn change(&self, name: &str, current: String, new: String) -> Result<(), NotChanged> {
        if new.chars().count() < LEAST_CHARACTERS {
            return Err(NotChanged::TooShort);
        }
        let (_, kept) = self.account(name).ok_or(NotChanged::WrongPassword)?;
        let until_now = read(kept);
        let hash = until_now.clone();
        let _place = self.room.acquire().await.map_err(|_| NotChanged::WrongPassword)?;
        let check = move || {
            let right = Argon2::default().verify_password(current.as_bytes(), &hash);
            right.map_err(|_| NotChanged::WrongPassword)?;
            Argon2::default().hash_password(new.as_bytes()).map_err(|_| NotChanged::NoRandomness)
        };
        let changed = spawn_blocking(check).await.unwrap_or(Err(NotChanged::WrongPassword))?;
        let mut kept = kept.write().unwrap_or_else(PoisonError::into_inner);
        if *kept != until_now {
            return Err(NotChanged::WrongPassword);
        }
        *kept = changed;
        Ok(())
    }

    fn account(&self, name: &str) -> Option<&(User, RwLock<PasswordHash>)> {
        self.accounts.iter().find(|(user, _)| user.name == name)
    }

    /// Everybody, in a fixed order.
    pub(crate) fn all(&self) -> impl Iterator<Item = User> {
        self.accounts.iter().map(|(user, _)| *user)
    }
}

/// A hash, whole also after a panic.
fn read(hash: &RwLock<PasswordHash>) -> PasswordHash {
    hash.read().unwrap_or_else(PoisonError::into_inner).clone()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn only_who_knows_a_password_changes_it() {
        const NEW: &str = "a brand new password";
        let users = Users::demo().unwrap();
        let change =
            async |name: &str, current: &str, new: &str| users.change(name, current.to_owned(), new.to_owned()).await;
        assert_eq!(change("alice", "wrong", NEW).await, Err(NotChanged::WrongPassword));
        assert_eq!(change("mallory", "", NEW).await, Err(NotChanged::WrongPassword));
        // Characters, not bytes.
        assert_eq!(change("alice", DEMO_PASSWORD, "ääääääääääääää").await, Err(NotChanged::TooShort));
        assert_eq!(users.verify("alice", DEMO_PASSWORD.to_owned()).await.map(|user| user.name), Some("alice"));

        let both = tokio::join!(change("alice", DEMO_PASSWORD, NEW), change("alice", DEMO_PASSWORD, NEW));
        assert!(matches!(both, (Ok(()), Err(NotChanged::WrongPassword)) | (Err(NotChanged::WrongPassword), Ok(()))));
        assert_eq!(users.verify("alice", DEMO_PASSWORD.to_owned()).await, None);
        assert_eq!(users.verify("alice", NEW.to_owned()).await.map(|user| user.name), Some("alice"));
        assert_eq!(users.verify("bob", NEW.to_owned()).await, None, "nobody else's");
        assert_eq!(change("alice", NEW, "ääääääääääääääü").await, Ok(()));
    }

    #[tokio::test]
    async fn only_the_right_password_of_a_known_user_passes() {
        let users = Users::demo().unwrap();
        let verify = async |name: &str, password: &str| users.verify(name, password.to_owned()).await;
        assert_eq!(verify("carol", DEMO_PASSWORD).await, Some(User { name: "carol", role: Role::Admin }));
        assert_eq!(verify("alice", DEMO_PASSWORD).await.map(|user| user.role), Some(Role::Member));
        for (name, password) in [
            ("alice", ""),
            ("alice", "Correct horse battery staple"),
            ("Alice", DEMO_PASSWORD),
            ("alice ", DEMO_PASSWORD),
            ("mallory", DEMO_PASSWORD),
            ("mallory", ""),
            ("", ""),
        ] {
            assert_eq!(verify(name, password).await, None, "{name:?} {password:?}");
        }
    }

    #[test]
    fn equal_passwords_have_different_hashes_of_equal_cost() {
        let users = Users::demo().unwrap();
        let mut hashes: Vec<_> = users.accounts.iter().map(|(_, hash)| read(hash).to_string()).collect();
        hashes.push(users.nobody.to_string());
        let cost = "$argon2id$v=19$m=19456,t=2,p=1$";
        let new = Argon2::default().hash_password(DEMO_PASSWORD.as_bytes()).unwrap().to_string();
        assert!(new.starts_with(cost), "a changed password costs as much: {new}");
        assert!(hashes.iter().all(|hash| hash.starts_with(cost)), "{hashes:?}");
        hashes.sort();
        hashes.dedup();
        assert_eq!(hashes.len(), 4);
    }
}
