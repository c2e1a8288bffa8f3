//! Demos of the topic `cgo`: one line a demo, in alphabetical order.
topic! {
    pointer_rules,
}
