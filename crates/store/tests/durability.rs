//! What was acknowledged is there after kill -9: this program starts itself again as a writer, kills it in the middle of
//! its work and looks at what it left.
#![expect(clippy::unwrap_used, reason = "tests fail by panicking")]

use std::io::{BufRead, BufReader, Write};
use std::process::{Command, Stdio};
use std::time::Duration;

use conversimple_guard::audit::{self, HeadSigningKey, HeadVerifier, Record, Witness};
use conversimple_guard::seal::KeyRing;
use conversimple_store::*;
use conversimple_wire::media::TurnMillis;
use conversimple_wire::{AgentId, ConversationId, CustomerId, TurnId};

/// Names the database for the child, and by that makes it one.
const CHILD: &str = "CONVERSIMPLE_TEST_CHILD_DATABASE";

/// How many records are acknowledged before the child is killed.
const ENOUGH: usize = 400;

#[test]
fn acknowledged_records_survive_kill_9() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("a.db");
    let mut child = Command::new(std::env::current_exe().unwrap())
        .args([
            "--exact",
            "child_process_writes_until_killed",
            "--ignored",
            "--nocapture",
        ])
        .env(CHILD, &file)
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut lines = BufReader::new(child.stdout.take().unwrap())
        .lines()
        .map_while(Result::ok);
    let mut acknowledged: Vec<(String, u64)> = Vec::new();
    let is_signed = || std::fs::metadata(heads_of(&file)).is_ok_and(|heads| heads.len() > 0);
    while acknowledged.len() < ENOUGH || !is_signed() {
        let line = lines.next().expect("the child writes until it is killed");
        acknowledged.extend(receipt(&line));
    }
    child.kill().unwrap();
    acknowledged.extend(lines.filter_map(|line| receipt(&line)));
    child.wait().unwrap();
    assert!(
        acknowledged.len() >= ENOUGH,
        "the child wrote {}",
        acknowledged.len()
    );
    tokio::runtime::Runtime::new()
        .unwrap()
        .block_on(assert_kept(&file, &acknowledged));
}

async fn assert_kept(file: &std::path::Path, acknowledged: &[(String, u64)]) {
    let store = Store::open(&Address::file(file), ring()).await.unwrap();
    let tenant = tenant(&store).await;
    let turns = store.turns(&tenant, &conversation()).await.unwrap();
    let mut length = 0;
    for (kind, number) in acknowledged {
        match kind.as_str() {
            "turn" => assert!(
                turns.iter().any(|turn| turn.turn.0 == *number),
                "turn {number}"
            ),
            _ => length = length.max(*number),
        }
    }
    match store.verify_audit(&Chain::of(&tenant)).await.unwrap() {
        Verdict::Whole { length: kept } => {
            assert!(kept >= length, "{kept} of {length} acknowledged records")
        }
        broken => panic!("{broken:?}"),
    }
    assert_signed(&store, &Chain::of(&tenant), file).await;
}

/// The kill came somewhere between records and heads: what was signed is there, and the trail may have gone on.
async fn assert_signed(store: &Store, chain: &Chain, file: &std::path::Path) {
    // Opening it again drops a line that the kill cut short.
    HeadsFile::open(&heads_of(file)).unwrap();
    let lines = std::fs::read_to_string(heads_of(file)).unwrap();
    let verifier = HeadVerifier::trusting([signer().public_key().as_str()]).unwrap();
    let (heads, wrong) = verifier.read(&lines);
    assert_eq!(wrong, []);
    let last = heads.last().expect("heads were signed on the way").seq;
    let mut witness = Witness::new(heads);
    let (_, dispute) = store.verify_audit_with(chain, &mut witness).await.unwrap();
    assert_eq!((dispute, witness.agreed()), (None, last));
}

fn heads_of(file: &std::path::Path) -> std::path::PathBuf {
    file.with_extension("heads")
}

fn ring() -> KeyRing {
    KeyRing::parse(&KeyRing::new_key([6; 32].into())).unwrap()
}

fn signer() -> HeadSigningKey {
    HeadSigningKey::from_seed([5; 32].into()).unwrap()
}

fn receipt(line: &str) -> Option<(String, u64)> {
    // The test harness writes its own words before the first line.
    let (kind, number) = line.rsplit_once("receipt ")?.1.split_once(' ')?;
    Some((kind.to_owned(), number.parse().ok()?))
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "a part of another test, which starts and kills it"]
async fn child_process_writes_until_killed() {
    let Some(file) = std::env::var_os(CHILD) else {
        return;
    };
    let store = Store::open(&Address::file(&file), ring()).await.unwrap();
    let head_signer = HeadSigner {
        signer: signer(),
        file: HeadsFile::open(&heads_of(file.as_ref())).unwrap(),
        now: || Duration::ZERO,
        records: 20,
    };
    store.sign_audit(head_signer).await.unwrap();
    let tenant = tenant(&store).await;
    let new = NewConversation {
        id: conversation(),
        agent_id: AgentId::parse("bank").unwrap(),
        channel: "widget".into(),
    };
    store
        .start_conversation(&tenant, &new, Duration::ZERO)
        .await
        .unwrap();
    for writer in 0..4_u64 {
        let (store, tenant) = (store.clone(), tenant.clone());
        tokio::spawn(async move {
            for round in 0.. {
                append(&store, &tenant).await;
                record(&store, &tenant, 1 + writer + 4 * round).await;
            }
        });
    }
    std::future::pending::<()>().await;
}

async fn append(store: &Store, tenant: &Tenant) {
    let link = store
        .append_audit(&Chain::of(tenant), decision())
        .await
        .unwrap();
    say("audit", link.seq);
}

async fn record(store: &Store, tenant: &Tenant, number: u64) {
    let turn = Turn {
        turn: TurnId(number),
        heard: "my balance".into(),
        said: "one hundred dollars".into(),
        millis: TurnMillis::default(),
        interrupted: false,
        at: Duration::ZERO,
    };
    store
        .record_turn(tenant, &conversation(), &turn)
        .await
        .unwrap();
    say("turn", number);
}

fn decision() -> Record {
    Record::new(Duration::ZERO, "tool_call", audit::Verdict::Allowed)
}

fn say(kind: &str, number: u64) {
    let mut out = std::io::stdout().lock();
    writeln!(out, "receipt {kind} {number}").unwrap();
    out.flush().unwrap();
}

async fn tenant(store: &Store) -> Tenant {
    let fresh = CustomerId::parse("cust_1").unwrap();
    let customer = store
        .ensure_customer(&Operator::acting(), "acme", fresh, Duration::ZERO)
        .await
        .unwrap();
    Tenant::by_operator(&Operator::acting(), customer.id)
}

fn conversation() -> ConversationId {
    ConversationId::parse("conv_1").unwrap()
}
