//! Changes that wait for the handler's answer.

use std::{collections::BTreeMap, sync::Arc};

use super::{
    SessionData, SessionError,
    data::{RECORD_MOST_BYTES, carries, decode, encode},
    handle::{Session, Standing, State},
    raise::Raise,
};
use crate::store::{DataChange, Entries, Identity, Snapshot};

/// Everything that is staged in one request.
#[derive(Default)]
pub(super) struct Staged {
    /// Data for the session that was presented, or for a new anonymous one.
    pub(super) data: Changes,
    /// At most one.
    pub(super) raise: Option<Raise>,
}

/// Changes by key; the last one wins.
pub(super) type Changes = BTreeMap<&'static str, Change>;

/// One change.
pub(super) enum Change {
    Set(Arc<[u8]>),
    Remove,
    /// Functions of the stored value, applied again if it changed meanwhile.
    Update(Updates),
}

/// One function of an entry.
pub(super) type Update = Arc<dyn Fn(Option<&[u8]>) -> Result<Arc<[u8]>, SessionError> + Send + Sync>;

/// Functions of one entry, one behind the other and none inside another: a request may stage thousands of them.
pub(super) struct Updates {
    steps: Vec<Update>,
    /// The stored value that they were applied to.
    from: Option<Arc<[u8]>>,
    /// What came of it: each runs once, unless somebody else wrote meanwhile.
    value: Arc<[u8]>,
}

impl Updates {
    fn apply(&self, stored: Option<&Arc<[u8]>>) -> Result<Arc<[u8]>, SessionError> {
        if stored == self.from.as_ref() {
            return Ok(Arc::clone(&self.value));
        }
        let mut value = stored.cloned();
        for step in &self.steps {
            value = Some(step(value.as_deref())?);
        }
        Ok(value.unwrap_or_else(|| Arc::clone(&self.value)))
    }
}

impl Change {
    /// Whether the new value depends on the stored one.
    pub(super) const fn depends(&self) -> bool {
        matches!(self, Self::Update(_))
    }

    /// The entry after the change.
    pub(super) fn apply(&self, stored: Option<&Arc<[u8]>>) -> Result<Option<Arc<[u8]>>, SessionError> {
        match self {
            Self::Set(value) => Ok(Some(Arc::clone(value))),
            Self::Remove => Ok(None),
            Self::Update(updates) => updates.apply(stored).map(Some),
        }
    }

    /// The entry as it is after the change, if nobody else wrote meanwhile.
    fn value(&self) -> Option<&Arc<[u8]>> {
        match self {
            Self::Set(value) => Some(value),
            Self::Remove => None,
            Self::Update(updates) => Some(&updates.value),
        }
    }
}

/// The entries after the changes.
pub(super) fn merge(entries: &mut Entries, changes: Vec<DataChange>) {
    for change in changes {
        match change.value {
            Some(value) => entries.insert(change.key, value),
            None => entries.remove(&change.key),
        };
    }
}

/// Refuses a change after which the record is beyond its limit. Parallel requests may have brought it there together: what
/// does not make it larger is welcome then.
pub(super) fn check_growth(entries: &Entries, changes: &[DataChange]) -> Result<(), SessionError> {
    if changes.is_empty() {
        return Ok(());
    }
    let mut after = entries.clone();
    merge(&mut after, changes.to_vec());
    if size(&after) <= size(entries) { Ok(()) } else { check_size(&after) }
}

/// Refuses a record beyond its limit.
pub(super) fn check_size(entries: &Entries) -> Result<(), SessionError> {
    let bytes = size(entries);
    if bytes > RECORD_MOST_BYTES {
        return Err(SessionError::TooLarge { bytes, most: RECORD_MOST_BYTES });
    }
    Ok(())
}

fn size(entries: &Entries) -> usize {
    entries.iter().map(|(key, value)| key.len() + value.len()).sum()
}

/// The changes as a store takes them, against the entries that it held.
pub(super) fn against(changes: &Changes, entries: Option<&Entries>) -> Result<Vec<DataChange>, SessionError> {
    changes
        .iter()
        .map(|(key, change)| {
            let value = change.apply(entries.and_then(|entries| entries.get(*key)))?;
            Ok(DataChange { key: Arc::from(*key), value })
        })
        .collect()
}

impl State {
    /// The entry as the handler sees it: staged changes first.
    fn entry(&self, key: &str) -> Result<Option<Arc<[u8]>>, SessionError> {
        let present = || {
            let stored = match &self.standing {
                Standing::Live(snapshot) => snapshot.data.get(key),
                _ => None,
            };
            match self.staged.data.get(key) {
                Some(change) => change.apply(stored),
                None => Ok(stored.cloned()),
            }
        };
        match &self.staged.raise {
            Some(Raise::Login(login)) => {
                let carried = if carries_over(&self.standing, &login.identity) {
                    present()?.filter(|value| carries(value))
                } else {
                    None
                };
                match login.data.get(key) {
                    Some(change) => change.apply(carried.as_ref()),
                    None => Ok(carried),
                }
            }
            Some(Raise::Reauth(_)) | None => present(),
        }
    }

    /// The changes that another one joins.
    fn changes(&mut self) -> &mut Changes {
        match &mut self.staged.raise {
            Some(Raise::Login(login)) => &mut login.data,
            Some(Raise::Reauth(_)) | None => &mut self.staged.data,
        }
    }

