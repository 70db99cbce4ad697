//! Variants by construction: each fault written in the ways that people write it, in plain, nested and renamed form.

use conversimple_check::{check_text, example_with_secrets};

/// Faults of one rule; every line of the table is a whole file.
struct Fault {
    id: &'static str,
    file: &'static str,
    texts: &'static [&'static str],
}

const FAULTS: &[Fault] = &[
    Fault {
        id: "security-code-stored",
        file: "a.py",
        texts: &["cards = Table('cards', meta, Column('cvv', String))\n"],
    },
    Fault {
        id: "code-from-input",
        file: "a.py",
        texts: &[
            "@tool('x')\ndef f(self, name: str):\n    return importlib.import_module(name)\n",
            "@tool('x')\ndef f(self, text: str):\n    return jinja2.Template(text).render()\n",
            "@tool('x')\ndef f(self, rule: str):\n    return pd.eval(rule)\n",
        ],
    },
    Fault {
        id: "shell-from-input",
        file: "a.py",
        texts: &["@tool('x')\ndef f(self, name: str):\n    ssh.exec_command('ls ' + name)\n"],
    },
    Fault {
        id: "error-detail-exposed",
        file: "a.py",
        texts: &[
            "@tool('x')\ndef f(self):\n    try:\n        g()\n    except Exception as e:\n        return {'error': ''.join(traceback.format_exception(e))}\n",
        ],
    },
    Fault {
        id: "clear-text-connection",
        file: "a.py",
        texts: &[
            "url = os.getenv('CRM_URL', 'http://crm.shop.io')\n",
            "url = platform_url.replace('wss://', 'ws://')\n",
        ],
    },
    Fault {
        id: "key-in-url",
        file: ".github/workflows/ci.yml",
        texts: &[
            "jobs:\n  t:\n    steps:\n      - run: |\n          make\n          curl \"https://deploy.shop.io/up?token={{HEX}}\"\n",
        ],
    },
    Fault {
        id: "clear-text-connection",
        file: ".github/workflows/ci.yml",
        texts: &[
            "jobs:\n  t:\n    steps:\n      - run: pip install --index-url http://pypi.shop.io/simple agent\n",
            "jobs:\n  t:\n    steps:\n      - run: curl -fsS http://deploy.shop.io/hook\n",
        ],
    },
    Fault {
        id: "clear-text-connection",
        file: "config/app.json",
        texts: &["{\"rates\": {\"url\": \"http://rates.shop.io\"}}\n"],
    },
    Fault {
        id: "clear-text-connection",
        file: "a.py",
        texts: &[
            "crm = xmlrpc.client.ServerProxy('http://crm.shop.io:8000/RPC2')\n",
            "crm = CrmClient('http://crm.shop.io')\n",
        ],
    },
    Fault {
        id: "key-in-argv",
        file: "compose.yaml",
        texts: &[
            "services:\n  agent:\n    command: [\"agent\", \"--api-key\", \"{{HEX}}\"]\n",
            "services:\n  agent:\n    command:\n      - agent\n      - --api-key\n      - {{HEX}}\n",
        ],
    },
    Fault {
        id: "key-as-default",
        file: "src/a.rs",
        texts: &[
            "fn f() { let key = std::env::var(\"PAY_KEY\").unwrap_or(\"{{HEX}}\".into()); }\n",
            "fn f() { let key = env::var(\"PAY_KEY\").unwrap_or_else(|_| \"{{HEX}}\".to_string()); }\n",
        ],
    },
    Fault {
        id: "key-as-default",
        file: "a.py",
        texts: &["key = os.getenv('CRM_KEY', '{{HEX}}')\n"],
    },
    Fault {
        id: "error-detail-exposed",
        file: "src/a.rs",
        texts: &[
            "#[tool(\"x\")]\nasync fn f(&self) -> Reply<Done> { match go().await { Ok(()) => Ok(Done), Err(e) => Err(Failure::refused(\"bad\", format!(\"{e:?}\"))) } }\n",
            "#[tool(\"x\")]\nasync fn f(&self) -> Reply<Done> { if let Err(e) = go().await { return Err(Failure::refused(\"bad\", e.to_string())); } Ok(Done) }\n",
        ],
    },
    Fault {
        id: "weak-cipher",
        file: "src/a.rs",
        texts: &[
            "const IV: [u8; 16] = [0u8; 16];\nfn seal(key: &[u8; 32], t: &[u8]) -> Vec<u8> { cbc::Encryptor::<aes::Aes256>::new(key.into(), &IV.into()).encrypt_padded_vec_mut::<Pkcs7>(t) }\n",
            "type Enc = cbc::Encryptor<aes::Aes256>;\nfn seal(key: &[u8; 32], t: &[u8]) -> Vec<u8> { Aes256CbcEncryptor::new(key.into(), &[0u8; 16].into()).encrypt(t) }\n",
            "fn mix(text: &[u8], key: &[u8]) -> Vec<u8> { text.iter().zip(key.iter().cycle()).map(|(a, b)| a ^ b).collect() }\n",
        ],
    },
    Fault {
        id: "weak-cipher",
        file: "a.py",
        texts: &[
            "def obscure(text, key):\n    return bytes(a ^ b for a, b in zip(text, itertools.cycle(key)))\n",
        ],
    },
    Fault {
        id: "personal-data-unencrypted",
        file: "a.py",
        texts: &[
            "with open('p.csv', 'a') as out:\n    out.write(f'{ssn},{birthday}')\n",
            "csv.writer(open('p.csv', 'a')).writerow([name, ssn])\n",
            "writer.writerow([name, card_number])\n",
        ],
    },
    Fault {
        id: "sensitive-data-logged",
        file: "a.py",
        texts: &[
            "log.info('in', extra={'authorization': request.headers['Authorization']})\n",
            "log.info('in %s', request.headers.get('authorization'))\n",
        ],
    },
    Fault {
        id: "tool-text-unbounded",
        file: "a.ts",
        texts: &[
            "agent.tool('Compute a dose', async ({ formula }) => dose(formula));\n",
            "agent.tool('Read results', async ({ site }) => results(site));\n",
        ],
    },
    Fault {
        id: "request-to-argument",
        file: "a.js",
        texts: &[
            "app.post('/tools/open', async (req, res) => { res.send(await (await fetch(req.body.url)).text()); });\n",
            "async function handleFunctionCall(name, args) { return fetch(args.url); }\n",
            "const tools = { async open({ host }) { return load(host); } };\nfunction load(host) { return fetch(`https://${host}/x`); }\n",
        ],
    },
    Fault {
        id: "shell-from-input",
        file: "a.js",
        texts: &[
            "const { exec: run } = require('child_process');\nconst tools = { report: async ({ name }) => run('report ' + name) };\n",
            "import { exec as run } from 'child_process';\nconst tools = { report: async ({ name }) => run(`report ${name}`) };\n",
            "const sh = promisify(exec);\nconst tools = { async report({ name }) { return sh(`report ${name}`); } };\n",
        ],
    },
    Fault {
        id: "error-detail-exposed",
        file: "a.js",
        texts: &[
            "app.use((err, req, res, next) => { res.status(500).json({ stack: err.stack }); });\n",
            "app.get('/x', async (req, res) => { try { await go(); } catch (e) { res.status(500).send(e.toString()); } });\n",
            "app.use(async (ctx, next) => { try { await next(); } catch (err) { ctx.body = { error: err.message }; } });\n",
        ],
    },
    Fault {
        id: "security-code-stored",
        file: "a.py",
        texts: &[
            "class Card(Base):\n    cvv = Column(String(4))\n",
            "def keep(s, number, cvv):\n    s.add(Card(number=number, cvv=cvv))\n",
            "db.execute('CREATE TABLE cards (id INTEGER, cvv TEXT)')\n",
        ],
    },
    Fault {
        id: "key-in-source",
        file: "a.py",
        texts: &[
            "agent = ConversimpleAgent(api_key='{{OWN}}')\n",
            "API_KEY = \"{{OWN}}\"\n",
            "config = {\"api_key\": \"{{OWN}}\"}\n",
            "headers = {\"Authorization\": \"Bearer {{OWN}}\"}\n",
            "os.environ[\"CONVERSIMPLE_API_KEY\"] = \"{{OWN}}\"\n",
            "os.environ.setdefault('CONVERSIMPLE_API_KEY', '{{OWN}}')\n",
            "# export CONVERSIMPLE_API_KEY={{OWN}}\n",
        ],
    },
    Fault {
        id: "secret-in-source",
        file: "a.py",
        texts: &[
            "stripe.api_key = '{{STRIPE}}'\n",
            "client = OpenAI(api_key=\"{{OPENAI}}\")\n",
            "DB_PASSWORD = '{{PASSWORD}}'\n",
            "conn = psycopg2.connect(host='db', user='shop', password='{{PASSWORD}}')\n",
            "cipher = Fernet(b\"{{FERNET}}\")\n",
            "class Config:\n    SECRET_KEY = '{{HEX}}'\n",
            "if password == \"{{PASSWORD}}\":\n    login()\n",
            "aws_access_key_id = '{{AWS}}'\n",
            "settings.update(twilio_auth_token='{{HEX}}')\n",
            "@dataclass\nclass S:\n    client_secret: str = '{{HEX}}'\n",
        ],
    },
    Fault {
        id: "secret-in-source",
        file: "a.ts",
        texts: &[
            "const stripe = new Stripe('{{STRIPE}}');\n",
            "const dbPassword = `{{PASSWORD}}`;\n",
            "export const config = { jwtSecret: '{{HEX}}' };\n",
            "class A { private apiKey: string = '{{HEX}}'; }\n",
            "process.env.TWILIO_AUTH_TOKEN = '{{HEX}}';\n",
        ],
    },
    Fault {
        id: "secret-in-source",
        file: "src/a.rs",
        texts: &[
            "const STRIPE: &str = \"{{STRIPE}}\";\n",
            "fn f() { let password = \"{{PASSWORD}}\"; }\n",
            "fn f() { let c = Config { api_key: \"{{HEX}}\".to_string() }; }\n",
            "static ENCRYPTION_KEY: &str = \"{{FERNET}}\";\n",
        ],
    },
    Fault {
        id: "secret-in-source",
        file: ".env",
        texts: &[
            "STRIPE_KEY={{STRIPE}}\n",
            "export DB_PASSWORD='{{PASSWORD}}'\n",
            "ENCRYPTION_KEY={{FERNET}}\n",
        ],
    },
    Fault {
        id: "secret-in-source",
        file: "docker-compose.yml",
        texts: &[
            "services:\n  db:\n    environment:\n      - POSTGRES_PASSWORD={{PASSWORD}}\n",
            "services:\n  db:\n    environment:\n      POSTGRES_PASSWORD: \"{{PASSWORD}}\"\n",
            "env:\n  - name: TWILIO_AUTH_TOKEN\n    value: {{HEX}}\n",
        ],
    },
    Fault {
        id: "secret-in-source",
        file: "settings.json",
        texts: &[
            "{\"database\": {\"password\": \"{{PASSWORD}}\"}}\n",
            "{\"env\": [{\"name\": \"API_SECRET\", \"value\": \"{{HEX}}\"}]}\n",
        ],
    },
    Fault {
        id: "secret-in-source",
        file: "Dockerfile",
        texts: &[
            "FROM a\nENV OPENAI_API_KEY={{OPENAI}}\n",
            "FROM a\nARG DB_PASSWORD={{PASSWORD}}\n",
        ],
    },
    Fault {
        id: "secret-in-source",
        file: "deploy.sh",
        texts: &["export DB_PASSWORD='{{PASSWORD}}'\n"],
    },
    Fault {
        id: "secret-in-source",
        file: "app.ini",
        texts: &["[db]\npassword = {{PASSWORD}}\n"],
    },
    Fault {
        id: "secret-in-source",
        file: "n.ipynb",
        texts: &[
            "{\"cells\": [{\"cell_type\": \"code\", \"source\": [\"import x\\n\", \"password = '{{PASSWORD}}'\\n\"]}]}\n",
        ],
    },
    Fault {
        id: "secret-in-disguise",
        file: "a.py",
        texts: &[
            "key = '{{STRIPE_A}}' + '{{STRIPE_B}}'\n",
            "key = '{{STRIPE_A}}' '{{STRIPE_B}}'\n",
            "key = ''.join(['{{STRIPE_A}}', '{{STRIPE_B}}'])\n",
            "a = '{{STRIPE_A}}'\nb = '{{STRIPE_B}}'\nkey = f'{a}{b}'\n",
            "key = '{}{}'.format('{{STRIPE_A}}', '{{STRIPE_B}}')\n",
            "key = '%s%s' % ('{{STRIPE_A}}', '{{STRIPE_B}}')\n",
            "key = base64.b64decode('{{STRIPE_64}}').decode()\n",
            "k = '{{STRIPE_A}}'\nk += '{{STRIPE_B}}'\n",
            "class A:\n    P = '{{STRIPE_A}}'\n    def key(self):\n        return self.P + '{{STRIPE_B}}'\n",
        ],
    },
    Fault {
        id: "secret-in-disguise",
        file: "a.js",
        texts: &[
            "const key = '{{STRIPE_A}}' + '{{STRIPE_B}}';\n",
            "const a = '{{STRIPE_A}}';\nconst key = `${a}{{STRIPE_B}}`;\n",
            "const key = ['{{STRIPE_A}}', '{{STRIPE_B}}'].join('');\n",
            "const key = Buffer.from('{{STRIPE_64}}', 'base64').toString();\n",
        ],
    },
    Fault {
        id: "secret-in-disguise",
        file: "src/a.rs",
        texts: &[
            "fn f() { let key = format!(\"{}{}\", \"{{STRIPE_A}}\", \"{{STRIPE_B}}\"); }\n",
            "fn f() { let key = \"{{STRIPE_A}}\".to_string() + \"{{STRIPE_B}}\"; }\n",
            "fn f() { let key = [\"{{STRIPE_A}}\", \"{{STRIPE_B}}\"].concat(); }\n",
        ],
    },
    Fault {
        id: "password-in-address",
        file: "a.py",
        texts: &[
            "URL = 'postgres://shop:{{PASSWORD}}@db.internal:5432/shop'\n",
            "r = redis.from_url('redis://:{{PASSWORD}}@cache:6379/0')\n",
            "m = MongoClient(\"mongodb+srv://app:{{PASSWORD}}@cluster0.example.mongodb.net\")\n",
        ],
    },
    Fault {
        id: "password-in-address",
        file: "config.yaml",
        texts: &["database_url: mysql://shop:{{PASSWORD}}@db/shop\n"],
    },
    Fault {
        id: "key-in-url",
        file: "a.py",
        texts: &[
            "r = requests.get(f'https://api.example.com/v1?api_key={api_key}')\n",
            "r = requests.get('https://api.example.com/v1?token=' + token)\n",
            "r = requests.get('https://api.example.com/v1', params={'api_key': API_KEY})\n",
            "url = 'wss://api.example.com/ws?auth_token={}'.format(self.api_key)\n",
            "url = 'wss://api.example.com/ws?auth_token=%s' % os.getenv('CONVERSIMPLE_API_KEY')\n",
            "q = urlencode({'auth_token': api_key})\nurl = base + '?' + q\n",
        ],
    },
    Fault {
        id: "key-in-url",
        file: "a.js",
        texts: &[
            "new WebSocket('wss://x.example.com/ws?token=' + apiKey);\n",
            "axios.get('https://x.example.com', { params: { api_key: apiKey } });\n",
            "url.searchParams.set('api_key', process.env.API_KEY);\n",
            "const u = `wss://x.example.com?${new URLSearchParams({ auth_token: apiKey })}`;\n",
        ],
    },
    Fault {
        id: "key-in-argv",
        file: "a.py",
        texts: &[
            "password = sys.argv[2]\n",
            "api_key = sys.argv[1] if len(sys.argv) > 1 else None\n",
            "p.add_argument('--password')\n",
            "@click.option('--api-key')\ndef main(api_key):\n    pass\n",
            "subprocess.run(['agent', '--api-key', api_key])\n",
        ],
    },
    Fault {
        id: "key-in-argv",
        file: "a.js",
        texts: &[
            "const apiKey = process.argv[2];\n",
            "program.option('--api-key <key>', 'the key');\n",
            "spawn('agent', ['--key', apiKey]);\n",
        ],
    },
    Fault {
        id: "key-in-argv",
        file: "docker-compose.yml",
        texts: &[
            "services:\n  a:\n    command: agent --api-key ${KEY}\n",
            "services:\n  a:\n    command: [\"agent\", \"--token={{HEX}}\"]\n",
        ],
    },
    Fault {
        id: "key-in-argv",
        file: "run.sh",
        texts: &["agent --api-key \"$CONVERSIMPLE_API_KEY\"\n"],
    },
    Fault {
        id: "key-as-default",
        file: "a.py",
        texts: &[
            "def f(api_key='{{OWN}}'):\n    pass\n",
            "key = os.environ.get('API_KEY', '{{HEX}}')\n",
            "key = os.getenv('API_KEY') or '{{HEX}}'\n",
            "def f(*, password: str = '{{PASSWORD}}') -> None: ...\n",
        ],
    },
    Fault {
        id: "key-as-default",
        file: "a.ts",
        texts: &[
            "function f(apiKey = '{{HEX}}') {}\n",
            "const k = process.env.API_KEY ?? '{{HEX}}';\n",
        ],
    },
    Fault {
        id: "customer-id-from-key",
        file: "a.py",
        texts: &[
            "customer_id = hashlib.sha256(api_key.encode()).hexdigest()[:16]\n",
            "self.customer_id = hashlib.md5(self.api_key.encode('utf-8')).hexdigest()\n",
            "digest = hashlib.md5(api_key.encode()).hexdigest()\nagent = Agent(customer_id=digest[:12])\n",
            "customer_id = api_key[-8:]\n",
            "h = hashlib.sha1()\nh.update(api_key.encode())\ncustomer_id = f'cust_{h.hexdigest()}'\n",
        ],
    },
    Fault {
        id: "clear-text-connection",
        file: "a.py",
        texts: &[
            "PLATFORM_URL = 'ws://platform.example.com/sdk'\n",
            "requests.post('http://pay.example.com/charge', json=x)\n",
            "API_BASE = \"http://api.example.com\"\n",
            "url = os.getenv('URL', 'ws://platform.example.com/sdk')\n",
            "host = 'pay.example.com'\nrequests.get(f'http://{host}/x')\n",
            "async with session.get('http://10.1.2.3:8080/x') as r:\n    pass\n",
            "def connect(url='ws://platform.example.com'):\n    pass\n",
        ],
    },
    Fault {
        id: "clear-text-connection",
        file: "a.js",
        texts: &[
            "fetch('http://pay.example.com');\n",
            "const s = new WebSocket('ws://pay.example.com');\n",
            "axios.create({ baseURL: 'http://pay.example.com' });\n",
        ],
    },
    Fault {
        id: "clear-text-connection",
        file: ".env",
        texts: &[
            "CONVERSIMPLE_PLATFORM_URL=ws://platform.example.com\n",
            "PAYMENT_API_URL=http://pay.example.com\n",
        ],
    },
    Fault {
        id: "clear-text-connection",
        file: "a.toml",
        texts: &["[agent]\nplatform_url = \"ws://platform.example.com\"\n"],
    },
    Fault {
        id: "tls-verification-off",
        file: "a.py",
        texts: &[
            "requests.get(u, verify=False)\n",
            "client = httpx.AsyncClient(verify=False)\n",
            "ctx.check_hostname = False\n",
            "ctx.verify_mode = ssl.CERT_NONE\n",
            "ssl._create_default_https_context = ssl._create_unverified_context\n",
            "session.verify = False\n",
            "aiohttp.TCPConnector(ssl=False)\n",
        ],
    },
    Fault {
        id: "tls-verification-off",
        file: "a.js",
        texts: &[
            "process.env.NODE_TLS_REJECT_UNAUTHORIZED = '0';\n",
            "process.env['NODE_TLS_REJECT_UNAUTHORIZED'] = 0;\n",
            "new WebSocket(U, { rejectUnauthorized: false });\n",
        ],
    },
    Fault {
        id: "tls-verification-off",
        file: "deploy.sh",
        texts: &[
            "curl -k https://x.example.com\n",
            "curl -sSk https://x.example.com\n",
            "curl https://x.example.com --insecure\n",
            "wget --no-check-certificate https://x.example.com\n",
        ],
    },
    Fault {
        id: "sql-from-text",
        file: "a.py",
        texts: &[
            "db.execute(f\"SELECT * FROM users WHERE name = '{name}'\")\n",
            "db.execute(\"SELECT * FROM users WHERE name = '%s'\" % name)\n",
            "db.execute(\"SELECT * FROM users WHERE name = '%s' AND id = %s\" % (name, uid))\n",
            "db.execute(\"SELECT * FROM users WHERE name = '\" + name + \"'\")\n",
            "db.execute(\"SELECT * FROM users WHERE name = '{}'\".format(name))\n",
            "db.execute(\"SELECT * FROM users WHERE name = '{n}'\".format(n=name))\n",
            "q = 'DELETE FROM notes WHERE id = ' + str(note_id)\ncur.execute(q)\n",
            "q = 'SELECT * FROM a'\nif name:\n    q += f\" WHERE name = '{name}'\"\ndb.execute(q)\n",
            "sql = f'''\n    UPDATE accounts\n    SET balance = {amount}\n    WHERE id = '{acc}'\n'''\nconn.execute(sql)\n",
            "where = f\"name = '{name}'\"\ndb.execute('SELECT * FROM a WHERE ' + where)\n",
            "session.execute(text(f\"select * from users where id = {uid}\"))\n",
            "db.execute(f\"insert into notes values ('{note}')\")\n",
            "template = \"SELECT * FROM t WHERE x = '{}'\"\ndb.execute(template.format(x))\n",
            "parts = [\"SELECT * FROM t WHERE x = '\", x, \"'\"]\ndb.execute(''.join(parts))\n",
        ],
    },
    Fault {
        id: "sql-from-text",
        file: "a.js",
        texts: &[
            "db.query(`SELECT * FROM users WHERE id = ${id}`);\n",
            "db.query('SELECT * FROM users WHERE id = ' + id);\n",
            "const q = \"SELECT * FROM users WHERE name = '\" + name + \"'\";\nawait pool.query(q);\n",
            "let q = 'SELECT * FROM a WHERE 1=1';\nq += ` AND b = '${b}'`;\ndb.query(q);\n",
            "prisma.$queryRawUnsafe(`SELECT * FROM users WHERE id = ${id}`);\n",
            "knex.raw(`select * from users where id = ${id}`);\n",
            "db.query('SELECT * FROM a WHERE b = '.concat(b));\n",
        ],
    },
    Fault {
        id: "sql-from-text",
        file: "src/a.rs",
        texts: &[
            "fn f(id: &str) { db.query(&format!(\"SELECT * FROM users WHERE id = '{}'\", id)); }\n",
            "fn f(id: &str) { let q = format!(\"DELETE FROM users WHERE id = '{id}'\"); conn.execute(&q, []); }\n",
            "fn f(id: &str) { let q = \"SELECT * FROM users WHERE id = '\".to_string() + id + \"'\"; db.query(&q); }\n",
            "fn f(id: &str) { let mut q = String::from(\"SELECT * FROM users WHERE id = '\"); q.push_str(id); db.query(&q); }\n",
        ],
    },
    Fault {
        id: "sensitive-data-logged",
        file: "a.py",
        texts: &[
            "print(card_number)\n",
            "print('card', card_number)\n",
            "logger.info('card %s', card_number)\n",
            "logging.debug('pw=%s' % password)\n",
            "log.warning('key {}'.format(api_key))\n",
            "logger.error(f'{user.ssn}')\n",
            "logger.info('payment', extra={'cvv': cvv})\n",
            "logger.bind(card_number=number).info('x')\n",
            "self.logger.info(f'Charging {self.card_number}')\n",
            "msg = f'paying with {card_number}'\nlogger.info(msg)\n",
            "n = card_number\nprint(n)\n",
            "logger.info(json.dumps({'cvv': cvv}))\n",
            "logger.info(f\"Login {payload['password']}\")\n",
            "logger.info('Token: ' + os.environ['API_KEY'])\n",
            "card = Card(number=card_number)\nlogger.info(card)\n",
            "span.set_attribute('card', card_number)\n",
            "sys.stderr.write(f'{password}\\n')\n",
            "@dataclass\nclass Payment:\n    card_number: str\n\ndef f(payment: Payment):\n    logger.info('%s', payment)\n",
        ],
    },
    Fault {
        id: "sensitive-data-logged",
        file: "a.js",
        texts: &[
            "console.log(cardNumber);\n",
            "console.log(`card ${cardNumber}`);\n",
            "logger.info({ password }, 'login');\n",
            "console.error('ssn', customer.ssn);\n",
            "const m = 'cvv ' + cvv; console.debug(m);\n",
            "log.info(JSON.stringify({ apiKey }));\n",
        ],
    },
    Fault {
        id: "sensitive-data-logged",
        file: "src/a.rs",
        texts: &[
            "fn f() { println!(\"{}\", card_number); }\n",
            "fn f() { info!(\"card {card_number}\"); }\n",
            "fn f() { tracing::warn!(password = %password, \"x\"); }\n",
            "fn f() { debug!(?card_number); }\n",
            "fn f() { log::error!(\"{:?}\", Card { number: card_number, cvv }); }\n",
            "fn f() { dbg!(&password); }\n",
            "#[derive(Debug)] struct Card { number: u8, cvv: String }\nfn f(card: &Card) { info!(\"{card:?}\"); }\n",
        ],
    },
    Fault {
        id: "personal-data-unencrypted",
        file: "a.py",
        texts: &[
            "db.execute('INSERT INTO cards VALUES (?)', (card_number,))\n",
            "users.insert_one({'ssn': ssn})\n",
            "with open('cards.txt', 'a') as f:\n    f.write(card_number)\n",
            "redis.set(f'card:{uid}', card_number)\n",
            "db.add(Card(number=card_number))\n",
            "database.save({'name': name, 'card_number': number})\n",
        ],
    },
    Fault {
        id: "personal-data-unencrypted",
        file: "a.js",
        texts: &[
            "localStorage.setItem('card', cardNumber);\n",
            "await users.insertOne({ ssn });\n",
            "fs.writeFileSync('c.txt', cardNumber);\n",
        ],
    },
    Fault {
        id: "security-code-stored",
        file: "a.py",
        texts: &[
            "db.execute('INSERT INTO c VALUES (?, ?)', (token, cvv))\n",
            "database.store({'cvv': cvv})\n",
            "cards.insert_one({'security_code': cipher.encrypt(security_code)})\n",
        ],
    },
    Fault {
        id: "weak-password-hash",
        file: "a.py",
        texts: &[
            "h = hashlib.sha1(password.encode()).hexdigest()\n",
            "h = hashlib.sha256((salt + password).encode()).hexdigest()\n",
            "h = hashlib.new('md5', password.encode())\n",
            "m = hashlib.md5()\nm.update(password.encode())\n",
            "pw = hashlib.sha256(f'{salt}{password}'.encode())\n",
        ],
    },
    Fault {
        id: "weak-password-hash",
        file: "a.js",
        texts: &[
            "const h = createHash('md5').update(password).digest('hex');\n",
            "const h = CryptoJS.MD5(password).toString();\n",
        ],
    },
    Fault {
        id: "weak-cipher",
        file: "a.py",
        texts: &[
            "c = AES.new(key, AES.MODE_ECB)\n",
            "c = Cipher(algorithms.AES(key), modes.ECB())\n",
            "c = DES.new(key)\n",
            "iv = b'0' * 16\nc = AES.new(key, AES.MODE_CBC, iv)\n",
            "c = AES.new(key, AES.MODE_CBC, iv=b'1234567890123456')\n",
            "nonce = bytes(12)\n",
            "def encrypt(data, key):\n    return bytes(a ^ b for a, b in zip(data, key))\n",
            "def encrypt(text):\n    return ''.join(chr(ord(c) + 3) for c in text)\n",
        ],
    },
    Fault {
        id: "error-detail-exposed",
        file: "a.py",
        texts: &[
            "@tool('x')\ndef f(self):\n    try:\n        g()\n    except Exception as e:\n        return {'error': str(e)}\n",
            "@tool('x')\ndef f(self):\n    try:\n        g()\n    except Exception as e:\n        return f'failed: {e}'\n",
            "@tool('x')\ndef f(self):\n    try:\n        g()\n    except Exception as e:\n        msg = repr(e)\n        return {'message': msg}\n",
            "@tool('x')\ndef f(self):\n    try:\n        g()\n    except ValueError as err:\n        return {'error': err.args[0]}\n",
            "@tool('x')\ndef f(self):\n    try:\n        g()\n    except Exception:\n        return {'trace': traceback.format_exc()}\n",
            "@tool('x')\ndef f(self):\n    result = {}\n    try:\n        g()\n    except Exception as e:\n        result['error'] = str(e)\n    return result\n",
            "@tool('x')\ndef f(self):\n    try:\n        g()\n    except Exception as e:\n        return dict(error='bad', detail=str(e))\n",
        ],
    },
    Fault {
        id: "error-detail-exposed",
        file: "a.js",
        texts: &[
            "agent.tool('x', async () => { try { g(); } catch (e) { return { error: e.message }; } });\n",
            "agent.tool('x', async () => { try { g(); } catch (e) { return `failed: ${e}`; } });\n",
            "agent.tool('x', () => g().catch((err) => ({ error: err.toString() })));\n",
            "agent.tool('x', async () => { try { g(); } catch (e) { return { stack: e.stack }; } });\n",
        ],
    },
    Fault {
        id: "code-from-input",
        file: "a.py",
        texts: &[
            "@tool('x')\ndef f(self, expr: str):\n    return eval(expr)\n",
            "@tool('x')\ndef f(self, code: str):\n    exec(code)\n",
            "@tool('x')\ndef f(self, expr: str):\n    e = expr.strip()\n    return eval(f'({e})')\n",
        ],
    },
    Fault {
        id: "code-from-input",
        file: "a.js",
        texts: &[
            "agent.tool('x', async ({ expr }) => eval(expr));\n",
            "agent.tool('x', async ({ expr }) => new Function('return ' + expr)());\n",
        ],
    },
    Fault {
        id: "shell-from-input",
        file: "a.py",
        texts: &[
            "@tool('x')\ndef f(self, host: str):\n    os.system('ping ' + host)\n",
            "@tool('x')\ndef f(self, host: str):\n    subprocess.run(f'ping {host}', shell=True)\n",
            "@tool('x')\ndef f(self, host: str):\n    subprocess.check_output(['sh', '-c', f'ping {host}'])\n",
            "@tool('x')\ndef f(self, host: str):\n    cmd = f'ping {host}'\n    return os.popen(cmd).read()\n",
        ],
    },
    Fault {
        id: "shell-from-input",
        file: "a.js",
        texts: &[
            "agent.tool('x', async ({ h }) => execSync(`ping ${h}`));\n",
            "agent.tool('x', async ({ h }) => spawn('ping ' + h, { shell: true }));\n",
            "agent.tool('x', async ({ h }) => exec('ping ' + h));\n",
        ],
    },
    Fault {
        id: "request-to-argument",
        file: "a.py",
        texts: &[
            "@tool('x')\ndef f(self, url: str):\n    return requests.get(url).text\n",
            "@tool('x')\nasync def f(self, url: str):\n    async with httpx.AsyncClient() as client:\n        return (await client.get(url)).text\n",
            "@tool('x')\ndef f(self, host: str):\n    return urllib.request.urlopen(f'https://{host}/status').read()\n",
            "@tool('x')\ndef f(self, callback_url: str):\n    requests.post(url=callback_url, json={})\n",
        ],
    },
    Fault {
        id: "tool-without-caller",
        file: "a.py",
        texts: &[
            "@tool('Get balance')\ndef get_balance(self, account_id: str):\n    return db.balance(account_id)\n",
            "@tool('Transfer money')\ndef transfer_funds(self, amount: float, to: str):\n    if not 0 < amount < 100: return {}\n    return bank.move(amount, to[:20])\n",
            "@function_tool\nasync def get_customer_profile(customer_id: str):\n    return await db.get_customer(customer_id)\n",
            "@tool_async('Refund')\nasync def refund(self, order_id: str):\n    return await pay.refund(order_id)\n",
            "@agent.tool\ndef list_cards(ctx, customer_id: str):\n    return db.cards(customer_id)\n",
        ],
    },
    Fault {
        id: "tool-without-caller",
        file: "a.ts",
        texts: &[
            "agent.tool('get_balance', async ({ accountId }: { accountId: string }) => db.balance(accountId));\n",
            "export const tools = { getBalance: tool({ description: 'Balance', parameters: z.object({ accountId: z.string() }), execute: async ({ accountId }) => db.balance(accountId) }) };\n",
            "class A { @tool('Refund an order') async refundOrder(orderId: string) { return pay.refund(orderId); } }\n",
            "agent.registerTool({ name: 'transfer_money', description: 'x', handler: async ({ amount }) => { if (amount > 10) return; return bank.send(amount); } });\n",
        ],
    },
    Fault {
        id: "tool-without-owner-check",
        file: "a.py",
        texts: &[
            "@tool('Get balance')\ndef get_balance(self, account_id: str):\n    if not self.state.get('authenticated'):\n        return {'error': 'authentication_required'}\n    return db.balance(account_id)\n",
        ],
    },
    Fault {
        id: "tool-without-limit",
        file: "a.py",
        texts: &[
            "@tool('Pay')\ndef make_payment(self, amount: float):\n    if not self.state.get('authenticated'):\n        return {'error': 'authentication_required'}\n    if amount <= 0 or amount > 100:\n        return {}\n    return pay.charge(amount)\n",
        ],
    },
    Fault {
        id: "tool-input-unvalidated",
        file: "a.py",
        texts: &[
            "@tool('Set')\ndef set_volume(self, amount: int):\n    return speaker.set(amount)\n",
            "@tool('Book')\ndef book(self, date: str, guests: int):\n    return hotel.book(date, guests)\n",
        ],
    },
    Fault {
        id: "tool-text-unbounded",
        file: "a.py",
        texts: &[
            "@tool('Note')\ndef add_note(self, text: str):\n    return notes.add(text)\n",
            "@tool('S')\ndef search(self, query: str):\n    query = re.sub(r'[^a-z]', '', query)\n    return db.search(query)\n",
        ],
    },
    Fault {
        id: "sensitive-data-returned",
        file: "a.py",
        texts: &[
            "@tool('x')\ndef f(self, caller):\n    u = db.user(caller.id)\n    return {'password': u.password}\n",
            "@tool('x')\ndef f(self, caller):\n    card = db.card(caller.id)\n    return card.card_number\n",
            "@tool('x')\ndef f(self, caller):\n    r = {}\n    r['cvv'] = db.card(caller.id).cvv\n    return r\n",
        ],
    },
    Fault {
        id: "payload-logged",
        file: "a.py",
        texts: &[
            "logger.info('got %s', payload)\n",
            "from conversimple import tool\nprint(json.dumps(arguments))\n",
            "logger.debug(f'raw {raw_message}')\n",
        ],
    },
];

