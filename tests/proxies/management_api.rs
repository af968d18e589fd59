//! The recipes of `docs/proxies/management-api.md`: what they pass on to keyward, and from where.

use std::path::Path;
use std::process::Command;

use serde_json::Value;

use super::programs;
use super::proxy::{Ports, Proxy, is_open, program};
use super::recipe::Recipe;
use super::site::{Key, Site};
use super::support::process::skip;

const PAGE: &str = "docs/proxies/management-api.md";

/// Has the page's own line ask who asks, through the page's recipe.
fn keep(name: &str, file: &str, make: impl Fn(&Path, &Site, &Ports, Recipe) -> Command) {
    let Some(program) = program(name) else {
        return skip(&format!("there is no {name}"));
    };
    let mut site = Site::new();
    let recipe = site.fill(Recipe::of(PAGE, file));
    let make = |site: &Site, ports: &Ports| make(&program, site, ports, recipe.clone());
    let proxy = Proxy::start(&site, make, |ports| is_open(ports.https));
    let asks = |key: &Key| -> Value {
        let printed = site.try_out(PAGE, key, proxy.ports.https);
        serde_json::from_str(&printed[0]).unwrap_or_else(|error| panic!("{error}: {printed:?}"))
    };
    for key in [&site.keys.reads, &site.keys.here] {
        assert_eq!(asks(key)["ID"], key.id.0);
    }
    let refused = asks(&site.keys.elsewhere);
    assert!(refused["message"].is_string(), "{refused}");
    site.stop_keyward();
    site.try_out(PAGE, &site.keys.reads, proxy.ports.https);
    proxy.logged_no_secret(&site);
}

#[test]
fn nginx_brings_the_management_api() {
    let file = "/etc/nginx/conf.d/keyward-api.conf";
    keep("nginx", file, |program, site, ports, recipe| {
        let listen = format!("listen 127.0.0.1:{} ssl;", ports.https);
        programs::nginx(program, site, &recipe.put("listen 443 ssl;", &listen))
    });
}

#[test]
fn caddy_brings_the_management_api() {
    let file = "/etc/caddy/Caddyfile";
    keep("caddy", file, |program, site, ports, recipe| {
        let host = format!("\nhttps://keys.example.org:{} {{", ports.https);
        programs::caddy(program, site, &recipe.put("\nkeys.example.org {", &host))
    });
}

#[test]
fn haproxy_brings_the_management_api() {
    let file = "/etc/haproxy/keyward-api.cfg";
    keep("haproxy", file, |program, site, ports, recipe| {
        let bind = format!("bind 127.0.0.1:{} ssl", ports.https);
        programs::haproxy(program, site, &recipe.put("bind :443 ssl", &bind))
    });
}

#[test]
fn apache_brings_the_management_api() {
    let file = "/etc/apache2/sites-available/keyward-api.conf";
    keep("apache2", file, |program, site, ports, recipe| {
        let host = format!("<VirtualHost *:{}>", ports.https);
        let recipe = recipe.put("<VirtualHost *:443>", &host);
        programs::apache(program, site, ports, &recipe)
    });
}
