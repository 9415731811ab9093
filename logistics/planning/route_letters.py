"""The names of a day's routes: A to Z, then AA, AB, and so on."""

from __future__ import annotations

from collections.abc import Container
from itertools import count


def letter_of(index: int) -> str:
    """A to Z, then AA, AB, ...: the name of the day's n-th route (from 0)."""
    letters = ""
    index += 1
    while index:
        index, rest = divmod(index - 1, 26)
        letters = chr(ord("A") + rest) + letters
    return letters


def free_letter(taken: Container[str]) -> str:
    """The first name that no route of the day has."""
    return next(letter for letter in map(letter_of, count()) if letter not in taken)
