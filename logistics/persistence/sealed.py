"""Column types whose values are sealed before they reach the database: texts, sets of enum words, small numbers.

The keys belong to the engine (`hand_keys`), so a column has the same type whoever's keys open it. The database sees tokens: no
query can compare, sort or search such a column, and one that tries is refused here, before it would quietly find nothing.
"""

from __future__ import annotations

from collections.abc import Iterable
from enum import StrEnum
from typing import Any
from weakref import WeakKeyDictionary

from sqlalchemy import Dialect, Text, TypeDecorator
from sqlalchemy.sql import operators

from logistics.gateways.sealing import FieldKeys
from logistics.settings import Settings

_KEYS: WeakKeyDictionary[Dialect, FieldKeys] = WeakKeyDictionary()
_PIECE_LETTERS = 64
"""Short values are filled up to whole pieces: how long a token is must not tell a long list of allergies from none."""


def hand_keys(dialect: Dialect, keys: FieldKeys | None) -> None:
    """Give an engine, by its dialect, the keys of its sealed columns; none: those of this process's settings."""
    if keys is not None:
        _KEYS[dialect] = keys


def keys_of(dialect: Dialect) -> FieldKeys:
    """The keys that an engine was given, else those of this process's settings."""
    keys = _KEYS.get(dialect)
    if keys is None:
        keys = _KEYS[dialect] = FieldKeys.of(Settings.from_environment())
    return keys


def is_sealed(kind: object) -> bool:
    """Whether values of this column type are sealed."""
    return isinstance(kind, SealedText | SealedWords | SealedNumber)


class SealedComparison(TypeDecorator.Comparator[Any]):
    """What a query may ask of a sealed column: whether it is empty. All else would compare tokens."""

    def operate(self, op: Any, *other: Any, **kwargs: Any) -> Any:
        """Raises TypeError for whatever the database cannot answer."""
        if op not in (operators.eq, operators.ne, operators.is_, operators.is_not) or other[0] not in ("", None):
            raise TypeError("A sealed column can only be asked whether it is empty: read it, and compare in Python.")
        return super().operate(op, *other, **kwargs)


class SealedText(TypeDecorator[str]):
    """A text of at most so many letters. An empty one stays empty: it tells only that nothing was written."""

    impl = Text
    cache_ok = True
    comparator_factory = SealedComparison

    def __init__(self, most_letters: int) -> None:
        super().__init__()
        self.most_letters = most_letters

    def process_bind_param(self, value: str | None, dialect: Dialect) -> str | None:
        """Sealed. Raises ValueError for a text that is too long, which the database can no longer tell."""
        if not value:
            return value
        if len(value) > self.most_letters:
            raise ValueError(f"A text of {len(value)} letters is too long: {self.most_letters} fit.")
        return keys_of(dialect).seal(value)

    def process_result_value(self, value: str | None, dialect: Dialect) -> str | None:
        """The text again. Raises FieldKeyMissing."""
        return keys_of(dialect).unseal(value) if value else value


class SealedWords(TypeDecorator[frozenset[Any]]):
    """A set of words of a closed list. The empty set is sealed too: that somebody has no allergy is theirs to tell."""

    impl = Text
    cache_ok = True
    comparator_factory = SealedComparison

    def __init__(self, kind: type[StrEnum]) -> None:
        super().__init__()
        self.kind = kind

    def process_bind_param(self, value: Iterable[StrEnum] | None, dialect: Dialect) -> str | None:
        """Sealed. Raises ValueError for a word not of the list."""
        if value is None:
            return None
        return keys_of(dialect).seal(_filled("|".join(sorted(self.kind(word).value for word in value))))

    def process_result_value(self, value: str | None, dialect: Dialect) -> frozenset[Any] | None:
        """The set of enum members. Raises FieldKeyMissing."""
        if value is None:
            return None
        return frozenset(self.kind(word) for word in keys_of(dialect).unseal(value).rstrip().split("|") if word)


class SealedNumber(TypeDecorator[int]):
    """A whole number within bounds, or none, which is sealed too: the column itself is never NULL."""

    impl = Text
    cache_ok = True
    comparator_factory = SealedComparison

    def __init__(self, least: int, most: int) -> None:
        super().__init__()
        self.least = least
        self.most = most

    def process_bind_param(self, value: int | None, dialect: Dialect) -> str | None:
        """Sealed. Raises ValueError for a number out of bounds, which no CHECK can tell any more."""
        if value is not None and not self.least <= value <= self.most:
            raise ValueError(f"{value} is out of bounds: from {self.least} to {self.most}.")
        return keys_of(dialect).seal(_filled("" if value is None else str(value)))

    def process_result_value(self, value: str | None, dialect: Dialect) -> int | None:
        """The number; None also where an outer join found no row. Raises FieldKeyMissing."""
        if value is None:
            return None
        return int(text) if (text := keys_of(dialect).unseal(value).rstrip()) else None


def _filled(text: str) -> str:
    pieces = len(text) // _PIECE_LETTERS + 1
    return text.ljust(pieces * _PIECE_LETTERS)
