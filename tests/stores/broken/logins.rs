//! Faults of `create` and `admit`: fixation, resets that a login survives, limits that are exceeded.

use std::{
    collections::{HashMap, HashSet},
    sync::Mutex,
};

use session_policy::{
    store::{
        Admission, Admit, ByUser, Create, Created, End, Generation, Load, Loaded, Reset, Rotate, Rotated, SessionLimit,
        SetRole, Snapshot, Store, Swept, UserId, admission, conformance::ModelStore,
    },
    token::{RecordId, TokenId},
};

use super::{
    Fault, Row, broken,
    wrapper::{Answer, others_come_between},
};

pub(super) fn all() -> Vec<Row> {
    vec![
        broken::<TakesIdsTwice>("a create replaces a session with the same record id"),
        broken::<AdoptsTokens>("an unknown token opens a session that is made for it"),
        broken::<StoresWhatIsSuperseded>("an unknown token is stored as superseded"),
        broken::<ForgetsSuperseded>("superseded tokens are forgotten at once"),
        broken::<ForgetsChains>("a superseded token names its first successor for ever"),
        broken::<LeavesTheOldAlive>("a login leaves the session before alive"),
        broken::<CreatesByHalf>("a cancelled login leaves the old session lost and no new one"),
        broken::<IgnoresGeneration>("a login does not look at the generation"),
        broken::<IgnoresGenerationInRotate>("a re-authentication does not look at the generation"),
        broken::<ReadsGenerationEarly>("a login looks at the generation before it creates, not while"),
        broken::<ResetsWithoutGeneration>("a reset ends sessions and does not raise the generation"),
        broken::<SparesNobody>("a reset ends the session that it should spare"),
        broken::<LosesRoles>("a change of role is counted and lost"),
        broken::<LosesRolesOfNewcomers>("a change of role misses who comes meanwhile"),
        broken::<OverwritesIdentity>("a re-authentication does not look at the identity"),
        broken::<CountsThenCreates>("a limit is checked, and then the session is created"),
        broken::<CountsTheReplaced>("the session that a login replaces counts under the limit"),
        broken::<CountsTheDead>("dead sessions count under the limit"),
        broken::<FoldsUsers>("users whose names differ in case are one"),
    ]
}

#[derive(Debug, Default)]
struct TakesIdsTwice;
impl Fault for TakesIdsTwice {
    async fn create(&self, model: &ModelStore, create: Create) -> Answer<Created> {
        match model.create(create.clone()).await? {
            Created::Taken => {
                let mut id = [0; 16];
                id.copy_from_slice(&create.token.0[..16]);
                let mut record = create.record.clone();
                record.id = RecordId(id);
                model.create(Create { record, ..create }).await
            }
            created => Ok(created),
        }
    }
}

#[derive(Debug, Default)]
struct AdoptsTokens;
impl Fault for AdoptsTokens {
    async fn load(&self, model: &ModelStore, load: Load) -> Answer<Loaded> {
        let loaded = model.load(load).await?;
        if !matches!(loaded, Loaded::Unknown) {
            return Ok(loaded);
        }
        let mut id = [0; 16];
        id.copy_from_slice(&load.token.0[..16]);
        let record = super::wrapper::anonymous(RecordId(id), load.now);
        let create =
            Create { token: load.token, record, generation: None, supersede: None, lease: None, now: load.now };
        model.create(create).await?;
        model.load(load).await
    }
}

#[derive(Debug, Default)]
struct StoresWhatIsSuperseded(Mutex<HashMap<TokenId, Loaded>>);
impl Fault for StoresWhatIsSuperseded {
    async fn create(&self, model: &ModelStore, create: Create) -> Answer<Created> {
        let (by, at, supersede) = (create.record.id, create.now, create.supersede);
        let created = model.create(create).await?;
        if let (Created::Done(_), Some(token)) = (&created, supersede)
            && let Loaded::Unknown = model.load(Load { token, now: at }).await?
        {
            let how = session_policy::store::How::Replaced;
            let what = session_policy::store::Superseded { by, at, authenticated: false, how };
            self.0.lock().unwrap().insert(token, Loaded::Superseded(what));
        }
        Ok(created)
    }
    async fn load(&self, model: &ModelStore, load: Load) -> Answer<Loaded> {
        let stored = self.0.lock().unwrap().get(&load.token).cloned();
        match stored {
            Some(loaded) => Ok(loaded),
            None => model.load(load).await,
        }
    }
}

