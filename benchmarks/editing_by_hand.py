"""A dispatcher who never stops, in a process that a proof can kill: python -m benchmarks.editing_by_hand NETWORK SEED ROUNDS.

Each round opens the newest version (or joins the draft that is open), moves stops, takes moves back and does them again, saves the
draft as a version and publishes that. Each step is one transaction, and is told on a line of its own when it is committed.
"""

from __future__ import annotations

import random
import sys
import uuid

from sqlalchemy import select

from benchmarks.editing import NOW, ROADS, WEEK, any_move
from logistics.bootstrap import build_services
from logistics.domain.authority import Actor
from logistics.domain.errors import RuleBroken
from logistics.domain.plan_edits import DraftState
from logistics.persistence.database import Database
from logistics.persistence.tables import PlanDraft, PlanVersion
from logistics.planning.edits import Edit
from logistics.services.edit_plan import edit_draft, open_draft, preview_edit, redo_edit, undo_edit
from logistics.services.publish_plan import publish_plan
from logistics.services.save_draft import save_draft
from logistics.services.show_draft import show_draft
from logistics.settings import Settings

STEPS = 6
"""Moves, undos and redos of one draft."""
TRIES = 20
"""Moves that are thought of until one breaks no rule."""


class ByHand:
    """One pair of hands on one network's week."""

    def __init__(self, database: Database, network_id: uuid.UUID, chance: random.Random) -> None:
        self._database, self._network_id, self._chance = database, network_id, chance
        self._actor = Actor.system(network_id)

    def round(self) -> None:
        """From a draft to a version that is out."""
        draft_id = self._opened()
        for _ in range(STEPS):
            self._step(draft_id)
        self._moved(draft_id)
        seen = self._seen(draft_id)
        try:
            with self._database.writing(self._network_id) as session:
                saved = save_draft(session, self._actor, draft_id, seen=seen, even_so=True, roads=ROADS, now=NOW)
        except RuleBroken:  # every move was taken back by another: there is nothing to save
            tell("unchanged", seen)
            return
        tell("saved", saved.number)
        with self._database.writing(self._network_id) as session:
            publish_plan(session, self._actor, saved.plan_id, now=NOW)
        tell("published", saved.number)

    def _opened(self) -> uuid.UUID:
        with self._database.reading(self._network_id) as session:
            found = session.scalars(select(PlanDraft.id).where(PlanDraft.state == DraftState.OPEN)).first()
            newest = session.scalars(select(PlanVersion.id).order_by(PlanVersion.number.desc())).first()
        if found is not None:
            return found
        assert newest is not None
        with self._database.writing(self._network_id) as session:
            draft_id = open_draft(session, self._actor, newest, now=NOW)
        tell("opened", draft_id)
        return draft_id

    def _step(self, draft_id: uuid.UUID) -> None:
        what = self._chance.choice(("move", "move", "undo", "redo"))
        if what == "move":
            self._moved(draft_id)
            return
        do = undo_edit if what == "undo" else redo_edit
        seen = self._seen(draft_id)
        with self._database.writing(self._network_id) as session:
            do(session, self._actor, draft_id, seen=seen, now=NOW)
        tell("edited", f"{draft_id}:{self._seen(draft_id)}")

    def _moved(self, draft_id: uuid.UUID) -> None:
        edit = self._a_good_move(draft_id)
        if edit is None:
            return
        seen = self._seen(draft_id)
        with self._database.writing(self._network_id) as session:
            seen = edit_draft(session, self._actor, draft_id, edit, seen=seen, roads=ROADS, now=NOW)
        tell("edited", f"{draft_id}:{seen}")

    def _a_good_move(self, draft_id: uuid.UUID) -> Edit | None:
        """One that breaks no rule, so that what is saved can be published."""
        day = self._chance.choice(WEEK.days[:2])
        for _ in range(TRIES):
            with self._database.reading(self._network_id) as session:
                view = show_draft(session, self._actor, draft_id, day, roads=ROADS, now=NOW)
                edit = any_move(view, self._chance)
                shown = preview_edit(session, self._actor, draft_id, edit, roads=ROADS, now=NOW)
            if not shown.faults and shown.after != shown.before:
                return edit
        return None

    def _seen(self, draft_id: uuid.UUID) -> int:
        with self._database.reading(self._network_id) as session:
            return session.scalars(select(PlanDraft.version).where(PlanDraft.id == draft_id)).one()


def tell(what: str, value: object) -> None:
    """One line, at once: what was told is known to be committed."""
    print(what, value, flush=True)


def main() -> None:
    """So many rounds, or until somebody ends it."""
    network, seed, rounds = sys.argv[1:]
    services = build_services(Settings.from_environment())
    hands = ByHand(services.database, uuid.UUID(network), random.Random(seed))
    tell("ready", 0)
    for _ in range(int(rounds)):
        hands.round()
    services.close()


if __name__ == "__main__":
    main()
