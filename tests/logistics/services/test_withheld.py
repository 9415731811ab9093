"""Restriction and a yes that was taken back: nothing new is planned, and what is planned already is told. On both databases."""

from __future__ import annotations

import uuid
from datetime import date, timedelta
from typing import Any

import pytest
from sqlalchemy import select

from logistics.domain.authority import Actor, Grant
from logistics.domain.erasure import PersonKind
from logistics.domain.errors import BadInput, Forbidden, NotFound, RuleBroken
from logistics.domain.states import StopState
from logistics.domain.vocabulary import Allergen, ConsentPurpose, Fulfilment, PlanMethod, Product, Role, UnservedCode
from logistics.domain.withholding import LiftReason, RestrictionReason, WithdrawalMethod
from logistics.persistence.database import Database
from logistics.persistence.tables import (
    AuditEvent,
    Consent,
    ConsentWithdrawal,
    Household,
    HouseholdMember,
    HouseholdNeeds,
    Restriction,
    Stop,
    UnservedOrder,
)
from logistics.queries.replan_messages import replan_messages
from logistics.queries.replan_view import replan_view
from logistics.queries.to_take_out import PlannedAllTheSame, TakeOut, to_take_out
from logistics.services.check_plan import check_plan
from logistics.services.exports.run import export_network
from logistics.services.household_draft import AllergyAnswer
from logistics.services.household_needs import WITHDREW
from logistics.services.households import edit_household
from logistics.services.restrictions import lift_restriction, restrict_person
from logistics.services.urgent_orders import UrgentWish, urgent_replan
from logistics.services.withdraw_consent import agree_again, withdraw_consent
from tests.logistics.running_monday import RunningMonday
from tests.logistics.services.test_household_people import GIRL, Nowhere, draft
from tests.logistics.services.tiny_network import MON, NOW, ROADS, TinyNetwork

FOOD, NEEDS = ConsentPurpose.FOOD_SUPPORT, ConsentPurpose.HEALTH_AND_RELIGION
HOUSEHOLD, VOLUNTEER = PersonKind.HOUSEHOLD, PersonKind.VOLUNTEER


class People(TinyNetwork):
    """H0001 and H0002 get a hot lunch, H0003 fetches a parcel, V001 drives."""

    def __init__(self, database: Database) -> None:
        super().__init__(database)
        self.driver_id = self.driver()
        self.hot_slot()
        self.hub()
        self.ids = {
            ref: self.household(ref, metres) for ref, metres in (("H0001", 100), ("H0002", 300), ("H0003", 500))
        }
        self.wish(self.ids["H0001"])
        self.wish(self.ids["H0002"])
        self.wish(self.ids["H0003"], Product.PARCEL, fulfilment=Fulfilment.COLLECTION)
        self.coordinator = self.actor(Role.COORDINATOR)
        self.store()

    def recipient(self, ref: str) -> Actor:
        """The household's own account."""
        grant = Grant(role=Role.RECIPIENT, household_id=self.ids[ref])
        return Actor(network_id=self.network_id, account_id=uuid.uuid4(), grants=(grant,))

    def restrict(self, kind: PersonKind, person_id: uuid.UUID, actor: Actor | None = None) -> None:
        """As a coordinator does."""
        with self.writing() as session:
            who = actor or self.coordinator
            restrict_person(session, who, kind, person_id, reason=RestrictionReason.WRONG, now=NOW)

    def lift(self, kind: PersonKind, person_id: uuid.UUID) -> None:
        """As a coordinator does."""
        with self.writing() as session:
            lift_restriction(session, self.coordinator, kind, person_id, reason=LiftReason.SETTLED, now=NOW)

    def withdraw(self, ref: str, purpose: ConsentPurpose, actor: Actor | None = None) -> None:
        """They told a coordinator."""
        with self.writing() as session:
            withdraw_consent(
                session, actor or self.coordinator, self.ids[ref], purpose, method=WithdrawalMethod.TOLD_US, now=NOW
            )

    def edit(self, ref: str, actor: Actor, **values: Any) -> None:
        """Store a household of the street with these answers."""
        same = {
            "address": "1 Street",
            "postcode": "SE16 4TB",
            "ages": {},
            "members": (),
            "extras": {},
            "agrees_food": None,
        }
        with self.writing() as session:
            edit_household(session, actor, self.ids[ref], draft(**same | values), geocoder=Nowhere(), now=NOW)

    def planned(self, plan_id: uuid.UUID) -> set[str]:
        """References of the households at a door of the plan."""
        refs = {household.id: household.ref for household in self.all(Household)}
        routes = {route.id for route in self.routes(plan_id)}
        return {refs[stop.household_id] for stop in self.all(Stop) if stop.route_id in routes and stop.household_id}

    def unserved(self, plan_id: uuid.UUID) -> dict[UnservedCode, list[str]]:
        """What the plan says of those whom it leaves out."""
        told: dict[UnservedCode, list[str]] = {}
        for row in self.all(UnservedOrder):
            if row.plan_id == plan_id:
                told.setdefault(row.code, []).append(row.sentence)
        return told

    def told(self, today: date = MON) -> list[PlannedAllTheSame]:
        """What the dispatcher reads."""
        with self.writing() as session:
            return list(to_take_out(session, today=today))

    def actions(self, subject_id: uuid.UUID) -> list[str]:
        """The trail about somebody."""
        with self.writing() as session:
            rows = session.scalars(
                select(AuditEvent).where(AuditEvent.subject_id == subject_id).order_by(AuditEvent.number)
            )
            return [row.action for row in rows]


