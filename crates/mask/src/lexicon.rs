//! The words that matter to the mask: what each spoken word can be (a digit, a filler, the lead of a secret, a word that
//! ends a password …).
//!
//! Decides nothing: a word may have several roles, and the grammar in `digits`, `leads`, `mail` and `password` chooses.
//! Look-up is one multiplication and one comparison of a word of at most sixteen bytes; longer words are never known.

use std::sync::LazyLock;

/// What a word can be inside a run of digits.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum Number {
    #[default]
    None,
    /// One digit, without doubt ("four").
    Unit,
    /// One digit only beside other digits ("oh", "for", "to", "won", "ate").
    Soft,
    /// Ten to nineteen.
    Teen,
    /// Twenty to ninety.
    Tens,
    Hundred,
    Thousand,
    /// A quantity, never part of a number that identifies ("million").
    Big,
    /// "double", "triple": repeats the digit that follows.
    Repeat,
    /// "sevens": repeated as often as the digit before it says.
    Plural,
}

/// What a word announces, alone or with its neighbours.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum Topic {
    #[default]
    None,
    Card,
    /// A brand name; it is a lead only before a number.
    Brand,
    Code,
    Cvv,
    Expiry,
    Ssn,
    Social,
    Phone,
    /// "call", "reach", "text": a lead with "me", "at" or "on".
    Call,
    Email,
    Iban,
    Pin,
    /// "pen", which speech recognition writes for "pin".
    Pen,
    Password,
    /// A number with a word of its own: order, tracking, flight.
    Order,
    /// A number that is somebody's but not one of ours: account, member.
    Account,
    Back,
    Number,
    Ending,
    Last,
    /// "thru" after "valid" or "good".
    Thru,
    /// "word", "answer": a lead after "memorable" or "secret".
    Answer,
    /// "strip" after "signature".
    Strip,
    /// "desk", "office": a lead before a colon.
    Desk,
    /// "digits" after "security".
    Digits,
}

pub(super) const FILLER: u32 = 1;
pub(super) const CORRECT: u32 = 1 << 1;
pub(super) const SEP: u32 = 1 << 2;
pub(super) const LINK: u32 = 1 << 3;
pub(super) const COPULA: u32 = 1 << 4;
pub(super) const MEASURE: u32 = 1 << 5;
pub(super) const MONTH: u32 = 1 << 6;
pub(super) const NO_VALUE: u32 = 1 << 7;
pub(super) const CLAUSE: u32 = 1 << 8;
pub(super) const MAIL_STOP: u32 = 1 << 9;
pub(super) const MAIL_PLACE: u32 = 1 << 10;
pub(super) const DOT: u32 = 1 << 11;
pub(super) const JOIN: u32 = 1 << 12;
pub(super) const AT: u32 = 1 << 13;
pub(super) const TLD: u32 = 1 << 14;
pub(super) const KEY_START: u32 = 1 << 15;
pub(super) const SECRET_NAME: u32 = 1 << 16;
pub(super) const OFFER: u32 = 1 << 17;
pub(super) const PROVIDER: u32 = 1 << 18;
pub(super) const NOT_PAY_CARD: u32 = 1 << 19;
pub(super) const OTHER_CODE: u32 = 1 << 20;
pub(super) const SPEAKS: u32 = 1 << 21;
pub(super) const WAIT: u32 = 1 << 22;
/// May stand between the parts of a number, and nowhere else ("huh", "the rest").
pub(super) const GLUE: u32 = 1 << 23;
/// Who speaks, before a colon.
pub(super) const SPEAKER: u32 = 1 << 24;
/// A letter of the spelling alphabet: its own first one.
pub(super) const NATO: u32 = 1 << 25;
/// A mailbox that every company has.
pub(super) const ROLE: u32 = 1 << 26;
/// "first" to "twelfth"; its value is the month.
pub(super) const ORDINAL: u32 = 1 << 27;
pub(super) const HESITATION: u32 = 1 << 28;
/// A command whose options may hold a password.
pub(super) const COMMAND: u32 = 1 << 30;
/// Says how many digits follow: "first four", "the next three".
pub(super) const COUNTS: u32 = 1 << 29;

/// One known word.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Word {
    pub(super) number: Number,
    pub(super) value: u8,
    pub(super) topic: Topic,
    pub(super) flags: u32,
}

impl Word {
    pub(super) fn is(&self, flags: u32) -> bool {
        self.flags & flags != 0
    }
}

