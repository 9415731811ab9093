"""Reading one object of a JSON document field by field: every error names the field as `jobs[2].time_windows[0]`.

Fields that nobody asks for are remembered, so that a mistyped name is told and not passed over.
"""

from collections.abc import Iterator
from typing import Any

from routing.errors import ProblemError
from routing.problem import Window

MOST = 2**53
"""The largest whole number that every JSON reader keeps exactly."""


class Fields:
    """One object of the document, at `path`. Every reader raises ProblemError naming the field."""

    def __init__(self, value: object, path: str) -> None:
        if not isinstance(value, dict):
            raise ProblemError(path or "document", "must be an object")
        self.value: dict[str, Any] = value
        self.path = path
        self.read: set[str] = set()

    def at(self, key: str) -> str:
        """The path of a field."""
        return f"{self.path}.{key}" if self.path else key

    def has(self, key: str) -> bool:
        """Whether the field is there and not null."""
        self.read.add(key)
        return self.value.get(key) is not None

    def need(self, key: str) -> Any:
        """The field's value as it is."""
        if not self.has(key):
            raise ProblemError(self.at(key), "is missing")
        return self.value[key]

    def whole(self, key: str, default: int | None = None, *, most: int = MOST, least: int = 0) -> int:
        """A whole number; the default where the field is absent (None: it must be there)."""
        if default is not None and not self.has(key):
            return default
        return whole(self.need(key), self.at(key), most=most, least=least)

    def maybe(self, key: str, *, most: int = MOST) -> int | None:
        """A whole number or None."""
        return self.whole(key, most=most) if self.has(key) else None

    def number(self, key: str, default: float, *, most: float) -> float:
        """A number above 0."""
        found = self.value[key] if self.has(key) else default
        if isinstance(found, bool) or not isinstance(found, int | float) or not 0 < found <= most:
            raise ProblemError(self.at(key), f"must be a number above 0 and at most {most}")
        return float(found)

    def text(self, key: str, default: str | None = None) -> str | None:
        """A text."""
        if not self.has(key):
            return default
        if not isinstance(self.value[key], str):
            raise ProblemError(self.at(key), "must be a text")
        return str(self.value[key])

    def flag(self, key: str) -> bool:
        """True or false; false where absent."""
        if self.has(key) and not isinstance(self.value[key], bool):
            raise ProblemError(self.at(key), "must be true or false")
        return bool(self.value.get(key))

    def elements(self, key: str) -> list[tuple[Any, str]]:
        """The elements with their paths; none where absent."""
        if not self.has(key):
            return []
        if not isinstance(self.value[key], list):
            raise ProblemError(self.at(key), "must be a list")
        return [(item, f"{self.at(key)}[{number}]") for number, item in enumerate(self.value[key])]

    def objects(self, key: str) -> "Iterator[Fields]":
        """The elements, each an object."""
        return (Fields(item, path) for item, path in self.elements(key))

    def inner(self, key: str) -> "Fields":
        """The object of that field; an empty one where absent."""
        return Fields(self.value[key] if self.has(key) else {}, self.at(key))

    def wholes(self, key: str, *, most: int = MOST) -> tuple[int, ...] | None:
        """A list of whole numbers, None where absent."""
        if not self.has(key):
            return None
        return tuple(whole(item, path, most=most) for item, path in self.elements(key))

    def names(self, key: str) -> frozenset[str]:
        """Whole numbers as names: skills, ids of vehicles."""
        return frozenset(str(number) for number in self.wholes(key) or ())

    def windows(self, key: str) -> tuple[Window, ...]:
        """Windows in order, none touching the next."""
        found: list[Window] = []
        for item, path in self.elements(key):
            found.append(window(item, path))
            if len(found) > 1 and found[-1].start_s <= found[-2].end_s:
                raise ProblemError(path, f"begins ({found[-1].start_s}) before the window before it is over")
        if self.has(key) and not found:
            raise ProblemError(self.at(key), "holds no window; leave it out where any time will do")
        return tuple(found)

    def place(self, key: str) -> tuple[float, float] | None:
        """[longitude, latitude] as latitude and longitude, None where absent."""
        if not self.has(key):
            return None
        found = self.value[key]
        numbers = isinstance(found, list) and len(found) == 2
        if not numbers or any(isinstance(part, bool) or not isinstance(part, int | float) for part in found):
            raise ProblemError(self.at(key), "must be [longitude, latitude]")
        if not (-180 <= found[0] <= 180 and -90 <= found[1] <= 90):
            raise ProblemError(self.at(key), f"{found} is no place on earth; the order is [longitude, latitude]")
        return float(found[1]), float(found[0])

    def ignored(self) -> list[str]:
        """The fields that nobody read."""
        return [self.at(key) for key in self.value if key not in self.read]


def whole(value: object, path: str, *, most: int = MOST, least: int = 0) -> int:
    """The value, which must be a whole number in range. Raises ProblemError."""
    if type(value) is not int or not least <= value <= most:
        raise ProblemError(path, f"is {str(value)[:40]!r}; it must be a whole number from {least} to {most}")
    return value


def window(value: object, path: str) -> Window:
    """[start, end] in seconds. Raises ProblemError."""
    if not isinstance(value, list) or len(value) != 2:
        raise ProblemError(path, "must be [start, end] in seconds")
    found = Window(whole(value[0], f"{path}[0]"), whole(value[1], f"{path}[1]"))
    if found.end_s < found.start_s:
        raise ProblemError(path, f"ends ({found.end_s}) before it starts ({found.start_s})")
    return found
