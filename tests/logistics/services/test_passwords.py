"""Which passwords are taken: long ones of any characters, none that everybody uses, none with the person in it."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from logistics.domain.errors import BadInput
from logistics.services.passwords import hash_password, is_password, make_password


def refusal(password: str, **whose: str) -> str:
    """The sentence that refuses a password; empty when it was taken."""
    try:
        hash_password(password, **whose)
    except BadInput as wrong:
        return wrong.fields["password"]
    return ""


@pytest.mark.parametrize(
    "password",
    [
        "plum-kettle-heron-oak",
        "correct horse battery staple",
        "vrqzpwmtkxbn",  # twelve small letters: no sign of another kind is asked for
        "🍲🥕🫖🍞🧺🍎🥖🍐🧂🥔🍇🥣",
        "größte Kürbisse am Ufer",
        "x7Qd mW2p Lr9t " * 8,  # 120 characters
    ],
)
def test_long_password_of_any_characters_is_taken(password: str) -> None:
    """No capital, figure or sign is asked for; blanks, umlauts and pictures are letters like any other."""
    assert refusal(password) == ""


@pytest.mark.parametrize("password", ["", "plum-kettle", "🍲" * 11])
def test_fewer_than_twelve_characters_are_refused(password: str) -> None:
    """Eleven are too few, whatever they are."""
    assert refusal(password) == "Use 12 characters or more, such as three or four words"


@pytest.mark.parametrize(
    "password",
    [
        "password1234",
        "Password123!",
        "P@ssw0rd2026",
        "passwordpassword",
        "qwertyuiop12",
        "qwertyuiopasdfgh",
        "123456789012",
        "aaaaaaaaaaaa",
        "abcabcabcabc",
        "letmeinletmein",
        "iloveyou1234",
        "liverpool1892",
        "foodrounds2026",
        "abcdefghijkl",
    ],
)
def test_password_that_is_tried_first_is_refused(password: str) -> None:
    """Known passwords, also doubled, with a year behind them or with figures for letters, and rows of keys."""
    assert refusal(password).startswith("Choose another password: this one, or one like it")


@pytest.mark.parametrize(
    "password",
    [
        "amira.haddad@example.org",
        "AMIRA.HADDAD-kettle-plum",
        "heron-Haddad-kettle-oak",
        "kettle amira heron oak",
        "AmiraHaddad-zebra-quilt",
        "amira",
    ],
)
def test_own_name_and_address_are_refused(password: str) -> None:
    """The address, what stands before its @, and each name, in capitals or not."""
    assert refusal(password, email="Amira.Haddad@example.org", name="Amira Haddad")


def test_somebody_elses_name_is_a_word_like_any_other() -> None:
    """The same password is fine for a person of another name."""
    assert refusal("heron-haddad-kettle-oak", email="jo@example.org", name="Jo Li") == ""


def test_more_than_128_characters_are_refused() -> None:
    """Nobody makes the server hash a book."""
    assert refusal("plum kettle heron oak " * 6) == "Use 128 characters or fewer"


def test_letter_of_two_signs_is_the_same_letter() -> None:
    """A phone and a laptop send é in different ways; the password is the same."""
    typed = unicodedata.normalize("NFC", "crème brûlée kettle")
    assert is_password(unicodedata.normalize("NFD", typed), hash_password(typed))
    assert not is_password("creme brulee kettle", hash_password(typed))


def test_nothing_is_the_password_of_an_account_without_one() -> None:
    """No hash, or one of another kind, matches no password."""
    assert not is_password("plum-kettle-heron-oak", None)
    assert not is_password("plum-kettle-heron-oak", "$2b$12$not-argon")


@settings(max_examples=25, deadline=None)
@given(name=st.sampled_from(["Olive Oak", "Kettle Heron", "Basil Rivers", ""]), local=st.sampled_from(["plum", "a"]))
def test_made_password_may_be_used_by_its_person(name: str, local: str) -> None:
    """What the product makes for somebody passes its own rules, also when the person is called like a word in it."""
    email = f"{local}@example.org"
    assert refusal(make_password(email=email, name=name), email=email, name=name) == ""
