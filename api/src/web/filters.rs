//! What templates say texts with: `{{ "key"|t }}`, `{{ "key"|with("count", n)|t }}`, `placeholder="{{ "key"|attr }}"`.

use askama::{Values, filters::Safe};

use crate::say::{Argument, Language, Message, Says, Target};

/// The name by which a page's language is handed to its template.
pub(super) const LANGUAGE: &str = "language";

fn language(values: &dyn Values) -> Language {
    askama::get_value::<Language>(values, LANGUAGE).copied().unwrap_or_default()
}

/// A text between tags.
///
/// # Errors
/// None.
#[askama::filter_fn]
pub fn t<S: Says>(said: S, values: &dyn Values) -> askama::Result<Safe<String>> {
    Ok(Safe(said.say(language(values), Target::Html)))
}

/// A text in an attribute or a title, without furigana.
///
/// # Errors
/// None.
#[askama::filter_fn]
pub fn attr<S: Says>(said: S, values: &dyn Values) -> askama::Result<String> {
    Ok(said.say(language(values), Target::Plain))
}

/// A message with something filled in.
///
/// # Errors
/// None.
#[askama::filter_fn]
pub fn with<M: Into<Message>, A: Into<Argument>>(
    message: M,
    _: &dyn Values,
    name: &'static str,
    argument: A,
) -> askama::Result<Message> {
    Ok(message.into().with(name, argument))
}
