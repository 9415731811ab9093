"""The way back: a value as the text of a cell, such that reading the cell gives the same value.

Most follow from the value's type; a column whose cell holds more names its own way beside its parser.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable
from datetime import date, time
from decimal import Decimal
from enum import StrEnum
from typing import Any

Writer = Callable[[Any], str]


def by_type(value: Any) -> str:
    """Words, dates, times, whole numbers, yes and no, sets; nothing for None. Raises TypeError for anything else."""
    match value:
        case None:
            return ""
        case bool():
            return "yes" if value else "no"
        case StrEnum():
            return value.value
        case str():
            return plain_text(value)
        case int():
            return str(value)
        case date():
            return value.isoformat()
        case time():
            return value.strftime("%H:%M:%S" if value.second else "%H:%M")
        case frozenset():
            return "|".join(word.value for word in sorted(value, key=_place_in_list))
    raise TypeError(f"No cell can be made of a {type(value).__name__}.")


def _place_in_list(word: StrEnum) -> int:
    return tuple(type(word)).index(word)


def parts_of(factor: int) -> Writer:
    """The inverse of `cells.scaled`: millilitres as litres, seconds as hours, with as many digits as read back exactly."""

    def write(value: int) -> str:
        text = f"{Decimal(value) / factor:.9f}"
        return text.rstrip("0").rstrip(".")

    return write


def plain_text(text: str) -> str:
    """Text as the import takes it: line ends of one kind, nothing that cannot be printed."""
    lines = re.sub(r"\r\n?", "\n", text)
    return "".join(
        character for character in lines if character in "\n\t" or unicodedata.category(character) not in ("Cc", "Cs")
    )
