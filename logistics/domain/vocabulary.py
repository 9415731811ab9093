"""The closed lists of words (DOMAIN: entities, facts). Stored by value; the value is also the word in CSV files."""

from __future__ import annotations

from enum import StrEnum


class OrganisationKind(StrEnum):
    """What a member group does in the network."""

    DONOR = "donor"
    REFERRER = "referrer"
    DELIVERY_GROUP = "delivery_group"
    HUB = "hub"


class Allergen(StrEnum):
    """The 14 allergens of food law (assimilated Regulation (EU) No 1169/2011, Annex II)."""

    CELERY = "celery"
    GLUTEN = "gluten"
    CRUSTACEANS = "crustaceans"
    EGGS = "eggs"
    FISH = "fish"
    LUPIN = "lupin"
    MILK = "milk"
    MOLLUSCS = "molluscs"
    MUSTARD = "mustard"
    NUTS = "nuts"
    PEANUTS = "peanuts"
    SESAME = "sesame"
    SOYA = "soya"
    SULPHITES = "sulphites"

    @property
    def label(self) -> str:
        """The words people read."""
        return _ALLERGEN_LABELS.get(self, self.value.capitalize())


_ALLERGEN_LABELS = {
    Allergen.GLUTEN: "Cereals containing gluten",
    Allergen.SULPHITES: "Sulphur dioxide or sulphites",
}


class AllergenDeclaration(StrEnum):
    """What the donor said about the 14. Three different things; unknown is never "none"."""

    CONTAINS = "contains"
    NONE = "none"
    UNDECLARED = "undeclared"


class Diet(StrEnum):
    """Hard diets. A batch lists what it is good for, a household what every meal must respect."""

    HALAL = "halal"
    KOSHER = "kosher"
    VEGETARIAN = "vegetarian"
    VEGAN = "vegan"
    NO_PORK = "no_pork"
    NO_BEEF = "no_beef"

    @property
    def label(self) -> str:
        """The words people read."""
        return self.value.replace("_", " ").capitalize()


class DonorLinkPurpose(StrEnum):
    """What a donor's link opens."""

    WEEK = "week"
    CALENDAR = "calendar"


class RejectReason(StrEnum):
    """Why food was not taken."""

    TEMPERATURE = "temperature"
    LABEL = "label"
    USE_BY = "use_by"
    PACKAGING = "packaging"
    OTHER = "other"

    @property
    def label(self) -> str:
        """The words people read."""
        return _REJECT_LABELS[self]


_REJECT_LABELS = {
    RejectReason.TEMPERATURE: "Too warm or too cold",
    RejectReason.LABEL: "Label missing or damaged",
    RejectReason.USE_BY: "Past its use-by",
    RejectReason.PACKAGING: "Packaging damaged",
    RejectReason.OTHER: "Something else",
}


class Product(StrEnum):
    """What a standing order asks for."""

    HOT_MEAL = "hot_meal"
    CHILLED_MEAL = "chilled_meal"
    PARCEL = "parcel"

    @property
    def is_meal(self) -> bool:
        """Meals are counted in portions and come from a donor; parcels come from a hub."""
        return self is not Product.PARCEL

    @property
    def label(self) -> str:
        """The words people read."""
        return self.value.replace("_", " ").capitalize()

    def counted(self, quantity: int) -> str:
        """`1 hot meal`, `3 parcels`."""
        return f"{quantity} {self.value.replace('_', ' ')}{'' if quantity == 1 else 's'}"


class TemperatureClass(StrEnum):
    """How food leaves the donor."""

    HOT = "hot"
    CHILLED = "chilled"
    AMBIENT = "ambient"


class Fulfilment(StrEnum):
    """Brought to the door, or fetched at the hub."""

    DELIVERY = "delivery"
    COLLECTION = "collection"


class Frequency(StrEnum):
    """How often a standing order falls due. Fortnightly counts weeks from its `from` date."""

    WEEKLY = "weekly"
    FORTNIGHTLY = "fortnightly"


class VehicleKind(StrEnum):
    """What a volunteer travels with."""

    CAR = "car"
    VAN = "van"
    CARGO_BIKE = "cargo_bike"
    BICYCLE = "bicycle"
    FOOT = "foot"

    @property
    def label(self) -> str:
        """The words people read."""
        return "on foot" if self is VehicleKind.FOOT else self.value.replace("_", " ")