/// The same text in other shapes that mean the same.
fn shapes(file: &str, text: &str) -> Vec<String> {
    let mut shapes = vec![
        text.to_owned(),
        text.replace('\n', "\r\n"),
        format!("\u{feff}{text}"),
    ];
    if file.ends_with(".py") {
        let indented: String = text.lines().map(|line| format!("    {line}\n")).collect();
        shapes.push(format!(
            "import os\n\n\ndef wrapped(self):\n    \"\"\"Ünïcode – 🎉\"\"\"\n{indented}"
        ));
        shapes.push(format!("class A:\n{indented}"));
        shapes.push(format!("if True:\n{indented}else:\n    pass\n"));
        shapes.push(format!("{text}\n\ndef broken(:\n    x = (\n"));
    }
    if file.ends_with(".js") || file.ends_with(".ts") {
        shapes.push(format!(
            "async function wrapped() {{\n  // Ünïcode – 🎉\n  {text}\n}}\n"
        ));
        shapes.push(format!("{text}\nfunction broken( {{\n"));
    }
    if file.ends_with(".rs") {
        shapes.push(format!("impl A {{ {text} }}\n"));
        shapes.push(format!("{text}\nfn broken( {{\n"));
    }
    shapes
}

#[test]
fn rules_find_faults_in_any_spelling_at_99_percent_recall() {
    let mut missed = Vec::new();
    let mut total = 0;
    for (index, fault) in FAULTS.iter().enumerate() {
        for template in fault.texts {
            let text = example_with_secrets(template, index as u64 + 11);
            for shape in shapes(fault.file, &text) {
                total += 1;
                let found = check_text(fault.file, &shape);
                if !found.findings.iter().any(|finding| finding.id == fault.id) {
                    let ids: Vec<_> = found.findings.iter().map(|finding| finding.id).collect();
                    missed.push(format!("{} in {}: {ids:?}\n{shape}", fault.id, fault.file));
                }
            }
        }
    }
    // A few shapes may stay unseen; the measure is 0.95.
    let recall = 1.0 - missed.len() as f64 / total as f64;
    assert!(
        recall >= 0.99,
        "{} of {total} missed\n{}",
        missed.len(),
        missed.join("\n")
    );
}
