"""Input that nobody types by accident is refused with a sentence: never a fault of ours, never half a deed."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from logistics.domain.vocabulary import OrganisationKind, Role
from tests.web.request.answers import ANSWERS, draft_of, send, step_of
from tests.web.world import Visitor, World

WEEKS = ("9999-W52", "0001-W01", "1999-W52", "2200-W01")
DAYS = ("9999-12-31", "0001-01-01", "9999-W52-5")
DATES = (
    "99999999999999999999/1/1",
    "1/99999999999999999999/2026",
    "1/1/99999999999999999999",
    "9999-12-31",
    "0001-01-01",
)
CLOCKS = ("99999999999999999999:00", "0:99999999999999999999", "24:00", "-1:00")


@pytest.mark.parametrize("week", WEEKS)
@pytest.mark.parametrize("page", ["", "/map", "/links", "/publish", "/progress"])
def test_week_at_the_end_of_the_calendar_is_no_week(signed_in: Callable[..., Visitor], week: str, page: str) -> None:
    """The board counts days and weeks from the one in the address; where it cannot, it says so."""
    assert signed_in(Role.DISPATCHER).get(f"/week/{week}{page}").status_code == 422


@pytest.mark.parametrize("day", DAYS)
def test_day_at_the_end_of_the_calendar_is_no_day(signed_in: Callable[..., Visitor], day: str) -> None:
    """The day's board has a day before and one after."""
    dispatcher = signed_in(Role.DISPATCHER)
    assert dispatcher.get(f"/day/{day}").status_code == 404
    assert dispatcher.get(f"/day/{day}/mark").status_code == 404
    assert dispatcher.get(f"/print/9999-W52/{day}").status_code == 422


@pytest.mark.parametrize("typed", DATES)
def test_date_that_no_calendar_holds_is_shown_again(
    signed_in: Callable[..., Visitor], world: World, typed: str
) -> None:
    """A pause, an order and a shift with such a date come back with the field named."""
    coordinator = signed_in(Role.COORDINATOR)
    household, volunteer = world.household(), world.volunteer()
    pause = {"starts_on": typed, "ends_on": typed}
    order = {**ANSWERS["wish"], "starts_on": typed, "fulfilment": "delivery"}
    shift = {"on": typed, "starts_at": "10:00", "ends_at": "12:00"}
    for path, data in (
        (f"/households/{household}/pauses/new", pause),
        (f"/request/households/{household}/pause", pause),
        (f"/households/{household}/orders/new", order),
        (f"/volunteers/{volunteer}/shifts", shift),
    ):
        answer = coordinator.post(path, data=data)
        assert answer.status_code == 422, path
        assert "Enter a real date" in answer.text, path


@pytest.mark.parametrize("typed", CLOCKS)
def test_time_that_no_clock_shows_is_shown_again(signed_in: Callable[..., Visitor], world: World, typed: str) -> None:
    """A shift from 99999999999999999999 o'clock is a slip, said beside the field."""
    shift = {"on": "2026-12-02", "starts_at": typed, "ends_at": typed}
    answer = signed_in(Role.COORDINATOR).post(f"/volunteers/{world.volunteer()}/shifts", data=shift)
    assert answer.status_code == 422
    assert "Enter a time of day" in answer.text


@pytest.mark.parametrize("step", ["diet", "allergy", "texture"])
@pytest.mark.parametrize("go", ["on", "", "back"])
def test_question_that_may_not_be_asked_is_left_out(
    signed_in: Callable[..., Visitor], world: World, step: str, go: str
) -> None:
    """After a no to keeping health and religion, an answer about it leads to a question that may be asked."""
    advice = world.organisation("REF1", OrganisationKind.REFERRER)
    referrer = signed_in(email=world.account(Role.REFERRER, organisation_id=advice))
    page = referrer.get("/request/new")
    while step_of(page) != "agree":
        page = send(referrer, page, **ANSWERS[step_of(page)])
    page = send(referrer, page, agrees_food="yes", agrees_needs="no")
    for was_checked in ("", "1"):
        form = {"draft": draft_of(page), "step": step, "go": go, "was_checked": was_checked, "diets": "halal"}
        answer = referrer.post("/request/new", data=form)
        assert answer.status_code == 200
        assert step_of(answer) not in ("diet", "allergy", "texture")


@pytest.mark.parametrize("page", ["/search", "/households", "/volunteers"])
@pytest.mark.parametrize("words", ["\0", "a\0b"])
def test_null_in_an_address_is_refused(signed_in: Callable[..., Visitor], page: str, words: str) -> None:
    """PostgreSQL takes no text with a null in it, so no search may reach it with one."""
    assert signed_in(Role.COORDINATOR).get(page, query_string={"q": words}).status_code == 400


def test_half_a_letter_signs_nobody_in(visitor: Visitor) -> None:
    """JSON can hold half of a letter of two, which no encoding can: it is an address like any other that is none."""
    for email in ("\ud800", "ann\ud800@example.org"):
        answer = visitor.post("/sign-in", json={"email": email, "password": "plum-kettle"})
        assert answer.status_code in (200, 400), answer.status_code


@pytest.mark.parametrize("sent", [{"email": "a\0b"}, {"a\0b": "x"}])
def test_null_in_a_form_is_refused(visitor: Visitor, sent: dict[str, str]) -> None:
    """At the edge, before any view reads it."""
    assert visitor.post("/sign-in", data=sent).status_code == 400


def test_null_in_a_path_is_refused(signed_in: Callable[..., Visitor]) -> None:
    """A slug or a week with a null in it is asked of no database."""
    assert signed_in(Role.COORDINATOR).get("/week/2026-W4%009").status_code == 400
