"""Every route of the application, with the permission that opens it. `tests/web/test_authorisation.py` tries each row.

Whoever adds a page adds its rows here. A row names the endpoint, the method, and either the permission or why none is
asked. `things` says which row of the database each part of the path is (a key of `THINGS`); `query` is appended.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from logistics.domain.authority import Permission
from logistics.domain.vocabulary import OrganisationKind
from logistics.queries.places import address_mark
from tests.web.care.follow_up_rows import a_call, a_follow_up
from tests.web.dispatch.doors import a_door, a_door_photo
from tests.web.dispatch.planned import a_collection, a_draft, a_fetched_slot, a_replan, a_route
from tests.web.world import World
from web.security.access import Door

P = Permission


@dataclass(frozen=True, slots=True, kw_only=True)
class Route:
    """One row. `things`: path variable -> key of THINGS. `plain`: path variable -> text that belongs to no network."""

    endpoint: str
    method: str = "GET"
    permission: P | None = None
    door: Door = Door.PERMISSION
    things: Mapping[str, str] = field(default_factory=dict)
    plain: Mapping[str, str] = field(default_factory=dict)
    query: str = ""
    data: Mapping[str, str] = field(default_factory=dict)

    def __str__(self) -> str:
        return f"{self.method} {self.endpoint}"


def site_of_a_household(world: World) -> object:
    """A place that somebody lives at: one that is nobody's is shown to nobody."""
    site_id = world.site()
    world.household(world.fresh("H"), site_id=site_id)
    return site_id


THINGS: dict[str, Callable[[World], object]] = {
    "site": site_of_a_household,
    "household": lambda world: world.household(world.fresh("H")),
    "volunteer": lambda world: world.volunteer(world.fresh("V")),
    "organisation": lambda world: world.organisation(world.fresh("O")),
    "order": lambda world: world.standing_order(world.household(world.fresh("H"))),
    "pause": lambda world: world.pause(world.household(world.fresh("H"))),
    "shift": lambda world: world.shift(world.volunteer(world.fresh("V"))),
    "membership": lambda world: world.membership(),
    "route": a_route,
    "collection": a_collection,
    "draft": a_draft,
    "slot": lambda world: world.donation_slot(),
    "fetched_slot": a_fetched_slot,
    "schedule": lambda world: world.donation_schedule(),
    "door_photo": a_door_photo,
    "label_photo": lambda world: world.label_photo(),
    "donor": lambda world: world.organisation(world.fresh("D"), OrganisationKind.DONOR),
    "follow_up": a_follow_up,
    "call": a_call,
    "door": a_door,
    "replan": a_replan,
    "invitation": lambda world: world.invitation(),
    "referral": lambda world: world.referral(),
}
"""How to make the thing that a path names: each takes the world it is to be in and returns its id."""


def read(endpoint: str, permission: P, *, query: str = "", **things: str) -> Route:
    """A page."""
    return Route(endpoint=endpoint, permission=permission, things=things, query=query)


def write(endpoint: str, permission: P, data: Mapping[str, str] | None = None, **things: str) -> Route:
    """A form that is sent; `data` is what it holds, so that nothing but the authority can refuse it."""
    return Route(endpoint=endpoint, method="POST", permission=permission, things=things, data=data or {})


A_HOUSEHOLD = {
    "contact_name": "Ann",
    "adults": "1",
    "address": "1 Test Row",
    "allergy": "none",
    "handover": "hand_over",
}
A_PIN = {"latitude": "51.4971", "longitude": "-0.0561", "mark": address_mark("1 Test Row", "SE15 6FW")}
A_PAUSE = {"starts_on": "2026-12-01", "ends_on": "2026-12-02"}
AN_ORDER = {"product": "parcel", "quantity": "1", "days": "wed", "window_start": "12:00", "window_end": "14:00"}
DAYS_AWAY = {"away_from": "2026-12-20", "away_until": "2027-01-03"}
A_SHIFT = {"on": "2026-12-03", "starts_at": "09:00", "ends_at": "12:00"}
A_VOLUNTEER = {
    "name": "Dan",
    "phone": "07700 901456",
    "postcode": "SE15 6FW",
    "vehicle": "car",
    "capacity_portions": "20",
    "max_stops": "10",
    "max_week_hours": "6",
}
AN_EDIT = {"kind": "add_order", "day": "2026-11-30", "seen": "1"}
AN_ORGANISATION = {"code": "NEW1", "name": "New kitchen", "kind": "donor", "postcode": "SE15 6FW"}
SECOND_STEP = (
    "two_factor_token_validation",
    "mf_recovery",
    "two_factor_setup",
    "two_factor_rescue",
    "tf_select",
    "mf_recovery_codes",
)
NOBODYS = "00000000-0000-4000-8000-000000000000"
AN_ACCOUNT = {"email": "new@example.org", "role": "dispatcher"}


