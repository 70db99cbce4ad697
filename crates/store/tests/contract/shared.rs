//! Cases in which more than one program, or more than one release, uses a database.

use conversimple_store::*;

use conversimple_guard::audit::{Dispute, HeadSigningKey, HeadVerifier, SignedHead, Witness};

use crate::common::{assert_unbroken, at, decision, operator, ring, tenant};
use crate::open;

pub(crate) async fn store_reopened_continues_audit_chain(url: String) {
    let first = open(&url).await;
    let chain = Chain::of(&tenant(&first, "acme").await);
    first.append_audit(&chain, decision(0)).await.unwrap();
    first.close().await;
    let second = open(&url).await;
    assert_eq!(
        second.append_audit(&chain, decision(0)).await.unwrap().seq,
        2
    );
    assert_unbroken(&second, &chain, 2).await;
}

pub(crate) async fn store_opened_concurrently_opens_for_all(url: String) {
    let (one, two, three) = tokio::join!(open(&url), open(&url), open(&url));
    for store in [one, two, three] {
        tenant(&store, "acme").await;
        assert_eq!(
            store
                .customers(&operator(), Slice::default())
                .await
                .unwrap()
                .total_count,
            1
        );
    }
}

pub(crate) async fn two_processes_do_not_fork_audit_chain(url: String) {
    let stores = [open(&url).await, open(&url).await];
    let chain = Chain::of(&tenant(&stores[0], "acme").await);
    let writes: Vec<_> = (0..60)
        .map(|number| {
            let (store, chain) = (stores[number % 2].clone(), chain.clone());
            tokio::spawn(async move {
                for _ in 0..3 {
                    store
                        .append_audit(&chain, decision(number as u64))
                        .await
                        .unwrap();
                }
            })
        })
        .collect();
    for write in writes {
        write.await.unwrap();
    }
    assert_unbroken(&stores[0], &chain, 180).await;
}

pub(crate) async fn database_of_newer_release_is_refused(url: String) {
    let store = open(&url).await;
    let schema = store.health().await.unwrap().schema;
    tenant(&store, "acme").await;
    store.close().await;
    write_version(&url, schema + 1).await;
    let refused = Store::open(&Address::parse(&url).unwrap(), ring(&[1]))
        .await
        .map(drop)
        .unwrap_err();
    assert_eq!(
        refused,
        Error::Newer {
            found: schema + 1,
            known: schema
        }
    );
    write_version(&url, schema).await;
    let store = open(&url).await;
    let found = store.customer_by_name(&operator(), "acme").await.unwrap();
    assert_eq!(found.map(|customer| customer.created_at), Some(at(0)));
}

pub(crate) async fn tampered_audit_record_is_detected(url: String) {
    let store = open(&url).await;
    let chain = Chain::of(&tenant(&store, "acme").await);
    for number in 1..=20 {
        store
            .append_audit(&chain, decision(number as u64))
            .await
            .unwrap();
    }
    let check = async |statements: &[&'static str], expected: Verdict| {
        for statement in statements {
            tamper(&url, statement).await;
        }
        assert_eq!(
            store.verify_audit(&chain).await.unwrap(),
            expected,
            "{statements:?}"
        );
    };
    let whole = Verdict::Whole { length: 20 };
    check(&[], whole).await;
    check(
        &["UPDATE audit SET body = replace(body, 'tool_7', 'tool_8') WHERE seq = 7"],
        Verdict::Changed { seq: 7 },
    )
    .await;
    check(
        &["UPDATE audit SET body = replace(body, 'tool_8', 'tool_7') WHERE seq = 7"],
        whole,
    )
    .await;
    let swap = [
        "UPDATE audit SET seq = 99 WHERE seq = 3",
        "UPDATE audit SET seq = 3 WHERE seq = 4",
        "UPDATE audit SET seq = 4 WHERE seq = 99",
    ];
    check(&swap, Verdict::Moved { seq: 3 }).await;
    check(&swap, whole).await;
    check(
        &["DELETE FROM audit WHERE seq = 12"],
        Verdict::Missing { seq: 12 },
    )
    .await;
    check(
        &["UPDATE audit SET chain = 'cust_other'"],
        Verdict::Whole { length: 0 },
    )
    .await;
}

fn signer() -> HeadSigningKey {
    HeadSigningKey::from_seed([5; 32].into()).unwrap()
}

