//! From a request to a handle: read, cheap checks, load, judge.

use super::{
    Event, Session, Sessions,
    challenge::route_digest,
    clocks::Trust,
    engine::Wide,
    handle::{Exchange, Standing, State},
    lower::{MOST_ATTEMPTS, shielded},
    next::{local_path, path_of, query_value},
    rotation::Bearer,
};
use crate::{
    client::UserAgent,
    clock::MAX_SKEW_MS,
    cookie::{self, Presented},
    policy::{Activity, Effective, Level, OnStoreError, Spec},
    request::{RequestView, Single, has_header, single_header},
    store::{Captured, Commit, End, Ended, Header, Loaded, Snapshot, StoreError},
    token::{TokenId, TokenKind},
    verdict::{
        Denial, EndReason, Facts, Judgement, Obligation, Reason, Remedy, Seen, is_unsafe, judge, judge_arrival, origin,
    },
};

/// What the request itself tells; gathered at once, so that nothing of the request is held while the store is asked.
#[derive(Debug)]
pub struct Arrival {
    token: Option<TokenId>,
    conflict: bool,
    seen: Seen,
    ua: UserAgent,
    counts: bool,
    at_reauth: bool,
    route: u32,
    /// An unsafe request to the page where one signs out.
    signs_out: bool,
    reason: Option<Reason>,
    next: Option<String>,
    /// A CORS preflight: it is never judged and never runs a handler; answer 204 without CORS headers.
    pub preflight: bool,
}

/// A request that is denied, and whether a removal cookie goes with the answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Refusal {
    /// Why, and what would help.
    pub denial: Denial,
    /// Whether the token's session is over, so that the cookie can go.
    pub remove: bool,
}

impl From<Denial> for Refusal {
    fn from(denial: Denial) -> Self {
        Self { denial, remove: false }
    }
}

impl Sessions {
    /// Reads what the judgement needs. No allocation for a request without our cookie and without a query of ours.
    pub fn arrive(&self, spec: &'static Spec, request: &dyn RequestView) -> Arrival {
        let engine = &self.0;
        let presented = cookie::read(request, engine.cookie.name);
        let has_cookie = !matches!(presented, Presented::Nothing);
        let channel = engine.transport.assess(request);
        let is_unsafe = is_unsafe(request.method(), request.is_upgrade());
        let csrf_on_every_method = spec.csrf_on_every_method;
        let same_origin =
            !(is_unsafe || csrf_on_every_method) || origin::judge(&engine.origins, request, has_cookie).is_ok();
        let here = request.path_and_query();
        let path = path_of(here);
        let ours = |page: &Option<String>| page.as_deref().is_some_and(|page| path_of(page) == path);
        let active = spec.nearest.activity != Some(Activity::Passive);
        Arrival {
            conflict: matches!(presented, Presented::Conflict),
            token: match presented {
                Presented::Token(token) => Some(token.id(TokenKind::Session)),
                Presented::Nothing | Presented::Malformed | Presented::Conflict => None,
            },
            seen: Seen { secure: channel.secure, is_unsafe, same_origin, csrf_on_every_method },
            ua: UserAgent::of(request),
            counts: active && is_activity(request),
            at_reauth: ours(&engine.reauth_page),
            route: route_digest(path),
            signs_out: is_unsafe && ours(&engine.logout_path),
            reason: query_value(here, "reason").and_then(|word| Reason::parse(&word)),
            next: query_value(here, "next").filter(|next| self.is_next(next)),
            preflight: is_preflight(request),
        }
    }

    /// Whether `target` is a place where one may be sent after signing in.
    pub(super) fn is_next(&self, target: &str) -> bool {
        local_path(target).is_some_and(|path| !self.is_own_page(path_of(path)))
    }