    /// Refuses a new value with which the record would grow beyond its limit.
    fn check(&self, key: &'static str, value: Option<&Arc<[u8]>>) -> Result<(), SessionError> {
        let none = Entries::new();
        let (changes, stored) = match (&self.staged.raise, &self.standing) {
            // Carried entries are small against the limit, and are counted again at the commit.
            (Some(Raise::Login(login)), _) => (&login.data, &none),
            (_, Standing::Live(snapshot)) => (&self.staged.data, &*snapshot.data),
            _ => (&self.staged.data, &none),
        };
        let staged = changes.iter().map(|(key, change)| (*key, change.value()));
        let changes: Vec<_> = staged
            .chain([(key, value)])
            .map(|(key, value)| DataChange { key: Arc::from(key), value: value.cloned() })
            .collect();
        check_growth(stored, &changes)
    }

    /// Stages a change, unless the record would grow beyond its limit.
    fn stage(&mut self, key: &'static str, change: Change) -> Result<(), SessionError> {
        self.check(key, change.value())?;
        self.changes().insert(key, change);
        Ok(())
    }

    /// Stages an update behind what is staged already, unless it cannot be applied.
    fn stage_update(&mut self, key: &'static str, step: Update) -> Result<(), SessionError> {
        let from = self.entry(key)?;
        let value = step(from.as_deref())?;
        self.check(key, Some(&value))?;
        match self.changes().get_mut(key) {
            None => {
                let updates = Updates { steps: vec![step], from, value };
                self.changes().insert(key, Change::Update(updates));
            }
            Some(Change::Update(earlier)) => {
                earlier.steps.push(step);
                earlier.value = value;
            }
            // Behind one of these, the value does not depend on the stored one.
            Some(earlier @ (Change::Set(_) | Change::Remove)) => *earlier = Change::Set(value),
        }
        Ok(())
    }
}

/// Whether marked entries move over: the old session was anonymous, or the same user's. Where there was none, what this very
/// request staged would have made an anonymous one.
pub(super) fn carries_over(standing: &Standing, new: &Identity) -> bool {
    match standing {
        Standing::Live(old) => old.identity.user.is_none() || old.identity.user == new.user,
        Standing::Nobody | Standing::Tombstone(_) => true,
        _ => false,
    }
}

impl Session {
    /// The state, for a change of data. A route that does not see the presented session cannot write beside it:
    /// the new cookie would sign the user out.
    fn data_state(&self) -> Result<std::sync::MutexGuard<'_, State>, SessionError> {
        let state = self.open_state()?;
        let login = matches!(state.staged.raise, Some(Raise::Login(_)));
        match &state.standing {
            Standing::Superseded(_) if !login => Err(SessionError::Superseded),
            Standing::Barred(_, denial) if !login => Err(SessionError::Barred(denial.reason)),
            _ => Ok(state),
        }
    }

    /// The entry of type `T`.
    ///
    /// # Errors
    /// If the stored bytes are not a `T`.
    pub fn get<T: SessionData>(&self) -> Result<Option<T>, SessionError> {
        let entry = self.state().entry(T::DATA.key)?;
        entry.map(|value| decode(&value)).transpose()
    }

    /// Sets the entry of type `T`. Staged: it is kept if the answer is below 500. Without a session, an anonymous one is created.
    ///
    /// # Errors
    /// If the value is too large (16 KiB), or nothing can be written here; see [`SessionError`].
    #[allow(clippy::needless_pass_by_value, reason = "`set(Cart { … })` reads better, and the value is used up")]
    pub fn set<T: SessionData>(&self, value: T) -> Result<(), SessionError> {
        let bytes = encode(&value)?;
        self.data_state()?.stage(T::DATA.key, Change::Set(bytes))
    }

    /// Removes the entry of type `T` and returns it. Staged, like [`set`](Self::set): a parallel request sees the entry until
    /// this one is answered, so it is no way to hand something out once only.
    ///
    /// # Errors
    /// If the stored bytes are not a `T`, or nothing can be written here.
    pub fn take<T: SessionData>(&self) -> Result<Option<T>, SessionError> {
        let mut state = self.data_state()?;
        let Some(stored) = state.entry(T::DATA.key)? else { return Ok(None) };
        let value = decode(&stored)?;
        state.stage(T::DATA.key, Change::Remove)?;
        Ok(Some(value))
    }

    /// Changes the entry of type `T`, starting from its default. Staged, like [`set`](Self::set); if another request
    /// changed the entry meanwhile, `change` is applied again to its value, so that nothing is lost. It must not use the
    /// session itself: it runs while the session's state is locked.
    ///
    /// # Errors
    /// If the stored bytes are not a `T`, the new value is too large, or nothing can be written here.
    #[allow(clippy::unused_async, reason = "a later store may have to be asked before the first change")]
    pub async fn update<T: SessionData + Default>(
        &self,
        change: impl Fn(&mut T) + Send + Sync + 'static,
    ) -> Result<(), SessionError> {
        let step = move |stored: Option<&[u8]>| {
            let mut value = stored.map(decode::<T>).transpose()?.unwrap_or_default();
            change(&mut value);
            encode(&value)
        };
        // Applied once now, so that a value that cannot be written is refused here and not at the answer.
        self.data_state()?.stage_update(T::DATA.key, Arc::new(step))
    }

    /// The live session, if this route may see it.
    pub(super) fn with_live<R>(&self, look: impl FnOnce(&Snapshot) -> R) -> Option<R> {
        match &self.state().standing {
            Standing::Live(snapshot) => Some(look(snapshot)),
            _ => None,
        }
    }
}
