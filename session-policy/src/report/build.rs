//! From the mounted routes to the report.

use super::{
    claims, controls,
    keys::{CSRF_METHODS, KEYS, Key, NEAREST, Reach},
    layers::{self, Layer},
    model::{
        Cookie, Deviation, Finding, FindingKind, GuardKind, Held, NamedPolicy, Place, Report, Route, Row, Source,
        SourceKind,
    },
};
use crate::{
    cookie::{self, CookieSpec, SameSite},
    policy::{Guard, MountedRoute, RoleSet, Rules, Spec},
    sessions::Sessions,
};

impl Report {
    /// The report of these routes, guarded by `sessions`. `PolicyRouter::report()` does it for its own.
    #[must_use]
    pub fn new(sessions: &Sessions, routes: &[MountedRoute]) -> Self {
        let base = sessions.base();
        let table = sessions.roles();
        let who = admitted(sessions);
        let mut report = Self {
            schema: Self::SCHEMA,
            base: of_spec(base),
            roles: table
                .roles
                .iter()
                .map(|role| NamedPolicy {
                    name: format!("{}::{}", table.name, role.variant),
                    policy: role.rules.to_string(),
                    profiles: role.profiles.iter().map(|&name| name.to_owned()).collect(),
                    place: Place::of(role.place),
                    deviations: deviations(role.deviations),
                })
                .collect(),
            shared: shared(base, routes),
            cookie: cookie(&sessions.cookie()),
            transport: sessions.transport_word(),
            system_random: sessions.has_system_random(),
            sessions: rows(KEYS.iter(), Rules::UNSET, &[], &who.iter().collect::<Vec<_>>()),
            routes: routes.iter().map(|mounted| route(mounted, base, &who)).collect(),
            declared: None,
            findings: Vec::new(),
            guarantees: claims::GUARANTEES.to_vec(),
            controls: Vec::new(),
        };
        #[cfg(feature = "manifest")]
        report.compare_with_the_manifest(sessions, routes);
        report.controls = controls::judged(&report);
        report
    }

    /// Adds what a router's start-up checks refuse, one sentence each, before all other findings. `PolicyRouter::report()`
    /// does it for its own.
    #[must_use]
    pub fn with_faults(mut self, faults: &[String]) -> Self {
        let refused = |text: &String| Finding { kind: FindingKind::Refused, text: text.clone(), place: None };
        self.findings.splice(0..0, faults.iter().map(refused));
        self
    }

    #[cfg(feature = "manifest")]
    fn compare_with_the_manifest(&mut self, sessions: &Sessions, routes: &[MountedRoute]) {
        use super::model::DeclaredPolicy;
        use crate::manifest::{self, Carrier};

        let mounted = routes.iter().filter_map(|route| match route.guard {
            Guard::Policy(spec) => Some(spec),
            Guard::Unguarded(_) => None,
        });
        let used: Vec<_> = std::iter::once(sessions.base())
            .chain(mounted)
            .flat_map(|spec| std::iter::once(key(spec)).chain(layers::under(spec).into_iter().map(key)))
            .collect();
        let declared: Vec<DeclaredPolicy> = manifest::declared()
            .iter()
            .map(|declared| DeclaredPolicy {
                name: declared.spec.name.to_owned(),
                handler: declared.carrier == Carrier::Function,
                place: Place::of(declared.spec.place),
                mounted: used.contains(&key(declared.spec)),
            })
            .collect();
        let forgotten = declared.iter().filter(|declared| declared.handler && !declared.mounted);
        self.findings.extend(forgotten.map(|declared| Finding {
            kind: FindingKind::NeverMounted,
            text: format!("`{}` has a session policy, but no route of this router leads to it", declared.name),
            place: declared.place.clone(),
        }));
        self.declared = Some(declared);
    }
}

/// A kind of session: its role, and what role and base wrote.
struct Who {
    name: String,
    /// The role's place in the enum.
    role: Option<usize>,
    rules: Rules,
    layers: Vec<Layer>,
}

