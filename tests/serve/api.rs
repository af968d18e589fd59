//! The management API, as the original's clients call it.

use keyward::domain::api_key::ApiKeyDraft;
use keyward::domain::id::{AUDITOR, FULL_ACCESS, KeyId, RoleId};
use keyward::domain::rights::Right;
use keyward::domain::role::{RoleDraft, RoleFields};
use serde_json::{Value, json};

use crate::support::database::{draft, rights};
use crate::support::server::{Answer, House, Server};

/// A server of the API, with a key that has every right.
struct Api {
    house: House,
    server: Server,
    id: KeyId,
    secret: String,
}

impl Api {
    fn new() -> Api {
        Api::of(&ApiKeyDraft {
            role: FULL_ACCESS,
            ..draft("automation")
        })
    }

    fn of(key: &ApiKeyDraft) -> Api {
        let mut house = House::new();
        let (id, secret) = house.key_of(key);
        let server = house.serve(&["--api", "unix:api.sock", "--access-log"]);
        Api {
            house,
            server,
            id,
            secret: secret.expose().to_owned(),
        }
    }

    /// A key with a role of its own, which has these rights.
    fn key_with(&mut self, name: &str, held: &[Right]) -> (KeyId, String) {
        let role = RoleDraft::from(RoleFields {
            name: format!("Role of {name}"),
            rights: rights(held),
            web_service: true,
            user_interface: false,
            ..RoleFields::default()
        });
        let role = self.house.service.create_role(&self.house.owner, &role);
        self.key_in(name, role.expect("created"))
    }

    fn key_in(&mut self, name: &str, role: RoleId) -> (KeyId, String) {
        let (id, secret) = self.house.key_of(&ApiKeyDraft {
            role,
            ..draft(name)
        });
        (id, secret.expose().to_owned())
    }

    fn raw(&self, secret: &str, method: &str, path: &str, headers: &str, body: &str) -> Answer {
        let mut client = self.server.connect("api");
        let length = body.len();
        client.send(format!(
            "{method} /api{path} HTTP/1.1\r\nhost: keyward\r\napi-version: v1\r\napi-secret-key: {secret}\r\n\
             {headers}content-length: {length}\r\n\r\n{body}"
        ));
        let answer = client.answer_to(method);
        assert_eq!(answer.header("cache-control"), Some("no-store"));

        answer
    }

    /// Status and JSON of an answer to whoever sends this secret.
    fn as_key(&self, secret: &str, method: &str, path: &str, body: &str) -> (u16, Value) {
        let json = "content-type: application/json\r\n";
        let answer = self.raw(secret, method, path, json, body);
        let told = if answer.body.is_empty() {
            Value::Null
        } else {
            serde_json::from_slice(&answer.body).expect("JSON")
        };
        let failed = answer.status >= 400;
        assert_eq!(told.get("message").is_some(), failed, "{told}");
        (answer.status, told)
    }

    fn call(&self, method: &str, path: &str, body: &str) -> (u16, Value) {
        self.as_key(&self.secret, method, path, body)
    }

    /// What is answered where it is done.
    #[track_caller]
    fn done(&self, method: &str, path: &str, body: &Value) -> Value {
        let (status, told) = self.call(method, path, &body.to_string());
        assert_eq!(status, 200, "{told}");
        told
    }

    /// The message where it is refused.
    #[track_caller]
    fn refused(&self, method: &str, path: &str, body: &Value) -> (u16, String) {
        let (status, told) = self.call(method, path, &body.to_string());
        (
            status,
            told["message"].as_str().unwrap_or_default().to_owned(),
        )
    }

    fn authenticates(&self, secret: &str) -> bool {
        match self.as_key(secret, "GET", "/apikeys/current", "").0 {
            200 => true,
            401 => false,
            status => panic!("{status}"),
        }
    }
}

fn text(value: &Value) -> String {
    value.as_str().expect("a text").to_owned()
}

