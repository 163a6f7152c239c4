//! A connection that never blocks: bytes that go out, bytes that came and are not taken yet.

use lijian_codecs::frame::{FrameError, FrameFormat};
use std::io::{self, Read as _, Write as _};
use std::net::TcpStream;

/// Bytes asked for in one read.
const READ_BYTES: usize = 65_536;

/// See the file.
#[derive(Debug)]
pub(crate) struct Channel {
    pub(crate) stream: TcpStream,
    out: Vec<u8>,
    written: usize,
    input: Vec<u8>,
    read: usize,
    /// Told when there is room to write.
    wants_room: bool,
}

impl Channel {
    pub(crate) fn new(stream: TcpStream) -> io::Result<Self> {
        stream.set_nodelay(true)?;
        stream.set_nonblocking(true)?;
        Ok(Self { stream, out: Vec::new(), written: 0, input: vec![0; READ_BYTES], read: 0, wants_room: false })
    }

    /// Where bytes go that are to be written.
    pub(crate) fn out(&mut self) -> &mut Vec<u8> {
        &mut self.out
    }

    /// Writes what there is; whether all of it is out.
    pub(crate) fn flush(&mut self) -> io::Result<bool> {
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
    pub(crate) fn wants(&mut self, room: bool) -> bool {
        std::mem::replace(&mut self.wants_room, room) != room
    }

    /// Reads what has come; false at the end of the stream.
    pub(crate) fn fill(&mut self) -> io::Result<bool> {
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

    /// Hands over each whole frame that was read: its payload.
    pub(crate) fn frames(&mut self, format: &FrameFormat, mut take: impl FnMut(&[u8])) -> Result<(), FrameError> {
        let mut done = 0;
        while let Some(frame) = format.next(self.input.get(done..self.read).unwrap_or_default())? {
            take(frame.payload);
            done += frame.consumed;
        }
        self.drop_front(done);
        Ok(())
    }

    /// Hands over each whole frame that was read, its payload, with where an answer goes.
    pub(crate) fn answer_frames(
        &mut self,
        format: &FrameFormat,
        mut answer: impl FnMut(&[u8], &mut Vec<u8>),
    ) -> Result<(), FrameError> {
        let mut done = 0;
        while let Some(frame) = format.next(self.input.get(done..self.read).unwrap_or_default())? {
            answer(frame.payload, &mut self.out);
            done += frame.consumed;
        }
        self.drop_front(done);
        Ok(())
    }

    /// Hands over each whole frame that was read, its header included.
    pub(crate) fn whole_frames(&mut self, format: &FrameFormat, mut take: impl FnMut(&[u8])) -> Result<(), FrameError> {
        let mut done = 0;
        while let Some(rest) = self.input.get(done..self.read)
            && let Some(frame) = format.next(rest)?
        {
            take(rest.get(..frame.consumed).unwrap_or_default());
            done += frame.consumed;
        }
        self.drop_front(done);
        Ok(())
    }

    fn drop_front(&mut self, bytes: usize) {
        self.input.copy_within(bytes..self.read, 0);
        self.read -= bytes;
    }
}
