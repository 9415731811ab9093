"""The fields about who eats in a household, the same in every form: read into a draft's parts, and shown from them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Protocol

from logistics.domain.household import (
    MOST_DETAIL_LETTERS,
    MOST_MEMBERS,
    MOST_OF_A_BAND,
    MOST_WHO_LETTERS,
    AgeBand,
    Extra,
    Kitchen,
    MemberNeeds,
)
from logistics.domain.vocabulary import Allergen, Diet
from logistics.services.household_people import age_field, extra_field, member_field
from web.forms import Form

AGE_FIELDS = tuple(age_field(band) for band in AgeBand)
MEMBER_PARTS = ("who", "band", "diets", "allergens")
MEMBER_FIELDS = tuple(member_field(number, part) for number in range(1, MOST_MEMBERS + 1) for part in MEMBER_PARTS)
DETAILED = (Extra.NAPPIES, Extra.PET_FOOD, Extra.OTHER)
EXTRA_FIELDS = ("extras", *(extra_field(kind) for kind in DETAILED))


class _People(Protocol):
    """What a page of a household knows of its people."""

    @property
    def ages(self) -> Mapping[AgeBand, int]: ...
    @property
    def members(self) -> tuple[MemberNeeds, ...]: ...
    @property
    def kitchen(self) -> Kitchen: ...
    @property
    def extras(self) -> Mapping[Extra, str]: ...


def read_ages(form: Form) -> dict[AgeBand, int]:
    """How many of each age; empty where no age was given."""
    counted = {
        band: form.whole(age_field(band), low=0, high=MOST_OF_A_BAND, what=f"Aged {band.label}", empty=0)
        for band in AgeBand
    }
    return {band: people for band, people in counted.items() if people}


def read_members(form: Form) -> tuple[MemberNeeds, ...]:
    """The people of whom something was said, in the order of the lines; empty lines are left out."""
    found = (
        MemberNeeds(
            who=form.text(member_field(number, "who"), most=MOST_WHO_LETTERS),
            band=form.choice(member_field(number, "band"), AgeBand),
            diets=form.choices(member_field(number, "diets"), Diet),
            allergens=form.choices(member_field(number, "allergens"), Allergen),
        )
        for number in range(1, MOST_MEMBERS + 1)
    )
    return tuple(member for member in found if not member.is_empty)


def read_kitchen(form: Form) -> Kitchen:
    """What they can cook with; a form that does not ask leaves it as it is for most."""
    return form.choice("kitchen", Kitchen) or Kitchen.FULL


def read_extras(form: Form) -> dict[Extra, str]:
    """What goes with their parcels, each with its words."""
    ticked = form.choices("extras", Extra)
    details = {kind: form.text(extra_field(kind), most=MOST_DETAIL_LETTERS) for kind in DETAILED}
    return {kind: details.get(kind, "") for kind in Extra if kind in ticked}


def people_values(people: _People) -> dict[str, object]:
    """What is stored, under the names of the fields, for `Form.showing`."""
    values: dict[str, object] = {age_field(band): people.ages.get(band) for band in AgeBand}
    for number, member in enumerate(people.members, start=1):
        values |= {member_field(number, part): getattr(member, part) for part in MEMBER_PARTS}
    values["kitchen"] = people.kitchen
    values["extras"] = list(people.extras)
    return values | {extra_field(kind): people.extras.get(kind) for kind in DETAILED}


def lines_shown(form: Form, *, spare: int = 1) -> range:
    """The numbers of the lines to show: every one that holds something, and so many empty ones."""
    filled = [
        number
        for number in range(1, MOST_MEMBERS + 1)
        if any(value for part in MEMBER_PARTS for value in form.values(member_field(number, part)))
    ]
    return range(1, min(MOST_MEMBERS, max(filled, default=0) + spare) + 1)
