//! The state of a connection to an issuer: sign-on before traffic, echo after silence (ISO 8583 network management).

use crate::effects::{CloseReason, Effects};
use crate::event::{ConnectionId, LinkId, Now};
use crate::exchange::Exchange;
use crate::issuer::Answerer;
use crate::settings::IssuerLink;
use lijian_codecs::dialect::{Addresses, FieldPart};
use lijian_codecs::message::MessageView;
use lijian_codecs::write::MessageWriter;
use std::sync::Arc;

/// What we wait for.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
struct Awaited {
    stan: u32,
    sign_on: bool,
    since_us: u64,
}

/// See the module's text.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Session {
    /// When the issuer was last heard.
    heard_us: u64,
    awaited: Option<Awaited>,
    stan: u32,
}

impl Session {
    pub(crate) fn new(now_us: u64) -> Self {
        Self { heard_us: now_us, awaited: None, stan: 0 }
    }

    /// When something is due: an answer to us, or our next echo.
    pub(crate) fn deadline_us(&self, link: &IssuerLink) -> Option<u64> {
        match self.awaited {
            Some(awaited) => Some(awaited.since_us.saturating_add(link.session_answer_us)),
            None => link.echo_after_us.map(|echo_after_us| self.heard_us.saturating_add(echo_after_us)),
        }
    }
}

impl Exchange {
    /// A new connection is signed on, or ready at once where the link wants no sign-on.
    pub(crate) fn begin_session(&mut self, connection: ConnectionId, link: usize, now: Now, effects: &mut Effects) {
        if self.settings.issuers.get(link).is_some_and(|issuer| issuer.sign_on) {
            self.say(connection, link, true, now, effects);
        } else {
            self.connections.ready(connection);
        }
    }

    pub(crate) fn heard_from(&mut self, connection: ConnectionId, now: Now) {
        if let Some(connection) = self.connections.get_mut(connection) {
            connection.session.heard_us = now.monotonic_us;
        }
    }

    /// A network management message of an issuer; false where it answers somebody else's.
    pub(crate) fn session_message(
        &mut self,
        from: Answerer<'_>,
        view: &MessageView<'_>,
        _now: Now,
        effects: &mut Effects,
    ) -> bool {
        if view.mti().is_request() {
            let written = effects.sends.push(from.connection, |out| {
                let frame = from.link.frame.begin(out);
                MessageWriter::patch(*view).respond().set(39, b"00").remove(64).remove(128).write(out).map_err(drop)?;
                from.link.frame.finish(out, frame).map_err(drop)
            });
            effects.tally.unreadable += u64::from(written.is_err());
            return true;
        }
        let Some(connection) = self.connections.get_mut(from.connection) else { return true };
        let stan = view.digits_u64(11);
        let Some(awaited) = connection.session.awaited.filter(|awaited| stan == Some(u64::from(awaited.stan))) else {
            return false;
        };
        connection.session.awaited = None;
        if awaited.sign_on {
            match crate::response::is_approved(crate::response::result(view)) {
                true => self.connections.ready(from.connection),
                false => self.close(from.connection, CloseReason::SignOnRefused, effects),
            }
        }
        true
    }

    /// Sends echoes that are due, and closes what stayed silent.
    pub(crate) fn tick_sessions(&mut self, now: Now, effects: &mut Effects) {
        let settings = Arc::clone(&self.settings);
        let mut echoes = Vec::new();
        for id in self.connections.issuer_ids() {
            let Some(connection) = self.connections.get_mut(id) else { continue };
            let LinkId::Issuer(link) = connection.link else { continue };
            let Some(issuer) = settings.issuers.get(link) else { continue };
            if connection.session.deadline_us(issuer).is_none_or(|deadline_us| deadline_us > now.monotonic_us) {
                continue;
            }
            match connection.session.awaited.take() {
                // Asked to close once; the edge reports the end.
                Some(_) => {
                    connection.session.heard_us = now.monotonic_us;
                    effects.closes.push((id, CloseReason::Silent));
                }
                None => echoes.push((id, link)),
            }
        }
        for (connection, link) in echoes {
            self.say(connection, link, false, now, effects);
        }
    }

    /// Sends a sign-on or an echo.
    fn say(&mut self, id: ConnectionId, link: usize, sign_on: bool, now: Now, effects: &mut Effects) {
        let settings = Arc::clone(&self.settings);
        let Some(issuer) = settings.issuers.get(link) else { return };
        let Some(connection) = self.connections.get_mut(id) else { return };
        let session = &mut connection.session;
        session.stan = session.stan % 999_999 + 1;
        session.awaited = Some(Awaited { stan: session.stan, sign_on, since_us: now.monotonic_us });
        let network = issuer.dialect.semantics().network;
        let code = if sign_on { network.sign_on } else { network.echo };
        let transmission = now.wall.transmission_time();
        let stan = u64::from(session.stan);
        let written = effects.sends.push(id, |out| {
            let frame = issuer.frame.begin(out);
            let field = code_field(network.code, code);
            let mut writer = MessageWriter::build(&issuer.dialect, network.mti);
            writer.envelope_between(Addresses { destination: &issuer.destination, source: &issuer.source });
            if issuer.dialect.field(7).is_some() {
                writer.set(7, &transmission);
            }
            writer.set_number(11, stan).set(network.code.field, field.as_slice()).write(out).map_err(drop)?;
            issuer.frame.finish(out, frame).map_err(drop)
        });
        effects.tally.unreadable += u64::from(written.is_err());
    }
}

/// The value of the field in which the code stands, zeros around it.
fn code_field(part: FieldPart, code: [u8; 3]) -> arrayvec::ArrayVec<u8, 32> {
    let mut value = arrayvec::ArrayVec::new();
    let from = usize::from(part.from).min(value.capacity() - code.len());
    value.extend(std::iter::repeat_n(b'0', from));
    value.extend(code);
    value
}
