"""The dispatcher's desk: the week's board, planning it, publishing it, its map, links, sheets and the day."""

from __future__ import annotations

from web.dispatch import (
    collections,
    compare,
    day,
    day_live,
    donor_links,
    drafts,
    files,
    links,
    map_document,
    photos,
    planning,
    publishing,
    replans,
    sheets,
    urgent,
    week,
)
from web.dispatch.blueprint import dispatch

__all__ = [
    "collections",
    "compare",
    "day",
    "day_live",
    "dispatch",
    "donor_links",
    "drafts",
    "files",
    "links",
    "map_document",
    "photos",
    "planning",
    "publishing",
    "replans",
    "sheets",
    "urgent",
    "week",
]
