import "dotenv/config";
import { ConversimpleAgent, tool } from "conversimple";
import Joi from "joi";
import bcrypt from "bcrypt";

const PLATFORM_URL = process.env.CONVERSIMPLE_PLATFORM_URL ?? "wss://platform.conversimple.com/sdk/websocket";
const limiter = new RateLimiter({ perMinute: 5 });
const amountSchema = Joi.object({ amount: Joi.number().positive().max(10000).required(), currency: Joi.string().valid("USD", "EUR") });

class Bank extends ConversimpleAgent {
  constructor() {
    super({ apiKey: process.env.CONVERSIMPLE_API_KEY, customerId: process.env.CONVERSIMPLE_CUSTOMER_ID, platformUrl: PLATFORM_URL });
  }

  requireUser() {
    const { userId } = this.state;
    if (!userId) throw new AuthenticationRequired();
    return userId;
  }

  tools() {
    return [
      {
        name: "get_balance",
        description: "Get account balance",
        parameters: { type: "object", properties: { account_id: { type: "string", maxLength: 40 } } },
        handler: async ({ account_id }) => {
          const userId = this.requireUser();
          const account = await this.accounts.findOne({ where: { id: account_id, ownerId: userId } });
          return account ? { balance: account.balance } : { error: "unauthorized" };
        },
      },
      {
        name: "pay",
        description: "Process payment",
        handler: async (args) => {
          const userId = this.requireUser();
          if (!limiter.allow("pay")) return { error: "rate_limit_exceeded" };
          const { error, value } = amountSchema.validate(args);
          if (error) return { error: "invalid_amount" };
          if (!this.state.confirmed) return { error: "confirmation_required" };
          try {
            const receipt = await this.payments.charge(userId, value.amount, value.currency);
            return { success: true, paymentId: receipt.id };
          } catch (e) {
            console.error("payment failed", e);
            return { error: "service_unavailable", message: "Unable to process request. Please try again." };
          }
        },
      },
      {
        name: "login",
        handler: async ({ username, password }) => {
          const user = await this.users.findOne({ where: { username } });
          if (!user || !(await bcrypt.compare(password, user.passwordHash))) return { success: false, error: "invalid_credentials" };
          this.state.userId = user.id;
          console.log(`user ${user.id} logged in`);
          return { success: true };
        },
      },
    ];
  }
}

async function health() {
  const res = await fetch("http://localhost:4000/health");
  return res.ok;
}

async function list(db, ids) {
  const marks = ids.map((_, i) => `$${i + 1}`).join(", ");
  return db.query(`SELECT id, name FROM products WHERE id IN (${marks})`, ids);
}

function label(token) {
  return `Select ${token} from the list`;
}

process.on("uncaughtException", (err) => { console.error(err); process.exit(1); });
new Bank().run().catch((err) => { console.error("stopped", err.message); });
