//! The cases by name, and the macros that make tests of them.

use super::{Case, Needs, cases};

/// Makes a module with one test for each case. See [`store::conformance`](crate::store::conformance).
///
/// ```
/// use session_policy::store::conformance::ModelStore;
/// session_policy::conformance!(model, async { ModelStore::new() });
/// # fn main() {}
/// ```
#[macro_export]
macro_rules! conformance {
    ($name:ident, $factory:expr $(,)?) => {
        $crate::__conformance_cases! { __conformance_module [$name full $factory] }
    };
    ($name:ident, $factory:expr, by user $(,)?) => {
        $crate::__conformance_cases! { __conformance_module [$name by_user $factory] }
    };
    ($name:ident, $factory:expr, store only $(,)?) => {
        $crate::__conformance_cases! { __conformance_module [$name store_only $factory] }
    };
}

/// The tests of one store.
#[doc(hidden)]
#[macro_export]
macro_rules! __conformance_module {
    (
        [$name:ident $provides:ident $factory:expr]
        store { $($store:ident::$store_case:ident $_1:literal)* }
        by_user { $($by_user:ident::$by_user_case:ident $_2:literal)* }
        admit { $($admit:ident::$admit_case:ident $_3:literal)* }
    ) => {
        mod $name {
            #[allow(unused_imports, reason = "what the factory names stands outside")]
            use super::*;

            fn stores() -> $crate::store::conformance::Stores {
                $crate::store::conformance::Stores::$provides(|| $factory)
            }

            $crate::__conformance_tests! { $($store_case)* }
            $crate::__conformance_tests! { by_user $provides $($by_user_case)* }
            $crate::__conformance_tests! { admit $provides $($admit_case)* }
        }
    };
}

/// One test for each case, if the store is what they need.
#[doc(hidden)]
#[macro_export]
macro_rules! __conformance_tests {
    (by_user store_only $($case:ident)*) => {};
    (admit store_only $($case:ident)*) => {};
    (admit by_user $($case:ident)*) => {};
    (by_user by_user $($case:ident)*) => { $crate::__conformance_tests! { $($case)* } };
    (by_user full $($case:ident)*) => { $crate::__conformance_tests! { $($case)* } };
    (admit full $($case:ident)*) => { $crate::__conformance_tests! { $($case)* } };
    ($($case:ident)*) => { $(
        #[test]
        fn $case() {
            $crate::store::conformance::check(stringify!($case), &stores());
        }
    )* };
}

