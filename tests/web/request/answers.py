"""A referrer's answers, page by page, as a browser sends them: each page carries the draft of the one before."""

from __future__ import annotations

import re
from typing import Any

from werkzeug.test import TestResponse

from tests.web.world import Visitor

ANSWERS: dict[str, dict[str, Any]] = {
    "who": {"contact_name": "Amina Diallo", "address": "Flat 4, Rowan House", "postcode": "se16 4tb"},
    "people": {"adults": "1", "children": "2"},
    "contact": {"phone": "07700 900321", "language": "fr"},
    "door": {"floor": "3", "has_lift": "no", "access_notes": "Buzzer 4", "handover": "neighbour"},
    "agree": {"agrees_food": "yes", "agrees_needs": "yes"},
    "diet": {"diets": ["halal"]},
    "allergy": {"allergy": "some", "allergens": ["peanuts", "sesame"], "unmapped": ""},
    "texture": {"texture_iddsi": ""},
    "each": {},
    "kitchen": {"kitchen": "full"},
    "extras": {},
    "wish": {
        "product": "hot_meal", "quantity": "3", "days": ["mon", "wed"], "window_start": "12:00", "window_end": "14:00",
        "frequency": "weekly", "starts_on": "", "ends_on": "",
    },
    "until": {},
}  # fmt: skip


def step_of(page: TestResponse) -> str:
    """Which question a page asks."""
    found = re.search(r'name="step" value="(\w+)"', page.text)
    assert found is not None, page.text
    return found[1]


def draft_of(page: TestResponse) -> str:
    """The draft that the page carries."""
    found = re.search(r'name="draft" value="([^"]+)"', page.text)
    assert found is not None
    return found[1]


def send(client: Visitor, page: TestResponse, **fields: Any) -> TestResponse:
    """Send a page on, with these fields of it."""
    return client.post("/request/new", data={"draft": draft_of(page), "step": step_of(page), **fields})


def answer_all(client: Visitor, **changes: dict[str, Any]) -> TestResponse:
    """From the first question to the page that shows all answers."""
    page = client.get("/request/new")
    while (step := step_of(page)) != "check":
        page = send(client, page, **{**ANSWERS[step], **changes.get(step, {})})
        assert page.status_code == 200, (step, page.text)
    return page
