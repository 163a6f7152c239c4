//! What a sale costs the machine, and in which order it is written: read off the system calls of the real daemon.
//!
//! `strace` tells; where it is missing or may not trace, the tests say so in a line and pass, unless LIJIAN_REQUIRE_ALL=1.

mod crowd;
mod order;
mod steady;
mod trace;
