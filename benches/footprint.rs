//! Bytes per member. It counts every allocation, which costs time: nothing is timed here.
//!
//! `cargo bench --bench footprint`

#[path = "decide/club.rs"]
mod club;

use loyalty::Member;
use peak_alloc::PeakAlloc;

use club::{ORDERS, member, program};

#[global_allocator]
static ALLOCATED: PeakAlloc = PeakAlloc;

fn main() {
    let json = serde_json::to_string(&member(&program(1), ORDERS)).expect("JSON");
    let before = ALLOCATED.current_usage();
    let copies: Vec<Member> =
        (0..100).map(|_| serde_json::from_str(&json).expect("a member")).collect();
    let used = (ALLOCATED.current_usage() - before) / copies.len();
    let text = json.len();
    println!("member of {ORDERS} orders of 3 lines: {used} bytes in memory, {text} as JSON");
}
