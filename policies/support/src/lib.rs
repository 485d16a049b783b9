//! What the policies of this folder share.

pub mod request;
pub mod settings;
#[cfg(not(target_arch = "wasm32"))]
pub mod testing;
pub mod workload;
