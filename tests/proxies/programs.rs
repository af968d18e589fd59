//! How each proxy is started with a recipe, as an ordinary account or as root: what its page leaves to the machine.

use std::fs;
use std::path::Path;
use std::process::Command;

use super::proxy::Ports;
use super::recipe::Recipe;
use super::site::{GROUP, Site, is_root};
use super::support::page;

/// nginx with what would be in a file of `conf.d`.
pub fn nginx(program: &Path, site: &Site, recipe: &Recipe) -> Command {
    recipe.write(site.directory(), "conf.d.conf");
    let user = if is_root() {
        format!("user {GROUP};\n")
    } else {
        String::new()
    };
    let kinds = ["client_body", "proxy", "fastcgi", "uwsgi", "scgi"];
    let paths = kinds.map(|kind| format!("{kind}_temp_path {kind};\n"));
    let main = format!(
        "{user}daemon off;\npid nginx.pid;\nerror_log stderr;\nevents {{}}\n\
         http {{\naccess_log /dev/stderr;\n{}include conf.d.conf;\n}}\n",
        paths.concat()
    );
    fs::write(site.path("nginx.conf"), main).expect("written");
    let mut command = Command::new(program);
    command.arg("-p").arg(site.directory());
    command.args(["-c", "nginx.conf"]);
    command
}

/// Caddy with this Caddyfile.
pub fn caddy(program: &Path, site: &Site, recipe: &Recipe) -> Command {
    // It would take the ports 80 and 2019.
    let options = "\n{\n\tadmin off\n\tauto_https off\n";
    let recipe = recipe.clone().put("\n{\n", options);
    recipe.write(site.directory(), "Caddyfile");
    let mut command = Command::new(program);
    command.args(["run", "--config", "Caddyfile"]);
    command
}

/// `HAProxy` with this file.
pub fn haproxy(program: &Path, site: &Site, recipe: &Recipe) -> Command {
    recipe.write(site.directory(), "haproxy.cfg");
    let mut command = Command::new(program);
    command.args(["-f", "haproxy.cfg"]);
    command
}

/// Apache with this site, and the modules that its page enables.
pub fn apache(program: &Path, site: &Site, ports: &Ports, recipe: &Recipe) -> Command {
    recipe.write(site.directory(), "site.conf");
    let page = page::read("docs/proxies/apache.md");
    let enabled = page.lines().find_map(|line| line.strip_prefix("a2enmod "));
    let enabled = enabled.expect("the modules").split(' ');
    // What Debian enables by itself comes first.
    let modules = ["mpm_event", "authz_core"].into_iter().chain(enabled);
    let modules: Vec<String> = modules
        .map(|name| format!("LoadModule {name}_module /usr/lib/apache2/modules/mod_{name}.so\n"))
        .collect();
    let user = if is_root() {
        format!("User {GROUP}\nGroup {GROUP}\n")
    } else {
        String::new()
    };
    let at = site.directory().display();
    let main = format!(
        "ServerRoot {at}\nDefaultRuntimeDir {at}\nPidFile {at}/apache.pid\nServerName localhost\nMutex pthread\n\
         ErrorLog /dev/stderr\nCustomLog /dev/stderr \"%h %t \\\"%r\\\" %>s\"\n{user}{}Listen 127.0.0.1:{}\nListen 127.0.0.1:{}\nInclude site.conf\n",
        modules.concat(),
        ports.plain,
        ports.https
    );
    fs::write(site.path("apache.conf"), main).expect("written");
    let mut command = Command::new(program);
    command.arg("-DFOREGROUND").arg("-f");
    command.arg(site.path("apache.conf"));
    command
}
