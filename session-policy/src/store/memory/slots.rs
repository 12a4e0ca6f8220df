//! The slots of live records: pages that never move, and for each a bound on when the first of its records may die.
//!
//! Pages keep growth cheap (nothing is copied) and a sweep short (it looks at one page at a time, and only at pages where
//! something may have died). A map of records would do neither.

use super::{live::Live, tokens::Place};

/// So many records on a page. A sweep locks a shard for about as many look-ups.
const PAGE: usize = 32;

#[derive(Debug)]
struct Page {
    slots: Box<[Option<Live>; PAGE]>,
    /// No record of this page dies before. May be too early, never too late.
    earliest: u64,
}

impl Page {
    fn new() -> Self {
        Self { slots: Box::new([const { None }; PAGE]), earliest: u64::MAX }
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

    pub(super) fn get(&self, slot: u32) -> Option<&Live> {
        let (page, within) = split(slot);
        self.pages.get(page)?.slots.get(within)?.as_ref()
    }

    /// Changes a record, which may move its deadline.
    pub(super) fn change<T>(&mut self, slot: u32, change: impl FnOnce(&mut Live) -> T) -> Option<T> {
        let (page, within) = split(slot);
        let page = self.pages.get_mut(page)?;
        let live = page.slots.get_mut(within)?.as_mut()?;
        let answer = change(live);
        let deadline = live.deadline();
        page.earliest = page.earliest.min(deadline);
        self.earliest = self.earliest.min(deadline);
        Some(answer)
    }

    /// Keeps a record; `None` if every number for a slot is taken.
    pub(super) fn insert(&mut self, live: Live) -> Option<u32> {
        if self.free.is_empty() {
            self.grow()?;
        }
        let slot = self.free.pop()?;
        let (page, within) = split(slot);
        let page = self.pages.get_mut(page)?;
        let place = page.slots.get_mut(within)?;
        let deadline = live.deadline();
        *place = Some(live);
        page.earliest = page.earliest.min(deadline);
        self.earliest = self.earliest.min(deadline);
        Some(slot)
    }

    pub(super) fn take(&mut self, slot: u32) -> Option<Live> {
        let (page, within) = split(slot);
        let live = self.pages.get_mut(page)?.slots.get_mut(within)?.take()?;
        self.free.push(slot);
        Some(live)
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
        for (within, live) in page.slots.iter().enumerate() {
            let Some(live) = live else { continue };
            let deadline = live.deadline();
            match u32::try_from(number * PAGE + within) {
                Ok(slot) if deadline <= by && dead.len() < at_most => dead.push(slot),
                _ => earliest = earliest.min(deadline),
            }
        }
        page.earliest = earliest;
        Some(dead)
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
