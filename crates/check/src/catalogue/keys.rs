//! Rules about keys and other secrets: where they may stand, how long they live, who may see them.

use super::rule::{Area, Example, Rule, Severity};

pub(super) static RULES: &[&Rule] = &[
    &OWN_KEY,
    &SECRET,
    &DISGUISED,
    &DATABASE_PASSWORD,
    &KEY_IN_URL,
    &KEY_IN_ARGV,
    &KEY_AS_DEFAULT,
    &KEY_TOO_OLD,
    &CUSTOMER_FROM_KEY,
    &ENV_NOT_IGNORED,
    &ENV_TRACKED,
    &ENV_IN_HISTORY,
    &KEY_IN_HISTORY,
    &ENV_IN_IMAGE,
];

/// A platform key is written out.
pub(crate) static OWN_KEY: Rule = Rule {
    id: "key-in-source",
    title: "A platform key is written out",
    section: "API Key Security: Never Hardcode Keys",
    area: Area::Keys,
    severity: Severity::Error,
    why: "Whoever can read the repository, an image layer or a backup can then speak as you. Keys whose \
        checksum is right are certain; examples and placeholders are not reported.",
    fix: "read it from the environment: os.environ[\"CONVERSIMPLE_API_KEY\"], \
        process.env.CONVERSIMPLE_API_KEY, Agent::from_env(); then revoke the key that was written out",
    examples: &[
        Example {
            file: "agent.py",
            bad: r#"from conversimple import ConversimpleAgent
agent = ConversimpleAgent(
    api_key="{{OWN}}",
    customer_id="cust_abc123",
)
"#,
            good: r#"import os
from conversimple import ConversimpleAgent
agent = ConversimpleAgent(
    api_key=os.getenv("CONVERSIMPLE_API_KEY"),
    customer_id=os.getenv("CONVERSIMPLE_CUSTOMER_ID"),
)
"#,
        },
        Example {
            file: "agent.js",
            bad: r#"const agent = new Agent({ apiKey: "{{OWN}}" });
"#,
            good: r#"const agent = new Agent({ apiKey: process.env.CONVERSIMPLE_API_KEY });
"#,
        },
        Example {
            file: "src/main.rs",
            bad: r#"const KEY: &str = "{{OWN}}";
"#,
            good: r#"fn agent() -> Result<Agent, Error> { Agent::from_env() }
"#,
        },
        Example {
            file: "agent_guide.py",
            bad: r#"agent = ConversimpleAgent(api_key="{{GUIDE}}", customer_id="cust_abc123")
"#,
            good: r#"agent = ConversimpleAgent(api_key="cs_live_your_key_here", customer_id="cust_your_id_here")
"#,
        },
        Example {
            file: "docker-compose.yml",
            bad: r#"services:
  agent:
    environment:
      CONVERSIMPLE_API_KEY: {{OWN}}
"#,
            good: r#"services:
  agent:
    environment:
      CONVERSIMPLE_API_KEY: ${CONVERSIMPLE_API_KEY}
"#,
        },
    ],
};

/// A secret is written out.
pub(crate) static SECRET: Rule = Rule {
    id: "secret-in-source",
    title: "A secret is written out",
    section: "API Key Security: Never Hardcode Keys",
    area: Area::Keys,
    severity: Severity::Error,
    why: "Passwords, provider keys, private keys and encryption keys in code or configuration are copied with \
        it, and stay in its history after they are deleted.",
    fix: "read it from the environment or a secret store, and replace the one that was written out",
    examples: &[
        Example {
            file: "pay.py",
            bad: r#"stripe.api_key = "{{STRIPE}}"
DB_PASSWORD = "{{PASSWORD}}"
"#,
            good: r#"stripe.api_key = os.environ["STRIPE_API_KEY"]
DB_PASSWORD = os.environ["DB_PASSWORD"]
"#,
        },
        Example {
            file: "pay.ts",
            bad: r#"const openai = new OpenAI({ apiKey: "{{OPENAI}}" });
"#,
            good: r#"const openai = new OpenAI({ apiKey: process.env.OPENAI_API_KEY });
"#,
        },
        Example {
            file: "src/seal.rs",
            bad: r#"fn ring() -> Ring { Ring::new("{{FERNET}}") }
"#,
            good: r#"fn ring() -> Result<Ring, Error> { Ring::from_env("ENCRYPTION_KEY") }
"#,
        },
        Example {
            file: "config/settings.toml",
            bad: r#"[twilio]
auth_token = "{{HEX}}"
"#,
            good: r#"[twilio]
auth_token_env = "TWILIO_AUTH_TOKEN"
"#,
        },
        Example {
            file: ".github/workflows/deploy.yml",
            bad: r#"jobs:
  deploy:
    env:
      AWS_ACCESS_KEY_ID: {{AWS}}
"#,
            good: r#"jobs:
  deploy:
    env:
      AWS_ACCESS_KEY_ID: ${{ secrets.AWS_ACCESS_KEY_ID }}
"#,
        },
    ],
};

