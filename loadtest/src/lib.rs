//! Issuer simulator and load generator; its own arithmetic, no domain code.
