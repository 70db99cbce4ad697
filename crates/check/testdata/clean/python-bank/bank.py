"""Bank agent."""
from __future__ import annotations

import asyncio
import functools
import logging
import os
import secrets
import ssl
from dataclasses import dataclass
from typing import Annotated, Any, Literal, Optional

import aiohttp
import asyncpg
import bcrypt
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from pydantic import BaseModel, Field, SecretStr
from pydantic_settings import BaseSettings
from sqlalchemy import select, text

from conversimple import ConversimpleAgent, tool, tool_async

logger = logging.getLogger(__name__)
logging.getLogger("conversimple").setLevel(logging.WARNING)
audit = logging.getLogger("audit")


class Settings(BaseSettings):
    conversimple_api_key: SecretStr
    database_url: SecretStr
    encryption_key: SecretStr
    api_base: str = "https://api.bank.example"
    redis_url: str = "redis://localhost:6379/0"
    token_ttl: int = 3600
    password_min_length: int = 12


settings = Settings()


def mask_card(number: str) -> str:
    return "*" * 12 + number[-4:]


def mask_email(email: str) -> str:
    name, _, domain = email.partition("@")
    return f"{name[:1]}***@{domain}"


def requires_login(function):
    @functools.wraps(function)
    async def wrapper(self, *args, **kwargs):
        if not self.state.get("user_id"):
            return {"error": "authentication_required", "message": "Please log in first."}
        return await function(self, *args, **kwargs)

    return wrapper


def rate_limited(limit: int):
    def decorate(function):
        @functools.wraps(function)
        async def wrapper(self, *args, **kwargs):
            if not self.limiter.allow(function.__name__, limit):
                return {"error": "rate_limit_exceeded", "message": "Too many requests. Please try again later."}
            return await function(self, *args, **kwargs)

        return wrapper

    return decorate


class Transfer(BaseModel):
    to: Annotated[str, Field(max_length=34)]
    amount: Annotated[float, Field(gt=0, le=10_000)]
    currency: Literal["USD", "EUR", "GBP"] = "USD"


@dataclass
class Card:
    id: str
    number: str
    brand: str

    def public(self) -> dict[str, str]:
        return {"id": self.id, "last_four": self.number[-4:], "type": self.brand}


class BankAgent(ConversimpleAgent):
    def __init__(self) -> None:
        super().__init__(
            api_key=settings.conversimple_api_key.get_secret_value(),
            customer_id=os.environ["CONVERSIMPLE_CUSTOMER_ID"],
            platform_url="wss://platform.conversimple.com/sdk/websocket",
        )
        self.aead = AESGCM(bytes.fromhex(settings.encryption_key.get_secret_value()))
        self.limiter = RateLimiter()
        self.session = aiohttp.ClientSession(connector=aiohttp.TCPConnector(ssl=ssl.create_default_context()))

    @tool_async("Log in")
    async def login(self, username: str, password: str) -> dict:
        row = await self.pool.fetchrow("SELECT id, password_hash FROM users WHERE name = $1", username)
        if row is None or not bcrypt.checkpw(password.encode(), row["password_hash"]):
            logger.warning("failed login for %s", username)
            return {"success": False, "error": "invalid_credentials"}
        self.state["user_id"] = row["id"]
        audit.info("login user=%s", row["id"])
        return {"success": True}

    @tool_async("Get the balance of one of the caller's accounts")
    @requires_login
    async def get_balance(self, account_id: str) -> dict:
        row = await self.pool.fetchrow(
            "SELECT balance FROM accounts WHERE id = $1 AND owner_id = $2", account_id, self.state["user_id"]
        )
        if row is None:
            return {"error": "unauthorized"}
        return {"balance": float(row["balance"])}

    @tool_async("Transfer money to somebody")
    @requires_login
    @rate_limited(5)
    async def transfer_money(self, transfer: Transfer) -> dict:
        if not await self.confirmed(f"Send {transfer.amount} {transfer.currency}?"):
            return {"error": "not_confirmed"}
        try:
            receipt = await self.bank.send(self.state["user_id"], transfer.to, transfer.amount)
        except asyncio.TimeoutError:
            logger.exception("transfer timed out")
            return {"error": "service_unavailable", "message": "Unable to process request. Please try again."}
        except Exception:
            logger.exception("transfer failed")
            return {"error": "service_unavailable", "message": "Unable to process request. Please try again."}
        return {"success": True, "transfer_id": receipt.id}

    @tool_async("List cards")
    @requires_login
    async def list_cards(self) -> dict:
        cards = await self.cards_of(self.state["user_id"])
        return {"cards": [card.public() for card in cards]}

    @tool_async("Change the e-mail address")
    @requires_login
    async def change_email(self, email: str) -> dict:
        if len(email) > 254 or "@" not in email:
            return {"error": "invalid_email"}
        await self.pool.execute("UPDATE users SET email = $1 WHERE id = $2", email, self.state["user_id"])
        logger.info("user %s changed address to %s", self.state["user_id"], mask_email(email))
        return {"success": True, "email": mask_email(email)}

    @tool_async("Find a branch")
    async def find_branch(self, city: Annotated[str, Field(max_length=60)]) -> dict:
        async with self.session.get(f"{settings.api_base}/branches", params={"city": city}) as answer:
            answer.raise_for_status()
            return {"branches": (await answer.json())["branches"][:3]}

    @tool("Convert a currency")
    def convert(self, amount: float, to: Literal["USD", "EUR"]) -> dict:
        value = self._checked_amount(amount)
        if value is None:
            return {"error": "invalid_amount"}
        return {"amount": round(value * self.rates[to], 2)}

    def _checked_amount(self, amount: Any) -> Optional[float]:
        if isinstance(amount, bool) or not isinstance(amount, (int, float)):
            return None
        return amount if 0 < amount <= 1_000_000 else None

    async def save_card(self, owner: str, number: str) -> None:
        nonce = secrets.token_bytes(12)
        sealed = nonce + self.aead.encrypt(nonce, number.encode(), owner.encode())
        async with self.pool.acquire() as conn:
            await conn.execute("INSERT INTO cards (owner, sealed, last_four) VALUES ($1, $2, $3)", owner, sealed, number[-4:])
        logger.info("card %s stored for %s", mask_card(number), owner)

    async def search(self, session, name: str, sort: str = "name"):
        columns = {"name": "name", "date": "created_at"}
        order = columns.get(sort, "name")
        statement = select(User).where(User.name == name).order_by(order)
        rows = await session.execute(text("SELECT id FROM users WHERE name = :name"), {"name": name})
        return statement, rows

    async def many(self, ids: list[str]):
        marks = ",".join(f"${i}" for i in range(1, len(ids) + 1))
        return await self.pool.fetch(f"SELECT id, name FROM products WHERE id IN ({marks})", *ids)

    async def refresh_token(self) -> None:
        token = await self.auth.refresh(os.environ["REFRESH_TOKEN"])
        self.session.headers["Authorization"] = f"Bearer {token}"
        logger.info("token refreshed, valid for %d s", settings.token_ttl)

    def handle_reset(self, email: str) -> str:
        token = secrets.token_urlsafe(32)
        self.mailer.send(email, f"https://bank.example/reset#{token}")
        logger.info("password reset requested")
        return "sent"


def main() -> None:
    if not os.getenv("CONVERSIMPLE_API_KEY"):
        raise SystemExit("CONVERSIMPLE_API_KEY is not set")
    print("Starting the bank agent. Press Ctrl+C to stop.")
    print(f"API key loaded: {bool(settings.conversimple_api_key)}")
    BankAgent().run()
