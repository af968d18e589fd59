//! What was typed into a form that names something.

use std::ops::{Deref, DerefMut};

/// Fields as a person typed them.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Typed<F> {
    pub fields: F,
    /// A name that was told to look like another's
    /// ([`Rule::LooksLike`](crate::domain::problem::Rule::LooksLike)), and is meant all the same.
    pub told_alike: Option<String>,
}

impl<F> From<F> for Typed<F> {
    fn from(fields: F) -> Typed<F> {
        Typed {
            fields,
            told_alike: None,
        }
    }
}

impl<F: Clone> From<&F> for Typed<F> {
    fn from(fields: &F) -> Typed<F> {
        fields.clone().into()
    }
}

impl<F> Deref for Typed<F> {
    type Target = F;

    fn deref(&self) -> &F {
        &self.fields
    }
}

impl<F> DerefMut for Typed<F> {
    fn deref_mut(&mut self) -> &mut F {
        &mut self.fields
    }
}
