"""The driver's page: opened by a link from a message, on a phone, in the rain, with nothing to install."""

from web.drive import kept, opening, photos, route, turns  # noqa: F401 - importing them registers their pages
from web.drive.blueprint import drive

__all__ = ["drive"]
