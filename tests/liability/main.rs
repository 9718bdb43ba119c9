//! What a program owes in points: tables that read like those of an accountant, laws, and figures
//! of papers, of a standard and of another package.

mod deferral;
mod estimates;
mod laws;
mod ledgers;
mod purses;
mod reference;
mod report;
mod tables;
