"""Editing a plan by hand: each edit is timed and checked before anything is stored, and every step can be taken back."""

from __future__ import annotations

import uuid

import pytest

from logistics.checking.faults import PlanRule
from logistics.domain.errors import BadInput, Conflict, Forbidden, NotFound, RuleBroken
from logistics.domain.plan_edits import DraftState, EditKind
from logistics.domain.planning import StopKind
from logistics.domain.states import PlanState, WeekState
from logistics.domain.vocabulary import PairKind, PlanMethod, Role, UnservedCode
from logistics.persistence.database import Database
from logistics.persistence.tables import Order, Pair, PlanDraft, PlanEdit, PlanVersion, Route, UnservedOrder, Week
from logistics.services.edit_plan import drop_draft, open_draft, redo_edit, undo_edit
from logistics.services.improve_draft import ImproveOrder, draft_of_run, improve_draft, request_improvement
from logistics.services.save_draft import SavedDraft, save_draft
from logistics.services.show_draft import show_draft
from tests.logistics.services.edit_network import EditNetwork, dispatcher, edit_network
from tests.logistics.services.tiny_network import MON, NOW, ROADS

MOVE, ADD, REMOVE = EditKind.MOVE_STOP, EditKind.ADD_ORDER, EditKind.REMOVE_STOP


def other_shift(made: EditNetwork) -> uuid.UUID:
    """A shift that drives nothing."""
    taken = {route.shift_id for route in made.board().routes}
    return next(shift for ref in made.volunteers if (shift := made.shift(ref)) not in taken)


def save(made: EditNetwork, *, even_so: bool = False) -> SavedDraft:
    """Keep the draft as it is."""
    with made.network.writing() as session:
        seen = session.get_one(PlanDraft, made.draft_id).version
        return save_draft(session, made.dana, made.draft_id, seen=seen, even_so=even_so, roads=ROADS, now=NOW)


def test_a_stop_moves_within_its_route(database: Database) -> None:
    """The farthest door first: the order is as asked, the plan in the database is not touched, its pickup stays first."""
    made = edit_network(database)
    route = made.board().routes[0]
    made.edit(MOVE, stop=made.key("H0005"), to_shift_id=route.shift_id, before=made.key("H0001"))
    order = made.order("H0005")
    assert order.index("H0005") + 1 == order.index("H0001")
    assert made.board().routes[0].tasks[0].kind is StopKind.PICKUP
    assert len(made.network.all(PlanVersion)) == 1


def test_a_stop_goes_to_a_driver_who_is_free(database: Database) -> None:
    """A route of its own, with the food loaded at the kitchen; the checker finds nothing, and it costs more miles."""
    made = edit_network(database)
    free = other_shift(made)
    preview = made.preview(MOVE, stop=made.key("H0003"), to_shift_id=free)
    assert preview.faults == ()
    assert preview.after.cost > preview.before.cost
    made.edit(MOVE, stop=made.key("H0003"), to_shift_id=free)
    route = made.board().route_of(free)
    assert route is not None
    assert [task.kind for task in route.tasks] == [StopKind.PICKUP, StopKind.DELIVERY]


def test_a_preview_names_what_breaks_and_stores_nothing(database: Database) -> None:
    """A block between driver and household is said by the rule that forbids publishing; not a row is written."""
    made = edit_network(database)
    free = other_shift(made)
    blocked = next(ref for ref in made.volunteers if made.shift(ref) == free)
    made.network.add(
        Pair(volunteer_id=made.volunteers[blocked], household_id=made.households["H0002"], kind=PairKind.BLOCK)
    )
    made.network.store()
    preview = made.preview(MOVE, stop=made.key("H0002"), to_shift_id=free)
    assert [fault.rule for fault in preview.faults] == [PlanRule.BLOCK]
    assert made.network.all(PlanEdit) == []


def test_what_breaks_a_rule_can_be_saved_and_not_published(database: Database) -> None:
    """The version says how many rules it breaks; publishing it is refused."""
    made = edit_network(database)
    free = other_shift(made)
    blocked = next(ref for ref in made.volunteers if made.shift(ref) == free)
    made.network.add(
        Pair(volunteer_id=made.volunteers[blocked], household_id=made.households["H0002"], kind=PairKind.BLOCK)
    )
    made.network.store()
    made.edit(MOVE, stop=made.key("H0002"), to_shift_id=free)
    saved = save(made)
    assert saved.violations == 1
    with pytest.raises(RuleBroken, match="breaks rules"):
        made.network.publish(saved.plan_id)


