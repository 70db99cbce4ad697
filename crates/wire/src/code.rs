//! The one table of public codes and the sentence that goes with each.
//!
//! What a caller hears and a model reads about a failure is a row of this table, or a code and sentence that a tool's
//! own declaration states for one of its bounds. The cause of a failure is not here: it goes to the audit record.

use std::fmt;

macro_rules! codes {
    ($($(#[$doc:meta])* $name:ident = $code:literal, $sentence:literal;)*) => {
        /// A public code: stable, safe to show, and the same wherever the failure came from.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
        #[non_exhaustive]
        pub enum Code { $($(#[$doc])* $name,)* }

        impl Code {
            /// Every code of the table.
            pub const ALL: &'static [Code] = &[$(Code::$name,)*];

            /// The code as it stands on the wire.
            pub const fn as_str(self) -> &'static str {
                match self { $(Code::$name => $code,)* }
            }

            /// The sentence that a person hears or reads.
            pub const fn sentence(self) -> &'static str {
                match self { $(Code::$name => $sentence,)* }
            }

            /// Finds a code by its text.
            pub fn find(text: &str) -> Option<Code> {
                match text { $($code => Some(Code::$name),)* _ => None }
            }
        }
    };
}

codes! {
    /// No key, or not one of ours.
    AuthInvalidKey = "auth_invalid_key", "The API key is missing or not valid.";
    /// The key was revoked or has expired.
    AuthKeyRevoked = "auth_key_revoked", "The API key was revoked or has expired. Create a new one.";
    /// A customer id was given that is not the key's.
    AuthCustomerMismatch = "auth_customer_mismatch", "The customer id does not belong to this API key.";
    /// The customer may not use the platform at present.
    CustomerSuspended = "customer_suspended", "This account is suspended.";
    /// Nothing reached the other side.
    ConnectionFailed = "connection_failed", "The connection could not be made.";
    /// The other side did not answer in time.
    ConnectionTimeout = "connection_timeout", "The connection timed out.";
    /// The connection went away.
    ConnectionClosed = "connection_closed", "The connection was closed.";
    /// No tool of that name is registered.
    ToolNotFound = "tool_not_found", "I can't do that.";
    /// The tool failed.
    ToolExecutionError = "tool_execution_error", "Unable to process request. Please try again.";
    /// The tool did not answer in time.
    ToolTimeout = "tool_timeout", "That took too long. Please try again.";
    /// An argument is missing, unknown or out of its bounds.
    InvalidParameters = "invalid_parameters", "Something about that request is not right.";
    /// An argument has another type than declared.
    InvalidType = "invalid_type", "That is not the kind of value I need.";
    /// A message is no valid JSON, too large or too deep.
    InvalidMessage = "invalid_message", "The message could not be read.";
    /// Something that the tool needs is out of order.
    ServiceUnavailable = "service_unavailable", "Unable to process request. Please try again.";
    /// A tool answered with more than a message may hold.
    ResultTooLarge = "result_too_large", "Unable to process request. Please try again.";
    /// Too often.
    RateLimitExceeded = "rate_limit_exceeded", "Too many requests. Please try again later.";
    /// A fault of the platform itself.
    InternalError = "internal_error", "Something went wrong on our side. Please try again.";
    /// The caller has not logged in.
    AuthenticationRequired = "authentication_required", "Please log in first.";
    /// The caller logged in too long ago for this.
    StepUpRequired = "step_up_required", "Please log in again to do that.";
    /// Not the caller's, or not there: one answer for both.
    Unauthorized = "unauthorized", "I can't find that among your things.";
    /// Name or password is wrong.
    InvalidCredentials = "invalid_credentials", "That name or password is not right.";
    /// A card number whose length or check digit is wrong.
    InvalidCard = "invalid_card", "That card number is not valid.";
    /// The caller has not said yes to exactly this.
    ConfirmationRequired = "confirmation_required", "I need your yes before I do that.";
    /// The caller said no.
    NotConfirmed = "not_confirmed", "All right, I won't do that.";
    /// The caller spoke on, and the turn that asked for this is over.
    TurnInterrupted = "turn_interrupted", "The request was interrupted.";
    /// No process serves this agent at present.
    AgentUnavailable = "agent_unavailable", "I'm sorry, I can't reach that service right now.";
    /// The conversation is unknown or over.
    ConversationNotFound = "conversation_not_found", "There is no such conversation.";
    /// A REST resource is unknown.
    NotFound = "not_found", "There is no such resource.";
    /// A page of another origin.
    OriginForbidden = "origin_forbidden", "This page may not connect here.";
    /// Too much at once.
    Overloaded = "overloaded", "All lines are busy. Please try again in a moment.";
}

impl fmt::Display for Code {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn error_code_is_unique_and_found_by_its_text() {
        for (i, code) in Code::ALL.iter().enumerate() {
            assert_eq!(Code::find(code.as_str()), Some(*code));
            assert!(
                Code::ALL[i + 1..]
                    .iter()
                    .all(|other| other.as_str() != code.as_str())
            );
            assert!(code.sentence().ends_with('.'));
        }
        assert_eq!(Code::find("no such code"), None);
    }
}
