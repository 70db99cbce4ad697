//! The judgement of effects, measured on tools of others (`testdata/tools.jsonl`) and on names that people try.

use conversimple_wire::ToolSpec;
use conversimple_wire::effect::{Effect, UnknownEffect, Why, judge};
use serde::Deserialize;
use serde_json::{Map, Value, json};

#[derive(Deserialize)]
struct Labelled {
    name: String,
    description: String,
    arguments: Map<String, Value>,
    half: String,
    effect: Effect,
}

impl Labelled {
    fn spec(&self) -> ToolSpec {
        let types = self.arguments.iter().map(|(name, kind)| {
            let schema = if kind == "any" {
                json!({})
            } else {
                json!({"type": kind})
            };
            (name.clone(), schema)
        });
        ToolSpec {
            name: self.name.clone(),
            description: self.description.clone(),
            parameters: json!({"type": "object", "properties": types.collect::<Map<_, _>>()}),
        }
    }
}

fn labelled() -> Vec<Labelled> {
    include_str!("../testdata/tools.jsonl")
        .lines()
        .filter(|line| !line.starts_with('#'))
        .map(|line| serde_json::from_str(line).expect("a labelled tool"))
        .collect()
}

fn effect_of(spec: &ToolSpec) -> Effect {
    judge(spec).expect("nothing is declared").effect
}

/// How many tools of each label were judged to be what, as a table with a row for each label.
fn confusion(tools: &[&Labelled]) -> String {
    let count = |label: Effect, judged: Effect| {
        let of_label = tools.iter().filter(|tool| tool.effect == label);
        of_label
            .filter(|tool| effect_of(&tool.spec()) == judged)
            .count()
    };
    let head: String = EFFECTS
        .iter()
        .map(|it| format!("{:>8}", it.as_str()))
        .collect();
    let mut table = format!("{:8}{head}\n", "");
    for label in EFFECTS {
        let cells: String = EFFECTS
            .iter()
            .map(|judged| format!("{:>8}", count(label, *judged)))
            .collect();
        table += &format!("{:8}{cells}\n", label.as_str());
    }
    table
}

/// No payment, message or deletion of others is taken for a look, and at most a tenth of looks ask for a yes. Run with
/// `--no-capture` for the tables.
#[test]
#[expect(
    clippy::print_stderr,
    reason = "who runs this test alone wants to see the tables"
)]
fn foreign_risky_tool_is_never_judged_read_and_reads_rarely_ask() {
    let tools = labelled();
    assert!(tools.len() >= 300, "{} tools", tools.len());
    let all: Vec<&Labelled> = tools.iter().collect();
    for half in ["tune", "kept", "both"] {
        let part: Vec<&Labelled> = all
            .iter()
            .copied()
            .filter(|tool| half == "both" || tool.half == half)
            .collect();
        let table = confusion(&part);
        eprintln!(
            "{half}: {} tools, labels down, judged across\n{table}",
            part.len()
        );
    }
    let missed: Vec<&str> = all
        .iter()
        .filter(|tool| tool.effect.is_risky() && effect_of(&tool.spec()) == Effect::Read)
        .map(|tool| tool.name.as_str())
        .collect();
    assert!(missed.is_empty(), "judged as a look: {missed:?}");
    let looks = all.iter().filter(|tool| tool.effect == Effect::Read);
    let (all_looks, asked) = looks.fold((0, 0), |(all, asked), tool| {
        (
            all + 1,
            asked + usize::from(effect_of(&tool.spec()) != Effect::Read),
        )
    });
    assert!(asked * 10 <= all_looks, "{asked} of {all_looks} looks ask");
}

const EFFECTS: [Effect; 7] = [
    Effect::Read,
    Effect::Write,
    Effect::Send,
    Effect::Pay,
    Effect::Delete,
    Effect::Login,
    Effect::Logout,
];

/// Judges names that come without a word of description.
fn check(names: &str, is_right: impl Fn(Effect) -> bool) {
    let wrong: Vec<(&str, Effect)> = names
        .split_whitespace()
        .map(|name| (name, effect_of(&tool(name, "", json!({})))))
        .filter(|(_, effect)| !is_right(*effect))
        .collect();
    assert!(wrong.is_empty(), "{wrong:?}");
}

fn tool(name: &str, description: &str, properties: Value) -> ToolSpec {
    ToolSpec {
        name: name.to_owned(),
        description: description.to_owned(),
        parameters: json!({"type": "object", "properties": properties}),
    }
}

#[test]
fn tool_name_of_lookup_is_read() {
    check(
        "get_payment_methods list_sent_emails search_products check_refund_status calculate_tip get_delivery_status
         find_transfers preview_invoice estimate_shipping validate_card order_status refund_policy account_balance
         transaction_history list_orders show_cart track_order get_order fetchInvoices getBalance lookup_customer
         is_order_shipped can_cancel_order cancellation_policy view_cancelled_orders search_messages read_messages
         payment_history delivery_estimate quote_shipping compare_prices convert_currency store_hours findFlights
         search_flights check_availability exchange_rate verify_coupon count_unread_messages list_deleted_files
         get_booking get_reset_instructions payment_status orders invoices weather",
        |effect| effect == Effect::Read,
    );
}

