//! The tokens of one live session: the current one, the one before it, and successors that nobody has presented yet.
//!
//! Periodic rotation answers a request with a new token, and the answer may be lost: so the old token stays good until a
//! successor was *presented*. All of it is decided here, once, for every store: plain functions without a clock.

use crate::token::TokenId;

/// How many successors are issued in place of one that never came back.
pub const RECOVERIES: usize = 2;
/// How long after a rotation a lost answer can be made up for: 10 minutes.
pub const RECOVER_WITHIN_MS: u64 = 10 * 60 * 1000;

/// The tokens of a live session.
///
/// ```
/// use session_policy::{store::{Line, TokenStanding}, token::TokenId};
///
/// let [old, new] = [1, 2].map(|byte| TokenId([byte; 32]));
/// let mut line = Line::new(old);
/// // At second 900 the token is rotated, with a grace of 30 seconds: both are good.
/// assert!(line.issue(old, new, 930_000, 900_000).is_some());
/// assert_eq!(line.standing(&old, 901_000), TokenStanding::Parent);
/// // The new one is presented: from now on the old one is good for the rest of its grace only.
/// assert_eq!(line.standing(&new, 902_000), TokenStanding::Sibling);
/// line.confirm(new);
/// assert_eq!(line.standing(&new, 903_000), TokenStanding::Current);
/// assert_eq!(line.standing(&old, 930_000), TokenStanding::Replayed);
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Line {
    /// The last token that was presented as a session's own.
    pub current: TokenId,
    /// What a rotation left; mostly nothing.
    pub turn: Option<Box<Turn>>,
}

/// What a rotation left.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Turn {
    /// The token that `current` replaced, and until when it is served.
    pub parent: Option<(TokenId, u64)>,
    /// Successors of `current` that nobody has presented yet.
    pub rotation: Option<Rotation>,
}

/// A rotation whose answer has not come back.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rotation {
    /// When the first successor was issued.
    pub at: u64,
    /// Until when `current` is served as if nothing had happened.
    pub grace_until: u64,
    /// The successors: siblings. At least one, at most `1 + RECOVERIES`.
    pub siblings: Vec<TokenId>,
}

/// How a token stands to the session that it belongs to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TokenStanding {
    /// It is the session's token.
    Current,
    /// It was rotated, and its grace is not over: it is served without a new cookie.
    Parent,
    /// It was rotated, its grace is over, and no successor was presented: the answer was lost.
    Unanswered {
        /// When the first successor was issued.
        since: u64,
        /// How many more may be issued.
        recoveries: usize,
    },
    /// A successor that is presented for the first time: to be confirmed in the same operation.
    Sibling,
    /// Its successor was presented before, and its grace is over.
    Replayed,
    /// It is none of this session's.
    Unknown,
}

/// What a new successor came to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Issued {
    /// Whether it takes the place of one whose answer was lost.
    pub recovery: bool,
    /// A token that thereby belongs to the past: the parent of the one that is now replaced.
    pub former: Option<TokenId>,
}

impl Line {
    /// Of a session with its first token.
    #[must_use]
    pub const fn new(token: TokenId) -> Self {
        Self { current: token, turn: None }
    }

    fn parent(&self) -> Option<(TokenId, u64)> {
        self.turn.as_ref()?.parent
    }

    fn rotation(&self) -> Option<&Rotation> {
        self.turn.as_ref()?.rotation.as_ref()
    }

    /// How the token stands at `now`.
    #[must_use]
    pub fn standing(&self, token: &TokenId, now: u64) -> TokenStanding {
        if *token == self.current {
            return match self.rotation() {
                None => TokenStanding::Current,
                Some(rotation) if now < rotation.grace_until => TokenStanding::Parent,
                Some(rotation) => TokenStanding::Unanswered {
                    since: rotation.at,
                    recoveries: (1 + RECOVERIES).saturating_sub(rotation.siblings.len()),
                },
            };
        }
        if self.rotation().is_some_and(|rotation| rotation.siblings.contains(token)) {
            return TokenStanding::Sibling;
        }
        match self.parent() {
            Some((parent, until)) if parent == *token && now < until => TokenStanding::Parent,
            Some((parent, _)) if parent == *token => TokenStanding::Replayed,
            _ => TokenStanding::Unknown,
        }
    }

    /// A successor is presented for the first time: it is the session's token now, and the one before has the rest of its
    /// grace. Returns the tokens that thereby belong to the past: the other siblings, and an older parent.
    pub fn confirm(&mut self, sibling: TokenId) -> Vec<TokenId> {
        let Some(turn) = self.turn.take() else { return Vec::new() };
        let Turn { parent, rotation } = *turn;
        let Some(rotation) = rotation.as_ref().filter(|rotation| rotation.siblings.contains(&sibling)) else {
            self.turn = Some(Box::new(Turn { parent, rotation }));
            return Vec::new();
        };
        let mut former: Vec<_> = rotation.siblings.iter().copied().filter(|other| *other != sibling).collect();
        former.extend(parent.map(|(parent, _)| parent));
        self.turn = Some(Box::new(Turn { parent: Some((self.current, rotation.grace_until)), rotation: None }));
        self.current = sibling;
        former
    }

    /// Issues `to` as a successor of `from`, which is then served until `grace_until`. `None` changes nothing: `from` is not
    /// the current token, is in its grace already, the token before it still is, or its answer was lost too often or too
    /// long ago.
    pub fn issue(&mut self, from: TokenId, to: TokenId, grace_until: u64, now: u64) -> Option<Issued> {
        if from != self.current {
            return None;
        }
        let recovery = match self.standing(&from, now) {
            // One grace at a time: what was promised to the parent is kept.
            TokenStanding::Current if self.parent().is_some_and(|(_, until)| now < until) => return None,
            TokenStanding::Current => false,
            TokenStanding::Unanswered { since, recoveries }
                if recoveries > 0 && now < since.saturating_add(RECOVER_WITHIN_MS) =>
            {
                true
            }
            _ => return None,
        };
        let turn = self.turn.get_or_insert_default();
        match &mut turn.rotation {
            Some(rotation) => {
                rotation.siblings.push(to);
                rotation.grace_until = rotation.grace_until.max(grace_until);
            }
            none => *none = Some(Rotation { at: now, grace_until, siblings: vec![to] }),
        }
        let former = if recovery { None } else { turn.parent.take().map(|(parent, _)| parent) };
        Some(Issued { recovery, former })
    }

    /// Whether the token may act for the session at `now`: change what only its holder may.
    #[must_use]
    pub fn may_act(&self, token: &TokenId, now: u64) -> bool {
        matches!(
            self.standing(token, now),
            TokenStanding::Current | TokenStanding::Parent | TokenStanding::Unanswered { .. }
        )
    }

    /// Every token that leads to the session, the current one first.
    pub fn tokens(&self) -> impl Iterator<Item = TokenId> + '_ {
        let siblings = self.rotation().into_iter().flat_map(|rotation| rotation.siblings.iter().copied());
        std::iter::once(self.current).chain(self.parent().map(|(parent, _)| parent)).chain(siblings)
    }

    /// Whether the token's own successor was presented and its grace is over at `now`: presenting it then is a replay.
    #[must_use]
    pub fn is_spent(&self, token: &TokenId, now: u64) -> bool {
        self.standing(token, now) == TokenStanding::Replayed
    }
}

#[cfg(test)]
mod tests;
