//! The recipes of `docs/proxies/`, carried out as they are written there: the real proxy, the real `keyward serve`, and a
//! service behind them that remembers what it was sent.

#[path = "proxies/application.rs"]
mod application;
#[path = "proxies/cases.rs"]
mod cases;
#[path = "proxies/client.rs"]
mod client;
#[path = "proxies/management_api.rs"]
mod management_api;
#[path = "proxies/programs.rs"]
mod programs;
#[path = "proxies/proxy.rs"]
mod proxy;
#[path = "proxies/recipe.rs"]
mod recipe;
#[path = "proxies/site.rs"]
mod site;
#[path = "support"]
mod support {
    #![allow(dead_code, reason = "a part of what the tests use")]
    pub mod database;
    pub mod page;
    pub mod process;
    pub mod program;
    pub mod server;
}

use std::path::Path;
use std::process::Command;

use cases::Door;
use proxy::{Ports, Proxy, program, refuses};
use recipe::Recipe;
use site::Site;
use support::process::skip;

/// Has everything asked of a page's recipe, where the proxy is there.
fn keep(name: &str, make: impl Fn(&Path, &Site, &Ports) -> Command) {
    let Some(program) = program(name) else {
        return skip(&format!("there is no {name}"));
    };
    let site = Site::new();
    let make = |site: &Site, ports: &Ports| make(&program, site, ports);
    let proxy = Proxy::start(&site, make, refuses);
    Door { site, proxy }.keeps_its_promises();
}

/// The same for a proxy that is in no Debian release: where it could not be fetched, it is skipped on the build machine, too.
#[expect(clippy::print_stderr, reason = "a skipped test should be seen")]
fn keep_fetched(name: &str, make: impl Fn(&Path, &Site, &Ports) -> Command) {
    if program(name).is_some() {
        keep(name, make);
    } else {
        eprintln!("skipped: there is no {name}; .ci/run fetches it where it can");
    }
}

#[test]
fn nginx_lets_through_only_who_has_a_key_that_may() {
    keep("nginx", |program, site, ports| {
        let recipe = Recipe::of("docs/proxies/nginx.md", "/etc/nginx/conf.d/keyward.conf");
        let (https, plain) = (ports.https, ports.plain);
        let listen = format!("listen 127.0.0.1:{https} ssl; listen 127.0.0.1:{plain};");
        let recipe = site.fill(recipe).put("listen 443 ssl;", &listen);
        programs::nginx(program, site, &recipe)
    });
}

#[test]
fn caddy_lets_through_only_who_has_a_key_that_may() {
    keep("caddy", |program, site, ports| {
        let recipe = site.fill(Recipe::of("docs/proxies/caddy.md", "/etc/caddy/Caddyfile"));
        let host = "\napi.example.org {";
        let plain = format!("\nhttp://api.example.org:{} {{\n\tlog", ports.plain);
        let plain = recipe.from(host).without("tls ").put(host, &plain);
        let https = format!("\nhttps://api.example.org:{} {{\n\tlog", ports.https);
        let recipe = recipe.put(host, &https).and(plain.text());
        programs::caddy(program, site, &recipe)
    });
}

#[test]
fn haproxy_lets_through_only_who_has_a_key_that_may() {
    keep("haproxy", |program, site, ports| {
        let page = "docs/proxies/haproxy.md";
        let script = site.fill(Recipe::of(page, "/etc/haproxy/keyward.lua"));
        let script = script.write(site.directory(), "keyward.lua");
        let recipe = site.fill(Recipe::of(page, "/etc/haproxy/haproxy.cfg"));
        let (https, plain) = (ports.https, ports.plain);
        let bind = format!("bind 127.0.0.1:{plain}\n    bind 127.0.0.1:{https} ssl");
        let recipe = recipe
            .put("/etc/haproxy/keyward.lua", &script.display().to_string())
            .put("bind :443 ssl", &bind)
            .put(
                "defaults\n",
                "defaults\n    log stderr format raw local0\n    option httplog\n",
            );
        programs::haproxy(program, site, &recipe)
    });
}

#[test]
fn apache_lets_through_only_who_has_a_key_that_may() {
    if !Path::new("/usr/share/lua/5.3/socket.lua").exists() {
        return skip("there is no lua-socket");
    }
    keep("apache2", |program, site, ports| {
        let page = "docs/proxies/apache.md";
        let script = site.fill(Recipe::of(page, "/etc/apache2/keyward.lua"));
        let script = script.write(site.directory(), "keyward.lua");
        let recipe = site.fill(Recipe::of(page, "/etc/apache2/sites-available/api.conf"));
        let recipe = recipe.put("/etc/apache2/keyward.lua", &script.display().to_string());
        let host = "\n<VirtualHost *:443>";
        let plain = format!("\n<VirtualHost *:{}>", ports.plain);
        let plain = recipe.from(host).without("SSL").put(host, &plain);
        let https = format!("\n<VirtualHost *:{}>", ports.https);
        let recipe = recipe.put(host, &https).and(plain.text());
        programs::apache(program, site, ports, &recipe)
    });
}

#[test]
fn traefik_lets_through_only_who_has_a_key_that_may() {
    keep_fetched("traefik", |program, site, ports| {
        let page = "docs/proxies/traefik.md";
        let keyward = format!("127.0.0.1:{}", site.keyward_port);
        let recipe = site.fill(Recipe::of(page, "/etc/traefik/keyward.yml"));
        let recipe = recipe.put("127.0.0.1:9411", &keyward);
        let file = recipe.write(site.directory(), "keyward.yml");
        let plain = format!(
            "log:\n  level: INFO\naccessLog: {{}}\nentryPoints:\n  plain:\n    address: 127.0.0.1:{}\n    http:\n      encodedCharacters:\n        \
             allowEncodedSlash: false\n",
            ports.plain
        );
        let https = format!("address: 127.0.0.1:{}", ports.https);
        Recipe::of(page, "/etc/traefik/traefik.yml")
            .put("/etc/traefik/keyward.yml", &file.display().to_string())
            .put("address: \":443\"", &https)
            .put("entryPoints:\n", &plain)
            .write(site.directory(), "traefik.yml");
        let mut command = Command::new(program);
        command.arg("--configFile=traefik.yml");
        command
    });
}

#[test]
fn envoy_lets_through_only_who_has_a_key_that_may() {
    keep_fetched("envoy", |program, site, ports| {
        let recipe = Recipe::of("docs/proxies/envoy.md", "/etc/envoy/envoy.yaml");
        let https = format!("address: 127.0.0.1, port_value: {}", ports.https);
        let service = format!("port_value: {}", site.application.port);
        // A second listener, with the first one's manager of connections.
        let plain = format!(
            "\n    - address: {{ socket_address: {{ address: 127.0.0.1, port_value: {} }} }}\n      filter_chains:\n        \
             - filters:\n            - name: envoy.filters.network.http_connection_manager\n              \
             typed_config: *manager\n  clusters:\n",
            ports.plain
        );
        site.fill(recipe)
            .put("address: 0.0.0.0, port_value: 443", &https)
            .put("port_value: 8080", &service)
            .put("\n  clusters:\n", &plain)
            .write(site.directory(), "envoy.yaml");
        let mut command = Command::new(program);
        command.args(["-c", "envoy.yaml", "--disable-hot-restart"]);
        command.args(["--concurrency", "1", "-l", "warn"]);
        command
    });
}
