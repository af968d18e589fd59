//! The lists: windows of them, and how many rows there are.

use crate::domain::list::{Counts, Filter, Window, WindowQuery};
use crate::domain::trouble::Trouble;
use crate::domain::user::Actor;
use crate::service::Service;
use crate::store::list;

pub use crate::store::list::Source;

impl Service {
    /// A part of a list.
    ///
    /// # Errors
    /// [`Trouble::Storage`] where it was superseded, too.
    pub fn window<L: Source>(
        &self,
        actor: &Actor,
        query: &WindowQuery<L>,
    ) -> Result<Window<L>, Trouble> {
        let as_of = self.as_of();
        self.ask(actor, &[L::NEEDS], |tx, _| {
            Ok(list::window(tx, query, as_of)?)
        })
    }

    /// How many rows a list has, and how many the filter shows.
    ///
    /// # Errors
    /// [`Trouble::Storage`] where it was superseded, too.
    pub fn counts<L: Source>(&self, actor: &Actor, filter: &Filter<L>) -> Result<Counts, Trouble> {
        let as_of = self.as_of();
        self.ask(actor, &[L::NEEDS], |tx, _| {
            Ok(list::counts(tx, filter, as_of)?)
        })
    }
}
