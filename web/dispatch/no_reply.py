"""Doors where nobody answered, on the day's board: what must happen at each, by when, and what the desk has done."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from typing import Any

from flask import redirect, url_for
from flask.typing import ResponseReturnValue

from logistics.domain.authority import Permission
from logistics.domain.no_reply import DoorLadder, DoorStep
from logistics.queries.day_board import DayView
from logistics.queries.door_ladders import day_of_stop, door_ladders
from logistics.queries.plan_rows import StopRow
from logistics.services.door_steps import take_door_step
from web.context import actor, db, now
from web.dispatch.blueprint import dispatch
from web.forms import Form
from web.security.access import allow


@dataclass(frozen=True, slots=True, kw_only=True)
class SilentDoor:
    """A door where nobody answered, with its ladder."""

    stop: StopRow
    letter: str
    driver: str
    ladder: DoorLadder


def silent_doors(view: DayView) -> tuple[SilentDoor, ...]:
    """Those of the day, what is settled last, else the longest closed first."""
    doors = {door.stop.id: (entry, door) for entry in view.routes for door in entry.doors if door.is_no_reply}
    ladders = door_ladders(db(), list(doors), now=now())
    found = (
        SilentDoor(
            stop=doors[stop_id][1].stop,
            letter=doors[stop_id][0].route.letter,
            driver=doors[stop_id][0].route.driver,
            ladder=ladder,
        )
        for stop_id, ladder in ladders.items()
    )
    return tuple(sorted(found, key=lambda door: (door.ladder.is_settled, door.ladder.closed_at[0])))


def ladders_shown(view: DayView) -> dict[str, Any]:
    """What the board's template needs of them."""
    return {"closed": silent_doors(view), "steps": tuple(DoorStep)}


@dispatch.post("/no-reply/<uuid:stop_id>")
@allow(Permission.RUN_DAY)
def take_step(stop_id: uuid.UUID) -> ResponseReturnValue:
    """The desk did something about a door where nobody answered."""
    form = Form.of_request()
    step = form.choice("step", DoorStep, required="Choose what you did")
    form.check()
    assert step is not None
    take_door_step(db(), actor(), stop_id, step, now=now())
    day = day_of_stop(db(), stop_id)
    return redirect(url_for("dispatch.day", day=day.isoformat(), _anchor="no-reply"), 303)
