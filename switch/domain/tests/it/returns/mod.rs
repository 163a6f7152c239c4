//! Giving money back: tables of worked examples, and any sequence of returns against a model with arithmetic of its own.

mod any_order;
mod award;
mod examples;
mod model;
