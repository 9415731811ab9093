"""A running Monday where everything that can be told of one household was told, by the real services, in words of its own."""

from __future__ import annotations

import uuid
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path

from sqlalchemy import select

from logistics.domain.authority import Actor, Grant
from logistics.domain.care import ConcernAbout, ConcernUrgency, FollowUpOutcome
from logistics.domain.delivery import DeliveryEventKind
from logistics.domain.erasure import PersonKind
from logistics.domain.household import AgeBand, Extra, MemberNeeds
from logistics.domain.placing import PlaceDoubt
from logistics.domain.replanning import ReplanReason, ReplanState
from logistics.domain.states import FollowUpState, ReferralState
from logistics.domain.vocabulary import Allergen, ConsentPurpose, Diet, GeocodePrecision, PairKind, Product, Role
from logistics.domain.weekdays import Weekday
from logistics.domain.welfare import WelfareOutcome
from logistics.domain.withholding import LiftReason, RestrictionReason, WithdrawalMethod
from logistics.gateways.geocoding.port import Placement
from logistics.gateways.mail import OUTBOX, FileMail, Message
from logistics.persistence.database import Database
from logistics.persistence.tables import (
    DeliveryEvent,
    DoorPhoto,
    FollowUp,
    GeocodeEntry,
    Household,
    Pair,
    Passkey,
    PlaceQuestion,
    PlanVersion,
    Referral,
    ReferralChange,
    Replan,
    UnservedOrder,
    WelfareCall,
)
from logistics.services.accounts import NewMembership, add_account
from logistics.services.concerns import ReportedConcern, raise_concern
from logistics.services.deliveries import ReportedEvent, record_event
from logistics.services.follow_ups import FollowUpStep, take_follow_up, write_step
from logistics.services.households import edit_household
from logistics.services.restrictions import lift_restriction, restrict_person
from logistics.services.saved_forms import save_form
from logistics.services.sessions import start_session
from logistics.services.standing_orders import StandingOrderDraft, add_pause, add_standing_order
from logistics.services.welfare_calls import CallMade, PlannedCall, plan_call, write_call
from logistics.services.withdraw_consent import agree_again, withdraw_consent
from tests.logistics.plans import MONDAY
from tests.logistics.running_monday import RunningMonday, at
from tests.logistics.services.test_household_people import draft

AFTER = datetime(2026, 12, 8, 9, 0, tzinfo=UTC)
"""The Tuesday after the week."""

CANARIES = {
    "name": "Zephyrine Quillfeather",
    "phone": "07700 900987",
    "address": "77 Canarywharfside Lane",
    "postcode": "SE16 9QX",
    "access": "code 9Z8Y at the canarygate",
    "unmapped": "no canaryfruit",
    "who": "canarygirl",
    "extra": "canarylitter",
    "pause": "in canaryhospital",
    "door_note": "canarydog behind the door",
    "call": "said canarycough is better",
    "asked": "which canarystair",
    "email": "zephyrine@canarymail.example",
    "latitude": "51.50137",
    "ref": "CANARYREF77",
}
PHOTO = b"\xff\xd8canarydoor\xff\xd9"
CASE = {"concern": "canarybruise on her arm", "step": "spoke to the canarynurse"}
"""What stands in a safeguarding case, which has a time of its own."""


class Somewhere:
    """A geocoder that knows one place."""

    def place(self, address: str, postcode: str) -> Placement | None:
        """Always the same."""
        del address, postcode
        return Placement(latitude=51.50137, longitude=-0.05221, source="test", precision=GeocodePrecision.ROOFTOP)


@dataclass(kw_only=True)
class Planted:
    """The world, and the household that everything was told of."""

    monday: RunningMonday
    household_id: uuid.UUID
    account_id: uuid.UUID
    home: Path

    @property
    def database(self) -> Database:
        """The database of the world."""
        return self.monday.plan.database

    @property
    def network_id(self) -> uuid.UUID:
        """Its network."""
        return self.monday.plan.network_id

    @property
    def coordinator(self) -> Actor:
        """Who may erase."""
        return Actor(network_id=self.network_id, account_id=uuid.uuid4(), grants=(Grant(role=Role.COORDINATOR),))


