"""Who may do what: network-wide, in their own organisation, with their own household."""

from __future__ import annotations

import uuid

import pytest

from logistics.domain.authority import Actor, Grant, Permission
from logistics.domain.errors import Forbidden
from logistics.domain.vocabulary import Role

NETWORK, OURS, THEIRS = uuid.uuid4(), uuid.uuid4(), uuid.uuid4()


def actor(role: Role, **ties: uuid.UUID) -> Actor:
    """Somebody with this one grant."""
    return Actor(network_id=NETWORK, grants=(Grant(role=role, **ties),))


def test_a_dispatcher_plans_and_edits_nobody() -> None:
    """Plans of the network; people read-only."""
    dispatcher = actor(Role.DISPATCHER)
    dispatcher.require(Permission.PLAN_WEEK)
    dispatcher.require(Permission.SEE_HOUSEHOLD, organisations=frozenset({THEIRS}))
    with pytest.raises(Forbidden):
        dispatcher.require(Permission.EDIT_HOUSEHOLD, organisations=frozenset({THEIRS}))


def test_a_group_lead_sees_the_households_of_the_own_group_only() -> None:
    """Those of another group are refused, and so are those of none."""
    lead = actor(Role.GROUP_LEAD, organisation_id=OURS)
    assert lead.may(Permission.SEE_HOUSEHOLD, organisations=frozenset({OURS, THEIRS}))
    assert not lead.may(Permission.SEE_HOUSEHOLD, organisations=frozenset({THEIRS}))
    assert not lead.may(Permission.SEE_HOUSEHOLD)


def test_a_grant_tied_to_nothing_gives_nothing() -> None:
    """A group lead of no group does not match a household of no group."""
    assert not actor(Role.GROUP_LEAD).may(Permission.SEE_HOUSEHOLD, organisations=frozenset())


def test_a_recipient_sees_the_own_household_only() -> None:
    """As the page of requests shows it, and no other one, nor the list, nor the desk's page about it."""
    recipient = actor(Role.RECIPIENT, household_id=OURS)
    assert recipient.may(Permission.SEE_REQUESTS, household_id=OURS)
    assert not recipient.may(Permission.SEE_REQUESTS, household_id=THEIRS)
    assert not recipient.may(Permission.SEE_REQUESTS)
    assert not recipient.may_somewhere(Permission.SEE_HOUSEHOLD)


def test_the_gate_of_a_page_opens_for_whoever_may_do_it_to_something() -> None:
    """A donor edits slots somewhere, and plans nowhere."""
    donor = actor(Role.DONOR, organisation_id=OURS)
    assert donor.may_somewhere(Permission.EDIT_SLOTS)
    assert not donor.may_somewhere(Permission.PLAN_WEEK)


def test_the_list_of_organisations_is_the_own_one_or_all() -> None:
    """None means the whole network."""
    assert actor(Role.DONOR, organisation_id=OURS).organisations_for(Permission.EDIT_SLOTS) == {OURS}
    assert actor(Role.COORDINATOR).organisations_for(Permission.EDIT_SLOTS) is None
    assert actor(Role.DRIVER).organisations_for(Permission.EDIT_SLOTS) == frozenset()


@pytest.mark.parametrize("permission", Permission)
def test_an_admin_reads_no_case_notes(permission: Permission) -> None:
    """Accounts, settings, and who looked at what, of which they see a reference alone."""
    allowed = {
        Permission.MANAGE_ACCOUNTS,
        Permission.INVITE,
        Permission.EDIT_NETWORK,
        Permission.EDIT_SETTINGS,
        Permission.SEE_LOOKS,
        Permission.SET_DOOR_PHOTOS,
    }
    assert actor(Role.ADMIN).may_somewhere(permission) is (permission in allowed)


@pytest.mark.parametrize("permission", Permission)
def test_the_command_line_may_do_all_and_a_stranger_nothing(permission: Permission) -> None:
    """Whoever runs the command holds the database already."""
    assert Actor.system(NETWORK).may(permission)
    assert not Actor(network_id=NETWORK).may_somewhere(permission)


@pytest.mark.parametrize(
    ("giver", "given"),
    [
        (Role.ADMIN, set(Role)),
        (Role.COORDINATOR, set(Role) - {Role.ADMIN, Role.SAFEGUARDING_LEAD, Role.SAFEGUARDING_DEPUTY}),
        (Role.DISPATCHER, {Role.DRIVER, Role.DISPATCHER}),
    ],
    ids=["admin", "coordinator", "dispatcher"],
)
def test_nobody_gives_more_than_they_may(giver: Role, given: set[Role]) -> None:
    """An admin gives every role; a coordinator none that manages accounts or reads restricted concerns."""
    assert {role for role in Role if actor(giver).may_give(role)} == given
