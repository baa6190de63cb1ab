//! The mark of a browser in which somebody has signed in to an account before.
//!
//! It opens nothing. It only has tries counted apart: whoever guesses at a password elsewhere can't make its owner wait. The value is the account
//! (as a hash of its mail address) and a number, with a tag under a secret of ours, so nobody makes one for another account.

use actix_web::{
    HttpRequest,
    cookie::{Cookie, SameSite},
};
use aws_lc_rs::{
    constant_time::verify_slices_are_equal,
    digest::{SHA256, digest},
    hmac, rand,
};
use base64::{Engine as _, prelude::BASE64_URL_SAFE_NO_PAD as BASE64URL};
use time::OffsetDateTime;

use super::session::COOKIE;
use crate::{config::Origin, keys::Keys, web::Subject};

/// Bytes of the account's hash, and of the number; a tag follows.
const PARTS: [usize; 2] = [32, 16];
/// What the secret is for.
const PURPOSE: &str = "known browsers";

/// What is counted of an account: a hash of its mail address, in large letters or small.
#[must_use]
pub fn account(email: &str) -> Subject {
    digest(&SHA256, email.trim().to_ascii_lowercase().as_bytes()).as_ref().to_vec()
}

/// The browser's number, if it has signed in to this account before.
#[must_use]
pub fn known(request: &HttpRequest, (keys, origin): (&Keys, &Origin), email: &str) -> Option<Subject> {
    let bytes = BASE64URL.decode(request.cookie(name(origin))?.value()).ok()?;
    let (said, tag) = bytes.split_at_checked(PARTS[0] + PARTS[1])?;
    let ours = |key: hmac::Key| hmac::verify(&key, said, tag).is_ok();
    let (of, number) = said.split_at(PARTS[0]);
    let of_this = verify_slices_are_equal(of, &account(email)).is_ok();
    (of_this && keys.tokens.all().any(|key| ours(key.secret_for(PURPOSE)))).then(|| number.to_vec())
}

/// The mark for a browser that has just signed in.
#[must_use]
pub fn cookie((keys, origin): (&Keys, &Origin), email: &str, now: OffsetDateTime) -> Option<Cookie<'static>> {
    let mut number = [0; PARTS[1]];
    rand::fill(&mut number).ok()?;
    let said = [&account(email)[..], &number].concat();
    let tag = hmac::sign(&keys.tokens.signing(now).secret_for(PURPOSE), &said);
    let cookie = Cookie::build(name(origin), BASE64URL.encode([&said[..], tag.as_ref()].concat()))
        .path("/")
        .http_only(true)
        .same_site(SameSite::Lax)
        .secure(origin.is_https())
        .max_age(COOKIE);
    Some(cookie.finish())
}

fn name(origin: &Origin) -> &'static str {
    if origin.is_https() { "__Host-kairan-known" } else { "kairan-known" }
}
