//! A formatted SQL statement does not compile.

#[test]
fn caller_text_as_sql_statement_does_not_compile() {
    let cases = trybuild::TestCases::new();
    cases.compile_fail("tests/compile_fail/*.rs");
}