/// A secret is written out in pieces or encoded.
pub(crate) static DISGUISED: Rule = Rule {
    id: "secret-in-disguise",
    title: "A secret is written out in pieces or encoded",
    section: "API Key Security: Never Hardcode Keys",
    area: Area::Keys,
    severity: Severity::Error,
    why: "A key split over two literals, joined, reversed or in base64 is as readable to a thief as a whole \
        one, and only hides from scanners and reviewers.",
    fix: "read it from the environment; an encoding is no protection",
    examples: &[
        Example {
            file: "agent.py",
            bad: r#"PREFIX = "{{STRIPE_A}}"
client = Payments(PREFIX + "{{STRIPE_B}}")
"#,
            good: r#"client = Payments(os.environ["STRIPE_API_KEY"])
"#,
        },
        Example {
            file: "agent.js",
            bad: r#"const key = atob("{{STRIPE_64}}");
"#,
            good: r#"const key = process.env.STRIPE_API_KEY;
"#,
        },
        Example {
            file: "src/main.rs",
            bad: r#"const KEY: &str = concat!("{{STRIPE_A}}", "{{STRIPE_B}}");
"#,
            good: r#"fn key() -> Option<String> { std::env::var("STRIPE_API_KEY").ok() }
"#,
        },
    ],
};

/// An address carries a password.
pub(crate) static DATABASE_PASSWORD: Rule = Rule {
    id: "password-in-address",
    title: "An address carries a password",
    section: "API Key Security: Use .env Files",
    area: Area::Keys,
    severity: Severity::Error,
    why: "A database address with its password in it is a key to everything that the agent stores, and \
        addresses are printed in errors and logs.",
    fix: "keep the whole address in the environment (DATABASE_URL)",
    examples: &[
        Example {
            file: "db.py",
            bad: r#"engine = create_engine("postgresql://shop:{{PASSWORD}}@db.internal/shop")
"#,
            good: r#"engine = create_engine(os.environ["DATABASE_URL"])
"#,
        },
        Example {
            file: "db.js",
            bad: r#"const pool = new Pool({ connectionString: "postgres://shop:{{PASSWORD}}@db.internal/shop" });
"#,
            good: r#"const pool = new Pool({ connectionString: process.env.DATABASE_URL });
"#,
        },
        Example {
            file: "src/db.rs",
            bad: r#"async fn open() { let pool = connect("postgres://shop:{{PASSWORD}}@db.internal/shop").await; }
"#,
            good: r#"async fn open() { let pool = connect(&std::env::var("DATABASE_URL").unwrap_or_default()).await; }
"#,
        },
    ],
};

