//! Bodies: JSON for programs, forms for pages. Both are bounded, parsed and validated before a handler sees them.

use std::{borrow::Cow, fmt::Display};

use actix_web::{
    FromRequest, HttpRequest,
    dev::Payload,
    http::{StatusCode, header},
    web::Bytes,
};
use aws_lc_rs::digest::{SHA256, digest};
use futures_util::future::LocalBoxFuture;
use garde::{
    Validate,
    i18n::{I18n, InvalidCreditCard, InvalidEmail, InvalidPhoneNumber, InvalidUrl, IpKind, with_i18n},
};
use serde::de::DeserializeOwned;

use super::client::same_origin;
use crate::problem::{FieldError, Problem};

/// The most that a body may hold: far above any notice, far below what would hurt.
pub const LIMIT: usize = 256 * 1024;

/// A JSON body, parsed and validated; unknown fields are refused by the types themselves.
#[derive(Debug)]
pub struct Parsed<T> {
    /// What it says.
    pub value: T,
    /// SHA-256 of its bytes: whether a repeated request is the same.
    pub digest: [u8; 32],
}

impl<T: DeserializeOwned + Validate<Context: Default> + 'static> FromRequest for Parsed<T> {
    type Error = Problem;
    type Future = LocalBoxFuture<'static, Result<Self, Problem>>;

    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let bytes = read(request, payload, "application/json");
        Box::pin(async move {
            let bytes = bytes.await?;
            // A call that needs nothing said may say nothing.
            let bytes = if bytes.is_empty() { Bytes::from_static(b"{}") } else { bytes };
            let mut reader = serde_json::Deserializer::from_slice(&bytes);
            let value = serde_path_to_error::deserialize(&mut reader).map_err(|e| {
                let pointer = pointer(e.path().iter().map(|segment| segment.to_string()));
                Problem::invalid_field(pointer, in_japanese(e.inner()))
            })?;
            reader.end().map_err(|e| Problem::invalid_field("", in_japanese(&e)))?;
            validate(&value)?;
            Ok(Self { value, digest: sum(&bytes) })
        })
    }
}

/// SHA-256 of a body.
pub(super) fn sum(bytes: &[u8]) -> [u8; 32] {
    let mut sum = [0; 32];
    sum.copy_from_slice(digest(&SHA256, bytes).as_ref());
    sum
}

/// A form of our own pages (`application/x-www-form-urlencoded`): refused when another site sent it. Its fields are what was typed;
/// the handler validates them, so that it can show the form again with what is wrong.
#[derive(Debug)]
pub struct Form<T>(pub T);

impl<T: DeserializeOwned + 'static> FromRequest for Form<T> {
    type Error = Problem;
    type Future = LocalBoxFuture<'static, Result<Self, Problem>>;

    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let ours = same_origin(request);
        let bytes = read(request, payload, "application/x-www-form-urlencoded");
        Box::pin(async move {
            ours?;
            serde_html_form::from_bytes(&bytes.await?).map(Self).map_err(|cause| {
                // Nobody types such a thing: it is an old page, or a program. What is wrong is for who runs the server.
                tracing::debug!(%cause, "a form can't be read");
                Problem::invalid_field(
                    "",
                    "フォームを読み取れませんでした。ページを開き直して、もう一度送ってください。",
                )
            })
        })
    }
}

impl<T: Validate<Context: Default>> Form<T> {
    /// What is wrong with the fields, as a problem.
    ///
    /// # Errors
    /// `invalid`, with every field that is wrong.
    pub fn validate(&self) -> Result<(), Problem> {
        validate(&self.0)
    }
}

pub(super) fn read(
    request: &HttpRequest,
    payload: &mut Payload,
    kind: &'static str,
) -> LocalBoxFuture<'static, Result<Bytes, Problem>> {
    let fits = mime_of(request) == kind;
    let announced = request.headers().get(header::CONTENT_LENGTH).and_then(|v| v.to_str().ok()?.parse::<usize>().ok());
    let too_large = || {
        Problem::new(
            StatusCode::PAYLOAD_TOO_LARGE,
            "body_too_large",
            format!("送られた内容が大きすぎます（{}KBまで）。", LIMIT / 1024),
        )
    };
    if announced.is_some_and(|length| length > LIMIT) {
        return Box::pin(async move { Err(too_large()) });
    }
    let body = actix_web::body::to_bytes_limited(PayloadBody(payload.take()), LIMIT);
    Box::pin(async move {
        if !fits && announced != Some(0) {
            let detail = format!("Content-Type を {kind} にしてください。");
            return Err(Problem::new(StatusCode::UNSUPPORTED_MEDIA_TYPE, "unsupported_media_type", detail));
        }
        match tokio::time::timeout(std::time::Duration::from_secs(15), body).await {
            Ok(Ok(Ok(bytes))) => Ok(bytes),
            Ok(Ok(Err(_))) => Err(Problem::new(
                StatusCode::BAD_REQUEST,
                "body_broken",
                "内容が途中で切れました。もう一度送ってください。",
            )),
            Ok(Err(_)) => Err(too_large()),
            Err(_) => Err(Problem::new(
                StatusCode::REQUEST_TIMEOUT,
                "body_too_slow",
                "内容が届くのに時間がかかりすぎました。",
            )),
        }
    })
}

/// A request's payload, seen as a body that can be collected up to a limit.
struct PayloadBody(Payload);

impl actix_web::body::MessageBody for PayloadBody {
    type Error = actix_web::error::PayloadError;

    fn size(&self) -> actix_web::body::BodySize {
        actix_web::body::BodySize::Stream
    }

