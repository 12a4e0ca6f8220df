//! Where errors are gathered, so that one compile shows all of them.

use std::{cell::RefCell, fmt::Display};

use proc_macro2::{Span, TokenStream};
use quote::ToTokens;

use crate::rules::Id;

/// Gathers errors; must be asked for them by [`finish`](Self::finish) before it is dropped.
pub(crate) struct Ctxt {
    errors: RefCell<Option<Vec<syn::Error>>>,
    warnings: RefCell<Vec<Warning>>,
}

/// A weak but legal choice.
pub(crate) struct Warning {
    pub(crate) span: Span,
    /// With the rule's id.
    pub(crate) text: String,
}

impl Ctxt {
    pub(crate) fn new() -> Self {
        Self { errors: RefCell::new(Some(Vec::new())), warnings: RefCell::default() }
    }

    /// `text` at `span`; the rule's id is added.
    pub(crate) fn error(&self, span: Span, id: Id, text: impl Display) {
        self.push(syn::Error::new(span, format_args!("{text} [{id}]")));
    }

    /// `text` as a warning at `span`; the rule's id is added.
    pub(crate) fn warn(&self, span: Span, id: Id, text: impl Display) {
        self.warnings.borrow_mut().push(Warning { span, text: format!("{text} [{id}]") });
    }

    /// The warnings so far; to be shown only where there is no error.
    pub(crate) fn warnings(&self) -> Vec<Warning> {
        self.warnings.take()
    }

    /// `text` under all of `tokens`; the rule's id is added.
    pub(crate) fn error_on(&self, tokens: &dyn ToTokens, id: Id, text: impl Display) {
        self.push(syn::Error::new_spanned(tokens.to_token_stream(), format_args!("{text} [{id}]")));
    }

    /// What the Rust parser says about an item; not ours, so it has no id.
    pub(crate) fn push(&self, error: syn::Error) {
        if let Some(errors) = self.errors.borrow_mut().as_mut() {
            errors.push(error);
        }
    }

    /// Whether there is an error so far.
    pub(crate) fn failed(&self) -> bool {
        self.errors.borrow().as_ref().is_some_and(|errors| !errors.is_empty())
    }

    /// All errors as `compile_error!` items, if there are any.
    pub(crate) fn finish(self) -> Result<(), TokenStream> {
        let errors = self.errors.take().unwrap_or_default();
        if errors.is_empty() { Ok(()) } else { Err(errors.iter().map(syn::Error::to_compile_error).collect()) }
    }
}

impl Drop for Ctxt {
    fn drop(&mut self) {
        let forgotten = self.errors.borrow().is_some();
        #[allow(clippy::panic, reason = "a bug of this crate: an error would be lost; `fallback::guarded` reports it")]
        if forgotten && !std::thread::panicking() {
            panic!("nobody asked for the errors");
        }
    }
}