#[test]
fn a_key_is_made_reset_changed_locked_and_freed_as_the_vendors_sdk_does() {
    let api = Api::new();
    let expiry = 1_900_000_000_123_i64;
    let made = api.done(
        "POST",
        "/apikeys",
        &json!({ "keyName": "audit", "description": "Nightly", "locale": "en-US", "roleID": "2",
            "timeZone": "Asia/Tokyo", "expiryDate": expiry }),
    );
    let (id, secret) = (
        made["ID"].as_i64().expect("an ID"),
        text(&made["secretKey"]),
    );
    let mut wanted = json!({ "keyName": "audit", "description": "Nightly", "locale": "en-US", "roleID": 2,
        "timeZone": "Asia/Tokyo", "active": true, "created": made["created"], "expiryDate": expiry,
        "unsuccessfulSignInAttempts": 0, "serviceAccount": false, "secretKey": secret, "ID": id });
    assert_eq!(made, wanted);
    assert!(api.authenticates(&secret), "the answer is the delivery");
    let path = format!("/apikeys/{id}");
    let (status, reset) = api.call("POST", &format!("{path}/secretkey"), "");
    assert_eq!((status, &reset["ID"]), (200, &json!(id)));
    let newer = text(&reset["secretKey"]);
    assert!(!api.authenticates(&secret) && api.authenticates(&newer));
    let raised = api.done("POST", &path, &json!({ "roleID": 1 }));
    wanted["roleID"] = json!(1);
    wanted["unsuccessfulSignInAttempts"] = raised["unsuccessfulSignInAttempts"].clone();
    for left_out in ["secretKey", "lastSignIn"] {
        wanted.as_object_mut().expect("an object").remove(left_out);
    }
    let mut compared = raised.clone();
    compared
        .as_object_mut()
        .expect("an object")
        .remove("lastSignIn");
    assert_eq!(compared, wanted, "the rest is unchanged");
    let locked = api.done("POST", &path, &json!({ "active": false }));
    assert_eq!(locked["active"], json!(false));
    assert!(!api.authenticates(&newer));
    let freed = api.done("POST", &path, &json!({ "active": true, "expiryDate": 0 }));
    assert_eq!(
        (&freed["active"], freed.get("expiryDate")),
        (&json!(true), None)
    );
    assert!(api.authenticates(&newer));
    let same = api.done(
        "POST",
        &path,
        &json!({ "roleID": null, "ID": 77, "created": 1, "colour": "red" }),
    );
    assert_eq!(
        same["roleID"],
        json!(1),
        "what is null, unknown or only read changes nothing"
    );
}

#[test]
fn a_zone_is_kept_as_it_was_sent_and_an_instant_stays_in_another_one() {
    let api = Api::new();
    let expiry = 1_900_000_000_123_i64;
    let body = json!({ "keyName": "a", "roleID": 2, "timeZone": "US/Samoa", "expiryDate": expiry });
    let made = api.done("POST", "/apikeys", &body);
    assert_eq!(made["timeZone"], json!("US/Samoa"));
    let path = format!("/apikeys/{}", made["ID"]);
    let moved = api.done("POST", &path, &json!({ "timeZone": "Asia/Calcutta" }));
    assert_eq!(
        (&moved["timeZone"], &moved["expiryDate"]),
        (&json!("Asia/Calcutta"), &json!(expiry))
    );
    let refused = api.refused("POST", &path, &json!({ "timeZone": "Mars/Olympus" }));
    let sentence = "timeZone must be the name of a time zone, such as Asia/Tokyo.";
    assert_eq!(refused, (400, sentence.to_owned()));
}

