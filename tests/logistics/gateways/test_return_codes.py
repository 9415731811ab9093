"""Codes with which somebody comes back: typed as people type, and the only key to what they lock."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from logistics.gateways.return_codes import LETTERS, hash_code, lock, new_code, plain_code, unlock


def test_a_code_is_a_hundred_random_bits() -> None:
    """Twenty letters of thirty-two, in four groups; no two alike."""
    made = {new_code() for _ in range(200)}
    assert len(made) == 200
    assert all([len(group) for group in code.split("-")] == [5, 5, 5, 5] for code in made)
    assert len(LETTERS) == 32


def test_typed_badly_it_is_the_same_code() -> None:
    """Small letters, blanks, no dashes, an O for a nought and an l for a one."""
    code = "7H2K0-04MX1-9TZB3-W5EYN"
    for typed in ("7h2ko 04mxl 9tzb3 w5eyn", "7H2K004MXI9TZB3W5EYN", f"  {code}. "):
        assert plain_code(typed) == plain_code(code)
        assert hash_code(typed) == hash_code(code)


@given(st.text(max_size=300))
def test_anything_may_be_typed(typed: str) -> None:
    """Whatever it is, it opens nothing and breaks nothing."""
    assert unlock(typed, lock("7H2K0-04MX1-9TZB3-W5EYN", b"words")) is None


def test_only_its_code_opens_it() -> None:
    """What is locked holds nothing that can be read, and nothing opens it when a byte has changed."""
    code = new_code()
    locked = lock(code, b"Amina is allergic to milk")
    assert b"Amina" not in locked
    assert unlock(code.lower(), locked) == b"Amina is allergic to milk"
    assert unlock(new_code(), locked) is None
    assert unlock(code, locked[:-1] + b"A") is None
