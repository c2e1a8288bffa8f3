//! Demos of the topic `cgo`: one line a demo, in alphabetical order.
topic! {
    build_deploy,
    callback,
    cost,
    pointer_rules,
    three_steps,
}
