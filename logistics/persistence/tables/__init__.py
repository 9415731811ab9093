"""All tables; importing this package registers every one of them with the metadata."""

from logistics.persistence.tables.accounts import (
    Account,
    AccountSession,
    AuditChain,
    AuditEvent,
    Membership,
    Passkey,
    RecoveryCode,
    SecondFactor,
    SpentChallenge,
)
from logistics.persistence.tables.care import (
    Concern,
    FollowUp,
    FollowUpEntry,
    FollowUpEscalation,
    OutgoingMessage,
    WelfareCall,
)
from logistics.persistence.tables.charges import ChargeZoneRow
from logistics.persistence.tables.delivery import DeliveryEvent, DoorPhoto, DoorStepTaken, DriverLink, StopNote
from logistics.persistence.tables.donors import DonorLink, LabelPhoto
from logistics.persistence.tables.edits import PlanDraft, PlanEdit
from logistics.persistence.tables.erasures import Erasure
from logistics.persistence.tables.forms import SavedForm
from logistics.persistence.tables.household_people import HouseholdBand, HouseholdExtra, HouseholdMember
from logistics.persistence.tables.invitations import Invitation
from logistics.persistence.tables.network import GeocodeEntry, Hub, Network, Organisation, Site
from logistics.persistence.tables.orders import (
    DemandLine,
    DemandSnapshot,
    Order,
    Pause,
    StandingOrder,
    Week,
    WeekClosing,
)
from logistics.persistence.tables.people import Consent, Household, HouseholdNeeds
from logistics.persistence.tables.places import PlaceQuestion
from logistics.persistence.tables.planning import (
    Allocation,
    PlanVersion,
    Route,
    RouteCrew,
    SolveRun,
    Stop,
    StopItem,
    UnservedOrder,
)
from logistics.persistence.tables.referrals import Referral, ReferralChange
from logistics.persistence.tables.replans import Replan, ReplanProposal
from logistics.persistence.tables.supply import Batch, DonationSchedule, DonationSlot
from logistics.persistence.tables.volunteers import Credential, Pair, Round, RoundVisit, Shift, Volunteer
from logistics.persistence.tables.withholding import ConsentWithdrawal, Restriction

__all__ = [
    "Account",
    "AccountSession",
    "Allocation",
    "AuditChain",
    "AuditEvent",
    "Batch",
    "ChargeZoneRow",
    "Concern",
    "Consent",
    "ConsentWithdrawal",
    "Credential",
    "DeliveryEvent",
    "DemandLine",
    "DemandSnapshot",
    "DonationSchedule",
    "DonationSlot",
    "DonorLink",
    "DoorPhoto",
    "DoorStepTaken",
    "DriverLink",
    "Erasure",
    "FollowUp",
    "FollowUpEntry",
    "FollowUpEscalation",
    "GeocodeEntry",
    "Household",
    "HouseholdBand",
    "HouseholdExtra",
    "HouseholdMember",
    "HouseholdNeeds",
    "Hub",
    "Invitation",
    "LabelPhoto",
    "Membership",
    "Network",
    "Order",
    "Organisation",
    "OutgoingMessage",
    "Pair",
    "Passkey",
    "Pause",
    "PlaceQuestion",
    "PlanDraft",
    "PlanEdit",
    "PlanVersion",
    "RecoveryCode",
    "Referral",
    "ReferralChange",
    "Replan",
    "ReplanProposal",
    "Restriction",
    "Round",
    "RoundVisit",
    "Route",
    "RouteCrew",
    "SavedForm",
    "SecondFactor",
    "Shift",
    "Site",
    "SolveRun",
    "SpentChallenge",
    "StandingOrder",
    "Stop",
    "StopItem",
    "StopNote",
    "UnservedOrder",
    "Volunteer",
    "Week",
    "WeekClosing",
    "WelfareCall",
]
