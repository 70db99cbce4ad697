//! Rules about sensitive data: in logs, in storage, in answers, and how it is hashed and sealed.

use super::rule::{Area, Example, Rule, Severity};

pub(super) static RULES: &[&Rule] = &[
    &DATA_LOGGED,
    &PAYLOAD_LOGGED,
    &DATA_RETURNED,
    &UNENCRYPTED,
    &CODE_STORED,
    &WEAK_HASH,
    &WEAK_CIPHER,
];

/// Sensitive data is logged.
pub(crate) static DATA_LOGGED: Rule = Rule {
    id: "sensitive-data-logged",
    title: "Sensitive data is logged",
    section: "Protect Sensitive Data: Don't Log Sensitive Information",
    area: Area::Data,
    severity: Severity::Error,
    why: "Logs are kept long, copied widely and read by many. A card number in a log puts the whole logging \
        system under the card industry's rules.",
    fix: "log an id, or the last four: f\"card=****{card_number[-4:]}\"",
    examples: &[
        Example {
            file: "pay.py",
            bad: r#"logger.info(f"Processing payment: card={card_number}, cvv={cvv}")
"#,
            good: r#"logger.info(f"Processing payment: card=****{card_number[-4:]}")
"#,
        },
        Example {
            file: "pay.js",
            bad: r#"console.log("charging", { cardNumber, amount });
"#,
            good: r#"console.log("charging", { last4: cardNumber.slice(-4), amount });
"#,
        },
        Example {
            file: "src/pay.rs",
            bad: r#"fn charge(card_number: &str) { info!(card = %card_number, "charging"); }
"#,
            good: r#"fn charge(card_number: &Card) { info!(card = %card_number.masked(), "charging"); }
"#,
        },
    ],
};

/// Whole messages are logged.
pub(crate) static PAYLOAD_LOGGED: Rule = Rule {
    id: "payload-logged",
    title: "Whole messages are logged",
    section: "Protect Sensitive Data: Don't Log Sensitive Information",
    area: Area::Data,
    severity: Severity::Warning,
    why: "The payload of a tool call holds whatever the caller said: card numbers, passwords, addresses.",
    fix: "log the event's name and the call's id",
    examples: &[
        Example {
            file: "agent.py",
            bad: r#"async def on_message(self, event, payload):
    logger.info(f"Received {event} - {payload}")
"#,
            good: r#"async def on_message(self, event, payload):
    logger.info(f"Received {event}")
"#,
        },
        Example {
            file: "agent.js",
            bad: r#"socket.on("message", (payload) => { console.log("received", payload); });
"#,
            good: r#"socket.on("message", (payload) => { console.log("received", payload.event); });
"#,
        },
        Example {
            file: "src/agent.rs",
            bad: r#"fn on_message(event: &str, payload: &Value) { debug!("received {event} {payload:?}"); }
"#,
            good: r#"fn on_message(event: &str, payload: &Value) { debug!("received {event}"); }
"#,
        },
    ],
};

/// A tool returns a whole card number, security code or password.
pub(crate) static DATA_RETURNED: Rule = Rule {
    id: "sensitive-data-returned",
    title: "A tool returns a whole card number, security code or password",
    section: "Protect Sensitive Data: Mask Data in Responses",
    area: Area::Data,
    severity: Severity::Error,
    why: "What a tool returns is read by the model, spoken aloud and kept in the transcript.",
    fix: "return the last four and an id",
    examples: &[
        Example {
            file: "cards.py",
            bad: r#"@tool("Get customer payment methods")
def get_payment_methods(self) -> dict:
    cards = database.get_cards(self.require_caller().id)
    return {"cards": [{"id": card.id, "number": card.number, "cvv": card.cvv} for card in cards]}
"#,
            good: r#"@tool("Get customer payment methods")
def get_payment_methods(self) -> dict:
    cards = database.get_cards(self.require_caller().id)
    return {"cards": [{"id": card.id, "last_four": card.number[-4:], "type": card.type} for card in cards]}
"#,
        },
        Example {
            file: "cards.js",
            bad: r#"agent.tool("get_card", async (_, { caller }) => {
  const card = await db.card(caller.id);
  return { cardNumber: card.number };
});
"#,
            good: r#"agent.tool("get_card", async (_, { caller }) => {
  const card = await db.card(caller.id);
  return { lastFour: card.number.slice(-4) };
});
"#,
        },
    ],
};

