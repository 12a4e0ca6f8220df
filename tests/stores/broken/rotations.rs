//! Faults of periodic rotation and of `rotate`: two tokens of one session, a session lost in between.

use std::{
    collections::{HashMap, HashSet},
    sync::Mutex,
};

use session_policy::{
    store::{
        Commit, Committed, Create, Created, How, Load, Loaded, Rotate, Rotated, Store, Successor, Superseded,
        conformance::ModelStore,
    },
    token::{RecordId, TokenId},
};

use super::{
    Fault, Row, broken,
    wrapper::{Answer, find, others_come_between},
};

pub(super) fn all() -> Vec<Row> {
    vec![
        broken::<DeletesThenCreates>("a re-authentication deletes the old token, then creates the new one"),
        broken::<ReplacesWhateverIsCurrent>("a re-authentication looks at the token before it replaces it, not while"),
        broken::<KeepsOldTokens>("a re-authentication leaves the old token alive"),
        broken::<ConfirmsTwo>("two siblings presented at once are both confirmed"),
        broken::<ConfirmsAny>("a sibling of the confirmed one opens the session"),
        broken::<KeepsParents>("a parent is served after its grace"),
        broken::<DropsParents>("a parent has no grace once its successor was presented"),
        broken::<HasNoGrace>("the grace of a rotation ends at once: every parallel request rotates"),
        broken::<RecoversForEver>("a lost answer is made up for however long ago"),
        broken::<ForgetsSiblings>("siblings that lost are forgotten"),
        broken::<SeesHalfATokenId>("tokens are looked up by half of their id"),
    ]
}

/// These tokens are deleted for the moment.
#[derive(Debug, Default)]
struct DeletesThenCreates(Mutex<HashSet<TokenId>>);
impl Fault for DeletesThenCreates {
    async fn rotate(&self, model: &ModelStore, rotate: Rotate) -> Answer<Rotated> {
        let from = rotate.from;
        self.0.lock().unwrap().insert(from);
        others_come_between().await;
        let rotated = model.rotate(rotate).await;
        self.0.lock().unwrap().remove(&from);
        rotated
    }
    async fn load(&self, model: &ModelStore, load: Load) -> Answer<Loaded> {
        if self.0.lock().unwrap().contains(&load.token) {
            return Ok(Loaded::Unknown);
        }
        model.load(load).await
    }
}

#[derive(Debug, Default)]
struct ReplacesWhateverIsCurrent;
impl Fault for ReplacesWhateverIsCurrent {
    async fn rotate(&self, model: &ModelStore, mut rotate: Rotate) -> Answer<Rotated> {
        let may_act = |session: &session_policy::store::Snapshot| session.line.may_act(&rotate.from, rotate.acts_at);
        if find(model, rotate.record).await?.as_ref().is_some_and(may_act) {
            others_come_between().await;
            if let Some(session) = find(model, rotate.record).await? {
                rotate.from = session.line.current;
            }
        }
        model.rotate(rotate).await
    }
}

#[derive(Debug, Default)]
struct KeepsOldTokens(Mutex<HashMap<TokenId, TokenId>>);
impl Fault for KeepsOldTokens {
    async fn rotate(&self, model: &ModelStore, rotate: Rotate) -> Answer<Rotated> {
        let (from, to) = (rotate.from, rotate.to);
        let rotated = model.rotate(rotate).await?;
        if rotated == Rotated::Done {
            self.0.lock().unwrap().insert(from, to);
        }
        Ok(rotated)
    }
    async fn load(&self, model: &ModelStore, load: Load) -> Answer<Loaded> {
        let to = self.0.lock().unwrap().get(&load.token).copied();
        model.load(Load { token: to.unwrap_or(load.token), ..load }).await
    }
}

/// What was issued from which token, and what was confirmed instead of it.
#[derive(Debug, Default)]
struct Siblings {
    issued: HashMap<TokenId, (TokenId, RecordId)>,
    confirmed: HashMap<TokenId, TokenId>,
}

impl Siblings {
    fn issue(&mut self, commit: &Commit, committed: Committed) {
        if let (Some(Successor { from, to, .. }), Committed::Done { rotated: true, .. }) = (commit.successor, committed)
        {
            self.issued.insert(to, (from, commit.record));
        }
    }
}

/// Opens the session all the same.
async fn open_by(model: &ModelStore, token: TokenId, record: RecordId) -> Answer<Option<Loaded>> {
    let Some(mut session) = find(model, record).await? else { return Ok(None) };
    session.line.current = token;
    Ok(Some(Loaded::Live(session)))
}

