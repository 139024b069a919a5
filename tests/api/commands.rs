//! Every row of the command tables against a real server, in both protocols: what a row sends is understood, and what
//! comes back is its natural reply.

mod acl;
mod bitmaps;
mod blocking;
mod cluster;
mod connection;
mod coverage;
mod geo;
mod hashes;
mod hyperloglogs;
mod keys;
mod lists;
mod payloads;
mod publishing;
mod refusals;
mod replication;
mod scripting;
mod server;
mod sets;
mod sorted_sets;
mod streams;
mod strings;
mod vector_sets;
mod wire;
