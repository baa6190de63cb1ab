//! What `kairan preview` is, for the tests: the app under test starts this program once more for each file, with this one test.

#[test]
fn opens_the_file_on_its_standard_input() {
    // Together with the others there is no file.
    if std::env::args().any(|argument| argument == "--exact") {
        api::workshop::child::look().expect("somebody who hears it");
    }
}
