//! Demos of the topic `stack`: one line a demo, in alphabetical order. They run on the frame machine
//! of the runtime, for native stacks cannot move.
topic! {
    adaptive,
    alloc,
    dynamic,
    growth_cost,
    growth_path,
    hot_split,
    overflow,
    pointers,
    prologue,
    shrink,
}
