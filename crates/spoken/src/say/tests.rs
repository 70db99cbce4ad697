//! What is said for what is written.

use super::say;
use proptest::prelude::*;

fn check(table: &[(&str, &str)]) {
    let wrong: Vec<String> = table
        .iter()
        .map(|(written, expected)| (written, expected, say(written)))
        .filter(|(_, expected, said)| said != *expected)
        .map(|(written, expected, said)| format!("{written:?}: {said:?} instead of {expected:?}"))
        .collect();
    assert!(wrong.is_empty(), "\n{}", wrong.join("\n"));
}

#[test]
fn money_is_spoken_in_its_units() {
    check(&[
        ("$20.00", "twenty dollars"),
        ("$1", "one dollar"),
        (
            "$1,234.56",
            "one thousand two hundred thirty four dollars and fifty six cents",
        ),
        (
            "$1250.5",
            "one thousand two hundred fifty dollars and fifty cents",
        ),
        ("$0.01", "one cent"),
        ("-$5.25", "minus five dollars and twenty five cents"),
        ("$-5", "minus five dollars"),
        ("$1.5 million", "one point five million dollars"),
        ("$10k", "ten thousand dollars"),
        ("€12.50", "twelve euros and fifty cents"),
        ("£3", "three pounds"),
        (
            "1250.50 USD",
            "one thousand two hundred fifty dollars and fifty cents",
        ),
        ("USD 20.00", "twenty dollars"),
        ("$20.00 USD.", "twenty dollars."),
        ("20 dollars", "twenty dollars"),
        (
            "Maximum amount is $10,000.",
            "Maximum amount is ten thousand dollars.",
        ),
    ]);
}

#[test]
fn numbers_are_spoken_by_their_kind() {
    check(&[
        ("1250.5", "one thousand two hundred fifty point five"),
        ("1,250", "one thousand two hundred fifty"),
        ("It is -40 now", "It is minus forty now"),
        ("3.5%", "three point five percent"),
        ("the 21st", "the twenty first"),
        ("72°F", "seventy two degrees Fahrenheit"),
        ("-3 °C", "minus three degrees Celsius"),
        ("5 km and 1 kg", "five kilometers and one kilogram"),
        ("5-7 days", "five to seven days"),
        ("4/5", "four out of five"),
        ("version 1.2.3", "version one dot two dot three"),
        ("You have 3 accounts.", "You have three accounts."),
    ]);
}

#[test]
fn dates_and_times_are_spoken_naturally() {
    check(&[
        ("2026-03-15", "March fifteenth, twenty twenty six"),
        ("03/15/2026", "March fifteenth, twenty twenty six"),
        ("15/03/2026", "March fifteenth, twenty twenty six"),
        ("March 3", "March third"),
        ("Mar 3, 2026", "March third, twenty twenty six"),
        ("3 May 1999", "May third, nineteen ninety nine"),
        ("June 2025", "June twenty twenty five"),
        (
            "2026-03-15T14:30:00Z",
            "March fifteenth, twenty twenty six at two thirty PM",
        ),
        ("at 9:05 am.", "at nine oh five AM."),
        ("at 9:05 a.m. today", "at nine oh five AM today"),
        ("at 14:30", "at two thirty PM"),
        ("at 9:00", "at nine o'clock"),
        ("3pm", "three PM"),
        ("since 2019", "since twenty nineteen"),
        ("May I help you?", "May I help you?"),
    ]);
}

#[test]
fn ids_and_masked_numbers_are_spelled_out() {
    check(&[
        ("acc_1001", "ay C C one zero zero one"),
        (
            "Account acc_1001 is open.",
            "Account ay C C one zero zero one is open.",
        ),
        ("ORD-2024-17", "O R D two zero two four one seven"),
        ("txn_9f3a", "T X N nine F three ay"),
        ("****1111", "ending in one one one one"),
        ("card ****1111.", "card ending in one one one one."),
        ("**** **** **** 4242", "ending in four two four two"),
        ("•••• 1111", "ending in one one one one"),
        ("xxxx-xxxx-xxxx-1111", "ending in one one one one"),
        ("ending in ****1111", "ending in one one one one"),
        ("ending in 1111", "ending in one one one one"),
        (
            "4111 1111 1111 1111",
            "four one one one, one one one one, one one one one, one one one one",
        ),
        (
            "(555) 123-4567",
            "five five five, one two three, four five six seven",
        ),
        ("555-0123", "five five five, zero one two three"),
        ("account 1001", "account one zero zero one"),
        (
            "confirmation number 83214",
            "confirmation number eight three two one four",
        ),
        ("PIN: 007", "PIN: zero zero seven"),
        ("#42", "number forty two"),
        ("123456789", "one two three four five six seven eight nine"),
        ("get_balance", "get balance"),
        ("processPayment", "process Payment"),
    ]);
}

