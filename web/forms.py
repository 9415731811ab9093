"""A form as a person typed it: read field by field, all errors kept, shown again as it was typed.

A view reads with the typed readers, calls `check`, then the service. Both raise BadInput, and the view shows the page
again with `form.refused(error)`: the same words stand in the summary and beside the field.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date, time
from enum import StrEnum
from uuid import UUID

from flask import request

from logistics.domain.errors import BadInput
from logistics.domain.week import YEARS

PROBLEM = "There is a problem"


class Form:
    """What was typed (or is shown first), and what is wrong with it."""

    def __init__(self, typed: Mapping[str, list[str]], errors: Mapping[str, str] | None = None) -> None:
        self._typed = typed
        self.errors: dict[str, str] = dict(errors or {})
        self.problem = ""

    @classmethod
    def of_request(cls) -> Form:
        """What this request's body holds."""
        return cls({name: request.form.getlist(name) for name in request.form})

    @classmethod
    def showing(cls, **values: object) -> Form:
        """A first look: each value as a person would type it; sets and lists fill several boxes."""
        return cls({name: _as_typed(value) for name, value in values.items() if value is not None})

    def again(self) -> Form:
        """What was typed, with nothing said about it yet: for reading that must leave no error behind."""
        return Form(self._typed)

    def refused(self, error: BadInput) -> Form:
        """This form again with what is wrong; an error of no field stands in the summary alone."""
        self.errors.update(error.fields)
        self.problem = "" if error.fields else str(error)
        return self

    @property
    def is_refused(self) -> bool:
        """Whether a summary must be shown."""
        return bool(self.errors or self.problem)

    def value(self, name: str) -> str:
        """The text in a field, as typed; empty when there is none."""
        values = self._typed.get(name)
        return values[0] if values else ""

    def sent(self, name: str) -> bool:
        """Whether the field was there at all, if empty: what was not sent is not what somebody emptied."""
        return name in self._typed

    def values(self, name: str) -> list[str]:
        """Everything ticked under one name."""
        return list(self._typed.get(name, []))

    def has(self, name: str, word: str) -> bool:
        """Whether this choice is chosen."""
        return word in self._typed.get(name, [])

    def check(self) -> None:
        """Raises BadInput when any reader found something wrong."""
        if self.errors:
            raise BadInput(PROBLEM, dict(self.errors))

    def text(self, name: str, *, most: int, required: str = "") -> str:
        """One line or more, without blanks at its ends. `required` is what to say when it is empty."""
        value = "\n".join(" ".join(line.split()) for line in self.value(name).strip().splitlines())
        if not value and required:
            self.errors[name] = required
        if len(value) > most:
            self.errors[name] = f"Use {most} characters or fewer"
        if any(ord(letter) < 32 and letter != "\n" for letter in value):
            self.errors[name] = "Use letters, figures and marks only"
        return value

    def whole(self, name: str, *, low: int, high: int, what: str, empty: int | None = None) -> int:
        """A whole number within both ends. `what` begins the sentence: "Adults"."""
        value = self.value(name).strip().replace(",", "")
        if not value and empty is not None:
            return empty
        digits = value.removeprefix("-")
        if digits.isascii() and digits.isdecimal() and len(digits) < 10 and low <= int(value) <= high:
            return int(value)
        self.errors[name] = f"{what} must be a whole number from {low:,} to {high:,}"
        return low

    def day(self, name: str, *, required: str = "") -> date | None:
        """A date as browsers send it (2026-11-30) or as people type it (30/11/2026)."""
        value = self.value(name).strip()
        if not value:
            if required:
                self.errors[name] = required
            return None
        try:
            if value.count("/") == 2:
                on, month, year = (int(part) for part in value.split("/"))
                read = date(year, month, on)
            else:
                read = date.fromisoformat(value)
        except (ValueError, OverflowError):
            read = None
        if read is None or read.year not in YEARS:
            self.errors[name] = "Enter a real date, like 30/11/2026"
            return None
        return read

    def clock(self, name: str, *, required: str = "") -> time | None:
        """A wall time, 11:30."""
        value = self.value(name).strip().replace(".", ":")
        if not value:
            if required:
                self.errors[name] = required
            return None
        try:
            hour, minute = (int(part) for part in value.split(":")[:2])
            return time(hour, minute)
        except (ValueError, OverflowError):
            self.errors[name] = "Enter a time of day, like 11:30"
            return None

    def choice[Word: StrEnum](self, name: str, kind: type[Word], *, required: str = "") -> Word | None:
        """One of a closed list, or None when nothing is chosen."""
        value = self.value(name)
        if value in tuple(kind):
            return kind(value)
        if required or value:
            self.errors[name] = required or "Choose one of the list"
        return None

    def choices[Word: StrEnum](self, name: str, kind: type[Word]) -> frozenset[Word]:
        """Everything ticked of a closed list."""
        ticked = self.values(name)
        if any(word not in tuple(kind) for word in ticked):
            self.errors[name] = "Choose from the list"
        return frozenset(kind(word) for word in ticked if word in tuple(kind))

    def key(self, name: str, *, required: str = "") -> UUID | None:
        """The id of a thing chosen from a list."""
        value = self.value(name)
        if not value:
            if required:
                self.errors[name] = required
            return None
        try:
            return UUID(value)
        except ValueError:
            self.errors[name] = required or "Choose one of the list"
            return None

    def yes(self, name: str) -> bool:
        """Whether a single box is ticked, or a yes/no question answered with yes."""
        return self.value(name) in ("yes", "on", "true")


def _as_typed(value: object) -> list[str]:
    if isinstance(value, bool):
        return ["yes" if value else "no"]
    if isinstance(value, time):
        return [value.strftime("%H:%M")]
    if isinstance(value, str):
        return [str(value)]
    if isinstance(value, Iterable):
        return [str(part) for part in value]
    return [str(value)]
