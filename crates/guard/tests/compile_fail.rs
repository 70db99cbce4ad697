//! What must not compile, with what the compiler says of it.

#[test]
fn what_must_not_happen_does_not_compile() {
    let cases = trybuild::TestCases::new();
    cases.compile_fail("tests/ui/*.rs");
}
