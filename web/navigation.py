"""The desks of the product and who may sit at them: the masthead's links, and where each role starts."""

from __future__ import annotations

from dataclasses import dataclass

from logistics.domain.authority import Actor, Permission
from logistics.domain.vocabulary import Role


@dataclass(frozen=True, slots=True, kw_only=True)
class Desk:
    """A part of the product as the masthead names it."""

    label: str
    path: str
    permission: Permission
    icon: str


DESKS = (
    Desk(label="Week", path="/week", permission=Permission.SEE_WEEK, icon="clock"),
    Desk(label="Today", path="/day", permission=Permission.SEE_DAY, icon="van"),
    Desk(label="Follow-ups", path="/follow-ups", permission=Permission.FOLLOW_UP, icon="worry"),
    Desk(label="Calls", path="/calls", permission=Permission.FOLLOW_UP, icon="phone"),
    Desk(label="Donations", path="/donate", permission=Permission.SEE_SLOTS, icon="hot"),
    Desk(label="Requests", path="/request", permission=Permission.ADD_HOUSEHOLD, icon="parcel"),
    Desk(label="Households", path="/households", permission=Permission.SEE_HOUSEHOLD, icon="door"),
    Desk(label="Places", path="/places", permission=Permission.PLACE_ADDRESSES, icon="pin"),
    Desk(label="Volunteers", path="/volunteers", permission=Permission.SEE_VOLUNTEERS, icon="person"),
    Desk(label="Organisations", path="/organisations", permission=Permission.SEE_ORGANISATIONS, icon="rounds"),
    Desk(label="Accounts", path="/accounts", permission=Permission.MANAGE_ACCOUNTS, icon="lock"),
    Desk(label="Network", path="/network", permission=Permission.EDIT_NETWORK, icon="rounds"),
    Desk(label="Who looked", path="/looks", permission=Permission.SEE_LOOKS, icon="lock"),
)


def desks_of(actor: Actor | None) -> tuple[Desk, ...]:
    """The desks that this actor may sit at, in the order of the week."""
    if actor is None:
        return ()
    return tuple(desk for desk in DESKS if actor.may_somewhere(desk.permission))


def start_of(actor: Actor) -> str | None:
    """The path where this actor starts, or None when no page is for them (a driver comes by link)."""
    roles = {grant.role for grant in actor.grants}
    if roles <= {Role.REFERRER, Role.RECIPIENT} and roles:
        return "/request"
    if roles == {Role.GROUP_LEAD}:
        return "/households"
    desks = desks_of(actor)
    return desks[0].path if desks else None
