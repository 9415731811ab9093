"""What is kept of households: who eats, what of, how they asked, and what was said about them."""

from __future__ import annotations

from logistics.domain.data_register.words import (
    IDS,
    OTHERS,
    SECRET,
    STRUCTURE,
    Basis,
    Keeping,
    OnErasure,
    Table,
    Whose,
    of_both,
    of_household,
    of_volunteer,
    own,
    plain,
)

_DESK = "coordinator, dispatcher, group lead of its group, referrer who asked"
_CARE = "support worker, safeguarding lead and deputy, coordinator; restricted ones: safeguarding lead alone"
_ONLY_HOUSEHOLD = frozenset({Whose.VOLUNTEER})
ROW, BLANK, NEW, KEPT, CASE = OnErasure.ROW, OnErasure.BLANK, OnErasure.NEW, OnErasure.KEPT, OnErasure.CASE


def _held_for_household(
    name: str,
    title: str,
    columns: str,
    purpose: str,
    *,
    basis: Basis = Basis.INTEREST,
    special: bool = False,
    hidden: str = "",
    others: str = "",
) -> Table:
    """A table whose rows are one household's and go with it."""
    return Table(
        name=name,
        title=title,
        whose=Whose.HOUSEHOLD,
        purpose=purpose,
        basis=basis,
        readers=_DESK,
        keeping=Keeping.HOUSEHOLD,
        links=of_household(),
        columns=(
            *plain(f"id network_id household_id {hidden}", STRUCTURE, erasure=ROW),
            *own(columns, ROW, special=special),
            *own(others, ROW, withheld=OTHERS),
        ),
    )


HOUSEHOLDS = Table(
    name="households",
    title="Your household",
    whose=Whose.HOUSEHOLD,
    purpose="bringing food to the right door and handing it over as agreed",
    basis=Basis.INTEREST,
    readers=f"{_DESK}; driver of the day: first name, phone, how to hand over",
    keeping=Keeping.HOUSEHOLD,
    columns=(
        *IDS,
        *plain("site_id group_id referrer_id closed_on erased_at"),
        *own("ref", NEW),
        *own("contact_name", NEW),
        *own("phone language", BLANK),
        *own("adults children floor has_lift handover people_at_door kitchen is_active", KEPT),
        *own("driver_needs at_risk confidential_address", BLANK, special=True),
    ),
)

SITES = Table(
    name="sites",
    title="Where you live",
    whose=Whose.HOUSEHOLD,
    purpose="finding the door",
    basis=Basis.INTEREST,
    readers=f"{_DESK}; driver of the day, after accepting",
    keeping=Keeping.HOUSEHOLD,
    links=(*of_household("id", "households", "site_id"), *of_volunteer("id", "volunteers", "site_id")),
    columns=(
        *IDS,
        *own("address postcode latitude longitude geocode_source geocode_precision access_notes", BLANK),
    ),
)

PLACE_QUESTIONS = Table(
    name="place_questions",
    title="Questions about where your address is on the map",
    whose=Whose.HOUSEHOLD,
    purpose="finding the door",
    basis=Basis.INTEREST,
    readers="coordinator, group lead of its group",
    keeping=Keeping.HOUSEHOLD,
    links=of_both("site_id", "sites"),
    columns=(
        *plain("id network_id site_id", erasure=ROW),
        *own("doubt latitude longitude source precision former_address former_postcode asked_at", ROW),
    ),
)

REFERRAL_CHANGES = Table(
    name="referral_changes",
    title="What was asked and answered about your request",
    whose=Whose.HOUSEHOLD,
    purpose="deciding about a request for food, and answering it",
    basis=Basis.INTEREST,
    readers=_DESK,
    keeping=Keeping.HOUSEHOLD,
    links=of_household("referral_id", "referrals"),
    columns=(
        *plain("id network_id referral_id", erasure=ROW),
        *own("account_id", ROW, withheld=OTHERS),
        *own("number at before after words", ROW),
    ),
)

ORDERS = Table(
    name="orders",
    title="What you asked for, week by week",
    whose=Whose.HOUSEHOLD,
    purpose="bringing what was asked for, and counting it",
    basis=Basis.INTEREST,
    readers=_DESK,
    keeping=Keeping.HOUSEHOLD,
    links=of_household(),
    columns=(
        *IDS,
        *plain("week_id household_id standing_order_id version"),
        *own("product quantity dates window_start window_end fulfilment state", KEPT),
    ),
)

STANDING_ORDERS = Table(
    name="standing_orders",
    title="What you get regularly",
    whose=Whose.HOUSEHOLD,
    purpose="bringing what was asked for, and counting it",
    basis=Basis.INTEREST,
    readers=_DESK,
    keeping=Keeping.HOUSEHOLD,
    links=of_household(),
    columns=(
        *IDS,
        *plain("household_id"),
        *own("product quantity days window_start window_end frequency starts_on ends_on fulfilment state", KEPT),
    ),
)

CONCERNS = Table(
    name="concerns",
    title="What somebody on a round was worried about",
    whose=Whose.HOUSEHOLD,
    purpose="somebody in danger or in need is looked after",
    basis=Basis.SAFEGUARDING,
    readers=_CARE,
    keeping=Keeping.CASE,
    links=(*of_household(), *of_volunteer("raised_by_id")),
    columns=(
        *IDS,
        *plain("route_id stop_id household_id raised_by_id", STRUCTURE),
        *own("note", CASE, special=True, withheld_from=_ONLY_HOUSEHOLD),
        *own("about urgency happened_at received_at", CASE),
    ),
)