#[derive(Debug, Default)]
struct ConfirmsTwo(Mutex<Siblings>);
impl Fault for ConfirmsTwo {
    async fn commit(&self, model: &ModelStore, commit: Commit) -> Answer<Committed> {
        let committed = model.commit(commit.clone()).await?;
        self.0.lock().unwrap().issue(&commit, committed);
        Ok(committed)
    }
    async fn load(&self, model: &ModelStore, load: Load) -> Answer<Loaded> {
        let first = {
            let siblings = self.0.lock().unwrap();
            let issued = siblings.issued.get(&load.token).copied();
            issued.filter(|(from, _)| !siblings.confirmed.contains_key(from))
        };
        let Some((from, record)) = first else { return model.load(load).await };
        others_come_between().await;
        let loaded = model.load(load).await?;
        self.0.lock().unwrap().confirmed.insert(from, load.token);
        match loaded {
            Loaded::Superseded(Superseded { how: How::Rotated, .. }) => {
                Ok(open_by(model, load.token, record).await?.unwrap_or(loaded))
            }
            loaded => Ok(loaded),
        }
    }
}

#[derive(Debug, Default)]
struct ConfirmsAny(Mutex<Siblings>);
impl Fault for ConfirmsAny {
    async fn commit(&self, model: &ModelStore, commit: Commit) -> Answer<Committed> {
        let committed = model.commit(commit.clone()).await?;
        self.0.lock().unwrap().issue(&commit, committed);
        Ok(committed)
    }
    async fn load(&self, model: &ModelStore, load: Load) -> Answer<Loaded> {
        let loaded = model.load(load).await?;
        let issued = self.0.lock().unwrap().issued.get(&load.token).copied();
        match (&loaded, issued) {
            (Loaded::Superseded(Superseded { how: How::Rotated, .. }), Some((_, record))) => {
                Ok(open_by(model, load.token, record).await?.unwrap_or(loaded))
            }
            _ => Ok(loaded),
        }
    }
}

#[derive(Debug, Default)]
struct KeepsParents;
impl Fault for KeepsParents {
    async fn load(&self, model: &ModelStore, load: Load) -> Answer<Loaded> {
        model.load(Load { now: 0, ..load }).await
    }
}

#[derive(Debug, Default)]
struct DropsParents;
impl Fault for DropsParents {
    async fn load(&self, model: &ModelStore, load: Load) -> Answer<Loaded> {
        model.load(Load { now: u64::MAX, ..load }).await
    }
}

#[derive(Debug, Default)]
struct HasNoGrace;
impl Fault for HasNoGrace {
    async fn commit(&self, model: &ModelStore, mut commit: Commit) -> Answer<Committed> {
        if let Some(successor) = &mut commit.successor {
            successor.grace_until = 0;
        }
        model.commit(commit).await
    }
}

/// When each record was rotated first.
#[derive(Debug, Default)]
struct RecoversForEver(Mutex<HashMap<RecordId, u64>>);
impl Fault for RecoversForEver {
    async fn commit(&self, model: &ModelStore, mut commit: Commit) -> Answer<Committed> {
        if commit.successor.is_some() {
            let first = *self.0.lock().unwrap().entry(commit.record).or_insert(commit.now);
            commit.now = commit.now.min(first + 5 * 60_000);
        }
        model.commit(commit).await
    }
}

#[derive(Debug, Default)]
struct ForgetsSiblings;
impl Fault for ForgetsSiblings {
    async fn load(&self, model: &ModelStore, load: Load) -> Answer<Loaded> {
        Ok(match model.load(load).await? {
            Loaded::Superseded(Superseded { how: How::Rotated, .. }) => Loaded::Unknown,
            loaded => loaded,
        })
    }
}

/// The tokens that it knows, by the half that it looks at.
#[derive(Debug, Default)]
struct SeesHalfATokenId(Mutex<HashMap<[u8; 16], TokenId>>);
impl Fault for SeesHalfATokenId {
    async fn load(&self, model: &ModelStore, load: Load) -> Answer<Loaded> {
        let mut half = [0; 16];
        half.copy_from_slice(&load.token.0[..16]);
        let known = self.0.lock().unwrap().get(&half).copied();
        model.load(Load { token: known.unwrap_or(load.token), ..load }).await
    }
    async fn create(&self, model: &ModelStore, create: Create) -> Answer<Created> {
        let mut half = [0; 16];
        half.copy_from_slice(&create.token.0[..16]);
        self.0.lock().unwrap().entry(half).or_insert(create.token);
        model.create(create).await
    }
}
