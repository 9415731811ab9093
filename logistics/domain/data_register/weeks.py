"""What a week leaves behind: ids of people in demand, plans, routes, events and the trail, and documents inside columns."""

from __future__ import annotations

from logistics.domain.data_register.words import (
    IDS,
    OTHERS,
    STRUCTURE,
    WORKINGS,
    Basis,
    Column,
    Keeping,
    Link,
    OnErasure,
    Table,
    Whose,
    nobodys,
    of_household,
    of_volunteer,
    own,
    plain,
)

KEPT, STRUCK = OnErasure.KEPT, OnErasure.STRUCK
_DOCUMENT = "a document about a whole week: of you it holds ids alone"
_DAY = "coordinator, dispatcher; driver of the day"


def _of_week(
    name: str,
    title: str,
    columns: tuple[Column, ...],
    links: tuple[Link, ...] = (),
    *,
    keeping: Keeping = Keeping.NETWORK,
    readers: str = "coordinator, dispatcher",
) -> Table:
    """A table of what was planned or happened: ids, counts and times."""
    return Table(
        name=name,
        title=title,
        whose=links[0].whose if links else Whose.HOUSEHOLD,
        purpose="planning the week, proving what was done, counting it",
        basis=Basis.INTEREST,
        readers=readers,
        keeping=keeping,
        links=links,
        columns=columns,
    )


