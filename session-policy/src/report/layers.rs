//! Where a value comes from: the writers of a policy, nearest first.

use super::{
    keys::{Key, NearestKey},
    model::{Source, SourceKind},
};
use crate::policy::{Rules, Spec};

/// One writer, and what it wrote.
pub(super) struct Layer {
    source: Source,
    rules: Rules,
}

impl Layer {
    pub(super) fn role(name: String, rules: Rules) -> Self {
        Self { source: Source { kind: SourceKind::Role, name: Some(name) }, rules }
    }
}

/// The writers of a route's policy: itself (unless it only names one: then that one), what it extends, and its modules.
pub(super) fn of_route(spec: &Spec, only_names: bool) -> Vec<Layer> {
    let mut layers = Vec::new();
    walk(spec, if only_names { SourceKind::Extends } else { SourceKind::Route }, &mut layers);
    layers
}

/// The writers of the application's base: itself, then what it extends.
pub(super) fn of_base(spec: &Spec) -> Vec<Layer> {
    let mut layers = Vec::new();
    walk(spec, SourceKind::Base, &mut layers);
    layers
}

fn walk(spec: &Spec, kind: SourceKind, layers: &mut Vec<Layer>) {
    let name = (kind != SourceKind::Route).then(|| spec.name.to_owned());
    layers.push(Layer { source: Source { kind, name }, rules: spec.own });
    if let Some(base) = spec.base {
        walk(base, if kind == SourceKind::Base { kind } else { SourceKind::Extends }, layers);
    }
    if let Some(module) = spec.module {
        walk(module, SourceKind::Module, layers);
    }
}

/// The policies that this one is built on, without itself.
pub(super) fn under(spec: &Spec) -> Vec<&'static Spec> {
    let mut all: Vec<&'static Spec> = Vec::new();
    for next in [spec.base, spec.module].into_iter().flatten() {
        all.push(next);
        all.extend(under(next));
    }
    all
}

/// Who decided a key that the nearest writer decides.
pub(super) fn nearest_source(key: &NearestKey, spec: &Spec, only_names: bool) -> Source {
    let word = (key.written)(&spec.nearest);
    let says = |other: &Spec| (key.written)(&other.nearest) == word;
    // The macro joins the modules' keys into the handler's; who says the same is taken to be the writer.
    let mut writer = None;
    let mut module = spec.module;
    while let Some(around) = module.filter(|around| says(around)) {
        writer = Some(around);
        module = around.module;
    }
    match (word, writer) {
        (None, _) => Source { kind: SourceKind::Default, name: None },
        (Some(_), Some(module)) => Source { kind: SourceKind::Module, name: Some(module.name.to_owned()) },
        (Some(_), None) if only_names => Source { kind: SourceKind::Extends, name: Some(spec.name.to_owned()) },
        (Some(_), None) => Source { kind: SourceKind::Route, name: None },
    }
}

/// Who decided that `value` holds of `key`, where `met` is all that the layers wrote.
pub(super) fn sources(key: &Key, layers: &[&Layer], met: &Rules, value: &str) -> Vec<Source> {
    let named = |kind| Source { kind, name: None };
    let Some(written) = (key.written)(met) else {
        let default = (key.in_force)(&Rules::UNSET.resolve());
        return vec![named(if default == value { SourceKind::Default } else { SourceKind::Derived })];
    };
    let wrote = |wanted: Option<&str>| -> Vec<Source> {
        let of_key = |layer: &&&Layer| {
            (key.written)(&layer.rules).is_some_and(|text| wanted.is_none_or(|wanted| wanted == text))
        };
        layers.iter().filter(of_key).map(|layer| layer.source.clone()).collect()
    };
    let mut sources = wrote(Some(&written));
    if sources.is_empty() {
        // A union or an intersection: nobody wrote it alone.
        sources = wrote(None);
    }
    // Cut or raised to fit another key; or a writer that this table does not know.
    if written != value || sources.is_empty() {
        sources.push(named(SourceKind::Derived));
    }
    sources
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_layers_of_a_policy_are_all_of_it() {
        static FAR: Spec = Spec::new("Far", Rules::UNSET.absolute(3600).touch(5));
        static NEAR: Spec = Spec::new("Near", Rules::UNSET.idle(600)).extends(&FAR);
        let page = Spec::new("page", Rules::UNSET.fresh(60)).extends(&NEAR);
        let meet = |layers: &[Layer]| layers.iter().fold(Rules::UNSET, |rules, layer| rules.meet(layer.rules));
        static INNER: Spec = Spec::new("inner", Rules::UNSET.idle(300)).extends(&FAR).within(&OUTER);
        static OUTER: Spec = Spec::new("outer", Rules::UNSET.fresh(30));
        let page = page.within(&INNER);
        assert_eq!(meet(&of_route(&page, false)), page.rules());
        assert_eq!(meet(&of_base(&page)), page.rules());
        let names: Vec<String> = of_route(&page, false).iter().map(|layer| layer.source.to_string()).collect();
        assert_eq!(names, ["this route", "extends Near", "extends Far", "module inner", "extends Far", "module outer"]);
    }
}
