//! Models of customer value against published figures, other packages and their definitions.

mod cdnow;
mod extremes;
mod judged;
mod others;
mod predictions;
mod tempo;
