//! Who has how much, and what was moved. In memory: a new start is a new bank.

use std::{
    collections::{BTreeMap, VecDeque},
    fmt,
    sync::{Mutex, MutexGuard, PoisonError},
};

use crate::{money::Cents, users::User};

/// Everybody's first balance.
const OPENING: Cents = Cents(125_000);
/// Older movements are forgotten, so that nobody can fill the memory.
const MOST_MOVEMENTS: usize = 10_000;

/// Balances and movements.
pub(crate) struct Ledger(Mutex<Books>);

struct Books {
    balances: BTreeMap<&'static str, Cents>,
    movements: VecDeque<Movement>,
}

/// One movement of money.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Movement {
    /// UTC milliseconds since 1970.
    pub(crate) at_ms: u64,
    /// `None`: paid in when the account was opened.
    pub(crate) from: Option<&'static str>,
    pub(crate) to: &'static str,
    pub(crate) amount: Cents,
}

/// Why no money was moved.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Refused {
    UnknownRecipient,
    OwnAccount,
    Nothing,
    NotEnough,
    /// The recipient's balance would be more than can be counted.
    TooMuch,
}

impl fmt::Display for Refused {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::UnknownRecipient => "There is no account of that name.",
            Self::OwnAccount => "That is your own account.",
            Self::Nothing => "The amount must be more than zero.",
            Self::NotEnough => "Your balance is not high enough.",
            Self::TooMuch => "The recipient cannot take that amount.",
        })
    }
}

impl Ledger {
    /// Opens an account for each user.
    pub(crate) fn open(users: impl Iterator<Item = User>, at_ms: u64) -> Self {
        let movements: VecDeque<_> =
            users.map(|user| Movement { at_ms, from: None, to: user.name, amount: OPENING }).collect();
        let balances = movements.iter().map(|movement| (movement.to, movement.amount)).collect();
        Self(Mutex::new(Books { balances, movements }))
    }

    /// The balance; `None` for somebody without an account.
    pub(crate) fn balance(&self, user: &str) -> Option<Cents> {
        self.books().balances.get(user).copied()
    }

    /// The movements on a user's account, the latest first.
    pub(crate) fn movements(&self, user: &str) -> Vec<Movement> {
        let concerns = |movement: &&Movement| movement.to == user || movement.from == Some(user);
        self.books().movements.iter().rev().filter(concerns).copied().collect()
    }

    /// Moves money.
    ///
    /// # Errors
    /// [`Refused`]; nothing has changed then.
    pub(crate) fn transfer(&self, from: &str, to: &str, amount: Cents, at_ms: u64) -> Result<(), Refused> {
        let mut books = self.books();
        // A sender without an account has nothing to give.
        let Some((&from, &rich)) = books.balances.get_key_value(from) else { return Err(Refused::NotEnough) };
        let Some((&to, &poor)) = books.balances.get_key_value(to) else { return Err(Refused::UnknownRecipient) };
        if from == to {
            return Err(Refused::OwnAccount);
        }
        if amount == Cents(0) {
            return Err(Refused::Nothing);
        }
        let rest = rich.0.checked_sub(amount.0).ok_or(Refused::NotEnough)?;
        let sum = poor.0.checked_add(amount.0).ok_or(Refused::TooMuch)?;
        books.balances.insert(from, Cents(rest));
        books.balances.insert(to, Cents(sum));
        if books.movements.len() >= MOST_MOVEMENTS {
            books.movements.pop_front();
        }
        books.movements.push_back(Movement { at_ms, from: Some(from), to, amount });
        Ok(())
    }

    /// The books. Nothing between two writes can panic, so a poisoned lock still holds whole books.
    fn books(&self) -> MutexGuard<'_, Books> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::policies::Role;

    fn ledger() -> Ledger {
        let user = |name| User { name, role: Role::Member };
        Ledger::open([user("alice"), user("bob")].into_iter(), 1)
    }

    #[test]
    fn money_moves_and_is_listed() {
        let ledger = ledger();
        assert_eq!(ledger.transfer("alice", "bob", Cents(25_050), 2), Ok(()));
        assert_eq!((ledger.balance("alice"), ledger.balance("bob")), (Some(Cents(99_950)), Some(Cents(150_050))));
        for user in ["alice", "bob"] {
            let movements = ledger.movements(user);
            let latest = movements.first().map(|latest| (latest.from, latest.to, latest.amount, latest.at_ms));
            assert_eq!(latest, Some((Some("alice"), "bob", Cents(25_050), 2)));
            assert_eq!(movements.len(), 2, "{user}: the opening and the transfer");
        }
    }

    #[test]
    fn what_is_refused_changes_nothing() {
        let ledger = ledger();
        for (from, to, cents, why) in [
            ("alice", "zoe", 100, Refused::UnknownRecipient),
            ("alice", "alice", 100, Refused::OwnAccount),
            ("alice", "bob", 0, Refused::Nothing),
            ("alice", "bob", OPENING.0 + 1, Refused::NotEnough),
            ("alice", "bob", u64::MAX, Refused::NotEnough),
            ("zoe", "bob", 1, Refused::NotEnough),
        ] {
            assert_eq!(ledger.transfer(from, to, Cents(cents), 2), Err(why));
        }
        assert_eq!((ledger.balance("alice"), ledger.balance("bob")), (Some(OPENING), Some(OPENING)));
        assert_eq!((ledger.movements("alice").len(), ledger.balance("zoe")), (1, None));
        assert_eq!(ledger.transfer("alice", "bob", OPENING, 2), Ok(()), "the last cent may go");
    }

    #[test]
    fn movements_are_bounded() {
        let ledger = ledger();
        for _ in 0..MOST_MOVEMENTS / 2 + 1 {
            ledger
                .transfer("alice", "bob", Cents(1), 2)
                .and_then(|()| ledger.transfer("bob", "alice", Cents(1), 2))
                .ok();
        }
        assert_eq!(ledger.movements("alice").len(), MOST_MOVEMENTS);
        assert_eq!(ledger.balance("alice"), Some(OPENING));
    }
}
