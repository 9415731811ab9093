"""What happens to a known place when an address is told again: it never moves without somebody being asked.

Two rules. The same address keeps its place, whatever newer data says. Another address takes the place that belongs to it,
since food must not go to where somebody used to live. Wherever two places are possible, the one that is not in force is
kept beside it as a question, until a coordinator has answered.
"""

from __future__ import annotations

import math
import re
from dataclasses import dataclass
from enum import StrEnum

from logistics.domain.vocabulary import GeocodePrecision

ASKS_FROM_M = 100.0
"""Each edition of the postcode files shifts most points by a few metres; nobody is asked about those."""
SAME_PLACE_M = 1.0
_EARTH_RADIUS_M = 6_371_008.8


@dataclass(frozen=True, slots=True, kw_only=True)
class Placement:
    """A point (degrees, WGS84), who says so, and how well it is known."""

    latitude: float
    longitude: float
    source: str
    precision: GeocodePrecision

    @property
    def is_pin(self) -> bool:
        """Whether a person put it there."""
        return self.precision is GeocodePrecision.MANUAL


class PlaceDoubt(StrEnum):
    """Why somebody is asked about a place."""

    ADDRESS_CHANGED = "address_changed"
    """The address is another one. The place belongs to the new address; the former one is beside it."""
    PIN_KEPT = "pin_kept"
    """The address was written differently within its postcode. The exact place stayed; what the data says is beside it."""
    NEWER_DATA = "newer_data"
    """The address is the same, and the data now says another place. The place stayed; the data's is beside it."""


class PlaceAnswer(StrEnum):
    """What somebody answers: the place in force is right, or the other one is."""

    KEEP = "keep"
    MOVE = "move"


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """The place in force (None: nobody knows it), and the question that is left: why, and the other place if any."""

    place: Placement | None
    doubt: PlaceDoubt | None = None
    other: Placement | None = None


def replace_place(
    held: Placement | None, found: Placement | None, *, same_address: bool, same_postcode: bool
) -> Outcome:
    """The place of a site whose address was told again. `held` is its place so far, `found` what is known of the new one.

    `same_address` means address and postcode; `same_postcode` that both are given and equal.
    """
    if held is None:
        return Outcome(place=found)
    if found is not None and metres_between(held, found) <= SAME_PLACE_M:
        return Outcome(place=held if same_address or held.is_pin else found)
    if same_address:
        return _same_address(held, found)
    if same_postcode and not (found is not None and found.is_pin):
        if held.precision is GeocodePrecision.POSTCODE:
            return _same_address(held, found)
        return Outcome(place=held, doubt=PlaceDoubt.PIN_KEPT, other=found)
    return Outcome(place=found, doubt=PlaceDoubt.ADDRESS_CHANGED, other=held)


def _same_address(held: Placement, found: Placement | None) -> Outcome:
    if found is None or held.is_pin or metres_between(held, found) < ASKS_FROM_M:
        return Outcome(place=held)
    return Outcome(place=held, doubt=PlaceDoubt.NEWER_DATA, other=found)


def answered(doubt: PlaceDoubt, answer: PlaceAnswer, *, held: Placement | None, other: Placement | None) -> Placement:
    """The place after an answer. Raises ValueError for a place that is not there to be chosen.

    What a person has decided against the data is a pin from then on, so that the same question is never asked twice.
    """
    chosen = held if answer is PlaceAnswer.KEEP else other
    if chosen is None:
        raise ValueError("there is no such place to choose")
    against_data = (doubt is PlaceDoubt.ADDRESS_CHANGED) == (answer is PlaceAnswer.MOVE)
    return pinned(chosen.latitude, chosen.longitude) if against_data else chosen


def pinned(latitude: float, longitude: float) -> Placement:
    """A place that a person says."""
    return Placement(latitude=latitude, longitude=longitude, source="by-hand", precision=GeocodePrecision.MANUAL)


def metres_between(here: Placement, there: Placement) -> float:
    """Great-circle distance; good to 0.5%, which is enough to ask by."""
    north, other_north = math.radians(here.latitude), math.radians(there.latitude)
    east = math.radians(there.longitude - here.longitude)
    across = (
        math.sin((other_north - north) / 2) ** 2 + math.cos(north) * math.cos(other_north) * math.sin(east / 2) ** 2
    )
    return 2 * _EARTH_RADIUS_M * math.asin(math.sqrt(min(1.0, across)))


def address_key(address: str) -> str:
    """Two ways of writing one address have the same key: `Flat 17, Cedar Court` and `FLAT 17 CEDAR COURT`."""
    return " ".join(re.findall(r"\w+", address.casefold()))
