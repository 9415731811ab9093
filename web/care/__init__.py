"""The pages of those who follow concerns up: support workers, the safeguarding lead, coordinators."""

from web.care import call_list, follow_ups, times  # noqa: F401 - importing them registers their pages
from web.care.blueprint import calls, care

__all__ = ["calls", "care"]