def plant(database: Database, home: Path) -> Planted:
    """H0004 of the tiny plan gets its parcel on Monday, and everybody writes down all that they can."""
    monday = RunningMonday.begun(database)
    household_id = monday.plan.ids["H0004"]
    _household(monday, household_id)
    monday.loaded_and_one_door_done()
    monday.tell("mon A 4", at(12, 30))
    monday.tell("mon A 5", at(12, 50))
    _day(monday)
    account_id = _sign_in(monday, household_id)
    _desk(monday, household_id)
    mail = FileMail(folder=home / OUTBOX, sender="rounds@example.org", clock=monday.clock)
    mail.send(Message(to=CANARIES["email"], subject="A form waits", text="Open it."))
    mail.send(Message(to="lead@example.org", subject="A task", text="Open it."))
    return Planted(monday=monday, household_id=household_id, account_id=account_id, home=home)


def _household(monday: RunningMonday, household_id: uuid.UUID) -> None:
    told = draft(
        contact_name=CANARIES["name"],
        phone=CANARIES["phone"],
        address=CANARIES["address"],
        postcode=CANARIES["postcode"],
        access_notes=CANARIES["access"],
        unmapped=CANARIES["unmapped"],
        allergens=frozenset({Allergen.NUTS}),
        at_risk=True,
        ages={AgeBand.CHILD: 1, AgeBand.ADULT: 1},
        members=(
            MemberNeeds(who=CANARIES["who"], band=AgeBand.CHILD, diets=frozenset({Diet.VEGAN}), allergens=frozenset()),
        ),
        extras={Extra.OTHER: CANARIES["extra"]},
        floor=5,
        has_lift=True,
    )
    with monday.writing() as session:
        edit_household(session, monday.actor, household_id, told, geocoder=Somewhere(), now=at(8))
        household = session.get_one(Household, household_id)
        household.ref = CANARIES["ref"]
        add_pause(
            session, monday.actor, household_id, starts_on=date(2027, 1, 4), ends_on=date(2027, 1, 8),
            reason=CANARIES["pause"], now=at(8),
        )  # fmt: skip
        wish = StandingOrderDraft(
            product=Product.PARCEL, days=frozenset({Weekday.WED}), window_start=time(12), window_end=time(14)
        )
        add_standing_order(session, monday.actor, household_id, wish, now=at(8))


def _day(monday: RunningMonday) -> None:
    """What V003 writes at the door."""
    stop_id = monday.plan.ids["mon A 5"]
    with monday.writing() as session:
        noted = ReportedEvent(
            id=uuid.uuid4(), kind=DeliveryEventKind.STOP_NOTED, stop_id=stop_id, details={"note": CANARIES["door_note"]}
        )
        record_event(session, monday.hand(), noted, now=at(12, 51))
        worry = ReportedConcern(
            id=uuid.uuid4(), stop_id=stop_id, urgency=ConcernUrgency.TODAY, about=ConcernAbout.HOUSEHOLD,
            note=CASE["concern"],
        )  # fmt: skip
        raise_concern(session, monday.hand(), worry, now=at(12, 52))
        event = session.scalars(select(DeliveryEvent).where(DeliveryEvent.stop_id == stop_id)).first()
        assert event is not None
        session.add(
            DoorPhoto(
                id=uuid.uuid4(), event_id=event.id, stop_id=stop_id, volunteer_id=monday.plan.ids["V003"],
                taken_at=at(12, 53), received_at=at(12, 53), width_px=2, height_px=2, jpeg=PHOTO,
            )
        )  # fmt: skip


def _sign_in(monday: RunningMonday, household_id: uuid.UUID) -> uuid.UUID:
    """The household signs in, and saves a form."""
    wanted = NewMembership(
        email=CANARIES["email"], role=Role.RECIPIENT, name=CANARIES["name"], household_id=household_id
    )
    with monday.writing() as session:
        added = add_account(session, monday.actor, wanted, password_hash="x" * 60, now=at(9))
        start_session(session, added.account_id, now=at(9), browser="Firefox on Windows")
        session.add(
            Passkey(
                id=uuid.uuid4(), account_id=added.account_id, credential_id="c" * 40, public_key=b"k" * 40, sign_count=0,
                name="My phone", made_at=at(9),
            )
        )  # fmt: skip
        save_form(session, {"contact_name": [CANARIES["name"]]}, step="name", account_id=added.account_id, now=AFTER)
    return added.account_id


