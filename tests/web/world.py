"""A small network in a real database, and people who sign in to it: the factories of the web tests."""

from __future__ import annotations

import uuid
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from functools import cache
from typing import Any

from flask import Flask
from flask.testing import FlaskClient
from flask_wtf.csrf import generate_csrf
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from logistics.bootstrap import Services
from logistics.domain.authority import IN_OWN_ORGANISATION, OWN_HOUSEHOLD, Actor, Grant
from logistics.domain.states import ReferralState, SlotState
from logistics.domain.usual_dish import UsualDish
from logistics.domain.vocabulary import (
    Allergen,
    AllergenDeclaration,
    GeocodePrecision,
    OrganisationKind,
    Product,
    Role,
    TemperatureClass,
    VehicleKind,
)
from logistics.domain.weekdays import Weekday
from logistics.persistence.tables import (
    Account,
    Batch,
    DonationSchedule,
    DonationSlot,
    Household,
    HouseholdNeeds,
    Invitation,
    LabelPhoto,
    Membership,
    Network,
    Organisation,
    Pause,
    Referral,
    Shift,
    Site,
    StandingOrder,
    Volunteer,
)
from logistics.services.passwords import hash_password
from logistics.services.sessions import start_session

NOW = datetime(2026, 11, 26, 12, 0, tzinfo=UTC)
"""The Thursday before week 2026-W49."""

PASSWORD = "plum-kettle-heron-oak"


@cache
def _password_hash() -> str:
    return hash_password(PASSWORD)


class Visitor(FlaskClient):
    """A browser without a screen. It carries the CSRF token as a page's form would; `csrf=False` leaves it out."""

    def open(self, *args: Any, csrf: bool = True, **kwargs: Any) -> TestResponse:
        """One request; POST and its like carry the token of this visitor's session."""
        if csrf and str(kwargs.get("method", "GET")).upper() not in ("GET", "HEAD", "OPTIONS"):
            headers = dict(kwargs.pop("headers", None) or {})
            kwargs["headers"] = {"X-CSRFToken": self.csrf_token(), **headers}
        return super().open(*args, **kwargs)

    def csrf_token(self) -> str:
        """A token that this visitor's session accepts."""
        with self.session_transaction() as kept:
            raw = kept.get("csrf_token")
        with self.application.test_request_context() as context:
            if raw is not None:
                context.session["csrf_token"] = raw
            token: str = generate_csrf()
            raw = context.session["csrf_token"]
        with self.session_transaction() as kept:
            kept["csrf_token"] = raw
        return token

    def sign_in(self, email: str, password: str = PASSWORD, **data: str) -> TestResponse:
        """Type an address and a password into the sign-in page."""
        return self.post("/sign-in", data={"email": email, "password": password, **data})


