//! Values as the server takes and gives them, by the types that it has told.

use std::error::Error;
use std::str;

use bytes::BytesMut;
use tokio_postgres::Row;
use tokio_postgres::types::{FromSql, IsNull, ToSql, Type, to_sql_checked};

use crate::domain::trouble::Fault;
use crate::store::sql::{self, Value};

type Refused = Box<dyn Error + Sync + Send>;

/// A value for a statement.
#[derive(Clone, Copy, Debug)]
pub struct Given<'v>(pub Value<'v>);

/// A value of a row, which stays where it is.
struct Read<'r>(Value<'r>);

impl ToSql for Given<'_> {
    fn to_sql(&self, of: &Type, out: &mut BytesMut) -> Result<IsNull, Refused> {
        match (self.0, of) {
            (Value::Null, _) => return Ok(IsNull::Yes),
            (Value::Bool(is), &Type::BOOL) => out.extend_from_slice(&[u8::from(is)]),
            (Value::Int(number @ (0 | 1)), &Type::BOOL) => {
                out.extend_from_slice(&[u8::from(number == 1)]);
            }
            (Value::Bool(is), _) => return Given(Value::Int(i64::from(is))).to_sql(of, out),
            (Value::Int(number), &Type::INT8) => out.extend_from_slice(&number.to_be_bytes()),
            (Value::Int(number), &Type::INT4) => {
                out.extend_from_slice(&i32::try_from(number)?.to_be_bytes());
            }
            (Value::Int(number), &Type::INT2) => {
                out.extend_from_slice(&i16::try_from(number)?.to_be_bytes());
            }
            (Value::Text(text), &(Type::TEXT | Type::VARCHAR | Type::NAME | Type::JSON)) => {
                out.extend_from_slice(text.as_bytes());
            }
            (Value::Bytes(bytes), &Type::BYTEA) => out.extend_from_slice(bytes),
            (Value::Int(_) | Value::Text(_) | Value::Bytes(_), _) => {
                return Err(format!("no value of the type {of}").into());
            }
        }
        Ok(IsNull::No)
    }

    fn accepts(_: &Type) -> bool {
        true
    }

    to_sql_checked!();
}

impl<'r> FromSql<'r> for Read<'r> {
    fn from_sql(of: &Type, raw: &'r [u8]) -> Result<Read<'r>, Refused> {
        Ok(Read(match *of {
            Type::BOOL => Value::Bool(raw != [0]),
            Type::INT8 => Value::Int(i64::from_be_bytes(raw.try_into()?)),
            Type::INT4 => Value::Int(i32::from_be_bytes(raw.try_into()?).into()),
            Type::INT2 => Value::Int(i16::from_be_bytes(raw.try_into()?).into()),
            Type::TEXT | Type::VARCHAR | Type::NAME | Type::JSON => {
                Value::Text(str::from_utf8(raw)?)
            }
            Type::BYTEA => Value::Bytes(raw),
            _ => return Err(format!("a value of the type {of}").into()),
        }))
    }

    fn from_sql_null(_: &Type) -> Result<Read<'r>, Refused> {
        Ok(Read(Value::Null))
    }

    fn accepts(_: &Type) -> bool {
        true
    }
}

impl sql::Row for Row {
    fn value(&self, at: usize) -> Result<Value<'_>, Fault> {
        let read: Read<'_> = self.try_get(at).map_err(|_| Fault::Corrupt)?;
        Ok(read.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn there_and_back(value: Value<'_>, of: &Type) {
        let mut out = BytesMut::new();
        let given = Given(value).to_sql(of, &mut out).expect("taken");
        assert!(matches!(given, IsNull::No));
        let read = Read::from_sql(of, &out).expect("read");
        assert_eq!(read.0, value, "{of}");
    }

    #[test]
    fn a_value_comes_back_as_it_was_given() {
        there_and_back(Value::Bool(true), &Type::BOOL);
        there_and_back(Value::Bool(false), &Type::BOOL);
        there_and_back(Value::Int(i64::MIN), &Type::INT8);
        there_and_back(Value::Int(-7), &Type::INT4);
        there_and_back(Value::Int(300), &Type::INT2);
        there_and_back(Value::Text("日本"), &Type::TEXT);
        there_and_back(Value::Text("{}"), &Type::JSON);
        there_and_back(Value::Bytes(&[0, 0xff]), &Type::BYTEA);
    }

    #[test]
    fn nothing_is_of_every_type_and_a_flag_may_be_a_number() {
        let mut out = BytesMut::new();
        let null = Given(Value::Null).to_sql(&Type::BYTEA, &mut out);
        assert!(matches!(null, Ok(IsNull::Yes)));
        Given(Value::Int(1))
            .to_sql(&Type::BOOL, &mut out)
            .expect("a flag");
        Given(Value::Bool(true))
            .to_sql(&Type::INT2, &mut out)
            .expect("a number");
        assert_eq!(&out[..], [1, 0, 1]);
    }

    #[test]
    fn what_does_not_fit_is_refused() {
        for (value, of) in [
            (Value::Int(1 << 40), Type::INT4),
            (Value::Int(2), Type::BOOL),
            (Value::Text("1"), Type::INT8),
            (Value::Int(1), Type::TEXT),
            (Value::Bytes(b"x"), Type::TEXT),
        ] {
            let mut out = BytesMut::new();
            assert!(
                Given(value).to_sql(&of, &mut out).is_err(),
                "{value:?} {of}"
            );
        }
    }
}
