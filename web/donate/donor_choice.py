"""For whom something is logged: the donor that was chosen, or the only one that this actor may log for."""

from __future__ import annotations

import uuid

from logistics.domain.authority import Permission
from logistics.domain.errors import BadInput
from logistics.queries.donor_slots import donors_of
from web.context import account, actor, db
from web.forms import PROBLEM, Form


def donor_named(typed: str) -> uuid.UUID | None:
    """The donor asked for, if this actor may log for it; the only one, where there is only one."""
    donors = donors_of(db(), actor(), Permission.EDIT_SLOTS)
    if len(donors) == 1:
        return donors[0].id
    return next((donor.id for donor in donors if str(donor.id) == typed), None)


def chosen_donor(form: Form) -> uuid.UUID:
    """The same from a form. Raises BadInput when none was chosen."""
    donor_id = donor_named(form.value("donor"))
    if donor_id is None:
        raise BadInput(PROBLEM, {"donor": "Choose who donates it"})
    return donor_id


def speaker() -> str:
    """Who says what is in the food: kept with the declaration."""
    who = account()
    return (who.name or who.email) if who else ""