#[test]
fn roles_are_found_and_made_as_the_vendors_sdk_does() {
    let api = Api::new();
    let search = json!({ "searchCriteria":
        [{ "fieldName": "name", "stringTest": "equal", "stringValue": "Auditor" }] });
    let found = api.done("POST", "/roles/search", &search);
    let roles = found["roles"].as_array().expect("a list");
    assert_eq!(roles.len(), 1);
    assert_eq!(
        (&roles[0]["ID"], &roles[0]["name"]),
        (&json!(2), &json!("Auditor"))
    );
    assert_eq!(api.done("GET", "/roles/2", &json!({})), roles[0]);
    let body = json!({ "name": "Operators", "allPolicies": false, "rights": { "platformRights":
        { "computerRights": { "canEditComputerProperties": true } } } });
    let made = api.done("POST", "/roles", &body);
    let held = &made["rights"]["platformRights"]["computerRights"];
    assert_eq!(held["canEditComputerProperties"], json!(true));
    assert_eq!(
        held["canDeleteComputers"],
        json!(false),
        "defaults are filled in"
    );
    assert_eq!(made["allowUserInterface"], json!(true));
    let path = format!("/roles/{}", made["ID"]);
    let changed = api.done(
        "POST",
        &path,
        &json!({ "allowWebService": true, "rights": { "platformRights":
            { "computerRights": { "canEditComputerProperties": false } } } }),
    );
    assert_eq!(changed["name"], json!("Operators"));
    assert_eq!(api.done("GET", &path, &json!({})), changed);
    let wrong = json!({ "rights": { "platformRights": { "computerRights": { "canEditComputerProperties": 1 } } } });
    let (status, message) = api.refused("POST", &path, &wrong);
    let member = "rights.platformRights.computerRights.canEditComputerProperties";
    assert_eq!(
        (status, message),
        (400, format!("{member} must be true or false."))
    );
    for misspelt in [
        json!({ "platformRights": { "apikeyRights": { "canEditApiKeys": false } } }),
        json!({ "platformRights": { "apiKeyRights": {} } }),
        json!({ "platformrights": null }),
    ] {
        let (status, message) = api.refused("POST", &path, &json!({ "rights": misspelt }));
        assert!(
            status == 400 && message.ends_with("there is no such right."),
            "{message}"
        );
    }
    assert_eq!(api.call("DELETE", &path, "{}").0, 204);
    let gone = api.refused("GET", &path, &json!({}));
    assert_eq!(gone, (404, "The role does not exist.".to_owned()));
    let immutable = api.refused("POST", "/roles/1", &json!({ "name": "x" }));
    assert_eq!(immutable.0, 403);
    assert_eq!(api.refused("DELETE", "/roles/2", &json!({})).0, 204);
    let users = api.done("GET", "/administrators", &json!({}));
    let users = users["administrators"].as_array().expect("a list");
    assert_eq!(users[0]["username"], json!(api.house.owner.name));
    assert_eq!(users[0]["active"], json!(true));
}