    fn poll_next(
        self: std::pin::Pin<&mut Self>,
        context: &mut std::task::Context<'_>,
    ) -> std::task::Poll<Option<Result<Bytes, Self::Error>>> {
        futures_util::Stream::poll_next(std::pin::Pin::new(&mut self.get_mut().0), context)
    }
}

fn mime_of(request: &HttpRequest) -> String {
    let value = request.headers().get(header::CONTENT_TYPE).and_then(|v| v.to_str().ok()).unwrap_or_default();
    value.split(';').next().unwrap_or_default().trim().to_ascii_lowercase()
}

fn pointer(path: impl Iterator<Item = String>) -> String {
    path.map(|segment| format!("/{}", segment.replace('~', "~0").replace('/', "~1"))).collect()
}

/// serde's words put into Japanese, as far as a reader needs them.
fn in_japanese(error: &serde_json::Error) -> String {
    let text = error.to_string();
    let quoted = || text.split('`').nth(1).unwrap_or_default().to_owned();
    if text.starts_with("unknown field") {
        format!("「{}」という項目はありません。", quoted())
    } else if text.starts_with("missing field") {
        format!("「{}」がありません。", quoted())
    } else if text.starts_with("duplicate field") {
        format!("「{}」が二度あります。", quoted())
    } else if text.starts_with("unknown variant") {
        let choices: Vec<_> = text.split('`').skip(3).step_by(2).collect();
        format!("「{}」は使えません（{} のどれかにしてください）。", quoted(), choices.join("、"))
    } else if error.is_data() {
        format!("値の形が違います（{text}）。")
    } else {
        format!("JSONとして読めません（{}行目の{}文字目）。", error.line(), error.column())
    }
}

/// Runs the checks of `value` and gives what is wrong, in Japanese, with a pointer to each field.
///
/// # Errors
/// `invalid`, with every field that is wrong.
pub fn validate<T: Validate<Context: Default>>(value: &T) -> Result<(), Problem> {
    with_i18n(Japanese, || value.validate()).map_err(|report| {
        let fault = |(path, error): &(garde::Path, garde::Error)| {
            FieldError::new(format!("/{}", path.to_string().replace(['.', '['], "/").replace(']', "")), error.message())
        };
        Problem::invalid(report.iter().map(fault).collect())
    })
}

/// A check for garde: text that a person can have typed. NUL can't be kept by PostgreSQL; other control characters and the
/// marks that turn the direction of writing have no place in a name or a notice.
///
/// # Errors
/// When there is such a character.
pub fn plain_text(text: &str, _: &()) -> garde::Result {
    let odd = |c: &char| {
        c.is_control() && !matches!(c, '\n' | '\r' | '\t')
            || matches!(c, '\u{061c}' | '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
    };
    match text.chars().find(odd) {
        Some(c) => {
            Err(garde::Error::new(format!("使えない文字（U+{:04X}）が含まれています。取り除いてください。", c as u32)))
        }
        None => Ok(()),
    }
}

const NOT_OF_THIS_FORM: &str = "形が違います。";

/// garde's messages for people.
struct Japanese;

impl I18n for Japanese {
    fn length_lower_than(&self, min: usize) -> Cow<'static, str> {
        if min <= 1 {
            "入力してください。".into()
        } else {
            format!("短すぎます。{min}文字以上にしてください。").into()
        }
    }

    fn length_greater_than(&self, max: usize) -> Cow<'static, str> {
        format!("長すぎます。{max}文字までにしてください。").into()
    }

    fn range_lower_than(&self, min: &dyn Display) -> Cow<'static, str> {
        format!("{min}以上にしてください。").into()
    }

    fn range_greater_than(&self, max: &dyn Display) -> Cow<'static, str> {
        format!("{max}以下にしてください。").into()
    }

    fn email_invalid(&self, _: InvalidEmail) -> Cow<'static, str> {
        "メールアドレスの形ではありません。".into()
    }

    fn credit_card_invalid(&self, _: InvalidCreditCard) -> Cow<'static, str> {
        NOT_OF_THIS_FORM.into()
    }

    fn pattern_no_match(&self, _: &dyn Display) -> Cow<'static, str> {
        NOT_OF_THIS_FORM.into()
    }

    fn contains_missing(&self, pattern: &dyn Display) -> Cow<'static, str> {
        format!("「{pattern}」を含めてください。").into()
    }

    fn url_invalid(&self, _: InvalidUrl) -> Cow<'static, str> {
        NOT_OF_THIS_FORM.into()
    }

    fn prefix_missing(&self, pattern: &dyn Display) -> Cow<'static, str> {
        format!("「{pattern}」で始めてください。").into()
    }

    fn suffix_missing(&self, pattern: &dyn Display) -> Cow<'static, str> {
        format!("「{pattern}」で終えてください。").into()
    }

    fn phone_number_invalid(&self, _: InvalidPhoneNumber) -> Cow<'static, str> {
        NOT_OF_THIS_FORM.into()
    }

    fn ip_invalid(&self, _: IpKind) -> Cow<'static, str> {
        NOT_OF_THIS_FORM.into()
    }

    fn matches_field_mismatch(&self, field: &dyn Display) -> Cow<'static, str> {
        format!("「{field}」と同じにしてください。").into()
    }

    fn ascii_invalid(&self) -> Cow<'static, str> {
        "半角の英数字と記号で入力してください。".into()
    }

    fn alphanumeric_invalid(&self) -> Cow<'static, str> {
        "英数字で入力してください。".into()
    }

    fn required_not_set(&self) -> Cow<'static, str> {
        "入力してください。".into()
    }
}
