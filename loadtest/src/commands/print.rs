//! What the commands print: results on standard output, errors on standard error. The one file of this crate that talks
//! to people. When nobody listens any more (a closed pipe), nothing is said and the work goes on.

use lijian_load::issuer::Totals;
use std::fmt::Arguments;
use std::io::{Write, stderr, stdout};
use std::net::SocketAddr;

/// One line once an issuer listens. Scripts wait for it: it names the port that was found for port 0.
pub(super) fn listening(address: SocketAddr, dialect: &str) {
    say(format_args!("issuer listening on {address}, dialect {dialect}"));
}

/// What an issuer did, at its end. Amounts in minor units.
pub(super) fn totals(totals: &Totals) {
    let Totals { connections, connections_cut, messages, answered, approved, declined, silent, late, .. } = totals;
    let Totals { repeats, reversed, reversals_repeated, reversals_unknown, network, format_errors, .. } = totals;
    say(format_args!("connections {connections}, cut {connections_cut}; messages {messages}, answered {answered}"));
    say(format_args!("approved {approved}, declined {declined}, silent {silent}, late {late}, repeats {repeats}"));
    say(format_args!("reversed {reversed}, reversals repeated {reversals_repeated}, unknown {reversals_unknown}"));
    say(format_args!("network {network}, format errors {format_errors}"));
    say(format_args!(
        "debited {} - reversed {} - (credited {} - reversed {}) = paid {} minor units",
        totals.sums.debited_minor,
        totals.sums.debits_reversed_minor,
        totals.sums.credited_minor,
        totals.sums.credits_reversed_minor,
        totals.sums.paid_minor()
    ));
}

/// Why a command failed.
pub(super) fn error(text: &str) {
    let _ = writeln!(stderr(), "lijian-load: {text}");
}

fn say(line: Arguments<'_>) {
    let _ = writeln!(stdout(), "{line}");
}
