"""The short references of people (H0042, V007): the next free one for somebody new."""

from __future__ import annotations

import re
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session


def next_reference(session: Session, column: Any, letter: str, *, digits: int) -> str:
    """One above the highest reference of that letter in the session's network."""
    pattern = re.compile(rf"{letter}(\d+)")
    numbers = (
        int(match[1])
        for ref in session.scalars(select(column).where(column.startswith(letter)))
        if (match := pattern.fullmatch(ref))
    )
    return f"{letter}{max(numbers, default=0) + 1:0{digits}d}"
