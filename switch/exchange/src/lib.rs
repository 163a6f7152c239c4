//! The state machine of the switch: events in, effects out. No socket, file, clock or randomness.
