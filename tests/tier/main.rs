//! Tiers: standings as text tables, and laws against an independent model.

mod laws;
mod lives;
mod model;
mod standings;
