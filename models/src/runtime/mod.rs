//! The runtime's own files, and a stub of the one record they name.
pub mod g;

#[path = "../../../src/runtime/asym.rs"]
pub mod asym;
#[path = "../../../src/runtime/bell.rs"]
pub mod bell;
#[path = "../../../src/runtime/sync/count.rs"]
pub mod count;
#[path = "../../../src/runtime/lock.rs"]
pub mod lock;
#[path = "../../../src/runtime/lockorder.rs"]
pub mod lockorder;
#[path = "../../../src/runtime/pollstate.rs"]
pub mod pollstate;
#[path = "../../../src/runtime/pstate.rs"]
pub mod pstate;
#[path = "../../../src/runtime/runq.rs"]
pub mod runq;
#[path = "../../../src/runtime/spinning.rs"]
pub mod spinning;
#[path = "../../../src/runtime/waitq.rs"]
pub mod waitq;