def _desk(monday: RunningMonday, household_id: uuid.UUID) -> None:
    """Calls, a closed case, a request with its questions, a block, and sentences of plans that name the household."""
    with monday.writing() as session:
        who, kind = monday.actor, PersonKind.HOUSEHOLD
        restrict_person(session, who, kind, household_id, reason=RestrictionReason.WRONG, now=at(8))
        lift_restriction(session, who, kind, household_id, reason=LiftReason.SETTLED, now=at(9))
        purpose, method = ConsentPurpose.FOOD_SUPPORT, WithdrawalMethod.TOLD_US
        withdraw_consent(session, who, household_id, purpose, method=method, now=at(8))
        agree_again(session, who, household_id, now=at(9))
    lead = replace(monday.actor, account_id=None)
    with monday.writing() as session:
        call = PlannedCall(id=uuid.uuid4(), household_id=household_id, due_on=MONDAY)
        plan_call(session, lead, call, now=at(13))
        session.flush()
        waiting = session.scalars(select(WelfareCall.id).where(WelfareCall.household_id == household_id)).first()
        assert waiting is not None
        write_call(session, lead, waiting, CallMade(outcome=WelfareOutcome.REACHED, note=CANARIES["call"]), now=at(13))
        case = session.scalars(select(FollowUp).where(FollowUp.household_id == household_id)).one()
        take_follow_up(session, lead, case.id, now=at(13))
        for state, outcome in ((FollowUpState.CONTACTED, None), (FollowUpState.CLOSED, FollowUpOutcome.SAFE_AND_WELL)):
            step = FollowUpStep(id=uuid.uuid4(), state=state, note=CASE["step"], outcome=outcome)
            write_step(session, lead, case.id, step, now=at(14))
        household = session.get_one(Household, household_id)
        referral = Referral(
            id=uuid.uuid4(), household_id=household_id, state=ReferralState.ACCEPTED, code_hash="e" * 64, sent_at=at(7)
        )
        session.add_all([
            referral,
            ReferralChange(referral_id=referral.id, number=1, at=at(7), before="", after="asked", words=CANARIES["asked"]),
            Pair(household_id=household_id, volunteer_id=monday.plan.ids["V001"], kind=PairKind.BLOCK, weight=0),
            GeocodeEntry(query=CANARIES["postcode"], source="test", latitude=51.5, longitude=-0.05,
                         precision=GeocodePrecision.POSTCODE, asked_at=at(7)),
            UnservedOrder(
                plan_id=monday.plan.plan_id, order_id=monday.plan.ids["order H0004 parcel"], household_id=household_id,
                product=Product.PARCEL, quantity=1, service_date=MONDAY,
                code=session.get_one(UnservedOrder, monday.plan.ids["unserved H0006 hot"]).code,
                sentence=f"Nobody can reach {CANARIES['ref']} at {CANARIES['address']}.", remedy=CANARIES["name"],
            ),
        ])  # fmt: skip
        if session.scalar(select(PlaceQuestion.id).where(PlaceQuestion.site_id == household.site_id)) is None:
            session.add(
                PlaceQuestion(
                    site_id=household.site_id, doubt=next(iter(PlaceDoubt)), source="test", former_address=CANARIES["address"],
                    former_postcode=CANARIES["postcode"], asked_at=at(7),
                )
            )  # fmt: skip
        plan = session.get_one(PlanVersion, monday.plan.plan_id)
        plan.totals = {**plan.totals, "notes": [f"{CANARIES['ref']} is far from the others"]}
        session.add(
            Replan(
                plan_id=plan.id, service_date=MONDAY, reason=ReplanReason.VOLUNTEER_OUT, details={"who": CANARIES["name"], "n": 3},
                state=next(iter(ReplanState)), asked_at=at(7),
            )
        )  # fmt: skip


def days(number: int) -> timedelta:
    """So many."""
    return timedelta(days=number)