/// The cases, once: as data and as tests.
#[doc(hidden)]
#[macro_export]
macro_rules! __conformance_cases {
    ($then:ident $args:tt) => {
        $crate::$then! { $args
            store {
                create::create_opens_a_session
                    "What was created is loaded as it was given"
                create::create_is_exclusive
                    "A token or a record id is never given out twice, and a refused create changes nothing"
                create::create_supersedes_a_live_session
                    "A login supersedes the session of the presented token, whose late writes are dropped"
                create::create_supersedes_every_token_of_a_session
                    "A login supersedes the session's parents and successors, too"
                create::create_over_another_users_session_ends_it
                    "A login over another user's session ends that one, with its claim"
                create::create_supersedes_a_dead_session
                    "A login supersedes a tombstone, and a session past its deadline"
                create::create_never_adopts_a_token
                    "A presented token that the store never gave out is not stored"
                create::create_leaves_superseded_tokens_as_they_are
                    "A login with a superseded token ends nothing and changes nothing about it"
                create::superseded_tokens_name_the_last_session_known
                    "A superseded token names the last session of a chain of logins, and stays superseded"
                create::superseded_tokens_are_kept_until_the_absolute_end
                    "Superseded tokens are known until the absolute end of the session that has their place"
                rotation::loads_change_nothing
                    "A load of a current token changes nothing, also past the deadline"
                rotation::tokens_are_compared_whole
                    "Two tokens that differ in one bit are two tokens"
                commit::commit_of_nothing_changes_nothing
                    "An empty commit changes nothing"
                commit::commit_merges_data_by_key
                    "Writes of different keys both win; of the same key, the last"
                commit::commit_versions_data_and_not_activity
                    "The version changes with data, `rev` with everything"
                commit::commit_of_an_old_version_is_a_conflict
                    "A commit that names another version changes nothing at all"
                commit::commit_never_creates
                    "A commit to a record that never was creates nothing"
                commit::commit_after_the_end_is_dropped
                    "An end wins: whatever is committed later is dropped"
                commit::commit_merges_stamps_by_max
                    "The last activity and the longest gap never fall"
                commit::commit_ignores_stamps_of_another_authentication
                    "A late stamp does not undo what a re-authentication reset"
                commit::commit_takes_the_expiry_of_this_authentication_only
                    "An expiry computed from another authentication changes nothing"
                commit::commit_counts_and_marks
                    "Failed attempts are counted, and marks stay"
                commit::commit_takes_what_was_seen_as_a_hint
                    "A stale snapshot in a commit loses and revives nothing"
                rotation::rotation_serves_the_parent_within_its_grace
                    "A rotated token is served within its grace, and is a replay at its end"
                rotation::rotation_confirms_the_first_sibling_presented
                    "The first sibling presented is confirmed; any other is a replay"
                rotation::rotation_makes_up_for_lost_answers_twice
                    "At most two recoveries, each with a grace"
                rotation::rotation_makes_up_for_lost_answers_within_ten_minutes
                    "No recovery ten minutes after the rotation"
                rotation::rotation_issues_for_the_current_token_only
                    "A successor is issued for the current token only; the rest of the commit is merged"
                rotation::rotation_never_issues_a_known_token
                    "A token that the store knows is never issued again"
                rotation::rotation_leaves_old_parents_behind
                    "Tokens of earlier rotations are replays"
                rotation::rotation_is_confirmed_for_good
                    "A confirmation is kept, and nothing takes it back"
                rotation::rotation_of_a_session_that_ended_is_told_so
                    "Every token of a session that ended is a tombstone; earlier ones stay replays"
                rotate::rotate_replaces_the_token
                    "A re-authentication replaces token, header, expiry, data; the record and `created` stay"
                rotate::rotate_replaces_all_tokens
                    "Nothing of a rotation in progress survives a re-authentication"
                rotate::rotate_is_for_tokens_that_may_act
                    "Only the current token, or a parent within its grace, may re-authenticate"
                rotate::rotate_keeps_what_parallel_requests_wrote
                    "Without an authentication, gap, mark and failed attempts do not fall"
                rotate::rotate_is_conditional_on_the_identity
                    "A re-authentication that expects another identity changes nothing"
                rotate::rotate_never_takes_a_known_token
                    "A token that the store knows never replaces another"
                rotate::rotate_never_creates
                    "A re-authentication revives nothing and creates nothing"
                rotate::rotate_takes_what_was_seen_as_a_hint
                    "A stale snapshot in a re-authentication loses nothing"
                end::end_leaves_a_tombstone
                    "An end has one reason, hands over the data, and tells the holder of the token"
                end::end_happens_once
                    "The first end counts"
                end::end_spares_what_was_seen_since
                    "Activity or an authentication that the judgement did not see keeps a session alive"
                end::end_with_a_lease_is_a_claim
                    "With a lease, and only then, the end is kept for the hook"
                end::end_does_not_touch_successors
                    "The end of a superseded record ends nothing"
                end::end_is_remembered_for_a_day
                    "A tombstone is kept for 24 hours, sweeps notwithstanding"
                sweep::sweep_goes_by_the_deadline
                    "Dead at the deadline, alive a millisecond before; `due` decides"
                sweep::sweep_ends_for_the_deadline_that_came_first
                    "Idle or absolute, whichever came first; absolute if both at once"
                sweep::sweep_works_in_batches
                    "Batches are bounded, make progress, and finish; each session ends once"
                sweep::sweep_leaves_claims
                    "Swept sessions are claimed with their data, once"
                sweep::sweep_heeds_later_activity
                    "Activity, another policy, a re-authentication move the deadline"
                sweep::sweep_does_not_end_what_was_superseded
                    "What was superseded or ended before is not swept"
                sweep::sweep_forgets_claims_after_a_week
                    "Claims that nobody settles are kept for a week, not longer"
                claims::claims_are_the_holders_until_the_lease_is_over
                    "A claim is handed on when its lease is over, not before"
                claims::claims_are_handed_out_in_batches
                    "Claims are handed out in bounded batches, each to one"
                claims::claims_are_settled_for_good
                    "A settled claim is gone; settling twice or unknown ones is nothing"
                claims::clocks_are_reported
                    "The last report of each engine is known, of 64 engines at least"
                odd::data_is_kept_byte_by_byte
                    "Keys and values of any kind are kept as they are"
                odd::data_of_64_kib_is_kept
                    "16 KiB in an entry, 64 KiB in a session"
                odd::headers_are_kept_field_by_field
                    "Every field of a header is kept"
                odd::times_at_the_far_ends_are_times
                    "0 and 2^64 - 1 are times like any other"
                odd::clocks_that_go_backwards_break_nothing
                    "A clock that goes backwards lowers nothing and breaks nothing"
                races::race_create_one_wins
                    "Many creates of one token or one record id: one wins"
                races::race_login_supersedes_once
                    "Many logins over one session: it ends once"
                races::race_rotate_one_wins
                    "Many re-authentications from one token: one wins"
                races::race_successor_one_is_issued
                    "Many parallel requests: one successor, and nothing of them is lost"
                rotation::race_siblings_one_is_confirmed
                    "Two siblings presented at once: one is confirmed"
                races::race_writes_of_different_keys_all_win
                    "Parallel writes, stamps and failed attempts all count"
                races::race_increments_lose_nothing
                    "Updates that retry on conflict lose nothing"
                races::race_end_one_has_the_claim
                    "Many ends and sweeps of one session: one claim"
                races::race_end_beats_everything
                    "Writes, rotations and re-authentications racing an end: nothing survives"
                races::race_sweep_each_ends_once
                    "Several sweepers: each session ends once"
                races::race_reclaim_one_holder_each
                    "Many reclaim: each claim has one holder"
                cancelled::cancelled_create_is_whole_or_nothing
                    "A create that is dropped half way happened as a whole or not at all"
                cancelled::cancelled_load_is_whole_or_nothing
                    "A confirmation that is dropped half way happened as a whole or not at all"
                cancelled::cancelled_commit_is_whole_or_nothing
                    "A commit that is dropped half way happened as a whole or not at all"
                cancelled::cancelled_rotate_is_whole_or_nothing
                    "A re-authentication that is dropped half way happened as a whole or not at all"
                cancelled::cancelled_end_is_whole_or_nothing
                    "An end that is dropped half way happened as a whole or not at all"
                cancelled::cancelled_sweep_loses_no_hook
                    "Whoever died in a sweep that was dropped half way has a claim"
                cancelled::cancelled_claims_come_again
                    "Claims that nobody received are handed out again"
                cancelled::cancelled_operations_hold_nothing
                    "What was dropped keeps nobody waiting"
                random::random_operations_agree_with_the_model
                    "Whatever comes in whatever order, the store answers what the model answers"
            }
            by_user {
                by_user::capabilities_are_said
                    "The store says what it can do"
                by_user::user_has_live_sessions_oldest_first
                    "A user's live sessions are listed, oldest first, as a load shows them"
                by_user::user_changes_with_the_authentication
                    "A session is listed for whoever authenticated in it last"
                by_user::generation_changes_with_resets_only
                    "Resets and changes of role raise the generation, nothing else does, and none comes again"
                by_user::generation_is_known_for_a_day
                    "A generation is known for 24 hours after the reset"
                by_user::generation_decides_about_logins
                    "A login that began before a reset is refused, and nothing of it happens"
                by_user::generation_decides_about_rotations
                    "A re-authentication that began before a reset is refused"
                by_user::reset_user_ends_all_but_one
                    "A reset ends the user's sessions but one, with their claims"
                by_user::reset_everyone_ends_everybody
                    "Everybody's end comes in batches and finishes while others sign in"
                by_user::set_role_holds_at_once
                    "Another role holds at once in every session of the user"
                odd::users_of_any_name_are_kept_apart
                    "Users with names of any kind are told apart, byte by byte"
                odd::roles_of_any_name_are_kept
                    "Roles with names of any kind are kept as they are"
                races::race_reset_beats_logins_that_began_before
                    "Logins racing a reset: none survives it"
                races::race_role_holds_for_logins_that_began_before
                    "Logins racing a demotion: none escapes it"
                races::race_set_role_and_rotate
                    "Re-authentications racing a demotion: none escapes it"
                cancelled::cancelled_reset_is_whole_or_nothing
                    "A reset that is dropped half way happened as a whole or not at all"
                cancelled::cancelled_set_role_is_whole_or_nothing
                    "A demotion that is dropped half way happened as a whole or not at all"
                cancelled::cancelled_reset_of_everyone_loses_no_hook
                    "Whoever died in a reset of everybody that was dropped half way has a claim"
            }
            admit {
                admit::admit_rejects_when_full
                    "A refused login changes nothing; others have their own limit"
                admit::admit_evicts
                    "The oldest or the longest idle make room, with their claims"
                admit::admit_does_not_count_the_dead
                    "Who is dead for longer than clocks may differ takes no place"
                admit::admit_does_not_count_the_superseded
                    "The session that the new one replaces takes no place"
                admit::admit_is_a_create
                    "Everything that holds for a create holds under a limit"
                races::race_admit_never_exceeds_the_limit
                    "Many logins under a limit never exceed it"
                cancelled::cancelled_admit_is_whole_or_nothing
                    "A login under a limit that is dropped half way happened as a whole or not at all"
            }
        }
    };
}

#[doc(hidden)]
#[macro_export]
macro_rules! __conformance_table {
    (
        []
        store { $($store:ident::$store_case:ident $store_about:literal)* }
        by_user { $($by_user:ident::$by_user_case:ident $by_user_about:literal)* }
        admit { $($admit:ident::$admit_case:ident $admit_about:literal)* }
    ) => {
        /// All cases, in the order in which they are best read: the first that fails says most.
        pub const CASES: &[Case] = &[
            $($crate::__conformance_table! { Store $store::$store_case $store_about },)*
            $($crate::__conformance_table! { ByUser $by_user::$by_user_case $by_user_about },)*
            $($crate::__conformance_table! { Admit $admit::$admit_case $admit_about },)*
        ];
    };
    ($needs:ident $module:ident::$case:ident $about:literal) => {
        Case {
            name: stringify!($case),
            about: $about,
            needs: Needs::$needs,
            run: |stores| Box::pin(cases::$module::$case(stores)),
        }
    };
}

crate::__conformance_cases! { __conformance_table [] }
