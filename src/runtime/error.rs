//! An error value as Go programs use it: a text with an identity.
use std::fmt;
use std::sync::Arc;

/// Cloning keeps the identity; two errors made separately differ even with equal texts.
#[derive(Clone)]
pub struct Error(Arc<Inner>);

struct Inner {
    text: String,
    wraps: Option<Error>,
}

impl Error {
    /// `errors.New(text)`.
    #[must_use]
    pub fn new(text: &str) -> Self {
        Self(Arc::new(Inner { text: text.to_owned(), wraps: None }))
    }
    /// `fmt.Errorf("text: %w", cause)`.
    #[must_use]
    pub fn wrap(text: &str, cause: &Error) -> Self {
        Self(Arc::new(Inner { text: format!("{text}: {cause}"), wraps: Some(cause.clone()) }))
    }
    /// `errors.Is`: this error or one that it wraps is `other`.
    #[must_use]
    pub fn is(&self, other: &Error) -> bool {
        self == other || self.0.wraps.as_ref().is_some_and(|w| w.is(other))
    }
}

impl PartialEq for Error {
    fn eq(&self, o: &Self) -> bool {
        Arc::ptr_eq(&self.0, &o.0)
    }
}

impl Eq for Error {}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0.text)
    }
}

impl fmt::Debug for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "error({})", self.0.text)
    }
}

impl std::error::Error for Error {}
