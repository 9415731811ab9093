"""Asking for food: a referrer for the households they know, a household for itself."""

from web.request import agreed, asking, changes, entitlement, households, own_form, queue  # noqa: F401 - importing them registers their pages
from web.request.blueprint import requests

__all__ = ["requests"]
