// A shop's voice agent that follows the security guide.
import { z } from "zod";
import crypto from "node:crypto";
import { Agent, tool } from "conversimple";

const ALLOWED_HOSTS = new Set(["docs.conversimple.com"]);
const apiKey = process.env.CONVERSIMPLE_API_KEY;
if (!apiKey) throw new Error("CONVERSIMPLE_API_KEY is not set");

const agent = new Agent({ apiKey, platformUrl: "wss://platform.conversimple.com/sdk/websocket" });
const pool = new Pool({ connectionString: process.env.DATABASE_URL, ssl: { rejectUnauthorized: true } });

agent.tool("login", async ({ username, password }: { username: string; password: string }, ctx) => {
  const user = await auth.authenticate(username, password);
  if (!user) {
    logger.warn(`Failed login attempt: ${username}`);
    return { success: false, error: "invalid_credentials" };
  }
  ctx.state.set("userId", user.id);
  return { success: true, user: user.name };
});

agent.tool(
  "get_balance",
  { accountId: z.string().max(40) },
  async ({ accountId }, { caller }) => {
    if (!caller.authenticated) return { error: "authentication_required" };
    if (!caller.accounts.includes(accountId)) return { error: "unauthorized" };
    return { balance: await balances.of(accountId) };
  },
);

agent.tool("process_payment", { rateLimit: "5/min", needsApproval: true }, async ({ amount, currency }, { caller }) => {
  if (!caller.authenticated) return { error: "authentication_required" };
  if (typeof amount !== "number" || !(amount > 0) || amount > 10000) return { error: "invalid_amount" };
  if (!["USD", "EUR", "GBP"].includes(currency)) return { error: "invalid_currency" };
  try {
    const charge = await payments.charge(caller.id, amount, currency);
    return { success: true, paymentId: charge.id };
  } catch (error) {
    logger.error({ name: error.name }, "payment failed");
    return { error: "service_unavailable", message: "Unable to process request. Please try again." };
  }
});

export const tools = {
  searchProducts: tool({
    description: "Search products",
    parameters: z.object({ query: z.string().max(100).regex(/^[\w ]+$/) }),
    execute: async ({ query }) => {
      const rows = await pool.query("SELECT id, name FROM products WHERE name ILIKE $1 LIMIT 10", [`%${query}%`]);
      return { products: rows.rows };
    },
  }),
  readPage: tool({
    description: "Read a page of the documentation",
    parameters: z.object({ url: z.string().url().max(200) }),
    execute: async ({ url }) => {
      if (!ALLOWED_HOSTS.has(new URL(url).hostname)) return { error: "invalid_parameters" };
      const page = await fetch(url);
      return { text: (await page.text()).slice(0, 2000) };
    },
  }),
};

export async function customer(id: string) {
  return sql`SELECT name FROM customers WHERE id = ${id}`;
}

export async function storeCard(owner: string, cardNumber: string) {
  const iv = crypto.randomBytes(12);
  const cipher = crypto.createCipheriv("aes-256-gcm", Buffer.from(process.env.ENCRYPTION_KEY ?? "", "base64"), iv);
  const sealed = Buffer.concat([cipher.update(cardNumber, "utf8"), cipher.final(), cipher.getAuthTag()]);
  await pool.query("INSERT INTO cards (owner, number, iv) VALUES ($1, $2, $3)", [owner, sealed, iv]);
  console.log(`stored a card ending ${cardNumber.slice(-4)}`);
}

export async function register(name: string, password: string) {
  await users.insert({ name, hash: await argon2.hash(password) });
}

export const etag = (body: string) => crypto.createHash("sha256").update(body).digest("hex");
