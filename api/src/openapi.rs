//! The description of the HTTP interface: what the rooms say of their calls, and what holds for all of them.

use utoipa::{
    PartialSchema as _, ToSchema as _,
    openapi::{
        ContentBuilder, Info, OpenApi, Ref, RefOr, Required, ResponseBuilder,
        path::{Operation, ParameterBuilder, ParameterIn},
        schema::{ComponentsBuilder, ObjectBuilder, Type},
        security::{HttpAuthScheme, HttpBuilder, SecurityRequirement, SecurityScheme},
    },
};

use crate::problem::{FieldError, ProblemOut};

/// What the document says of itself.
const ABOUT: &str =
    "回覧板を電子化するKairanのAPIです。問題の応答はRFC 9457の形で、`code` の一覧は docs/API.md にあります。";

/// Completes the rooms' document: who it is of, how to sign in, and what every call may answer besides.
#[must_use]
pub fn complete(mut document: OpenApi) -> OpenApi {
    document.info = Info::new("Kairan", env!("CARGO_PKG_VERSION"));
    document.info.description = Some(ABOUT.to_owned());
    let components = document.components.take().map_or_else(ComponentsBuilder::new, Into::into);
    let bearer = HttpBuilder::new().scheme(HttpAuthScheme::Bearer).bearer_format("JWT").build();
    let components = components
        .schema(ProblemOut::name(), ProblemOut::schema())
        .schema(FieldError::name(), FieldError::schema())
        .security_scheme("bearer", SecurityScheme::Http(bearer));
    document.components = Some(components.build());
    document.security = Some(vec![SecurityRequirement::new::<_, [&str; 0], &str>("bearer", [])]);
    for item in document.paths.paths.values_mut() {
        for operation in [&mut item.get, &mut item.put, &mut item.delete].into_iter().flatten() {
            may_fail(operation);
        }
        if let Some(operation) = &mut item.post {
            may_fail(operation);
            may_be_repeated(operation);
        }
    }
    document
}

fn may_fail(operation: &mut Operation) {
    let problem = ContentBuilder::new().schema(Some(Ref::from_schema_name(ProblemOut::name()))).build();
    let response = ResponseBuilder::new()
        .description("A problem; its `code` says which.")
        .content("application/problem+json", problem);
    operation.responses.responses.insert("default".to_owned(), RefOr::T(response.build()));
}

fn may_be_repeated(operation: &mut Operation) {
    let text = ObjectBuilder::new().schema_type(Type::String).max_length(Some(200));
    let key = ParameterBuilder::new()
        .name("Idempotency-Key")
        .parameter_in(ParameterIn::Header)
        .required(Required::False)
        .description(Some("The same key and body gives the first answer again for 24 hours."))
        .schema(Some(text.build()));
    operation.parameters.get_or_insert_default().push(RefOr::T(key.build()));
}
