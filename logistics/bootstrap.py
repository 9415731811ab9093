"""Puts the parts together once per process: settings in, `Services` out."""

from __future__ import annotations

import uuid
from dataclasses import dataclass

from sqlalchemy.orm import Session

from logistics.domain.errors import RuleBroken
from logistics.gateways.clock import Clock, SystemClock
from logistics.gateways.geocoding.assembly import PLACES_FOLDER, AddressLookup, address_lookup, local_geocoder
from logistics.gateways.geocoding.port import Geocoder
from logistics.gateways.mail import OUTBOX, FileMail, Mail, SmtpAddress, SmtpMail
from logistics.gateways.planner import Planner
from logistics.gateways.roads.chosen import chosen_router
from logistics.gateways.roads.port import Router
from logistics.gateways.sealing import FieldKeys
from logistics.persistence.database import Database, open_database
from logistics.persistence.geocodes import DatabaseGeocodeCache
from logistics.settings import Settings

__all__ = ["NoPlanner", "Services", "Session", "build_services"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Services:
    """What pages, commands and jobs work with."""

    database: Database
    settings: Settings
    clock: Clock
    geocoder: Geocoder
    roads: Router
    mail: Mail
    planner: Planner
    geocodes: DatabaseGeocodeCache | None = None
    address_lookup: AddressLookup | None = None
    """The service outside, where the settings name one: asked only when a person says so, apart from `geocoder`."""

    def save_geocodes(self) -> None:
        """Keep what the geocoder has learnt; for boundaries, after their own transaction has ended."""
        if self.geocodes is not None:
            self.geocodes.save()

    def close(self) -> None:
        """Keep what was learnt and give back every connection."""
        self.save_geocodes()
        self.database.close()


class NoPlanner:
    """Stands where a process was started without one. It refuses; it never swallows a run."""

    def submit(self, run_id: uuid.UUID, *, urgent: bool = False) -> None:
        """Raises RuleBroken."""
        del urgent
        raise RuleBroken(f"Run {run_id} cannot be planned here: start the pages and the worker with “rounds serve”.")

    def cancel(self, run_id: uuid.UUID) -> None:
        """Raises RuleBroken."""
        raise RuleBroken(f"Run {run_id} cannot be stopped here: start the pages and the worker with “rounds serve”.")


def build_services(
    settings: Settings, *, planner: Planner | None = None, clock: Clock | None = None, database: Database | None = None
) -> Services:
    """The real parts that the settings ask for. Raises SettingError, SchemaBehind when the database needs an upgrade."""
    clock = clock or SystemClock()
    database = database or open_database(settings.database_url, keys=FieldKeys.of(settings))
    geocodes = DatabaseGeocodeCache(database, clock)
    return Services(
        database=database,
        settings=settings,
        clock=clock,
        geocoder=local_geocoder(geocodes, settings.home / PLACES_FOLDER),
        roads=chosen_router(settings),
        mail=_mail(settings, clock),
        planner=planner or NoPlanner(),
        geocodes=geocodes,
        address_lookup=address_lookup(settings, geocodes),
    )


def _mail(settings: Settings, clock: Clock) -> Mail:
    if settings.mail_url:
        return SmtpMail(server=SmtpAddress.parse(settings.mail_url), sender=settings.mail_from, clock=clock)
    return FileMail(folder=settings.home / OUTBOX, sender=settings.mail_from, clock=clock)