/// A session without a role, then one for each role.
fn admitted(sessions: &Sessions) -> Vec<Who> {
    let base = sessions.base();
    let table = sessions.roles();
    let nobody = Who { name: "no role".to_owned(), role: None, rules: base.rules(), layers: layers::of_base(base) };
    let roles = table.roles.iter().enumerate().map(|(index, role)| {
        let name = format!("{}::{}", table.name, role.variant);
        let mut layers = vec![Layer::role(name.clone(), role.rules)];
        layers.extend(layers::of_base(base));
        Who { name, role: Some(index), rules: role.rules.meet(base.rules()), layers }
    });
    std::iter::once(nobody).chain(roles).collect()
}

fn route(mounted: &MountedRoute, base: &Spec, who: &[Who]) -> Route {
    let (guard, spec, reason) = match mounted.guard {
        Guard::Policy(spec) if spec.public => (GuardKind::Public, Some(spec), None),
        Guard::Policy(spec) => (GuardKind::Policy, Some(spec), None),
        Guard::Unguarded(reason) => (GuardKind::Unguarded, None, Some(reason.to_owned())),
    };
    let effective = match (guard, spec) {
        (GuardKind::Policy, Some(spec)) => effective(spec, only_names(mounted, spec), who),
        _ => Vec::new(),
    };
    Route {
        method: mounted.method,
        path: mounted.path.clone(),
        guard,
        reason,
        handler: mounted.handler.or(spec.map(|spec| spec.name)).map(str::to_owned),
        place: spec.and_then(|spec| Place::of(spec.place)),
        policy: spec.map(ToString::to_string).unwrap_or_default(),
        profiles: spec.filter(|spec| !spec.public).map(|spec| profiles(&[spec, base])).unwrap_or_default(),
        deviations: spec.map(|spec| deviations(spec.deviations)).unwrap_or_default(),
        effective,
    }
}

/// Whether the handler carries no policy of its own, as under `#[session(Site)]`: then the names differ.
fn only_names(mounted: &MountedRoute, spec: &Spec) -> bool {
    mounted.handler.is_some_and(|handler| last_of(handler) != spec.name)
}

/// `admin` of `bank::routes::admin::admin::<T>`.
pub(super) fn last_of(path: &str) -> &str {
    let path = path.split('<').next().unwrap_or(path).trim_end_matches(':');
    let last = path.rsplit("::").next().unwrap_or(path);
    last.strip_prefix("r#").unwrap_or(last)
}

/// What tells two policies apart.
fn key(spec: &Spec) -> (&'static str, &'static str, u32, u32) {
    (spec.name, spec.place.file, spec.place.line, spec.place.column)
}

/// The policies that mounted ones and the base are built on, each once, by name.
fn shared(base: &Spec, routes: &[MountedRoute]) -> Vec<NamedPolicy> {
    let mut all = layers::under(base);
    for route in routes {
        if let Guard::Policy(spec) = route.guard {
            all.extend(layers::under(spec));
            if only_names(route, spec) {
                all.push(spec);
            }
        }
    }
    all.retain(|spec| key(spec) != key(base));
    all.sort_by_key(|spec| key(spec));
    all.dedup_by_key(|spec| key(spec));
    all.iter().map(|spec| of_spec(spec)).collect()
}

