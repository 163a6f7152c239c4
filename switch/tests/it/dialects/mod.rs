//! Acquirers that speak another dialect than the issuer, through the real daemon: sales, reversals and what is relayed are
//! carried over field by field, and a dialect of one's own needs no rebuild.

mod ebcdic;
mod network;
mod terminals;
