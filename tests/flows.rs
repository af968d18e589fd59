//! What an administrator does, key by key, and what the screen, the database and the clipboard hold after it.

mod support;

#[path = "flows/bounds.rs"]
mod bounds;
#[path = "flows/bulk.rs"]
mod bulk;
#[path = "flows/columns.rs"]
mod columns;
#[path = "flows/copying.rs"]
mod copying;
#[path = "flows/copying_rows.rs"]
mod copying_rows;
#[path = "flows/dialogs.rs"]
mod dialogs;
#[path = "flows/events.rs"]
mod events;
#[path = "flows/expiry.rs"]
mod expiry;
#[path = "flows/export.rs"]
mod export;
#[path = "flows/first_key.rs"]
mod first_key;
#[path = "flows/foreseen.rs"]
mod foreseen;
#[path = "flows/frame.rs"]
mod frame;
#[path = "flows/help.rs"]
mod help;
#[path = "flows/hints.rs"]
mod hints;
#[path = "flows/idle.rs"]
mod idle;
#[path = "flows/list.rs"]
mod list;
#[path = "flows/locking.rs"]
mod locking;
#[path = "flows/marks.rs"]
mod marks;
#[path = "flows/merge.rs"]
mod merge;
#[path = "flows/mouse.rs"]
mod mouse;
#[path = "flows/mouse_dialogs.rs"]
mod mouse_dialogs;
#[path = "flows/palette.rs"]
mod palette;
#[path = "flows/policy.rs"]
mod policy;
#[path = "flows/preview.rs"]
mod preview;
#[path = "flows/properties.rs"]
mod properties;
#[path = "flows/role.rs"]
mod role;
#[path = "flows/role_existing.rs"]
mod role_existing;
#[path = "flows/roles.rs"]
mod roles;
#[path = "flows/scroll_bars.rs"]
mod scroll_bars;
#[path = "flows/scrolling.rs"]
mod scrolling;
#[path = "flows/secret_dialog.rs"]
mod secret_dialog;
#[path = "flows/services.rs"]
mod services;
#[path = "flows/session.rs"]
mod session;
#[path = "flows/settings.rs"]
mod settings;
#[path = "flows/sorting.rs"]
mod sorting;
#[path = "flows/tasks.rs"]
mod tasks;
#[path = "flows/tour.rs"]
mod tour;
#[path = "flows/tree.rs"]
mod tree;
#[path = "flows/try_secret.rs"]
mod try_secret;
#[path = "flows/typing.rs"]
mod typing;
#[path = "flows/unread.rs"]
mod unread;
#[path = "flows/users.rs"]
mod users;
#[path = "flows/way.rs"]
mod way;
