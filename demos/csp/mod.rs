//! Demos of the topic `csp`: one line a demo, in alphabetical order.
topic! {
    backpressure,
    pipeline,
    rendezvous,
    share,
}
