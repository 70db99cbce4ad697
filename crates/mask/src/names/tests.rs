//! Tables of names and what they say.

use super::table::Table;
use super::{Meaning, meaning, words};

fn check(rows: &[(&str, Option<Meaning>)]) {
    let wrong: Vec<String> = rows
        .iter()
        .filter(|(name, expected)| meaning(name) != *expected)
        .map(|(name, expected)| format!("{name}: {:?}, not {expected:?}", meaning(name)))
        .collect();
    assert!(wrong.is_empty(), "{wrong:#?}");
}

#[test]
fn names_table_every_row_is_parsed() {
    let mut table = Table::parse("");
    for line in include_str!("../../data/names.tsv").lines() {
        assert!(line.starts_with('#') || table.add(line), "{line:?}");
    }
}

#[test]
fn identifier_is_split_at_separators_and_case() {
    for (name, expected) in [
        ("user_password", &["user", "password"][..]),
        ("userPassword", &["user", "password"]),
        ("UserPassword", &["user", "password"]),
        ("user-password", &["user", "password"]),
        ("USER_PASSWORD", &["user", "password"]),
        ("IPAddress", &["ip", "address"]),
        ("userIDs", &["user", "ids"]),
        ("APIKey", &["api", "key"]),
        ("cvv2Code", &["cvv2", "code"]),
        ("2faCode", &["2fa", "code"]),
        ("address1", &["address1"]),
        ("x", &["x"]),
        ("__", &[]),
        ("", &[]),
        ("straßeNummer", &["straße", "nummer"]),
    ] {
        assert_eq!(words(name), expected, "{name}");
    }
}

#[test]
fn secret_names_in_any_case_have_their_meaning() {
    use Meaning::{
        Card, Expiry, Iban, Key, OneTimeCode, Password, Pin, Secret, SecurityCode, Ssn, Token,
    };
    check(&[
        ("password", Some(Password)),
        ("userPassword", Some(Password)),
        ("newPassword", Some(Password)),
        ("userpassword", Some(Password)),
        ("confirm_password", Some(Password)),
        ("password2", Some(Password)),
        ("pwd", Some(Password)),
        ("pass", Some(Password)),
        ("db_pass", Some(Password)),
        ("passcode", Some(Password)),
        ("Kennwort", Some(Password)),
        ("secret_answer", Some(Password)),
        ("pin", Some(Pin)),
        ("pinCode", Some(Pin)),
        ("PIN", Some(Pin)),
        ("atm_pin", Some(Pin)),
        ("userpin", Some(Pin)),
        ("otpCode", Some(OneTimeCode)),
        ("one_time_code", Some(OneTimeCode)),
        ("oneTimePassword", Some(OneTimeCode)),
        ("2faCode", Some(OneTimeCode)),
        ("verification_code", Some(OneTimeCode)),
        ("securityCode", Some(SecurityCode)),
        ("securitycode", Some(SecurityCode)),
        ("cvv2", Some(SecurityCode)),
        ("cardCvv", Some(SecurityCode)),
        ("card_security_code", Some(SecurityCode)),
        ("card", Some(Card)),
        ("card_number", Some(Card)),
        ("cardNo", Some(Card)),
        ("creditcardnumber", Some(Card)),
        ("pan", Some(Card)),
        ("exp_month", Some(Expiry)),
        ("cardExpiry", Some(Expiry)),
        ("ssn", Some(Ssn)),
        ("socialSecurityNumber", Some(Ssn)),
        ("iban", Some(Iban)),
        ("beneficiary_iban", Some(Iban)),
        ("apiKey", Some(Key)),
        ("APIKey", Some(Key)),
        ("CONVERSIMPLE_API_KEY", Some(Key)),
        ("access_token", Some(Key)),
        ("clientSecret", Some(Key)),
        ("credentials", Some(Key)),
        ("Authorization", Some(Key)),
        ("token", Some(Token)),
        ("secret", Some(Secret)),
        ("password_reset_token", Some(Key)),
    ]);
}

#[test]
fn names_resembling_secrets_have_no_meaning() {
    check(
        &[
            "pinned",
            "discard",
            "pass_rate",
            "boarding_pass",
            "passenger",
            "passengers",
            "token_count",
            "max_tokens",
            "page_token",
            "next_page_token",
            "nextPageToken",
            "api_version",
            "secretary",
            "compass",
            "delivery_pin_code",
            "password_hash",
            "passwordHash",
            "password_reset",
            "is_password_valid",
            "api_key_name",
            "pin_count",
            "spinner",
            "monkey",
            "company",
            "passed",
            "bypass",
            "username",
            "card_id",
            "card_type",
            "cardholder",
            "key",
            "keyboard",
            "turkey",
            "tokens",
            "expiry",
            "token_expires",
            "public_key",
            "span",
            "opinion",
            "shopping",
            "passport",
            "zip_code_count",
            "cards",
            "credit_cards",
            "firing_pin",
            "codes",
            "accessory",
            "author",
            "cvs",
            "discount",
            "number",
            "",
        ]
        .map(|name| (name, None)),
    );
}

#[test]
fn contact_and_personal_names_have_their_meaning() {
    check(&[
        ("email", Some(Meaning::Email)),
        ("customerEmail", Some(Meaning::Email)),
        ("e_mail", Some(Meaning::Email)),
        ("emailId", Some(Meaning::Email)),
        ("phoneNumbers", Some(Meaning::Phone)),
        ("callback_number", Some(Meaning::Phone)),
        ("client_ip", Some(Meaning::Ip)),
        ("IPAddress", Some(Meaning::Ip)),
        ("email_subject", None),
        ("phone_id", None),
        ("order_number", None),
        ("tip", None),
        ("date_of_birth", Some(Meaning::BirthDate)),
        ("passport_number", Some(Meaning::NationalId)),
        ("tax_id", Some(Meaning::NationalId)),
        ("account_number", Some(Meaning::BankAccount)),
        ("billing_address", Some(Meaning::PostalAddress)),
        ("zipCode", Some(Meaning::PostalAddress)),
        ("diagnosis", Some(Meaning::Health)),
    ]);
}
