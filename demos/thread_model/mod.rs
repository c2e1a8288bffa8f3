//! Demos of the topic `thread-model`: one line a demo, in alphabetical order.
topic! {
    cost,
    same_work,
    wait_paths,
}
