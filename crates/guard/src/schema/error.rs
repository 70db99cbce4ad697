//! Why a schema is not taken.

/// Why a schema is not taken.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SchemaError {
    /// A keyword, format or rule outside the subset.
    #[error("{path}: `{keyword}` is not supported here")]
    Unsupported {
        /// Where in the schema.
        path: String,
        /// What.
        keyword: String,
    },
    /// A keyword whose value has the wrong shape, contradicts another, or is a default that its own schema refuses.
    #[error("{path}: the value of `{keyword}` makes no sense")]
    Shape {
        /// Where in the schema.
        path: String,
        /// Which keyword.
        keyword: String,
    },
    /// More than 1,000 parts or nested deeper than 16.
    #[error("the schema is too large, too deep, or contains itself")]
    TooLarge,
}