def test_late_food_is_timed_as_it_would_be_driven(database: Database) -> None:
    """An order that cannot be kept in time is late at the doors that are late, and nowhere else."""
    made = edit_network(database, doors=2, drivers=1)
    far = made.network.household("H0009", 30_000)
    order = made.network.wish(far)
    made.network.store()
    plan_id = made.network.plan()
    with made.network.writing() as session:
        made.draft_id = open_draft(session, made.dana, plan_id, now=NOW)
    dated = next(row.id for row in made.network.all(Order) if row.standing_order_id == order)
    shift = made.board().routes[0].shift_id
    preview = made.preview(ADD, order_id=dated, to_shift_id=shift, before=made.key("H0001"))
    rules = {fault.rule for fault in preview.faults}
    assert PlanRule.CLOCK in rules
    assert rules <= {PlanRule.CLOCK, PlanRule.WINDOW, PlanRule.SHIFT}
    assert preview.after.unserved == preview.before.unserved - 1


def test_a_stop_taken_off_is_named_and_can_be_put_back(database: Database) -> None:
    """Its order is unserved with the reason; adding it again finds the food that was freed, and the plan is whole."""
    made = edit_network(database)
    made.edit(REMOVE, stop=made.key("H0004"))
    saved = save(made)
    assert saved.violations == 0
    (missing,) = [row for row in made.network.all(UnservedOrder) if row.plan_id == saved.plan_id]
    assert (missing.code, missing.household_id) == (UnservedCode.TAKEN_OFF, made.households["H0004"])
    with made.network.writing() as session:
        made.draft_id = open_draft(session, made.dana, saved.plan_id, now=NOW)
    made.edit(ADD, order_id=missing.order_id, to_shift_id=made.board().routes[0].shift_id)
    again = save(made)
    assert again.violations == 0
    assert [row for row in made.network.all(UnservedOrder) if row.plan_id == again.plan_id] == []


def test_an_order_that_is_served_is_not_added_again(database: Database) -> None:
    """Refused with the reason."""
    made = edit_network(database)
    served = made.network.all(Order)[0]
    with pytest.raises(RuleBroken, match="served already"):
        made.edit(ADD, order_id=served.id, to_shift_id=other_shift(made))


def test_drivers_change_and_routes_split(database: Database) -> None:
    """The letter stays with the stops; the rest of a split route is another's; nothing is forgotten."""
    made = edit_network(database)
    route = made.board().routes[0]
    made.edit(EditKind.CHANGE_DRIVER, shift_id=route.shift_id, to_shift_id=other_shift(made))
    changed = made.board().routes[0]
    assert (changed.letter, changed.stops) == (route.letter, route.stops)
    assert changed.shift_id != route.shift_id
    last = changed.stops[-1]
    made.edit(EditKind.SPLIT_ROUTE, stop=last.key, to_shift_id=route.shift_id)
    assert [len(each.stops) for each in made.board().routes] == [len(route.stops) - 1, 1]
    made.edit(EditKind.CHANGE_DRIVER, shift_id=changed.shift_id, to_shift_id=route.shift_id)
    first, second = made.board().routes
    assert (first.shift_id, second.shift_id) == (route.shift_id, changed.shift_id)
    assert save(made).violations == 0


def test_nonsense_is_refused(database: Database) -> None:
    """A stop that is not there, a driver who is not on shift, a split before the first stop, nobody named."""
    made = edit_network(database)
    route = made.board().routes[0]
    with pytest.raises(NotFound, match="not on this day"):
        made.edit(MOVE, stop="door:nobody", to_shift_id=route.shift_id)
    with pytest.raises(RuleBroken, match="not on shift"):
        made.edit(MOVE, stop=made.key("H0001"), to_shift_id=uuid.uuid4())
    with pytest.raises(RuleBroken, match="first stop"):
        made.edit(EditKind.SPLIT_ROUTE, stop=route.stops[0].key, to_shift_id=other_shift(made))
    with pytest.raises(BadInput, match="Choose a driver"):
        made.edit(MOVE, stop=made.key("H0001"))
    assert made.network.all(PlanEdit) == []


def test_undo_and_redo_move_through_the_same_boards(database: Database) -> None:
    """Back to the beginning and forth again; a new edit after an undo forgets what was undone."""
    made = edit_network(database)
    boards = [made.board()]
    for ref in ("H0002", "H0003"):
        made.edit(REMOVE, stop=made.key(ref))
        boards.append(made.board())
    for step, expected in (
        (undo_edit, 1),
        (undo_edit, 0),
        (undo_edit, 0),
        (redo_edit, 1),
        (redo_edit, 2),
        (redo_edit, 2),
    ):
        with made.network.writing() as session:
            step(session, made.dana, made.draft_id, seen=session.get_one(PlanDraft, made.draft_id).version, now=NOW)
        assert made.board() == boards[expected]
    with made.network.writing() as session:
        undo_edit(session, made.dana, made.draft_id, seen=session.get_one(PlanDraft, made.draft_id).version, now=NOW)
    made.edit(REMOVE, stop=made.key("H0005"))
    assert [row.number for row in made.network.all(PlanEdit)] == [1, 2]
    assert made.draft().position == 2


