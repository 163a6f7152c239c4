//! An issuer without books: every request is approved at once. For measurements, where the other side must cost little.
//!
//! One thread serves all connections by readiness; an answer is the request with its type changed, a result, and a retrieval
//! reference where there was none, written straight into the connection's buffer: nothing is allocated or kept for a message. What
//! is no request, or cannot be read, is not answered.

use super::recipe::Recipe;
use super::reply::{ECHOED, digits};
use super::server::IssuerError;
use crate::channel::Channel;
use lijian_codecs::dialect::Dialect;
use lijian_codecs::frame::FrameFormat;
use lijian_codecs::message::{FieldIndex, parse};
use lijian_codecs::write::MessageWriter;
use rustix::event::epoll;
use rustix::fd::OwnedFd;
use std::io;
use std::net::{SocketAddr, TcpListener};
use std::sync::Arc;

const EVENTS: usize = 256;
/// Told apart from connections.
const LISTENER: u64 = u64::MAX;

/// A bare issuer to be.
#[derive(Debug)]
pub struct BareIssuer {
    listener: TcpListener,
    desk: Desk,
}

/// What answers.
#[derive(Debug)]
struct Desk {
    dialect: Arc<Dialect>,
    frame: FrameFormat,
    index: FieldIndex,
    /// Requests so far.
    number: u64,
    /// How the last request was answered: the next one is likely to be written in the same way.
    recipe: Option<Recipe>,
}

impl BareIssuer {
    /// Listens.
    ///
    /// # Errors
    /// The address is not free, or not ours.
    pub fn bind(listen: SocketAddr, dialect: Arc<Dialect>, frame: FrameFormat) -> Result<Self, IssuerError> {
        let failed = |source| IssuerError::Listen { address: listen, source };
        let listener = TcpListener::bind(listen).map_err(failed)?;
        listener.set_nonblocking(true).map_err(failed)?;
        Ok(Self { listener, desk: Desk { dialect, frame, index: FieldIndex::new(), number: 0, recipe: None } })
    }

    /// Where it listens.
    ///
    /// # Errors
    /// The system does not say.
    pub fn local_addr(&self) -> io::Result<SocketAddr> {
        self.listener.local_addr()
    }

    /// Answers for ever.
    ///
    /// # Errors
    /// Waiting failed.
    pub fn run(mut self) -> io::Result<()> {
        let poll = epoll::create(epoll::CreateFlags::CLOEXEC)?;
        epoll::add(&poll, &self.listener, epoll::EventData::new_u64(LISTENER), epoll::EventFlags::IN)?;
        let mut connections: Vec<Option<Channel>> = Vec::new();
        let mut events = Vec::with_capacity(EVENTS);
        loop {
            match epoll::wait(&poll, rustix::buffer::spare_capacity(&mut events), None) {
                Ok(_) | Err(rustix::io::Errno::INTR) => {}
                Err(error) => return Err(error.into()),
            }
            for event in events.drain(..) {
                let data = event.data.u64();
                if data == LISTENER {
                    accept(&self.listener, &poll, &mut connections)?;
                    continue;
                }
                let place = usize::try_from(data).unwrap_or(usize::MAX);
                let Some(slot) = connections.get_mut(place) else { continue };
                let Some(channel) = slot else { continue };
                if !self.desk.serve(channel, &poll, data, event.flags)? {
                    epoll::delete(&poll, &channel.stream)?;
                    *slot = None;
                }
            }
        }
    }
}

/// Connections keep the first place that is free.
fn accept(listener: &TcpListener, poll: &OwnedFd, connections: &mut Vec<Option<Channel>>) -> io::Result<()> {
    while let Ok((stream, _)) = listener.accept() {
        let Ok(channel) = Channel::new(stream) else { continue };
        let place = connections.iter().position(Option::is_none).unwrap_or(connections.len());
        let data = epoll::EventData::new_u64(u64::try_from(place).unwrap_or(LISTENER));
        epoll::add(poll, &channel.stream, data, epoll::EventFlags::IN)?;
        match connections.get_mut(place) {
            Some(slot) => *slot = Some(channel),
            None => connections.push(Some(channel)),
        }
    }
    Ok(())
}

impl Desk {
    /// Reads, answers and writes; false where the connection is over.
    fn serve(
        &mut self,
        channel: &mut Channel,
        poll: &OwnedFd,
        data: u64,
        flags: epoll::EventFlags,
    ) -> io::Result<bool> {
        let mut open = true;
        if flags.intersects(epoll::EventFlags::IN | epoll::EventFlags::HUP | epoll::EventFlags::ERR) {
            open = channel.fill().unwrap_or(false);
            let frame = self.frame;
            open &= channel.answer_frames(&frame, |request, out| self.answer(request, out)).is_ok();
        }
        let Ok(all) = channel.flush() else { return Ok(false) };
        if channel.wants(!all) {
            let wanted = if all { epoll::EventFlags::IN } else { epoll::EventFlags::IN | epoll::EventFlags::OUT };
            epoll::modify(poll, &channel.stream, epoll::EventData::new_u64(data), wanted)?;
        }
        Ok(open)
    }

    fn answer(&mut self, request: &[u8], out: &mut Vec<u8>) {
        let number = self.number.wrapping_add(1);
        if self.recipe.as_mut().is_some_and(|recipe| recipe.answer(request, number, out)) {
            self.number = number;
            return;
        }
        let Ok(view) = parse(&self.dialect, request, &mut self.index) else { return };
        if view.mti().is_response() {
            return;
        }
        self.number = number;
        let reference = digits::<12>(number);
        let approved = self.dialect.semantics().results.from_canonical(*b"00");
        let mut writer = MessageWriter::patch(view);
        writer.respond().keep_only(&ECHOED).set(39, approved.as_bytes());
        if !view.has(37) {
            writer.set(37, &reference);
        }
        let before = out.len();
        let start = self.frame.begin(out);
        // What the dialect cannot say is not answered.
        if writer.write(out).is_err() || self.frame.finish(out, start).is_err() {
            out.truncate(before);
            return;
        }
        let referenced = !view.has(37);
        self.recipe = Recipe::of(&view, out.get(before..).unwrap_or_default(), &self.frame, referenced);
    }
}
