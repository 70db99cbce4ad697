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
        async fn every_case_runs_alike_on_postgresql() {
            let cluster = cluster::Cluster::start();
            $(let database = cluster.database(stringify!($case));
            in_task(cases::$case(open(&database).await)).await;)*
            $(in_task(by_url::$url_case(cluster.database(stringify!($url_case)))).await;)*
        }
    };
}

on_both! {
    store {
    a_customer_has_one_name_and_can_be_suspended,
    an_agent_is_made_changed_and_deleted,
    changes_made_at_once_are_all_kept,
    agents_are_listed_by_page_status_and_words,
    a_deployment_belongs_to_an_agent_and_goes_with_it,
    a_conversation_keeps_its_turns_and_calls,
    a_tenant_reaches_nothing_of_another,
    a_key_opens_until_it_is_rotated_expired_or_revoked,
    the_uses_of_a_key_are_counted,
    a_setting_is_replaced_and_removed,
    what_is_old_is_forgotten_and_the_rest_stays,
    any_text_comes_back_as_it_went_in,
    the_database_says_that_it_is_well,
    records_that_come_together_stand_one_behind_the_other,
    a_record_is_written_though_nobody_waits_for_it,
    } url {
    what_people_said_and_configured_stands_sealed_in_the_database,
    a_value_opens_in_its_own_cell_and_nowhere_else,
    a_start_without_a_key_that_sealed_something_is_refused,
    what_an_older_key_sealed_goes_under_the_newest,
    what_a_database_had_in_clear_is_sealed_at_the_first_start,
    a_second_start_finds_what_the_first_left,
    two_programs_that_start_at_once_both_open_it,
    two_programs_do_not_fork_a_chain,
    a_database_of_a_newer_release_is_refused,
    a_record_that_was_tampered_with_is_found,
    a_trail_that_was_cut_off_or_written_anew_disagrees_with_its_signed_heads,
    what_was_not_signed_before_a_crash_is_signed_at_the_next_start,
    a_run_that_was_stopped_goes_on_where_it_was,
    bound_values_stay_in_their_cells_and_both_forms_may_stand_together,
    what_does_not_open_is_named_and_stays_as_it_was,
    a_value_that_is_changed_meanwhile_is_not_overwritten,
    only_what_the_catalogue_has_is_named,
    every_usual_key_leads_through_the_rows,
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
