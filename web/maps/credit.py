"""Whom a map credits, as markup with the one link that OpenStreetMap asks for."""

from __future__ import annotations

from collections.abc import Iterable
from html import escape

from web.maps.ground import Ground

_LICENCE = (
    '<a href="https://www.openstreetmap.org/copyright" target="_blank" rel="noopener noreferrer">OpenStreetMap</a>'
)


def credit_html(text: str) -> str:
    """A credit as HTML, escaped; OpenStreetMap's name links its licence."""
    return escape(text.rstrip(".")).replace("OpenStreetMap", _LICENCE, 1)


def credits_with(ground: Ground, others: Iterable[str]) -> tuple[str, ...]:
    """The lines along a map's foot: those of the plan, and that of the streets below where they are drawn.

    Where the streets' own credit names OpenStreetMap with its date, a second one for the same data only hides the map.
    """
    if ground.streets is None:
        return tuple(others)
    return (*(line for line in others if "© OpenStreetMap" not in line), ground.credit)
