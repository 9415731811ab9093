"""Reading back what a map's document draws: the points of its lines and marks, and the words of its labels."""

from __future__ import annotations

import json
import re
from itertools import accumulate
from typing import Any


def marks_in(html: str) -> list[list[Any]]:
    """Every mark: latitude, longitude, text, style, width, place in the stack, lines of its label, links."""
    return [mark for found in re.findall(r"roundsMarks\(\w+, (\[.*\])\);", html) for mark in json.loads(found)]


def lines_in(html: str) -> list[list[tuple[float, float]]]:
    """The points of every line."""
    return [unpacked(json.loads(found)) for found in re.findall(r"roundsLine\(\w+, (\[.*?\]), ", html)]


def unpacked(flat: list[int]) -> list[tuple[float, float]]:
    """A packed line as points."""
    return [(lat / 1e5, lon / 1e5) for lat, lon in zip(accumulate(flat[::2]), accumulate(flat[1::2]), strict=True)]


def places_in(html: str) -> set[tuple[float, float]]:
    """Every point that the document draws, to some ten metres."""
    points = [(mark[0], mark[1]) for mark in marks_in(html)] + [point for line in lines_in(html) for point in line]
    return {(round(latitude, 4), round(longitude, 4)) for latitude, longitude in points}
