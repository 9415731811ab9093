"""The trail of a donation: what it was before a change and what it is after, each with who and when."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from sqlalchemy.orm import Session

from logistics.domain.authority import Actor
from logistics.domain.vocabulary import AllergenDeclaration
from logistics.persistence.tables import Batch, DonationSlot
from logistics.services.audit import note

SUBJECT = "donation_slot"
BY_WEEK_LINK = "week_link"
BY_SCHEDULE = "schedule"
BY_DRIVER = "driver"
BY_CALENDAR = "calendar"
BY_IMPORT = "import"


def facts_of(slot: DonationSlot) -> dict[str, str]:
    """What a person would call a change of a slot, as words: taken before and after, the difference is the trail's."""
    held = slot.hot_hold_until
    facts = {
        "state": slot.state.value,
        "day": slot.service_date.isoformat(),
        "ready at": f"{slot.ready_at:%H:%M}",
        "collect by": f"{slot.collect_by:%H:%M}",
        "temperature": slot.temperature.value,
        "kept hot until": f"{held:%H:%M}" if held else "",
        "food": "; ".join(_amount(batch) for batch in slot.batches),
        "allergens": "; ".join(_allergens(batch) for batch in slot.batches),
        "suitable for": "; ".join(", ".join(sorted(diet.label for diet in batch.diets)) for batch in slot.batches),
        "use by": "; ".join(batch.use_by.isoformat() if batch.use_by else "none" for batch in slot.batches),
        "texture": "; ".join(str(batch.texture_iddsi or "ordinary") for batch in slot.batches),
    }
    counted = [batch.portions_collected for batch in slot.batches]
    if any(count is not None for count in counted):
        facts["collected"] = "; ".join("not counted" if count is None else str(count) for count in counted)
    return facts


def note_slot(
    session: Session,
    actor: Actor,
    slot: DonationSlot,
    action: str,
    *,
    before: Mapping[str, str] | None,
    now: datetime,
    by: str = "",
    reason: str = "",
) -> None:
    """One line of the trail: from and to of everything that differs. `before` None: the slot is new. `by`: who, if no account."""
    session.flush()
    after = facts_of(slot)
    names = dict.fromkeys([*(before or {}), *after]) if before is not None else dict.fromkeys(["state", "food"])
    changes = {
        name: [(before or {}).get(name, ""), after.get(name, "")]
        for name in names
        if (before or {}).get(name, "") != after.get(name, "")
    }
    told = {"by": by} if by else {}
    if reason:
        told["reason"] = reason
    note(session, actor, action, SUBJECT, slot.id, now=now, changes=changes, **told)


def _amount(batch: Batch) -> str:
    return f"{batch.portions} × {batch.dish}" if batch.portions else f"{batch.weight_g / 1000:g} kg {batch.dish}"


def _allergens(batch: Batch) -> str:
    if batch.declaration is AllergenDeclaration.CONTAINS:
        return "contains " + ", ".join(sorted(allergen.label.lower() for allergen in batch.allergens))
    return "none of the 14" if batch.declaration is AllergenDeclaration.NONE else "not declared"
