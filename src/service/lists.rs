//! The lists: windows of them, and how many rows there are.

use crate::domain::filter::Known;
use crate::domain::list::{
    Counts, Filter, KeyRow, Listed, MARKS_MAX, Order, Place, Window, WindowQuery,
};
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
        self.ask(actor, &[L::NEEDS], |tx, _| {
            let as_of = self.as_of(tx)?;
            Ok(list::window(tx, query, as_of)?)
        })
    }

    /// How many rows a list has, and how many the filter shows.
    ///
    /// # Errors
    /// [`Trouble::Storage`] where it was superseded, too.
    pub fn counts<L: Source>(&self, actor: &Actor, filter: &Filter<L>) -> Result<Counts, Trouble> {
        self.ask(actor, &[L::NEEDS], |tx, _| {
            let as_of = self.as_of(tx)?;
            Ok(list::counts(tx, filter, as_of)?)
        })
    }

    /// The IDs of the rows that a filter shows: all of them, or one more than can be marked.
    ///
    /// # Errors
    /// The right to see the list is missing, or the database failed.
    pub fn matches<L: Source>(
        &self,
        actor: &Actor,
        filter: &Filter<L>,
    ) -> Result<Vec<i64>, Trouble> {
        self.ask(actor, &[L::NEEDS], |tx, _| {
            let as_of = self.as_of(tx)?;
            Ok(list::matches(tx, filter, as_of, MARKS_MAX + 1)?)
        })
    }

    /// How many of the rows with these IDs a filter shows.
    ///
    /// # Errors
    /// [`Trouble::Storage`] where it was superseded, too.
    pub fn shown_of<L: Source>(
        &self,
        actor: &Actor,
        filter: &Filter<L>,
        ids: &[i64],
    ) -> Result<i64, Trouble> {
        if ids.is_empty() {
            return Ok(0);
        }
        self.ask(actor, &[L::NEEDS], |tx, _| {
            let as_of = self.as_of(tx)?;
            Ok(list::shown_of(tx, filter, as_of, ids)?)
        })
    }

    /// How many of the rows that a filter shows come before a place in an order.
    ///
    /// # Errors
    /// [`Trouble::Storage`] where it was superseded, too.
    pub fn before<L: Source>(
        &self,
        actor: &Actor,
        filter: &Filter<L>,
        order: Order<L::SortBy>,
        place: &Place,
    ) -> Result<i64, Trouble> {
        self.ask(actor, &[L::NEEDS], |tx, _| {
            let as_of = self.as_of(tx)?;
            Ok(list::before(tx, filter, order, place, as_of)?)
        })
    }

    /// Reads ahead what filters of API keys by words are answered with: nothing of it is told.
    ///
    /// # Errors
    /// [`Trouble::Storage`] where it was superseded, too: what was read so far is of use.
    pub fn read_ahead(&self, actor: &Actor) -> Result<(), Trouble> {
        self.ask(actor, &[KeyRow::NEEDS], |tx, _| Ok(list::read_ahead(tx)?))
    }

    /// How many rows each of these filters shows.
    ///
    /// # Errors
    /// [`Trouble::Storage`] where it was superseded, too.
    pub fn tally<L: Source>(
        &self,
        actor: &Actor,
        filters: &[Filter<L>],
    ) -> Result<Vec<i64>, Trouble> {
        self.ask(actor, &[L::NEEDS], |tx, _| {
            let as_of = self.as_of(tx)?;
            Ok(list::tally(tx, filters, as_of)?)
        })
    }

    /// The names that rows of a list have, by the fields whose values they are; not every one of a long list.
    ///
    /// # Errors
    /// Whoever may not see the list may not see names of it.
    pub fn known<L: Source>(&self, actor: &Actor) -> Result<Known, Trouble> {
        self.ask(actor, &[L::NEEDS], |tx, _| Ok(list::known::<L>(tx)?))
    }
}