#[test]
fn addresses_and_abbreviations_are_spoken_as_words() {
    check(&[
        (
            "Write to ann.lee@example.com.",
            "Write to ann dot lee at example dot com.",
        ),
        ("j***@example.com", "J at example dot com"),
        ("https://www.example.com/help", "example dot com slash help"),
        (
            "Mr. Smith vs. Dr. Jones",
            "Mister Smith versus Doctor Jones",
        ),
        ("12 Main St.", "twelve Main Street"),
        ("checking/savings", "checking or savings"),
        ("terms & conditions", "terms and conditions"),
        ("e.g. this", "for example this"),
        ("SMS or GmbH", "S M S or G M B H"),
        ("José Müller", "Jose Muller"),
        ("**Done!** It's sent…", "Done! It's sent."),
        ("Yes — really?!", "Yes, really?"),
        ("one (or two) left", "one, or two, left"),
        ("", ""),
        ("🙂", ""),
        ("你好", "a name in Chinese"),
    ]);
}

#[test]
fn ranges_and_quantities_are_spoken_as_people_say_them() {
    check(&[
        ("$10-$20", "ten dollars to twenty dollars"),
        ("$10 - $20", "ten dollars to twenty dollars"),
        ("50%-60%", "fifty percent to sixty percent"),
        ("5-7%", "five to seven percent"),
        ("9:00-17:00", "nine o'clock to five PM"),
        ("9am-5pm", "nine AM to five PM"),
        ("2019-2021", "twenty nineteen to twenty twenty one"),
        ("2026-27", "twenty twenty six to twenty seven"),
        ("2-3 days", "two to three days"),
        ("2–3 kg", "two to three kilograms"),
        ("10-20 €", "ten to twenty euros"),
        ("1/2 hour", "one half hour"),
        ("2 1/2 cups", "two and one half cups"),
        ("3/4", "three quarters"),
        ("½ cup", "one half cup"),
        ("1h 30m", "one hour thirty minutes"),
        ("2d 4h", "two days four hours"),
        ("20×30×10 cm", "twenty by thirty by ten centimeters"),
        ("3x5", "three by five"),
        ("5 × 3", "five times three"),
        ("<5", "less than five"),
        ("> 10 items", "more than ten items"),
        ("≥ 18", "at least eighteen"),
        ("~5 minutes", "about five minutes"),
        ("±2", "plus or minus two"),
        ("1990s", "nineteen nineties"),
        ("the '80s", "the eighties"),
        ("2000s", "two thousands"),
        ("24/7", "twenty four seven"),
        ("911", "nine one one"),
        ("dial 112 now", "dial one one two now"),
        ("112 people", "one hundred twelve people"),
        ("Mon-Fri 9-5", "Monday to Friday nine to five"),
        ("3.5M users", "three point five million users"),
        ("1.2bn", "one point two billion"),
        ("2½ cups", "two and one half cups"),
        (">= 18", "at least eighteen"),
        ("v1.2.3", "V one dot two dot three"),
        ("١٢٣", "one hundred twenty three"),
        ("60 km/h", "sixty kilometers per hour"),
        ("100 Mbps", "one hundred megabits per second"),
    ]);
}

