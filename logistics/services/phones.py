"""Phone numbers as they are kept: one spacing, so that the end of a number finds it."""

from __future__ import annotations

from logistics.services.imports.cells import BadCell
from logistics.services.imports.cells import phone as read_phone


def tidy_phone(typed: str, errors: dict[str, str], *, field: str = "phone") -> str:
    """The number with British spacing, or empty; what is wrong with it goes into `errors`."""
    if not typed.strip():
        return ""
    try:
        return read_phone(typed)
    except BadCell:
        errors[field] = "Enter a phone number, like 07700 900123"
        return ""
