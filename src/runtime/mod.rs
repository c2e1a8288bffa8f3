//! Goroutines on threads: G, M, P, channels, select, sync, context, time.