/// E: what holds on a route, for each session that its `role` admits.
fn effective(spec: &Spec, only_names: bool, who: &[Who]) -> Vec<Row> {
    let own = layers::of_route(spec, only_names);
    let may_pass = |role: Option<RoleSet>, who: &Who| match (role, who.role) {
        (None, _) => true,
        (Some(set), Some(index)) => set.contains(index),
        (Some(_), None) => false,
    };
    let admitted: Vec<&Who> = who.iter().filter(|who| may_pass(spec.rules().meet(who.rules).role, who)).collect();
    let keys = KEYS.iter().filter(|key| key.reach == Reach::Everywhere);
    let mut effective = rows(keys, spec.rules(), &own, &admitted);
    if !effective.is_empty() {
        let (value, kind) =
            if spec.csrf_on_every_method { ("every", SourceKind::Route) } else { ("unsafe", SourceKind::Default) };
        let from = vec![Source { kind, name: None }];
        let held = Held { value: value.to_owned(), roles: Vec::new(), from };
        effective.push(Row { key: CSRF_METHODS, values: vec![held] });
    }
    effective.extend(NEAREST.iter().map(|key| {
        let value = (key.written)(&spec.nearest).unwrap_or(key.default).to_owned();
        let from = vec![layers::nearest_source(key, spec, only_names)];
        Row { key: key.name, values: vec![Held { value, roles: Vec::new(), from }] }
    }));
    effective
}

/// A row for each key; its values are joined where several kinds of session agree on value and source.
fn rows<'a>(keys: impl Iterator<Item = &'a Key>, rules: Rules, own: &[Layer], who: &[&Who]) -> Vec<Row> {
    let each: Vec<_> = who
        .iter()
        .map(|who| {
            let all: Vec<&Layer> = own.iter().chain(&who.layers).collect();
            // The values are those of the runtime itself; the layers only say who wrote them.
            let met = rules.meet(who.rules);
            (who, all, met, met.resolve())
        })
        .collect();
    keys.map(|key| {
        let mut values: Vec<Held> = Vec::new();
        for (who, all, met, resolved) in &each {
            let value = (key.in_force)(resolved);
            let from = layers::sources(key, all, met, &value);
            match values.iter_mut().find(|held| held.value == value && held.from == from) {
                Some(held) => held.roles.push(who.name.clone()),
                None => values.push(Held { value, roles: vec![who.name.clone()], from }),
            }
        }
        if let [only] = values.as_mut_slice() {
            only.roles.clear();
        }
        Row { key: key.name, values }
    })
    .filter(|row| !row.values.is_empty())
    .collect()
}

fn of_spec(spec: &Spec) -> NamedPolicy {
    NamedPolicy {
        name: spec.name.to_owned(),
        policy: spec.to_string(),
        profiles: spec.profiles.iter().map(|&name| name.to_owned()).collect(),
        place: Place::of(spec.place),
        deviations: deviations(spec.deviations),
    }
}

/// The profiles of a policy and of everything that it is built on, each once.
fn profiles(of: &[&Spec]) -> Vec<String> {
    let mut all: Vec<String> = Vec::new();
    for spec in of {
        for one in std::iter::once(*spec).chain(layers::under(spec)) {
            for name in one.profiles.iter().filter(|name| !all.iter().any(|known| known == **name)).collect::<Vec<_>>()
            {
                all.push((*name).to_owned());
            }
        }
    }
    all
}

fn deviations(why: &[crate::policy::Deviation]) -> Vec<Deviation> {
    why.iter().map(|one| Deviation { key: one.key.to_owned(), why: one.why.to_owned() }).collect()
}

fn cookie(spec: &CookieSpec) -> Cookie {
    // The removal cookie has every attribute of the one that sets; only its end is its own.
    let field = cookie::remove(spec);
    let kept = field.split("; ").filter(|part| !part.starts_with("Max-Age=") && !part.starts_with("Expires="));
    let field = kept.collect::<Vec<_>>().join("; ").replacen('=', "=…", 1);
    Cookie {
        name: spec.name.to_owned(),
        same_site: match spec.same_site {
            SameSite::Lax => "lax",
            SameSite::Strict => "strict",
            SameSite::None => "none",
        },
        path: spec.path.to_owned(),
        domain: spec.domain.map(str::to_owned),
        partitioned: spec.partitioned,
        purpose: spec.purpose.map(str::to_owned),
        field,
    }
}
