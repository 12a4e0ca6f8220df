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
            const SPEC: ::session_policy::policy::Spec = {
                use ::session_policy::__private as __p;
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
        async fn dashboard(
            __entry: ::session_policy::axum::Entry<DashboardPolicy>,
        ) -> ::session_policy::axum::Answer {
            async fn dashboard(me: UserSession) -> Html<String> {
                page(&me)
            }
            ::session_policy::axum::run_user(__entry, |__session| dashboard(__session)).await
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
            const SPEC: ::session_policy::policy::Spec = {
                use ::session_policy::__private as __p;
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
        const _: () = ::session_policy::__private::check::idle(
            &<PayPolicy as ::session_policy::Policy>::SPEC,
        );
        #[cfg(feature = "pay")]
        const _: () = ::session_policy::__private::check::role(
            &<PayPolicy as ::session_policy::Policy>::SPEC,
        );
        #[cfg(feature = "pay")]
        const _: () = ::session_policy::__private::check::csrf(
            &<PayPolicy as ::session_policy::Policy>::SPEC,
        );
        /// Pays.
        #[cfg(feature = "pay")]
        #[debug_handler]
        pub(crate) async fn pay<T: Clone, const N: usize>(
            __entry: ::session_policy::axum::Entry<PayPolicy>,
            __a0: State<T>,
            __a1: Path<u32>,
            form: Form<X>,
        ) -> ::session_policy::axum::Answer
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
                    __entry,
                    |__session| ::core::future::ready(pay::<T, N>(__a0, __a1, __session, form)),
                )
                .await
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
            async fn f(
                __entry: ::session_policy::axum::Entry<Site>,
            ) -> ::session_policy::axum::Answer {
                async fn f(_: Session) {}
                const _: () = ::session_policy::__private::check::session(
                    &<Site as ::session_policy::Policy>::SPEC,
                );
                ::session_policy::axum::run(__entry, |__session| f(__session)).await
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
            const SPEC: ::session_policy::policy::Spec = {
                use ::session_policy::__private as __p;
                __p::Spec::new("f", __p::Rules::UNSET).here()
            };
        }
        #[allow(warnings)]
        async fn f(
            __entry: ::session_policy::axum::Entry<FPolicy>,
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
            #[session(idle = "15m", id = "adm", extends = Site)]
            Admin,
        }
    });
    check(
        &pretty(&code),
        &expect![[r##"
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
                    use ::sp::__private as __p;
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
                            },
                            __p::RoleSpec {
                                variant: "Admin",
                                id: "adm",
                                rules: __p::Rules::UNSET
                                    .idle(900)
                                    .meet(<Site as ::sp::Policy>::SPEC.rules()),
                                place: __p::Place::here(),
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
            const _: () = ::sp::__private::check::idle({
                use ::sp::__private as __p;
                &__p::Spec::new("Role::Admin", __p::Rules::UNSET.idle(900))
                    .here()
                    .extends(&<Site as ::sp::Policy>::SPEC)
            });
        "##]],
    );
}

#[test]
fn base() {
    let code = crate::expand::derive_policy(quote! {
        #[session(idle = "30m", touch = "1m", bind = "ua", on_mismatch = "step_up")]
        struct Site;
    });
    check(
        &pretty(&code),
        &expect![[r##"
        #[automatically_derived]
        impl ::session_policy::Policy for Site {
            const SPEC: ::session_policy::policy::Spec = {
                use ::session_policy::__private as __p;
                __p::Spec::new(
                        "Site",
                        __p::Rules::UNSET
                            .idle(1800)
                            .touch(60)
                            .bind_ua(__p::Some(__p::OnMismatch::StepUp)),
                    )
                    .here()
            };
        }
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
                use ::session_policy::__private as __p;
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
                use ::session_policy::__private as __p;
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
