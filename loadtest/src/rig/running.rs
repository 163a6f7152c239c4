//! The processes that run now, so that somebody else can end them: the comparison then fails, and tidies up as ever.

use rustix::process::{Pid, Signal, kill_process};
use std::process::Child;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// See the file.
#[derive(Clone, Debug, Default)]
pub struct Running(Arc<Mutex<State>>);

#[derive(Debug, Default)]
struct State {
    processes: Vec<Pid>,
    ended: bool,
}

impl Running {
    /// Ends them, and those that are started from now on.
    pub fn end(&self) {
        let mut state = self.state();
        state.ended = true;
        for process in state.processes.iter().copied() {
            // It may have ended already; it is not waited for yet, so that its number is nobody else's.
            let _ = kill_process(process, Signal::KILL);
        }
    }

    /// Whether somebody ended them.
    pub fn is_ended(&self) -> bool {
        self.state().ended
    }

    pub(crate) fn started(&self, child: &mut Child) {
        let mut state = self.state();
        if state.ended {
            let _ = child.kill();
        }
        state.processes.push(Pid::from_child(child));
    }

    /// Kills it, and waits for its end.
    pub(crate) fn kill(&self, child: &mut Child) {
        let _ = child.kill();
        let process = Pid::from_child(child);
        self.state().processes.retain(|other| *other != process);
        let _ = child.wait();
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