/// Sensitive data is stored as it is.
pub(crate) static UNENCRYPTED: Rule = Rule {
    id: "personal-data-unencrypted",
    title: "Sensitive data is stored as it is",
    section: "Protect Sensitive Data: Encrypt Sensitive Data",
    area: Area::Data,
    severity: Severity::Error,
    why: "Whoever gets a copy of the database or of a backup has the data.",
    fix: "seal it first: cipher.encrypt(card_number.encode()) with a key from the environment, or Sealed<T>",
    examples: &[
        Example {
            file: "store.py",
            bad: r#"def store_card(self, card_number: str):
    database.store(card_number)
"#,
            good: r#"def store_card(self, card_number: str):
    encrypted = self.cipher.encrypt(card_number.encode())
    database.store(encrypted)
"#,
        },
        Example {
            file: "store.js",
            bad: r#"async function storeCard(owner, cardNumber) {
  await db.query("INSERT INTO cards (owner, number) VALUES ($1, $2)", [owner, cardNumber]);
}
"#,
            good: r#"async function storeCard(owner, cardNumber) {
  await db.query("INSERT INTO cards (owner, number) VALUES ($1, $2)", [owner, seal(cardNumber)]);
}
"#,
        },
        Example {
            file: "src/store.rs",
            bad: r#"async fn store(&self, ssn: &str) { self.people.insert(ssn).await; }
"#,
            good: r#"async fn store(&self, ssn: &str) { self.people.insert(self.ring.seal(ssn)).await; }
"#,
        },
    ],
};

/// A card's security code is stored.
pub(crate) static CODE_STORED: Rule = Rule {
    id: "security-code-stored",
    title: "A card's security code is stored",
    section: "Protect Sensitive Data: Encrypt Sensitive Data",
    area: Area::Data,
    severity: Severity::Error,
    why: "The card industry forbids keeping the code after authorisation, even encrypted.",
    fix: "pass the code to the payment service and forget it",
    examples: &[Example {
        file: "store.py",
        bad: r#"def store_card(self, token: str, cvv: str):
    database.store({"token": token, "cvv": self.cipher.encrypt(cvv.encode())})
"#,
        good: r#"def store_card(self, token: str, cvv: str):
    gateway.verify(token, cvv)
    database.store({"token": token})
"#,
    }],
};

/// A password is hashed with a fast hash.
pub(crate) static WEAK_HASH: Rule = Rule {
    id: "weak-password-hash",
    title: "A password is hashed with a fast hash",
    section: "Protect Sensitive Data: Encrypt Sensitive Data",
    area: Area::Data,
    severity: Severity::Error,
    why: "MD5, SHA-1 and plain SHA-2 try billions of guesses a second; a stolen table of them is a table of \
        passwords. Card and identity numbers have so few values that a plain hash hides nothing.",
    fix: "use argon2id, bcrypt or scrypt",
    examples: &[
        Example {
            file: "users.py",
            bad: r#"def hash_password(password):
    return hashlib.md5(password.encode()).hexdigest()
"#,
            good: r#"def hash_password(password):
    return argon2.PasswordHasher().hash(password)
"#,
        },
        Example {
            file: "users.js",
            bad: r#"const stored = crypto.createHash("sha256").update(password).digest("hex");
"#,
            good: r#"const stored = await bcrypt.hash(password, 12);
"#,
        },
        Example {
            file: "src/users.rs",
            bad: r#"fn stored(password: &str) -> String { hex::encode(Sha256::digest(password.as_bytes())) }
"#,
            good: r#"fn stored(password: &str) -> String { argon2.hash_password(password.as_bytes(), &salt) }
"#,
        },
    ],
};

/// A cipher is broken or used in a broken way.
pub(crate) static WEAK_CIPHER: Rule = Rule {
    id: "weak-cipher",
    title: "A cipher is broken or used in a broken way",
    section: "Protect Sensitive Data: Encrypt Sensitive Data",
    area: Area::Data,
    severity: Severity::Error,
    why: "ECB shows which blocks are equal, a fixed initialisation vector shows which messages are, DES and \
        RC4 can be broken, and XOR with a short key or a rotated alphabet is no cipher.",
    fix: "use Fernet or an AEAD such as AES-GCM or ChaCha20-Poly1305 from a library, with a fresh random \
        nonce for every message",
    examples: &[
        Example {
            file: "seal.py",
            bad: r#"def seal(key, text):
    return AES.new(key, AES.MODE_ECB).encrypt(text)
"#,
            good: r#"def seal(key, text):
    return Fernet(key).encrypt(text)
"#,
        },
        Example {
            file: "seal.js",
            bad: r#"const cipher = crypto.createCipheriv("aes-256-cbc", key, "0000000000000000");
"#,
            good: r#"const cipher = crypto.createCipheriv("aes-256-gcm", key, crypto.randomBytes(12));
"#,
        },
        Example {
            file: "xor.py",
            bad: r#"def encrypt(text, key):
    return "".join(chr(ord(c) ^ ord(key[i % len(key)])) for i, c in enumerate(text))
"#,
            good: r#"def encrypt(text, key):
    return Fernet(key).encrypt(text.encode())
"#,
        },
        Example {
            file: "src/seal.rs",
            bad: r#"fn seal(text: &str, key: &[u8]) -> Vec<u8> { ecb::Encryptor::<Aes128>::new(key.into()).encrypt(text) }
"#,
            good: r#"fn seal(text: &str, key: &Ring) -> Sealed<String> { key.seal(text) }
"#,
        },
    ],
};
