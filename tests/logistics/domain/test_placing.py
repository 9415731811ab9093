"""A known place never changes without a question, and the other place is kept with it."""

from __future__ import annotations

import pytest
from geopy.distance import great_circle
from hypothesis import given
from hypothesis import strategies as st

from logistics.domain.placing import (
    ASKS_FROM_M,
    PlaceAnswer,
    PlaceDoubt,
    Placement,
    address_key,
    answered,
    metres_between,
    pinned,
    replace_place,
)
from logistics.domain.vocabulary import GeocodePrecision

HERE = Placement(latitude=51.5, longitude=-0.05, source="code-point-open", precision=GeocodePrecision.POSTCODE)
NEAR = Placement(latitude=51.5004, longitude=-0.05, source="onspd", precision=GeocodePrecision.POSTCODE)
AWAY = Placement(latitude=51.51, longitude=-0.05, source="onspd", precision=GeocodePrecision.POSTCODE)
DOOR = Placement(latitude=51.5002, longitude=-0.0502, source="nominatim", precision=GeocodePrecision.ROOFTOP)
PIN = pinned(51.5003, -0.0503)

places = st.builds(
    Placement,
    latitude=st.floats(49, 61),
    longitude=st.floats(-9, 2),
    source=st.just("data"),
    precision=st.sampled_from(GeocodePrecision),
)


@given(held=places, found=st.none() | places, same_address=st.booleans(), same_postcode=st.booleans())
def test_no_place_changes_in_silence(
    held: Placement, found: Placement | None, same_address: bool, same_postcode: bool
) -> None:
    """Whatever is told: either the place stays where it is (to a metre), or a question keeps the former one."""
    outcome = replace_place(held, found, same_address=same_address, same_postcode=same_postcode or same_address)
    stayed = outcome.place is not None and metres_between(held, outcome.place) <= 1.0
    assert stayed or (outcome.doubt is PlaceDoubt.ADDRESS_CHANGED and outcome.other == held)
    if same_address:
        assert outcome.place is not None
        assert stayed


@given(held=places, found=places)
def test_a_pin_stays_while_its_address_stays(held: Placement, found: Placement) -> None:
    """No data moves what a person set, and nobody is asked about it again."""
    pin = pinned(held.latitude, held.longitude)
    outcome = replace_place(pin, found, same_address=True, same_postcode=True)
    assert (outcome.place, outcome.doubt) == (pin, None)


def test_an_address_that_was_nowhere_takes_the_first_place_that_is_known() -> None:
    """A first place is no change: nobody is asked."""
    outcome = replace_place(None, HERE, same_address=True, same_postcode=True)
    assert (outcome.place, outcome.doubt) == (HERE, None)


def test_newer_data_asks_only_about_what_matters() -> None:
    """A point that shifts by 44 metres asks nobody and moves nothing; one that shifts by a kilometre asks."""
    assert metres_between(HERE, NEAR) < ASKS_FROM_M < metres_between(HERE, AWAY)
    near = replace_place(HERE, NEAR, same_address=True, same_postcode=True)
    assert (near.place, near.doubt) == (HERE, None)
    away = replace_place(HERE, AWAY, same_address=True, same_postcode=True)
    assert (away.place, away.doubt, away.other) == (HERE, PlaceDoubt.NEWER_DATA, AWAY)


def test_another_postcode_takes_its_own_place_and_asks() -> None:
    """Food goes to the new address; where they were before, a pin too, is kept until somebody has looked."""
    for held in (HERE, DOOR, PIN):
        outcome = replace_place(held, AWAY, same_address=False, same_postcode=False)
        assert (outcome.place, outcome.doubt, outcome.other) == (AWAY, PlaceDoubt.ADDRESS_CHANGED, held)


def test_another_postcode_that_nobody_knows_is_not_placed() -> None:
    """No route goes to the old door; the old place can still be chosen."""
    outcome = replace_place(PIN, None, same_address=False, same_postcode=False)
    assert (outcome.place, outcome.doubt, outcome.other) == (None, PlaceDoubt.ADDRESS_CHANGED, PIN)


def test_a_pin_outlives_another_spelling_of_its_address_and_asks() -> None:
    """Within the postcode the pin is nearer than what the postcode says, so it stays; whether it is right is asked."""
    outcome = replace_place(PIN, HERE, same_address=False, same_postcode=True)
    assert (outcome.place, outcome.doubt, outcome.other) == (PIN, PlaceDoubt.PIN_KEPT, HERE)


def test_another_door_of_the_postcode_keeps_the_postcodes_place() -> None:
    """What is known to the postcode only is as true for the neighbour."""
    outcome = replace_place(HERE, HERE, same_address=False, same_postcode=True)
    assert (outcome.place, outcome.doubt) == (HERE, None)


@pytest.mark.parametrize(
    ("doubt", "answer", "right"),
    [
        (PlaceDoubt.NEWER_DATA, PlaceAnswer.KEEP, pinned(51.5, -0.05)),
        (PlaceDoubt.NEWER_DATA, PlaceAnswer.MOVE, AWAY),
        (PlaceDoubt.ADDRESS_CHANGED, PlaceAnswer.KEEP, HERE),
        (PlaceDoubt.ADDRESS_CHANGED, PlaceAnswer.MOVE, pinned(51.51, -0.05)),
        (PlaceDoubt.PIN_KEPT, PlaceAnswer.KEEP, pinned(51.5, -0.05)),
        (PlaceDoubt.PIN_KEPT, PlaceAnswer.MOVE, AWAY),
    ],
)
def test_what_a_person_decides_against_the_data_is_a_pin(
    doubt: PlaceDoubt, answer: PlaceAnswer, right: Placement
) -> None:
    """So that the next import does not ask the same question again; what agrees with the data keeps its source."""
    chosen = answered(doubt, answer, held=HERE, other=AWAY)
    assert chosen == right
    again = replace_place(chosen, HERE if chosen == HERE else AWAY, same_address=True, same_postcode=True)
    assert again.doubt is None


def test_a_place_that_is_not_there_cannot_be_chosen() -> None:
    """A question beside an unplaced address has one place only."""
    with pytest.raises(ValueError, match="no such place"):
        answered(PlaceDoubt.ADDRESS_CHANGED, PlaceAnswer.KEEP, held=None, other=PIN)


@given(here=places, there=places)
def test_distances_are_those_of_geopy(here: Placement, there: Placement) -> None:
    """The few lines of ours agree with the library, to a metre in the length of the country."""
    right = great_circle((here.latitude, here.longitude), (there.latitude, there.longitude)).meters
    assert abs(metres_between(here, there) - right) < 1.0


def test_an_address_is_known_again_however_it_is_written() -> None:
    """Commas, capitals and blanks make no new address; another number does."""
    assert address_key("Flat 17, Cedar Court") == address_key("FLAT 17  CEDAR COURT.")
    assert address_key("Flat 17, Cedar Court") != address_key("Flat 71, Cedar Court")
    assert address_key(" , ") == ""
