//! A refusal over HTTP: the status that goes with a public code, and the body that the published client reads.

use std::collections::BTreeMap;
use std::time::Duration;

use axum::Json;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use conversimple_wire::Code;
use conversimple_wire::rest::Problem;

/// Why a request is not answered as it wished.
#[derive(Debug)]
pub(crate) struct Refused {
    status: StatusCode,
    problem: Problem,
    retry_after_seconds: Option<u64>,
}

impl Refused {
    /// A refusal that names fields.
    pub(crate) fn fields(errors: BTreeMap<String, String>) -> Self {
        let mut refused = Self::from(Code::InvalidParameters);
        refused.problem.errors = errors;
        refused
    }

    /// A refusal for too many requests, with the time to wait.
    pub(crate) fn limited(retry_after: Option<Duration>) -> Self {
        let seconds = retry_after.map(|wait| wait.as_secs().saturating_add(1));
        let refused = Self::from(Code::RateLimitExceeded);
        Self {
            retry_after_seconds: seconds.or(refused.retry_after_seconds),
            ..refused
        }
    }

    /// What is wrong with which field.
    #[cfg(test)]
    pub(crate) fn into_errors(self) -> BTreeMap<String, String> {
        self.problem.errors
    }
}

impl From<Code> for Refused {
    fn from(code: Code) -> Self {
        let status = match code {
            Code::AuthInvalidKey | Code::AuthKeyRevoked | Code::AuthenticationRequired => {
                StatusCode::UNAUTHORIZED
            }
            Code::AuthCustomerMismatch
            | Code::CustomerSuspended
            | Code::OriginForbidden
            | Code::Unauthorized => StatusCode::FORBIDDEN,
            Code::NotFound | Code::ConversationNotFound => StatusCode::NOT_FOUND,
            Code::InvalidParameters | Code::InvalidType => StatusCode::UNPROCESSABLE_ENTITY,
            Code::InvalidMessage => StatusCode::BAD_REQUEST,
            Code::TurnInterrupted => StatusCode::CONFLICT,
            Code::ToolTimeout => StatusCode::GATEWAY_TIMEOUT,
            Code::RateLimitExceeded => StatusCode::TOO_MANY_REQUESTS,
            Code::Overloaded | Code::ServiceUnavailable | Code::AgentUnavailable => {
                StatusCode::SERVICE_UNAVAILABLE
            }
            _ => StatusCode::INTERNAL_SERVER_ERROR,
        };
        let retry = matches!(
            status,
            StatusCode::SERVICE_UNAVAILABLE | StatusCode::TOO_MANY_REQUESTS
        );
        Self {
            status,
            problem: code.into(),
            retry_after_seconds: retry.then_some(5),
        }
    }
}

impl From<conversimple_store::Error> for Refused {
    fn from(error: conversimple_store::Error) -> Self {
        tracing::error!(%error, "the store did not answer");
        Code::InternalError.into()
    }
}

impl IntoResponse for Refused {
    fn into_response(self) -> Response {
        let mut response = (self.status, Json(self.problem)).into_response();
        if let Some(seconds) = self.retry_after_seconds {
            response
                .headers_mut()
                .insert(header::RETRY_AFTER, HeaderValue::from(seconds));
        }
        response
    }
}