#[test]
fn a_second_run_of_the_ansible_collection_changes_nothing() {
    let api = Api::new();
    let search = json!({ "searchCriteria":
        [{ "fieldName": "keyName", "stringTest": "equal", "stringValue": "ansible" }] });
    let find = || api.done("POST", "/apikeys/search", &search)["apiKeys"].clone();
    assert_eq!(find(), json!([]));
    let body = json!({ "keyName": "ansible", "description": "", "locale": "en-US", "roleID": 1, "active": true });
    let made = api.done("POST", "/apikeys", &body);
    let path = format!("/apikeys/{}", made["ID"]);
    let found = find();
    let (status, got) = api.call("GET", &path, "{}");
    assert_eq!(
        (status, json!([got])),
        (200, found.clone()),
        "member for member"
    );
    for (member, value) in body.as_object().expect("an object") {
        assert_eq!(&found[0][member], value, "{member}");
    }
    let again = api.refused("POST", "/apikeys", &body);
    assert_eq!(again.0, 400);
    assert!(again.1.starts_with("keyName: "), "{}", again.1);
    assert_eq!(api.call("DELETE", &path, "{}"), (204, Value::Null));
    let gone = (404, json!({ "message": "The API key does not exist." }));
    assert_eq!(api.call("DELETE", &path, "{}"), gone);
    assert_eq!(api.call("GET", &path, "{}"), gone);
    assert_eq!(find(), json!([]));
    let (status, own) = api.call("POST", "/apikeys/current/secretkey", r#"{"current": true}"#);
    assert_eq!((status, &own["ID"]), (200, &json!(api.id.0)));
    assert!(!api.authenticates(&api.secret));
    assert!(api.authenticates(&text(&own["secretKey"])));
}

#[test]
fn a_report_pages_by_ascending_id_and_sees_no_secret() {
    let mut api = Api::new();
    for name in ["a", "b", "c"] {
        api.key_in(name, AUDITOR);
    }
    let page = |after: i64, most: i64| {
        let criteria = json!([{ "idValue": after, "idTest": "greater-than" }]);
        let body = json!({ "maxItems": most, "searchCriteria": criteria });
        let page = api.done("POST", "/apikeys/search", &body);
        let page = page["apiKeys"].as_array().expect("a list").clone();
        page.iter()
            .map(|key| key["ID"].as_i64().expect("an ID"))
            .collect::<Vec<_>>()
    };
    assert_eq!(page(0, 5_000), [1, 2, 3, 4]);
    assert_eq!(
        [page(0, 2), page(2, 2), page(4, 2)],
        [vec![1, 2], vec![3, 4], vec![]]
    );
    let all = api.done("GET", "/apikeys", &json!({}));
    assert_eq!(all["apiKeys"].as_array().map(Vec::len), Some(4));
    let told = all.to_string();
    assert!(
        !told.contains("secretKey") && !told.contains(&api.secret),
        "{told}"
    );
    let unknown = json!({ "searchCriteria": [{ "fieldName": "secretKey", "stringValue": "%" }] });
    assert_eq!(api.refused("POST", "/apikeys/search", &unknown).0, 400);
}

#[test]
fn a_key_does_what_its_role_allows_and_is_told_what_it_may_not() {
    let mut api = Api::new();
    let (auditor, secret) = api.key_in("auditor", AUDITOR);
    let new = json!({ "keyName": "x", "roleID": 2 }).to_string();
    assert_eq!(api.as_key(&secret, "GET", "/apikeys", "").0, 200);
    let refused = |secret: &str, method: &str, path: &str, body: &str| {
        let (status, told) = api.as_key(secret, method, path, body);
        (status, text(&told["message"]))
    };
    let own = format!("/apikeys/{}", auditor.0);
    let other = format!("/apikeys/{}", api.id.0);
    let (create, edit, delete) = (
        "Not authorized to create API keys.",
        "Not authorized to edit API keys.",
        "Not authorized to delete API keys.",
    );
    for (method, path, message) in [
        ("POST", "/apikeys", create),
        ("POST", other.as_str(), edit),
        ("POST", &format!("{other}/secretkey"), edit),
        ("DELETE", other.as_str(), delete),
        ("POST", "/roles", "Not authorized to create roles."),
    ] {
        let found = refused(&secret, method, path, &new);
        assert_eq!(found, (403, message.to_owned()), "{method} {path}");
    }
    // What may not be done is told before what is wrong with it.
    let found = refused(&secret, "POST", "/apikeys", r#"{"keyName": 7}"#);
    assert_eq!(found, (403, create.to_owned()));
    // Its own name and words a key changes whatever its role allows, and nothing else.
    let (status, named) = api.as_key(
        &secret,
        "POST",
        "/apikeys/current",
        r#"{"description": "Mine"}"#,
    );
    assert_eq!((status, &named["description"]), (200, &json!("Mine")));
    let found = refused(&secret, "POST", &own, r#"{"expiryDate": 4000000000000}"#);
    assert_eq!(found.0, 403);
    // Its own secret a key replaces whatever its role allows.
    let (status, replaced) = api.as_key(&secret, "POST", "/apikeys/current/secretkey", "null");
    assert_eq!(status, 200);
    assert!(api.authenticates(&text(&replaced["secretKey"])));
    let (_, blind) = api.key_with("blind", &[Right::CreateApiKeys]);
    let view = "Not authorized to view API keys.".to_owned();
    let refused = |secret: &str, method: &str, path: &str, body: &str| {
        let (status, told) = api.as_key(secret, method, path, body);
        (status, text(&told["message"]))
    };
    assert_eq!(refused(&blind, "GET", "/apikeys", ""), (403, view.clone()));
    assert_eq!(
        refused(&blind, "POST", "/apikeys/search", "{}"),
        (403, view)
    );
    assert_eq!(api.as_key(&blind, "GET", "/apikeys/current", "").0, 200);
    let beyond = json!({ "keyName": "y", "roleID": 1 }).to_string();
    let (status, message) = refused(&blind, "POST", "/apikeys", &beyond);
    assert!(
        status == 403 && message.starts_with("roleID: "),
        "{status} {message}"
    );
}

#[test]
fn what_stops_a_key_stops_it_at_its_next_request() {
    let mut api = Api::new();
    let (id, secret) = api.key_in("worker", FULL_ACCESS);
    let mut client = api.server.connect("api");
    let headers = [("api-secret-key", secret.as_str())];
    let mut status = || client.ask("GET", "/api/apikeys/current", &headers).status;
    assert_eq!(status(), 200);
    let path = format!("/apikeys/{}", id.0);
    api.done("POST", &path, &json!({ "active": false }));
    assert_eq!(status(), 401);
    api.done("POST", &path, &json!({ "active": true }));
    assert_eq!(status(), 200);
    assert_eq!(api.call("DELETE", &path, "").0, 204);
    assert_eq!(status(), 401);
}

#[test]
fn a_key_signs_as_itself_and_binds_itself() {
    let api = Api::of(&ApiKeyDraft {
        role: FULL_ACCESS,
        ..draft("alice")
    });
    let made = api.done(
        "POST",
        "/apikeys",
        &json!({ "keyName": "b", "roleID": 2, "active": false }),
    );
    let id = KeyId(made["ID"].as_i64().expect("an ID"));
    let key = api.house.service.key_properties(&api.house.owner, id);
    let key = key.expect("read").key;
    let signed = format!("API key {} (alice)", api.id.0);
    assert_eq!(key.created_by, signed);
    assert_eq!(key.locked_by.and_then(|by| by.name), Some(signed));
    let own = format!("/apikeys/{}", api.id.0);
    for (body, member) in [
        (json!({ "active": false }), "active: "),
        (json!({ "roleID": 2 }), "roleID: "),
        (
            json!({ "expiryDate": 1_900_000_000_000_i64 }),
            "expiryDate: ",
        ),
    ] {
        let (status, message) = api.refused("POST", &own, &body);
        assert!(
            status == 403 && message.starts_with(member),
            "{status} {message}"
        );
    }
    assert_eq!(api.refused("DELETE", &own, &json!({})).0, 403);
    let body = json!({ "description": "Mine", "active": false, "roleID": 2, "expiryDate": 1 });
    let own = api.done("POST", "/apikeys/current", &body);
    let told = (&own["description"], &own["active"], &own["roleID"]);
    assert_eq!(
        told,
        (&json!("Mine"), &json!(true), &json!(1)),
        "the others cannot be written there"
    );
}

#[test]
fn nobody_is_served_without_a_secret_that_is_accepted() {
    let api = Api::new();
    let mut client = api.server.connect("api");
    let forged = "1:AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=";
    for headers in [
        vec![],
        vec![("api-secret-key", forged)],
        vec![
            ("api-secret-key", api.secret.as_str()),
            ("api-secret-key", api.secret.as_str()),
        ],
        vec![("authorization", api.secret.as_str())],
    ] {
        let answer = client.ask("GET", "/api/apikeys", &headers);
        let challenge = answer.header("www-authenticate");
        assert_eq!(
            (answer.status, challenge),
            (401, Some("ApiKey realm=\"keyward\""))
        );
        let told: Value = serde_json::from_slice(&answer.body).expect("JSON");
        assert!(told["message"].is_string());
    }
}

#[test]
fn what_cannot_be_understood_is_refused_in_words() {
    let api = Api::new();
    let json = "content-type: application/json\r\n";
    let status = |method: &str, path: &str, headers: &str, body: &str| {
        api.raw(&api.secret, method, path, headers, body).status
    };
    let long = format!("{{\"description\":\"{}\"}}", "x".repeat(65_536));
    let deep = format!("{}1{}", "[".repeat(5_000), "]".repeat(5_000));
    for (method, path, headers, body, wanted) in [
        ("POST", "/apikeys", json, "[]", 400),
        ("POST", "/apikeys", json, "{", 400),
        ("POST", "/apikeys", json, "\u{0}", 400),
        ("POST", "/apikeys", json, deep.as_str(), 400),
        ("POST", "/apikeys", json, "", 400),
        (
            "POST",
            "/apikeys",
            "content-type: text/plain\r\n",
            "{}",
            415,
        ),
        (
            "POST",
            "/apikeys",
            "content-type: application/json; charset=utf-8\r\n",
            "{}",
            400,
        ),
        ("POST", "/apikeys", json, long.as_str(), 413),
        ("PUT", "/apikeys", json, "{}", 405),
        ("GET", "/sessions", "", "", 404),
        ("GET", "/apikeys/99", "", "", 404),
        ("GET", "/apikeys?expand=none", "", "", 200),
        ("HEAD", "/apikeys", "", "", 200),
        ("GET", "/apikeys", "api-version: v2\r\n", "", 400),
    ] {
        assert_eq!(
            status(method, path, headers, body),
            wanted,
            "{method} {path} {headers}"
        );
    }
    let answer = api.raw(&api.secret, "PUT", "/apikeys/1", "", "");
    assert_eq!(answer.header("allow"), Some("GET, HEAD, POST, DELETE"));
    for (body, message) in [
        (json!({ "keyName": 7 }), "keyName must be a string."),
        (
            json!({ "keyName": "a", "active": "yes" }),
            "active must be true or false.",
        ),
        (
            json!({ "keyName": "a", "roleID": "two" }),
            "roleID must be an integer.",
        ),
        (
            json!({ "keyName": "a", "locale": "fr-FR" }),
            "locale must be en-US or ja-JP.",
        ),
        (json!({ "keyName": "a" }), "roleID is missing."),
    ] {
        assert_eq!(
            api.refused("POST", "/apikeys", &body),
            (400, message.to_owned())
        );
    }
    for (body, member) in [
        (json!({ "roleID": 2 }), "keyName: "),
        (json!({ "keyName": "a", "roleID": 99 }), "roleID: "),
        (
            json!({ "keyName": "a", "roleID": 2, "expiryDate": 1 }),
            "expiryDate: ",
        ),
        (
            json!({ "keyName": "a", "roleID": 2, "expiryDate": -1 }),
            "expiryDate: ",
        ),
        (
            json!({ "keyName": "a", "roleID": 2, "description": api.secret }),
            "description: ",
        ),
    ] {
        let (status, message) = api.refused("POST", "/apikeys", &body);
        assert!(
            status == 400 && message.starts_with(member),
            "{body}: {status} {message}"
        );
        assert!(!message.contains(&api.secret));
    }
}

#[test]
fn the_log_has_calls_and_keys_and_no_secret() {
    let api = Api::new();
    let made = api.done("POST", "/apikeys", &json!({ "keyName": "a", "roleID": 2 }));
    let (own, other) = (api.secret.clone(), text(&made["secretKey"]));
    api.as_key("nonsense", "GET", &format!("/apikeys?secret={own}"), "");
    let id = api.id.0;
    api.server.has_logged("the call", |event| {
        event["event"] == "access" && event["call"] == "create-key" && event["keyId"] == id
    });
    let (_, events) = api.server.stop();
    let log = Value::from(events).to_string();
    assert!(
        !log.contains(&own) && !log.contains(&other) && !log.contains("secret="),
        "{log}"
    );
}

#[test]
fn a_key_has_500_requests_a_minute_and_the_addresses_that_it_is_bound_to() {
    let mut api = Api::new();
    let (_, bound) = {
        let (id, secret) = api.house.key_of(&ApiKeyDraft {
            role: FULL_ACCESS,
            addresses: "10.0.0.0/8".to_owned(),
            ..draft("bound")
        });
        (id, secret.expose().to_owned())
    };
    let from = |address: &str| {
        let mut client = api.server.connect("api");
        let headers = [
            ("api-secret-key", bound.as_str()),
            ("x-forwarded-for", address),
        ];
        client.ask("GET", "/api/apikeys/current", &headers).status
    };
    assert_eq!(
        [from("10.1.2.3"), from("11.1.2.3"), from("nonsense")],
        [200, 403, 403]
    );
    let mut client = api.server.connect("api");
    let headers = [("api-secret-key", api.secret.as_str())];
    let mut status = || client.ask("GET", "/api/apikeys/current", &headers);
    for _ in 0..500 {
        assert_eq!(status().status, 200);
    }
    let refused = status();
    let told: Value = serde_json::from_slice(&refused.body).expect("JSON");
    assert_eq!(
        (refused.status, &told["message"]),
        (429, &json!("Too many API requests."))
    );
    assert!(refused.header("retry-after").is_some());
    assert_eq!(from("10.1.2.3"), 200, "another key has its own");
}
