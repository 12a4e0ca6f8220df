//! The demo accounts, and the check of a password.

use argon2::{
    Argon2,
    password_hash::{self, PasswordHasher, PasswordVerifier, phc::PasswordHash},
};
use tokio::{sync::Semaphore, task::spawn_blocking};

use crate::policies::Role;

/// The password of every demo account; the login page shows it.
pub(crate) const DEMO_PASSWORD: &str = "correct horse battery staple";

/// Names and roles of the demo accounts.
pub(crate) const DEMO: [User; 3] = [
    User { name: "alice", role: Role::Member },
    User { name: "bob", role: Role::Member },
    User { name: "carol", role: Role::Admin },
];

/// Who somebody is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct User {
    pub(crate) name: &'static str,
    pub(crate) role: Role,
}

/// All accounts, with the hashes of their passwords.
pub(crate) struct Users {
    accounts: Vec<(User, PasswordHash)>,
    /// What a password is checked against where there is no such account.
    nobody: PasswordHash,
    /// Each check takes 19 MiB and a core for some milliseconds: a flood of logins waits here.
    room: Semaphore,
}

impl Users {
    /// The demo accounts, each password hashed with Argon2id (m = 19 MiB, t = 2, p = 1: OWASP's figures and the crate's
    /// default) and a salt of its own.
    ///
    /// # Errors
    /// If the operating system gives no random salt.
    pub(crate) fn demo() -> Result<Self, password_hash::Error> {
        let hash = |password: &str| Argon2::default().hash_password(password.as_bytes());
        let account = |user| hash(DEMO_PASSWORD).map(|hash| (user, hash));
        let accounts = DEMO.into_iter().map(account).collect::<Result<_, _>>()?;
        let cores = std::thread::available_parallelism().map_or(1, std::num::NonZero::get);
        Ok(Self { accounts, nobody: hash("")?, room: Semaphore::new(cores) })
    }

    /// The user of that name, if it is their password. An unknown name costs the same work and has the same answer.
    pub(crate) async fn verify(&self, name: &str, password: String) -> Option<User> {
        let account = self.accounts.iter().find(|(user, _)| user.name == name);
        let hash = account.map_or(&self.nobody, |(_, hash)| hash).clone();
        let _place = self.room.acquire().await.ok()?;
        let check = move || Argon2::default().verify_password(password.as_bytes(), &hash).is_ok();
        let right = spawn_blocking(check).await.unwrap_or(false);
        account.filter(|_| right).map(|(user, _)| *user)
    }

    /// Everybody, in a fixed order.
    pub(crate) fn all(&self) -> impl Iterator<Item = User> {
        self.accounts.iter().map(|(user, _)| *user)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

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
            // The password of the hash that unknown names are checked against.
            ("mallory", ""),
            ("", ""),
        ] {
            assert_eq!(verify(name, password).await, None, "{name:?} {password:?}");
        }
    }

    #[test]
    fn equal_passwords_have_different_hashes_of_equal_cost() {
        let users = Users::demo().unwrap();
        let mut hashes: Vec<_> = users.accounts.iter().map(|(_, hash)| hash.to_string()).collect();
        hashes.push(users.nobody.to_string());
        let cost = "$argon2id$v=19$m=19456,t=2,p=1$";
        assert!(hashes.iter().all(|hash| hash.starts_with(cost)), "{hashes:?}");
        hashes.sort();
        hashes.dedup();
        assert_eq!(hashes.len(), 4);
    }
}
