//! Every interleaving of small models, run by `RUSTFLAGS="--cfg loom" cargo test -p lijian-store --release loom`.
