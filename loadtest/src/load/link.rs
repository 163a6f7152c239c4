//! One connection: frames that go out, answers that come, and which requests wait.

use lijian_codecs::frame::{FrameError, FrameFormat};
use std::collections::VecDeque;
use std::io::{self, Read as _, Write as _};
use std::net::{SocketAddr, TcpStream};
use std::time::Duration;

/// Bytes asked for in one read.
const READ_BYTES: usize = 65_536;
const CONNECT_MAX: Duration = Duration::from_secs(5);

/// A request that is on its way.
#[derive(Clone, Copy, Debug)]
pub(super) struct Waiting {
    stan: u32,
    /// When it was meant to be sent, on the run's clock.
    pub(super) meant_ns: u64,
    /// When it was sent.
    pub(super) sent_ns: u64,
    answered: bool,
}

/// See the file.
#[derive(Debug)]
pub(super) struct Link {
    pub(super) stream: TcpStream,
    /// Requests so far.
    pub(super) number: u32,
    /// In the order of their sending; answered ones go once they are in front.
    waiting: VecDeque<Waiting>,
    pub(super) in_flight: usize,
    out: Vec<u8>,
    written: usize,
    input: Vec<u8>,
    read: usize,
    pub(super) closed: bool,
    /// Told when there is room to write.
    wants_room: bool,
}

impl Link {
    pub(super) fn connect(target: SocketAddr) -> io::Result<Self> {
        let stream = TcpStream::connect_timeout(&target, CONNECT_MAX)?;
        stream.set_nodelay(true)?;
        stream.set_nonblocking(true)?;
        let (waiting, out, input) = (VecDeque::new(), Vec::new(), vec![0; READ_BYTES]);
        Ok(Self {
            stream,
            number: 0,
            waiting,
            in_flight: 0,
            out,
            written: 0,
            input,
            read: 0,
            closed: false,
            wants_room: false,
        })
    }

    /// Where a request's frame goes.
    pub(super) fn out(&mut self) -> &mut Vec<u8> {
        &mut self.out
    }

    /// A request was put there.
    pub(super) fn sends(&mut self, stan: u32, meant_ns: u64, sent_ns: u64) {
        self.number = self.number.wrapping_add(1);
        self.in_flight += 1;
        self.waiting.push_back(Waiting { stan, meant_ns, sent_ns, answered: false });
    }

    /// Writes what there is; whether all of it is out.
    pub(super) fn flush(&mut self) -> io::Result<bool> {
        while let Some(rest) = self.out.get(self.written..).filter(|rest| !rest.is_empty()) {
            match (&self.stream).write(rest) {
                Ok(written) => self.written += written,
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => return Ok(false),
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => return Err(error),
            }
        }
        self.out.clear();
        self.written = 0;
        Ok(true)
    }

    /// Whether being told of room to write changes.
    pub(super) fn wants(&mut self, room: bool) -> bool {
        std::mem::replace(&mut self.wants_room, room) != room
    }

    /// Reads what has come; false at the end of the stream.
    pub(super) fn fill(&mut self) -> io::Result<bool> {
        loop {
            if self.input.len() - self.read < READ_BYTES / 2 {
                self.input.resize(self.input.len() * 2, 0);
            }
            let Some(room) = self.input.get_mut(self.read..) else { return Ok(false) };
            let asked = room.len();
            match (&self.stream).read(room) {
                Ok(0) => return Ok(false),
                Ok(read) => {
                    self.read += read;
                    if read < asked {
                        return Ok(true);
                    }
                }
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => return Ok(true),
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => return Err(error),
            }
        }
    }

    /// Hands over each whole frame that was read.
    pub(super) fn frames(&mut self, format: &FrameFormat, mut take: impl FnMut(&[u8])) -> Result<(), FrameError> {
        let mut done = 0;
        while let Some(frame) = format.next(self.input.get(done..self.read).unwrap_or_default())? {
            take(frame.payload);
            done += frame.consumed;
        }
        self.input.copy_within(done..self.read, 0);
        self.read -= done;
        Ok(())
    }

    /// The request that an answer is for.
    pub(super) fn answered(&mut self, stan: u32) -> Option<Waiting> {
        let found = self.waiting.iter_mut().find(|waiting| waiting.stan == stan && !waiting.answered)?;
        found.answered = true;
        let found = *found;
        self.in_flight -= 1;
        while self.waiting.front().is_some_and(|front| front.answered) {
            self.waiting.pop_front();
        }
        Some(found)
    }
}
