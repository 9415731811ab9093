"""The week's board: what it says before planning, and of a plan; what it never says; and that its size costs no queries."""

from __future__ import annotations

import re
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime, time

from flask import g
from sqlalchemy import event

from logistics.domain.authority import Actor
from logistics.domain.states import WeekState
from logistics.domain.vocabulary import AllergenDeclaration, Diet, OrganisationKind, Product, Role, TemperatureClass
from logistics.domain.week import IsoWeek
from logistics.domain.weekdays import Weekday
from logistics.gateways.clock import FixedClock
from logistics.persistence.tables import Batch, DonationSlot, Household, HouseholdNeeds, Site, Week
from logistics.queries.plan_view import plan_view
from logistics.queries.week_board import places_of, week_head
from tests.web.dispatch.planned import planned_week, published_week
from tests.web.maps.drawn import marks_in, places_in
from tests.web.world import Visitor, World
from web.dispatch.map_view import map_of
from web.security.boundary import BoundedApp

BOARD = "/week/2026-W49"


def dispatcher(app: BoundedApp, world: World) -> Visitor:
    """A dispatcher of this network, signed in."""
    return world.enter(app, world.account(Role.DISPATCHER))


def words(page: str) -> str:
    """What a page says, without its markup."""
    return " ".join(re.sub(r"<[^>]+>", " ", page).split())


def test_thursday_leads_to_the_next_week(app: BoundedApp, world: World) -> None:
    """Today is Thursday of week 48: the week to plan is 49."""
    assert dispatcher(app, world).get("/week").headers["Location"] == BOARD


def test_week_under_way_is_the_one_to_look_at(app: BoundedApp, world: World) -> None:
    """A week that is out on the road comes first, even on its Thursday."""
    world.add(Week(monday=date(2026, 11, 23), state=WeekState.RUNNING))
    assert dispatcher(app, world).get("/week").headers["Location"] == "/week/2026-W48"


def test_empty_week_says_how_to_begin(app: BoundedApp, world: World) -> None:
    """Without orders, food and shifts there is nothing to plan, so no button, but what to do."""
    page = dispatcher(app, world).get(BOARD).text
    assert "There is nothing in this week yet." in page
    assert "Plan the week" not in page


def test_unplanned_week_counts_what_falls_due(app: BoundedApp, world: World) -> None:
    """Meals stand under their day, parcels that may come on several days under “Any day”."""
    household = world.household()
    world.standing_order(household, quantity=3)
    world.standing_order(household, product=Product.PARCEL, days=frozenset({Weekday.MON, Weekday.FRI}))
    page = dispatcher(app, world).get(BOARD).text
    table = page[page.index('id="demand-h"') : page.index("</table>", page.index('id="demand-h"'))]
    assert words(table.split("<tbody>")[1]) == "Hot meals 3 3 Parcels 1 1"
    assert "Plan the week" in page
    assert "Nobody has promised a shift in this week yet." in page


def test_unplanned_week_flags_what_nobody_declared(app: BoundedApp, world: World) -> None:
    """A dish without an allergen declaration is marked before it is planned with."""
    donor = world.organisation("DON01", OrganisationKind.DONOR)
    slot = DonationSlot(
        id=uuid.uuid4(), donor_id=donor, service_date=date(2026, 12, 2), ready_at=time(12), collect_by=time(13),
        temperature=TemperatureClass.HOT,
    )  # fmt: skip
    dish = Batch(slot_id=slot.id, number=1, dish="stew", portions=9, declaration=AllergenDeclaration.UNDECLARED)
    world.add(slot, dish)
    assert "allergens not declared" in dispatcher(app, world).get(BOARD).text


def test_household_without_a_place_is_listed(app: BoundedApp, world: World) -> None:
    """Who has an order and no coordinates is named by reference, with where to put that right."""
    household = world.household(
        "H0404", site={"latitude": None, "longitude": None, "geocode_source": None, "geocode_precision": None}
    )
    world.standing_order(household)
    page = dispatcher(app, world).get(BOARD).text
    assert "1 household is not on the map" in page
    assert f'href="/households/{household}">H0404' in page


def test_plan_says_who_is_unserved_before_its_routes(app: BoundedApp, world: World) -> None:
    """Exceptions come first, each with its sentence and what would help."""
    planned_week(world)
    page = words(dispatcher(app, world).get(BOARD).text)
    assert "Proposed, version 1" in page
    assert "Served 8 of 10" in page
    unserved, routes = page.index("Unserved, and why"), page.index("Volunteer V003")
    assert unserved < page.index("Would help: One more portion.") < routes


