//! What must not compile, with the words that the compiler says then.

#[test]
fn a_text_made_at_run_time_is_no_query_and_a_text_is_no_tenant() {
    trybuild::TestCases::new().compile_fail("tests/ui/*.rs");
}
