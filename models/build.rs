//! `cfg(loom)` for this crate alone, so that loom itself need not be built anew; `BAGU_MODELS=threads`
//! compiles the same programs for real threads, as Miri and ThreadSanitizer want them.
fn main() {
    println!("cargo::rerun-if-env-changed=BAGU_MODELS");
    if std::env::var("BAGU_MODELS").as_deref() != Ok("threads") {
        println!("cargo::rustc-cfg=loom");
    }
}
