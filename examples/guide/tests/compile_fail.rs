//! A formatted SQL statement does not compile.

#[test]
fn a_callers_words_cannot_become_a_statement() {
    let cases = trybuild::TestCases::new();
    cases.compile_fail("tests/compile_fail/*.rs");
}