def test_plan_shows_bags_by_the_code_that_is_on_them(app: BoundedApp, world: World) -> None:
    """Where the plan stored no code, a bag's is made of route, door and household, as the labels make it."""
    planned_week(world)
    page = dispatcher(app, world).get(f"{BOARD}?day=2026-11-30").text
    assert "A1-001" in page
    assert "A1-001" in dispatcher(app, world).get("/print/2026-W49/2026-11-30?part=labels").text


def test_day_shows_its_routes_alone(app: BoundedApp, world: World) -> None:
    """Of two routes called A only that of the day asked for stands there."""
    planned_week(world)
    page = dispatcher(app, world).get(f"{BOARD}?day=2026-12-01").text
    assert 'id="route-2026-12-01-A"' in page
    assert 'id="route-2026-11-30-A"' not in page


def test_round_counts_its_own_food(app: BoundedApp, world: World) -> None:
    """The route of Monday's lunch brings a parcel too, which belongs to another round."""
    planned_week(world)
    client = dispatcher(app, world)
    assert "Served 3 of 5" in words(client.get(f"{BOARD}?day=2026-11-30&round=hot-lunch").text)
    assert "Served 1 of 1" in words(client.get(f"{BOARD}?day=2026-11-30&round=parcels").text)


def test_map_opens_on_the_first_day_that_has_routes(app: BoundedApp, world: World) -> None:
    """The whole week on one map is a heap of marks: it is there for whoever asks. The plan beside it stays whole."""
    planned_week(world)
    client = dispatcher(app, world)
    page = client.get(BOARD).text
    assert f'src="{BOARD}/map?day=2026-11-30"' in page
    assert "Served 8 of 10" in words(page)
    assert f'src="{BOARD}/map?day=all"' in client.get(f"{BOARD}?day=all").text
    assert places_in(client.get(f"{BOARD}/map").text) == places_in(client.get(f"{BOARD}/map?day=2026-11-30").text)


def test_map_opens_on_today_while_its_routes_are_out(app: BoundedApp, world: World, clock: FixedClock) -> None:
    """On Tuesday of the week Tuesday is looked at, though Monday has routes too."""
    planned_week(world)
    clock.set(datetime(2026, 12, 1, 10, 0, tzinfo=UTC))
    assert f'src="{BOARD}/map?day=2026-12-01"' in dispatcher(app, world).get(BOARD).text


def test_unserved_show_what_they_can_eat_now(app: BoundedApp, world: World) -> None:
    """What nobody could cook for is read from the household's own row at that moment, not from the plan."""
    plan = planned_week(world)
    world.add(HouseholdNeeds(household_id=plan.ids["H0006"], diets=frozenset({Diet.KOSHER})))
    client = dispatcher(app, world)
    assert "H0006, 1 hot meal on Mon (kosher)" in words(client.get(BOARD).text)
    with world.services.database.writing(world.network_id) as session:
        session.query(HouseholdNeeds).filter_by(household_id=plan.ids["H0006"]).one().diets = frozenset()
    assert "kosher" not in client.get(BOARD).text


def test_day_of_another_week_is_not_found(app: BoundedApp, world: World) -> None:
    """An address that does not fit together leads to a page that helps, not to an empty board."""
    client = dispatcher(app, world)
    assert client.get(f"{BOARD}?day=2026-12-09").status_code == 404
    assert client.get(f"{BOARD}?day=soon").status_code == 404
    assert client.get(f"{BOARD}?version=7").status_code == 404
    assert client.get("/week/next").status_code == 422


def test_board_names_no_person_but_the_drivers(app: BoundedApp, world: World) -> None:
    """Households stand there by reference: no name, no phone, no address."""
    planned_week(world)
    page = dispatcher(app, world).get(BOARD).text
    assert "Resident" not in page
    assert "07700" not in page
    assert "Cedar Court" not in page


def test_map_holds_no_name_and_no_hidden_address(app: BoundedApp, world: World) -> None:
    """A confidential household is no point on the map, nor on the way; nobody's name is a label."""
    plan = planned_week(world)
    client = dispatcher(app, world)
    address = f"{BOARD}/map?day=2026-11-30"
    before = client.get(address).text
    assert 51.501 in {latitude for latitude, _ in places_in(before)}
    with world.services.database.writing(world.network_id) as session:
        plan.get(session, Household, "H0004").confidential_address = True
    page = client.get(address).text
    assert 51.501 not in {latitude for latitude, _ in places_in(page)}
    assert places_in(page) < places_in(before)
    assert "H0004" not in page
    for word in ("Resident", "V003", "07700", "Cedar Court"):
        assert word not in page


