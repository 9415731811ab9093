"""Cells about who eats in a household and what goes with its parcels, each with its way back."""

from __future__ import annotations

import re
from collections.abc import Mapping

from logistics.domain.household import MOST_DETAIL_LETTERS, MOST_OF_A_BAND, AgeBand, Extra
from logistics.services.imports import cells
from logistics.services.imports.cells import BadCell
from logistics.services.imports.written import plain_text

_PART = re.compile(r"(?:[^\\|]|\\.)+", re.DOTALL)
"""One part of a list whose words may hold `|`, written `\\|` there, and a backslash, written twice."""


def ages(text: str) -> Mapping[AgeBand, int]:
    """`band:people` separated by `|`, each band once; `none` for none known."""
    if text.casefold() == "none":
        return {}
    band_of, people_of = cells.one_of(AgeBand, "an age"), cells.whole(1, MOST_OF_A_BAND)
    found: dict[AgeBand, int] = {}
    for part in filter(None, (part.strip() for part in text.split("|"))):
        word, colon, people = part.partition(":")
        if not colon:
            raise BadCell(f"{cells.shown(part)} says not how many. Write it like 18-64:2.")
        band = band_of(word.strip())
        if band in found:
            raise BadCell(f"{cells.shown(word)} is there twice. Add the two up.")
        found[band] = people_of(people.strip())
    return found


def write_ages(value: Mapping[AgeBand, int]) -> str:
    """The inverse of `ages`; an empty cell where no age is known."""
    return "|".join(f"{band.value}:{value[band]}" for band in AgeBand if value.get(band))


def extras(text: str) -> Mapping[Extra, str]:
    r"""`extra:words` or `extra`, separated by `|`, each once; `none` for none. A `|` within the words is written `\|`."""
    if text.casefold() == "none":
        return {}
    kind_of, words_of = cells.one_of(Extra, "an extra"), cells.words(MOST_DETAIL_LETTERS)
    found: dict[Extra, str] = {}
    for part in _PART.findall(text):
        word, _, detail = part.partition(":")
        if not part.strip():
            continue
        kind = kind_of(word.strip())
        if kind in found:
            raise BadCell(f"{cells.shown(word)} is there twice. Put the words together.")
        found[kind] = words_of(re.sub(r"\\(.)", r"\1", detail, flags=re.DOTALL).strip())
        if not found[kind] and kind.needs_detail():
            raise BadCell(f"{cells.shown(word)} has no words. {kind.needs_detail()}, like {kind.value}:4.")
    return found


def write_extras(value: Mapping[Extra, str]) -> str:
    """The inverse of `extras`; an empty cell where there are none."""
    return "|".join(_extra(kind, plain_text(value[kind])) for kind in Extra if kind in value)


def _extra(kind: Extra, detail: str) -> str:
    escaped = re.sub(r"([\\|])", r"\\\1", detail)
    return f"{kind.value}:{escaped}" if detail else kind.value