def test_the_second_of_two_dispatchers_is_told_who_did_what(database: Database) -> None:
    """Both saw the same board: one edit is made, the other refused with name and time; nothing of it is stored."""
    made = edit_network(database)
    sam = dispatcher(made.network, "Sam")
    seen = made.draft().version
    made.edit(REMOVE, stop=made.key("H0002"), seen=seen)
    with pytest.raises(Conflict, match=r"Dana changed this draft at 12:00 \(took a stop off\)"):
        made.edit(REMOVE, actor=sam, stop=made.key("H0003"), seen=seen)
    assert len(made.network.all(PlanEdit)) == 1
    with made.network.writing() as session:
        assert open_draft(session, sam, made.plan_id, now=NOW) == made.draft_id


def test_a_version_made_meanwhile_is_not_replaced_unasked(database: Database) -> None:
    """Saving is refused with its number, and goes through when somebody says so."""
    made = edit_network(database)
    made.edit(REMOVE, stop=made.key("H0002"))
    made.network.change(PlanDraft, made.draft_id, opened_at=NOW.replace(year=2025))
    made.network.plan()
    with pytest.raises(Conflict, match="Version 2 was made while"):
        save(made)
    assert save(made, even_so=True).number == 3


def test_a_draft_ends_once(database: Database) -> None:
    """Saved or thrown away, it takes no more edits; an unchanged one has nothing to save."""
    made = edit_network(database)
    with pytest.raises(RuleBroken, match="Nothing was changed"):
        save(made)
    with made.network.writing() as session:
        drop_draft(session, made.dana, made.draft_id, seen=made.draft().version, now=NOW)
    assert made.draft().state is DraftState.DROPPED
    with pytest.raises(Conflict, match="is dropped"):
        made.edit(REMOVE, stop=made.key("H0002"))


def test_only_who_may_plan_may_edit(database: Database) -> None:
    """A driver's role is refused before anything is read."""
    made = edit_network(database)
    with pytest.raises(Forbidden):
        made.edit(REMOVE, actor=made.network.actor(Role.DRIVER), stop=made.key("H0002"))
    with made.network.writing() as session, pytest.raises(Forbidden):
        open_draft(session, made.network.actor(Role.DONOR), made.plan_id, now=NOW)


def test_a_closed_week_is_not_edited(database: Database) -> None:
    """Refused when the draft would be opened."""
    made = edit_network(database)
    week = made.network.all(Week)[0]
    made.network.change(PlanDraft, made.draft_id, state=DraftState.DROPPED)
    made.network.change(Week, week.id, state=WeekState.CLOSED)
    with made.network.writing() as session, pytest.raises(RuleBroken, match="closed"):
        open_draft(session, made.dana, made.plan_id, now=NOW)


def test_improving_keeps_the_pins_and_makes_a_version(database: Database) -> None:
    """A door pinned to a driver of its own stays there though it costs; the rest may change; the pin goes on."""
    made = edit_network(database)
    free = other_shift(made)
    made.edit(MOVE, stop=made.key("H0003"), to_shift_id=free)
    key = made.key("H0003")
    made.edit(EditKind.PIN_STOP, stop=key)
    with made.network.writing() as session:
        seen = session.get_one(PlanDraft, made.draft_id).version
        run_id = request_improvement(session, made.dana, made.draft_id, seconds=1, seen=seen, now=NOW)
    with made.network.writing() as session:
        assert draft_of_run(session, run_id) == made.draft_id
    with pytest.raises(Conflict, match="planner is improving"):
        made.edit(REMOVE, stop=key)
    write = improve_draft(
        database, made.network.network_id, ImproveOrder(draft_id=made.draft_id, seconds=0.2), roads=ROADS, now=NOW
    )
    with made.network.writing() as session:
        plan_id = write(session)
    version = made.network.version(plan_id)
    assert (version.method, version.state, version.violations) == (PlanMethod.BY_HAND, PlanState.PROPOSED, 0)
    assert free in {route.shift_id for route in made.network.all(Route) if route.plan_id == plan_id}
    with made.network.writing() as session:
        made.draft_id = open_draft(session, made.dana, plan_id, now=NOW)
    assert made.board().pinned_stops == {key}


def test_the_board_shows_the_day(database: Database) -> None:
    """Columns with times, a shift that is free, what waits, and whose change was last."""
    made = edit_network(database)
    made.edit(REMOVE, stop=made.key("H0004"))
    with database.reading(made.network.network_id) as session:
        view = show_draft(session, made.dana, made.draft_id, MON, roads=ROADS, now=NOW)
    assert [row.ref for row in view.waiting] == ["H0004"]
    assert view.last == "Dana took a stop off at 12:00"
    assert sum(len(column.doors) for column in view.columns) == 4
    assert any(not shift.letter for shift in view.shifts)
    assert view.violations == ()
