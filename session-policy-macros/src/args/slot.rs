//! A slot: a key that was written, and its value if that could be read.

use std::cell::Cell;

use proc_macro2::{Ident, Span};

use crate::{ctxt::Ctxt, rules::ids};

/// A value and where it is written.
#[derive(Clone, Debug)]
pub(crate) struct Spanned<T> {
    pub(crate) value: T,
    pub(crate) span: Span,
}

/// Written or not; readable or not. Rules ask [`is_written`](Self::is_written) before they miss a key, so that a value
/// that could not be read gives one error and no second.
pub(crate) struct Slot<T> {
    key: Option<Ident>,
    value: Option<Spanned<T>>,
    /// Whether a rule is broken by it.
    wrong: Cell<bool>,
}

impl<T> Default for Slot<T> {
    fn default() -> Self {
        Self { key: None, value: None, wrong: Cell::new(false) }
    }
}

/// What can be asked of a slot whatever its value is.
pub(crate) trait Written {
    /// The key, if it is written and nothing is wrong with its value.
    fn right(&self) -> Option<&Ident>;
    /// Says that a rule is broken by it.
    fn set_wrong(&self);
}

impl<T> Written for Slot<T> {
    fn right(&self) -> Option<&Ident> {
        self.key.as_ref().filter(|_| self.value.is_some() && !self.wrong.get())
    }

    fn set_wrong(&self) {
        self.wrong.set(true);
    }
}

impl<T> Slot<T> {
    /// Fills the slot, or says that the key was there before.
    pub(crate) fn fill(&mut self, cx: &Ctxt, key: &Ident, read: impl FnOnce() -> Option<Spanned<T>>) {
        if self.key.is_some() {
            cx.error(key.span(), ids::DUPLICATE_KEY, format_args!("`{key}` is written twice; remove one"));
        } else {
            self.key = Some(key.clone());
            self.value = read();
        }
    }

    /// The key, if it is written.
    pub(crate) fn key(&self) -> Option<&Ident> {
        self.key.as_ref()
    }

    pub(crate) fn is_written(&self) -> bool {
        self.key.is_some()
    }

    /// The value, if it is written and could be read.
    pub(crate) fn get(&self) -> Option<&Spanned<T>> {
        self.value.as_ref()
    }

    /// The value without its place.
    pub(crate) fn value(&self) -> Option<&T> {
        self.value.as_ref().map(|spanned| &spanned.value)
    }

    /// Where its value stands, or the key if that could not be read.
    pub(crate) fn span(&self) -> Span {
        let value = self.value.as_ref().map(|value| value.span);
        value.or_else(|| self.key.as_ref().map(Ident::span)).unwrap_or_else(Span::call_site)
    }

    pub(crate) fn into_value(self) -> Option<Spanned<T>> {
        self.value
    }
}
