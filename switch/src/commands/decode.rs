//! `lijian decode`: one message from hexadecimal to JSON.

use super::dialect_argument::dialect;
use lijian_codecs::describe::{bytes_of, describe};
use lijian_codecs::dialect::Envelope;
use lijian_codecs::message::{FieldIndex, MessageView, parse};
use serde_json::{Map, Value};
use std::io::{self, Read as _, Write as _};
use std::process::ExitCode;

/// Standard input is read up to this many bytes: the longest message in hexadecimal, with room for line breaks.
const INPUT_BYTES_MAX: u64 = 1 << 18;

/// Shows one message as JSON: {"mti":"0200","fields":{"2":"...","4":"..."}}.
///
/// The message is what follows the frame's length. Values of binary fields are upper-case hexadecimal; what stands before
/// the message type (TPDU, network header) is shown as "envelope". Card data is masked. Of a message that is broken, what
/// was read before is shown, and the error says field and offset.
#[derive(clap::Args, Debug)]
#[command(after_help = "Examples:\n  lijian decode --dialect iso87-ascii 30383030...\n  \
    lijian decode --dialect my-dialect.toml < message.hex")]
pub struct DecodeArguments {
    /// The name of a dialect, or a file with a table
    #[arg(long, value_name = "NAME|FILE")]
    pub dialect: String,
    /// Shows card data in full
    #[arg(long)]
    pub reveal: bool,
    /// The message in hexadecimal; standard input without it
    #[arg(value_name = "HEX")]
    pub message: Option<String>,
}

/// Runs the command. Exit code 0, 1 for a message that is broken, 64 for a dialect or a text that cannot be used.
pub fn run(arguments: &DecodeArguments) -> ExitCode {
    let input = dialect(&arguments.dialect).and_then(|dialect| Ok((dialect, bytes(arguments.message.as_deref())?)));
    let (dialect, payload) = match input {
        Ok(input) => input,
        Err(problem) => {
            let _ = writeln!(io::stderr(), "lijian decode: {problem}");
            return ExitCode::from(64);
        }
    };
    let mut index = FieldIndex::new();
    let (view, error) = match parse(&dialect, &payload, &mut index) {
        Ok(view) => (view, None),
        Err(failure) => (failure.partial, Some(failure.error)),
    };
    let _ = writeln!(io::stdout(), "{}", json(view, arguments.reveal));
    match error {
        None => ExitCode::SUCCESS,
        Some(error) => {
            let _ = writeln!(io::stderr(), "lijian decode: {error}");
            ExitCode::from(1)
        }
    }
}

fn bytes(argument: Option<&str>) -> Result<Vec<u8>, String> {
    let mut text = String::new();
    match argument {
        Some(argument) => text.push_str(argument),
        None => {
            let read = io::stdin().lock().take(INPUT_BYTES_MAX).read_to_string(&mut text);
            read.map_err(|error| format!("standard input cannot be read as text: {error}"))?;
        }
    }
    text.retain(|character| !character.is_ascii_whitespace());
    // The text is not shown: it may be card data.
    let expected = "expected a message in hexadecimal: an even number of the digits 0-9, A-F";
    bytes_of(&text)
        .filter(|bytes| !bytes.is_empty())
        .ok_or_else(|| format!("{expected}, got {} characters", text.len()))
}

fn json(view: MessageView<'_>, reveal: bool) -> Value {
    let mut message = Map::new();
    let mti = if view.has_mti() { Value::String(view.mti().to_string()) } else { Value::Null };
    message.insert("mti".to_owned(), mti);
    if *view.dialect().envelope() != Envelope::None {
        let envelope = view.envelope().iter().map(|byte| format!("{byte:02X}")).collect();
        message.insert("envelope".to_owned(), Value::String(envelope));
    }
    let fields = describe(view, reveal).map(|(field, text)| (field.to_string(), Value::String(text)));
    message.insert("fields".to_owned(), Value::Object(fields.collect()));
    Value::Object(message)
}
