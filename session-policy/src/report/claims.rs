//! What the runtime holds on every guarded route, whatever the policy says.

use super::model::Guarantee;

const fn held(name: &'static str, text: &'static str) -> Guarantee {
    Guarantee { name, text }
}

/// Each is proven by a test of this repository; none depends on the transport or the framework.
pub(super) const GUARANTEES: &[Guarantee] = &[
    held(
        "Before the handler",
        "A request is judged before the handler runs and before its body is read; only an allowed request reaches it.",
    ),
    held(
        "Token",
        "256 bits from the operating system's generator, carried by the cookie alone. The store sees SHA-256 of it and nothing else; no event shows it.",
    ),
    held(
        "No fixation",
        "An unknown, malformed, superseded or ended token is never adopted, and two different ones at once are none.",
    ),
    held(
        "Rotation",
        "Login, re-authentication and every change of level or role issue a new token, and the old one is refused.",
    ),
    held(
        "Limits",
        "Idle and absolute limits are kept by the server. At the limit the session is over; only where a store writes activity coarsely it may end sooner, by at most `touch`.",
    ),
    held(
        "Idle cannot be laundered",
        "A strict route judges the longest unattended gap since the last authentication, whatever lax route was used in between.",
    ),
    held(
        "Secure channel",
        "The token is honoured only over TLS, as the declared transport knows it, or on a loopback address that nobody forwards to.",
    ),
    held(
        "Lowering is immediate",
        "Logout is done in the store before the call returns, also if the answer is an error or the client is gone.",
    ),
    held("Raising waits", "Login, re-authentication and a rise of role take effect only with an answer below 400."),
    held(
        "Never cached",
        "Answers of guarded routes carry `Cache-Control: no-store` and `Vary: Cookie`, denials included.",
    ),
    held(
        "Failure is closed",
        "A store that cannot answer is 503, never a pass; it creates, changes and forgets no session.",
    ),
    held(
        "Logout cleans up",
        "The cookie is removed with the attributes that set it; the browser is asked to clear cache and storage.",
    ),
];