#[derive(Debug, Default)]
struct ForgetsSuperseded;
impl Fault for ForgetsSuperseded {
    async fn load(&self, model: &ModelStore, load: Load) -> Answer<Loaded> {
        Ok(match model.load(load).await? {
            Loaded::Superseded(_) => Loaded::Unknown,
            loaded => loaded,
        })
    }
}

#[derive(Debug, Default)]
struct ForgetsChains(Mutex<HashMap<TokenId, RecordId>>);
impl Fault for ForgetsChains {
    async fn load(&self, model: &ModelStore, load: Load) -> Answer<Loaded> {
        let loaded = model.load(load).await?;
        let Loaded::Superseded(mut what) = loaded else { return Ok(loaded) };
        what.by = self.0.lock().unwrap().get(&load.token).copied().unwrap_or(what.by);
        Ok(Loaded::Superseded(what))
    }
    async fn create(&self, model: &ModelStore, create: Create) -> Answer<Created> {
        if let Some(token) = create.supersede {
            self.0.lock().unwrap().entry(token).or_insert(create.record.id);
        }
        model.create(create).await
    }
}

#[derive(Debug, Default)]
struct LeavesTheOldAlive;
impl Fault for LeavesTheOldAlive {
    async fn create(&self, model: &ModelStore, create: Create) -> Answer<Created> {
        model.create(Create { supersede: None, ..create }).await
    }
}

#[derive(Debug, Default)]
struct CreatesByHalf(Mutex<HashSet<TokenId>>);
impl Fault for CreatesByHalf {
    async fn create(&self, model: &ModelStore, create: Create) -> Answer<Created> {
        let old = create.supersede;
        self.0.lock().unwrap().extend(old);
        others_come_between().await;
        let created = model.create(create).await;
        if let Some(old) = old {
            self.0.lock().unwrap().remove(&old);
        }
        created
    }
    async fn load(&self, model: &ModelStore, load: Load) -> Answer<Loaded> {
        if self.0.lock().unwrap().contains(&load.token) {
            return Ok(Loaded::Unknown);
        }
        model.load(load).await
    }
}

#[derive(Debug, Default)]
struct IgnoresGeneration;
impl Fault for IgnoresGeneration {
    async fn create(&self, model: &ModelStore, create: Create) -> Answer<Created> {
        model.create(Create { generation: None, ..create }).await
    }
}

#[derive(Debug, Default)]
struct IgnoresGenerationInRotate;
impl Fault for IgnoresGenerationInRotate {
    async fn rotate(&self, model: &ModelStore, rotate: Rotate) -> Answer<Rotated> {
        model.rotate(Rotate { generation: None, ..rotate }).await
    }
}

#[derive(Debug, Default)]
struct ReadsGenerationEarly;
impl Fault for ReadsGenerationEarly {
    async fn create(&self, model: &ModelStore, create: Create) -> Answer<Created> {
        if let (Some(user), Some(expected)) = (&create.record.identity.user, create.generation)
            && model.generation(user).await? != expected
        {
            return Ok(Created::Reset);
        }
        others_come_between().await;
        model.create(Create { generation: None, ..create }).await
    }
}

#[derive(Debug, Default)]
struct ResetsWithoutGeneration;
impl Fault for ResetsWithoutGeneration {
    async fn reset_user(&self, model: &ModelStore, reset: Reset) -> Answer<Swept> {
        let Reset { user, except, reason, lease, now } = reset;
        let mut swept = Swept::default();
        for session in model.of_user(&user).await? {
            if Some(session.id) == except {
                continue;
            }
            let end = End { record: session.id, reason, if_unseen_since: None, lease, now };
            if let session_policy::store::Ended::Done(claim) = model.end(end).await? {
                swept.ended += 1;
                swept.claims.extend(lease.is_some().then_some(*claim));
            }
        }
        Ok(swept)
    }
}

#[derive(Debug, Default)]
struct SparesNobody;
impl Fault for SparesNobody {
    async fn reset_user(&self, model: &ModelStore, reset: Reset) -> Answer<Swept> {
        model.reset_user(Reset { except: None, ..reset }).await
    }
}

#[derive(Debug, Default)]
struct LosesRoles;
impl Fault for LosesRoles {
    async fn set_role(&self, model: &ModelStore, set: SetRole) -> Answer<usize> {
        let sessions = model.of_user(&set.user).await?;
        if let Some(role) = sessions.first().map(|session| session.identity.role.clone()) {
            return model.set_role(SetRole { role, ..set }).await;
        }
        model.set_role(set).await
    }
}

