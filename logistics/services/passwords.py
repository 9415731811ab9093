"""Passwords as they are stored: argon2id, in the form that Flask-Security reads too."""

from __future__ import annotations

from argon2 import PasswordHasher

from logistics.domain.errors import BadInput

SHORTEST = 10
LONGEST = 128
_HASHER = PasswordHasher()


def hash_password(password: str) -> str:
    """The argon2id hash. Raises BadInput for a password that is too short to keep anybody out."""
    if not SHORTEST <= len(password) <= LONGEST:
        raise BadInput(
            "There is a problem", {"password": f"Use {SHORTEST} characters or more, such as three or four words"}
        )
    return _HASHER.hash(password)