def open_to_all(endpoint: str, method: str = "GET", **plain: str) -> Route:
    """A public page: the reason stands in its mark."""
    return Route(endpoint=endpoint, method=method, door=Door.PUBLIC, plain=plain)


def open_to_accounts(endpoint: str, method: str = "GET") -> Route:
    """A page for every account: the reason stands in its mark."""
    return Route(endpoint=endpoint, method=method, door=Door.SIGNED_IN)


def of_own_account(endpoint: str, method: str = "GET", **plain: str) -> Route:
    """A page of one's own account: what is not one's own is not found there."""
    return Route(endpoint=endpoint, method=method, door=Door.OWN_ACCOUNT, plain=plain)


def by_link(endpoint: str, method: str = "GET") -> Route:
    """A page that a driver's link opens, and nothing else."""
    return Route(endpoint=endpoint, method=method, door=Door.DRIVER_LINK)


def of_week(endpoint: str, permission: P, method: str = "GET") -> Route:
    """A page or form of one week; a week belongs to no network until somebody works in it."""
    return Route(endpoint=endpoint, method=method, permission=permission, plain={"week": "2026-W49"})


ROUTES: tuple[Route, ...] = (
    # The platform
    open_to_all("static", filename="base.css"),
    open_to_all("security.login"),
    open_to_all("security.login", "POST"),
    open_to_all("security.logout", "POST"),
    *(open_to_all(f"security.{view}", method) for view in SECOND_STEP for method in ("GET", "POST")),
    open_to_all("security.two_factor_setup_validate", "POST", token="none"),
    open_to_all("account.about"),
    open_to_all("account.health"),
    open_to_all("api.alive"),
    open_to_all("api.ready"),
    open_to_all("api.description"),
    open_to_all("api.security_txt"),
    of_own_account("security.verify"),
    of_own_account("security.verify", "POST"),
    of_own_account("account.sign_ins"),
    of_own_account("account.end_one_sign_in", "POST", session_id=NOBODYS),
    of_own_account("account.end_other_sign_ins", "POST"),
    of_own_account("account.second_factor"),
    of_own_account("account.set_up_second_factor"),
    of_own_account("account.confirm_second_factor", "POST"),
    of_own_account("account.recovery_codes"),
    of_own_account("account.make_recovery_codes", "POST"),
    of_own_account("account.remove_own_second_factor", "POST"),
    of_own_account("account.passkeys"),
    of_own_account("account.ask_for_new_passkey", "POST"),
    of_own_account("account.add_own_passkey", "POST"),
    of_own_account("account.remove_own_passkey", "POST", passkey_id=NOBODYS),
    open_to_all("account.invitation"),
    open_to_all("account.open_invitation", "POST"),
    open_to_all("account.take_invitation", "POST"),
    open_to_all("account.passkey_sign_in"),
    open_to_all("account.ask_for_passkey", "POST"),
    open_to_all("account.sign_in_with_passkey", "POST"),
    of_own_account("account.password"),
    of_own_account("account.change_own_password", "POST"),
    open_to_accounts("account.start"),
    open_to_accounts("account.networks"),
    open_to_accounts("account.choose_network", "POST"),
    # The coordinator's people
    read("admin.search", P.SEARCH_PEOPLE, query="?q=resident"),
    read("admin.household_index", P.SEE_HOUSEHOLD),
    read("admin.household", P.SEE_HOUSEHOLD, household_id="household"),
    read("admin.new_household", P.ADD_HOUSEHOLD),
    write("admin.add_household", P.ADD_HOUSEHOLD, A_HOUSEHOLD),
    read("admin.change_household", P.EDIT_HOUSEHOLD, household_id="household"),
    write("admin.edit_household", P.EDIT_HOUSEHOLD, A_HOUSEHOLD, household_id="household"),
    read("admin.household_data", P.ERASE_PERSON, household_id="household"),
    write("admin.erase_household", P.ERASE_PERSON, {"reason": "asked", "typed": "?"}, household_id="household"),
    write("admin.export_household", P.EXPORT_PERSON, {}, household_id="household"),
    write("admin.restrict_household", P.RESTRICT_PERSON, {"restrict_reason": "objected"}, household_id="household"),
    write("admin.lift_household", P.RESTRICT_PERSON, {"lift_reason": "settled"}, household_id="household"),
    write("admin.restrict_volunteer", P.RESTRICT_PERSON, {"restrict_reason": "objected"}, volunteer_id="volunteer"),
    write("admin.lift_volunteer", P.RESTRICT_PERSON, {"lift_reason": "settled"}, volunteer_id="volunteer"),
    read("admin.volunteer_data", P.ERASE_PERSON, volunteer_id="volunteer"),
    write("admin.erase_volunteer", P.ERASE_PERSON, {"reason": "asked", "typed": "?"}, volunteer_id="volunteer"),
    write("admin.export_volunteer", P.EXPORT_PERSON, {}, volunteer_id="volunteer"),
    read("admin.change_access", P.EDIT_ACCESS_NOTES, household_id="household"),
    write("admin.edit_access", P.EDIT_ACCESS_NOTES, {"phone": "07700 900124"}, household_id="household"),
    read("admin.new_pause", P.PAUSE_HOUSEHOLD, household_id="household"),
    write("admin.add_pause", P.PAUSE_HOUSEHOLD, A_PAUSE, household_id="household"),
    write("admin.remove_pause", P.PAUSE_HOUSEHOLD, pause_id="pause"),
    read("admin.new_order", P.EDIT_HOUSEHOLD, household_id="household"),
    write("admin.add_order", P.EDIT_HOUSEHOLD, AN_ORDER, household_id="household"),
    write("admin.end_order", P.EDIT_HOUSEHOLD, order_id="order"),
    read("admin.volunteer_index", P.SEE_VOLUNTEERS),
    read("admin.volunteer", P.SEE_VOLUNTEERS, volunteer_id="volunteer"),
    read("admin.new_volunteer", P.EDIT_VOLUNTEERS),
    write("admin.add_volunteer", P.EDIT_VOLUNTEERS, A_VOLUNTEER),
    read("admin.change_volunteer", P.EDIT_VOLUNTEERS, volunteer_id="volunteer"),
    write("admin.edit_volunteer", P.EDIT_VOLUNTEERS, A_VOLUNTEER, volunteer_id="volunteer"),
    write("admin.add_shift", P.EDIT_VOLUNTEERS, A_SHIFT, volunteer_id="volunteer"),
    write("admin.be_away", P.EDIT_VOLUNTEERS, DAYS_AWAY, volunteer_id="volunteer"),
    write("admin.remove_shift", P.EDIT_VOLUNTEERS, shift_id="shift"),
    read("admin.organisation_index", P.SEE_ORGANISATIONS),
    read("admin.new_organisation", P.EDIT_ORGANISATIONS),
    write("admin.add_organisation", P.EDIT_ORGANISATIONS, AN_ORGANISATION),
    read("admin.change_organisation", P.EDIT_ORGANISATIONS, organisation_id="organisation"),
    write("admin.edit_organisation", P.EDIT_ORGANISATIONS, AN_ORGANISATION, organisation_id="organisation"),
    # Places
    read("admin.place_index", P.PLACE_ADDRESSES),
    read("admin.place", P.PLACE_ADDRESSES, site_id="site"),
    write("admin.pin_place", P.PLACE_ADDRESSES, A_PIN, site_id="site"),
    write("admin.answer_place", P.PLACE_ADDRESSES, {"answer": "keep", "mark": A_PIN["mark"]}, site_id="site"),
    write("admin.unpin_place", P.PLACE_ADDRESSES, {"mark": A_PIN["mark"]}, site_id="site"),
    write("admin.ask_service", P.PLACE_ADDRESSES, site_id="site"),
    # Who looked
    read("admin.looks", P.SEE_LOOKS),
    read("admin.keeping_times", P.ERASE_PERSON),
    write("admin.change_keeping_times", P.ERASE_PERSON, {}),
    read("admin.door_photos", P.SET_DOOR_PHOTOS),
    write("admin.change_door_photos", P.SET_DOOR_PHOTOS, {"kept_days": "7"}),
    # The admin's accounts
    read("admin.account_index", P.MANAGE_ACCOUNTS),
    read("admin.invitation_index", P.INVITE),
    read("admin.new_invitation", P.INVITE),
    write("admin.invite", P.INVITE, AN_ACCOUNT),
    write("admin.send_invitation", P.INVITE, invitation_id="invitation"),
    write("admin.withdraw_invitation", P.INVITE, invitation_id="invitation"),
    read("admin.network_page", P.EDIT_NETWORK),
    write("admin.save_network", P.EDIT_NETWORK, {"takes_own_forms": "no"}),
    write("admin.export", P.IMPORT_NETWORK, {"form": "zip"}),
    read("admin.new_account", P.MANAGE_ACCOUNTS),
    write("admin.add_account", P.MANAGE_ACCOUNTS, AN_ACCOUNT),
    write("admin.remove_account", P.MANAGE_ACCOUNTS, membership_id="membership"),
    write("admin.reset_factor", P.MANAGE_ACCOUNTS, membership_id="membership"),
    # The dispatcher's desk
    open_to_all("map_assets.file", version="v", name="map.css"),
    open_to_all("map_assets.cell", version="v", zoom="13", x="1", y="1"),
    read("dispatch.this_week", P.SEE_WEEK),
    of_week("dispatch.week", P.SEE_WEEK),
    of_week("dispatch.week_map", P.SEE_WEEK),
    of_week("dispatch.files", P.PRINT_SHEETS),
    of_week("dispatch.map_file", P.PRINT_SHEETS),
    read("dispatch.route_picture", P.PRINT_SHEETS, route_id="route"),
    Route(
        endpoint="dispatch.route_file", permission=P.PRINT_SHEETS, things={"route_id": "route"}, plain={"kind": "gpx"}
    ),
    write("dispatch.route_file_with_people", P.PRINT_SHEETS, {"kind": "gpx"}, route_id="route"),
    of_week("dispatch.progress", P.SEE_WEEK),
    of_week("dispatch.plan_week", P.PLAN_WEEK, "POST"),
    of_week("dispatch.stop_planning", P.PLAN_WEEK, "POST"),
    of_week("dispatch.open_draft", P.PLAN_WEEK, "POST"),
    read("dispatch.draft", P.PLAN_WEEK, draft_id="draft"),
    read("dispatch.draft_stop", P.PLAN_WEEK, draft_id="draft"),
    read("dispatch.preview_edit", P.PLAN_WEEK, query="?kind=add_order&day=2026-11-30", draft_id="draft"),
    write("dispatch.edit_draft", P.PLAN_WEEK, AN_EDIT, draft_id="draft"),
    write("dispatch.undo_draft", P.PLAN_WEEK, {"seen": "1"}, draft_id="draft"),
    write("dispatch.redo_draft", P.PLAN_WEEK, {"seen": "1"}, draft_id="draft"),
    write("dispatch.save_draft", P.PLAN_WEEK, {"seen": "1"}, draft_id="draft"),
    write("dispatch.improve_draft", P.PLAN_WEEK, {"seen": "1"}, draft_id="draft"),
    write("dispatch.drop_draft", P.PLAN_WEEK, {"seen": "1"}, draft_id="draft"),
    of_week("dispatch.compare", P.SEE_WEEK),
    of_week("dispatch.compare_map", P.SEE_WEEK),
    of_week("dispatch.ask_to_publish", P.PUBLISH_PLAN),
    of_week("dispatch.publish", P.PUBLISH_PLAN, "POST"),
    of_week("dispatch.end_of_week", P.RUN_DAY),
    of_week("dispatch.close", P.PUBLISH_PLAN, "POST"),
    of_week("dispatch.mileage", P.RUN_DAY),
    of_week("dispatch.route_links", P.SHARE_DRIVER_LINK),
    of_week("dispatch.week_donors", P.SHARE_DONOR_LINK),
    Route(
        endpoint="dispatch.make_donor_link",
        method="POST",
        permission=P.SHARE_DONOR_LINK,
        things={"donor_id": "donor"},
        plain={"week": "2026-W49"},
    ),
    read("dispatch.route_link", P.SHARE_DRIVER_LINK, route_id="route"),
    write("dispatch.make_link", P.SHARE_DRIVER_LINK, route_id="route"),
    Route(endpoint="dispatch.sheets", permission=P.PRINT_SHEETS, plain={"week": "2026-W49", "day": "2026-12-02"}),
    read("dispatch.this_day", P.SEE_DAY),
    read("dispatch.ask_replan", P.RUN_DAY, route_id="route"),
    write("dispatch.start_replan", P.RUN_DAY, {"reason": "volunteer_out"}, route_id="route"),
    read("dispatch.ask_food_replan", P.RUN_DAY, slot_id="fetched_slot"),
    write(
        "dispatch.start_food_replan", P.RUN_DAY, {"reason": "donor_late", "ready_at": "23:40"}, slot_id="fetched_slot"
    ),
    read("dispatch.who_needs_food", P.RUN_DAY),
    read("dispatch.urgent_order", P.RUN_DAY, household_id="household"),
    write("dispatch.ask_urgent", P.RUN_DAY, {"product": "parcel", "quantity": "1"}, household_id="household"),
    read("dispatch.replan", P.RUN_DAY, replan_id="replan"),
    read("dispatch.replan_mark", P.RUN_DAY, replan_id="replan"),
    write("dispatch.accept_replan", P.RUN_DAY, replan_id="replan"),
    write("dispatch.replan_again", P.RUN_DAY, replan_id="replan"),
    write("dispatch.leave_as_it_is", P.RUN_DAY, replan_id="replan"),
    Route(endpoint="dispatch.day", permission=P.SEE_DAY, plain={"day": "2026-12-02"}),
    Route(endpoint="dispatch.collections", permission=P.SEE_DAY, plain={"day": "2026-12-01"}),
    write("dispatch.collect", P.RUN_DAY, {"outcome": "collected"}, order_id="collection"),
    Route(endpoint="dispatch.day_mark", permission=P.SEE_DAY, plain={"day": "2026-12-02"}),
    Route(endpoint="dispatch.day_board", permission=P.SEE_DAY, plain={"day": "2026-12-02"}),
    read("dispatch.stop_photos", P.SEE_DAY, stop_id="door"),
    read("dispatch.door_photo", P.SEE_DAY, photo_id="door_photo"),
    write("dispatch.remove_photo", P.RUN_DAY, photo_id="door_photo"),
    Route(endpoint="dispatch.day_stream", permission=P.SEE_DAY, plain={"day": "2026-12-02"}),
    # The driver's phone
    open_to_all("drive.static", filename="drive.css"),
    open_to_all("drive.open_page"),
    open_to_all("drive.open_link", "POST"),
    open_to_all("drive.check_page"),
    open_to_all("drive.check", "POST"),
    by_link("drive.route_page"),
    by_link("drive.kept"),
    open_to_all("drive.away"),
    open_to_all("drive.worker"),
    by_link("drive.turns"),
    by_link("drive.way"),
    by_link("drive.report", "POST"),
    by_link("drive.report_many", "POST"),
    by_link("drive.add_photo", "POST"),
    # Follow-ups
    read("care.queue", P.FOLLOW_UP),
    read("care.follow_up", P.FOLLOW_UP, follow_up_id="follow_up"),
    write("care.take", P.FOLLOW_UP, follow_up_id="follow_up"),
    write("care.write", P.FOLLOW_UP, follow_up_id="follow_up"),
    write("care.give", P.FOLLOW_UP, follow_up_id="follow_up"),
    read("calls.today", P.FOLLOW_UP),
    read("calls.call", P.FOLLOW_UP, call_id="call"),
    write("calls.write", P.FOLLOW_UP, call_id="call"),
    write("calls.plan", P.FOLLOW_UP, follow_up_id="follow_up"),
    write("dispatch.take_step", P.RUN_DAY, {"step": "seen"}, stop_id="door"),
    read("care.restricted", P.READ_RESTRICTED),
    read("care.times", P.SET_CARE_TIMES),
    write("care.change_times", P.SET_CARE_TIMES),
    # The donor's slots
    open_to_all("donate.static", filename="donate.css"),
    read("donate.slots", P.SEE_SLOTS),
    read("donate.new", P.EDIT_SLOTS),
    write("donate.log", P.EDIT_SLOTS),
    read("donate.edit", P.EDIT_SLOTS, slot_id="slot"),
    write("donate.save", P.EDIT_SLOTS, slot_id="slot"),
    write("donate.confirm", P.EDIT_SLOTS, slot_id="slot"),
    write("donate.withdraw", P.EDIT_SLOTS, slot_id="slot"),
    read("donate.new_schedule", P.EDIT_SLOTS),
    write("donate.save_new_schedule", P.EDIT_SLOTS),
    read("donate.change_schedule", P.EDIT_SLOTS, schedule_id="schedule"),
    write("donate.save_schedule", P.EDIT_SLOTS, schedule_id="schedule"),
    write("donate.end", P.EDIT_SLOTS, schedule_id="schedule"),
    read("donate.about", P.SEE_SLOTS, slot_id="slot"),
    write("donate.outcome", P.SEE_SLOTS, slot_id="slot"),
    write("donate.add_photo", P.EDIT_SLOTS, slot_id="slot"),
    read("donate.photo", P.SEE_SLOTS, photo_id="label_photo"),
    write("donate.remove_photo", P.EDIT_SLOTS, photo_id="label_photo"),
    write("donate.make_calendar", P.EDIT_SLOTS),
    open_to_all("donate.calendar", token="unknown"),
    # A donor without an account, by the week's link
    open_to_all("donate.week_link"),
    open_to_all("donate.open_week", "POST"),
    open_to_all("donate.week_slots"),
    open_to_all("donate.week_yes", "POST"),
    open_to_all("donate.week_number", "POST", slot_id="00000000-0000-0000-0000-000000000000"),
    open_to_all("donate.week_not", "POST", slot_id="00000000-0000-0000-0000-000000000000"),
    # Asking for food
    open_to_all("request.static", filename="request.css"),
    read("request.index", P.SEE_REQUESTS),
    read("request.household", P.SEE_REQUESTS, household_id="household"),
    read("request.new", P.ADD_HOUSEHOLD),
    write("request.ask", P.ADD_HOUSEHOLD),
    read("request.come_back", P.ADD_HOUSEHOLD),
    Route(
        endpoint="request.go_on", method="POST", door=Door.PERMISSION, permission=P.ADD_HOUSEHOLD, data={"code": "x"}
    ),
    read("request.queue", P.ADD_HOUSEHOLD),
    read("request.form", P.ADD_HOUSEHOLD, referral_id="referral"),
    write("request.accept", P.ADD_HOUSEHOLD, referral_id="referral"),
    write("request.decline", P.ADD_HOUSEHOLD, {"reason": "Too far away"}, referral_id="referral"),
    write("request.ask_resident", P.ADD_HOUSEHOLD, {"question": "Which floor?"}, referral_id="referral"),
    *(
        open_to_all(endpoint, method, slug="riverside")
        for endpoint, method in (
            ("request.own_new", "GET"),
            ("request.own_ask", "POST"),
            ("request.own_back", "GET"),
            ("request.own_go_on", "POST"),
            ("request.own_answer", "GET"),
            ("request.own_read", "POST"),
            ("request.own_take_back", "POST"),
        )
    ),
    write("request.answer", P.ADD_HOUSEHOLD, order_id="order"),
    read("request.new_order", P.EDIT_HOUSEHOLD, household_id="household"),
    write("request.add_order", P.EDIT_HOUSEHOLD, {**AN_ORDER, "frequency": "weekly"}, household_id="household"),
    read("request.change_entitlement", P.ADD_HOUSEHOLD, household_id="household"),
    write("request.save_entitlement", P.ADD_HOUSEHOLD, {"until": "2026-12-31"}, household_id="household"),
    write("request.end_order", P.EDIT_HOUSEHOLD, order_id="order"),
    read("request.agreed", P.EDIT_HOUSEHOLD, household_id="household"),
    write(
        "request.take_back",
        P.EDIT_HOUSEHOLD,
        {"purpose": "food_support", "method": "told_us"},
        household_id="household",
    ),
    write("request.agree_to_food", P.EDIT_HOUSEHOLD, household_id="household"),
    read("request.new_pause", P.PAUSE_HOUSEHOLD, household_id="household"),
    write("request.pause", P.PAUSE_HOUSEHOLD, A_PAUSE, household_id="household"),
    write("request.end_pause", P.PAUSE_HOUSEHOLD, pause_id="pause"),
    *(
        Route(
            endpoint=endpoint,
            method=method,
            permission=P.EDIT_HOUSEHOLD,
            things={"household_id": "household"},
            plain={"part": "reach"},
            data={"handover": "hand_over"},
        )
        for endpoint, method in (("request.change", "GET"), ("request.save", "POST"))
    ),
)
