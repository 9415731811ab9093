"""Whether two households look the same: two of address, name and phone."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from logistics.domain.look_alikes import Identity, Likeness, likenesses, look_the_same, plain_address, plain_phone

AMINA = Identity(name="Amina Diallo", address="Flat 4, Rowan House", postcode="SE16 4TB", phone="07700 900321")
TEXT = st.text(max_size=30)


@pytest.mark.parametrize(
    ("name", "address", "postcode", "phone", "same"),
    [
        ("Aminah Dialo", "4 Rowan House", "se164tb", "", True),
        ("Diallo, Amina", "another street", "SE1 1AA", "+44 7700 900321", True),
        ("Somebody Else", "flat 4 rowan house", "SE16 4TB", "07700900321", True),
        ("Moussa Diallo", "Flat 4, Rowan House", "SE16 4TB", "07700 900999", False),
        ("Amina Diallo", "Flat 40, Rowan House", "SE16 4TB", "", False),
        ("Somebody Else", "9 Rowan House", "SE16 4TB", "07700 900321", False),
        ("", "", "", "", False),
    ],
)
def test_two_of_three(name: str, address: str, postcode: str, phone: str, same: bool) -> None:
    """Spelling, order, dashes and "Flat" make no other household; one likeness alone makes none the same."""
    assert look_the_same(AMINA, Identity(name=name, address=address, postcode=postcode, phone=phone)) is same


def test_streets_are_known_by_their_short_forms() -> None:
    """ "Rd" is "Road"; another number is another door."""
    assert plain_address("12 Jamaica Rd.", "SE16 4TB") == plain_address("12, Jamaica Road", "se16 4tb")
    assert plain_address("12 Jamaica Road", "SE16 4TB") != plain_address("21 Jamaica Road", "SE16 4TB")
    assert plain_address("", "SE16 4TB") == plain_address("12 Jamaica Road", "") == ""
    assert (plain_phone("+44 7700 900321"), plain_phone("12345")) == ("7700900321", "")


@given(st.builds(Identity, name=TEXT, address=TEXT, postcode=TEXT, phone=TEXT), st.booleans())
def test_likeness_is_mutual(other: Identity, turned: bool) -> None:
    """Either side of two groups is told the same, whatever was typed."""
    first, second = (other, AMINA) if turned else (AMINA, other)
    assert likenesses(first, second) == likenesses(second, first)
    assert likenesses(AMINA, AMINA) == set(Likeness)
