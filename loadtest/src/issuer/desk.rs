//! From the bytes of a connection to answers: frames, reading, ruling, reply.

use super::books::Ruling;
use super::observations::{Observations, State};
use super::reading::{Asked, Reading};
use super::reply::{self, Given};
use super::seen::{Outcome, Seen};
use super::settings::IssuerSettings;
use bytes::{Buf, BytesMut};
use lijian_codecs::message::{FieldIndex, parse};
use std::collections::BTreeMap;
use std::sync::Arc;

/// Frames to be sent.
#[derive(Default)]
pub(super) struct Answers {
    pub(super) at_once: Vec<u8>,
    /// By delay in milliseconds.
    pub(super) later: BTreeMap<u32, Vec<u8>>,
}

/// The connection must be closed; why is among the observations.
#[derive(Debug)]
pub(super) struct MustClose;

/// What handles the bytes of one connection.
pub(super) struct Desk {
    settings: Arc<IssuerSettings>,
    observations: Observations,
    connection: u64,
    index: FieldIndex,
    reading: Reading,
}

impl Desk {
    pub(super) fn new(settings: Arc<IssuerSettings>, observations: Observations, connection: u64) -> Self {
        Self { settings, observations, connection, index: FieldIndex::new(), reading: Reading::default() }
    }

    /// Handles every whole frame of `input` and takes it off; what is left is the beginning of a frame.
    ///
    /// # Errors
    /// The bytes are no frame, or a frame is no message: nothing that follows can be trusted.
    pub(super) fn take(&mut self, input: &mut BytesMut, answers: &mut Answers) -> Result<(), MustClose> {
        let observations = self.observations.clone();
        observations.change(|state| {
            loop {
                let frame = match self.settings.frame.next(input) {
                    Ok(None) => return Ok(()),
                    Ok(Some(frame)) => frame,
                    Err(error) => {
                        state.cut(self.connection, format!("no frame: {error}"));
                        return Err(MustClose);
                    }
                };
                let consumed = frame.consumed;
                // An empty frame is a keep-alive: nothing answers it.
                if !frame.payload.is_empty() {
                    self.message(state, frame.payload, answers)?;
                }
                input.advance(consumed);
            }
        })
    }

    fn message(&mut self, state: &mut State, payload: &[u8], answers: &mut Answers) -> Result<(), MustClose> {
        let order = state.next_order();
        let settings = self.settings.clone();
        let (view, readable) = match parse(&settings.dialect, payload, &mut self.index) {
            Ok(view) => (view, true),
            Err(failure) if failure.partial.has_mti() => (failure.partial, false),
            Err(failure) => {
                state.cut(self.connection, format!("no message: {failure}"));
                return Err(MustClose);
            }
        };
        let books = &mut state.books;
        let asked = if readable { self.reading.read(&view) } else { Asked::Unreadable };
        let ruling = match asked {
            _ if view.mti().is_response() => {
                books.totals_mut().unasked += 1;
                Ruling { outcome: Outcome::Unasked, code: *b"00", number: 0, silent: true, delay_ms: 0 }
            }
            Asked::Unreadable => books.unreadable(),
            Asked::Money(request) => books.request(&settings, &request),
            Asked::Reversal(reversal) => books.reverse(&settings, &reversal),
            Asked::Network => books.network(),
            Asked::Other => books.unsupported(),
        };
        let given = Given::of(&view, &ruling, settings.dialect.semantics());
        if !ruling.silent {
            let latency_ms = if ruling.outcome == Outcome::Network { 0 } else { settings.latency_ms };
            let out = match latency_ms.saturating_add(ruling.delay_ms) {
                0 => &mut answers.at_once,
                delay_ms => answers.later.entry(delay_ms).or_default(),
            };
            if let Err(error) = reply::append(&view, &given, settings.frame, out) {
                // The request cannot be answered in its own dialect, for example for want of a field 39.
                state.cut(self.connection, format!("no answer possible: {error}"));
                return Err(MustClose);
            }
            state.books.totals_mut().answered += 1;
        }
        let connection = self.connection;
        state.keep(|| Seen::of(order, connection, &view, &ruling, &given));
        Ok(())
    }
}
