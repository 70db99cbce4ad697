//! What must not compile, with the words that the compiler says then.

#[test]
fn runtime_text_as_query_or_tenant_does_not_compile() {
    trybuild::TestCases::new().compile_fail("tests/ui/*.rs");
}
