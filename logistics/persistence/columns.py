"""Column types: instants that refuse to be naive, enums stored by value with a CHECK, and sets of enum words.

Those that are sealed are in `logistics.persistence.sealed`.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import DateTime, Dialect, Enum, String, TypeDecorator


class UtcDateTime(TypeDecorator[datetime]):
    """An instant, stored in UTC. A naive value is refused: nobody knows which hour it means."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """To UTC; SQLite keeps no zone, so it is dropped there after the conversion."""
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("An instant needs a time zone: a naive datetime cannot be stored.")
        instant = value.astimezone(UTC)
        return instant.replace(tzinfo=None) if dialect.name == "sqlite" else instant

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Always aware, in UTC."""
        del dialect
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


def words_of(kind: type[StrEnum]) -> Enum:
    """A column of one word of a closed list: stored by value, checked by the database."""
    return Enum(
        kind,
        values_callable=lambda members: [member.value for member in members],
        native_enum=False,
        create_constraint=True,
        validate_strings=True,
        length=32,
        name=f"{kind.__name__.lower()}_word",
    )


class WordSet(TypeDecorator[frozenset[Any]]):
    """A set of words of a closed list, stored sorted and separated by `|` (as the spreadsheets hold it)."""

    impl = String(200)
    cache_ok = True

    def __init__(self, kind: type[StrEnum]) -> None:
        super().__init__()
        self.kind = kind
        self.length = self.impl_instance.length  # type: ignore[attr-defined]  # the implementation is a String

    def process_bind_param(self, value: Iterable[StrEnum] | None, dialect: Dialect) -> str | None:
        """Sorted, so that the same set is the same text. Raises ValueError for a word not of the list."""
        del dialect
        if value is None:
            return None
        return "|".join(sorted(self.kind(word).value for word in value))

    def process_result_value(self, value: str | None, dialect: Dialect) -> frozenset[Any] | None:
        """The set of enum members."""
        del dialect
        if value is None:
            return None
        return frozenset(self.kind(word) for word in value.split("|") if word)
