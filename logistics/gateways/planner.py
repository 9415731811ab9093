"""What the pages ask of whatever runs solves. The jobs implement it; the pages and the services know only this."""

from __future__ import annotations

import uuid
from typing import Protocol


class Planner(Protocol):
    """Runs solve runs somewhere else. The SolveRun row is committed before its id is handed over."""

    def submit(self, run_id: uuid.UUID, *, urgent: bool = False) -> None:
        """Have this run solved; an urgent one waits for no other. Submitting the same run again does nothing."""
        ...

    def cancel(self, run_id: uuid.UUID) -> None:
        """Stop looking for better routes; the best plan found so far is kept."""
        ...
