"""A shop's voice agent that follows the security guide.

Never use ws://platform.example.com in production, and never write api_key="cs_live_..." into code.
"""

import logging
import os
import re
from datetime import datetime, timedelta
from decimal import Decimal, InvalidOperation

import requests
from argon2 import PasswordHasher
from conversimple import ConversimpleAgent, tool, tool_async
from cryptography.fernet import Fernet
from dotenv import load_dotenv
from sqlalchemy.orm import Session

load_dotenv()

logger = logging.getLogger(__name__)
# The SDK logs the arguments of every call at INFO.
logging.getLogger("conversimple").setLevel(logging.WARNING)

ALLOWED_CURRENCIES = ["USD", "EUR", "GBP"]
WEATHER_API = "https://api.weather.example.com"
PLATFORM_URL = os.getenv("CONVERSIMPLE_PLATFORM_URL", "wss://platform.conversimple.com/sdk/websocket")
LOCAL_URL = "ws://localhost:4000/sdk/websocket"
PASSWORD_FIELD = "password"
TOKEN_URL = "https://auth.example.com/oauth/token"
TABLE = "products"
MAX_AMOUNT = Decimal("10000")
ERRORS = {"invalid_credentials": "That name or password is wrong."}


class ShopAgent(ConversimpleAgent):
    def __init__(self, **kwargs):
        super().__init__(**kwargs)
        self.cipher = Fernet(os.getenv("ENCRYPTION_KEY").encode())
        self.hasher = PasswordHasher()
        self.call_counts = {}

    def check_rate_limit(self, tool_name: str, limit: int = 10) -> bool:
        now = datetime.now()
        calls = [t for t in self.call_counts.get(tool_name, []) if now - t < timedelta(minutes=1)]
        if len(calls) >= limit:
            return False
        self.call_counts[tool_name] = calls + [now]
        return True

    @tool("Login")
    def login(self, username: str, password: str) -> dict:
        user = auth_service.authenticate(username, password)
        if not user:
            logger.warning(f"Failed login attempt: {username}")
            return {"success": False, "error": "invalid_credentials"}
        conv_id = self.current_conversation_id
        self.update_state(conv_id, authenticated=True, user_id=user.id, auth_time=datetime.now())
        logger.info(f"User logged in: {user.id}")
        return {"success": True, "user": user.username}

    @tool("Get account balance")
    def get_balance(self, account_id: str) -> dict:
        conv_id = self.current_conversation_id
        state = self.get_state(conv_id)
        if not state.get("authenticated"):
            return {"error": "authentication_required"}
        if account_id not in state.get("user_accounts", []):
            logger.warning(f"Unauthorized access attempt: {account_id}")
            return {"error": "unauthorized"}
        return {"balance": database.get_balance(account_id)}

    @tool("Process payment")
    def process_payment(self, amount: float, currency: str = "USD", confirmed: bool = False) -> dict:
        state = self.get_state(self.current_conversation_id)
        if not state.get("authenticated"):
            return {"error": "authentication_required"}
        if not self.check_rate_limit("process_payment", limit=5):
            return {"error": "rate_limit_exceeded", "message": "Too many requests. Please try again later."}
        if not isinstance(amount, (int, float)) or isinstance(amount, bool):
            return {"error": "invalid_type"}
        if amount <= 0:
            return {"error": "invalid_amount", "message": "Amount must be positive"}
        if amount > 10000:
            return {"error": "amount_too_large", "message": "Maximum amount is $10,000"}
        if currency not in ALLOWED_CURRENCIES:
            return {"error": "invalid_currency"}
        if not confirmed:
            return {"error": "confirmation_required"}
        try:
            return payment_service.charge(state["user_id"], amount, currency)
        except Exception as error:
            logger.error("payment failed: %s", type(error).__name__)
            return {"error": "service_unavailable", "message": "Unable to process request. Please try again."}

    @tool("Search products")
    def search_products(self, query: str) -> dict:
        query = re.sub(r"[^a-zA-Z0-9\s]", "", query)
        query = query[:100]
        rows = database.execute("SELECT id, name FROM products WHERE name LIKE ?", (f"%{query}%",))
        return {"products": [dict(row) for row in rows]}

    @tool("Get customer")
    def get_customer(self, customer_id: str) -> dict:
        user = self.require_login()
        if user.customer_id != customer_id:
            return {"error": "unauthorized"}
        with Session(engine) as session:
            customer = session.query(Customer).filter_by(id=customer_id).first()
            return {"name": customer.name, "email": mask_email(customer.email)} if customer else {"error": "not_found"}

    @tool("Get customer payment methods")
    def get_payment_methods(self) -> dict:
        user = self.require_login()
        cards = database.get_cards(user.id)
        return {"cards": [{"id": card.id, "last_four": card.number[-4:], "type": card.type} for card in cards]}

    @tool("Store a card")
    def store_card(self, card_number: str) -> dict:
        user = self.require_login()
        digits = "".join(c for c in card_number if c.isdigit())
        if not luhn_valid(card_number) or len(digits) > 19:
            return {"error": "invalid_card"}
        encrypted = self.cipher.encrypt(card_number.encode())
        database.execute("INSERT INTO cards (owner, number) VALUES (?, ?)", (user.id, encrypted))
        logger.info(f"Stored card ****{card_number[-4:]} for {user.id}")
        return {"success": True, "last_four": card_number[-4:]}

    @tool_async("Get the weather")
    async def get_weather(self, city: str) -> dict:
        if len(city) > 60 or not re.fullmatch(r"[A-Za-z .'-]+", city):
            return {"error": "invalid_parameters"}
        answer = requests.get(f"{WEATHER_API}/v1/weather", params={"city": city}, timeout=5,
                              headers={"Authorization": f"Bearer {os.environ['WEATHER_API_KEY']}"})
        logger.debug("weather answered with %s", answer.status_code)
        return {"temperature": answer.json()["temperature"]}

    @tool("Transfer the call to a person")
    def transfer_to_human(self, department: str) -> dict:
        if department not in ("sales", "support"):
            return {"error": "invalid_parameters"}
        return {"success": True}

    @tool("Expensive operation")
    def expensive_operation(self) -> dict:
        if not self.check_rate_limit("expensive_operation", limit=5):
            return {"error": "rate_limit_exceeded", "message": "Too many requests. Please try again later."}
        return {"success": self.do_expensive_thing()}

    def register(self, username: str, password: str) -> None:
        users.insert({"name": username, "password": self.hasher.hash(password)})

    def purge(self, days: int) -> None:
        placeholders = ", ".join("?" for _ in range(days))
        database.execute(f"DELETE FROM notes WHERE day IN ({placeholders})", list(range(days)))
        database.execute(f"SELECT count(*) FROM {TABLE}")

    def require_login(self):
        state = self.get_state(self.current_conversation_id)
        if not state.get("authenticated"):
            raise PermissionError("authentication_required")
        return users.find(state["user_id"])


def to_amount(text: str) -> Decimal:
    try:
        return Decimal(text)
    except InvalidOperation as error:
        raise ValueError("not an amount") from error


def file_digest(path: str) -> str:
    import hashlib

    with open(path, "rb") as file:
        return hashlib.sha256(file.read()).hexdigest()


def ask_password() -> str:
    print("Enter your password:")
    return input()


if __name__ == "__main__":
    agent = ShopAgent(
        api_key=os.getenv("CONVERSIMPLE_API_KEY"),
        customer_id=os.getenv("CONVERSIMPLE_CUSTOMER_ID"),
        platform_url=PLATFORM_URL,
    )
    logger.info("starting agent for %s", os.getenv("CONVERSIMPLE_CUSTOMER_ID"))
    agent.run()
