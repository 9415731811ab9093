"""What the product asks of a geocoder, and what a geocoder asks of the database."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

from logistics.domain.errors import FoodRoundsError
from logistics.domain.placing import Placement

__all__ = ["AddressServiceDown", "CachedAnswer", "GeocodeCache", "Geocoder", "Pins", "Placement", "PostcodesDamaged"]


class AddressServiceDown(FoodRoundsError):
    """The address service gave no usable answer. The sentence says what happened and what to do; no place was changed.

    `retry_after_s`: how long the service asks to be left alone, where it said so.
    """

    def __init__(self, message: str, *, retry_after_s: float | None = None) -> None:
        super().__init__(message)
        self.retry_after_s = retry_after_s


class PostcodesDamaged(FoodRoundsError):
    """A postcode file on this machine cannot be read. Never taken for "not known": that would unplace people."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CachedAnswer:
    """What a provider answered once. `placement` is None for a miss: it was asked and did not know."""

    placement: Placement | None


class Geocoder(Protocol):
    """Finds the place of an address."""

    def place(self, address: str, postcode: str) -> Placement | None:
        """The place, or None when nobody knows it: the household is kept and listed as "not placed".

        Raises BadInput when the postcode is not one, with a sentence for the person who typed it, and AddressServiceDown
        where an address service is asked and does not answer as it should; that is never taken for "not known".
        """
        ...


class GeocodeCache(Protocol):
    """Answers kept across runs, misses too. Kept by provider, so that new data does not inherit old misses."""

    def get(self, provider: str, query: str) -> CachedAnswer | None:
        """What the provider answered to this query, or None when it was never asked."""
        ...

    def put(self, provider: str, query: str, placement: Placement | None) -> None:
        """Keep an answer; None keeps the miss. Putting the same query again replaces the answer."""
        ...


class Pins(Protocol):
    """The places that a coordinator set by hand; they outlive every import."""

    def pin_for(self, address: str, postcode: str) -> Placement | None:
        """The pin on this address, or None. The postcode is normalised, the address as it was written."""
        ...
