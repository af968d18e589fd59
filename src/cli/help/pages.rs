//! THE table of what each command says of itself besides its options: its notes, its examples, and what its exit codes
//! mean where that is more than the general word for them.

use crate::cli::exit::Exit;

/// What a caller of `keyward verify` must know.
const CALLERS: &str = "A caller must take any exit code but 0 as denied.";

/// What a command says of itself.
#[derive(Debug)]
pub(in crate::cli) struct Page {
    /// The command's words, without `keyward`.
    pub(in crate::cli) command: &'static str,
    /// A page of `assets/help`, in the form that `notes` takes apart; or nothing.
    pub(in crate::cli) notes: &'static str,
    /// Command lines, and what each does.
    pub(in crate::cli) examples: &'static [(&'static str, &'static str)],
    /// What 0 means here, and 1 where the command can end with it; others where they mean something of their own.
    pub(in crate::cli) exits: Exits,
    /// What nobody may miss: the last word of its help, in the short form too.
    pub(in crate::cli) last: Option<&'static str>,
}

macro_rules! notes {
    ($page:literal) => {
        include_str!(concat!("../../../assets/help/", $page, ".txt"))
    };
}

/// The exit codes of a command, and what each means.
type Exits = &'static [(Exit, &'static str)];

/// Of commands that list rows.
const LISTED: Exits = &[
    (Exit::Done, "Done"),
    (Exit::Refused, "A user that was named does not exist"),
];

/// Of commands that show rows by name.
const SHOWN: Exits = &[
    (Exit::Done, "Done"),
    (Exit::Refused, "Something named does not exist"),
];

/// Of commands that change rows.
const CHANGED: Exits = &[
    (Exit::Done, "Done"),
    (
        Exit::Refused,
        "Refused, at least one of them; something named does not exist; not confirmed",
    ),
];

const fn row(
    command: &'static str,
    notes: &'static str,
    examples: &'static [(&'static str, &'static str)],
    exits: Exits,
) -> Page {
    Page {
        command,
        notes,
        examples,
        exits,
        last: None,
    }
}

