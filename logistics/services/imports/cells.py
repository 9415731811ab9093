"""How one cell becomes a value. Each parser takes tidied text and returns the value, or raises BadCell with what to do."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable
from datetime import date, time, timedelta
from enum import StrEnum
from typing import Any

from logistics.domain.errors import BadInput
from logistics.domain.weekdays import Weekday
from logistics.gateways.geocoding.postcode import AREAS, normalise_postcode
from logistics.services.imports import limits


class BadCell(ValueError):
    """A cell cannot be taken; the sentence says what to write instead."""


Parser = Callable[[str], Any]
_EXCEL_DAY_0 = date(1899, 12, 30)
_INVISIBLE = dict.fromkeys(map(ord, "\u200b\u200c\u200d\u2060\ufeff\u00ad"))


def tidy(cell: str) -> str:
    """Without surrounding space, invisible characters and no-break spaces; accents in one form (NFC)."""
    return unicodedata.normalize("NFC", cell.translate(_INVISIBLE).replace("\u00a0", " ")).strip()


def shown(text: str) -> str:
    """The cell's text for a message, cut short."""
    return f"“{text if len(text) <= 40 else text[:39] + '…'}”"


def words(maximum: int) -> Parser:
    """Free text of so many characters. What looks like a formula is text here, and stays text."""

    def parse(text: str) -> str:
        if len(text) > min(maximum, limits.CELL_CHARACTERS):
            raise BadCell(f"the text has {len(text)} characters. Shorten it to {min(maximum, limits.CELL_CHARACTERS)}.")
        if any(unicodedata.category(character) in ("Cc", "Cs") and character not in "\n\r\t" for character in text):
            raise BadCell("the text holds a character that cannot be printed. Type it again.")
        return text

    return parse


def code(maximum: int = 40) -> Parser:
    """A short name that other tables refer to: in capitals, without spaces inside."""

    def parse(text: str) -> str:
        value = str(words(maximum)("".join(text.split()))).upper()
        if not value.isprintable():
            raise BadCell(f"{shown(text)} is no reference. Use letters and digits.")
        return value

    return parse


def whole(low: int, high: int) -> Parser:
    """A whole number within both ends; `12.0` is one too."""

    def parse(text: str) -> int:
        match = re.fullmatch(r"([+-]?\d{1,12})(?:\.0+)?", text, re.ASCII)
        if match is None:
            raise BadCell(f"{shown(text)} is not a whole number. Write one from {low} to {high}.")
        if not low <= int(match[1]) <= high:
            raise BadCell(f"{shown(text)} is out of bounds. Write a number from {low} to {high}.")
        return int(match[1])

    return parse


def scaled(factor: int, high: int) -> Parser:
    """A number from 0 to `high`, decimals allowed, stored as whole parts: litres as millilitres, hours as seconds."""

    def parse(text: str) -> int:
        if re.fullmatch(r"\d{1,9}(\.\d{1,9})?", text, re.ASCII) is None or float(text) > high:
            raise BadCell(f"{shown(text)} is not a number from 0 to {high}. Write it like 12 or 7.5.")
        return round(float(text) * factor)

    return parse


_YES, _NO = frozenset({"yes", "y", "true", "1", "x"}), frozenset({"no", "n", "false", "0"})


def yes_no(text: str) -> bool:
    """Yes or no, as people write it."""
    word = text.casefold()
    if word in _YES or word in _NO:
        return word in _YES
    raise BadCell(f"{shown(text)} is neither yes nor no. Write yes or no.")


_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")


def day(text: str) -> date:
    """A date: 2026-11-30, 30/11/2026 (day first, as in Britain), 30 Nov 2026, or Excel's number of days."""
    parts: tuple[int, int, int] | None = None
    if match := re.fullmatch(r"(\d{4})[-/.](\d{1,2})[-/.](\d{1,2})(?:[ T]00:00(?::00)?)?", text, re.ASCII):
        parts = (int(match[1]), int(match[2]), int(match[3]))
    elif match := re.fullmatch(r"(\d{1,2})[-/.](\d{1,2})[-/.](\d{4})", text, re.ASCII):
        parts = (int(match[3]), int(match[2]), int(match[1]))
    elif match := re.fullmatch(r"(\d{1,2})[- ]([A-Za-z]{3,9})[- ,]+(\d{4})", text, re.ASCII):
        month = match[2][:3].lower()
        if month in _MONTHS:
            parts = (int(match[3]), _MONTHS.index(month) + 1, int(match[1]))
    elif re.fullmatch(r"[2-7]\d{4}(\.0+)?", text, re.ASCII):
        return _EXCEL_DAY_0 + timedelta(days=int(float(text)))
    if parts is None:
        raise BadCell(f"{shown(text)} is not a date. Write it like 2026-11-30.")
    try:
        value = date(*parts)
    except ValueError:
        raise BadCell(f"{shown(text)} is not in the calendar. Write year, month and day like 2026-11-30.") from None
    if not 1990 <= value.year <= 2200:
        raise BadCell(f"{shown(text)} has an unlikely year. Write the date like 2026-11-30.")
    return value


