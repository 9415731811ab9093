"""Passwords: which are good enough, and how they are stored (argon2id, in the form that Flask-Security reads too).

The rules are those of NIST SP 800-63B: long, of any characters, none that many people use, none with the person in it.
"""

from __future__ import annotations

import re
import unicodedata

from argon2 import PasswordHasher

from logistics.domain.errors import BadInput
from logistics.gateways.tokens import new_word_password

SHORTEST = 12
LONGEST = 128
ADVICE = f"Use {SHORTEST} characters or more, such as three or four words"
_COMMON = (
    "Choose another password: this one, or one like it, is among those tried first. "
    "Take three or four words that do not belong together"
)
_OWN = "Choose a password without your name and your email address in it"
_OUR_WORDS = ("food rounds", "foodrounds", "rounds")
_SHORTEST_OWN_WORD = 4
_READ_BY_ZXCVBN = 72
_GUESSED_TOO_SOON = 3
"""zxcvbn's score from 0 to 4: below 3 a password falls in under a hundred million guesses."""

_HASHER = PasswordHasher()


def hash_password(password: str, *, email: str = "", name: str = "") -> str:
    """The argon2id hash of a password that this person may use.

    Raises BadInput, with the sentence under `password`, for one that is too short or too long, that many people use, or
    that holds the person's own email address or name.
    """
    # As signing in reads it: one letter may be typed as one sign or as two.
    plain = unicodedata.normalize("NFKD", password)
    problem = _problem_of(plain, email=email, name=name)
    if problem:
        raise BadInput("There is a problem", {"password": problem})
    return _HASHER.hash(plain)


def make_password(*, email: str = "", name: str = "") -> str:
    """A password that can be read aloud and typed, and that this person may use."""
    while True:
        password = new_word_password()
        if not _problem_of(password, email=email, name=name):
            return password


def is_password(password: str, hashed: str | None) -> bool:
    """Whether this is the password that was hashed."""
    from argon2.exceptions import InvalidHashError, VerificationError

    try:
        return hashed is not None and _HASHER.verify(hashed, unicodedata.normalize("NFKD", password))
    except (InvalidHashError, VerificationError):
        return False


def _problem_of(password: str, *, email: str, name: str) -> str:
    """What is wrong with it as a sentence, or nothing."""
    if len(password) < SHORTEST:
        return ADVICE
    if len(password) > LONGEST:
        return f"Use {LONGEST} characters or fewer"
    own = _own_words(email, name)
    folded = password.casefold()
    if any(word in folded for word in own):
        return _OWN
    return _COMMON if _is_guessed_soon(password, own) else ""


def _own_words(email: str, name: str) -> list[str]:
    """The address, what stands before its @, and the parts of both that are long enough to mean the person."""
    email, name = (unicodedata.normalize("NFKD", text.strip()).casefold() for text in (email, name))
    local = email.partition("@")[0]
    words = {email, local, name, name.replace(" ", ""), *re.split(r"[^\w]+|_", local), *name.split()}
    return sorted(word for word in words if len(word) >= _SHORTEST_OWN_WORD)


def _is_guessed_soon(password: str, own: list[str]) -> bool:
    """Whether lists of known passwords and their usual changes (repeats, rows of keys, years) lead to it quickly."""
    # Its lists take a tenth of a second to read: only processes that set passwords wait for them.
    from zxcvbn import zxcvbn

    found = zxcvbn(password[:_READ_BY_ZXCVBN], user_inputs=[*own, *_OUR_WORDS])
    return bool(found["score"] < _GUESSED_TOO_SOON)
