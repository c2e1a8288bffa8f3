//! Demos of the topic `goroutine`: one line a demo, in alphabetical order.
topic! {
    cpu_bound,
    dump,
    exit_latency,
    go_eval,
    goexit,
    light,
    limit,
    main_exit,
    no_id,
    panic_one,
    parallel,
    switch,
    vs_thread,
}