/// Numbers of the words that every text has.
pub(super) const PLAIN: u16 = 0;
pub(super) const DIGITS: u16 = 1;
pub(super) const MIXED: u16 = 2;
pub(super) const ATOM: u16 = 3;

const SLOTS: usize = 8192;

/// The table of known words.
pub(super) struct Lexicon {
    words: Vec<Word>,
    keys: Vec<u128>,
    slots: Vec<u16>,
}

/// The one lexicon of the process, built at first use.
pub(super) static LEXICON: LazyLock<Lexicon> = LazyLock::new(Lexicon::build);

impl Lexicon {
    /// The number of a word, `PLAIN` when it is not known. Case of ASCII letters does not matter.
    pub(super) fn number_of(&self, word: &[u8]) -> u16 {
        if word.len() > 16 {
            return PLAIN;
        }
        self.find(key(word)).unwrap_or(PLAIN)
    }

    pub(super) fn word(&self, number: u16) -> &Word {
        &self.words[usize::from(number)]
    }

    fn find(&self, key: u128) -> Option<u16> {
        let mut slot = slot(key);
        loop {
            match self.slots[slot] {
                0 => return None,
                number if self.keys[usize::from(number)] == key => return Some(number),
                _ => slot = (slot + 1) % SLOTS,
            }
        }
    }

    fn entry(&mut self, text: &str) -> &mut Word {
        let key = key(text.as_bytes());
        let number = match self.find(key) {
            Some(number) => usize::from(number),
            None => {
                let number = self.words.len();
                self.words.push(Word::default());
                self.keys.push(key);
                let mut at = slot(key);
                while self.slots[at] != 0 {
                    at = (at + 1) % SLOTS;
                }
                self.slots[at] = u16::try_from(number).unwrap_or(PLAIN);
                number
            }
        };
        &mut self.words[number]
    }

    fn build() -> Self {
        let mut lexicon = Self {
            words: vec![Word::default(); 4],
            keys: vec![0; 4],
            slots: vec![0; SLOTS],
        };
        for (number, list) in NUMBERS {
            for (text, value) in list.iter() {
                let entry = lexicon.entry(text);
                entry.number = *number;
                entry.value = *value;
            }
        }
        for (topic, list) in TOPICS {
            for text in list.split_whitespace() {
                lexicon.entry(text).topic = *topic;
                // "the expiration's": the word with its "is".
                if !text.contains('\'') && text.len() <= 14 && *topic != Topic::Thru {
                    let said = lexicon.entry(&format!("{text}'s"));
                    said.topic = *topic;
                    said.flags |= COPULA;
                }
            }
        }
        for (flags, list) in FLAGS {
            for text in list.split_whitespace() {
                lexicon.entry(text).flags |= flags;
                if *flags == OFFER && text.len() <= 14 {
                    lexicon.entry(&format!("{text}'s")).flags |= flags;
                }
            }
        }
        for (at, text) in ORDINALS.iter().enumerate() {
            let entry = lexicon.entry(text);
            entry.flags |= ORDINAL;
            entry.value = u8::try_from(at + 1).unwrap_or(0);
        }
        for (at, text) in MONTHS.iter().enumerate() {
            let entry = lexicon.entry(text);
            entry.flags |= MONTH;
            entry.value = u8::try_from(at % 12 + 1).unwrap_or(0);
        }
        lexicon
    }
}

fn key(word: &[u8]) -> u128 {
    let mut bytes = [0_u8; 16];
    for (to, from) in bytes.iter_mut().zip(word) {
        *to = from | 0x20;
    }
    u128::from_le_bytes(bytes)
}

fn slot(key: u128) -> usize {
    let folded = (key as u64) ^ ((key >> 64) as u64).rotate_left(29);
    (folded.wrapping_mul(0x9E37_79B9_7F4A_7C15) >> 51) as usize
}

type Numbers = [(Number, &'static [(&'static str, u8)])];

