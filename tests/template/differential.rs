//! What is wrong with templates.
