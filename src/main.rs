//! Parse, dispatch, exit code. Everything else lives in the library.
fn main() -> std::process::ExitCode {
    bagu::cli::main()
}
