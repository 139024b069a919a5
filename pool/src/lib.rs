//! Connections that carry encoded commands to a server and bring replies back, in time or not at all.
#![forbid(unsafe_code)]