/// A row for every command, in the order of the help of `keyward`.
#[rustfmt::skip]
pub(in crate::cli) static PAGES: &[Page] = &[
    row("", notes!("keyward"),
        &[
            ("keyward", "Open the console"),
            ("keyward --db ./keys.db", "Open it on another database"),
            ("keyward demo", "Look at it with keys that are made up"),
        ],
        &[
            (Exit::Done, "The user quit the console, or was signed out without keyboard activity"),
            (Exit::Refused, "The user that was named does not exist"),
        ]
    ),
    row("demo", "",
        &[
            ("keyward demo --as auditor", "See what an auditor sees"),
            ("keyward demo --tour --hide-secrets", "Show the life of a key to others"),
            ("keyward demo --db demo.db", "Keep what is made, for keyward --db demo.db"),
            ("keyward demo --keys 1000000 --db demo.db", "See how it is with a million keys"),
        ],
        &[(Exit::Done, "The user quit the console")]
    ),
    Page { last: Some(CALLERS), ..row("verify", notes!("verify"),
        &[
            ("keyward verify < secret", "Check what a file holds"),
            ("keyward verify --service wiki --address 192.0.2.7 < header",
                "Check it as the request that it came with"),
            ("keyward verify --batch < received", "Check many, one a line"),
        ],
        &[
            (Exit::Done, "The secret is valid; with --batch every one is"),
            (Exit::Refused, "The secret is refused; with --batch at least one is"),
        ]
    ) },
    row("serve", notes!("serve"),
        &[
            ("keyward serve --auth unix:/run/keyward/auth.sock", "Answer a proxy on this machine"),
            ("keyward serve --api 127.0.0.1:8088 --admin 127.0.0.1:8089", "Let clients manage keys, and probes look"),
        ],
        &[
            (Exit::Done, "A signal ended it, after what had begun was answered"),
            (Exit::Trouble, "Trouble, said on standard error: no database, one that cannot be used, or one that was \
                replaced, which ends it"),
        ]
    ),
    row("key list", notes!("key-list"),
        &[
            ("keyward key list --filter 'state:locked'", "Every key that is locked out"),
            ("keyward key list --format json | jq -r '.[].keyName'", "The names of all, for a script"),
        ],
        &[
            (Exit::Done, "Done; an empty list, too"),
            (Exit::Refused, "A user that was named does not exist; --expiring or --unused found any"),
        ]
    ),
    row("key show", "",
        &[
            ("keyward key show ci", "Everything about the key named ci"),
            ("keyward key show 42 --format json | jq '.secrets[].phase'", "The phases of its secrets"),
        ],
        SHOWN
    ),
    row("key edit", "",
        &[("keyward key edit 42 --owner ops --expires-on +90d --yes", "Another owner and another last day")],
        CHANGED
    ),
    row("key new", notes!("key-new"),
        &[
            ("keyward key new --name ci --role Auditor --secret-file ci.secret", "Create a key whose secret works \
                when the file is there"),
            ("keyward key new --name ci --stdout > secret", "Have keyward key delivered read its secret back later"),
            ("keyward key new --from keys.csv --secret-dir secrets", "Create a key for each line of a file"),
        ],
        &[
            (Exit::Done, "The keys are there, and their secrets where you said"),
            (Exit::Refused, "Refused: a name is taken, a day is over, a line of the file is wrong; something named \
                does not exist"),
            (Exit::Trouble, "Trouble, said on standard error: the secret was not handed over, also where nobody reads \
                standard output, and no key was made; no database, or one that cannot be used"),
            (Exit::Usage, "Wrong usage: no place for the secret, several, or one that takes none"),
        ]
    ),
    row("key new-secret", notes!("key-new-secret"),
        &[
            ("keyward key new-secret ci --overlap 24h --secret-file ci.secret", "Replace a secret, which works on \
                for a day"),
        ],
        &[
            (Exit::Done, "The secret is where you said"),
            (Exit::Refused, "Refused; what was named does not exist"),
            (Exit::Trouble, "Trouble, said on standard error: the secret was not handed over, also where nobody reads \
                standard output, and nothing was replaced; no database, or one that cannot be used"),
            (Exit::Usage, "Wrong usage: no place for the secret, several, or --overlap is missing"),
        ]
    ),
    row("key delivered", notes!("key-delivered"),
        &[("keyward key delivered ci --overlap 1h < secret", "Confirm that a new secret has arrived")],
        &[
            (Exit::Done, "The secret works from now on, or did before"),
            (Exit::Refused, "Refused: it is another key's, was replaced, never works, or is none; what was named \
                does not exist"),
            (Exit::Usage, "Wrong usage: a secret that works would be replaced, and --overlap is missing"),
        ]
    ),
    row("key lock", notes!("key-lock"),
        &[
            ("keyward key lock 42 --reason 'found in a log' --yes", "Lock out one key, from a script"),
            ("keyward key lock --filter 'owner:ops' --dry-run", "See which keys it would be, and lock out none"),
        ],
        CHANGED
    ),
    row("key unlock", "", &[("keyward key unlock 42 --yes", "Unlock one key, from a script")], CHANGED),
    row("key delete", "",
        &[("keyward key delete --filter 'used:>1y' --dry-run", "See which keys it would be, and delete none")],
        CHANGED
    ),
    row("key restore", "", &[("keyward key restore 42 --yes", "Restore a key that was deleted")], CHANGED),
    row("key end-overlap", "",
        &[("keyward key end-overlap 42 --yes", "End the earlier secret of one key")],
        CHANGED
    ),
    row("key set-role", "", &[("keyward key set-role Auditor 42 43 --yes", "Give two keys a role")], CHANGED),
    row("key set-expiry", "",
        &[
            ("keyward key set-expiry +30d --filter 'owner:ops' --yes", "Let the keys of ops expire in 30 days"),
            ("keyward key set-expiry never 42 --yes", "Let one key never expire"),
        ],
        CHANGED
    ),
    row("scan", notes!("scan"),
        &[
            ("keyward scan /var/log/app", "Look through files and directories"),
            ("git log -p --all | keyward scan -", "Look through the whole history of a repository"),
            ("keyward scan --lock --yes --format jsonl /srv/shared", "Lock out what is found, from a script"),
        ],
        &[
            (Exit::Done, "No living secret was found"),
            (Exit::Refused, "A living one was found, whatever else could not be read"),
            (Exit::Trouble, "Trouble, said on standard error; something could not be read"),
        ]
    ),
    row("user list", "", &[("keyward user list --filter 'state:locked'", "Every user who is locked out")], LISTED),
    row("user show", "",
        &[("keyward user show alice --format json", "What is known of alice, for a script")],
        SHOWN
    ),
    row("user new", "",
        &[("keyward user new bob --role Auditor --full-name 'Bob B.'", "Create a user who may look")],
        &[
            (Exit::Done, "Done"),
            (Exit::Refused, "Refused, such as a name that is taken; something named does not exist"),
        ]
    ),
    row("user edit", "", &[("keyward user edit bob --zone Asia/Tokyo --yes", "Show bob times in Tokyo")], CHANGED),
    row("user lock", "",
        &[("keyward user lock bob --reason 'left' --yes", "Lock out one user, from a script")],
        CHANGED
    ),
    row("user unlock", notes!("unlock"),
        &[("keyward user unlock alice --break-glass", "Let alice in again")],
        &[
            (Exit::Done, "The user is not locked out (any more)"),
            (Exit::Refused, "There is no such user"),
        ]
    ),
    row("user delete", "", &[("keyward user delete bob --yes", "Delete one user, from a script")], CHANGED),
    row("user set-role", "", &[("keyward user set-role Auditor bob --yes", "Give a user a role")], CHANGED),
    row("role list", "",
        &[("keyward role list --sort users --reverse", "Roles that most users have first")],
        LISTED
    ),
    row("role show", "",
        &[("keyward role show Auditor --format json > auditor.json", "A role in a file, for role new --from")],
        SHOWN
    ),
    row("role new", "",
        &[
            ("keyward role new ci --preset auditor --allow-web-service yes", "A role for keys that read"),
            ("keyward role new ops --from auditor.json", "The same as in a file, under another name"),
        ],
        &[
            (Exit::Done, "Done"),
            (Exit::Refused, "Refused, such as a name that is taken"),
        ]
    ),
    row("role edit", "",
        &[("keyward role edit ci --services wiki,git --yes", "What its keys open behind a proxy")],
        CHANGED
    ),
    row("role delete", "", &[("keyward role delete ci --yes", "Delete a role that nobody has")], CHANGED),
    row("policy show", "", &[("keyward policy show --format json", "The policy, for a script")], LISTED),
    row("policy set", "",
        &[("keyward policy set --longest-days 90 --yes", "Let no key live longer than 90 days")],
        &[
            (Exit::Done, "Done"),
            (Exit::Refused, "Refused; not confirmed"),
        ]
    ),
    row("ssh-line", notes!("ssh-line"),
        &[
            ("keyward ssh-line --user alice alice.pub >> ~/.ssh/authorized_keys", "Let alice open the console with \
                her SSH key"),
            ("keyward ssh-line --commands --user ci ci.pub >> ~/.ssh/authorized_keys", "Let ci run commands over \
                SSH, too"),
        ],
        &[
            (Exit::Done, "The line was printed"),
            (Exit::Refused, "There is no such user"),
        ]
    ),
    row("config", notes!("config"),
        &[
            ("keyward config", "Tell what is set, and by what"),
            ("keyward config --default > ~/.config/keyward/config.toml", "Start a config file"),
        ],
        &[
            (Exit::Done, "The settings were printed"),
            (Exit::Refused, "The same, and the config file has a problem: for scripts that check it"),
        ]
    ),
    row("themes", notes!("themes"),
        &[
            ("keyward themes", "Show every theme"),
            ("keyward themes nord > ~/.config/keyward/own.toml", "Start a theme of your own with another's file"),
        ],
        &[(Exit::Done, "Printed")]
    ),
    row("events", notes!("events"),
        &[
            ("keyward events --since 7d", "What happened in a week"),
            ("keyward events --target api-key:42 --format jsonl", "All that happened to a key, for a program"),
            ("keyward events --head >> kept-elsewhere", "Keep a head where the owner of the database cannot write"),
            ("keyward events --check --head \"$(tail -n 1 kept-elsewhere)\"", "Check that nothing before it was \
                changed"),
        ],
        &[
            (Exit::Done, "Done; --check: the chain is intact, and contains the head"),
            (Exit::Refused, "The chain is not intact, or does not contain the head; the database is not as Keyward \
                created it; the target or user that was named never existed"),
        ]
    ),
    row("backup", notes!("backup"),
        &[
            ("keyward backup /mnt/elsewhere/keyward-2026-11-27.db", "Copy the account's own database"),
            ("keyward backup --db ./keys.db ./keys-copy.db", "Copy another"),
        ],
        &[
            (Exit::Done, "The copy was made and checked"),
            (Exit::Refused, "The database is not as Keyward created it, or its chain of events is not intact"),
            (Exit::Trouble, "Trouble, said on standard error: no database, one that cannot be used, or a file that \
                cannot be written"),
        ]
    ),
    row("restore", notes!("restore"),
        &[
            ("keyward restore /mnt/elsewhere/keyward-2026-11-27.db", "Put it in the place of the account's own \
                database"),
            ("keyward restore --db ./keys.db ./keys-copy.db --yes", "In the place of another, without asking"),
        ],
        &[
            (Exit::Done, "The copy is in the database's place"),
            (Exit::Refused, "Not confirmed; the database is in use, or was changed meanwhile; the copy is not as \
                Keyward created it, or its chain of events is not intact"),
            (Exit::Trouble, "Trouble, said on standard error: no copy, or one that cannot be used"),
        ]
    ),
    row("move", notes!("move"),
        &[
            ("keyward move ./keys.db 'postgres:///keyward?host=/run/postgresql'", "To the server on this machine"),
            ("keyward move ./keys.db postgres://db1.example,db2.example/keyward --yes", "To a primary and its \
                standby, without asking"),
        ],
        &[
            (Exit::Done, "Moved: everything is on the server, and the file opens for nobody"),
            (Exit::Refused, "Not confirmed; the database is not as Keyward created it, or its chain of events is not \
                intact"),
            (Exit::Trouble, "Trouble, said on standard error: the file or the server cannot be used, or the schema is \
                not empty"),
            (Exit::NotAllowed, "The file belongs to another account, or the role may create nothing there"),
        ]
    ),
    row("doctor", notes!("doctor"),
        &[
            ("keyward doctor", "Look at the account's own database"),
            ("keyward doctor --json --db ./keys.db", "At another, for a program"),
        ],
        &[
            (Exit::Done, "Everything is ok, or there are only warnings"),
            (Exit::Refused, "At least one check failed"),
        ]
    ),
    row("completions", notes!("completions"),
        &[
            ("keyward completions bash > ~/.local/share/bash-completion/completions/keyward", "For bash, from the \
                next shell on"),
            ("keyward completions zsh > ~/.zfunc/_keyward", "For zsh, where ~/.zfunc is in fpath"),
            ("keyward completions fish > ~/.config/fish/completions/keyward.fish", "For fish"),
        ],
        &[(Exit::Done, "The script was printed")]
    ),
    row("man", "",
        &[
            ("keyward man | man -l -", "Read the page of keyward"),
            ("keyward man ~/.local/share/man/man1", "Write every page where man finds it"),
        ],
        &[(Exit::Done, "The page was printed, or all were written")]
    ),
];

/// What the command with these words says of itself.
pub(in crate::cli) fn page(command: &str) -> Option<&'static Page> {
    PAGES.iter().find(|page| page.command == command)
}
