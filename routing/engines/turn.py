"""One engine's part of a whole allowance, told in the engine's own seconds and iterations."""

from collections.abc import Callable
from dataclasses import replace
from time import monotonic

from routing.engines.protocol import OnProgress, Progress, ShouldCancel, StopCriterion

FIRST_PLAN_S = 5.0
"""A first whole plan may take this long even where less was allowed: a stop left out for haste is a person unserved."""

LOOK_S = 0.1
"""How often a caller is asked whether to cancel."""


class Turn:
    """A stop criterion that ends when `share` of the whole allowance is spent, begun after so much of it."""

    def __init__(self, stop: StopCriterion, elapsed_s: float, iterations: int, share: float = 1.0) -> None:
        self._stop, self._elapsed_s, self._iterations = stop, elapsed_s, iterations
        self.seconds = None if stop.seconds is None else stop.seconds * share - elapsed_s
        self.iterations = None if stop.iterations is None else int(stop.iterations * share) - iterations
        self.spent = 0

    @property
    def over(self) -> bool:
        """Whether nothing is left of this turn."""
        short = self.seconds is not None and self.seconds <= 0
        done = self.iterations is not None and self.iterations <= 0
        return short or done or self._stop(self._elapsed_s, self._iterations)

    def __call__(self, elapsed_s: float, iterations: int, /) -> bool:
        self.spent = iterations
        if self.seconds is not None and elapsed_s >= self.seconds:
            return True
        if self.iterations is not None and iterations >= self.iterations:
            return True
        return self._stop(self._elapsed_s + elapsed_s, self._iterations + iterations)


class FirstPlan:
    """Lets a first plan be made whole: iterations do not end it, nor seconds before `FIRST_PLAN_S`."""

    iterations: int | None = None

    def __init__(self, stop: StopCriterion) -> None:
        self.seconds = None if stop.seconds is None else max(stop.seconds, FIRST_PLAN_S)

    def __call__(self, elapsed_s: float, iterations: int, /) -> bool:  # noqa: ARG002 - the protocol's shape
        return self.seconds is not None and elapsed_s >= self.seconds


def later(on_progress: OnProgress | None, elapsed_s: float, iterations: int) -> OnProgress | None:
    """Progress counted from the beginning of the whole, not of this turn."""
    return None if on_progress is None else _shifted(on_progress, elapsed_s, iterations)


def _shifted(tell: OnProgress, elapsed_s: float, iterations: int) -> Callable[[Progress], None]:
    def told(progress: Progress) -> None:
        tell(replace(progress, elapsed_s=progress.elapsed_s + elapsed_s, iterations=progress.iterations + iterations))

    return told


class Cancel:
    """A caller's `should_cancel` that may be asked at every step: it is passed on ten times a second. Once yes, always yes."""

    def __init__(self, should_cancel: ShouldCancel | None) -> None:
        self._should_cancel, self._asked_s, self._said = should_cancel, -LOOK_S, False

    def __call__(self) -> bool:
        now = monotonic()
        if self._should_cancel is not None and not self._said and now - self._asked_s >= LOOK_S:
            self._asked_s, self._said = now, self._should_cancel()
        return self._said