    /// Judges the request and opens the session for the handler.
    ///
    /// # Errors
    /// The denial; [`answer`](Self::answer) gives it its form.
    pub async fn open(&self, spec: &'static Spec, arrival: Arrival) -> Result<Session, Refusal> {
        let route = spec.rules().meet(self.0.base.rules()).resolve();
        if let Err(denial) = judge_arrival(&route, &arrival.seen) {
            if denial.reason == Reason::Csrf {
                self.tell(Event::CrossSite);
            }
            return Err(denial.into());
        }
        // `PolicyRouter` refuses to mount such a policy; on a plain router nobody passes: its roles mean nothing here.
        if route.role.is_some_and(|roles| !roles.is_of(self.0.roles)) {
            return Err(Denial::refuse(Reason::Role).into());
        }
        if arrival.conflict {
            self.tell(Event::CookieConflict);
        }
        self.keep();
        let now = self.now_ms();
        let standing = match arrival.token {
            None => Standing::Nobody,
            Some(token) => match self.standing(spec, &route, &arrival, token, now).await {
                Ok(Standing::NoTime) if arrival.signs_out => {
                    // Who signs out must not stay signed in because this machine does not know the time.
                    self.deny_on_this_node(token, None);
                    return Err(Refusal { denial: Denial::retry(Reason::Clock), remove: true });
                }
                Ok(standing) => standing,
                Err(error) => {
                    self.tell(Event::StoreFailed { cause: error.to_string() });
                    if arrival.signs_out {
                        // Who signs out must not stay signed in because the store cannot say who that is.
                        self.deny_on_this_node(token, None);
                        return Err(Refusal { denial: Denial::retry(Reason::Store), remove: true });
                    }
                    let read_only = spec.nearest.on_store_error == Some(OnStoreError::Anonymous)
                        && route.auth == Level::Anonymous
                        // The base may bind what the route does not: then nobody can tell whose request it is.
                        && route.bind.ua.is_none()
                        && !arrival.seen.is_unsafe;
                    if !read_only {
                        return Err(Denial::retry(Reason::Store).into());
                    }
                    Standing::ReadOnly
                }
            },
        };
        let standing = if route.auth == Level::Anonymous { for_anyone(standing)? } else { for_the_user(standing)? };
        Ok(self.0.spare.fill(Exchange {
            sessions: Some(self.clone()),
            now,
            captured: Captured::new(arrival.ua),
            token: arrival.token,
            is_unsafe: arrival.seen.is_unsafe,
            counts: arrival.counts,
            route: arrival.route,
            reason: arrival.reason,
            next: arrival.next,
            state: std::sync::Mutex::new(State::new(standing)),
        }))
    }

    /// What the presented token comes to. A session that is over is ended here.
    async fn standing(
        &self,
        spec: &'static Spec,
        route: &Effective,
        arrival: &Arrival,
        token: TokenId,
        now: u64,
    ) -> Result<Standing, StoreError> {
        let trust = self.trust(now).await;
        if let Some(record) = self.denied_on_this_node(token) {
            if matches!(trust, Ok(Trust::Good)) {
                self.confirm_logout(token, record, now).await;
            }
            return Ok(Standing::Tombstone(EndReason::Logout));
        }
        if trust? == Trust::Bad {
            return Ok(Standing::NoTime);
        }
        // An end re-checks the deadline against the store; if another request was faster, its activity is judged.
        for _ in 0..ROUNDS {
            let loaded = self.load(token, now).await?;
            self.confirm_logouts(now);
            let snapshot = match loaded {
                Loaded::Unknown => return Ok(Standing::Nobody),
                Loaded::Ended(reason) => return Ok(Standing::Tombstone(reason)),
                Loaded::Superseded(superseded) => return self.superseded(superseded, now).await,
                Loaded::Live(snapshot) => snapshot,
            };
            if let Some(standing) = self.judge_live(spec, route, arrival, token, snapshot, now).await? {
                return Ok(standing);
            }
        }
        Err(StoreError::new("the session changed with every look at it"))
    }

    /// Judges a live session; `None` asks for another look.
    async fn judge_live(
        &self,
        spec: &'static Spec,
        route: &Effective,
        arrival: &Arrival,
        token: TokenId,
        snapshot: Snapshot,
        now: u64,
    ) -> Result<Option<Standing>, StoreError> {
        let id = snapshot.id;
        let header = &snapshot.header;
        if header.version != Header::VERSION {
            return Ok(Some(Standing::Barred(id, Denial::retry(Reason::Version))));
        }
        // Behind the version: of an unknown one, the tokens are not known either.
        let bearer = self.bearer(&snapshot, &token, arrival.ua, now)?;
        if bearer == Bearer::Late {
            return Ok(Some(Standing::Superseded(Reason::Superseded)));
        }
        let Ok(Wide { role, granted, rules, w }) = self.wide(&snapshot.identity) else {
            return Ok(Some(Standing::Barred(id, Denial::retry(Reason::Version))));
        };
        let e = if role.is_none() && granted.is_none() { *route } else { spec.rules().meet(rules).resolve() };
        // The end that belongs to the last failed attempt did not reach the store.
        if header.failed >= MOST_ATTEMPTS {
            let reason = EndReason::TooManyAttempts;
            return self.end_found(End::of(id, reason, now)).await;
        }
        let facts = facts(header, (role, granted), arrival, bearer, now);
        let Judgement { denial, obligation } = judge(&w, &e, &facts);
        match obligation {
            Obligation::Nothing => {}
            Obligation::ReportMismatch => self.tell(Event::BindingMismatch { record: id }),
            // Marked already: a client that keeps trying costs no further writes.
            Obligation::MarkStepUp if header.step_up => {}
            Obligation::MarkStepUp => {
                let mut mark = Commit::of(id, now);
                mark.mark_step_up = true;
                let store = self.0.store.clone();
                shielded(async move { store.commit(mark).await }).await?;
            }
            Obligation::End(reason) => {
                // A mismatch ends whatever happened meanwhile; a deadline may have moved.
                let due = matches!(reason, EndReason::Idle | EndReason::Absolute);
                if let (true, false, Some(denial)) = (due, self.keeps_time(), denial) {
                    return Ok(Some(Standing::Barred(id, denial)));
                }
                let if_unseen_since = due.then_some((header.last_seen, header.epoch));
                return self.end_found(End { if_unseen_since, ..End::of(id, reason, now) }).await;
            }
        }
        Ok(Some(match denial {
            None => Standing::Live(Box::new(snapshot)),
            Some(denial) => {
                let denial = self.challenge_once(arrival.route, &e, &snapshot, denial, now).await?;
                Standing::Barred(id, denial)
            }
        }))
    }