@pytest.fixture
def network(database: Database) -> People:
    """The people above."""
    return People(database)


def test_a_restriction_is_a_row_with_who_when_and_why_and_so_is_its_end(network: People) -> None:
    """Asked for twice it is one; lifted it stays to be read; each is in the trail; nobody but who may does it."""
    household_id = network.ids["H0001"]
    for role in (Role.DISPATCHER, Role.GROUP_LEAD, Role.ADMIN, Role.RECIPIENT):
        with pytest.raises(Forbidden):
            network.restrict(HOUSEHOLD, household_id, network.actor(role))
    with pytest.raises(NotFound):
        network.restrict(HOUSEHOLD, uuid.uuid4())
    with pytest.raises(BadInput), network.writing() as session:
        restrict_person(session, network.coordinator, HOUSEHOLD, household_id, reason=None, now=NOW)
    network.restrict(HOUSEHOLD, household_id)
    network.restrict(HOUSEHOLD, household_id)
    network.lift(HOUSEHOLD, household_id)
    with pytest.raises(RuleBroken, match="not restricted"):
        network.lift(HOUSEHOLD, household_id)
    (row,) = network.all(Restriction)
    assert (row.reason, row.restricted_at, row.restricted_by) == (
        RestrictionReason.WRONG,
        NOW,
        network.coordinator.account_id,
    )
    assert (row.lift_reason, row.lifted_at, row.lifted_by) == (LiftReason.SETTLED, NOW, network.coordinator.account_id)
    assert network.actions(household_id) == ["person_restricted", "restriction_lifted"]


@pytest.mark.parametrize("method", [PlanMethod.SOLVER, PlanMethod.FROM_LAST_WEEK, PlanMethod.AS_LAST_WEEK])
def test_nobody_restricted_is_in_a_new_plan_and_it_says_so(network: People, method: PlanMethod) -> None:
    """The others are served; the restricted one is named as unserved with the reason; lifted, it is planned again."""
    network.came(network.driver_id, network.ids["H0001"], network.ids["H0002"])
    network.restrict(HOUSEHOLD, network.ids["H0001"])
    plan_id = network.plan(method)
    assert network.planned(plan_id) == {"H0002"}
    assert network.unserved(plan_id)[UnservedCode.WITHHELD] == ["H0001 asked us to stop using its data."]
    network.lift(HOUSEHOLD, network.ids["H0001"])
    assert network.planned(network.plan(method)) == {"H0001", "H0002"}


