//! What is there before a page is read, which blocks are more than run, and what has come of it.

/// How a block is carried out that is not just run, or which test does it.
pub enum Way {
    /// It ends with this exit code.
    Ends(i32),
    /// It goes on until it is ended, which is done when the shell finds this to be so.
    Until(&'static str),
    /// It asks, or is a console: what is seen on its screen, and what is typed then.
    Answers(&'static [(&'static str, &'static str)]),
    /// This test of this file does it.
    Test(&'static str, &'static str),
}

use Way::{Answers, Ends, Test, Until};

/// Where a page is read, in the words of a shell.
pub struct Place {
    pub page: &'static str,
    /// Done once, before the page.
    pub before: &'static str,
    /// Known to each block: variables, and what stands for programs that are not there.
    pub known: &'static str,
    /// What is so in the end.
    pub after: &'static str,
}

/// Known to every block. What stands for another machine is a directory of its name.
pub const COMMON: &str = r#"
received=$(tail -n 1 ~/.secrets 2>/dev/null) || :
ssh() {
    test "$1" != -t || shift
    ( mkdir -p "$1"; cd "$1"; HOME=$PWD; shift; "$@" )
}
scp() { mkdir -p "${2%:}"; cp "$1" "${2%:}"; }
"#;

/// What every reader begins with: 42 keys, their secrets in a file, and the users of the pages.
pub const SAMPLE: &str = r#"
{
    echo name,owner,zone
    echo nightly,ops,
    echo app,,
    seq -f 'key-%g,,' 3 41
    echo backup-nightly,,Asia/Tokyo
} > keys.csv
keyward key new --from keys.csv --secret-file .secrets
for user in alice bob; do keyward user new --role "Full Access" "$user"; done
rm keys.csv
"#;

/// The account of several administrators, with a database.
const ACCOUNT: &str = r"
useradd --system --create-home --shell /bin/sh --password '*' keyward
sudo -u keyward -H keyward key new --name first --stdout > first
install -d -o keyward -g www-data -m 2750 /run/keyward
";

const QUIT: Way = Answers(&[("F1 Help", "q")]);
const YES: Way = Answers(&[("Type y for yes", "y\r")]);
const RECIPE: Way = Test("tests/recipe/mod.rs", "the_recipe_works_as_it_is_written");
const DEBIAN: Way = Test(
    "tests/package/debian.rs",
    "installed_on_a_debian_of_its_own_it_works_and_leaves_its_data_when_it_goes",
);
const ARCHIVE: Way = Test(
    "tests/package/debian.rs",
    "the_archive_is_unpacked_and_removed_as_its_page_says",
);
const SERVERS: Way = Test(
    "tests/servers.rs",
    "what_the_page_on_servers_has_one_type_works_on_two_hosts",
);
const NGINX: Way = Test(
    "tests/proxies.rs",
    "nginx_lets_through_only_who_has_a_key_that_may",
);

/// The page, how the block begins, and its way. What is not here is run, and ends with 0.
pub const WAYS: &[(&str, &str, Way)] = &[
    (
        "README.md",
        "keyward",
        Test(
            "tests/terminal.rs",
            "the_main_job_from_an_empty_list_to_a_deleted_key",
        ),
    ),
    (
        "README.md",
        "cargo test",
        Test("tests/readme.rs", "the_gate_runs_readmes_own_test_command"),
    ),
    ("docs/backup.md", "keyward restore", YES),
    ("docs/backup.md", "litestream restore", YES),
    ("docs/demo.md", "keyward demo\n", QUIT),
    ("docs/demo.md", "keyward demo --db", QUIT),
    (
        "docs/demo.md",
        "keyward demo --keys",
        Test(
            "tests/demo.rs",
            "a_demo_has_as_many_keys_as_were_asked_for_in_memory_and_in_a_file",
        ),
    ),
    (
        "docs/events.md",
        "keyward events --since",
        Until("grep '^{' out"),
    ),
    ("README.md", "apt", DEBIAN),
    ("docs/install.md", "apt", DEBIAN),
    ("docs/install.md", "sudo", DEBIAN),
    ("docs/install.md", "usermod", DEBIAN),
    ("docs/install.md", "tar", ARCHIVE),
    ("docs/install.md", "systemctl disable", ARCHIVE),
    (
        "docs/install.md",
        "sha256sum",
        Test(
            "tests/package.rs",
            "two_runs_make_the_same_bytes_whose_sums_are_told",
        ),
    ),
    (
        "docs/proxies.md",
        "install -d",
        Until("test -S /run/keyward/auth.sock"),
    ),
    ("docs/proxies.md", "curl -i https", NGINX),
    ("docs/proxies.md", "curl -i -H", NGINX),
    (
        "docs/proxies/apache.md",
        "apt-get install",
        Test(
            "tests/proxies.rs",
            "apache_lets_through_only_who_has_a_key_that_may",
        ),
    ),
    (
        "docs/proxies/management-api.md",
        "sudo",
        Until("test -S /run/keyward/api.sock"),
    ),
    (
        "docs/proxies/management-api.md",
        "curl",
        Test(
            "tests/proxies/management_api.rs",
            "nginx_brings_the_management_api",
        ),
    ),
    (
        "docs/proxies/traefik.md",
        "sudo",
        Test(
            "tests/proxies.rs",
            "traefik_lets_through_only_who_has_a_key_that_may",
        ),
    ),
    ("docs/questions.md", "keyward restore", YES),
    ("docs/questions.md", "keyward backup ~/keyward-move.db", YES),
    (
        "docs/scan.md",
        "tail -F",
        Until("keyward key list --filter state:locked | grep nightly"),
    ),
    (
        "docs/scan.md",
        "#!/bin/sh",
        Test(
            "tests/scan.rs",
            "the_pre_commit_hook_of_the_page_refuses_a_secret_and_lets_all_else_pass",
        ),
    ),
    (
        "docs/serve.md",
        "sudo",
        Until("test -S /run/keyward/auth.sock -a -S /run/keyward/admin.sock"),
    ),
    ("docs/serve.md", "useradd", QUIT),
    ("docs/servers.md", "", SERVERS),
    ("docs/ssh.md", "useradd", RECIPE),
    ("docs/ssh.md", "mkdir", RECIPE),
    (
        "docs/ssh.md",
        "sudo -u keyward -H keyward ssh-line --commands",
        RECIPE,
    ),
    ("docs/ssh.md", "ssh keyward@host", RECIPE),
    (
        "docs/ssh.md",
        "sudo -u keyward -H keyward user unlock",
        RECIPE,
    ),
    ("docs/verifying.md", "keyward verify --batch", Ends(1)),
];

/// The pages that need more than the sample, or leave something behind.
pub const PLACES: &[Place] = &[
    Place {
        page: "README.md",
        before: "",
        known: "cargo() { mkdir -p target/release; cp /usr/local/bin/keyward target/release/; }",
        after: r#"test "$(stat -c '%a %U' /usr/local/bin/keyward)" = '711 root'"#,
    },
    Place {
        page: "docs/backup.md",
        before: "mkdir -m 700 /var/lib/keyward; cp .local/share/keyward/keyward.db /var/lib/keyward/",
        known: r#"litestream() { sqlite3 "$4" ".backup '$3'"; }"#,
        after: "ls .local/share/keyward/keyward.db.before-restore-* /var/lib/keyward/keyward.db.before-restore-*; rm -r /var/lib/keyward",
    },
    Place {
        page: "docs/demo.md",
        before: "",
        known: r#"
            if test -e showroom.db; then
                received=$(keyward key new --db showroom.db --name "new-$$" --stdout --deliver-now)
            fi"#,
        after: "",
    },
    Place {
        page: "docs/install.md",
        before: "",
        known: r#"
            cargo() { test "$*" = 'install --locked --path .'; }
            systemctl() { test -f "$repository/assets/systemd/$2"; }"#,
        after: "",
    },
    Place {
        page: "docs/proxies.md",
        before: ACCOUNT,
        known: "",
        after: "userdel -rf keyward; rm -rf /run/keyward",
    },
    Place {
        page: "docs/proxies/management-api.md",
        before: ACCOUNT,
        known: "",
        after: "userdel -rf keyward; rm -rf /run/keyward",
    },
    Place {
        page: "docs/questions.md",
        before: "keyward key new --name ci --stdout > ci.secret",
        known: "",
        after: r"
            test ! -e .local/share/keyward
            HOME=~/newhost keyward verify < ci.secret",
    },
    Place {
        page: "docs/scan.md",
        before: r"
            git init -q .
            mkdir -p /var/log/app /srv/shared
            head -n 1 .secrets > /var/log/app.log",
        known: "",
        after: "",
    },
    Place {
        page: "docs/scripts.md",
        before: "mkdir -p .ssh /srv/app; ssh-keygen -q -t ed25519 -N '' -f .ssh/id_ed25519",
        known: "",
        after: r#"
            for file in ci-2.secret ci-3.secret deploy.secret secrets/api-key-*.secret; do
                keyward verify < "$file"
            done
            keyward verify < ci.secret | grep replaced
            grep '"valid":true' verdict.json
            # As cron runs it.
            sed -n 's/^0 4 1 \* \* *//p' "$repository/docs/scripts.md" | sed 's/\\%/%/g' > job
            sh -eu job
            cat /srv/app/secret.* | keyward verify"#,
    },
    Place {
        page: "docs/serve.md",
        before: ACCOUNT,
        known: r#"
            ln -sfn "$repository/assets" assets
            useradd() { userdel -rf keyward 2> /dev/null || :; command useradd "$@"; }
            systemctl() { shift; for unit; do case $unit in *.*) test -f "/etc/systemd/system/$unit";; esac; done; }"#,
        after: "userdel -rf keyward; rm -rf /run/keyward",
    },
    Place {
        page: "docs/ssh.md",
        before: r"
            useradd --system --home-dir /var/lib/keyward --shell /usr/sbin/nologin keyward
            install -d -o keyward -g keyward -m 0700 /var/lib/keyward
            sudo -u keyward keyward key new --db /var/lib/keyward/keyward.db --name first --stdout > first
            sudo -u keyward keyward user new --db /var/lib/keyward/keyward.db --role Auditor alice
            mkdir /etc/ssh/keyward
            ssh-keygen -q -t ed25519 -N '' -f alice",
        known: "",
        after: r#"
            grep -- '--user alice --db /var/lib/keyward/keyward.db"' /etc/ssh/keyward/keyward
            userdel -rf keyward"#,
    },
    Place {
        page: "docs/verifying.md",
        before: "tail -n 1 .secrets > received; echo nonsense >> received",
        known: "",
        after: "",
    },
];
