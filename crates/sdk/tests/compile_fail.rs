//! What must not compile, and what the developer is told instead. `TRYBUILD=overwrite` writes the texts anew.

#[test]
fn a_mistake_is_a_compile_error_that_says_what_to_write() {
    let cases = trybuild::TestCases::new();
    cases.compile_fail("tests/compile_fail/*.rs");
}
