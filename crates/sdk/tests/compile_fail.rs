//! What must not compile, and what the developer is told instead. `TRYBUILD=overwrite` writes the texts anew.

#[test]
fn sdk_misuse_is_compile_error_with_advice() {
    let cases = trybuild::TestCases::new();
    cases.compile_fail("tests/compile_fail/*.rs");
}