/// The generation is raised before the sessions are listed, and who created in between did not ask in the same operation.
#[derive(Debug, Default)]
struct LosesRolesOfNewcomers(Mutex<HashMap<UserId, Generation>>);
impl Fault for LosesRolesOfNewcomers {
    async fn set_role(&self, model: &ModelStore, set: SetRole) -> Answer<usize> {
        let before = model.generation(&set.user).await?;
        let sessions = model.set_role(set.clone()).await?;
        self.0.lock().unwrap().insert(set.user.clone(), before);
        for _ in 0..20 {
            others_come_between().await;
        }
        self.0.lock().unwrap().remove(&set.user);
        Ok(sessions)
    }
    async fn create(&self, model: &ModelStore, create: Create) -> Answer<Created> {
        let user = create.record.identity.user.clone();
        let stale = user.and_then(|user| self.0.lock().unwrap().get(&user).copied());
        let generation = create.generation.filter(|generation| stale != Some(*generation));
        model.create(Create { generation, ..create }).await
    }
}

#[derive(Debug, Default)]
struct OverwritesIdentity;
impl Fault for OverwritesIdentity {
    async fn rotate(&self, model: &ModelStore, rotate: Rotate) -> Answer<Rotated> {
        model.rotate(Rotate { if_identity: None, ..rotate }).await
    }
}

async fn admit_in_steps(
    model: &ModelStore,
    create: Create,
    counted: Vec<Snapshot>,
    limit: SessionLimit,
) -> Answer<Created> {
    let Admission::Ending(these) = admission(&counted, limit, create.now) else { return Ok(Created::Limit) };
    others_come_between().await;
    let (lease, now) = (create.lease, create.now);
    let created = model.create(create).await?;
    let Created::Done(mut claims) = created else { return Ok(created) };
    for (record, reason) in these {
        let end = End { record, reason, if_unseen_since: None, lease, now };
        if let session_policy::store::Ended::Done(claim) = model.end(end).await? {
            claims.push(*claim);
        }
    }
    Ok(Created::Done(claims))
}

#[derive(Debug, Default)]
struct CountsThenCreates;
impl Fault for CountsThenCreates {
    async fn admit(&self, model: &ModelStore, create: Create, limit: SessionLimit) -> Answer<Created> {
        let Some(user) = create.record.identity.user.clone() else { return model.create(create).await };
        let mut others = model.of_user(&user).await?;
        if let Some(token) = create.supersede {
            others.retain(|session| !session.line.tokens().any(|one| one == token));
        }
        admit_in_steps(model, create, others, limit).await
    }
}

#[derive(Debug, Default)]
struct CountsTheReplaced;
impl Fault for CountsTheReplaced {
    async fn admit(&self, model: &ModelStore, create: Create, limit: SessionLimit) -> Answer<Created> {
        let Some(user) = create.record.identity.user.clone() else { return model.create(create).await };
        let others = model.of_user(&user).await?;
        match admission(&others, limit, create.now) {
            Admission::Ending(_) => model.admit(create, limit).await,
            _ => Ok(Created::Limit),
        }
    }
}

#[derive(Debug, Default)]
struct CountsTheDead;
impl Fault for CountsTheDead {
    async fn admit(&self, model: &ModelStore, create: Create, limit: SessionLimit) -> Answer<Created> {
        let Some(user) = create.record.identity.user.clone() else { return model.create(create).await };
        let mut others = model.of_user(&user).await?;
        if let Some(token) = create.supersede {
            others.retain(|session| !session.line.tokens().any(|one| one == token));
        }
        match admission(&others, limit, 0) {
            Admission::Ending(_) => model.admit(create, limit).await,
            _ => Ok(Created::Limit),
        }
    }
}

#[derive(Debug, Default)]
struct FoldsUsers;
impl Fault for FoldsUsers {
    async fn of_user(&self, model: &ModelStore, user: UserId) -> Answer<Vec<Snapshot>> {
        let mut all = Vec::new();
        let text = user.as_str();
        let mut spellings = vec![text.to_owned(), text.to_lowercase(), text.to_uppercase()];
        spellings.sort();
        spellings.dedup();
        for spelling in spellings {
            if let Ok(user) = UserId::try_from(spelling) {
                all.extend(model.of_user(&user).await?);
            }
        }
        all.sort_by_key(|session| session.header.created);
        Ok(all)
    }
}
