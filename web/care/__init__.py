"""The pages of those who follow concerns up: support workers, the safeguarding lead, coordinators."""

from web.care import follow_ups  # noqa: F401 - importing it registers its pages
from web.care.blueprint import care

__all__ = ["care"]
