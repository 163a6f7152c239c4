//! `lijian run`: the daemon in the foreground.

use super::configuration::ConfigurationArguments;
use crate::app;
use crate::lifecycle::Verdict;
use crate::telemetry::{LogFormat, start_logs};
use std::io::Write as _;
use std::process::ExitCode;

/// Runs the switch in the foreground.
///
/// SIGTERM and SIGINT drain: no new connections, what is in flight is finished, at most 10 seconds; a second signal stops
/// at once. SIGHUP reads the rules again (campaigns, goods, shops) and swaps them whole, or keeps the old ones and logs why; where
/// people are named in the configuration, and in production, two of them do so by the API instead. The log goes to standard error, as JSON where that is no terminal; LIJIAN_LOG sets its level (info).
#[derive(clap::Args, Debug)]
#[command(
    after_help = "Example:\n  lijian run --config config/examples/shenzhen-2024/switch.toml --data /var/lib/lijian \
                        --set links.acquirers.ascii.listen=127.0.0.1:9000"
)]
pub struct RunArguments {
    /// Which configuration
    #[command(flatten)]
    pub configuration: ConfigurationArguments,
}

/// Runs the command. Exit code 0 after a drain, 64 for a configuration that cannot be used, 70 for an internal error (a
/// journal that failed among them), 75 for what may pass on another try: an address or a journal in use, or a second signal.
pub fn run(arguments: &RunArguments) -> ExitCode {
    let loaded = match arguments.configuration.load() {
        Ok(loaded) => loaded,
        Err(code) => return code,
    };
    start_logs(LogFormat::of_standard_error(), std::env::var("LIJIAN_LOG").ok().as_deref());
    match app::run(loaded, arguments.configuration.source()) {
        Ok(Verdict::Stopped) => ExitCode::SUCCESS,
        Ok(Verdict::Forced) => ExitCode::from(75),
        Ok(Verdict::JournalFailed) => ExitCode::from(70),
        Err(error) => {
            tell(&format!("lijian run: {}\n", with_causes(&error)));
            ExitCode::from(error.exit_code())
        }
    }
}

/// The error with everything that caused it, on one line.
fn with_causes(error: &dyn std::error::Error) -> String {
    let causes = std::iter::successors(error.source(), |cause| (*cause).source());
    causes.fold(error.to_string(), |text, cause| {
        let cause = cause.to_string();
        if text.contains(&cause) { text } else { format!("{text}: {cause}") }
    })
}

fn tell(text: &str) {
    // There is nobody to tell where standard error is closed.
    let _ = std::io::stderr().lock().write_all(text.as_bytes());
}
