"""Codes with which somebody comes back: read out, typed on any device, never stored. What waits is locked with the code itself.

A code is 20 letters and figures of Crockford's base 32 (no I, L, O or U), 100 bits. We keep its hash, to find the row, and what
the code locks (Fernet with a key by HKDF from the code): who holds our database alone reads nothing of it.
"""

from __future__ import annotations

import base64
import hashlib
import secrets

from cryptography.fernet import Fernet, InvalidToken
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

LETTERS = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
CODE_LETTERS = 20
_GROUP = 5
_MISREAD = str.maketrans({"O": "0", "I": "1", "L": "1"})


def new_code() -> str:
    """A random code as people read it: `7H2KQ-04MXC-...`, four groups of five."""
    letters = "".join(secrets.choice(LETTERS) for _ in range(CODE_LETTERS))
    return "-".join(letters[start : start + _GROUP] for start in range(0, CODE_LETTERS, _GROUP))


def plain_code(typed: str) -> str:
    """What somebody typed without blanks and dashes, with letters that are easily misread put right; empty if it is no code."""
    letters = "".join(letter for letter in typed.upper()[:200] if letter.isalnum()).translate(_MISREAD)
    return letters if len(letters) == CODE_LETTERS and set(letters) <= set(LETTERS) else ""


def hash_code(code: str) -> str:
    """What is stored to find the row again. A fast hash is enough: 100 random bits cannot be guessed."""
    return hashlib.sha256(plain_code(code).encode()).hexdigest()


def lock(code: str, words: bytes) -> bytes:
    """These words as only the holder of the code can read them."""
    return _fernet(code).encrypt(words)


def unlock(code: str, locked: bytes) -> bytes | None:
    """The words again, or None when this is not the code that locked them."""
    try:
        return _fernet(code).decrypt(locked)
    except InvalidToken:
        return None


def _fernet(code: str) -> Fernet:
    key = HKDF(algorithm=SHA256(), length=32, salt=None, info=b"food-rounds saved form").derive(
        plain_code(code).encode()
    )
    return Fernet(base64.urlsafe_b64encode(key))
