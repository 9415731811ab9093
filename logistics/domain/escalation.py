"""Who is told about a follow-up, and when: at once where it is urgent, then rung by rung once its deadline has passed."""

from __future__ import annotations

from collections.abc import Set as AbstractSet
from datetime import datetime, timedelta
from enum import StrEnum

from logistics.domain.care import ConcernUrgency, FollowUpCause
from logistics.domain.care_times import CareTimes
from logistics.domain.vocabulary import Role


class EscalationRung(StrEnum):
    """The steps of telling people. Each is taken once for each deadline of a follow-up."""

    AT_ONCE = "at_once"
    OWNER = "owner"
    LEAD = "lead"
    DEPUTY = "deputy"
    COORDINATOR = "coordinator"

    @property
    def label(self) -> str:
        """As people read it."""
        return {
            "at_once": "Told at once",
            "owner": "Whoever has it was reminded",
            "lead": "Passed to the safeguarding lead",
            "deputy": "Passed to the deputy",
            "coordinator": "Passed to the coordinators",
        }[self.value]


_SAFEGUARDING = (Role.SAFEGUARDING_LEAD, Role.SAFEGUARDING_DEPUTY)


def tells_at_once(cause: FollowUpCause, urgency: ConcernUrgency, *, is_restricted: bool) -> bool:
    """Whether people are told in the moment it is opened: whatever is urgent, and whatever only the lead can see."""
    return is_restricted or cause is FollowUpCause.NO_REPLY or urgency is ConcernUrgency.URGENT


def roles_of(rung: EscalationRung, cause: FollowUpCause, *, is_restricted: bool) -> tuple[Role, ...]:
    """Who is told at a rung; for OWNER, who is told where nobody owns it.

    A restricted concern goes to lead and deputy at every rung: it may be about anybody else.
    """
    if is_restricted:
        return _SAFEGUARDING
    return {
        EscalationRung.AT_ONCE: (Role.SUPPORT_WORKER,) if cause is FollowUpCause.NO_REPLY else _SAFEGUARDING,
        EscalationRung.OWNER: (Role.SUPPORT_WORKER,),
        EscalationRung.LEAD: (Role.SAFEGUARDING_LEAD,),
        EscalationRung.DEPUTY: (Role.SAFEGUARDING_DEPUTY,),
        EscalationRung.COORDINATOR: (Role.COORDINATOR,),
    }[rung]


def rung_times(due_at: datetime, times: CareTimes) -> tuple[tuple[EscalationRung, datetime], ...]:
    """When each rung after the deadline is reached, in order."""
    return (
        (EscalationRung.OWNER, due_at),
        (EscalationRung.LEAD, due_at + timedelta(seconds=times.lead_after_s)),
        (EscalationRung.DEPUTY, due_at + timedelta(seconds=times.deputy_after_s)),
        (EscalationRung.COORDINATOR, due_at + timedelta(seconds=times.coordinator_after_s)),
    )


def rungs_to_take(
    due_at: datetime, times: CareTimes, taken: AbstractSet[EscalationRung], *, now: datetime
) -> tuple[EscalationRung, ...]:
    """The rungs of this deadline whose time has come and that nobody has taken yet, in order."""
    return tuple(rung for rung, at in rung_times(due_at, times) if at <= now and rung not in taken)