def test_a_parcel_at_the_hub_is_left_out_too(network: People) -> None:
    """No stop, but an order all the same."""
    network.withdraw("H0003", FOOD)
    plan_id = network.plan()
    assert network.unserved(plan_id)[UnservedCode.WITHHELD] == ["H0003 took back its yes to getting food from us."]


def test_a_restricted_volunteer_is_not_sent(network: People) -> None:
    """With nobody else on shift the meals have no driver; another volunteer's shift is used."""
    network.restrict(VOLUNTEER, network.driver_id)
    assert network.planned(network.plan()) == set()
    other = network.driver("V002")
    plan_id = network.plan()
    assert [route.volunteer_id for route in network.routes(plan_id)] == [other]


def test_a_published_plan_is_told_until_it_holds_them_no_more(network: People) -> None:
    """The line says whom, when and what to do; a new version without them takes it away, and so does the day's end."""
    network.publish(network.plan())
    assert network.told() == []
    network.restrict(HOUSEHOLD, network.ids["H0001"])
    network.restrict(HOUSEHOLD, network.ids["H0003"])
    network.restrict(VOLUNTEER, network.driver_id)
    told = network.told()
    assert {(row.what, row.ref, row.letter, row.is_out) for row in told} == {
        (TakeOut.COLLECTION, "H0003", "", True),
        (TakeOut.DOOR, "H0001", "A", True),
        (TakeOut.DRIVER, "V001", "A", True),
    }
    door = next(row for row in told if row.what is TakeOut.DOOR)
    assert f"{door.why} {door.remedy}" == (
        "H0001 asked us to stop using its data. Take it out of Monday’s routes: route A."
    )
    assert network.told(MON + timedelta(days=1)) == []
    network.lift(VOLUNTEER, network.driver_id)
    network.publish(network.plan())
    assert network.told() == []


def test_a_door_that_is_done_is_not_told(network: People) -> None:
    """What the driver did stays done."""
    plan_id = network.plan()
    network.publish(plan_id)
    network.restrict(HOUSEHOLD, network.ids["H0001"])
    stop = next(stop for stop in network.all(Stop) if stop.household_id == network.ids["H0001"])
    network.change(Stop, stop.id, state=StopState.COMPLETED)
    assert network.told() == []


def test_a_proposal_made_before_is_not_published(network: People) -> None:
    """Somebody asked between planning and publishing: the checker finds it, and publishing says whom to take out."""
    plan_id = network.plan()
    network.restrict(HOUSEHOLD, network.ids["H0001"])
    network.restrict(HOUSEHOLD, network.ids["H0003"])
    with network.writing() as session:
        faults = [fault for fault in check_plan(session, plan_id, roads=ROADS) if fault.rule == "withheld"]
    assert {fault.household_id for fault in faults} == {network.ids["H0001"], network.ids["H0003"]}
    with pytest.raises(RuleBroken, match="H0001 asked us to stop using its data"):
        network.publish(plan_id)
    network.publish(network.plan())


def test_no_other_way_leads_them_into_a_plan(network: People) -> None:
    """Food for today is refused, and the files of the network leave them out and say so."""
    network.publish(network.plan())
    network.restrict(HOUSEHOLD, network.ids["H0001"])
    network.restrict(VOLUNTEER, network.driver_id)
    monday = NOW + timedelta(days=4)
    with network.writing() as session, pytest.raises(BadInput) as refused:
        urgent_replan(
            session,
            network.system,
            UrgentWish(household_id=network.ids["H0001"], product=Product.PARCEL, quantity=1),
            now=monday,
        )
    assert refused.value.fields == {"household": "H0001 asked us to stop using its data"}
    with network.writing() as session:
        made = export_network(session, network.coordinator, with_confidential=True, to="test", now=NOW)
    assert [row[0] for row in made.tables["households"]] == ["H0002", "H0003"]
    assert made.tables["volunteers"] == ()
    assert "Not in the files, because their data may not be used: H0001, V001." in made.notes


