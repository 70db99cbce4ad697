//! Every query on both databases: SQLite in a file, PostgreSQL in a cluster of the test's own.

#[path = "contract/cells.rs"]
#[expect(clippy::unwrap_used, reason = "tests fail by panicking")]
mod cells;
#[path = "contract/cluster.rs"]
mod cluster;
#[path = "contract/common.rs"]
#[expect(clippy::unwrap_used, reason = "tests fail by panicking")]
mod common;
#[path = "contract/history.rs"]
#[expect(clippy::unwrap_used, reason = "tests fail by panicking")]
mod history;
#[path = "contract/keys.rs"]
#[expect(clippy::unwrap_used, reason = "tests fail by panicking")]
mod keys;
#[path = "contract/sealed.rs"]
#[expect(clippy::unwrap_used, reason = "tests fail by panicking")]
mod sealed;
#[path = "contract/shared.rs"]
#[expect(clippy::unwrap_used, reason = "tests fail by panicking")]
mod shared;
#[path = "contract/things.rs"]
#[expect(clippy::unwrap_used, reason = "tests fail by panicking")]
mod things;

/// Every case that needs no more than an open store.
mod cases {
    pub(crate) use crate::history::*;
    pub(crate) use crate::keys::*;
    pub(crate) use crate::things::*;
}

/// Every case that opens the database by itself.
mod by_url {
    pub(crate) use crate::cells::*;
    pub(crate) use crate::sealed::*;
    pub(crate) use crate::shared::*;
}

use conversimple_store::{Address, Store};

/// One test a case on SQLite, and one that runs all of them on PostgreSQL, because a cluster takes its time to start.
macro_rules! on_both {
    (store { $($case:ident,)* } url { $($url_case:ident,)* }) => {
        mod sqlite {
            $(#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn $case() {
                let folder = tempfile::tempdir().expect("a temporary folder");
                let store = super::open(&super::file_url(&folder)).await;
                super::in_task(super::cases::$case(store)).await;
            })*
            $(#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn $url_case() {
                let folder = tempfile::tempdir().expect("a temporary folder");
                super::in_task(super::by_url::$url_case(super::file_url(&folder))).await;
            })*
        }

        #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
        async fn postgresql_passes_every_store_case() {
            let cluster = cluster::Cluster::start();
            $(let database = cluster.database(stringify!($case));
            in_task(cases::$case(open(&database).await)).await;)*
            $(in_task(by_url::$url_case(cluster.database(stringify!($url_case)))).await;)*
        }
    };
}

on_both! {
    store {
    customer_name_is_unique_and_customer_can_be_suspended,
    agent_is_created_changed_and_deleted,
    concurrent_agent_changes_are_all_kept,
    agents_are_listed_by_page_status_and_words,
    deployment_needs_its_agent_and_is_deleted_with_it,
    conversation_keeps_its_turns_and_calls,
    tenant_reaches_nothing_of_another,
    stored_key_authenticates_until_expired_or_revoked,
    key_uses_are_counted,
    setting_is_replaced_and_removed,
    conversations_older_than_limit_are_forgotten_and_rest_kept,
    stored_text_of_any_kind_is_returned_unchanged,
    database_health_is_reported_until_closed,
    concurrent_audit_records_form_one_sequence,
    audit_record_with_dropped_caller_is_still_written,
    } url {
    transcripts_and_settings_are_sealed_in_database,
    stored_value_moved_to_another_cell_does_not_open,
    store_open_without_key_in_use_is_refused,
    values_of_older_key_are_rewrapped_under_newest,
    clear_text_of_older_release_is_sealed_at_first_start,
    store_reopened_continues_audit_chain,
    store_opened_concurrently_opens_for_all,
    two_processes_do_not_fork_audit_chain,
    database_of_newer_release_is_refused,
    tampered_audit_record_is_detected,
    audit_trail_cut_or_rewritten_disagrees_with_signed_heads,
    audit_unsigned_at_crash_is_signed_at_next_start,
    stopped_rewrap_resumes_where_it_was,
    rewrap_keeps_bound_values_in_cells_and_allows_mixed_forms,
    rewrap_names_unopenable_values_and_leaves_them,
    rewrap_does_not_overwrite_concurrently_changed_value,
    rewrap_accepts_only_names_in_catalogue,
    rewrap_walks_rows_by_any_usual_key_type,
    }
}

async fn open(url: &str) -> Store {
    let address = Address::parse(url).expect("the address is good");
    Store::open(&address, common::ring(&[1]))
        .await
        .expect("the database opens")
}

fn file_url(folder: &tempfile::TempDir) -> String {
    format!("sqlite:{}/a.db", folder.path().display())
}

/// Runs a case as the server runs its work: as a task, which may go on on another thread at every wait.
async fn in_task(case: impl Future<Output = ()> + Send + 'static) {
    tokio::spawn(case).await.expect("the case holds");
}
