//! What the commands print: results on standard output, errors on standard error.
#![expect(clippy::print_stdout, clippy::print_stderr, reason = "the one file of this crate that talks to people")]

use lijian_load::issuer::Totals;
use std::net::SocketAddr;

/// One line once an issuer listens. Scripts wait for it: it names the port that was found for port 0.
pub(super) fn listening(address: SocketAddr, dialect: &str) {
    println!("issuer listening on {address}, dialect {dialect}");
}

/// What an issuer did, at its end. Amounts in minor units.
pub(super) fn totals(totals: &Totals) {
    let Totals { connections, connections_cut, messages, answered, approved, declined, silent, late, .. } = totals;
    let Totals { repeats, reversed, reversals_repeated, reversals_unknown, network, format_errors, .. } = totals;
    println!("connections {connections}, cut {connections_cut}; messages {messages}, answered {answered}");
    println!("approved {approved}, declined {declined}, silent {silent}, late {late}, repeats {repeats}");
    println!("reversed {reversed}, reversals repeated {reversals_repeated}, unknown {reversals_unknown}");
    println!("network {network}, format errors {format_errors}");
    println!(
        "debited {} - reversed {} - (credited {} - reversed {}) = paid {} minor units",
        totals.debited_minor,
        totals.debits_reversed_minor,
        totals.credited_minor,
        totals.credits_reversed_minor,
        totals.paid_minor()
    );
}

/// Why a command failed.
pub(super) fn error(text: &str) {
    eprintln!("lijian-load: {text}");
}