@dataclass(kw_only=True)
class World:
    """One network with nothing in it but what a test asks for. Each maker commits and returns the id."""

    services: Services
    slug: str = "riverside"
    network_id: uuid.UUID = field(default_factory=uuid.uuid4)

    def __post_init__(self) -> None:
        with self.services.database.unscoped_writing() as session:
            session.add(
                Network(
                    id=self.network_id,
                    slug=self.slug,
                    name=f"{self.slug.capitalize()} network",
                    on_call_name="Sam on call",
                    on_call_phone="07700 900999",
                    takes_own_forms=True,
                    public_phone="020 7946 0100",
                )
            )

    def _add(self, *rows: Any) -> uuid.UUID:
        with self.services.database.writing(self.network_id) as session:
            for row in rows:
                session.add(row)
                session.flush()
        found: uuid.UUID = rows[-1].id
        return found

    def add(self, *rows: Any) -> uuid.UUID:
        """Store rows of this network in this order; the id of the last."""
        return self._add(*rows)

    def session(self) -> Any:
        """A reading session of this network, as a context manager."""
        return self.services.database.reading(self.network_id)

    def site(self, session: Session | None = None, **values: Any) -> uuid.UUID:
        """A place in Rotherhithe."""
        defaults: dict[str, Any] = {
            "address": "1 Test Row",
            "postcode": "SE15 6FW",
            "latitude": 51.497,
            "longitude": -0.056,
            "geocode_source": "code-point-open",
            "geocode_precision": GeocodePrecision.POSTCODE,
        }
        return self._add(Site(id=uuid.uuid4(), **{**defaults, **values}))

    def organisation(
        self, code: str = "GRP1", kind: OrganisationKind = OrganisationKind.DELIVERY_GROUP, **values: Any
    ) -> uuid.UUID:
        """A member group."""
        site_id = values.pop("site_id", None) or self.site()
        return self._add(
            Organisation(
                id=uuid.uuid4(),
                code=code,
                name=values.pop("name", f"Group {code}"),
                kind=kind,
                site_id=site_id,
                **values,
            )
        )

    def household(self, ref: str = "H0001", *, needs: dict[str, Any] | None = None, **values: Any) -> uuid.UUID:
        """A household of one adult on the ground floor."""
        site = values.pop("site", {})
        site_id = values.pop("site_id", None) or self.site(**site)
        values.setdefault("contact_name", f"Resident {ref}")
        values.setdefault("phone", "07700 900123")
        household_id = self._add(Household(id=uuid.uuid4(), ref=ref, site_id=site_id, **values))
        self._add(HouseholdNeeds(id=uuid.uuid4(), household_id=household_id, **(needs or {})))
        return household_id

    def volunteer(self, ref: str = "V001", **values: Any) -> uuid.UUID:
        """A volunteer with a car."""
        defaults: dict[str, Any] = {
            "name": f"Volunteer {ref}",
            "phone": "07700 901000",
            "vehicle": VehicleKind.CAR,
            "capacity_parcels": 10,
            "capacity_portions": 30,
            "hot_ml": 36_000,
            "cold_ml": 20_000,
            "max_stops": 12,
            "max_week_s": 36_000,
        }
        site_id = values.pop("site_id", None) or self.site()
        return self._add(Volunteer(id=uuid.uuid4(), ref=ref, site_id=site_id, **{**defaults, **values}))

    def shift(self, volunteer_id: uuid.UUID, on: date = date(2026, 12, 2), **values: Any) -> uuid.UUID:
        """Availability over lunch."""
        defaults: dict[str, Any] = {"starts_at": time(11), "ends_at": time(15)}
        return self._add(Shift(id=uuid.uuid4(), volunteer_id=volunteer_id, service_date=on, **{**defaults, **values}))

    def account(
        self,
        role: Role,
        *,
        email: str | None = None,
        organisation_id: uuid.UUID | None = None,
        household_id: uuid.UUID | None = None,
        active: bool = True,
    ) -> str:
        """The address of an account with this role here; an account that is there already gets the role as well."""
        email = email or f"{role.value}-{uuid.uuid4().hex[:6]}@{self.slug}.example"
        with self.services.database.unscoped_writing() as session:
            account = session.query(Account).filter_by(email=email).one_or_none()
            if account is None:
                account = Account(
                    id=uuid.uuid4(),
                    email=email,
                    name=role.value.replace("_", " ").capitalize(),
                    password=_password_hash(),
                    active=active,
                    fs_uniquifier=uuid.uuid4().hex,
                    made_at=NOW,
                )
                session.add(account)
                session.flush()
            session.add(
                Membership(
                    id=uuid.uuid4(),
                    network_id=self.network_id,
                    account_id=account.id,
                    role=role,
                    organisation_id=organisation_id,
                    household_id=household_id,
                )
            )
        return email

    def account_of(self, role: Role) -> str:
        """An account of any role; one that needs an organisation or a household gets a new one of its own."""
        organisation_id = household_id = None
        if role in IN_OWN_ORGANISATION:
            kind = {Role.DONOR: OrganisationKind.DONOR, Role.REFERRER: OrganisationKind.REFERRER}
            code = f"{role.value[:3].upper()}{uuid.uuid4().hex[:4]}"
            organisation_id = self.organisation(code, kind.get(role, OrganisationKind.DELIVERY_GROUP))
        if role in OWN_HOUSEHOLD:
            household_id = self.household(f"H{uuid.uuid4().hex[:6]}")
        return self.account(role, organisation_id=organisation_id, household_id=household_id)

    def fresh(self, letter: str) -> str:
        """A reference that nothing here has yet."""
        return f"{letter}{uuid.uuid4().hex[:8].upper()}"

    def standing_order(self, household_id: uuid.UUID, **values: Any) -> uuid.UUID:
        """A hot meal on Wednesdays, from October on."""
        defaults: dict[str, Any] = {
            "product": Product.HOT_MEAL,
            "quantity": 1,
            "days": frozenset({Weekday.WED}),
            "window_start": time(12),
            "window_end": time(14),
            "starts_on": date(2026, 10, 1),
        }
        return self._add(StandingOrder(id=uuid.uuid4(), household_id=household_id, **{**defaults, **values}))

    def pause(
        self, household_id: uuid.UUID, first: date = date(2026, 11, 25), last: date = date(2026, 11, 30)
    ) -> uuid.UUID:
        """A pause around today."""
        return self._add(
            Pause(id=uuid.uuid4(), household_id=household_id, starts_on=first, ends_on=last, reason="away")
        )

    def donation_slot(self, donor_id: uuid.UUID | None = None, **values: Any) -> uuid.UUID:
        """Thirty hot portions of a new donor (or of this one), ready on Wednesday at 11:30, nothing declared."""
        donor_id = donor_id or self.organisation(self.fresh("D"), OrganisationKind.DONOR)
        defaults: dict[str, Any] = {
            "service_date": date(2026, 12, 2),
            "ready_at": time(11, 30),
            "collect_by": time(12, 15),
            "temperature": TemperatureClass.HOT,
            "state": SlotState.OFFERED,
        }
        slot_id = self._add(DonationSlot(id=uuid.uuid4(), donor_id=donor_id, **{**defaults, **values}))
        self._add(
            Batch(
                id=uuid.uuid4(),
                slot_id=slot_id,
                number=1,
                dish="Stew",
                portions=30,
                declaration=AllergenDeclaration.UNDECLARED,
            )
        )
        return slot_id

    def donation_schedule(self, donor_id: uuid.UUID | None = None, **values: Any) -> uuid.UUID:
        """Stew on Tuesdays and Thursdays at 11:30, from October on: 60 portions with celery. No slot is made yet."""
        donor_id = donor_id or self.organisation(self.fresh("D"), OrganisationKind.DONOR)
        stew = UsualDish(
            dish="stew",
            portions=60,
            weight_g=25_200,
            declaration=AllergenDeclaration.CONTAINS,
            allergens=frozenset({Allergen.CELERY}),
        )
        defaults: dict[str, Any] = {
            "rule": "FREQ=WEEKLY;BYDAY=TU,TH",
            "starts_on": date(2026, 10, 1),
            "ready_at": time(11, 30),
            "collect_by": time(12, 15),
            "temperature": TemperatureClass.HOT,
            "dishes": [stew.to_row()],
            "changed_at": datetime(2026, 10, 1, 12, 0, tzinfo=UTC),
        }
        return self._add(DonationSchedule(id=uuid.uuid4(), donor_id=donor_id, **{**defaults, **values}))

    def label_photo(self) -> uuid.UUID:
        """A photo of a label of a new donation; what is in it no page reads."""
        slot_id = self.donation_slot()
        values = {"made_at": NOW, "width_px": 1, "height_px": 1, "jpeg": b"jpeg"}
        return self._add(LabelPhoto(id=uuid.uuid4(), slot_id=slot_id, **values))

    def referral(self, household_id: uuid.UUID | None = None, **values: Any) -> uuid.UUID:
        """A form that a resident sent an hour ago; of a new household that waits, or of this one."""
        household_id = household_id or self.household(self.fresh("H"), is_active=False)
        defaults: dict[str, Any] = {"state": ReferralState.WAITING, "sent_at": NOW - timedelta(hours=1)}
        return self._add(Referral(id=uuid.uuid4(), household_id=household_id, **{**defaults, **values}))

    def invitation(self, **values: Any) -> uuid.UUID:
        """An open invitation to an address without an account, as dispatcher, by a coordinator."""
        email = self.account(Role.COORDINATOR)
        with self.services.database.unscoped_reading() as session:
            by = session.query(Account.id).filter_by(email=email).scalar()
        defaults: dict[str, Any] = {
            "email": f"{uuid.uuid4().hex[:8]}@example.org",
            "role": Role.DISPATCHER,
            "invited_by": by,
            "token_hash": uuid.uuid4().hex,
            "sent_at": NOW,
            "expires_at": NOW + timedelta(days=7),
        }
        return self._add(Invitation(id=uuid.uuid4(), **{**defaults, **values}))

    def membership(self, role: Role = Role.DISPATCHER) -> uuid.UUID:
        """Somebody's role here; the id of the membership."""
        email = self.account(role)
        with self.services.database.unscoped_reading() as session:
            found: uuid.UUID = session.query(Membership.id).join(Account).filter(Account.email == email).scalar()
        return found

    def enter(self, app: Flask, email: str) -> Visitor:
        """A visitor in the middle of a session: as `sign_in`, without the tenth of a second that a password takes."""
        client = app.test_client()
        assert isinstance(client, Visitor)
        with self.services.database.unscoped_writing() as session:
            account = session.query(Account).filter_by(email=email).one()
            token = start_session(session, account.id, now=self.services.clock.now())
        with client.session_transaction() as kept:
            kept["account_session"] = token
        return client

    def actor(self, role: Role, **ties: uuid.UUID) -> Actor:
        """An actor for calling services directly."""
        return Actor(network_id=self.network_id, account_id=None, grants=(Grant(role=role, **ties),))
