"""Coordinates as people type or paste them."""

from __future__ import annotations

import re

from logistics.domain.errors import BadInput

PROBLEM = "There is a problem"
_NUMBER = re.compile(r"[+-]?\d{1,3}(?:\.\d{1,15})?")
_EXAMPLE = "like 51.49752"
# Great Britain, Northern Ireland and the islands: only used to notice two numbers in the wrong order.
_ISLES = (49.0, 61.5, -9.0, 2.5)


def read_coordinates(latitude: str, longitude: str) -> tuple[float, float]:
    """Latitude and longitude in degrees. Both may stand in the first field, as maps give them to copy: `51.5, -0.06`.

    Raises BadInput with the fields `latitude` and `longitude`, each with what to type.
    """
    first, second = _tidy(latitude), _tidy(longitude)
    if not second and (pair := re.fullmatch(r"(\S+?)\s*[,;\s]\s*(\S+)", first)):
        first, second = pair[1], pair[2]
    errors: dict[str, str] = {}
    north = _degrees(first, 90, "latitude", errors)
    east = _degrees(second, 180, "longitude", errors)
    if errors:
        raise BadInput(PROBLEM, errors)
    if not _in_the_isles(north, east) and _in_the_isles(east, north):
        raise BadInput(PROBLEM, {"latitude": f"Latitude comes first: did you mean {east:g} and {north:g}?"})
    return north, east


def _degrees(text: str, most: int, field: str, errors: dict[str, str]) -> float:
    if not text:
        errors[field] = f"Enter the {field} in degrees, {_EXAMPLE if field == 'latitude' else 'like -0.05631'}"
    elif not _NUMBER.fullmatch(text) or not text.isascii():
        errors[field] = f"The {field} must be a number in degrees, with a point: {_EXAMPLE[5:]}"
    elif abs(float(text)) > most:
        errors[field] = f"The {field} must be from -{most} to {most}"
    else:
        return float(text)
    return 0.0


def _tidy(text: str) -> str:
    """Without the brackets, degree signs and typographic minus that maps and phones add."""
    return re.sub(r"[()°]", "", text.replace("\u2212", "-").replace("\u2013", "-")).strip()


def _in_the_isles(north: float, east: float) -> bool:
    south_end, north_end, west_end, east_end = _ISLES
    return south_end <= north <= north_end and west_end <= east <= east_end
