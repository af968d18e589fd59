//! The line to a server, secured: by certificates of authorities that are kept here, and with the name that was asked for.

use std::error::Error;
use std::fs;
use std::io;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::{
    AlertDescription, CertificateError, ClientConfig, InconsistentKeys, RootCertStore, crypto,
};
use tokio_postgres_rustls::MakeRustlsConnect;

use crate::domain::trouble::ServerFault;
use crate::store::postgres::address::Files;
use crate::store::postgres::passwords::OTHERS;

/// Where libpq looks for them, in the account's home directory.
const ROOTS: &str = ".postgresql/root.crt";
const CERTIFICATE: &str = ".postgresql/postgresql.crt";
const KEY: &str = ".postgresql/postgresql.key";

/// What secures lines, by which authorities, and with which certificate of this side's own.
#[derive(Clone)]
pub struct Securing {
    pub library: MakeRustlsConnect,
    pub roots: PathBuf,
    pub certificate: PathBuf,
}

impl Securing {
    /// With the certificates that the address names, or those in the home directory.
    pub fn new(files: &Files, home: &Path) -> Result<Securing, ServerFault> {
        let roots_path = files.roots.clone().unwrap_or_else(|| home.join(ROOTS));
        if files.roots.is_none() && !roots_path.exists() {
            return Err(ServerFault::NoRoots(roots_path));
        }
        let mut roots = RootCertStore::empty();
        roots.add_parsable_certificates(certificates(&roots_path)?);
        if roots.is_empty() {
            return Err(ServerFault::NoRoots(roots_path));
        }
        let builder = builder()?.with_root_certificates(roots);
        let certificate = files.certificate.clone();
        let certificate = certificate.unwrap_or_else(|| home.join(CERTIFICATE));
        let config = if files.certificate.is_none() && !certificate.exists() {
            builder.with_no_client_auth()
        } else {
            let chain = certificates(&certificate)?;
            let key_path = files.key.clone().unwrap_or_else(|| home.join(KEY));
            let built = builder.with_client_auth_cert(chain, key(&key_path)?);
            built.map_err(|error| match error {
                rustls::Error::InconsistentKeys(InconsistentKeys::KeyMismatch) => {
                    let (key, certificate) = (key_path, certificate.clone());
                    ServerFault::OtherKey { key, certificate }
                }
                error => ServerFault::Tls(error.to_string()),
            })?
        };
        Ok(Securing {
            library: MakeRustlsConnect::new(config),
            roots: roots_path,
            certificate,
        })
    }

    /// For lines that are not secured, of which the library asks for the same type.
    pub fn none() -> Result<Securing, ServerFault> {
        let builder = builder()?.with_root_certificates(RootCertStore::empty());
        Ok(Securing {
            library: MakeRustlsConnect::new(builder.with_no_client_auth()),
            roots: PathBuf::new(),
            certificate: PathBuf::new(),
        })
    }

