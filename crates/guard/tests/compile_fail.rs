//! What must not compile, with what the compiler says of it.

#[test]
fn misuse_of_guard_types_does_not_compile() {
    let cases = trybuild::TestCases::new();
    cases.compile_fail("tests/ui/*.rs");
}
