//! What is emitted. To accept a change: `UPDATE_EXPECT=1 cargo test -p session-policy-macros`.

use expect_test::{Expect, expect};
use quote::quote;

use super::{pretty, session};

fn check(actual: &str, expected: &Expect) {
    expected.assert_eq(actual);
}

#[test]
fn headline() {
    let args = quote!(idle = "30m", absolute = "8h", bind = "ua", rotate_on = "login");
    let item = quote! {
        async fn dashboard(me: UserSession) -> Html<String> { page(&me) }
    };
    let code = session(args.clone(), item.clone());
    check(
        &code,
        &expect![[r#"
            ///Session policy of [`dashboard()`]: idle 30m, absolute 8h, bound to ua, rotated on login.
            struct DashboardPolicy;
            #[automatically_derived]
            impl ::session_policy::Policy for DashboardPolicy {
                const SPEC: ::session_policy::__p::Spec = {
                    use ::session_policy::__p;
                    __p::Spec::new(
                            "dashboard",
                            __p::Rules::UNSET
                                .idle(1800)
                                .absolute(28800)
                                .bind_ua(__p::None)
                                .rotate_on(__p::Events::LOGIN),
                        )
                        .here()
                };
            }
            ::session_policy::__p::declare!(handler, DashboardPolicy);
            fn dashboard(
                __e: ::session_policy::axum::Entry<DashboardPolicy>,
            ) -> impl ::session_policy::axum::Answering {
                async fn dashboard(me: UserSession) -> Html<String> {
                    page(&me)
                }
                ::session_policy::axum::run_user(__e, move |__s| dashboard(__s))
            }
        "#]],
    );

    let emitted = crate::expand::attribute("axum", args, item.clone()).to_string().len();
    let own = item.to_string().len();
    assert!(emitted - own <= 1024, "{emitted} bytes emitted for {own}");
}

#[test]
fn everything_in_its_place() {
    let code = session(
        quote!(
            idle = "5m",
            role = [Role::Admin, Role::Auditor],
            extends = Site,
            csrf = "off",
            deviation(csrf = "signed")
        ),
        quote! {
            /// Pays.
            #[cfg(feature = "pay")]
            #[instrument(err)]
            #[debug_handler]
            pub(crate) fn pay<T: Clone, const N: usize>(State(x): State<T>, Path(id): Path<u32>, me: Session, mut form: Form<X>) -> String
            where
                T: Send,
            {
                todo!()
            }
        },
    );
    check(
        &code,
        &expect![[r##"
            #[cfg(feature = "pay")]
            ///Session policy of [`pay()`]: all of `Site`, idle 5m, `Role::Admin` or `Role::Auditor`, csrf off.
            pub(crate) struct PayPolicy;
            #[cfg(feature = "pay")]
            #[automatically_derived]
            impl ::session_policy::Policy for PayPolicy {
                const SPEC: ::session_policy::__p::Spec = {
                    use ::session_policy::__p;
                    __p::Spec::new(
                            "pay",
                            __p::Rules::UNSET
                                .idle(300)
                                .role(
                                    __p::RoleSet::any_of(
                                        &[
                                            Role::Admin.__session_role(),
                                            Role::Auditor.__session_role(),
                                        ],
                                    ),
                                )
                                .csrf(__p::Csrf::Off),
                        )
                        .here()
                        .extends(&<Site as ::session_policy::Policy>::SPEC)
                        .csrf_on_every_method()
                        .deviations(
                            &[
                                __p::Deviation {
                                    key: "csrf",
                                    why: "signed",
                                },
                            ],
                        )
                };
            }
            #[cfg(feature = "pay")]
            ::session_policy::__p::declare!(handler, PayPolicy);
            #[cfg(feature = "pay")]
            const _: () = ::session_policy::__p::check::idle(
                &<PayPolicy as ::session_policy::Policy>::SPEC,
            );
            #[cfg(feature = "pay")]
            const _: () = ::session_policy::__p::check::role(
                &<PayPolicy as ::session_policy::Policy>::SPEC,
            );
            #[cfg(feature = "pay")]
            const _: () = ::session_policy::__p::check::csrf(
                &<PayPolicy as ::session_policy::Policy>::SPEC,
            );
            #[cfg(feature = "pay")]
            const _: () = ::session_policy::__p::check::extends(
                &<PayPolicy as ::session_policy::Policy>::SPEC,
            );
            /// Pays.
            #[cfg(feature = "pay")]
            #[debug_handler]
            pub(crate) fn pay<T: Clone, const N: usize>(
                __e: ::session_policy::axum::Entry<PayPolicy>,
                __a0: State<T>,
                __a1: Path<u32>,
                form: Form<X>,
            ) -> impl ::session_policy::axum::Answering
            where
                T: Send,
            {
                #[instrument(err)]
                fn pay<T: Clone, const N: usize>(
                    State(x): State<T>,
                    Path(id): Path<u32>,
                    me: Session,
                    mut form: Form<X>,
                ) -> String
                where
                    T: Send,
                {
                    todo!()
                }
                ::session_policy::axum::run(
                    __e,
                    move |__s| ::core::future::ready(pay::<T, N>(__a0, __a1, __s, form)),
                )
            }
        "##]],
    );
}

#[test]
fn named() {
    let code = session(
        quote!(Site),
        quote!(
            async fn f(_: Session) {}
        ),
    );
    check(
        &code,
        &expect![[r#"
            fn f(
                __e: ::session_policy::axum::Entry<Site>,
            ) -> impl ::session_policy::axum::Answering {
                async fn f(_: Session) {}
                const _: () = ::session_policy::__p::check::session(
                    &<Site as ::session_policy::Policy>::SPEC,
                );
                ::session_policy::axum::run(__e, move |__s| f(__s))
            }
        "#]],
    );
}

/// At most 1 KB beside the user's own function, as the compiler prints it (`-Zmacro-stats` counts the same text).
#[test]
fn size_of_typical_handlers() {
    let item = quote! {
        async fn transfer(me: UserSession, State(bank): State<Bank>) -> Html<String> { page(&me) }
    };
    let own = pretty(&item).len();
    for args in [
        quote!(idle = "30m", absolute = "8h", bind = "ua", rotate_on = "login"),
        quote!(extends = Site, fresh = "5m"),
        quote!(role = Role::Admin, idle = "10m"),
        quote!(auth = "anonymous", activity = "passive", on_denied = "status"),
        quote!(__module = super::AdminModulePolicy, fresh = "5m"),
        quote!(__module = super::AdminModulePolicy, Site),
        quote!(profile = "owasp-low"),
        quote!(Site),
    ] {
        let emitted = session(args.clone(), item.clone()).len() - own;
        assert!(emitted <= 1024, "{emitted} bytes for {args}");
    }
}

#[test]
fn in_an_impl_block() {
    let code = crate::expand::attribute(
        "axum",
        quote!(Site),
        quote!(
            pub async fn list(me: UserSession, id: Path<u32>) -> String {
                Self::text(me, id)
            }
        ),
    );
    let code = quote! { impl Api { #code } };
    check(
        &pretty(&code),
        &expect![[r#"
            impl Api {
                pub fn list(
                    __e: ::session_policy::axum::Entry<Site>,
                    id: Path<u32>,
                ) -> impl ::session_policy::axum::Answering {
                    const _: () = ::session_policy::__p::check::user_session(
                        &<Site as ::session_policy::Policy>::SPEC,
                    );
                    ::session_policy::axum::run_user(__e, move |__s| Self::__session_list(__s, id))
                }
                #[doc(hidden)]
                #[allow(dead_code)]
                async fn __session_list(me: UserSession, id: Path<u32>) -> String {
                    Self::text(me, id)
                }
            }
        "#]],
    );
}

#[test]
fn module() {
    let code = session(
        quote!(idle = "15m", extends = Site),
        quote! {
            #[cfg(feature = "admin")]
            pub(crate) mod admin {
                use super::session;
                #[session]
                pub(crate) async fn page() {}
                #[cfg_attr(test, allow(x), a::session(idle = "5m"))]
                async fn tested() {}
                fn plain() {}
                mod users {
                    #[session(fresh = "5m")]
                    mod keys {
                        #[session]
                        async fn list() {}
                    }
                    #[cfg_attr(test, session(fresh = "5m"))]
                    mod names {
                        #[session(Tight)]
                        async fn list() {}
                    }
                }
                #[derive(SessionPolicy)]
                #[session(idle = "1m")]
                struct Tight;
            }
        },
    );
    check(
        &code,
        &expect![[r##"
            #[cfg(feature = "admin")]
            pub(crate) mod admin {
                use super::session;
                #[session(__module = super::AdminModulePolicy)]
                pub(crate) async fn page() {}
                #[cfg_attr(
                    test,
                    allow(x),
                    a::session(__module = super::AdminModulePolicy, idle = "5m")
                )]
                async fn tested() {}
                fn plain() {}
                mod users {
                    #[session(__module = super::super::AdminModulePolicy, fresh = "5m")]
                    mod keys {
                        #[session]
                        async fn list() {}
                    }
                    #[cfg_attr(
                        test,
                        session(__module = super::super::AdminModulePolicy, fresh = "5m")
                    )]
                    mod names {
                        #[session(__module = super::super::super::AdminModulePolicy, Tight)]
                        async fn list() {}
                    }
                }
                #[derive(SessionPolicy)]
                #[session(idle = "1m")]
                struct Tight;
            }
            #[cfg(feature = "admin")]
            ///Session policy of the handlers in [`mod@admin`]: all of `Site`, idle 15m.
            pub(crate) struct AdminModulePolicy;
            #[cfg(feature = "admin")]
            #[automatically_derived]
            impl ::session_policy::Policy for AdminModulePolicy {
                const SPEC: ::session_policy::__p::Spec = {
                    use ::session_policy::__p;
                    __p::Spec::new("mod admin", __p::Rules::UNSET.idle(900))
                        .here()
                        .extends(&<Site as ::session_policy::Policy>::SPEC)
                };
            }
            #[cfg(feature = "admin")]
            const _: () = ::session_policy::__p::checks::idle::<AdminModulePolicy>();
            #[cfg(feature = "admin")]
            const _: () = ::session_policy::__p::checks::extends::<AdminModulePolicy>();
        "##]],
    );
}

#[test]
fn inside_a_module() {
    let args = quote!(__module = super::KeysModulePolicy, __module = super::super::AdminModulePolicy, fresh = "1m");
    let item = quote!(
        async fn list(me: UserSession) {}
    );
    check(
        &session(args, item),
        &expect![[r#"
            ///Session policy of [`list()`]: all of its module, fresh 1m.
            struct ListPolicy;
            #[automatically_derived]
            impl ::session_policy::Policy for ListPolicy {
                const SPEC: ::session_policy::__p::Spec = {
                    use ::session_policy::__p;
                    __p::Spec::new("list", __p::Rules::UNSET.fresh(60))
                        .here()
                        .within(&<super::KeysModulePolicy as __p::Policy>::SPEC)
                };
            }
            ::session_policy::__p::declare!(handler, ListPolicy);
            const _: () = ::session_policy::__p::checks::fresh::<ListPolicy>();
            const _: () = ::session_policy::__p::checks::module::<ListPolicy>();
            const _: () = ::session_policy::__p::checks::user_session::<ListPolicy>();
            fn list(
                __e: ::session_policy::axum::Entry<ListPolicy>,
            ) -> impl ::session_policy::axum::Answering {
                async fn list(me: UserSession) {}
                ::session_policy::axum::run_user(__e, move |__s| list(__s))
            }
        "#]],
    );
}

#[test]
fn with_errors() {
    let code = session(
        quote!(idle = "30", fresh = "x"),
        quote!(
            async fn f(a: &Session, b: B) {}
        ),
    );
    check(
        &code,
        &expect![[r#"
            ::core::compile_error! {
                "`\"30\"` is not a duration: the unit is missing; write `\"30m\"` or `\"30s\"` [duration]"
            }
            ::core::compile_error! {
                "`\"x\"` is not a duration: a number is missing before the unit; write integers with units, such as `\"30m\"`, `\"1h30m\"` or `\"14d\"` [duration]"
            }
            ::core::compile_error! {
                "take `Session` by value: it is always there, and `user()` says whether somebody is signed in [session-not-by-value]"
            }
            ///Session policy of [`f()`]: the defaults.
            struct FPolicy;
            #[automatically_derived]
            impl ::session_policy::Policy for FPolicy {
                const SPEC: ::session_policy::__p::Spec = {
                    use ::session_policy::__p;
                    __p::Spec::new("f", __p::Rules::UNSET).here()
                };
            }
            ::session_policy::__p::declare!(handler, FPolicy);
            #[allow(warnings)]
            async fn f(
                __e: ::session_policy::axum::Entry<FPolicy>,
                b: B,
            ) -> ::session_policy::axum::Answer {
                async fn f(a: &Session, b: B) {}
                loop {}
            }
        "#]],
    );
}

#[test]
fn roles() {
    let code = crate::expand::derive_policy(quote! {
        #[session(crate = ::sp)]
        pub enum Role {
            Member,
            #[session(idle = "15m", id = "adm", extends = Site, max_sessions = 2, on_limit = "evict_oldest")]
            Admin,
        }
    });
    check(
        &pretty(&code),
        &expect![[r##"
            #[automatically_derived]
            impl ::sp::policy::Needs for Role {
                type Store = ::sp::policy::StoreFor<{ Role::__SESSION_ROLES.needs_admission() }>;
            }
            #[automatically_derived]
            impl ::sp::Roles for Role {
                const TABLE: ::sp::policy::RoleTable = Role::__SESSION_ROLES;
                const ALL: &'static [Self] = &[Self::Member, Self::Admin];
                fn role_set(self) -> ::sp::policy::RoleSet {
                    self.__session_role()
                }
            }
            #[automatically_derived]
            impl Role {
                #[doc(hidden)]
                const __SESSION_ROLES: ::sp::policy::RoleTable = {
                    use ::sp::__p;
                    __p::RoleTable {
                        name: "Role",
                        unique: ::core::concat!(
                            ::core::module_path!(), "::", "Role", "@", ::core::line!(), ":",
                            ::core::column!()
                        ),
                        roles: &[
                            __p::RoleSpec {
                                variant: "Member",
                                id: "Member",
                                rules: __p::Rules::UNSET,
                                place: __p::Place::here(),
                                profiles: &[],
                                deviations: &[],
                            },
                            __p::RoleSpec {
                                variant: "Admin",
                                id: "adm",
                                rules: __p::Rules::UNSET
                                    .idle(900)
                                    .limit(2, __p::OnLimit::EvictOldest)
                                    .meet(<Site as ::sp::Policy>::SPEC.rules()),
                                place: __p::Place::here(),
                                profiles: &[],
                                deviations: &[],
                            },
                        ],
                    }
                };
                #[doc(hidden)]
                #[allow(dead_code)]
                pub const fn __session_role(self) -> ::sp::policy::RoleSet {
                    ::sp::policy::RoleSet::one(
                        Role::__SESSION_ROLES,
                        match self {
                            Self::Member => 0,
                            Self::Admin => 1,
                        },
                    )
                }
            }
            const _: () = ::sp::__p::check::idle({
                use ::sp::__p;
                &__p::Spec::new(
                        "Role::Admin",
                        __p::Rules::UNSET.idle(900).limit(2, __p::OnLimit::EvictOldest),
                    )
                    .here()
                    .extends(&<Site as ::sp::Policy>::SPEC)
            });
            const _: () = ::sp::__p::check::max_sessions({
                use ::sp::__p;
                &__p::Spec::new(
                        "Role::Admin",
                        __p::Rules::UNSET.idle(900).limit(2, __p::OnLimit::EvictOldest),
                    )
                    .here()
                    .extends(&<Site as ::sp::Policy>::SPEC)
            });
            const _: () = ::sp::__p::check::on_limit({
                use ::sp::__p;
                &__p::Spec::new(
                        "Role::Admin",
                        __p::Rules::UNSET.idle(900).limit(2, __p::OnLimit::EvictOldest),
                    )
                    .here()
                    .extends(&<Site as ::sp::Policy>::SPEC)
            });
            const _: () = ::sp::__p::check::extends({
                use ::sp::__p;
                &__p::Spec::new(
                        "Role::Admin",
                        __p::Rules::UNSET.idle(900).limit(2, __p::OnLimit::EvictOldest),
                    )
                    .here()
                    .extends(&<Site as ::sp::Policy>::SPEC)
            });
        "##]],
    );
}

#[test]
fn base() {
    let code = crate::expand::derive_policy(quote! {
        #[session(idle = "30m", touch = "1m", rotate_every = "15m", grace = "20s", bind = "ua", on_mismatch = "step_up")]
        struct Site;
    });
    check(
        &pretty(&code),
        &expect![[r##"
            #[automatically_derived]
            impl ::session_policy::Policy for Site {
                const SPEC: ::session_policy::__p::Spec = {
                    use ::session_policy::__p;
                    __p::Spec::new(
                            "Site",
                            __p::Rules::UNSET
                                .idle(1800)
                                .rotate_every(900)
                                .grace(20)
                                .touch(60)
                                .bind_ua(__p::Some(__p::OnMismatch::StepUp)),
                        )
                        .here()
                };
            }
            #[automatically_derived]
            impl ::session_policy::policy::Needs for Site {
                type Store = ::session_policy::policy::StoreFor<
                    { <Site as ::session_policy::Policy>::SPEC.needs_admission() },
                >;
            }
            ::session_policy::__p::declare!(named, Site);
        "##]],
    );
}

#[test]
fn cookie() {
    let code = crate::expand::derive_cookie(quote! {
        #[cookie(name = "__Secure-x", domain = "example.com", same_site = "none", partitioned, path = "/a", purpose = "embedded")]
        struct C;
    });
    check(
        &pretty(&code),
        &expect![[r##"
            #[automatically_derived]
            impl ::session_policy::SessionCookie for C {
                const COOKIE: ::session_policy::cookie::CookieSpec = {
                    use ::session_policy::__p;
                    __p::CookieSpec::new("__Secure-x")
                        .same_site(__p::SameSite::None)
                        .path("/a")
                        .domain("example.com")
                        .partitioned()
                        .purpose("embedded")
                };
            }
        "##]],
    );
}

#[test]
fn data() {
    let code = crate::expand::derive_data(quote! {
        #[data(key = "shop.cart", carry = "login")]
        struct Cart { n: u32 }
    });
    check(
        &pretty(&code),
        &expect![[r##"
            #[automatically_derived]
            impl ::session_policy::SessionData for Cart {
                const DATA: ::session_policy::sessions::DataSpec = {
                    use ::session_policy::__p;
                    __p::DataSpec::new("shop.cart").carry_login()
                };
            }
            #[doc(hidden)]
            #[allow(non_local_definitions)]
            #[macro_export]
            macro_rules! session_data_key_shopX2Ecart_is_used_twice {
                () => {};
            }
        "##]],
    );
}

/// Nothing of ours is named but through `crate = …`.
#[test]
fn renamed() {
    let handler = crate::expand::attribute(
        "axum",
        quote!(crate = ::sp, idle = "5m", extends = Site, role = Role::Admin, bind = "ua"),
        quote!(
            fn f(me: UserSession, s: State<u32>) {}
        ),
    );
    let outputs = [
        handler,
        crate::expand::attribute(
            "axum",
            quote!(crate = ::sp, Site),
            quote!(
                async fn f(me: UserSession) {}
            ),
        ),
        crate::expand::derive_policy(quote!(
            #[session(crate = ::sp, extends = Site, idle = "5m")]
            struct A;
        )),
        crate::expand::derive_policy(quote!(
            #[session(crate = ::sp)]
            enum R {
                #[session(extends = Site, idle = "5m")]
                A,
            }
        )),
        crate::expand::derive_cookie(quote!(
            #[cookie(crate = ::sp, same_site = "strict")]
            struct C;
        )),
        crate::expand::derive_data(quote!(
            #[data(crate = ::sp, key = "x")]
            struct D;
        )),
    ];
    for output in outputs {
        let text = output.to_string();
        assert!(text.contains(":: sp ::") && !text.contains("session_policy"), "{text}");
    }
}
