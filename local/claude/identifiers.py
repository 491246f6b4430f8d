"""Ids that look like the service's: a prefix and base-58 characters.

They depend on a counter and a seed only, so a run can be repeated; no two ids of one server are equal.
"""

import hashlib
from itertools import count
from typing import Final

ALPHABET: Final = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz"


class Identifiers:
    """Makes ids of one server. `seed` is what the id belongs to, usually the request's body."""

    def __init__(self) -> None:
        self._count = count(1)

    def message(self, seed: bytes) -> str:
        """Such as `msg_01XFDUDYJgAACzvnptvVoYEL`."""
        return "msg_01" + self._characters(seed, 22)

    def tool_use(self, seed: bytes) -> str:
        """Such as `toolu_01D7FLrfh4GYq7yT1ULFeyMV`."""
        return "toolu_01" + self._characters(seed, 22)

    def request(self, seed: bytes) -> str:
        """Such as `req_011CSHoEeqs5C35K2UUqR7Fy`."""
        return "req_011C" + self._characters(seed, 20)

    def _characters(self, seed: bytes, length: int) -> str:
        digest = hashlib.sha512(next(self._count).to_bytes(8, "big") + seed).digest()
        number = int.from_bytes(digest, "big")
        characters = []
        for _ in range(length):
            number, remainder = divmod(number, len(ALPHABET))
            characters.append(ALPHABET[remainder])
        return "".join(characters)