FOLLOW_UPS = Table(
    name="follow_ups",
    title="Tasks that somebody took up because of you",
    whose=Whose.HOUSEHOLD,
    purpose="somebody in danger or in need is looked after",
    basis=Basis.SAFEGUARDING,
    readers=_CARE,
    keeping=Keeping.CASE,
    links=of_household(),
    columns=(
        *IDS,
        *plain("concern_id stop_id household_id"),
        *own("owner_id", CASE, withheld=OTHERS),
        *own(
            "is_restricted", CASE, withheld="where it is yes, the whole task is withheld: only the lead may tell of it"
        ),
        *own("cause urgency state opened_at due_at confirmed_at closed_at outcome", CASE),
    ),
)

FOLLOW_UP_ENTRIES = Table(
    name="follow_up_entries",
    title="What was done about them",
    whose=Whose.HOUSEHOLD,
    purpose="somebody in danger or in need is looked after",
    basis=Basis.SAFEGUARDING,
    readers=_CARE,
    keeping=Keeping.CASE,
    links=of_household("follow_up_id", "follow_ups"),
    columns=(
        *IDS,
        *plain("follow_up_id"),
        *own("account_id", CASE, withheld=OTHERS),
        *own("at state", CASE),
        *own("note", CASE, special=True),
    ),
)

WELFARE_CALLS = Table(
    name="welfare_calls",
    title="Calls to you",
    whose=Whose.HOUSEHOLD,
    purpose="ringing people who want to be rung",
    basis=Basis.CONSENT,
    readers=_CARE,
    keeping=Keeping.CALL,
    links=of_household(),
    columns=(
        *plain("id network_id household_id"),
        *own("account_id", KEPT, withheld=OTHERS),
        *own("due_on cause every_days outcome called_at", KEPT),
        *own("note", BLANK, special=True),
    ),
)

STOP_NOTES = Table(
    name="stop_notes",
    title="What a driver wrote at your door",
    whose=Whose.HOUSEHOLD,
    purpose="the next driver finds the door",
    basis=Basis.INTEREST,
    readers="coordinator, dispatcher",
    keeping=Keeping.NOTE,
    links=of_household("stop_id", "stops"),
    columns=(*plain("id network_id event_id stop_id", erasure=ROW), *own("text", ROW)),
)

PAIRS = Table(
    name="pairs",
    title="Who should, or must not, come to whom",
    whose=Whose.HOUSEHOLD,
    purpose="a known face, and nobody whom one must not meet",
    basis=Basis.SAFEGUARDING,
    readers="coordinator; a reason is never kept",
    keeping=Keeping.HOUSEHOLD,
    links=(*of_household(), *of_volunteer()),
    columns=(
        *plain("id network_id volunteer_id household_id", erasure=ROW),
        *own("kind weight", ROW, withheld="says what somebody else wishes, or must be kept from"),
    ),
)

TABLES: tuple[Table, ...] = (
    HOUSEHOLDS,
    SITES,
    PLACE_QUESTIONS,
    _held_for_household(
        "household_needs",
        "What you all can eat",
        "diets allergens texture_iddsi unmapped",
        "no meal that harms, or that faith forbids",
        basis=Basis.CONSENT,
        special=True,
    ),
    _held_for_household(
        "household_members",
        "What one of you cannot eat",
        "number who band diets allergens",
        "no meal that harms, or that faith forbids",
        basis=Basis.CONSENT,
        special=True,
    ),
    _held_for_household("household_bands", "How many of each age", "band people", "the right amount of food"),
    _held_for_household("household_extras", "What goes with a parcel", "kind detail", "goods that are needed"),
    _held_for_household(
        "consents",
        "What you agreed to",
        "purpose given given_on withdrawn_on wording_version method",
        "showing what was agreed to",
    ),
    _held_for_household(
        "consent_withdrawals",
        "What you took back",
        "purpose method withdrawn_at ended_at",
        "stopping what was agreed to, and showing that we did",
        basis=Basis.ACCOUNT,
        others="withdrawn_by",
    ),
    Table(
        name="restrictions",
        title="When you had us keep your data and not use it",
        whose=Whose.HOUSEHOLD,
        purpose="keeping what we have without using it, and showing that we did",
        basis=Basis.ACCOUNT,
        readers="coordinator; dispatcher: that it is so",
        keeping=Keeping.HOUSEHOLD,
        links=(*of_household(), *of_volunteer()),
        columns=(
            *plain("id network_id household_id volunteer_id", STRUCTURE, erasure=ROW),
            *own("reason restricted_at lift_reason lifted_at", ROW),
            *own("restricted_by lifted_by", ROW, withheld=OTHERS),
        ),
    ),
    _held_for_household("pauses", "When you wanted nothing", "starts_on ends_on reason", "no food that nobody wants"),
    Table(
        name="referrals",
        title="Your request",
        whose=Whose.HOUSEHOLD,
        purpose="deciding about a request for food, and answering it",
        basis=Basis.INTEREST,
        readers=_DESK,
        keeping=Keeping.HOUSEHOLD,
        links=of_household(),
        columns=(
            *plain("id network_id household_id version", erasure=ROW),
            *own("code_hash", ROW, withheld=SECRET),
            *own("state sent_at meals_a_week parcels_a_week until", ROW),
        ),
    ),
    REFERRAL_CHANGES,
    STANDING_ORDERS,
    ORDERS,
    PAIRS,
    CONCERNS,
    FOLLOW_UPS,
    FOLLOW_UP_ENTRIES,
    WELFARE_CALLS,
    STOP_NOTES,
)