    /// Ends a session that was found to be over; `None` asks for another look.
    async fn end_found(&self, end: End) -> Result<Option<Standing>, StoreError> {
        Ok(match self.end_record(end).await? {
            // Superseded since the look at it, the token is no tombstone: its cookie may be the successor's by now.
            Ended::Alive | Ended::Unknown => None,
            Ended::Already(earlier) => Some(Standing::Tombstone(earlier)),
            Ended::Done(_) => Some(Standing::Tombstone(end.reason)),
        })
    }
}

#[cfg(all(feature = "test", feature = "axum"))]
impl Sessions {
    /// A handle without a request, for the test kit.
    pub(crate) fn blank(&self, agent: &str) -> Session {
        self.0.spare.fill(Exchange {
            sessions: Some(self.clone()),
            now: self.now_ms(),
            captured: Captured::new(UserAgent::parse(Some(agent.as_bytes()))),
            token: None,
            is_unsafe: true,
            counts: true,
            route: 0,
            reason: None,
            next: None,
            state: std::sync::Mutex::new(State::new(Standing::Nobody)),
        })
    }
}

/// How often a session that changes under the look at it is looked at again.
const ROUNDS: usize = 8;

/// On a route that needs somebody: anything but a live session denies.
fn for_the_user(standing: Standing) -> Result<Standing, Refusal> {
    match standing {
        Standing::Live(_) => Ok(standing),
        Standing::Nobody | Standing::EndedHere(_) => Err(Denial::login(Reason::NoSession).into()),
        Standing::Superseded(reason) => Err(Denial::login(reason).into()),
        Standing::Tombstone(reason) => Err(Refusal { denial: Denial::login(Reason::Ended(reason)), remove: true }),
        Standing::Barred(_, denial) => Err(denial.into()),
        Standing::ReadOnly => Err(Denial::retry(Reason::Store).into()),
        Standing::NoTime => Err(Denial::retry(Reason::Clock).into()),
    }
}

/// On a route for anyone: a session that does not pass is not seen, and the handler runs; what cannot be judged denies.
fn for_anyone(standing: Standing) -> Result<Standing, Refusal> {
    match standing {
        Standing::Barred(_, denial) if denial.remedy == Remedy::Retry => Err(denial.into()),
        Standing::NoTime => Err(Denial::retry(Reason::Clock).into()),
        standing => Ok(standing),
    }
}

fn facts(
    header: &Header,
    (role, granted): (Option<usize>, Option<usize>),
    arrival: &Arrival,
    bearer: Bearer,
    now: u64,
) -> Facts {
    Facts {
        now,
        max_skew_ms: MAX_SKEW_MS,
        created: header.created,
        authenticated: header.authenticated,
        last_seen: header.last_seen,
        longest_gap: header.longest_gap,
        level: header.level,
        role,
        granted,
        ua: UserAgent::compare(header.captured.ua, arrival.ua),
        step_up: header.step_up,
        recovered: header.recovered || bearer == Bearer::Recovering,
        at_reauth: arrival.at_reauth,
        seen: arrival.seen,
    }
}

/// Whether the arrival of the request is user activity: not a prefetch, not OPTIONS, not the opening of a stream, not another
/// site's fetch.
fn is_activity(request: &dyn RequestView) -> bool {
    if request.method() == "OPTIONS" || request.is_upgrade() {
        return false;
    }
    let mut prefetch = false;
    request.each_header("sec-purpose", &mut |value| {
        prefetch |= value.trim_ascii().to_ascii_lowercase().starts_with(b"prefetch");
    });
    let cross_site = single_header(request, "sec-fetch-site", |site| site == Single::One(b"cross-site"));
    let navigates = single_header(request, "sec-fetch-mode", |mode| mode == Single::One(b"navigate"));
    !prefetch && (!cross_site || navigates)
}

fn is_preflight(request: &dyn RequestView) -> bool {
    request.method() == "OPTIONS"
        && has_header(request, "origin")
        && has_header(request, "access-control-request-method")
}
