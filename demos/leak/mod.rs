//! Demos of the topic `leak`: one line a demo, in alphabetical order.
topic! {
    abba,
    blind_spots,
    bubble,
    buffered_result,
    fixpoint,
    growth,
    livelock,
    patterns,
    range_unclosed,
    roots,
    snapshot_diff,
    structured,
}
