"""The states of the week's things and the transitions they may make (DOMAIN: states). Illegal ones are refused everywhere."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum

from logistics.domain.errors import IllegalTransition


class OrderState(StrEnum):
    """A dated order, from wish to door."""

    DRAFT = "draft"
    SUBMITTED = "submitted"
    CONFIRMED = "confirmed"
    ALLOCATED = "allocated"
    PLANNED = "planned"
    PACKED = "packed"
    OUT_FOR_DELIVERY = "out_for_delivery"
    DELIVERED = "delivered"
    PART_DELIVERED = "part_delivered"
    FAILED = "failed"
    READY_TO_COLLECT = "ready_to_collect"
    COLLECTED = "collected"
    NOT_COLLECTED = "not_collected"
    DECLINED = "declined"
    ON_HOLD = "on_hold"
    CANCELLED = "cancelled"


class SlotState(StrEnum):
    """A donation slot, from offer to van."""

    OFFERED = "offered"
    CONFIRMED = "confirmed"
    READY = "ready"
    COLLECTED = "collected"
    SHORT = "short"
    REJECTED = "rejected"
    MISSED = "missed"
    WITHDRAWN = "withdrawn"
    EXPIRED = "expired"


class WeekState(StrEnum):
    """A week. A re-plan makes a new plan version."""

    OPEN = "open"
    ORDERS_CLOSED = "orders_closed"
    SOLVING = "solving"
    PROPOSED = "proposed"
    PUBLISHED = "published"
    RUNNING = "running"
    CLOSED = "closed"


class PlanState(StrEnum):
    """A plan version: a proposal, the one sent out, or one that a later version replaced."""

    PROPOSED = "proposed"
    PUBLISHED = "published"
    SUPERSEDED = "superseded"


class RouteState(StrEnum):
    """A route, from proposal to handed-back box."""

    DRAFT = "draft"
    PUBLISHED = "published"
    ACCEPTED = "accepted"
    LOADED = "loaded"
    IN_PROGRESS = "in_progress"
    COMPLETED = "completed"
    RECONCILED = "reconciled"
    DECLINED = "declined"
    HANDED_OVER = "handed_over"
    ABORTED = "aborted"


class StopState(StrEnum):
    """A stop. A failed stop can be reopened: events are appended, never edited."""

    PLANNED = "planned"
    EN_ROUTE = "en_route"
    ARRIVED = "arrived"
    COMPLETED = "completed"
    FAILED = "failed"
    SKIPPED = "skipped"
    CANCELLED = "cancelled"


class RunState(StrEnum):
    """A solve run as a durable job."""

    QUEUED = "queued"
    RUNNING = "running"
    FINISHED = "finished"
    CANCELLED = "cancelled"
    FAILED = "failed"


class FollowUpState(StrEnum):
    """A follow-up, from worry to outcome."""

    RAISED = "raised"
    TRIAGED = "triaged"
    ASSIGNED = "assigned"
    CONTACT_ATTEMPTED = "contact_attempted"
    CONTACTED = "contacted"
    ACTION_AGREED = "action_agreed"
    REFERRED = "referred"
    ESCALATED = "escalated"
    EMERGENCY = "emergency"
    CLOSED = "closed"
    DUPLICATE = "duplicate"


class ReferralState(StrEnum):
    """A form that a resident sent, until a coordinator has answered it."""

    WAITING = "waiting"
    ASKED = "asked"
    ACCEPTED = "accepted"
    DECLINED = "declined"


Or, D, W, P, R, S, Q = OrderState, SlotState, WeekState, PlanState, RouteState, StopState, RunState
F = FollowUpState
A = ReferralState

TRANSITIONS: Mapping[type[StrEnum], Mapping[StrEnum, tuple[StrEnum, ...]]] = {
    OrderState: {
        Or.DRAFT: (Or.SUBMITTED, Or.CANCELLED),
        Or.SUBMITTED: (Or.CONFIRMED, Or.DECLINED, Or.ON_HOLD, Or.CANCELLED),
        Or.CONFIRMED: (Or.ALLOCATED, Or.PLANNED, Or.READY_TO_COLLECT, Or.ON_HOLD, Or.CANCELLED),
        Or.ALLOCATED: (Or.PLANNED, Or.CONFIRMED, Or.READY_TO_COLLECT, Or.ON_HOLD, Or.CANCELLED),
        Or.PLANNED: (
            Or.CONFIRMED,
            Or.ALLOCATED,
            Or.PACKED,
            Or.OUT_FOR_DELIVERY,
            Or.DELIVERED,
            Or.PART_DELIVERED,
            Or.FAILED,
            Or.ON_HOLD,
            Or.CANCELLED,
        ),
        Or.PACKED: (Or.OUT_FOR_DELIVERY, Or.PLANNED, Or.DELIVERED, Or.PART_DELIVERED, Or.FAILED, Or.CANCELLED),
        Or.OUT_FOR_DELIVERY: (Or.DELIVERED, Or.PART_DELIVERED, Or.FAILED),
        Or.DELIVERED: (Or.OUT_FOR_DELIVERY,),
        Or.PART_DELIVERED: (Or.OUT_FOR_DELIVERY,),
        Or.FAILED: (Or.OUT_FOR_DELIVERY,),
        Or.READY_TO_COLLECT: (Or.COLLECTED, Or.NOT_COLLECTED, Or.CONFIRMED, Or.CANCELLED),
        Or.COLLECTED: (Or.READY_TO_COLLECT,),
        Or.NOT_COLLECTED: (Or.READY_TO_COLLECT,),
        Or.ON_HOLD: (Or.SUBMITTED, Or.CONFIRMED, Or.DECLINED, Or.CANCELLED),
        Or.DECLINED: (),
        Or.CANCELLED: (),
    },
    SlotState: {
        D.OFFERED: (D.CONFIRMED, D.WITHDRAWN, D.EXPIRED),
        D.CONFIRMED: (D.READY, D.COLLECTED, D.SHORT, D.REJECTED, D.MISSED, D.WITHDRAWN),
        D.READY: (D.COLLECTED, D.SHORT, D.REJECTED, D.MISSED),
        # An outcome that was told wrongly is told again; the trail keeps both.
        D.COLLECTED: (D.SHORT, D.REJECTED, D.MISSED),
        D.SHORT: (D.COLLECTED, D.REJECTED, D.MISSED),
        D.REJECTED: (D.COLLECTED, D.SHORT, D.MISSED),
        D.MISSED: (D.COLLECTED, D.SHORT, D.REJECTED),
        D.WITHDRAWN: (D.OFFERED,),
        D.EXPIRED: (),
    },
    WeekState: {
        W.OPEN: (W.ORDERS_CLOSED,),
        W.ORDERS_CLOSED: (W.SOLVING, W.PROPOSED, W.OPEN),
        W.SOLVING: (W.PROPOSED, W.ORDERS_CLOSED, W.PUBLISHED, W.RUNNING),
        W.PROPOSED: (W.SOLVING, W.PUBLISHED, W.ORDERS_CLOSED),
        W.PUBLISHED: (W.RUNNING, W.SOLVING, W.PROPOSED, W.CLOSED),
        W.RUNNING: (W.CLOSED, W.SOLVING, W.PROPOSED),
        W.CLOSED: (),
    },
    PlanState: {
        P.PROPOSED: (P.PUBLISHED, P.SUPERSEDED),
        P.PUBLISHED: (P.SUPERSEDED,),
        P.SUPERSEDED: (),
    },
    RouteState: {
        R.DRAFT: (R.PUBLISHED,),
        R.PUBLISHED: (R.ACCEPTED, R.DECLINED, R.HANDED_OVER, R.ABORTED),
        R.ACCEPTED: (R.LOADED, R.IN_PROGRESS, R.DECLINED, R.HANDED_OVER, R.ABORTED),
        R.LOADED: (R.IN_PROGRESS, R.HANDED_OVER, R.ABORTED),
        R.IN_PROGRESS: (R.COMPLETED, R.HANDED_OVER, R.ABORTED),
        R.COMPLETED: (R.RECONCILED, R.IN_PROGRESS),
        R.RECONCILED: (),
        R.DECLINED: (R.HANDED_OVER,),
        R.HANDED_OVER: (),
        R.ABORTED: (R.HANDED_OVER,),
    },
    StopState: {
        S.PLANNED: (S.EN_ROUTE, S.ARRIVED, S.COMPLETED, S.FAILED, S.SKIPPED, S.CANCELLED),
        S.EN_ROUTE: (S.ARRIVED, S.COMPLETED, S.FAILED, S.SKIPPED, S.PLANNED),
        S.ARRIVED: (S.COMPLETED, S.FAILED, S.PLANNED),
        S.COMPLETED: (S.PLANNED,),
        S.FAILED: (S.PLANNED,),
        S.SKIPPED: (S.PLANNED,),
        S.CANCELLED: (),
    },
    RunState: {
        Q.QUEUED: (Q.RUNNING, Q.CANCELLED, Q.FAILED),
        Q.RUNNING: (Q.FINISHED, Q.CANCELLED, Q.FAILED, Q.QUEUED),
        Q.FINISHED: (),
        Q.CANCELLED: (),
        Q.FAILED: (),
    },
    FollowUpState: {
        F.RAISED: (F.TRIAGED, F.ASSIGNED, F.ESCALATED, F.EMERGENCY, F.DUPLICATE),
        F.TRIAGED: (F.ASSIGNED, F.ESCALATED, F.EMERGENCY, F.DUPLICATE),
        F.ASSIGNED: (F.CONTACT_ATTEMPTED, F.CONTACTED, F.ESCALATED, F.EMERGENCY, F.DUPLICATE),
        F.CONTACT_ATTEMPTED: (F.CONTACTED, F.ESCALATED, F.EMERGENCY, F.DUPLICATE, F.CLOSED),
        F.CONTACTED: (F.ACTION_AGREED, F.REFERRED, F.ESCALATED, F.EMERGENCY, F.CLOSED),
        F.ACTION_AGREED: (F.CONTACT_ATTEMPTED, F.CONTACTED, F.REFERRED, F.ESCALATED, F.EMERGENCY, F.CLOSED),
        F.REFERRED: (F.CONTACT_ATTEMPTED, F.CONTACTED, F.ESCALATED, F.EMERGENCY, F.CLOSED),
        F.ESCALATED: (F.ASSIGNED, F.CONTACT_ATTEMPTED, F.CONTACTED, F.EMERGENCY, F.DUPLICATE),
        F.EMERGENCY: (F.CONTACTED, F.ACTION_AGREED, F.REFERRED, F.CLOSED),
        F.CLOSED: (),
        F.DUPLICATE: (),
    },
    ReferralState: {
        A.WAITING: (A.ASKED, A.ACCEPTED, A.DECLINED),
        A.ASKED: (A.WAITING, A.ACCEPTED, A.DECLINED),
        A.ACCEPTED: (),
        A.DECLINED: (),
    },
}

_THINGS: Mapping[type[StrEnum], str] = {
    OrderState: "order",
    SlotState: "donation slot",
    WeekState: "week",
    PlanState: "plan version",
    RouteState: "route",
    StopState: "stop",
    RunState: "solve run",
    FollowUpState: "follow-up",
    ReferralState: "form",
}


def change[State: StrEnum](current: State, wanted: State) -> State:
    """The wanted state, if the current one may become it. Raises IllegalTransition that names both.

    A state may always "become" itself, so that a step repeated after a crash is harmless.
    """
    if current is wanted:
        return wanted
    allowed = TRANSITIONS[type(current)][current]
    if wanted not in allowed:
        raise IllegalTransition(_THINGS[type(current)], current.value, wanted.value, tuple(s.value for s in allowed))
    return wanted
