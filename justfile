# What a person runs is what CI runs. `just` alone lists the recipes.

default:
    @just --list

# Build everything in release mode.
build:
    cargo build --release --workspace

# All tests that need nothing installed.
test:
    cargo test --workspace

# Formatting and lints, warnings as errors.
lint:
    cargo fmt --check
    cargo clippy --workspace --all-targets -- -D warnings

# A whole till day over real TCP; serves until Ctrl-C.
demo:
    cargo run --release -- demo

# Everything that CI does.
ci:
    bash .ci/run

# The caps and the journal's group commit under every interleaving that loom finds.
loom:
    RUSTFLAGS="--cfg loom" cargo test -p lijian-store --release --lib loom

# Histories of the switch in a simulated world: `just simulate 10000`; one of them: `just simulate 1 SEED`.
simulate SEEDS="500" SEED="1":
    cargo run -p lijian-testkit -- --seeds {{ SEEDS }} --seed {{ SEED }}

# Each fuzz target for a minute; `just fuzz 600 journal` for one of them.
fuzz *ARGUMENTS:
    fuzz/run {{ ARGUMENTS }}

# Benchmarks; `just bench codec` for one of them.
bench NAME="":
    cargo bench -p lijian-benches {{ if NAME == "" { "" } else { "--bench " + NAME } }}

# The switch beside bare relays, alternately, in one run of about 10 minutes; `just compare --only plain` for a part of it.
compare *ARGUMENTS:
    cargo build --release
    target/release/lijian-load compare {{ ARGUMENTS }}

# Load with faults and the money oracle at the end: `just soak 60 5000` for an hour of 5,000 requests a second.
soak MINUTES="2" RATE="4000":
    cargo build --release
    target/release/lijian-load soak --minutes {{ MINUTES }} --rate {{ RATE }}

# Instructions of one of each operation against those on record; `just instructions --record` records them.
instructions MODE="--check":
    cargo bench -p lijian-benches --bench instructions -- {{ MODE }}
    cargo bench -p lijian-benches --bench exchange -- {{ MODE }}

# Writes docs/performance.md: every benchmark, and the switch beside bare relays; 35 minutes, with the machine to itself.
bench-report:
    bash benches/report

# Advisories, licences and sources of what we depend on.
deny:
    cargo deny check
