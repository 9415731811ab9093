"""What a process keeps for the boards of the day: its open lines, and the days it remembers."""

from __future__ import annotations

from flask import Flask, current_app

from logistics.bootstrap import Services
from logistics.queries.day_marks import DayMarks, day_marks
from web.dispatch.day_watch import DayWatch, Place
from web.dispatch.kept_day import KeptDays
from web.security.boundary import BoundedApp


def init_day_lines(app: BoundedApp, services: Services) -> None:
    """Give the application its watch and its memory; the watch begins with the first board."""

    def read(place: Place) -> DayMarks:
        with services.database.reading(place.network_id) as session:
            return day_marks(session, place.day)

    watch = DayWatch(read, most=services.settings.live_boards)
    app.extensions["day_watch"], app.extensions["kept_days"] = watch, KeptDays()
    app.end_lines = watch.end


def day_watch(app: Flask | None = None) -> DayWatch:
    """This process's lines."""
    held = (app or current_app).extensions["day_watch"]
    assert isinstance(held, DayWatch)
    return held


def kept_days() -> KeptDays:
    """What this process remembers."""
    held = current_app.extensions["kept_days"]
    assert isinstance(held, KeptDays)
    return held
