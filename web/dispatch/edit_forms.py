"""An edit as a form or an address holds it, and what it would do in words."""

from __future__ import annotations

import uuid
from datetime import date

from flask import request

from logistics.domain.errors import BadInput, NotFound
from logistics.domain.plan_edits import EditKind
from logistics.planning.edits import Edit
from logistics.services.edit_plan import DraftFigures, EditPreview
from web.formatting import counted, miles

MOST_LETTERS = 200


def asked_edit() -> Edit:
    """The edit in this request. `to` holds a shift and, after a bar, the stop to go before. Raises BadInput."""
    held = request.values
    if held.get("kind", "") not in tuple(EditKind):
        raise BadInput("Choose what to change.")
    to, _, before = held.get("to", "")[:MOST_LETTERS].partition("|")
    return Edit(
        kind=EditKind(held["kind"]),
        day=day_of_text(held.get("day", "")),
        stop=held.get("stop", "")[:MOST_LETTERS],
        before=before,
        shift_id=_key(held.get("shift", "")),
        to_shift_id=_key(to),
        order_id=_key(held.get("order", "")),
        is_on=held.get("is_on", "yes") == "yes",
    )


def day_of_text(text: str) -> date:
    """A date of a form. Raises NotFound."""
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise NotFound("That is not a day of this week. Go back to the board.") from None


def seen_version() -> int:
    """The number of the draft's changes as the page had it. Raises BadInput."""
    text = request.form.get("seen", "")
    if not (text.isascii() and text.isdecimal() and len(text) < 10):
        raise BadInput("This page is out of date. Open the draft again.")
    return int(text)


def _key(text: str) -> uuid.UUID | None:
    if not text:
        return None
    try:
        return uuid.UUID(text)
    except ValueError:
        raise BadInput("Choose one of the list.") from None


def changes_in_words(before: DraftFigures, after: DraftFigures) -> str:
    """`1.2 miles more, 4 minutes less, 2 items more unserved`, or that it costs nothing."""
    parts = []
    if after.distance_m != before.distance_m:
        parts.append(f"{miles(abs(after.distance_m - before.distance_m))} {_more(after.distance_m, before.distance_m)}")
    minutes = round((after.duration_s - before.duration_s) / 60)
    if minutes:
        parts.append(f"{counted(abs(minutes), 'minute')} {_more(minutes, 0)}")
    if after.unserved != before.unserved:
        parts.append(
            f"{counted(abs(after.unserved - before.unserved), 'item')} {_more(after.unserved, before.unserved)} unserved"
        )
    return ", ".join(parts) or "no change in miles, time or people served"


def _more(now: int, then: int) -> str:
    return "more" if now > then else "less"


def preview_words(preview: EditPreview) -> dict[str, object]:
    """What an edit would do, for the board's script."""
    return {
        "change": changes_in_words(preview.before, preview.after),
        "violations": [fault.sentence for fault in preview.faults],
    }
