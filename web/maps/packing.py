"""A line in few characters: whole steps instead of pairs of long decimals."""

from __future__ import annotations

from collections.abc import Sequence


def packed_line(points: Sequence[tuple[float, float]]) -> list[int]:
    """A line as `roundsUnpackedLine` reads it: hundred-thousandths of degrees (a metre), each a step from the one before."""
    packed: list[int] = []
    before = (0, 0)
    for latitude, longitude in points:
        here = (round(latitude * 1e5), round(longitude * 1e5))
        if here != before:
            packed += (here[0] - before[0], here[1] - before[1])
            before = here
    return packed