TABLES: tuple[Table, ...] = (
    _of_week(
        "demand_lines",
        "What you were to get",
        (
            *IDS,
            *plain("snapshot_id order_id household_id"),
            *own("product quantity dates window_start window_end fulfilment", KEPT),
        ),
        of_household(),
    ),
    _of_week(
        "unserved_orders",
        "What you could not be brought, and why",
        (
            *IDS,
            *plain("plan_id order_id household_id"),
            *own("product quantity service_date code", KEPT),
            *own("sentence remedy", STRUCK),
        ),
        of_household(),
    ),
    _of_week(
        "stops",
        "Visits to you",
        (
            *IDS,
            *plain("route_id from_route_id household_id organisation_id slot_id site_id sequence number load"),
            *plain("leg_m leg_s latest_at"),
            *own("kind state arrives_at service_at departs_at", KEPT),
        ),
        of_household(),
        readers=_DAY,
    ),
    _of_week(
        "stop_items",
        "What was to be handed to you",
        (*IDS, *plain("stop_id loaded_at_id order_id batch_id hub_id code"), *own("product quantity weight_g", KEPT)),
        of_household("stop_id", "stops"),
        readers=_DAY,
    ),
    _of_week(
        "delivery_events",
        "What happened at your door",
        (
            *IDS,
            *plain("route_id stop_id volunteer_id"),
            *own("account_id", KEPT, withheld=OTHERS),
            *own("kind happened_at received_at phone_at came_late", KEPT),
            *own("details", STRUCK),
        ),
        (*of_household("stop_id", "stops"), *of_volunteer()),
        readers=_DAY,
    ),
    _of_week(
        "door_photos",
        "Photos of food left at your door",
        (
            *plain("id network_id event_id stop_id volunteer_id width_px height_px", erasure=OnErasure.ROW),
            *own("taken_at received_at jpeg", OnErasure.ROW),
        ),
        of_household("stop_id", "stops"),
        keeping=Keeping.DOOR_PHOTO,
        readers="coordinator, dispatcher: each look is in the trail",
    ),
    _of_week(
        "door_steps_taken",
        "What was done when nobody opened",
        (
            *IDS,
            *plain("stop_id"),
            *own("account_id", KEPT, withheld=OTHERS),
            *own("step at", KEPT),
        ),
        of_household("stop_id", "stops"),
    ),
    _of_week(
        "round_visits",
        "Visits of rounds",
        (
            *IDS,
            *plain("round_id volunteer_id household_id sequence"),
            *own("service_date outcome", KEPT),
        ),
        (*of_household(), *of_volunteer()),
    ),
    _of_week(
        "routes",
        "Routes that you drove",
        (
            *IDS,
            *plain("plan_id shift_id volunteer_id letter resumed_at resumed_after"),
            *own("service_date vehicle state departs_at ends_at distance_m duration_s charges", KEPT),
        ),
        of_volunteer(),
        readers=_DAY,
    ),
    _of_week(
        "route_crew",
        "Routes that you were on",
        (*IDS, *plain("route_id volunteer_id shift_id"), *own("role", KEPT)),
        of_volunteer(),
        readers=_DAY,
    ),
    _of_week(
        "follow_up_escalations",
        "When a task was passed on",
        (*IDS, *plain("follow_up_id", STRUCTURE), *own("due_at rung at told", OnErasure.CASE)),
        of_household("follow_up_id", "follow_ups"),
        keeping=Keeping.CASE,
    ),
    _of_week(
        "replans",
        "Days that were planned again",
        (
            *IDS,
            *plain("plan_id run_id service_date reason route_id slot_id site_id state version", WORKINGS),
            *plain("asked_at made_at accepted_at accepted_number accepted_plan_id household_id", WORKINGS),
            *own("asked_by", KEPT, withheld=OTHERS),
            *own("details", STRUCK, withheld=_DOCUMENT),
        ),
    ),
    _of_week(
        "replan_proposals",
        "Proposals for such days",
        (*IDS, *plain("replan_id number kind", WORKINGS), *own("draft marks", STRUCK, withheld=_DOCUMENT)),
    ),
    _of_week(
        "plan_versions",
        "Plans",
        (
            *IDS,
            *plain("week_id snapshot_id number state method engine roads_engine roads_data_date roads_data", WORKINGS),
            *plain("roads_profiles roads_attribution roads_is_estimate made_with charge_zones seed cost", WORKINGS),
            *plain("distance_m duration_s violations made_at published_at version", WORKINGS),
            *own("published_by", KEPT, withheld=OTHERS),
            *own("totals", STRUCK, withheld=_DOCUMENT),
        ),
    ),
    _of_week(
        "plan_drafts",
        "Plans that somebody changes by hand",
        (
            *IDS,
            *plain("week_id base_plan_id saved_plan_id run_id state position opened_at changed_at version", WORKINGS),
            *own("opened_by changed_by", KEPT, withheld=OTHERS),
            *own("pins", STRUCK, withheld=_DOCUMENT),
        ),
    ),
    _of_week(
        "plan_edits",
        "Changes by hand",
        (
            *IDS,
            *plain("draft_id number kind service_date made_at", WORKINGS),
            *own("made_by", KEPT, withheld=OTHERS),
            *own("details after", STRUCK, withheld=_DOCUMENT),
        ),
    ),
    _of_week(
        "solve_runs",
        "Runs of the planner",
        (
            *IDS,
            *plain("week_id plan_id method seconds seed state cancel_requested attempts heartbeat_at", WORKINGS),
            *plain("requested_at started_at ended_at phase progress_permille best_cost cost_curve", WORKINGS),
            *plain("served unserved", WORKINGS),
            *own("requested_by", KEPT, withheld=OTHERS),
            *own("error", STRUCK, withheld=_DOCUMENT),
        ),
    ),
    _of_week(
        "week_closings",
        "How weeks ended",
        (
            *IDS,
            *plain("week_id plan_id closed_at", WORKINGS),
            *own("account_id", KEPT, withheld=OTHERS),
            *own("reason totals", STRUCK, withheld=_DOCUMENT),
        ),
    ),
    _of_week(
        "donation_slots",
        "Donations",
        (
            *IDS,
            *plain("donor_id service_date ready_at collect_by temperature hot_hold_until state schedule_id", WORKINGS),
            *plain("occurs_on is_exception is_told_by_hand rejected_for version", WORKINGS),
        ),
    ),
    Table(
        name="audit_events",
        title="The trail",
        whose=Whose.ACCOUNT,
        purpose="who did and saw what can be asked",
        basis=Basis.ACCOUNT,
        readers="coordinator: who looked at a household; safeguarding lead and admin: by reference",
        keeping=Keeping.TRAIL,
        links=of_household("subject_id", "households"),
        columns=(
            *IDS,
            *plain("subject_id number previous_hash hash"),
            *own("account_id", KEPT, withheld=OTHERS),
            *own("at action subject", KEPT),
            *own("details", KEPT, withheld="ids and words of what was changed; it holds no value of yours"),
        ),
    ),
    Table(
        name="erasures",
        title="Who was erased",
        whose=Whose.NOBODY,
        purpose="erasing again after an older backup was restored",
        basis=Basis.ACCOUNT,
        readers="coordinator",
        keeping=Keeping.NETWORK,
        columns=(
            *IDS,
            *plain("subject subject_id at reason wiped_at", WORKINGS),
            *own("account_id", KEPT, withheld=OTHERS),
        ),
    ),
    Table(
        name="geocodes",
        title="Addresses that were looked up",
        whose=Whose.HOUSEHOLD,
        purpose="not asking for the same place twice",
        basis=Basis.INTEREST,
        readers="nobody: the program alone",
        keeping=Keeping.PLACE,
        columns=own(
            "query source latitude longitude precision asked_at",
            OnErasure.MATCHED,
            withheld="a memory of the map, by address and not by person; your address is handed out with your household",
        ),
    ),
    Table(
        name="networks",
        title="The network",
        whose=Whose.DONOR,
        purpose="whom drivers and residents ring",
        basis=Basis.INTEREST,
        readers="everybody",
        keeping=Keeping.NETWORK,
        columns=(
            *plain("id slug name timezone settings takes_own_forms public_phone", WORKINGS),
            *own("on_call_name on_call_phone", OnErasure.NOTHING, withheld="the person on call, not you"),
        ),
    ),
    nobodys(
        "allocations",
        "Which food for which order",
        "id network_id plan_id order_id batch_id hub_id service_date quantity interchangeable",
    ),
    nobodys("demand_snapshots", "Demand as it was fixed", "id network_id week_id number taken_at"),
    nobodys("weeks", "Weeks", "id network_id monday state version"),
    nobodys("hubs", "Hubs", "id network_id organisation_id parcels_per_day opens_at closes_at"),
    nobodys("rounds", "Rounds", "id network_id name"),
    nobodys(
        "charge_zones", "Charge zones", "id network_id name price_pence hours vehicles geometry imported_at removed_at"
    ),
    nobodys(
        "donation_schedules",
        "Donations that come again",
        "id network_id donor_id rule starts_on ends_on breaks ready_at collect_by temperature hot_hold_until dishes "
        "changed_at version",
    ),
    nobodys(
        "audit_chains", "The end of the trail", "id network_id length hash", purpose="a trail that cannot be changed"
    ),
)
