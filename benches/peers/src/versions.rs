//! Which versions are compared.

const LOCK: &str = include_str!("../Cargo.lock");

/// The locked version of a package.
pub fn of(package: &str) -> Option<&'static str> {
    let (_, rest) = LOCK.split_once(&format!("name = \"{package}\"\nversion = \""))?;
    rest.split_once('"').map(|(version, _)| version)
}
