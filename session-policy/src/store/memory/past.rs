//! What is remembered of tokens that open nothing any more.
//!
//! Both kinds are capped in number. Whatever would be over the cap pushes out the one whose time is up next.

use std::collections::{BTreeSet, HashMap};

use super::{
    super::{EndReason, How, Snapshot, Superseded, TOMBSTONE_KEPT_MS},
    id_hash::IdHash,
    tokens::Tokens,
};
use crate::token::{RecordId, TokenId};

/// Why a token opens nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Fate {
    Ended(EndReason),
    Superseded(Superseded),
}

/// What became of a record that is no longer live.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Gone {
    Ended(EndReason),
    /// This one took over.
    SucceededBy(RecordId),
}

#[derive(Debug)]
struct Former {
    /// The record that it opened.
    of: RecordId,
    /// When it may be forgotten.
    until: u64,
    fate: Fate,
}

/// A record with tokens that are remembered. It is forgotten with the last of them.
#[derive(Debug, Default)]
struct Of {
    /// `None` for one that is live under another token.
    gone: Option<Gone>,
    /// How many tokens.
    tokens: u32,
}

#[derive(Debug)]
pub(super) struct Past {
    tokens: HashMap<TokenId, Former, IdHash>,
    records: HashMap<RecordId, Of, IdHash>,
    ended: BTreeSet<(u64, TokenId)>,
    superseded: BTreeSet<(u64, TokenId)>,
    /// So many of each kind.
    most: usize,
}

impl Past {
    pub(super) fn new(most: usize) -> Self {
        Self {
            tokens: HashMap::default(),
            records: HashMap::default(),
            ended: BTreeSet::new(),
            superseded: BTreeSet::new(),
            most,
        }
    }

    pub(super) fn fate(&self, token: &TokenId) -> Option<Fate> {
        self.tokens.get(token).map(|former| former.fate)
    }

    /// Of a record that is no longer live.
    pub(super) fn record(&self, record: &RecordId) -> Option<Gone> {
        self.records.get(record)?.gone
    }

    /// The session is dead, and so are all its tokens.
    pub(super) fn end(&mut self, session: &Snapshot, reason: EndReason, now: u64, tokens: &Tokens) {
        let (of, until) = (session.id, now.saturating_add(TOMBSTONE_KEPT_MS));
        self.records.entry(of).or_default().gone = Some(Gone::Ended(reason));
        for token in session.line.tokens() {
            self.remember(token, Former { of, until, fate: Fate::Ended(reason) }, tokens);
        }
    }

    /// Another record takes over from this session.
    pub(super) fn succeed(&mut self, session: &Snapshot, by: RecordId, now: u64, until: u64, tokens: &Tokens) {
        let of = session.id;
        self.records.entry(of).or_default().gone = Some(Gone::SucceededBy(by));
        for (token, what) in session.all_replaced(now, by) {
            self.remember(token, Former { of, until, fate: Fate::Superseded(what) }, tokens);
        }
    }

    /// The record lives on under another token.
    pub(super) fn rotate(&mut self, token: TokenId, of: RecordId, what: Superseded, until: u64, tokens: &Tokens) {
        self.remember(token, Former { of, until, fate: Fate::Superseded(what) }, tokens);
    }

    /// A token of a dead session is superseded, too. One that was superseded before stays what it is.
    pub(super) fn succeed_dead(&mut self, token: TokenId, by: RecordId, at: u64, until: u64, tokens: &Tokens) {
        let Some(former) = self.tokens.get(&token) else { return };
        if let Fate::Ended(_) = former.fate {
            let of = former.of;
            self.ended.remove(&(former.until, token));
            let what = Superseded { by, at, authenticated: false, how: How::Replaced };
            self.remember(token, Former { of, until, fate: Fate::Superseded(what) }, tokens);
        }
    }

    fn remember(&mut self, token: TokenId, former: Former, tokens: &Tokens) {
        let kind = match former.fate {
            Fate::Ended(_) => &mut self.ended,
            Fate::Superseded(_) => &mut self.superseded,
        };
        kind.insert((former.until, token));
        let over = if kind.len() > self.most { kind.pop_first() } else { None };
        let of = former.of;
        if self.tokens.insert(token, former).is_none() {
            let of = self.records.entry(of).or_default();
            of.tokens = of.tokens.saturating_add(1);
        }
        if let Some((_, over)) = over {
            self.drop_token(&over, tokens);
        }
    }

    /// Forgets a tombstone whose time is up; `false` if there is none.
    pub(super) fn forget_ended(&mut self, now: u64, tokens: &Tokens) -> bool {
        let up = self.ended.first().is_some_and(|(until, _)| *until <= now);
        if let Some((_, token)) = up.then(|| self.ended.pop_first()).flatten() {
            self.drop_token(&token, tokens);
        }
        up
    }

    /// A superseded token whose time is up, unless its successor lives longer than expected.
    pub(super) fn superseded_until(&self, now: u64) -> Option<(TokenId, Superseded)> {
        let (until, token) = self.superseded.first()?;
        match self.tokens.get(token)?.fate {
            Fate::Superseded(superseded) if *until <= now => Some((*token, superseded)),
            _ => None,
        }
    }

    /// Keeps a superseded token until then, or forgets it.
    pub(super) fn keep_superseded(&mut self, token: TokenId, until: Option<u64>, tokens: &Tokens) {
        let Some(former) = self.tokens.get_mut(&token) else { return };
        if !self.superseded.remove(&(former.until, token)) {
            return;
        }
        match until {
            Some(until) => {
                former.until = until;
                self.superseded.insert((until, token));
            }
            None => self.drop_token(&token, tokens),
        }
    }

    fn drop_token(&mut self, token: &TokenId, tokens: &Tokens) {
        let Some(former) = self.tokens.remove(token) else { return };
        tokens.forget(token);
        if let Some(of) = self.records.get_mut(&former.of) {
            of.tokens = of.tokens.saturating_sub(1);
            if of.tokens == 0 {
                self.records.remove(&former.of);
            }
        }
    }
}
