"""The donor's pages: two minutes in a kitchen to say what there is, how much, when, and what is in it."""

from web.donate import about, calendar, labels, schedules, slots, weekly  # noqa: F401 - importing them registers their pages
from web.donate.blueprint import donate

__all__ = ["donate"]