/// A key travels in a URL.
pub(crate) static KEY_IN_URL: Rule = Rule {
    id: "key-in-url",
    title: "A key travels in a URL",
    section: "API Key Security",
    area: Area::Keys,
    severity: Severity::Error,
    why: "URLs are written to the logs of every proxy and server on the way, to browser histories and to \
        error messages. A key belongs into a header.",
    fix: "send it in the Authorization header: {\"Authorization\": f\"Bearer {api_key}\"}",
    examples: &[
        Example {
            file: "link.py",
            bad: r#"async def connect(self):
    params = {"customer_id": self.customer_id, "auth_token": self.api_key}
    url = f"{self.url}?{urlencode(params)}"
    self.socket = await websockets.connect(url)
"#,
            good: r#"async def connect(self):
    headers = {"Authorization": f"Bearer {self.api_key}"}
    self.socket = await websockets.connect(PLATFORM_URL, additional_headers=headers)
"#,
        },
        Example {
            file: "link.js",
            bad: r#"const res = await fetch(`https://api.conversimple.com/v1/agents?api_key=${apiKey}`);
"#,
            good: r#"const res = await fetch("https://api.conversimple.com/v1/agents", { headers: { Authorization: `Bearer ${apiKey}` } });
"#,
        },
        Example {
            file: "src/link.rs",
            bad: r#"async fn get(api_key: &str) { let _ = client.get(format!("https://api.conversimple.com/v1?token={api_key}")).send().await; }
"#,
            good: r#"async fn get(api_key: &str) { let _ = client.get("https://api.conversimple.com/v1").bearer_auth(api_key).send().await; }
"#,
        },
    ],
};

