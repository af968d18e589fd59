//! The columns that somebody wants in a list.

/// The least and the most cells that a column is given.
pub const WIDTHS: (u16, u16) = (4, 99);

/// A column that somebody wants in a list. Those of a list are in their order from the left.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ChosenColumn {
    /// The name of its heading. One that a later version has is kept, and not shown.
    pub name: String,
    /// Cells; nothing where it is as wide as it comes.
    pub width: Option<u16>,
}
