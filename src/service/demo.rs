//! The keys of the demo.