#[test]
fn sums_are_spoken_in_the_forms_of_other_countries() {
    check(&[
        ("50 €", "fifty euros"),
        (
            "€1.234,56",
            "one thousand two hundred thirty four euros and fifty six cents",
        ),
        (
            "1.234,56 €",
            "one thousand two hundred thirty four euros and fifty six cents",
        ),
        (
            "1 250,50 €",
            "one thousand two hundred fifty euros and fifty cents",
        ),
        ("12,50 €", "twelve euros and fifty cents"),
        ("₹1,00,000", "one hundred thousand rupees"),
        ("$3.5bn", "three point five billion dollars"),
        ("$1.2M", "one point two million dollars"),
        ("$5/month", "five dollars per month"),
        ("$5/mo", "five dollars per month"),
        ("50¢", "fifty cents"),
        ("1.000.000 €", "one million euros"),
        ("CA$20", "twenty Canadian dollars"),
        ("US$20", "twenty dollars"),
        ("C$20", "twenty Canadian dollars"),
        ("¥5000", "five thousand yen"),
        ("CHF 20", "twenty Swiss francs"),
        ("20 CAD", "twenty Canadian dollars"),
        ("₿2", "two bitcoins"),
        (
            "$1,250.50.",
            "one thousand two hundred fifty dollars and fifty cents.",
        ),
        ("from $10 to $20", "from ten dollars to twenty dollars"),
        ("$ 20", "twenty dollars"),
    ]);
}

#[test]
fn days_are_spoken_in_the_forms_of_other_countries() {
    check(&[
        ("2026/03/15", "March fifteenth, twenty twenty six"),
        ("15.03.2026", "March fifteenth, twenty twenty six"),
        ("Jan 5-7", "January fifth to seventh"),
        ("March 3-5, 2026", "March third to fifth, twenty twenty six"),
        (
            "5-7 March 2026",
            "March fifth to seventh, twenty twenty six",
        ),
        ("3/15/26", "March fifteenth, twenty twenty six"),
        ("15 March 2026", "March fifteenth, twenty twenty six"),
        ("the 3rd of May", "the May third"),
        (
            "2026-03-15T14:30:00+01:00",
            "March fifteenth, twenty twenty six at two thirty PM",
        ),
        (
            "31.12.2025 at 23:59",
            "December thirty first, twenty twenty five at eleven fifty nine PM",
        ),
        (
            "Version 15.03.20",
            "Version fifteen dot zero three dot twenty",
        ),
    ]);
}

#[test]
fn numbers_of_telephones_are_spoken_in_groups() {
    check(&[
        (
            "+44 20 7946 0958",
            "plus four four, two zero, seven nine four six, zero nine five eight",
        ),
        (
            "+1 (555) 123-4567",
            "plus one, five five five, one two three, four five six seven",
        ),
        (
            "+15551234567",
            "plus one five five five one two three four five six seven",
        ),
        (
            "555 123 4567",
            "five five five, one two three, four five six seven",
        ),
        (
            "078-05-1120",
            "zero seven eight, zero five, one one two zero",
        ),
    ]);
}

#[test]
fn layout_links_and_names_are_spoken_as_their_words() {
    check(&[
        ("**bold** and _fine_", "bold and fine"),
        ("# Title", "Title"),
        ("- one\n- two", "one, two"),
        ("see [the page](https://example.com/a?b=c)", "see the page"),
        (
            "https://example.com/help?x=1#top now",
            "example dot com slash help now",
        ),
        ("Иван Петров", "Ivan Petrov"),
        ("Γιώργος", "Giorgos"),
        ("Ask for 王小明 please", "Ask for a name in Chinese please"),
        ("محمد علي", "a name in Arabic"),
        ("Łukasz Żółć", "Lukasz Zolc"),
        ("5 m²", "five m squared"),
    ]);
}

#[test]
fn mask_mark_is_one_only_in_the_form_of_the_guard() {
    check(&[
        ("***-0134", "ending in zero one three four"),
        ("the pin is ***", "the pin is hidden"),
        ("• 20 dollars", "twenty dollars"),
        ("Wait... 20 dollars", "Wait. twenty dollars"),
        ("5*3*2", "five three two"),
        ("10 xx 20", "ten xx twenty"),
        ("rated *****", "rated"),
    ]);
}

proptest! {
    #[test]
    fn what_is_said_of_long_text_stays_bounded(part in "[-$*#0-9.,:/@a-zA-Z_ %\\[\\](){}•×<>~']{1,6}") {
        let long = part.repeat(20_000 / part.len());
        let said = say(&long);
        prop_assert!(said.len() < long.len() * 40 + 100);
    }

    #[test]
    fn spoken_form_of_any_text_has_only_words_and_punctuation(text in "\\PC{0,60}|[-$*#0-9.,:/@a-zA-Z_ %]{0,40}") {
        let said = say(&text);
        prop_assert!(
            said.chars().all(|c| c.is_ascii_alphabetic() || " '.,?!;:".contains(c)),
            "{said:?}"
        );
        prop_assert!(!said.contains("  "));
    }
}
