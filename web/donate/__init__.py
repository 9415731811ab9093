"""The donor's pages: two minutes in a kitchen to say what there is, how much, when, and what is in it."""

from web.donate import slots  # noqa: F401 - importing it registers its pages
from web.donate.blueprint import donate

__all__ = ["donate"]
