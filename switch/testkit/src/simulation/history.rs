//! What happened, line by line, and a digest of it: two histories of one seed are the same.

use std::collections::VecDeque;

/// Lines that are kept to be shown.
const LINES_MAX: usize = 60;

/// See the module's text.
#[derive(Clone, Debug)]
pub(crate) struct History {
    lines: VecDeque<String>,
    digest: u64,
    pub(crate) steps: u64,
}

impl History {
    pub(crate) fn new() -> Self {
        Self { lines: VecDeque::new(), digest: 0xcbf2_9ce4_8422_2325, steps: 0 }
    }

    pub(crate) fn note(&mut self, now_us: u64, line: &str) {
        self.steps += 1;
        self.mix(&now_us.to_le_bytes());
        self.mix(line.as_bytes());
        if self.lines.len() == LINES_MAX {
            self.lines.pop_front();
        }
        self.lines.push_back(format!("{:>12} {line}", now_us));
    }

    /// FNV-1a.
    fn mix(&mut self, bytes: &[u8]) {
        for byte in bytes {
            self.digest = (self.digest ^ u64::from(*byte)).wrapping_mul(0x0000_0100_0000_01b3);
        }
    }

    pub(crate) const fn digest(&self) -> u64 {
        self.digest
    }

    /// The last lines.
    pub(crate) fn tail(&self) -> Vec<String> {
        self.lines.iter().cloned().collect()
    }
}