/// A key is taken from or passed on the command line.
pub(crate) static KEY_IN_ARGV: Rule = Rule {
    id: "key-in-argv",
    title: "A key is taken from or passed on the command line",
    section: "API Key Security",
    area: Area::Keys,
    severity: Severity::Error,
    why: "Every user of the machine sees the arguments of every process, and shells keep them in their \
        history.",
    fix: "take it from the environment or from a file that only the agent can read",
    examples: &[
        Example {
            file: "run.py",
            bad: r#"import sys
api_key = sys.argv[1]
"#,
            good: r#"import os
api_key = os.environ["CONVERSIMPLE_API_KEY"]
"#,
        },
        Example {
            file: "cli.py",
            bad: r#"parser.add_argument("--api-key", required=True)
"#,
            good: r#"parser.add_argument("--agent", required=True)
"#,
        },
        Example {
            file: "run.js",
            bad: r#"const apiKey = process.argv[2];
"#,
            good: r#"const apiKey = process.env.CONVERSIMPLE_API_KEY;
"#,
        },
        Example {
            file: "src/main.rs",
            bad: r#"#[derive(Parser)]
struct Args { #[arg(long)] api_key: String }
"#,
            good: r#"#[derive(Parser)]
struct Args { #[arg(long)] agent: String }
"#,
        },
    ],
};

/// A key is a default value.
pub(crate) static KEY_AS_DEFAULT: Rule = Rule {
    id: "key-as-default",
    title: "A key is a default value",
    section: "API Key Security: Never Hardcode Keys",
    area: Area::Keys,
    severity: Severity::Error,
    why: "A default is used exactly when the right key is missing, so the agent runs on with a key that \
        everyone who has the code knows.",
    fix: "give no default: fail when the environment has no key",
    examples: &[
        Example {
            file: "agent.py",
            bad: r#"def connect(api_key="{{HEX}}"):
    return Client(api_key)
"#,
            good: r#"def connect(api_key: str):
    return Client(api_key)
"#,
        },
        Example {
            file: "env.py",
            bad: r#"key = os.getenv("DEEPGRAM_API_KEY", "{{HEX}}")
"#,
            good: r#"key = os.environ["DEEPGRAM_API_KEY"]
"#,
        },
        Example {
            file: "agent.js",
            bad: r#"const key = process.env.DEEPGRAM_API_KEY || "{{HEX}}";
"#,
            good: r#"const key = process.env.DEEPGRAM_API_KEY;
"#,
        },
        Example {
            file: "src/main.rs",
            bad: r#"fn key() -> String { std::env::var("DEEPGRAM_API_KEY").unwrap_or("{{HEX}}".to_string()) }
"#,
            good: r#"fn key() -> Result<String, VarError> { std::env::var("DEEPGRAM_API_KEY") }
"#,
        },
    ],
};

/// The key is older than 90 days.
pub(crate) static KEY_TOO_OLD: Rule = Rule {
    id: "key-too-old",
    title: "The key is older than 90 days",
    section: "API Key Security: Rotate Keys Regularly",
    area: Area::Keys,
    severity: Severity::Warning,
    why: "The longer a key lives, the more copies of it exist. The guide's period is 90 days.",
    fix: "make a new key (conversimple keys rotate), put it into the environment, restart or let the agent \
        reload it, and revoke the old one",
    examples: &[],
};

/// The customer id is derived from the key.
pub(crate) static CUSTOMER_FROM_KEY: Rule = Rule {
    id: "customer-id-from-key",
    title: "The customer id is derived from the key",
    section: "API Key Security",
    area: Area::Keys,
    severity: Severity::Error,
    why: "A customer id is written to logs and topics. A hash of the key in it lets anyone test guesses of \
        the key, changes when the key is rotated, and is no identity.",
    fix: "use the id that the platform issued: CONVERSIMPLE_CUSTOMER_ID",
    examples: &[
        Example {
            file: "agent.py",
            bad: r#"import hashlib
def derive_customer_id(api_key: str) -> str:
    return hashlib.md5(api_key.encode()).hexdigest()[:12]
"#,
            good: r#"import os
def customer_id() -> str:
    return os.environ["CONVERSIMPLE_CUSTOMER_ID"]
"#,
        },
        Example {
            file: "agent.js",
            bad: r#"const customerId = crypto.createHash("sha256").update(apiKey).digest("hex").slice(0, 12);
"#,
            good: r#"const customerId = process.env.CONVERSIMPLE_CUSTOMER_ID;
"#,
        },
        Example {
            file: "src/lib.rs",
            bad: r#"fn connect(api_key: &str) { let customer_id = hex(Sha256::digest(api_key)); }
"#,
            good: r#"fn connect(api_key: &str) { let customer_id = std::env::var("CONVERSIMPLE_CUSTOMER_ID"); }
"#,
        },
    ],
};

/// Git does not ignore .env.
pub(crate) static ENV_NOT_IGNORED: Rule = Rule {
    id: "env-not-ignored",
    title: "Git does not ignore .env",
    section: "API Key Security: Use .env Files",
    area: Area::Ignore,
    severity: Severity::Error,
    why: "The next `git add .` takes the file with the keys along.",
    fix: "add .env, .env.local and *.env to .gitignore (conversimple check --fix does it)",
    examples: &[],
};

/// Git tracks an .env file.
pub(crate) static ENV_TRACKED: Rule = Rule {
    id: "env-tracked",
    title: "Git tracks an .env file",
    section: "API Key Security: Use .env Files",
    area: Area::Ignore,
    severity: Severity::Error,
    why: "Everyone with the repository has the keys in it; the ignore rules do nothing for a file that is \
        tracked.",
    fix: "git rm --cached the file, add it to .gitignore, and replace every key in it",
    examples: &[],
};

/// An .env file is in git's history.
pub(crate) static ENV_IN_HISTORY: Rule = Rule {
    id: "env-in-history",
    title: "An .env file is in git's history",
    section: "API Key Security: Use .env Files",
    area: Area::Ignore,
    severity: Severity::Error,
    why: "Deleting a file does not take it out of earlier commits; every clone has it.",
    fix: "replace every key that was in it; then, if you must, rewrite the history (git filter-repo)",
    examples: &[],
};

/// A key stood in a file of an earlier commit.
pub(crate) static KEY_IN_HISTORY: Rule = Rule {
    id: "key-in-history",
    title: "A key is in git's history",
    section: "API Key Security: Never Hardcode Keys",
    area: Area::Keys,
    severity: Severity::Error,
    why: "Taking a key out of a file does not take it out of earlier commits; every clone has it.",
    fix: "revoke the key and make another; then, if you must, rewrite the history (git filter-repo)",
    examples: &[],
};

/// An .env file is copied into an image.
pub(crate) static ENV_IN_IMAGE: Rule = Rule {
    id: "env-in-image",
    title: "An .env file is copied into an image",
    section: "API Key Security: Use .env Files",
    area: Area::Ignore,
    severity: Severity::Error,
    why: "Whoever can pull the image can read every layer of it.",
    fix: "pass the environment when the container starts (env_file, secrets), and add .env to .dockerignore",
    examples: &[Example {
        file: "Dockerfile",
        bad: r#"FROM python:3.12
COPY .env /app/.env
"#,
        good: r#"FROM python:3.12
COPY agent.py /app/agent.py
"#,
    }],
};
