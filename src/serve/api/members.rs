//! The members of a JSON object that a client sent: each of the type that it must have, and left out where it is null.

use serde_json::{Map, Value};

use crate::text::Text;

/// What is wrong with what a client sent: a sentence about one member.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Wrong {
    /// The member's name, with those that lead to it.
    pub member: String,
    /// The name of the sentence.
    pub sentence: &'static str,
}

impl Wrong {
    /// The sentence.
    #[must_use]
    pub fn told(&self) -> String {
        Text::en_us().fill(self.sentence, &[("member", &self.member)])
    }
}

/// The members of an object.
#[derive(Clone, Debug)]
pub struct Members<'a> {
    object: &'a Map<String, Value>,
    /// What stands before the names in sentences, with a full stop.
    path: String,
    /// The members that are read, where the others are passed over.
    only: Option<&'static [&'static str]>,
}

impl<'a> Members<'a> {
    /// The members of the whole body.
    #[must_use]
    pub fn of(object: &'a Map<String, Value>) -> Members<'a> {
        Members {
            object,
            path: String::new(),
            only: None,
        }
    }

    fn get(&self, name: &str) -> Option<&'a Value> {
        let is_read = self.only.is_none_or(|only| only.contains(&name));
        let value = self.object.get(name).filter(|value| !value.is_null());
        value.filter(|_| is_read)
    }

    /// These members alone.
    #[must_use]
    pub fn only(&self, names: &'static [&'static str]) -> Members<'a> {
        Members {
            only: Some(names),
            ..self.clone()
        }
    }

    /// Whether any of these is there.
    #[must_use]
    pub fn has_any(&self, names: &[&str]) -> bool {
        names.iter().any(|name| self.get(name).is_some())
    }

    /// That this member is wrong.
    #[must_use]
    pub fn wrong(&self, name: &str, sentence: &'static str) -> Wrong {
        Wrong {
            member: format!("{}{name}", self.path),
            sentence,
        }
    }

    fn read<T>(
        &self,
        name: &str,
        sentence: &'static str,
        read: impl FnOnce(&'a Value) -> Option<T>,
    ) -> Result<Option<T>, Wrong> {
        let value = self.get(name);
        value
            .map(|value| read(value).ok_or_else(|| self.wrong(name, sentence)))
            .transpose()
    }

    /// A text.
    ///
    /// # Errors
    /// It is something else; so with the others.
    pub fn text(&self, name: &str) -> Result<Option<&'a str>, Wrong> {
        self.read(name, "api.not_a_text", Value::as_str)
    }

    /// True or false.
    ///
    /// # Errors
    /// See [`Members::text`].
    pub fn flag(&self, name: &str) -> Result<Option<bool>, Wrong> {
        self.read(name, "api.not_a_flag", Value::as_bool)
    }

    /// A whole number, which some clients send as a text.
    ///
    /// # Errors
    /// See [`Members::text`].
    pub fn integer(&self, name: &str) -> Result<Option<i64>, Wrong> {
        self.read(name, "api.not_an_integer", |value| match value {
            Value::String(digits) if digits.starts_with('+') => None,
            Value::String(digits) => digits.parse().ok(),
            value => value.as_i64(),
        })
    }

    /// A number.
    ///
    /// # Errors
    /// See [`Members::text`].
    pub fn number(&self, name: &str) -> Result<Option<f64>, Wrong> {
        // What is called NaN or infinite is no number that anything has.
        let finite = |number: &f64| number.is_finite();
        self.read(name, "api.not_a_number", |value| match value {
            Value::String(digits) if digits.starts_with('+') => None,
            Value::String(digits) => digits.parse().ok().filter(finite),
            value => value.as_f64(),
        })
    }

    /// An object.
    ///
    /// # Errors
    /// See [`Members::text`].
    pub fn object(&self, name: &str) -> Result<Option<Members<'a>>, Wrong> {
        let object = self.read(name, "api.not_an_object", Value::as_object)?;
        Ok(object.map(|object| Members {
            object,
            path: format!("{}{name}.", self.path),
            only: None,
        }))
    }

    /// A list of objects; empty where it is not there.
    ///
    /// # Errors
    /// See [`Members::text`].
    pub fn objects(&self, name: &str) -> Result<Vec<Members<'a>>, Wrong> {
        let list = self.read(name, "api.not_a_list", Value::as_array)?;
        let each = list.into_iter().flatten().enumerate().map(|(at, value)| {
            let name = format!("{name}[{at}]");
            let object = value.as_object();
            let object = object.ok_or_else(|| self.wrong(&name, "api.not_an_object"))?;
            Ok(Members {
                object,
                path: format!("{}{name}.", self.path),
                only: None,
            })
        });
        each.collect()
    }

    /// The names of all members.
    pub fn names(&self) -> impl Iterator<Item = &'a str> {
        self.object.keys().map(String::as_str)
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_member_is_of_its_type_or_left_out_and_a_whole_number_may_be_a_text() {
        let body = json!({ "text": "a", "none": null, "id": "2", "number": 2, "half": 2.5, "on": true, "plus": "+2",
            "whole": 2.0, "nan": "NaN", "infinite": "inf" });
        let body = Members::of(body.as_object().expect("an object"));
        assert_eq!(body.text("text"), Ok(Some("a")));
        assert_eq!(body.text("none"), Ok(None));
        assert_eq!(body.flag("gone"), Ok(None));
        assert_eq!(body.integer("id"), Ok(Some(2)));
        assert_eq!(body.integer("number"), Ok(Some(2)));
        assert_eq!(body.number("half"), Ok(Some(2.5)));
        for wrong in [
            body.text("number").map(drop),
            body.flag("text").map(drop),
            body.integer("half").map(drop),
            body.integer("plus").map(drop),
            body.integer("whole").map(drop),
            body.number("plus").map(drop),
            body.number("nan").map(drop),
            body.number("infinite").map(drop),
            body.integer("text").map(drop),
            body.object("text").map(drop),
            body.objects("on").map(drop),
        ] {
            assert!(wrong.is_err());
        }
    }

    #[test]
    fn what_is_wrong_is_named_with_the_way_to_it() {
        let body = json!({ "list": [{ "a": { "b": 1 } }, 7] });
        let body = Members::of(body.as_object().expect("an object"));
        let wrong = body.objects("list").expect_err("a number is no object");
        assert_eq!(wrong.member, "list[1]");
        let body = json!({ "list": [{ "a": { "b": 1 } }] });
        let body = Members::of(body.as_object().expect("an object"));
        let list = body.objects("list").expect("objects");
        let inner = list[0].object("a").expect("an object").expect("there");
        let wrong = inner.text("b").expect_err("a number is no text");
        assert_eq!(wrong.told(), "list[0].a.b must be a string.");
    }
}
