"""Erasing a person: who can be, why, and striking values out of texts and documents."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from enum import StrEnum
from typing import Any

from logistics.domain.data_register import Whose

SHORTEST_STRUCK = 4
"""Letters of the shortest value but a reference that is struck out of other texts: a shorter one would hit words that are nobody's."""


class PersonKind(StrEnum):
    """Who can ask for what is kept of them, and to be erased."""

    HOUSEHOLD = "household"
    VOLUNTEER = "volunteer"

    @property
    def whose(self) -> Whose:
        """The register's word for them."""
        return Whose(self.value)

    @property
    def table(self) -> str:
        """The table that they are a row of."""
        return f"{self.value}s"


class ErasureReason(StrEnum):
    """Why somebody was erased."""

    ASKED = "asked"
    WITHDREW = "withdrew"
    NOT_NEEDED = "not_needed"
    UNLAWFUL = "unlawful"
    RETENTION = "retention"
    REPLAYED = "replayed"

    @property
    def words(self) -> str:
        """As people read it."""
        return {
            "asked": "They asked for it",
            "withdrew": "They withdrew what they had agreed to",
            "not_needed": "We do not need it any more",
            "unlawful": "We should not have had it",
            "retention": "The keeping time was over",
            "replayed": "Erased before the backup that was restored",
        }[self.value]


BY_HAND = (ErasureReason.ASKED, ErasureReason.WITHDREW, ErasureReason.NOT_NEEDED, ErasureReason.UNLAWFUL)
"""The reasons that a person can give."""


class Striker:
    """Strikes a person's values out of texts and of what JSON holds; numbers, ids and all else stay as they are."""

    def __init__(self, values: Mapping[str, str]) -> None:
        wanted = {old: new for old, new in values.items() if old.strip()}
        self._new = {old.casefold(): new for old, new in wanted.items()}
        # The longest first: an address before the street in it. Whole words: H0001 is not in H00012.
        words = "|".join(re.escape(old) for old in sorted(wanted, key=len, reverse=True))
        self._pattern = re.compile(rf"(?<!\w)(?:{words})(?!\w)", re.IGNORECASE) if words else None

    def text(self, text: str) -> str:
        """The text with each value replaced."""
        if self._pattern is None:
            return text
        return self._pattern.sub(lambda found: self._new[found[0].casefold()], text)

    def of(self, held: Any) -> Any:
        """The same shape: objects and lists keep their length, numbers their value."""
        if isinstance(held, str):
            return self.text(held)
        if isinstance(held, Mapping):
            return {self.text(str(key)): self.of(value) for key, value in held.items()}
        if isinstance(held, Iterable):
            return [self.of(value) for value in held]
        return held
