"""What is printed: no names on bags, no hidden address on paper, and no meal for somebody it would harm."""

from __future__ import annotations

from logistics.domain.household import Extra, Kitchen
from logistics.domain.vocabulary import Allergen, AllergenDeclaration, Role
from logistics.persistence.tables import AuditEvent, Batch, Household, HouseholdExtra
from logistics.queries.print_sheets import first_name
from tests.web.dispatch.planned import planned_week
from tests.web.dispatch.test_week import words
from tests.web.world import World
from web.security.boundary import BoundedApp

SHEETS = "/print/2026-W49/2026-11-30"


def test_packing_list_counts_dishes_by_route(app: BoundedApp, world: World) -> None:
    """What the kitchen hands to each route, with the diets and the allergens it declared."""
    planned_week(world)
    page = words(world.enter(app, world.account(Role.DISPATCHER)).get(f"{SHEETS}?part=packing").text)
    assert "Hot meals, from The DON01, ready 12:00" in page
    assert "Chicken and rice Halal Celery 2 2" in page
    assert "Bean stew Vegan, IDDSI 5 None of the 14, as declared 1 1" in page
    assert "Parcels, from the hub For A B Collected All Done 1 person 1 1" in page
    assert "A1-001 MILK 2 chicken and rice" in page


def test_labels_carry_no_names(app: BoundedApp, world: World) -> None:
    """A bag says where it goes by code, what is in it, and what was checked; never whose it is."""
    planned_week(world)
    page = world.enter(app, world.account(Role.DISPATCHER)).get(f"{SHEETS}?part=labels").text
    said = words(page)
    assert "A1 A1-001 Mon 30 Nov 2 × Chicken and rice Halal. Hot, ready 12:00 Contains: Celery" in said
    assert "ALLERGY: MILK. Dish checked." in said
    assert "Hand over by 13:30" in said
    for private in ("Resident", "Court", "07700 900222"):
        assert private not in page


def test_parcels_with_something_of_their_own_are_named(app: BoundedApp, world: World) -> None:
    """No-cook and nappies stand beside the parcel's code on the packing list and its label; beside meals nothing does."""
    planned_week(world)
    with world.services.database.writing(world.network_id) as session:
        for household in session.query(Household):
            household.kitchen = Kitchen.NO_COOK
            session.add(HouseholdExtra(household_id=household.id, kind=Extra.NAPPIES, detail="4"))
    client = world.enter(app, world.account(Role.DISPATCHER))
    packing = words(client.get(f"{SHEETS}?part=packing").text)
    assert "Parcels with something of their own Bag For With it Done" in packing
    assert packing.count("No-cook: nothing to cook or heat; Nappies, size 4") == 1
    labels = words(client.get(f"{SHEETS}?part=labels").text)
    assert labels.count("Nappies, size 4") == 1
    assert "Nappies" not in client.get(f"{SHEETS}?part=routes").text


def test_menu_changed_late_stops_the_bag(app: BoundedApp, world: World) -> None:
    """The kitchen adds milk after planning: the label says not to pack it, and so do list and route sheet."""
    plan = planned_week(world)
    with world.services.database.writing(world.network_id) as session:
        plan.get(session, Batch, "batch chicken and rice").allergens = frozenset({Allergen.MILK, Allergen.CELERY})
    page = words(world.enter(app, world.account(Role.DISPATCHER)).get(SHEETS).text)
    assert "A1 A1-001 Mon 30 Nov DO NOT PACK. Chicken and rice: it contains what somebody here is allergic to." in page
    assert "DO NOT PACK: chicken and rice" in page
    assert "DO NOT HAND OVER: chicken and rice" in page
    assert "ALLERGY: MILK. Dish checked." not in page


def test_undeclared_dish_is_never_said_to_hold_none(app: BoundedApp, world: World) -> None:
    """Unknown is not none: the label says that nobody declared it, and whoever has an allergy does not get it."""
    plan = planned_week(world)
    with world.services.database.writing(world.network_id) as session:
        batch = plan.get(session, Batch, "batch chicken and rice")
        batch.declaration, batch.allergens = AllergenDeclaration.UNDECLARED, frozenset()
    page = words(world.enter(app, world.account(Role.DISPATCHER)).get(SHEETS).text)
    assert "Chicken and rice Halal NOT DECLARED" in page
    assert "DO NOT PACK. Chicken and rice: nobody declared its allergens." in page


def test_hidden_address_is_not_printed(app: BoundedApp, world: World) -> None:
    """A route sheet may lie in a van: a confidential household is asked for, not read."""
    plan = planned_week(world)
    client = world.enter(app, world.account(Role.DISPATCHER))
    assert "Flat 1, Cedar Court" in client.get(SHEETS).text
    with world.services.database.writing(world.network_id) as session:
        plan.get(session, Household, "H0001").confidential_address = True
    page = client.get(SHEETS).text
    assert "Flat 1, Cedar Court" not in page
    assert "Address: ask the dispatcher" in page


def test_who_printed_addresses_is_written_down(app: BoundedApp, world: World) -> None:
    """Route sheets hold personal data, so looking leaves a line in the trail; packing lists do not."""
    plan = planned_week(world)
    client = world.enter(app, world.account(Role.DISPATCHER))
    client.get(f"{SHEETS}?part=packing")
    with world.session() as session:
        assert session.query(AuditEvent).filter_by(action="print_route_sheets").count() == 0
    client.get(f"{SHEETS}?part=routes")
    with world.session() as session:
        line = session.query(AuditEvent).filter_by(action="print_route_sheets").one()
        assert (line.subject_id, line.details) == (plan.plan_id, {"day": "2026-11-30"})
        assert line.account_id is not None


def test_day_without_routes_says_so(app: BoundedApp, world: World) -> None:
    """Nothing to print is said, with the days to choose from."""
    client = world.enter(app, world.account(Role.DISPATCHER))
    assert "This week is not planned yet." in client.get(SHEETS).text
    planned_week(world)
    assert "has no route on this day" in client.get("/print/2026-W49/2026-12-05").text


def test_drivers_read_first_names() -> None:
    """The first word of a name; a made-up person's number belongs to it."""
    assert first_name("Maria da Silva") == "Maria"
    assert first_name("Resident 0107") == "Resident 0107"
    assert first_name("") == ""
