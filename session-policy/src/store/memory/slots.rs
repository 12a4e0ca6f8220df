//! The slots of live records: pages that never move, and for each a bound on when the first of its records may die.
//!
//! Pages keep growth cheap (nothing is copied) and a sweep short (it looks at one page at a time, and only at pages where
//! something may have died). A map of records would do neither.

use super::{super::Snapshot, tokens::Place};

/// So many records on a page. A sweep locks a shard for about as many look-ups.
const PAGE: usize = 32;

#[derive(Debug)]
struct Page {
    slots: Box<[Option<Snapshot>; PAGE]>,
    /// So many of them are taken.
    live: usize,
    /// No record of this page dies before. May be too early, never too late.
    earliest: u64,
}

impl Page {
    fn new() -> Self {
        Self { slots: Box::new([const { None }; PAGE]), live: 0, earliest: u64::MAX }
    }
}

#[derive(Debug)]
pub(super) struct Slots {
    pages: Vec<Page>,
    free: Vec<u32>,
    /// The smallest `earliest`, or smaller.
    earliest: u64,
}

impl Slots {
    pub(super) const fn new() -> Self {
        Self { pages: Vec::new(), free: Vec::new(), earliest: u64::MAX }
    }

    pub(super) fn get(&self, slot: u32) -> Option<&Snapshot> {
        let (page, within) = split(slot);
        self.pages.get(page)?.slots.get(within)?.as_ref()
    }

    /// Changes a record, which may move its deadline.
    pub(super) fn change<T>(&mut self, slot: u32, change: impl FnOnce(&mut Snapshot) -> T) -> Option<T> {
        let (page, within) = split(slot);
        let page = self.pages.get_mut(page)?;
        let session = page.slots.get_mut(within)?.as_mut()?;
        let answer = change(session);
        let deadline = session.deadline();
        page.earliest = page.earliest.min(deadline);
        self.earliest = self.earliest.min(deadline);
        Some(answer)
    }

    /// Keeps a record; `None` if every number for a slot is taken.
    pub(super) fn insert(&mut self, session: Snapshot) -> Option<u32> {
        if self.free.is_empty() {
            self.grow()?;
        }
        let slot = self.free.pop()?;
        let (page, within) = split(slot);
        let page = self.pages.get_mut(page)?;
        let place = page.slots.get_mut(within)?;
        let deadline = session.deadline();
        *place = Some(session);
        page.live += 1;
        page.earliest = page.earliest.min(deadline);
        self.earliest = self.earliest.min(deadline);
        Some(slot)
    }

    pub(super) fn take(&mut self, slot: u32) -> Option<Snapshot> {
        let (page, within) = split(slot);
        let page = self.pages.get_mut(page)?;
        let session = page.slots.get_mut(within)?.take()?;
        page.live -= 1;
        self.free.push(slot);
        Some(session)
    }

    /// Looks at one page where a record may have died by `by`, and names at most `at_most` that did; `None` if there is
    /// no such page. Whoever asks takes what is named before asking again.
    pub(super) fn dead(&mut self, by: u64, at_most: usize) -> Option<Vec<u32>> {
        if self.earliest > by {
            return None;
        }
        let Some((number, page)) = self.pages.iter_mut().enumerate().find(|(_, page)| page.earliest <= by) else {
            self.earliest = self.pages.iter().map(|page| page.earliest).min().unwrap_or(u64::MAX);
            return None;
        };
        let mut dead = Vec::new();
        let mut earliest = u64::MAX;
        for (within, session) in page.slots.iter().enumerate() {
            let Some(session) = session else { continue };
            let deadline = session.deadline();
            match u32::try_from(number * PAGE + within) {
                Ok(slot) if deadline <= by && dead.len() < at_most => dead.push(slot),
                _ => earliest = earliest.min(deadline),
            }
        }
        page.earliest = earliest;
        Some(dead)
    }

    /// Whether a record may be dead by `by`: looks at every page's bound, at no record.
    pub(super) fn may_be_dead(&self, by: u64) -> bool {
        self.earliest <= by && self.pages.iter().any(|page| page.earliest <= by)
    }

    /// Names what is on the first page that is not empty, from this slot on: at most `at_most`, and the slot to go on from;
    /// `None` behind the last page.
    pub(super) fn from(&self, slot: u32, at_most: usize) -> (Vec<u32>, Option<u32>) {
        let (first, mut within) = split(slot);
        let mut named = Vec::new();
        for (number, page) in self.pages.iter().enumerate().skip(first) {
            let start = std::mem::take(&mut within);
            if page.live == 0 {
                continue;
            }
            for (within, session) in page.slots.iter().enumerate().skip(start) {
                let Ok(slot) = u32::try_from(number * PAGE + within) else { return (named, None) };
                if named.len() >= at_most {
                    return (named, Some(slot));
                }
                if session.is_some() {
                    named.push(slot);
                }
            }
            return (named, u32::try_from((number + 1) * PAGE).ok());
        }
        (named, None)
    }

    fn grow(&mut self) -> Option<()> {
        let first = u32::try_from(self.pages.len() * PAGE).ok()?;
        let end = first.checked_add(u32::try_from(PAGE).ok()?).filter(|end| *end <= Place::SLOTS)?;
        self.pages.push(Page::new());
        // The lowest is handed out first.
        self.free.extend((first..end).rev());
        Some(())
    }
}

fn split(slot: u32) -> (usize, usize) {
    let slot = usize::try_from(slot).unwrap_or(usize::MAX);
    (slot / PAGE, slot % PAGE)
}