#[rustfmt::skip]
const NUMBERS: &Numbers = &[
    (Number::Unit, &[
        ("zero", 0), ("nought", 0), ("naught", 0), ("one", 1), ("two", 2), ("three", 3), ("four", 4), ("five", 5),
        ("six", 6), ("seven", 7), ("eight", 8), ("nine", 9), ("niner", 9), ("fife", 5),
    ]),
    (Number::Soft, &[
        ("oh", 0), ("o", 0), ("owe", 0), ("null", 0), ("nil", 0), ("won", 1), ("wun", 1), ("to", 2), ("too", 2),
        ("tu", 2), ("tree", 3), ("free", 3), ("for", 4), ("fore", 4), ("sicks", 6), ("sics", 6), ("sex", 6), ("ate", 8),
        ("ait", 8), ("nein", 9),
    ]),
    (Number::Teen, &[
        ("ten", 10), ("eleven", 11), ("twelve", 12), ("thirteen", 13), ("fourteen", 14), ("fifteen", 15), ("sixteen", 16),
        ("seventeen", 17), ("eighteen", 18), ("nineteen", 19),
    ]),
    (Number::Tens, &[
        ("twenty", 20), ("thirty", 30), ("forty", 40), ("fourty", 40), ("fifty", 50), ("sixty", 60), ("seventy", 70),
        ("eighty", 80), ("ninety", 90),
    ]),
    (Number::Hundred, &[("hundred", 100)]),
    (Number::Thousand, &[("thousand", 0)]),
    (Number::Big, &[("million", 0), ("billion", 0), ("trillion", 0), ("dozen", 0), ("half", 0), ("thousands", 0), ("hundreds", 0)]),
    (Number::Repeat, &[("double", 2), ("triple", 3), ("treble", 3), ("tripple", 3), ("quadruple", 4), ("quad", 4), ("quintuple", 5)]),
    (Number::Plural, &[
        ("zeros", 0), ("zeroes", 0), ("ohs", 0), ("oh's", 0), ("o's", 0), ("ones", 1), ("one's", 1), ("twos", 2), ("two's", 2),
        ("threes", 3), ("three's", 3), ("fours", 4), ("four's", 4), ("fives", 5), ("five's", 5), ("sixes", 6), ("sevens", 7),
        ("seven's", 7), ("eights", 8), ("eight's", 8), ("nines", 9), ("nine's", 9),
    ]),
];

#[rustfmt::skip]
const TOPICS: &[(Topic, &str)] = &[
    (Topic::Card, "card cards creditcard debitcard cardnumber ccnum pan card's"),
    (Topic::Brand, "visa mastercard amex discover maestro"),
    (Topic::Code, "code codes code's value"),
    (Topic::Cvv, "cvv cvc cvv2 cvc2 csc cvn cid cvd cvb cbv cbb ccv cv2 cvv's"),
    (Topic::Expiry, "expires expiry expiration expiring exp expire expired expdate experation runs yy yyyy"),
    (Topic::Ssn, "ssn ssn's socialsecurity"),
    (Topic::Social, "social soc"),
    (Topic::Phone, "phone telephone cell mobile cellphone landline whatsapp callback fax tel cell's mobile's phone's telno msisdn"),
    (Topic::Call, "call reach text ring dial contact called calling rang registered"),
    (Topic::Desk, "desk office home work direct main"),
    (Topic::Email, "email e-mail mail emails emailed email's mail's e-mail's"),
    (Topic::Iban, "iban"),
    (Topic::Pin, "pin pin's pins mpin tpin telepin ipin epin atmpin"),
    (Topic::Pen, "pen"),
    (Topic::Password, "password passwords passphrase passcode password's passwort pwd passwd pw kennwort"),
    (Topic::Order, "order tracking reference ticket flight invoice confirmation booking reservation case claim parcel package \
        shipment serial model part item sku product imei isbn barcode transaction quote job locker gate extension ext \
        version build batch lot plate waybill consignment docket receipt incident purchase ref trk inv ord po vin upc ean \
        asin rma sequence postcode zip zipcode postal routing sortcode firmware policy coupon voucher promo request \
        section chapter catalog catalogue bin meter delivery dispatch orders bus train ups usps fedex release pincode"),
    (Topic::Account, "account member membership loyalty customer rewards client patient student employee badge acct id user \
        license licence passport tax vat ein subscriber nhs medicare medicaid aadhaar aadhar npi mrn roll folio chassis registration \
        bsb abn acn tfn crn siren siret uan"),
    (Topic::Back, "back front reverse rear"),
    (Topic::Number, "number numbers number's no"),
    (Topic::Digits, "digits"),
    (Topic::Ending, "ending ends end endings"),
    (Topic::Last, "last final"),
    (Topic::Thru, "thru through until till to from"),
    (Topic::Answer, "word answer"),
    (Topic::Strip, "strip"),
];

