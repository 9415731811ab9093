"""Striking a person's values out: nothing that a stranger types can touch a word of the program."""

from __future__ import annotations

import pytest

from logistics.domain.erasure import Striker

NEW = "gone-0123456789ab"


def striker(*values: str, ref: str = "H0004") -> Striker:
    """Of one person."""
    return Striker(values, ref=ref, new_ref=NEW)


def test_values_and_reference_go_out_of_texts_as_whole_words() -> None:
    """Any case, the longest first; what only looks alike stays."""
    text = "Nobody can reach H0004 at 7 Rose Lane, rose lane; Ada Brook (h0004) is not H00042."
    struck = striker("7 Rose Lane", "Ada Brook").text(text)
    assert struck == f"Nobody can reach {NEW} at (erased), rose lane; (erased) ({NEW}) is not H00042."


@pytest.mark.parametrize("name", ["reason", "no_reply", "stops", "routes", "mon", "collected", "2026-12-02", "none"])
def test_a_name_that_is_a_word_of_the_program_changes_no_document(name: str) -> None:
    """Somebody may call themselves what they like: fields, closed words, days and times stay what they are."""
    document = {
        "reason": "no_reply",
        "stops": ["mon A 3"],
        "routes": {"A": {"collected": 3}},
        "on": "2026-12-02",
        "why": "none",
    }
    assert striker(name).of(document) == document


@pytest.mark.parametrize("ref", ["12", "2026", "mon", "no_reply"])
def test_a_reference_like_a_number_or_a_word_changes_no_time(ref: str) -> None:
    """Spreadsheets number people from 1; a time of day is not one of them."""
    document = {"12": 12, "on": "2026-12-02", "between": "12:00 to 14:00", "reason": "No_reply"}
    assert striker(ref=ref).of(document) == document


def test_a_document_loses_the_very_reference_and_what_stands_in_its_sentences() -> None:
    """A leaf that is the reference, and prose; names of fields never."""
    document = {
        "H0004": 1,
        "who": "H0004",
        "others": ["H00042"],
        "notes": ["H0004 was out. Ring 07700 900123."],
        "n": 4,
    }
    assert striker("07700 900123").of(document) == {
        "H0004": 1, "who": NEW, "others": ["H00042"], "notes": [f"{NEW} was out. Ring (erased)."], "n": 4
    }  # fmt: skip


def test_a_name_of_one_word_goes_as_it_is_written() -> None:
    """Amina is a name where it has its capital; a name in small letters could be any word."""
    assert striker("Amina").text("Amina asked, and amina is a word here") == "(erased) asked, and amina is a word here"
    assert striker("portions").text("12 portions came") == "12 portions came"