def clock_time(text: str) -> time:
    """A time of day: 09:30, 9:30, 9.30, 0930, 9:30 pm, 09:30:00, or Excel's part of a day (0.395833)."""
    pattern = r"(\d{1,2})(?:[:.]?(\d{2}))?(?::(\d{2})(?:\.0+)?)?\s*([ap]\.?m\.?)?"
    if re.fullmatch(r"0?\.\d+", text, re.ASCII):
        minutes = round(float(text) * 1440)
        return time(minutes // 60, minutes % 60) if minutes < 1440 else _no_time(text)
    match = re.fullmatch(pattern, text.lower(), re.ASCII)
    if match is None or (match[2] is None and match[4] is None):
        return _no_time(text)
    hour, minute, second, half = int(match[1]), int(match[2] or 0), int(match[3] or 0), (match[4] or "")[:1]
    if half:
        if not 1 <= hour <= 12:
            return _no_time(text)
        hour = hour % 12 + (12 if half == "p" else 0)
    if hour > 23 or minute > 59 or second > 59:
        return _no_time(text)
    return time(hour, minute, second)


def _no_time(text: str) -> time:
    raise BadCell(f"{shown(text)} is not a time of day. Write it like 09:30.")


def _word(text: str) -> str:
    return "_".join(text.casefold().replace("-", " ").replace("_", " ").split())


def one_of(kind: type[StrEnum], thing: str) -> Parser:
    """One word of a closed list, in any case, with spaces or hyphens for underscores, or its label."""
    known: dict[str, StrEnum] = {}
    for member in kind:
        known[_word(member.value)] = member
        known.setdefault(_word(str(getattr(member, "label", member.value))), member)

    def parse(text: str) -> StrEnum:
        member = known.get(_word(text))
        if member is None:
            choices = ", ".join(member.value for member in kind)
            raise BadCell(f"{shown(text)} is not {thing} that is known. Write one of: {choices}.")
        return member

    return parse


def several(kind: type[StrEnum], thing: str) -> Parser:
    """Words of a closed list separated by `|` (commas and semicolons are taken too); `none` for none of them.

    One unknown word refuses the cell: a need is never dropped.
    """
    single = one_of(kind, thing)

    def parse(text: str) -> frozenset[StrEnum]:
        parts = [part for part in re.split(r"[|;,]", text) if part.strip()]
        if [_word(part) for part in parts] == ["none"]:
            return frozenset()
        return frozenset(single(part.strip()) for part in parts)

    return parse


_DAY_NAMES = {
    **{member.value: member for member in Weekday},
    **{member.label.lower(): member for member in Weekday},
    "tues": Weekday.TUE,
    "weds": Weekday.WED,
    "thur": Weekday.THU,
    "thurs": Weekday.THU,
}


def weekdays(text: str) -> frozenset[Weekday]:
    """Days of the week separated by `|`."""
    found = set()
    for part in re.split(r"[|;,\s]+", text):
        name = part.strip().casefold()
        if name and name not in _DAY_NAMES:
            raise BadCell(f"{shown(part)} is not a day of the week. Write mon, tue, wed, thu, fri, sat or sun.")
        if name:
            found.add(_DAY_NAMES[name])
    if not found:
        raise BadCell("no day is named. Write mon, tue, wed, thu, fri, sat or sun, with | between several.")
    return frozenset(found)


def postcode(text: str) -> str:
    """A postcode in its usual form; one of no known area (ZZ99 3VZ, "no fixed abode") is kept and has no place."""
    try:
        return normalise_postcode(text)
    except BadInput as error:
        match = re.fullmatch(r"([A-Z]{1,2})(\d[A-Z\d]?)\s*(\d[A-Z]{2})", text.upper(), re.ASCII)
        if match is None or match[1] in AREAS:
            raise BadCell(str(error)) from None
        return f"{match[1]}{match[2]} {match[3]}"


def phone(text: str) -> str:
    """A phone number with British spacing: 07700 900123, 020 7946 0123; other countries as +33..."""
    bare = re.sub(r"[\s().\-/]", "", text).removeprefix("tel:")
    bare = re.sub(r"^(?:\+|00)440?|^44(?=\d{10}$)", "0", bare)
    if re.fullmatch(r"[1-9]\d{8,9}", bare, re.ASCII):
        bare = f"0{bare}"  # a spreadsheet took it for a number and dropped the 0
    if re.fullmatch(r"(?:\+|00)[1-9]\d{6,14}", bare, re.ASCII):
        return f"+{bare.removeprefix('+').removeprefix('00')}"
    if re.fullmatch(r"0[1-9]\d{8,9}", bare, re.ASCII) is None:
        raise BadCell(f"{shown(text)} is not a phone number. Write it like 07700 900123.")
    if bare.startswith("02"):
        return f"{bare[:3]} {bare[3:7]} {bare[7:]}"
    return f"{bare[:5]} {bare[5:]}"