def test_a_withdrawal_is_a_row_with_time_method_and_hand(network: People) -> None:
    """The consent before ends; their own page says itself how; twice is once; a new yes ends it, and both are in the trail."""
    household_id = network.ids["H0001"]
    with pytest.raises(BadInput) as refused, network.writing() as session:
        withdraw_consent(session, network.coordinator, household_id, None, method=WithdrawalMethod.OWN_CODE, now=NOW)
    assert refused.value.fields.keys() == {"purpose", "method"}
    with pytest.raises(NotFound):
        network.withdraw("H0002", FOOD, network.recipient("H0001"))
    own = network.recipient("H0001")
    network.withdraw("H0001", FOOD, own)
    network.withdraw("H0001", FOOD, own)
    (row,) = network.all(ConsentWithdrawal)
    assert (row.purpose, row.method, row.withdrawn_at, row.withdrawn_by, row.ended_at) == (
        FOOD,
        WithdrawalMethod.OWN_PAGE,
        NOW,
        own.account_id,
        None,
    )
    with network.writing() as session:
        agree_again(session, own, household_id, now=NOW + timedelta(hours=1))
    (row,) = network.all(ConsentWithdrawal)
    assert row.ended_at == NOW + timedelta(hours=1)
    assert [consent.given for consent in network.all(Consent) if consent.withdrawn_on is None] == [True]
    assert network.actions(household_id) == ["consent_withdrawn", "consent_given_again"]
    with pytest.raises(RuleBroken), network.writing() as session:
        agree_again(session, own, household_id, now=NOW)
    assert "H0001" in network.planned(network.plan())


def needs_of(network: People, ref: str) -> HouseholdNeeds:
    """What is kept of it."""
    return next(row for row in network.all(HouseholdNeeds) if row.household_id == network.ids[ref])


def test_nobody_who_took_back_their_needs_is_served_as_if_they_had_none(network: People) -> None:
    """What was kept is deleted, no meal is safe, meals that are out are told; a parcel is not touched."""
    network.edit("H0001", network.coordinator, allergens=frozenset({Allergen.MILK}), members=(GIRL,))
    network.edit("H0003", network.coordinator, allergens=frozenset({Allergen.MILK}))
    network.edit("H0001", network.coordinator, allergens=frozenset({Allergen.MILK}), members=())
    network.publish(plan_id := network.plan())
    assert network.planned(plan_id) == {"H0001", "H0002"}
    network.withdraw("H0001", NEEDS)
    network.withdraw("H0003", NEEDS)
    kept = needs_of(network, "H0001")
    assert (kept.diets, kept.allergens, kept.texture_iddsi, kept.unmapped) == (frozenset(), frozenset(), None, WITHDREW)
    assert not [row for row in network.all(HouseholdMember) if row.household_id == network.ids["H0001"]]
    (told,) = network.told()
    assert (told.what, told.ref, told.letter) == (TakeOut.MEALS, "H0001", "A")
    assert "A coordinator speaks with them before Monday" in told.remedy
    again = network.plan()
    assert network.planned(again) == {"H0002"}
    (sentence,) = network.unserved(again)[UnservedCode.NO_SAFE_FOOD]
    assert "a need in the household's own words" in sentence
    assert UnservedCode.WITHHELD not in network.unserved(again)


