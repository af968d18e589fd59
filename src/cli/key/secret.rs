//! `keyward key new-secret` and `keyward key delivered`.

use std::process::ExitCode;

use crate::cli::args::key::{KeyDeliveredArgs, KeyNewSecretArgs};
use crate::cli::exit::Exit;
use crate::cli::key::handing::Handing;
use crate::cli::key::new::told;
use crate::cli::session::{Access, Session};
use crate::cli::{Failure, print, verify};
use crate::config::Config;
use crate::domain::id::KeyId;
use crate::domain::reference::RowKind;
use crate::service::handover::{Delivery, ReadBack, Saved};

pub(super) fn new_secret(config: &Config, asked: KeyNewSecretArgs) -> Result<ExitCode, Failure> {
    let mut handing = Handing::begin(asked.channel, None, &asked.acting)?;
    let delivery = match asked.overlap {
        _ if handing.delivers() => Delivery::Now(asked.overlap.map(Into::into)),
        Some(_) => return Err(Failure::Sentence("cli.overlap_later", Exit::Usage)),
        None => Delivery::Later,
    };
    Session::run(config, Access::Change, asked.acting, |mut session| {
        handing.check(&session)?;
        let id = KeyId(session.named(RowKind::ApiKey, &asked.key)?);
        let made = session.act_after(
            |service, actor| service.new_secret(actor, id, delivery, |_| Ok(Saved::default())),
            |service, actor| {
                service.new_secret(actor, id, delivery, |made| handing.hand_over(made))
            },
        );
        let (_, files) = handing.settle(&session, made)?;
        told(&session, &handing, &[id], &files, asked.format.format)?;
        Ok(Exit::Done.into())
    })
}

pub(super) fn delivered(config: &Config, asked: KeyDeliveredArgs) -> Result<ExitCode, Failure> {
    Session::run(config, Access::Change, asked.acting, |mut session| {
        let text = session.text;
        let id = KeyId(session.named(RowKind::ApiKey, &asked.key)?);
        let input = verify::read(text).map_err(|error| Failure::System("cli.input", error))?;
        let overlap = asked.overlap.map(Into::into);
        let (name, came) = session.act(|service, actor| {
            service.confirm_read_back(actor, id, verify::sent(&input), overlap)
        })?;
        let said = match came {
            ReadBack::Delivered(delivered) => text.delivered(&name, &delivered, session.view()?),
            ReadBack::Before(at) => {
                let at = at.in_zone(session.zone).format("%Y-%m-%d %H:%M %Z");
                text.fill("cli.delivered_before", &[("name", &name), ("at", &at)])
            }
        };
        print(&(said + "\n"))
    })
}
