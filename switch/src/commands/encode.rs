//! `lijian encode`: one message from JSON to hexadecimal.

use super::dialect_argument::dialect;
use lijian_codecs::Mti;
use lijian_codecs::describe::{bytes_of, encode};
use lijian_codecs::dialect::Dialect;
use serde::Deserialize;
use serde::de::{Deserializer, MapAccess, Visitor};
use std::fmt;
use std::io::{self, Read as _, Write as _};
use std::process::ExitCode;

/// Standard input is read up to this many bytes: the longest message has 65,535, a character may take six in JSON.
const INPUT_BYTES_MAX: u64 = 1 << 20;

/// Makes one message of JSON on standard input: {"mti":"0200","fields":{"2":"...","4":"..."}}.
///
/// The opposite of decode. Values of binary fields are hexadecimal. "envelope" is what stands before the message type in
/// dialects that have something there; left out, it is made without addresses.
#[derive(clap::Args, Debug)]
#[command(after_help = "Example:\n  echo '{\"mti\":\"0800\",\"fields\":{\"11\":\"000001\",\"70\":\"301\"}}' | \
    lijian encode --dialect iso87-ascii")]
pub struct EncodeArguments {
    /// The name of a dialect, or a file with a table
    #[arg(long, value_name = "NAME|FILE")]
    pub dialect: String,
}

/// Runs the command. Exit code 0, 1 for a message that the dialect cannot hold, 64 for a dialect or JSON that cannot be used.
pub fn run(arguments: &EncodeArguments) -> ExitCode {
    let input = dialect(&arguments.dialect).and_then(|dialect| Ok((dialect, read()?)));
    let problem = match input {
        Ok((dialect, message)) => match message.encode(&dialect) {
            Ok(bytes) => {
                let text: String = bytes.iter().map(|byte| format!("{byte:02X}")).collect();
                let _ = writeln!(io::stdout(), "{text}");
                return ExitCode::SUCCESS;
            }
            Err(problem) => (1, problem),
        },
        Err(problem) => (64, problem),
    };
    let _ = writeln!(io::stderr(), "lijian encode: {}", problem.1);
    ExitCode::from(problem.0)
}

fn read() -> Result<Message, String> {
    let mut text = String::new();
    let read = io::stdin().lock().take(INPUT_BYTES_MAX).read_to_string(&mut text);
    read.map_err(|error| format!("standard input cannot be read as text: {error}"))?;
    serde_json::from_str(&text).map_err(|error| {
        // What the parser says of a value shows the value, which may be a card number: only its place is said.
        format!(
            "line {} column {}: expected {{\"mti\":\"0200\",\"fields\":{{\"2\":\"...\"}}}}, every value a string",
            error.line(),
            error.column()
        )
    })
}

/// A message as JSON says it. Not printed: it holds card data.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Message {
    mti: String,
    envelope: Option<String>,
    fields: Fields,
}

impl Message {
    fn encode(&self, dialect: &Dialect) -> Result<Vec<u8>, String> {
        let mti = Mti::parse(&self.mti).ok_or("mti: expected four digits")?;
        let envelope = self.envelope.as_deref().map(|text| bytes_of(text).ok_or("envelope: expected hexadecimal"));
        let envelope = envelope.transpose()?;
        if let Some(envelope) = &envelope {
            let expected = dialect.envelope().bytes();
            // What comes after the envelope is the message, so it must be as long as the dialect's.
            if envelope.len() != expected || dialect.envelope().locate(envelope).is_err() {
                return Err(format!("envelope: expected the {expected} bytes that the dialect begins with"));
            }
        }
        let number = |(name, text)| Ok((field_number(name)?, text));
        let fields: Result<Vec<(u8, &str)>, String> =
            self.fields.0.iter().map(|(name, text)| (name.as_str(), text.as_str())).map(number).collect();
        encode(dialect, mti, &fields?, envelope.as_deref()).map_err(|error| error.to_string())
    }
}

fn field_number(name: &str) -> Result<u8, String> {
    let number = name.parse().ok().filter(|number| (2..=192).contains(number) && !name.starts_with(['+', '0']));
    number.ok_or_else(|| {
        "fields: expected numbers from 2 to 192 as names (bitmaps are made, they are not given)".to_owned()
    })
}

/// Names and values in their order, so that one named twice is found.
struct Fields(Vec<(String, String)>);

impl<'de> Deserialize<'de> for Fields {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Pairs;

        impl<'de> Visitor<'de> for Pairs {
            type Value = Fields;

            fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
                formatter.write_str("fields by their numbers")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Fields, A::Error> {
                let mut pairs = Vec::new();
                while let Some(pair) = map.next_entry()? {
                    pairs.push(pair);
                }
                Ok(Fields(pairs))
            }
        }

        deserializer.deserialize_map(Pairs)
    }
}