def test_only_a_coordinator_who_has_spoken_with_them_makes_meals_safe_again(network: People) -> None:
    """Neither the household's own form, nor a no on it, nor the way to their door; then a coordinator's answer ends it."""
    network.edit("H0001", network.coordinator, allergens=frozenset({Allergen.MILK}))
    own = network.recipient("H0001")
    network.withdraw("H0001", NEEDS, own)
    network.edit(
        "H0001", own, allergy=AllergyAnswer.UNSURE, allergens=frozenset(), unmapped=WITHDREW, agrees_needs=None
    )
    assert needs_of(network, "H0001").unmapped == WITHDREW
    network.edit("H0001", own, allergy=AllergyAnswer.NONE, allergens=frozenset(), agrees_needs=None)
    assert needs_of(network, "H0001").unmapped == WITHDREW
    network.edit("H0001", own, allergens=frozenset({Allergen.FISH}), agrees_needs=False)
    kept = needs_of(network, "H0001")
    assert (kept.allergens, kept.unmapped) == (frozenset(), WITHDREW)
    network.edit(
        "H0001",
        own,
        allergy=AllergyAnswer.SOME,
        allergens=frozenset({Allergen.FISH}),
        unmapped="no figs",
        agrees_needs=True,
    )
    assert needs_of(network, "H0001").unmapped == f"{WITHDREW}; no figs"
    assert "H0001" not in network.planned(network.plan())
    network.edit("H0001", network.coordinator, allergy=AllergyAnswer.NONE, allergens=frozenset(), agrees_needs=None)
    assert needs_of(network, "H0001").unmapped == ""
    assert [row.ended_at for row in network.all(ConsentWithdrawal)] == [NOW]
    assert "household_need_mapped" in network.actions(network.ids["H0001"])
    assert "H0001" in network.planned(network.plan())


def test_a_no_on_the_form_after_a_yes_is_a_yes_taken_back(network: People) -> None:
    """It has its row and its line in the trail like any other; a first no has not, for nothing was agreed to."""
    network.edit("H0001", network.coordinator, allergens=frozenset({Allergen.MILK}), agrees_needs=False)
    assert network.all(ConsentWithdrawal) == []
    network.edit("H0001", network.coordinator, allergens=frozenset({Allergen.MILK}), agrees_needs=True)
    network.publish(network.plan())
    network.edit("H0001", network.coordinator, allergens=frozenset({Allergen.MILK}), agrees_needs=False)
    assert [row.method for row in network.all(ConsentWithdrawal)] == [WithdrawalMethod.ON_A_FORM]
    assert needs_of(network, "H0001").unmapped == WITHDREW
    assert [row.what for row in network.told()] == [TakeOut.MEALS]


def test_a_re_plan_takes_a_withheld_door_out_and_the_others_on(database: Database) -> None:
    """V003 drops out: nobody else is sent to who asked us to stop, it says so, no message is written, and the rest is served."""
    monday = RunningMonday.begun(database)
    monday.loaded_and_one_door_done()
    with monday.writing() as session:
        household_id = monday.plan.get(session, Stop, "mon A 4").household_id
        assert household_id is not None
        restrict_person(
            session, monday.actor, HOUSEHOLD, household_id, reason=RestrictionReason.OBJECTED, now=monday.clock.now()
        )
        restrict_person(
            session,
            monday.actor,
            VOLUNTEER,
            monday.plan.ids["V002"],
            reason=RestrictionReason.OBJECTED,
            now=monday.clock.now(),
        )
    asked = monday.ask()
    drafts = [draft for _, draft in monday.proposals(asked)]
    assert drafts
    for found in drafts:
        left = {each.household_id: each.code for each in found.left_out}
        assert left[household_id] is UnservedCode.WITHHELD
    assert any(len(found.left_out) == 1 for found in drafts), "the others are served"
    proposal_id = next(each for each, found in monday.proposals(asked) if len(found.left_out) == 1)
    monday.take(proposal_id)
    with monday.reading() as session:
        view = replan_view(session, asked.replan_id)
        told = {message.name for message in replan_messages(session, view)}
        assert session.get_one(Household, household_id).ref not in told
        assert not [row for row in to_take_out(session, today=MON) if row.person_id == household_id]
