"""Postcodes are put right where there is one reading, and asked about where there is none or more."""

from __future__ import annotations

from string import ascii_uppercase

import pytest
from hypothesis import given
from hypothesis import strategies as st

from logistics.domain.errors import BadInput
from logistics.gateways.geocoding import normalise_postcode
from logistics.gateways.geocoding.postcode import AREAS


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("SE16 3AA", "SE16 3AA"),
        (" se163aa ", "SE16 3AA"),
        ("se1 63aa", "SE16 3AA"),
        ("SE16\u00a03AA", "SE16 3AA"),
        ("N1.1aa", "N1 1AA"),
        ("w1a 1aa", "W1A 1AA"),
        ("ec1a 1bb", "EC1A 1BB"),
        ("CR0 2AA", "CR0 2AA"),
        ("BT1 1AA", "BT1 1AA"),
    ],
)
def test_case_and_spaces_do_not_matter(typed: str, meant: str) -> None:
    """However it is spaced or cased, a postcode is written one way."""
    assert normalise_postcode(typed) == meant


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("SE1O 2FT", "SE10 2FT"),
        ("SE16 OAA", "SE16 0AA"),
        ("SEI6 3AA", "SE16 3AA"),
        ("0L1 1AA", "OL1 1AA"),
        ("1P1 1AA", "IP1 1AA"),
        ("WIA 1AA", "W1A 1AA"),
        ("S014 2BA", "SO14 2BA"),
        ("CRO 2AA", "CR0 2AA"),
    ],
)
def test_a_letter_for_a_digit_is_put_right_where_only_one_fits(typed: str, meant: str) -> None:
    """O and 0, I and 1 are exchanged where the form of a postcode allows exactly one of them."""
    assert normalise_postcode(typed) == meant


def test_a_postcode_that_is_right_is_never_changed() -> None:
    """Southampton stays Southampton: a valid postcode is not read as another one that looks like it."""
    assert normalise_postcode("SO1 4AA") == "SO1 4AA"


@pytest.mark.parametrize(
    ("typed", "says"),
    [
        ("", "missing"),
        ("   ", "missing"),
        ("SE16", "not a whole postcode"),
        ("SE16 3AAB", "too long"),
        ("SE16 3OT", "not a postcode"),
        ("ZZ1 1AA", "not a postcode"),
        ("12345", "not a postcode"),
        ("ＳＥ１６", "letters and digits"),
        ("SE1/2FT", "letters and digits"),
        ("B1A 1AA", "not a postcode"),
    ],
)
def test_what_is_no_postcode_is_refused_with_what_to_type(typed: str, says: str) -> None:
    """The sentence says what is wrong and shows a postcode as it should be."""
    with pytest.raises(BadInput) as refused:
        normalise_postcode(typed)
    assert says in str(refused.value)
    assert "SE16 3AA" in str(refused.value)


def test_no_two_postcodes_differ_by_a_lookalike_alone() -> None:
    """Of every outward half there can be, none becomes another by O for 0 or I for 1: putting right is no guess."""
    districts = [str(n) for n in range(100)] + [f"{n}{letter}" for n in range(10) for letter in ascii_uppercase]
    halves = [area + district for area in AREAS for district in districts]
    valid = [half for half in halves if len(half) <= 4 and _stays(f"{half} 1AA")]
    assert len(valid) > 10_000
    assert len({half.replace("O", "0").replace("I", "1") for half in valid}) == len(valid)


def _stays(postcode: str) -> bool:
    try:
        return normalise_postcode(postcode) == postcode
    except BadInput:
        return False


@given(st.text(max_size=12))
def test_any_text_gives_a_postcode_or_a_sentence(text: str) -> None:
    """Whatever is typed, the answer is a stable postcode or BadInput, never another error."""
    try:
        once = normalise_postcode(text)
    except BadInput:
        return
    assert normalise_postcode(once) == once
