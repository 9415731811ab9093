"""How people look for people: part of a name, the start of a postcode, the end of a phone number."""

from __future__ import annotations

from typing import Any

from sqlalchemy import ColumnElement, false, func

FEWEST_DIGITS = 3
"""Fewer digits than this would find every second phone number."""


def contains(column: Any, words: str) -> ColumnElement[bool]:
    """Every word is somewhere in the text, in any case and order."""
    parts = words.split()
    if not parts:
        return false()
    condition: ColumnElement[bool] = column.icontains(parts[0], autoescape=True)
    for part in parts[1:]:
        condition &= column.icontains(part, autoescape=True)
    return condition


def postcode_starts(column: Any, words: str) -> ColumnElement[bool]:
    """The text is the beginning of a postcode, with or without its space: `se16 4`, `SE164TB`."""
    bare = "".join(words.split()).upper()
    if not (2 <= len(bare) <= 7 and bare.isalnum() and bare[0].isalpha()):
        return false()
    condition: ColumnElement[bool] = func.replace(column, " ", "").startswith(bare, autoescape=True)
    return condition


def phone_digits(words: str) -> str:
    """The digits of a text that can be the end of a phone number, else nothing."""
    bare = "".join(letter for letter in words if letter not in " -()+")
    return bare if bare.isascii() and bare.isdecimal() and len(bare) >= FEWEST_DIGITS else ""


def ends_with_digits(column: Any, digits: str) -> ColumnElement[bool]:
    """The phone number, without its spaces, ends so."""
    condition: ColumnElement[bool] = func.replace(column, " ", "").endswith(digits, autoescape=True)
    return condition
