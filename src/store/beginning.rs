//! What a new database begins with: its key, the built-in roles, and its first user.

use zeroize::Zeroizing;

use crate::domain::id::FULL_ACCESS;
use crate::domain::role::Role;
use crate::domain::time::Timestamp;
use crate::domain::trouble::{Fault, OpenFault, Trouble};
use crate::domain::user::{OsAccount, UserFields};
use crate::store::{Place, Tx, roles, users};

/// Fills a buffer with random bytes.
pub type Fill<'a> = &'a mut dyn FnMut(&mut [u8]) -> Result<(), Trouble>;

/// What it is made with.
pub struct Beginning {
    /// The first user, who has Full Access.
    pub user: String,
    pub now: Timestamp,
    pub tag_key: Zeroizing<Box<[u8]>>,
}

impl Beginning {
    /// What a database begins with that this account makes.
    pub fn of(
        account: &OsAccount,
        place: &Place,
        now: Timestamp,
        random: Fill<'_>,
    ) -> Result<Beginning, Trouble> {
        if account.root_by_sudo {
            return Err(Trouble::Open(place.told(), OpenFault::RootBySudo));
        }
        let mut tag_key = Zeroizing::new(vec![0; 32].into_boxed_slice());
        random(&mut tag_key)?;
        Ok(Beginning {
            user: account.user_name(),
            now,
            tag_key,
        })
    }

    /// Writes its first rows, where there are none.
    pub fn write(&self, tx: &Tx<'_>) -> Result<(), Fault> {
        tx.change_one(
            "INSERT INTO meta (id, tag_key, created_at) VALUES (1, ?1, ?2)",
            (&self.tag_key[..], self.now),
        )?;
        for role in Role::built_in() {
            roles::insert_built_in(tx, &role)?;
        }
        let last = Role::built_in().iter().map(|role| role.id.0).max();
        tx.engine.set_last_id("roles", last.unwrap_or(0))?;
        let first = UserFields {
            name: self.user.clone(),
            full_name: String::new(),
            role: FULL_ACCESS,
            locale: None,
            zone: None,
            locked_out: None,
        };
        users::insert(tx, &first, "", self.now).map(|_| ())
    }
}
