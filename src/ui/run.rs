//! The console, from its parts to its end.

use std::sync::Arc;
use std::sync::atomic::AtomicU64;

use chrono_tz::Tz;

use crate::clipboard::Clipboard;
use crate::clock::Clock;
use crate::domain::user::Actor;
use crate::service::Service;
use crate::text::Text;

/// What the console is made of.
pub struct Parts {
    /// On a connection that only reads.
    pub reader: Service,
    /// The number of the question that the reader's connection is to answer now.
    pub wanted: Arc<AtomicU64>,
    pub writer: Service,
    pub actor: Actor,
    pub clock: Arc<dyn Clock>,
    /// The zone in which times are shown.
    pub zone: Tz,
    pub clipboard: Box<dyn Clipboard>,
    pub text: Text,
    pub demo: bool,
}
