//! What comes from acquirers: frames are cut, read, and sorted into sales with items, quotes, reversals, and everything else.

use crate::effects::{CloseReason, Effects};
use crate::event::{ConnectionId, Now};
use crate::exchange::Exchange;
use crate::inbound;
use crate::reply::{self, Tags};
use crate::returns;
use crate::settings::AcquirerLink;
use lijian_codecs::message::{FieldIndex, MessageView, parse};
use lijian_domain::code::DecisionCode;
use std::sync::Arc;

/// Where a request came from.
#[derive(Clone, Copy)]
pub(crate) struct Caller<'a> {
    pub(crate) connection: ConnectionId,
    /// The link's place in the settings.
    pub(crate) number: usize,
    pub(crate) link: &'a AcquirerLink,
}

impl Exchange {
    pub(crate) fn acquirer_bytes(
        &mut self,
        connection: ConnectionId,
        number: usize,
        bytes: &[u8],
        now: Now,
        effects: &mut Effects,
    ) {
        let settings = Arc::clone(&self.settings);
        let Some(link) = settings.acquirers.get(number) else { return };
        let caller = Caller { connection, number, link };
        let mut index = FieldIndex::new();
        let mut rest = bytes;
        loop {
            match link.frame.next(rest) {
                Ok(Some(frame)) => {
                    rest = rest.get(frame.consumed..).unwrap_or_default();
                    if !frame.payload.is_empty() {
                        effects.tally.acquirer_frames += 1;
                        self.acquirer_message(caller, frame.payload, &mut index, now, effects);
                    }
                }
                Ok(None) => break,
                Err(_) => {
                    self.close(connection, CloseReason::Frame, effects);
                    rest = &[];
                    break;
                }
            }
        }
        effects.consumed = bytes.len() - rest.len();
    }

    fn acquirer_message(
        &mut self,
        caller: Caller<'_>,
        payload: &[u8],
        index: &mut FieldIndex,
        now: Now,
        effects: &mut Effects,
    ) {
        match parse(&caller.link.dialect, payload, index) {
            Ok(view) if !view.mti().is_request() => effects.tally.unmatched_answers += 1,
            Ok(view) if view.mti().is_reversal() => self.reversal(caller, &view, now, effects),
            Ok(view) if let Some(way) = returns::way(caller.link, &view) => {
                self.return_arrived(caller, &view, way, now, effects);
            }
            Ok(view) if inbound::is_quote(caller.link, &view) => self.quote(caller, &view, now, effects),
            Ok(view) if inbound::is_ours(caller.link, &view) => self.sale(caller, &view, now, effects),
            Ok(view) => self.relay(caller, &view, now, effects),
            Err(failure) if failure.partial.has_mti() && failure.partial.mti().is_request() => {
                effects.tally.broken += 1;
                self.reply_now(caller, &failure.partial, *b"30", &Tags::NONE, effects);
            }
            Err(_) => effects.tally.unreadable += 1,
        }
    }

    /// Answers a request from itself alone: nothing was decided, nothing is recorded.
    pub(crate) fn reply_now(
        &mut self,
        caller: Caller<'_>,
        request: &MessageView<'_>,
        response_code: [u8; 2],
        tags: &Tags<'_>,
        effects: &mut Effects,
    ) {
        let runs = &mut self.runs;
        let written = effects.sends.push(caller.connection, |out| {
            let frame = caller.link.frame.begin(out);
            reply::refusal(request, response_code, tags, runs, out)?;
            caller.link.frame.finish(out, frame).map_err(reply::ReplyError::from)
        });
        match written {
            Ok(()) => effects.tally.answers.count(&response_code),
            Err(_) => effects.tally.unreadable += 1,
        }
    }

    /// The switch cannot grant just now: 91, and nothing is recorded, so that a repeat is tried again.
    pub(crate) fn try_again(&mut self, caller: Caller<'_>, request: &MessageView<'_>, effects: &mut Effects) {
        let code = DecisionCode::TryAgain;
        effects.tally.count_decision(code);
        self.reply_now(caller, request, *b"91", &Tags::of(code), effects);
    }
}