#[test]
fn tool_name_of_action_is_risky() {
    check(
        "refund wire_funds transfer settle checkout book place_order buy subscribe top_up tip charge withdraw donate
         close_account cancel_order cancel_subscription revoke purge reset wipe terminate unsubscribe forward notify share
         invite post publish reply fax export_to delete_account pay_bill payBill sendMoney transferFunds process_payment
         make_payment issue_refund create_order submit_order confirm_purchase send_email email_report text_customer
         message_user call_customer remove_card drop_table clear_history close_ticket shut_down deactivate_user
         block_card stop_payment checkoutCart get_and_delete find_and_remove check_and_pay validate_then_charge
         order_pizza order_create payment_create account_close sms remit payout rent_car reserve_flight request_refund
         refund_order redeem_points repay_loan buy_stock sell_stock place_bet bookFlight charge_card debit_account
         reset_password wipe_device kill_session revoke_access tweet dm send_sms announce broadcast share_document
         invite_user leave_review post_review book_ticket execute_trade execute_transfer do_payment handle_refund
         run_payment approve_loan authorize_charge pay PAY payNow quick_pay give_tip transfer_ownership
         zahlung_senden enviar_dinero konto_loeschen supprimer_compte",
        Effect::is_risky,
    );
}

#[test]
fn tool_name_unclear_or_of_change_is_write() {
    check(
        "run do_it handle_request tool_7 update_address add_card set_pin change_plan book_appointment book_table
         schedule_meeting create_ticket save_note rename_file foo xyz x",
        |effect| effect == Effect::Write,
    );
}

#[test]
fn unclear_tool_name_is_judged_by_description_and_arguments() {
    let none = json!({});
    let sum = json!({"amount": {"type": "number"}, "recipient": {"type": "string"}});
    let words = json!({"to": {"type": "string"}, "body": {"type": "string"}});
    for (name, description, arguments, effect) in [
        ("run", "Pays a bill of the customer.", &none, Effect::Pay),
        (
            "do_it",
            "Use this tool to delete the account",
            &none,
            Effect::Delete,
        ),
        (
            "tool_7",
            "Allows the user to send a text to a friend.",
            &none,
            Effect::Send,
        ),
        (
            "handle_request",
            "Customer service helper. Moves money between accounts.",
            &none,
            Effect::Pay,
        ),
        ("tool_8", "Looks up the weather", &none, Effect::Read),
        (
            "get_card",
            "Gets a new card and charges the account.",
            &none,
            Effect::Pay,
        ),
        (
            "get_cards",
            "Gets the cards and accounts of a customer.",
            &none,
            Effect::Read,
        ),
        ("book", "Book a table", &none, Effect::Write),
        ("book", "Book a flight", &none, Effect::Pay),
        ("aktion", "", &sum, Effect::Pay),
        ("aktion", "", &words, Effect::Send),
        ("aktion", "", &none, Effect::Write),
    ] {
        let judged = effect_of(&tool(name, description, arguments.clone()));
        assert_eq!(judged, effect, "{name}: {description}");
    }
}

#[test]
fn declared_effect_overrides_words_and_unknown_is_refused() {
    let declared = |value: Value| {
        let mut spec = tool("delete_account", "Deletes the account.", json!({}));
        spec.parameters["x-effect"] = value;
        judge(&spec).map(|it| (it.effect, it.why))
    };
    assert_eq!(declared(json!("read")), Ok((Effect::Read, Why::Declared)));
    assert_eq!(declared(json!("reed")), Err(UnknownEffect));
    assert_eq!(declared(json!(true)), Err(UnknownEffect));
}

#[test]
fn payment_tool_lists_its_money_arguments() {
    let arguments = json!({"amount": {"type": "number"}, "tip_cents": {"type": "integer"}, "account": {"type": "string"},
        "total": {"type": "string"}});
    let judged = judge(&tool("pay_bill", "", arguments)).expect("nothing is declared");
    let money: Vec<(&str, bool)> = judged
        .money
        .iter()
        .map(|argument| (argument.name.as_str(), argument.minor))
        .collect();
    assert_eq!(money, [("amount", false), ("tip_cents", true)]);
}

#[test]
fn tool_reading_own_data_is_personal() {
    for (name, description, personal) in [
        ("get_balance", "", true),
        ("list_orders", "", true),
        ("search_products", "Search the catalog", false),
        ("get_weather", "", false),
        ("lookup", "Returns the customer's address", true),
        ("get_product_reviews", "", false),
    ] {
        let judged = judge(&tool(name, description, json!({}))).expect("nothing is declared");
        assert_eq!(judged.personal, personal, "{name}: {description}");
    }
}