def test_a_mark_leads_to_the_households_page(app: BoundedApp, world: World) -> None:
    """A dispatcher reads time, what, until when and the reference, with the way to its page."""
    plan = planned_week(world)
    marks = marks_in(dispatcher(app, world).get(f"{BOARD}/map?day=2026-11-30").text)
    (mark,) = [mark for mark in marks if mark[3] != "unserved" and any("H0001" in line for line in mark[6])]
    assert "Hand over by 13:30" in mark[6]
    assert ["H0001", f"/households/{plan.ids['H0001']}"] in mark[7]


def test_whoever_sees_no_households_reads_none_on_the_map(app: BoundedApp, world: World) -> None:
    """The drawing asks what this reader may see: without households there are times and portions, no reference, no link."""
    planned_week(world)
    only_weeks = Actor(network_id=world.network_id)
    with app.test_request_context(), world.session() as session:
        g.actor = only_weeks
        head = week_head(session, IsoWeek.parse("2026-W49"))
        view = plan_view(session, head.plans[0])
        drawing = map_of(view, places_of(session, view), with_days=True)
    stops = [stop for route in drawing.routes for stop in route.stops]
    assert stops
    assert all(not stop.link and not stop.link_text and "H0" not in stop.label for stop in stops)
    assert all(not order.link and "H0" not in order.label for order in drawing.unserved)
    assert drawing.open_group == drawing.routes[0].group == "Mon 30 Nov"


def test_map_is_served_with_a_policy_of_its_own(app: BoundedApp, world: World) -> None:
    """The framed document may be framed by us alone and runs only scripts that carry its nonce."""
    planned_week(world)
    answer = dispatcher(app, world).get(f"{BOARD}/map")
    policy = answer.headers["Content-Security-Policy"]
    assert "frame-ancestors 'self'" in policy
    nonce = re.search(r"script-src 'nonce-([^']+)'", policy)
    assert nonce is not None
    assert f'nonce="{nonce[1]}"' in answer.text


@contextmanager
def counted_queries(world: World) -> Iterator[list[str]]:
    """Every statement that the database is sent meanwhile."""
    sent: list[str] = []
    engine = world.services.database.engine

    def note(*told: object) -> None:
        sent.append(str(told[2]))

    event.listen(engine, "before_cursor_execute", note)
    yield sent
    event.remove(engine, "before_cursor_execute", note)


def test_longer_plan_asks_no_more_queries(app: BoundedApp, world: World) -> None:
    """The board of a day with five stops is made with as many statements as that of a day with two: none per stop."""
    planned_week(world)
    client = dispatcher(app, world)
    client.get(BOARD)
    counts = []
    for day in ("2026-11-30", "2026-12-01"):
        with counted_queries(world) as sent:
            assert client.get(f"/print/2026-W49/{day}?part=labels").status_code == 200
        counts.append(len(sent))
    with counted_queries(world) as sent:
        client.get(BOARD)
    assert counts[0] == counts[1]
    assert len(sent) <= 17, sent  # two of them ask whose data may not be used


def test_published_week_leads_to_the_drivers_links(app: BoundedApp, world: World, clock: FixedClock) -> None:
    """Once a plan is out, the next thing to do is to send the links; nobody is asked to publish it again."""
    published_week(world)
    page = dispatcher(app, world).get(BOARD).text
    assert "Published, version 1" in page
    assert f'href="{BOARD}/links"' in page
    assert "Publish week" not in page
    assert page.count('href="/account/sign-ins"') == 1 + page.count('<details class="menu'), (
        "in the board's own head as well"
    )


def test_site_of_the_volunteer_is_on_no_map(app: BoundedApp, world: World) -> None:
    """A volunteer's home is where the route starts, and nobody's business."""
    plan = planned_week(world)
    with world.services.database.writing(world.network_id) as session:
        plan.get(session, Site, "site V003").latitude = 51.5678
    assert 51.5678 not in {
        latitude for latitude, _ in places_in(dispatcher(app, world).get(f"{BOARD}/map?day=all").text)
    }
