//! Rules about the way to other machines.

use super::rule::{Area, Example, Rule, Severity};

pub(super) static RULES: &[&Rule] = &[&CLEAR, &CLEAR_ACCEPTED, &TLS_OFF];

/// A connection is not encrypted.
pub(crate) static CLEAR: Rule = Rule {
    id: "clear-text-connection",
    title: "A connection is not encrypted",
    section: "HTTPS/TLS: Use Secure Connections",
    area: Area::Transport,
    severity: Severity::Error,
    why: "Everyone on the way can read the key, the call and the answers, and change them.",
    fix: "write wss:// or https://; ws:// and http:// only to this machine",
    examples: &[
        Example {
            file: "agent.py",
            bad: r#"agent = ConversimpleAgent(api_key=api_key, platform_url="ws://platform.conversimple.com/sdk/websocket")
"#,
            good: r#"agent = ConversimpleAgent(api_key=api_key, platform_url="wss://platform.conversimple.com/sdk/websocket")
local = ConversimpleAgent(api_key=api_key, platform_url="ws://localhost:4000/sdk/websocket")
# platform_url="ws://platform.conversimple.com" is never right
"#,
        },
        Example {
            file: "agent.js",
            bad: r#"const res = await fetch("http://payments.conversimple.com/charge", { method: "POST" });
"#,
            good: r#"const res = await fetch("https://payments.conversimple.com/charge", { method: "POST" });
"#,
        },
        Example {
            file: "src/main.rs",
            bad: r#"const PLATFORM: &str = "ws://platform.conversimple.com/sdk/websocket";
"#,
            good: r#"const PLATFORM: &str = "wss://platform.conversimple.com/sdk/websocket";
"#,
        },
        Example {
            file: "config.yaml",
            bad: r#"agent:
  platform_url: ws://platform.conversimple.com/sdk/websocket
"#,
            good: r#"agent:
  platform_url: wss://platform.conversimple.com/sdk/websocket
"#,
        },
    ],
};

/// A socket is opened to any address that is configured.
pub(crate) static CLEAR_ACCEPTED: Rule = Rule {
    id: "clear-address-accepted",
    title: "A socket is opened to any address that is configured",
    section: "HTTPS/TLS: Use Secure Connections",
    area: Area::Transport,
    severity: Severity::Warning,
    why: "A configured ws:// address is used without a word, and the key goes out in the clear.",
    fix: "refuse an address that does not start with wss:// unless its host is loopback",
    examples: &[
        Example {
            file: "link.py",
            bad: r#"async def connect(self, url):
    self.socket = await websockets.connect(url)
"#,
            good: r#"async def connect(self, url):
    if not url.startswith("wss://"):
        raise ValueError("only wss:// is spoken")
    self.socket = await websockets.connect(url)
"#,
        },
        Example {
            file: "link.js",
            bad: r#"function connect(url) { return new WebSocket(url); }
"#,
            good: r#"function connect(url) {
  if (!url.startsWith("wss://")) throw new Error("only wss:// is spoken");
  return new WebSocket(url);
}
"#,
        },
    ],
};

/// Certificates are not checked.
pub(crate) static TLS_OFF: Rule = Rule {
    id: "tls-verification-off",
    title: "Certificates are not checked",
    section: "HTTPS/TLS: Use Secure Connections",
    area: Area::Transport,
    severity: Severity::Error,
    why: "Without the check anyone on the way can be the server: the connection is encrypted to the wrong \
        machine.",
    fix: "leave verification on; for a private authority, give its certificate (verify=\"ca.pem\")",
    examples: &[
        Example {
            file: "call.py",
            bad: r#"requests.post("https://bank.internal/pay", json=order, verify=False)
"#,
            good: r#"requests.post("https://bank.internal/pay", json=order, verify="/etc/ssl/bank-ca.pem")
"#,
        },
        Example {
            file: "call.js",
            bad: r#"const agent = new https.Agent({ rejectUnauthorized: false });
"#,
            good: r#"const agent = new https.Agent({ ca: fs.readFileSync("bank-ca.pem") });
"#,
        },
        Example {
            file: "src/call.rs",
            bad: r#"fn client() -> Client { Client::builder().danger_accept_invalid_certs(true).build() }
"#,
            good: r#"fn client() -> Client { Client::builder().add_root_certificate(bank()).build() }
"#,
        },
        Example {
            file: ".env.production",
            bad: r#"NODE_TLS_REJECT_UNAUTHORIZED=0
"#,
            good: r#"NODE_EXTRA_CA_CERTS=/etc/ssl/bank-ca.pem
"#,
        },
    ],
};
