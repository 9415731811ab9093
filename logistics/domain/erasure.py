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
    """Strikes a person's values and reference out of texts and of what JSON holds; all else stays as it is.

    What people type chooses the values, so no value may touch a word of the program: names of fields are never changed, a leaf
    without a space (a word of a closed list, a time, an id) only where it is the very reference, and a value of one word
    only as it is written, with its capital.
    """

    def __init__(self, values: Iterable[str], *, ref: str, new_ref: str, gone: str = "(erased)") -> None:
        self._ref, self._new_ref, self._gone = ref, new_ref, gone
        wanted = {value.strip() for value in values if len(value.strip()) >= SHORTEST_STRUCK}
        several = {value for value in wanted if re.search(r"[\s\d@]", value)}
        single = {value for value in wanted - several if value[0].isupper()}
        # A reference of digits alone would be found in any number or time of day.
        named = {ref} if len(ref) >= SHORTEST_STRUCK and re.search(r"[^\W\d]", ref) else set[str]()
        self._patterns = (_whole_words(several | named, re.IGNORECASE), _whole_words(single, re.NOFLAG))

    def text(self, text: str) -> str:
        """The text with each value replaced."""
        for pattern in self._patterns:
            if pattern is not None:
                text = pattern.sub(self._instead, text)
        return text

    def of(self, held: Any) -> Any:
        """The same shape: objects and lists keep their length, names of fields and numbers their value."""
        if isinstance(held, str):
            if re.search(r"\s", held):
                return self.text(held)
            return self._new_ref if held == self._ref else held
        if isinstance(held, Mapping):
            return {key: self.of(value) for key, value in held.items()}
        if isinstance(held, Iterable):
            return [self.of(value) for value in held]
        return held

    def _instead(self, found: re.Match[str]) -> str:
        return self._new_ref if found[0].casefold() == self._ref.casefold() else self._gone


def _whole_words(values: set[str], flags: re.RegexFlag) -> re.Pattern[str] | None:
    """The longest first: an address before the street in it. Whole words: H0001 is not in H00012."""
    words = "|".join(re.escape(value) for value in sorted(values, key=lambda value: (-len(value), value)))
    return re.compile(rf"(?<!\w)(?:{words})(?!\w)", flags) if words else None
