"""What a plan can get wrong: the rules, and one fault as a sentence with the ids it is about."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from enum import StrEnum


class PlanRule(StrEnum):
    """One rule that every plan must keep (DOMAIN: facts)."""

    PRODUCT = "product"
    """A hot meal is hot food, a chilled meal chilled food, a parcel comes from a hub."""
    ALLERGEN = "allergen"
    """No batch holds what somebody of the household is allergic to."""
    UNDECLARED = "undeclared"
    """A batch without an allergen declaration is for nobody with an allergy (law: unknown is never "none")."""
    DIET = "diet"
    """Every diet of the household is one the batch is good for."""
    TEXTURE = "texture"
    """The texture is a level that the household can swallow (IDDSI)."""
    USE_BY = "use_by"
    """Nothing is handed over after its use-by date."""
    UNMAPPED_NEED = "unmapped_need"
    """A need that nobody has translated yet: no meal is safe."""
    CLOCK = "clock"
    """Service at the door begins within the hot or chilled limit."""
    BATCH_PORTIONS = "batch_portions"
    """No more is handed over of a batch than there is."""
    HUB_PARCELS = "hub_parcels"
    """No more parcels leave a hub on a day than it packs."""
    HUB_GOODS = "hub_goods"
    """No more goods for the hub are fetched than there are."""
    SLOT = "slot"
    """The donation is on offer, on that date."""
    UNKNOWN_ORDER = "unknown_order"
    """What is handed over answers an order of the snapshot, of that household and for that product."""
    OVERSERVED = "overserved"
    """No order gets more than it asked for."""
    FORGOTTEN = "forgotten"
    """Every order is served or named as unserved, to the last portion."""
    DOUBLED = "doubled"
    """No part of an order is both served and named as unserved."""
    FULFILMENT = "fulfilment"
    """Delivery is brought, collection is fetched."""
    DATE = "date"
    """Served on one of the order's dates."""
    WINDOW = "window"
    """Service begins in the order's window; goods reach the hub while it is open."""
    ALLOCATION = "allocation"
    """The allocations of the plan are what its stops hand over."""
    PLACE = "place"
    """A stop is where its household, donor or hub is, and loads what is there."""
    IDLE_STOP = "idle_stop"
    """Nobody is sent to a stop where nothing changes hands."""
    TRAVEL = "travel"
    """Times and distances of every leg are the road router's, and every arrival follows from them."""
    PARKING = "parking"
    """Service begins after parking, once per building."""
    SERVICE = "service"
    """Service lasts as long as the settings say."""
    PICKUP_WINDOW = "pickup_window"
    """Loading begins while the food is ready and the donor waits, or while the hub is open."""
    PICKUP_ORDER = "pickup_order"
    """What is handed over was loaded before, on the same route, of the very batch."""
    LEFT_ON_BOARD = "left_on_board"
    """Everything loaded is handed over."""
    CAPACITY = "capacity"
    """No load is above what the vehicle carries."""
    LOAD = "load"
    """The stated load is the true one."""
    SHIFT = "shift"
    """The route lies inside the shift of everybody in the crew."""
    MAX_STOPS = "max_stops"
    """Nobody makes more deliveries in a shift than they offered."""
    CREW = "crew"
    """One driver, who brings the vehicle; everybody gives a shift of their own on that date."""
    CREDENTIAL = "credential"
    """Everybody who goes to the door has the checks that the household needs, valid on that date."""
    FEMALE_DRIVER = "female_driver"
    """Only women go to a household that asked for it."""
    WITHHELD = "withheld"
    """Nobody is planned whose data may not be used: restricted, or without the yes it was given on."""
    TWO_AT_THE_DOOR = "two_at_the_door"
    """Two people go where two must go."""
    BLOCK = "block"
    """Nobody goes to a household from which they are blocked."""
    WEEK_HOURS = "week_hours"
    """Nobody is on the road for more hours a week than they offered."""
    TWO_PLACES = "two_places"
    """Nobody is on two routes at once."""
    CHARGE = "charge"
    """Who drives into a charge zone while it charges pays for it, once a day, and nobody else does."""
    TOTALS = "totals"
    """The stated totals and limits are those of the rows."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PlanFault:
    """A broken rule in plain words (refs, never names), with the rows it is about where there are any."""

    rule: PlanRule
    sentence: str
    route_id: uuid.UUID | None = None
    stop_id: uuid.UUID | None = None
    household_id: uuid.UUID | None = None
    order_id: uuid.UUID | None = None
