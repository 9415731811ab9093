"""Keep a network's table of slow hours: what it says, planning and checking go by from then on."""

from __future__ import annotations

import csv
import uuid
from collections.abc import Iterable
from datetime import datetime
from pathlib import Path

from sqlalchemy.orm import Session

from logistics.domain.authority import Actor, Permission
from logistics.domain.errors import BadInput
from logistics.domain.rules import PlanningRules
from logistics.domain.slow_hours import SlowHours
from logistics.persistence.tables import Network
from logistics.services import audit

COLUMNS = ("days", "from", "to", "vehicles", "percent")
MOST_ROWS = 200


def slow_hours_of(session: Session, network_id: uuid.UUID) -> tuple[SlowHours, ...]:
    """The table as it stands."""
    return PlanningRules.from_settings(session.get_one(Network, network_id).settings).slow_hours


def set_slow_hours(session: Session, actor: Actor, table: Iterable[SlowHours], *, now: datetime) -> None:
    """Replace the whole table; an empty one ends all slow hours. Plans made before keep their times. Raises Forbidden."""
    actor.require(Permission.EDIT_SETTINGS)
    network = session.get_one(Network, actor.network_id, with_for_update=True)
    rows = [hours.to_settings() for hours in table]
    network.settings = {**network.settings, "slow_hours": rows}
    audit.note(session, actor, "change", "slow_hours", network.id, now=now, rows=len(rows))


def read_slow_hours(path: Path) -> tuple[SlowHours, ...]:
    """A CSV file with the columns days, from, to, vehicles, percent; lists are separated by `|`. Raises BadInput by line."""
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            reader = csv.DictReader(file)
            if tuple(reader.fieldnames or ()) != COLUMNS:
                raise BadInput(f"{path.name} needs the columns {', '.join(COLUMNS)}, in this order.")
            return tuple(_row(path.name, number, row) for number, row in enumerate(reader, start=2))
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise BadInput(f"{path} cannot be read as a CSV file in UTF-8: {error}.") from error


def _row(name: str, line: int, row: dict[str, str]) -> SlowHours:
    if line > MOST_ROWS + 1:
        raise BadInput(f"{name} has more than {MOST_ROWS} rows: a week's slow hours need fewer.")
    try:
        return SlowHours.from_settings(
            {
                **row,
                "days": [day.strip() for day in (row["days"] or "").split("|")],
                "vehicles": [kind.strip() for kind in (row["vehicles"] or "").split("|")],
            }
        )
    except BadInput as error:
        raise BadInput(f"{name}, line {line}: {error}") from error
