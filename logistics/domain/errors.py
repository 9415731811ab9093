"""The errors the product raises. Each message tells a coordinator what to do next; HTTP codes are given in `web/errors.py`."""

from __future__ import annotations


class FoodRoundsError(Exception):
    """The root of every error that a person may be shown."""


class NotFound(FoodRoundsError):
    """The thing asked for is not there, or not for this person to know of."""


class Conflict(FoodRoundsError):
    """Somebody else changed it first: load it again and repeat the change."""


class RuleBroken(FoodRoundsError):
    """The rules of the food, of the week or of the law do not allow it."""


class Forbidden(FoodRoundsError):
    """This role may not do that here."""


class BadInput(FoodRoundsError):
    """One or more fields cannot be taken as they are.

    `fields` maps a field's name to the sentence shown beside it; the summary shows the same words.
    """

    def __init__(self, message: str, fields: dict[str, str] | None = None) -> None:
        super().__init__(message)
        self.fields: dict[str, str] = fields or {}


class IllegalTransition(RuleBroken):
    """A state cannot become that other state. The sentence names both."""

    def __init__(self, thing: str, current: str, wanted: str, allowed: tuple[str, ...]) -> None:
        can = " or ".join(allowed) if allowed else "nothing else: it is final"
        super().__init__(f"This {thing} is {current}: it cannot become {wanted}. From here it can become {can}.")
        self.thing = thing
        self.current = current
        self.wanted = wanted