class Handover(StrEnum):
    """To whom food may be given, as the household agreed. Hot food is never left unattended."""

    HAND_OVER = "hand_over"
    NEIGHBOUR = "neighbour"
    CONCIERGE = "concierge"
    LEFT_AT_DOOR = "left_at_door"

    @property
    def label(self) -> str:
        """The words people read."""
        return {
            Handover.HAND_OVER: "Hand over to a person of the household",
            Handover.NEIGHBOUR: "May be left with a neighbour",
            Handover.CONCIERGE: "May be left with the concierge",
            Handover.LEFT_AT_DOOR: "Parcels may be left at the door",
        }[self]


class DriverNeed(StrEnum):
    """What a household asks of whoever comes to the door."""

    DBS_BASIC = "dbs_basic"
    FEMALE_DRIVER = "female_driver"

    @property
    def label(self) -> str:
        """The words people read."""
        return {DriverNeed.DBS_BASIC: "DBS-checked driver", DriverNeed.FEMALE_DRIVER: "Female driver"}[self]


class Trait(StrEnum):
    """What a volunteer is, as far as a household may ask for it."""

    FEMALE_DRIVER = "female_driver"


class CredentialKind(StrEnum):
    """What a volunteer has been checked for or taught; each expires."""

    DBS_BASIC = "dbs_basic"
    DBS_ENHANCED = "dbs_enhanced"
    FOOD_HYGIENE_2 = "food_hygiene_2"


class PairKind(StrEnum):
    """A volunteer and a household: preferred (soft, with a weight) or blocked (hard, its reason never shown)."""

    PREFER = "prefer"
    BLOCK = "block"


class GeocodePrecision(StrEnum):
    """How well a place is known."""

    ROOFTOP = "rooftop"
    POSTCODE = "postcode"
    MANUAL = "manual"


class FailureReason(StrEnum):
    """Why a stop failed at the door."""

    NO_REPLY = "no_reply"
    BAD_ADDRESS = "bad_address"
    REFUSED = "refused"
    UNSAFE = "unsafe"
    FOOD_UNFIT = "food_unfit"
    RAN_OUT = "ran_out"
    NO_DRIVER = "no_driver"


class DeliveredHow(StrEnum):
    """How food was handed over."""

    HANDED_OVER = "handed_over"
    LEFT_WITH = "left_with"
    LEFT_AT_DOOR = "left_at_door"


class ConsentPurpose(StrEnum):
    """What a person agreed to, each apart (UK GDPR Art 6 and 9)."""

    FOOD_SUPPORT = "food_support"
    HEALTH_AND_RELIGION = "health_and_religion"

    @property
    def words(self) -> str:
        """As people read it."""
        return {
            "food_support": "bringing food, and keeping what that needs",
            "health_and_religion": "keeping what they cannot eat: health and religion",
        }[self.value]


class Role(StrEnum):
    """What an account may do, within a network or one organisation of it (DOMAIN: who may do what)."""

    ADMIN = "admin"
    COORDINATOR = "coordinator"
    DISPATCHER = "dispatcher"
    GROUP_LEAD = "group_lead"
    DONOR = "donor"
    REFERRER = "referrer"
    DRIVER = "driver"
    RECIPIENT = "recipient"
    SUPPORT_WORKER = "support_worker"
    SAFEGUARDING_LEAD = "safeguarding_lead"
    SAFEGUARDING_DEPUTY = "safeguarding_deputy"


class PlanMethod(StrEnum):
    """How a plan version came about."""

    SOLVER = "solver"
    AS_LAST_WEEK = "as_last_week"
    FROM_LAST_WEEK = "from_last_week"
    BY_HAND = "by_hand"
    REPLANNED = "replanned"


class UnservedCode(StrEnum):
    """Why an order is not in a plan. The sentence beside it says it for this one."""

    NOT_PLACED = "not_placed"
    NO_SAFE_FOOD = "no_safe_food"
    NOT_ENOUGH_FOOD = "not_enough_food"
    HUB_FULL = "hub_full"
    OUT_OF_REACH = "out_of_reach"
    NO_DRIVER = "no_driver"
    NO_TIME = "no_time"
    NO_ROOM = "no_room"
    FOOD_CLOCK = "food_clock"
    DRIVER_NEEDS = "driver_needs"
    TWO_PEOPLE = "two_people"
    HOURS = "hours"
    BLOCKED = "blocked"
    NOT_LAST_WEEK = "not_last_week"
    TAKEN_OFF = "taken_off"
    WITHHELD = "withheld"
