//! Security headers of every answer. The bank has no scripts, no inline styles, and nothing from elsewhere.

use axum::{
    http::{HeaderName, HeaderValue, header},
    response::Response,
};

const HEADERS: [(HeaderName, HeaderValue); 5] = [
    (
        header::CONTENT_SECURITY_POLICY,
        HeaderValue::from_static(
            "default-src 'none'; style-src 'self'; img-src data:; form-action 'self'; base-uri 'none'; frame-ancestors 'none'",
        ),
    ),
    (header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff")),
    (header::X_FRAME_OPTIONS, HeaderValue::from_static("DENY")),
    // `no-referrer` would turn the Origin of our own forms into `null`, and the cross-site table would refuse them.
    (header::REFERRER_POLICY, HeaderValue::from_static("same-origin")),
    (HeaderName::from_static("cross-origin-opener-policy"), HeaderValue::from_static("same-origin")),
];

/// A year, as ASVS 5 (3.4.1) wants it at least.
const HSTS: HeaderValue = HeaderValue::from_static("max-age=31536000");

/// Adds the headers; with `hsts` also that this host is never asked without TLS again.
pub(crate) fn add(mut response: Response, hsts: bool) -> Response {
    let headers = response.headers_mut();
    headers.extend(HEADERS);
    if hsts {
        headers.insert(header::STRICT_TRANSPORT_SECURITY, HSTS);
    }
    response
}
