//! What can go wrong while hearing, speaking or measuring meaning. Getting the models is [`crate::models::ModelError`]'s business.

use crate::models::ModelError;

/// Why a provider gave no result; the text never contains what a caller said.
#[derive(Debug, thiserror::Error)]
pub enum ProviderError {
    /// A model is missing, damaged or could not be fetched.
    #[error(transparent)]
    Model(#[from] ModelError),
    /// The inference runtime could not be started.
    #[error(
        "the inference runtime could not be started: {cause}; run `conversimple models verify`, then `conversimple models pull`"
    )]
    Runtime {
        /// What the runtime reported.
        cause: String,
    },
    /// A model was loaded but refused its input or failed while computing.
    #[error("the {model} model failed: {cause}")]
    Inference {
        /// Which model, by its common name.
        model: &'static str,
        /// What the runtime reported.
        cause: String,
    },
}

impl ProviderError {
    pub(crate) fn inference(model: &'static str, cause: impl std::fmt::Display) -> Self {
        Self::Inference {
            model,
            cause: cause.to_string(),
        }
    }
}
