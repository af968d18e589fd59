//! Whether a change is meant: asked at a terminal, and said with `--yes` where there is none.

use std::io::{self, BufRead, IsTerminal, Write};

use crate::cli::Failure;
use crate::cli::exit::Exit;
use crate::text::Text;

/// Shows what would follow and asks, unless it was said before that it is meant.
///
/// # Errors
/// Wrong usage where nobody can be asked; [`Exit::Refused`] where the answer is no.
pub(super) fn confirm(text: Text, yes: bool, follows: &str) -> Result<(), Failure> {
    confirm_after(text, yes, (follows, "cli.needs_yes"), || Ok(()))
}

/// The same, with the sentence for where nobody can be asked, and what is to be waited for before the answer is read.
pub(super) fn confirm_after(
    text: Text,
    yes: bool,
    (follows, needs_yes): (&str, &'static str),
    answered: impl FnOnce() -> Result<(), Failure>,
) -> Result<(), Failure> {
    if yes {
        return Ok(());
    }
    let mut told = io::stderr();
    if !io::stdin().is_terminal() || !told.is_terminal() {
        return Err(Failure::Sentence(needs_yes, Exit::Usage));
    }
    let asked = write!(told, "{follows}\n{} ", text.say("cli.sure"));
    asked.and_then(|()| told.flush()).map_err(Failure::Output)?;
    answered()?;
    let mut answer = String::new();
    io::stdin()
        .lock()
        .read_line(&mut answer)
        .map_err(|error| Failure::System("cli.input", error))?;
    match answer.trim() {
        "y" | "Y" | "yes" => Ok(()),
        _ => Err(Failure::Sentence("cli.not_done", Exit::Refused)),
    }
}
