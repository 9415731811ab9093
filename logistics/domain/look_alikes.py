"""Whether two households look the same: two of address, name and phone. The same people are often known to two groups.

Names are compared as Levenshtein-like ratios of their sorted words (RapidFuzz's `token_sort_ratio`), so that "Diallo, Amina" is
"Amina Diallo" and a letter more or less is no other person.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum

from rapidfuzz import fuzz

SIMILAR_NAME = 82.0
"""Of 100, from which two names are taken for one. "Amina Diallo" and "Aminah Dialo" have 92, "Anna Diallo" has 87; a first
name alone never matches a full one."""
ENOUGH = 2
_NOISE = frozenset({"flat", "apartment", "apt", "unit", "the", "no", "number", "house"})
_SHORT = {"rd": "road", "st": "street", "ave": "avenue", "ct": "court", "ln": "lane", "cl": "close", "sq": "square"}


class Likeness(StrEnum):
    """What two households have in common."""

    ADDRESS = "address"
    NAME = "name"
    PHONE = "phone"


@dataclass(frozen=True, slots=True, kw_only=True)
class Identity:
    """What two households are compared by."""

    name: str
    address: str
    postcode: str
    phone: str


def plain_address(address: str, postcode: str) -> str:
    """An address as a key: small letters, no marks, no "Flat", long forms of streets; empty where either part is missing."""
    words = re.sub(r"[^\w\s]", " ", address.casefold()).split()
    kept = [_SHORT.get(word, word) for word in words if word not in _NOISE]
    place = "".join(postcode.split()).upper()
    return f"{' '.join(kept)} {place}" if kept and place else ""


def plain_phone(phone: str) -> str:
    """The last ten digits, so that +44 and 0 are one; empty where there are fewer."""
    digits = "".join(letter for letter in phone if letter.isdecimal())
    return digits[-10:] if len(digits) >= 10 else ""


def likenesses(first: Identity, second: Identity) -> frozenset[Likeness]:
    """What they have in common; what neither has is no likeness."""
    found = set()
    address = plain_address(first.address, first.postcode)
    if address and address == plain_address(second.address, second.postcode):
        found.add(Likeness.ADDRESS)
    phone = plain_phone(first.phone)
    if phone and phone == plain_phone(second.phone):
        found.add(Likeness.PHONE)
    if fuzz.token_sort_ratio(_plain_name(first.name), _plain_name(second.name)) >= SIMILAR_NAME:
        found.add(Likeness.NAME)
    return frozenset(found)


def look_the_same(first: Identity, second: Identity) -> bool:
    """Whether at least two of the three agree."""
    return len(likenesses(first, second)) >= ENOUGH


def _plain_name(name: str) -> str:
    return " ".join(re.sub(r"[^\w\s]", " ", name.casefold()).split())