fn head_signer(file: &std::path::Path) -> HeadSigner {
    HeadSigner {
        signer: signer(),
        file: HeadsFile::open(file).unwrap(),
        now: || at(0),
        records: HeadSigner::RECORDS,
    }
}

fn kept(file: &std::path::Path) -> Vec<SignedHead> {
    let key = signer().public_key();
    let verifier = HeadVerifier::trusting([key.as_str()]).unwrap();
    let (heads, wrong) = verifier.read(&std::fs::read_to_string(file).unwrap());
    assert_eq!(wrong, []);
    heads
}

/// Opens the platform, writes so many records and stops it in order.
async fn a_day(url: &str, file: &std::path::Path, records: std::ops::Range<u64>) -> Chain {
    let store = open(url).await;
    let chain = Chain::of(&tenant(&store, "acme").await);
    store.sign_audit(head_signer(file)).await.unwrap();
    for number in records {
        store.append_audit(&chain, decision(number)).await.unwrap();
    }
    store.close().await;
    chain
}

pub(crate) async fn audit_trail_cut_or_rewritten_disagrees_with_signed_heads(url: String) {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("heads.jsonl");
    a_day(&url, &file, 0..4).await;
    a_day(&url, &file, 0..0).await;
    let chain = a_day(&url, &file, 4..7).await;
    let heads = kept(&file);
    let ends: Vec<_> = heads
        .iter()
        .map(|head| (head.chain.as_str(), head.seq))
        .collect();
    assert_eq!(ends, [(chain.as_str(), 4), (chain.as_str(), 7)]);

    let store = open(&url).await;
    assert_eq!(store.signed_heads(&chain).await.unwrap(), heads);
    let check = async |expected: (Verdict, Option<Dispute>)| {
        let mut witness = Witness::new(heads.clone());
        let found = store.verify_audit_with(&chain, &mut witness).await.unwrap();
        assert_eq!(found, expected);
        witness.agreed()
    };
    let whole = |length| Verdict::Whole { length };
    assert_eq!(check((whole(7), None)).await, 7);
    tamper(&url, "DELETE FROM audit WHERE seq > 5").await;
    let cut = |length| Some(Dispute::CutOff { length, signed: 7 });
    assert_eq!(check((whole(5), cut(5))).await, 4);
    // What is written behind the cut does not heal it, and neither does a new start, which signs anew.
    a_day(&url, &file, 20..25).await;
    let anew = Dispute::Rewritten { after: 4, by: 7 };
    assert_eq!(check((whole(10), Some(anew))).await, 4);
    // Another trail from the first record on, and none at all.
    tamper(&url, "DELETE FROM audit").await;
    a_day(&url, &file, 30..39).await;
    let anew = Dispute::Rewritten { after: 0, by: 4 };
    assert_eq!(check((whole(9), Some(anew))).await, 0);
    tamper(&url, "DELETE FROM audit").await;
    assert_eq!(check((whole(0), cut(0))).await, 0);
    store.close().await;
}

pub(crate) async fn audit_unsigned_at_crash_is_signed_at_next_start(url: String) {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("heads.jsonl");
    let store = open(&url).await;
    let chain = Chain::of(&tenant(&store, "acme").await);
    store.append_audit(&chain, decision(0)).await.unwrap();
    store.sign_audit(head_signer(&file)).await.unwrap();
    assert_eq!(kept(&file).len(), 1);
    store.append_audit(&chain, decision(1)).await.unwrap();
    // The process ends here without closing anything, in the middle of a line.
    let line = std::fs::read_to_string(&file).unwrap();
    std::fs::write(&file, format!("{line}{}", &line[..40])).unwrap();
    let again = open(&url).await;
    again.sign_audit(head_signer(&file)).await.unwrap();
    let ends: Vec<_> = kept(&file).iter().map(|head| head.seq).collect();
    assert_eq!(ends, [1, 2]);
    again.close().await;
    assert_eq!(kept(&file).len(), 2, "nothing was new");
}

async fn tamper(url: &str, statement: &'static str) {
    let pool = sqlx::AnyPool::connect_lazy(url).unwrap();
    sqlx::query(statement).execute(&pool).await.unwrap();
    pool.close().await;
}

/// Writes what a newer release would have written, past the store.
async fn write_version(url: &str, version: i64) {
    let pool = sqlx::AnyPool::connect_lazy(url).unwrap();
    sqlx::query("UPDATE schema_version SET version = $1")
        .bind(version)
        .execute(&pool)
        .await
        .unwrap();
    pool.close().await;
}
