"""The one search box: name, number, street, postcode, end of phone; within reach only."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from logistics.domain.vocabulary import Role
from logistics.queries.search import search, street_of
from tests.web.world import NOW, Visitor, World


@pytest.fixture
def people(world: World) -> World:
    """Two households in one building, one elsewhere, and a volunteer."""
    world.household(
        "H0001",
        contact_name="Amina Yusuf",
        phone="07700 900456",
        site={"address": "Flat 9, Heron House", "postcode": "SE15 6FW"},
    )
    world.household(
        "H0002",
        contact_name="Bola Ade",
        phone="07700 900777",
        site={"address": "Flat 12, Heron House", "postcode": "SE15 6FW"},
    )
    world.household(
        "H0003", contact_name="100% Carla", phone="", site={"address": "80 Long Lane", "postcode": "SE1 4PG"}
    )
    world.volunteer("V001", name="Dan Heron", phone="07700 901456")
    return world


@pytest.mark.parametrize(
    ("words", "households", "volunteers"),
    [
        ("yusuf", {"H0001"}, set()),
        ("yusuf amina", {"H0001"}, set()),
        ("456", {"H0001"}, {"V001"}),
        ("900 777", {"H0002"}, set()),
        ("se15 6", {"H0001", "H0002"}, {"V001"}),
        ("SE156FW", {"H0001", "H0002"}, {"V001"}),
        ("heron", {"H0001", "H0002"}, {"V001"}),
        ("h0003", {"H0003"}, set()),
        ("100%", {"H0003"}, set()),
        ("%", set(), set()),
        ("__", set(), set()),
        ("nobody", set(), set()),
    ],
)
def test_people_are_found_as_they_are_remembered(
    people: World, words: str, households: set[str], volunteers: set[str]
) -> None:
    """Part of a name in any order, the start of a postcode with or without its space, the end of a phone number."""
    with people.session() as session:
        answer = search(session, people.actor(Role.COORDINATOR), words, today=NOW.date())
    assert {row.ref for row in answer.households} == households
    assert {row.ref for row in answer.volunteers} == volunteers


def test_street_is_counted_once_for_its_doors(people: World) -> None:
    """Flats of one building are one line with their number."""
    with people.session() as session:
        answer = search(session, people.actor(Role.COORDINATOR), "heron house", today=NOW.date())
    assert [(row.name, row.households) for row in answer.streets] == [("Heron House", 2)]


@pytest.mark.parametrize(
    ("address", "street"),
    [
        ("Flat 17, Cedar Court", "Cedar Court"),
        ("80 Long Lane", "Long Lane"),
        ("80", ""),
        ("Flat 2, 14a Mill Road", "Mill Road"),
        ("", ""),
    ],
)
def test_street_is_the_address_without_its_door(address: str, street: str) -> None:
    """The flat and the house number are the door, the rest is the street or building."""
    assert street_of(address) == street


def test_only_person_found_is_opened(people: World, signed_in: Callable[..., Visitor]) -> None:
    """When one person alone matches, the search leads straight there."""
    response = signed_in(Role.DISPATCHER).get("/search?q=yusuf")
    assert response.status_code == 302
    assert "/households/" in response.headers["Location"]


def test_other_networks_people_are_never_found(people: World, elsewhere: World) -> None:
    """The search ends at the network's edge."""
    elsewhere.household("H0009", contact_name="Amina Elsewhere")
    with people.session() as session:
        answer = search(session, people.actor(Role.COORDINATOR), "amina", today=NOW.date())
    assert {row.ref for row in answer.households} == {"H0001"}
