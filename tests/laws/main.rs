//! What is promised of the traits: the crate's own implementations keep it, and those that do not
//! are found out.
#![cfg(feature = "proptest")]

mod broken;
mod broken_budgets;
mod broken_feature;
mod broken_offer;
mod kept;

use loyalty::laws::Violation;

/// The law is found to be broken, in this case.
#[track_caller]
fn check(found: Result<(), Violation>, law: &str, case: &str) {
    let violation = found.expect_err(law);
    assert_eq!(violation.law, law);
    assert!(violation.case.contains(case), "{violation}");
}
