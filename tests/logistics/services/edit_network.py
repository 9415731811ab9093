"""A Monday lunch to edit: five doors, two kitchens' worth of stew, and drivers of whom one is free."""

from __future__ import annotations

import uuid
from dataclasses import dataclass, field

from logistics.domain.authority import Actor
from logistics.domain.plan_edits import EditKind
from logistics.domain.vocabulary import Role
from logistics.persistence.database import Database
from logistics.persistence.tables import Account, PlanDraft, Shift
from logistics.planning.edit_board import DayBoard
from logistics.planning.edits import Edit
from logistics.services.edit_desk import EditDesk, boards_of
from logistics.services.edit_plan import EditPreview, edit_draft, open_draft, preview_edit
from tests.logistics.services.tiny_network import MON, NOW, ROADS, TinyNetwork


@dataclass(kw_only=True)
class EditNetwork:
    """A stored plan with a draft of it. Households and volunteers by their refs."""

    network: TinyNetwork
    plan_id: uuid.UUID
    draft_id: uuid.UUID
    households: dict[str, uuid.UUID]
    volunteers: dict[str, uuid.UUID]
    dana: Actor
    seen: int = 0
    kept: list[int] = field(default_factory=list)

    @property
    def database(self) -> Database:
        """Where it is stored."""
        return self.network.database

    def shift(self, ref: str) -> uuid.UUID:
        """The shift of that volunteer."""
        return next(row.id for row in self.network.all(Shift) if row.volunteer_id == self.volunteers[ref])

    def board(self) -> DayBoard:
        """Monday as the draft has it."""
        with self.network.writing() as session:
            draft = session.get_one(PlanDraft, self.draft_id)
            desk = EditDesk(session, draft.base_plan_id, ROADS)
            return desk.board(MON, draft, boards_of(session, draft))

    def draft(self) -> PlanDraft:
        """The draft's row."""
        return next(row for row in self.network.all(PlanDraft) if row.id == self.draft_id)

    def key(self, ref: str) -> str:
        """The stop of that household."""
        household = self.households[ref]
        return next(task.key for task in self.board().tasks() if task.household_id == household)

    def order(self, ref: str) -> list[str]:
        """The households of the route that serves this one, in order."""
        refs = {household: name for name, household in self.households.items()}
        route = next(
            route
            for route in self.board().routes
            if self.households[ref] in {task.household_id for task in route.stops}
        )
        return [refs[task.household_id] for task in route.stops if task.household_id is not None]

    def edit(self, kind: EditKind, *, actor: Actor | None = None, seen: int | None = None, **what: object) -> int:
        """One edit of Monday, seen as it is unless said."""
        wish = Edit(kind=kind, day=MON, **what)  # type: ignore[arg-type]  # the test's own words
        with self.network.writing() as session:
            known = session.get_one(PlanDraft, self.draft_id).version if seen is None else seen
            return edit_draft(session, actor or self.dana, self.draft_id, wish, seen=known, roads=ROADS, now=NOW)

    def preview(self, kind: EditKind, **what: object) -> EditPreview:
        """What an edit would do."""
        wish = Edit(kind=kind, day=MON, **what)  # type: ignore[arg-type]  # the test's own words
        with self.database.reading(self.network.network_id) as session:
            return preview_edit(session, self.dana, self.draft_id, wish, roads=ROADS, now=NOW)


def dispatcher(network: TinyNetwork, name: str) -> Actor:
    """A dispatcher with an account of that name."""
    actor = network.actor(Role.DISPATCHER)
    with network.database.unscoped_writing() as session:
        session.add(
            Account(
                id=actor.account_id,
                email=f"{actor.account_id}@example.org",
                name=name,
                fs_uniquifier=str(actor.account_id),
                made_at=NOW,
            )
        )
    return actor


def edit_network(database: Database, *, doors: int = 5, drivers: int = 3) -> EditNetwork:
    """Planned, and opened by Dana."""
    network = TinyNetwork(database)
    volunteers = {f"V{number:03d}": network.driver(f"V{number:03d}") for number in range(1, drivers + 1)}
    network.hot_slot(portions=doors + 1)
    households = {}
    for number in range(1, doors + 1):
        ref = f"H{number:04d}"
        households[ref] = network.household(ref, 150 * number)
        network.wish(households[ref])
    plan_id = network.plan()
    dana = dispatcher(network, "Dana")
    with network.writing() as session:
        draft_id = open_draft(session, dana, plan_id, now=NOW)
    return EditNetwork(
        network=network,
        plan_id=plan_id,
        draft_id=draft_id,
        households=households,
        volunteers=volunteers,
        dana=dana,
    )