#[rustfmt::skip]
const FLAGS: &[(u32, &str)] = &[
    (FILLER, "uh um umm uhm er erm ah eh hmm hm mm mhm oh like well so okay ok right then and next know you see let me let's \
        just please yeah yep yes alright basically got it is it's its that that's followed again comma i i'm think then \
        after also now there there's sorry no wait actually mean oops scratch correction rather hold on hang bear with kinda another finally lastly"),
    (CORRECT, "mean meant make sorry no wait actually oops scratch correction rather mistake apologies pardon strike"),
    (SEP, "dash hyphen space dot point period minus slash stroke over underscore comma"),
    (LINK, "sec file code's number's is it's its was are were be number numbers no nr num the my that's that would will here here's you your our his her \
        their a an to of for on full whole complete new old current bank debit credit card account yes yeah yep sure okay ok \
        please digits digit as follows reads goes it and front back this i have use using got called named date code security \
        right now equals says say i'll give gonna so well um uh uhm umm er erm ah hmm like oh let's see let me ready down \
        hi hello thanks thank primary main home work cell mobile personal business company corporate best contact line mine \
        one's say's starts begins starting beginning first main alternate secondary emergency also just think believe"),
    (COPULA, "code's mail's email's card's cell's mobile's phone's pin's password's ssn's number's is it's its was are be equals that's here's reads goes follows were s says begin starts begins"),
    (MEASURE, "dollars dollar bucks buck cents cent pounds pound euros euro pence percent am pm a.m p.m o'clock hours hour hrs \
        minutes minute mins min seconds days day weeks week months month years year times people persons guests items boxes \
        units pieces pcs miles mile feet foot inches inch kilos kg grams degrees points stars digits digit letters characters \
        character items copies tickets nights night adults kids children bedrooms square percent% million billion thousand \
        meters metres kilometers kilometres km megabytes gigabytes pairs packs pack bottles ounces liters litres \
        customers calls attempts tries ways yards acres usd eur gbp employees steps pages calories hundredths quid grand \
        orders users requests rows records bytes ms tons volts watts amps"),
    (WAIT, "sec second moment minute minutes more"),
    (NO_VALUE, "not wrong incorrect invalid expired expiring correct right fine ok okay good working broken being been too very \
        really so still always never already also just only at in on by for to from with the a an my your his her our their this \
        that these those what when where why how who it he she they we you i i'm if because since blank empty missing required \
        needed necessary optional case long short weak strong safe secure secret private hidden stored saved kept encrypted \
        hashed masked sent set changed reset updated rejected accepted denied locked blocked forgotten lost stolen compromised \
        leaked different same similar old new up out about going gonna supposed ready no yes maybe probably minimum between \
        longer there here something nothing none unknown protected available isn't doesn't won't can't don't didn't wasn't log \
        login logging get access enter sign open see use make change and or but please was is are be must should has have had \
        will would can could protection manager policy field prompt screen page link email hint box length rules rule \
        requirements requirement attempts attempt issue issues problem problems help recovery hash reuse strength generator \
        error errors failed failure mismatch verification check entry thing stuff i've i'd as than then well even now again \
        complexity that's it's what's temporary one-time never sharing shared please' of off over under while within without \
        null nil undefined false true string redacted n/a using case-sensitive sensitive reset's through"),
    (CLAUSE, "and but can could would please thanks thank so i i'm i'd i've i'll my what what's now because or if then ok okay is \
        it's it that that's with for to username user when we you your which are was do does did will the have has should \
        where who how why as since after before until while there here's also pin email phone card account number"),
    (MAIL_STOP, "is it's its to at me my email e-mail mail address addresses on for the that's that use with from send sent contact \
        reach yes yeah yep sure so um uh uhm umm er erm and or but i i'm it be was are you your our his her their a an of in by as \
        hi hello hey okay ok please can could would will write get got have has not no new old work home personal business \
        primary called named under like well here here's this just reply forward copy cc write email's oh right sorry actually \
        wait think believe account registered record file sign signed up down company go goes then try want need put change \
        update changed updated add added using via invoice receipt everything stuff him them us we they me's correct spell \
        spelled let look says say change ping message messages emailing mailing best main only whole full lowercase all"),
    (MAIL_PLACE, "look looking looked buy bought shop shopping it online us ordered order found saw page site website store back deal \
        sale price available find visit log login in out here there me you up down work works worked working live lives \
        see seen check checked checking browse browsing click go going went one ones stuff things thing anything everything \
        something nothing reviews review listed cheaper price prices them him her this that was were is are be been stop \
        stopped signed sign register registered registering account subscribe posted sold selling sells sell get got staring laughing \
        arrive arrived home today yesterday now again items item order orders ordering purchase purchased sale jobs job career \
        careers and or order's directly support's booked book booking reserve reserved cost costs coming"),
    (DOT, "dot point period"),
    (JOIN, "underscore dash hyphen minus plus score"),
    (AT, "at"),
    (TLD, "com net org edu gov io co uk us de fr ai app dev info biz me ca au in ie nz eu tv cc mil int ch at es it nl be se no dk \
        fi pl pt jp cn br mx za kr ru tech online store shop cloud xyz site email health example test"),
    (PROVIDER, "gmail yahoo hotmail outlook icloud aol proton protonmail comcast live msn gmx verizon att mac ymail fastmail zoho \
        mail googlemail sbcglobal bellsouth cox charter example"),
    (KEY_START, "cs sk rk pk whsec ghp gho ghu ghs ghr github xoxb xoxp xoxa xoxr xoxs xoxe xapp glpat gldt npm pypi dop doo hf shpat \
        shpss shpca sg dckr hvs gsk xai nvapi lin figd gocspx ya29 sq0atp sq0csp r8 pplx rubygems tfp sntrys dapi age ops glsa \
        eaac eaa hooks databricks ntn secret pat tskey phc pul aio akcp ey key discord discordapp"),
    (SECRET_NAME, "password passwd pwd pw passphrase passcode kennwort passe contraseña contrasena senha wachtwoord heslo hasło parola пароль \
        clave secret token apikey api_key key authorization bearer basic credential \
        credentials pass auth"),
    (OFFER, "offer coupon warranty subscription contract lease passport licence license membership policy promo promotion trial deal \
        discount sale voucher insurance points session link certificate domain milk ticket quote registration plan permit token \
        key hold booking reservation food product medication prescription password"),
    (NOT_PAY_CARD, "gift library loyalty membership rewards reward business sim report id insurance punch score sd memory graphics birthday \
        greeting green key boarding video sound member index trading baseball postal christmas insurance wild phone calling \
        medicare medicaid video scratch time store red yellow flash"),
    (GLUE, "make meant huh ahead rest remaining last final perfect great gotcha lovely cool"),
    (SPEAKER, "agent caller customer cust rep representative operator user client advisor adviser speaker assistant bot ivr system member \
        patient clerk me you guest"),
    (NATO, "alpha alfa bravo charlie delta echo foxtrot golf hotel india juliet juliett kilo lima mike november oscar papa quebec romeo \
        sierra tango uniform victor whiskey whisky xray x-ray yankee zulu"),
    (ROLE, "info support sales hello contact admin help helpdesk billing claims careers jobs accounts office team press service \
        services enquiries inquiries bookings reservations orders returns feedback hr legal marketing reception privacy security"),
    (HESITATION, "uh um umm uhm er erm ah eh hmm hm"),
    (COMMAND, "curl wget http https httpie sshpass mysql mysqldump mysqladmin mariadb login zip unzip 7z cli ldapsearch ldapadd ldapmodify"),
    (COUNTS, "first next last final second third other remaining"),
    (OTHER_CODE, "zip postal area country error gate promo promotion coupon discount voucher booking access door product bar source qr \
        dress sort swift branch postal status confirmation reference activation tracking airport exit morse building entry \
        penal tax dialing dialling offer referral order invite lock lockbox department cost hotel color colour item store"),
    (SPEAKS, "capital uppercase lowercase caps all lower upper letter number symbol underscore dash hyphen dot hash hashtag pound asterisk \
        star exclamation bang dollar ampersand percent space at question plus equals mark sign slash backslash colon semicolon tilde caret \
        bracket sharp full stop point period"),
];

#[rustfmt::skip]
const ORDINALS: [&str; 12] = [
    "first", "second", "third", "fourth", "fifth", "sixth", "seventh", "eighth", "ninth", "tenth", "eleventh", "twelfth",
];

#[rustfmt::skip]
const MONTHS: [&str; 24] = [
    "january", "february", "march", "april", "may", "june", "july", "august", "september", "october", "november",
    "december", "jan", "feb", "mar", "apr", "mays", "jun", "jul", "aug", "sep", "oct", "nov", "dec",
];
