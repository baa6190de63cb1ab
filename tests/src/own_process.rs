//! A test in a process of its own, for what belongs to a whole process: its environment, its log.

use std::process::{Command, Output};

/// Says to the process that it is the inner one.
const INSIDE: &str = "KAIRAN_TEST_IN_OWN_PROCESS";

/// Runs the test with this name (`module::name`) once more, in a process of its own with these variables, and gives what it printed. None in
/// that process itself: there the story is told.
///
/// # Panics
/// When the story fails.
#[must_use]
pub fn in_own_process(test: &str, variables: &[(&str, &str)]) -> Option<Output> {
    if std::env::var_os(INSIDE).is_some() {
        return None;
    }
    let mut command = Command::new(std::env::current_exe().expect("this program"));
    command.args([test, "--exact", "--nocapture"]).env(INSIDE, "yes").envs(variables.iter().copied());
    let output = command.output().expect("a process");
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    let printed = text(&output.stdout);
    assert!(output.status.success(), "{printed}\n{}", text(&output.stderr));
    assert!(printed.contains("1 passed"), "{test} is no test: {printed}");
    Some(output)
}