    /// What hindered a line to this host from being secured; nothing where something else is wrong with it.
    pub fn fault(&self, error: &(dyn Error + 'static), host: &str) -> Option<ServerFault> {
        let mut cause = Some(error);
        while let Some(error) = cause {
            // What an I/O error wraps is not its source, but its source's source.
            let wrapped = error
                .downcast_ref::<io::Error>()
                .and_then(io::Error::get_ref);
            let found = error.downcast_ref::<rustls::Error>();
            let found = found.or_else(|| wrapped?.downcast_ref::<rustls::Error>());
            if let Some(found) = found {
                return Some(self.meaning(found, host));
            }
            if error.to_string() == NO_TLS {
                return Some(ServerFault::Plain);
            }
            cause = error.source();
        }
        None
    }

    fn meaning(&self, error: &rustls::Error, host: &str) -> ServerFault {
        let why = match error {
            rustls::Error::InvalidCertificate(why) => why,
            rustls::Error::AlertReceived(alert) if is_of_certificate(*alert) => {
                return ServerFault::OwnCertificate(self.certificate.clone(), format!("{alert:?}"));
            }
            _ => return ServerFault::Tls(error.to_string()),
        };
        match why {
            CertificateError::UnknownIssuer | CertificateError::BadSignature => {
                ServerFault::Authority(self.roots.clone())
            }
            CertificateError::NotValidForName | CertificateError::NotValidForNameContext { .. } => {
                ServerFault::Name(host.to_owned())
            }
            CertificateError::Expired
            | CertificateError::ExpiredContext { .. }
            | CertificateError::NotValidYet
            | CertificateError::NotValidYetContext { .. } => ServerFault::Time,
            CertificateError::Other(why) if why.to_string().contains(OF_AUTHORITY) => {
                ServerFault::OfAuthority
            }
            _ => ServerFault::Tls(error.to_string()),
        }
    }
}

/// What the library says of a certificate that is an authority's own.
const OF_AUTHORITY: &str = "CaUsedAsEndEntity";

/// What one side says of the other's certificate (RFC 8446, section 6.2).
fn is_of_certificate(alert: AlertDescription) -> bool {
    matches!(
        alert,
        AlertDescription::BadCertificate
            | AlertDescription::UnsupportedCertificate
            | AlertDescription::CertificateRevoked
            | AlertDescription::CertificateExpired
            | AlertDescription::CertificateUnknown
            | AlertDescription::UnknownCA
    )
}

/// What the library says of a server without TLS.
const NO_TLS: &str = "server does not support TLS";

fn builder() -> Result<rustls::ConfigBuilder<ClientConfig, rustls::WantsVerifier>, ServerFault> {
    let provider = Arc::new(crypto::ring::default_provider());
    let builder = ClientConfig::builder_with_provider(provider);
    let builder = builder.with_safe_default_protocol_versions();
    builder.map_err(|error| ServerFault::Tls(error.to_string()))
}

/// What is wrong with a file that can be read.
const NO_CERTIFICATE: &str = "no certificate in it (PEM)";
const NO_KEY: &str = "no private key in it (PEM, not encrypted)";

fn unreadable(path: &Path, words: &impl ToString) -> ServerFault {
    ServerFault::Unreadable(path.to_owned(), words.to_string())
}

fn certificates(path: &Path) -> Result<Vec<CertificateDer<'static>>, ServerFault> {
    let pem = fs::read(path).map_err(|error| unreadable(path, &error))?;
    let found: Result<Vec<_>, _> = CertificateDer::pem_slice_iter(&pem).collect();
    let found = found.ok().filter(|found| !found.is_empty());
    found.ok_or_else(|| unreadable(path, &NO_CERTIFICATE))
}

/// A private key is read as libpq reads it: by its owner alone, or root's and its group's.
fn key(path: &Path) -> Result<PrivateKeyDer<'static>, ServerFault> {
    let facts = fs::metadata(path).map_err(|error| unreadable(path, &error))?;
    let others = if facts.uid() == 0 { 0o037 } else { OTHERS };
    if facts.mode() & others != 0 {
        return Err(ServerFault::OpenKey(path.to_owned()));
    }
    PrivateKeyDer::from_pem_file(path).map_err(|_| unreadable(path, &NO_KEY))
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::ErrorKind;

    #[test]
    fn what_hinders_a_line_from_being_secured_is_told_by_its_cause() {
        let securing = Securing {
            roots: "/roots".into(),
            certificate: "/own".into(),
            ..Securing::none().expect("made")
        };
        let fault = |why| {
            let error = io::Error::new(
                ErrorKind::InvalidData,
                rustls::Error::InvalidCertificate(why),
            );
            securing.fault(&error, "db1")
        };
        let authority = Some(ServerFault::Authority("/roots".into()));
        assert_eq!(fault(CertificateError::UnknownIssuer), authority);
        let name = Some(ServerFault::Name("db1".to_owned()));
        assert_eq!(fault(CertificateError::NotValidForName), name);
        assert_eq!(fault(CertificateError::Expired), Some(ServerFault::Time));
        let alert = rustls::Error::AlertReceived(AlertDescription::UnknownCA);
        let alert = securing.fault(&io::Error::new(ErrorKind::InvalidData, alert), "db1");
        let own = ServerFault::OwnCertificate("/own".into(), "UnknownCA".to_owned());
        assert_eq!(alert, Some(own));
        let none = io::Error::other(NO_TLS);
        assert_eq!(securing.fault(&none, "db1"), Some(ServerFault::Plain));
        let broken = io::Error::from(ErrorKind::ConnectionReset);
        assert_eq!(securing.fault(&broken, "db1"), None);
    }
}
