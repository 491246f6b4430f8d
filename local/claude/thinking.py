"""Signatures of thinking blocks.

A signature carries what the newer models check when a block comes back: the account that produced it, the
text, and everything that stood before it (the append-only rule). Nothing has to be remembered for that.
"""

import base64
import hashlib
import hmac
from typing import Any, Final

from local.claude.errors import invalid
from local.claude.models import ModelCard
from local.claude.prompt import Prompt

HEAD: Final = b"\x12\xba\x01"


def sign(api_key: str, text: str, prefix: bytes) -> str:
    """The signature of a thinking block that follows `prefix` (a digest of the prompt)."""
    return base64.b64encode(HEAD + _seal(api_key, text) + _short(prefix)).decode()


def check_history(api_key: str, card: ModelCard, body: dict[str, Any], prompt: Prompt) -> None:
    """Refuse replayed thinking blocks of another account or history. Raises `ApiError` 400."""
    for index, message in enumerate(body["messages"]):
        if message["role"] != "assistant" or not isinstance(message["content"], list):
            continue
        for place, block in enumerate(message["content"]):
            if block["type"] != "thinking":
                continue
            where = f"messages.{index}.content.{place}"
            seal, prefix = _open(str(block.get("signature", "")))
            if seal is None or not hmac.compare_digest(seal, _seal(api_key, str(block.get("thinking", "")))):
                raise invalid(f"{where}: Invalid `signature` in `thinking` block")
            if card.thinking == "adaptive" and prefix != _short(prompt.before_message(index)):
                raise invalid(
                    f"{where}: `system`, `tools` and earlier messages must not change while `thinking` "
                    f"blocks "
                    "are passed back to this model."
                )


def _open(signature: str) -> tuple[bytes | None, bytes]:
    try:
        raw = base64.b64decode(signature, validate=True)
    except ValueError:
        return None, b""
    if len(raw) != len(HEAD) + 48 or not raw.startswith(HEAD):
        return None, b""
    return raw[len(HEAD) : len(HEAD) + 32], raw[len(HEAD) + 32 :]


def _seal(api_key: str, text: str) -> bytes:
    return hmac.new(api_key.encode(), text.encode(), hashlib.sha256).digest()


def _short(prefix: bytes) -> bytes:
    return hashlib.sha256(prefix).digest()[:16]
