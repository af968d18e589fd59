//! What `keyward scan` takes.

use std::path::PathBuf;

use clap::Args as Arguments;

use crate::cli::args::key::ActingArgs;
use crate::cli::args::rows::FormatArg;

#[derive(Debug, Arguments)]
pub(in crate::cli) struct ScanArgs {
    /// Files and directories; - is standard input, which is also read where nothing is named
    #[arg(value_name = "PATH")]
    pub(in crate::cli) paths: Vec<PathBuf>,
    /// Lock out each key of which a secret is found that is current or retiring
    #[arg(long)]
    pub(in crate::cli) lock: bool,
    /// Without asking; needed where there is no terminal
    #[arg(long, requires = "lock")]
    pub(in crate::cli) yes: bool,
    #[command(flatten)]
    pub(in crate::cli) format: FormatArg,
    #[command(flatten)]
    pub(in crate::cli) acting: ActingArgs,
}
