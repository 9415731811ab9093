"""Who may do what: role x permission, scoped to a network, an organisation or a person (DOMAIN). Deny by default."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from logistics.domain.errors import Forbidden
from logistics.domain.vocabulary import Role


class Permission(StrEnum):
    """Everything that can be allowed. A page, a command or a job names exactly one."""

    SEE_WEEK = "see_week"
    PLAN_WEEK = "plan_week"
    PUBLISH_PLAN = "publish_plan"
    SEE_DAY = "see_day"
    RUN_DAY = "run_day"
    PRINT_SHEETS = "print_sheets"
    SHARE_DRIVER_LINK = "share_driver_link"
    SHARE_DONOR_LINK = "share_donor_link"
    SEARCH_PEOPLE = "search_people"
    SEE_HOUSEHOLD = "see_household"
    SEE_REQUESTS = "see_requests"
    EDIT_HOUSEHOLD = "edit_household"
    ADD_HOUSEHOLD = "add_household"
    PAUSE_HOUSEHOLD = "pause_household"
    EDIT_ACCESS_NOTES = "edit_access_notes"
    PLACE_ADDRESSES = "place_addresses"
    SEE_VOLUNTEERS = "see_volunteers"
    EDIT_VOLUNTEERS = "edit_volunteers"
    SEE_ORGANISATIONS = "see_organisations"
    EDIT_ORGANISATIONS = "edit_organisations"
    SEE_SLOTS = "see_slots"
    EDIT_SLOTS = "edit_slots"
    FOLLOW_UP = "follow_up"
    READ_RESTRICTED = "read_restricted"
    SET_CARE_TIMES = "set_care_times"
    SEE_LOOKS = "see_looks"
    SET_DOOR_PHOTOS = "set_door_photos"
    EXPORT_PERSON = "export_person"
    ERASE_PERSON = "erase_person"
    RESTRICT_PERSON = "restrict_person"
    IMPORT_NETWORK = "import_network"
    MANAGE_ACCOUNTS = "manage_accounts"
    INVITE = "invite"
    EDIT_NETWORK = "edit_network"
    EDIT_SETTINGS = "edit_settings"


P = Permission
_PLANNING = {
    P.SEE_WEEK,
    P.PLAN_WEEK,
    P.PUBLISH_PLAN,
    P.SEE_DAY,
    P.RUN_DAY,
    P.PRINT_SHEETS,
    P.SHARE_DRIVER_LINK,
    P.SHARE_DONOR_LINK,
}

ASKED_FOR_SECOND_FACTOR = frozenset(
    {
        Role.ADMIN,
        Role.COORDINATOR,
        Role.DISPATCHER,
        Role.SUPPORT_WORKER,
        Role.SAFEGUARDING_LEAD,
        Role.SAFEGUARDING_DEPUTY,
    }
)
"""Roles that read about many people, or say who may: a password alone is too little for what they open."""

NETWORK_WIDE: Mapping[Role, frozenset[Permission]] = {
    Role.COORDINATOR: frozenset(set(Permission) - {P.MANAGE_ACCOUNTS, P.EDIT_SETTINGS, P.READ_RESTRICTED}),
    Role.DISPATCHER: frozenset(
        _PLANNING
        | {P.SEARCH_PEOPLE, P.SEE_HOUSEHOLD, P.SEE_REQUESTS, P.PAUSE_HOUSEHOLD, P.EDIT_ACCESS_NOTES}
        | {P.SEE_VOLUNTEERS, P.SEE_ORGANISATIONS, P.SEE_SLOTS}
    ),
    Role.SUPPORT_WORKER: frozenset({P.FOLLOW_UP}),
    Role.SAFEGUARDING_LEAD: frozenset({P.FOLLOW_UP, P.READ_RESTRICTED, P.SET_CARE_TIMES, P.SEE_LOOKS}),
    Role.SAFEGUARDING_DEPUTY: frozenset({P.FOLLOW_UP, P.READ_RESTRICTED}),
    Role.ADMIN: frozenset(
        {P.MANAGE_ACCOUNTS, P.INVITE, P.EDIT_NETWORK, P.EDIT_SETTINGS, P.SEE_LOOKS, P.SET_DOOR_PHOTOS}
    ),
}
"""What a role may do anywhere in its network."""

IN_OWN_ORGANISATION: Mapping[Role, frozenset[Permission]] = {
    Role.GROUP_LEAD: frozenset(
        {P.SEARCH_PEOPLE, P.SEE_HOUSEHOLD, P.SEE_REQUESTS, P.EDIT_HOUSEHOLD, P.ADD_HOUSEHOLD, P.PAUSE_HOUSEHOLD}
        | {P.EDIT_ACCESS_NOTES, P.PLACE_ADDRESSES, P.SEE_VOLUNTEERS, P.EDIT_VOLUNTEERS}
    ),
    Role.DONOR: frozenset({P.SEE_SLOTS, P.EDIT_SLOTS}),
    Role.REFERRER: frozenset({P.SEE_HOUSEHOLD, P.SEE_REQUESTS, P.EDIT_HOUSEHOLD, P.ADD_HOUSEHOLD, P.PAUSE_HOUSEHOLD}),
}
"""What a role may do with what belongs to its own organisation."""

OWN_HOUSEHOLD: Mapping[Role, frozenset[Permission]] = {
    Role.RECIPIENT: frozenset({P.SEE_REQUESTS, P.PAUSE_HOUSEHOLD, P.EDIT_HOUSEHOLD}),
}
"""What a role may do with its own household. The desk's page about it (SEE_HOUSEHOLD) is not theirs: it holds what others
wrote down, as that somebody is at risk; the page of requests (SEE_REQUESTS) shows them what is theirs."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Grant:
    """One role, and the organisation, household or volunteer it is tied to where it is tied to one."""

    role: Role
    organisation_id: uuid.UUID | None = None
    household_id: uuid.UUID | None = None
    volunteer_id: uuid.UUID | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Actor:
    """Who acts, in which network, with which grants. `account_id` is None for a command or a job of the network's own."""

    network_id: uuid.UUID
    account_id: uuid.UUID | None = None
    grants: tuple[Grant, ...] = ()
    is_system: bool = False

    @classmethod
    def system(cls, network_id: uuid.UUID) -> Actor:
        """The command line and the jobs: whoever runs them holds the database already."""
        return cls(network_id=network_id, is_system=True)

    def may(
        self,
        permission: Permission,
        *,
        organisations: frozenset[uuid.UUID] = frozenset(),
        household_id: uuid.UUID | None = None,
    ) -> bool:
        """Whether any grant allows it, for a thing that belongs to these organisations or is this household."""
        if self.is_system:
            return True
        for grant in self.grants:
            if permission in NETWORK_WIDE.get(grant.role, frozenset()):
                return True
            if (
                permission in IN_OWN_ORGANISATION.get(grant.role, frozenset())
                and grant.organisation_id in organisations
            ):
                return True
            if (
                permission in OWN_HOUSEHOLD.get(grant.role, frozenset())
                and household_id is not None
                and grant.household_id == household_id
            ):
                return True
        return False

    def may_somewhere(self, permission: Permission) -> bool:
        """Whether any grant allows it for at least something: the first gate of a page."""
        tables = (NETWORK_WIDE, IN_OWN_ORGANISATION, OWN_HOUSEHOLD)
        return self.is_system or any(
            permission in table.get(grant.role, frozenset()) for grant in self.grants for table in tables
        )

    def may_give(self, role: Role) -> bool:
        """Whether this actor may give somebody else the role: who manages accounts any; others none that may more than they do."""
        if self.may(Permission.MANAGE_ACCOUNTS):
            return True
        tables = (NETWORK_WIDE, IN_OWN_ORGANISATION, OWN_HOUSEHOLD)
        asked = frozenset().union(*(table.get(role, frozenset()) for table in tables))
        return all(self.may(permission) for permission in asked)

    def require(
        self,
        permission: Permission,
        *,
        organisations: frozenset[uuid.UUID] = frozenset(),
        household_id: uuid.UUID | None = None,
    ) -> None:
        """Raise Forbidden unless `may`."""
        if not self.may(permission, organisations=organisations, household_id=household_id):
            raise Forbidden("Your role does not allow this. Ask your coordinator if you need it.")

    def organisations_for(self, permission: Permission) -> frozenset[uuid.UUID] | None:
        """The organisations whose things this actor may do it to; None means the whole network."""
        if self.is_system or any(permission in NETWORK_WIDE.get(grant.role, frozenset()) for grant in self.grants):
            return None
        return frozenset(
            grant.organisation_id
            for grant in self.grants
            if grant.organisation_id is not None and permission in IN_OWN_ORGANISATION.get(grant.role, frozenset())
        )
