"""`rounds person`: what is kept of somebody, handed out and erased; the register and the keeping times."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import click
from sqlalchemy.orm import Session

from logistics.bootstrap import Services, build_services
from logistics.cli.new_files import write_new
from logistics.domain.authority import Actor
from logistics.domain.data_register.page import register_page
from logistics.domain.erasure import BY_HAND, ErasureReason
from logistics.domain.errors import BadInput
from logistics.domain.retention import RetentionTimes
from logistics.domain.withholding import LiftReason, RestrictionReason
from logistics.jobs.keeping_times import KeepingTimes
from logistics.persistence.tables import Network
from logistics.queries.network import find_network
from logistics.queries.to_take_out import to_take_out
from logistics.services.erase_person import erase_person, find_person
from logistics.services.erasure_ledger import ErasureLedger
from logistics.services.person_export import export_person
from logistics.services.restrictions import lift_restriction, restrict_person
from logistics.services.retention import set_retention_times
from logistics.settings import Settings

_NETWORK = click.option("--network", "slug", required=True, help="The network, by its short name.")


@click.group()
def person() -> None:
    """People’s data: register, export, erase, restrict, keeping times, the list of who was erased."""


@person.command()
def register() -> None:
    """Print the register: every field, whose it is, why, who reads it, how long, what erasing does."""
    click.echo(register_page(), nl=False)


@person.command()
@click.argument("ref")
@_NETWORK
@click.option("--out", type=click.Path(path_type=Path, dir_okay=False), required=True, help="The new ZIP file.")
def export(ref: str, slug: str, out: Path) -> None:
    """Write all that is kept of the household or volunteer REF into a ZIP: JSON, and a page to read."""
    services = build_services(Settings.from_environment())
    try:
        actor = _actor(services, slug)
        now = services.clock.now()
        with services.database.writing(actor.network_id) as session:
            found = find_person(session, ref)
            made = export_person(session, actor, found.kind, found.id, now=now)
            write_new(out, made.content)
    finally:
        services.close()
    click.echo(f"All that is kept of {ref} is in {out}. Hand it to them alone, then delete it.")


@person.command()
@click.argument("ref")
@_NETWORK
@click.option("--reason", type=click.Choice([each.value for each in BY_HAND]), required=True, help="Why.")
@click.option("--confirm", metavar="REF", default="", help="The reference again: it cannot be undone.")
def erase(ref: str, slug: str, reason: str, confirm: str) -> None:
    """Erase the household or volunteer REF everywhere, for good. Totals stay; safeguarding cases stay until their time."""
    services = build_services(Settings.from_environment())
    try:
        actor = _actor(services, slug)
        now = services.clock.now()
        with services.database.writing(actor.network_id) as session:
            found = find_person(session, ref)
            if confirm != ref:
                raise BadInput(f"This cannot be undone. If you mean {ref}, run it again with --confirm {ref}.")
            wiped = erase_person(
                session, actor, found.kind, found.id, reason=ErasureReason(reason), typed=confirm, now=now
            )
        ledger = ErasureLedger(services.database, services.settings.home)
        ledger.write()
        mails = ledger.clear_outbox(wiped.addresses)
        overwritten = ledger.wipe(now=now)
    finally:
        services.close()
    click.echo(f"Erased: {wiped.deleted} rows deleted, {wiped.emptied} emptied, {wiped.struck} texts, {mails} mails.")
    if wiped.cases_kept:
        click.echo(f"  {wiped.cases_kept} safeguarding cases stay with the lead until their time is over")
    if not overwritten:
        click.echo("  others hold the database: the worker overwrites the freed bytes within the hour")
    click.echo("  older backups hold them until they expire; a restore erases them again")


@person.command()
@click.argument("ref")
@_NETWORK
@click.option("--reason", type=click.Choice([each.value for each in RestrictionReason]), required=True, help="Why.")
def restrict(ref: str, slug: str, reason: str) -> None:
    """Keep the data of the household or volunteer REF and use it for nothing new. `lift` ends it."""
    services = build_services(Settings.from_environment())
    try:
        actor = _actor(services, slug)
        now = services.clock.now()
        with services.database.writing(actor.network_id) as session:
            found = find_person(session, ref)
            restrict_person(session, actor, found.kind, found.id, reason=RestrictionReason(reason), now=now)
        with services.database.reading(actor.network_id) as session:
            planned = [
                row for row in to_take_out(session, today=_today(session, actor, now)) if row.person_id == found.id
            ]
    finally:
        services.close()
    click.echo(f"{ref} is kept and used for nothing new.")
    for row in planned:
        click.echo(f"  planned all the same: {row.remedy}")


@person.command()
@click.argument("ref")
@_NETWORK
@click.option("--reason", type=click.Choice([each.value for each in LiftReason]), required=True, help="Why.")
def lift(ref: str, slug: str, reason: str) -> None:
    """Use the data of the household or volunteer REF again, after `restrict`. Tell them before."""
    services = build_services(Settings.from_environment())
    try:
        actor = _actor(services, slug)
        now = services.clock.now()
        with services.database.writing(actor.network_id) as session:
            found = find_person(session, ref)
            lift_restriction(session, actor, found.kind, found.id, reason=LiftReason(reason), now=now)
    finally:
        services.close()
    click.echo(f"{ref} is used again from the next plan on.")


@person.command()
@_NETWORK
@click.option("--set", "wanted", multiple=True, metavar="NAME=DAYS", help="A new keeping time, such as case_days=2190.")
def keep(slug: str, wanted: tuple[str, ...]) -> None:
    """Print a network's keeping times, after setting those that are given."""
    services = build_services(Settings.from_environment())
    try:
        actor = _actor(services, slug)
        with services.database.writing(actor.network_id) as session:
            held = RetentionTimes.from_settings(session.get_one(Network, actor.network_id).settings)
            times = replace(held, **_days(wanted, held))
            if times != held:
                set_retention_times(session, actor, times, now=services.clock.now())
    finally:
        services.close()
    for name, days in times.to_settings().items():
        click.echo(f"{name}: {days}")


@person.command()
@click.option("--list", "file", type=click.Path(path_type=Path, dir_okay=False), help="A list kept elsewhere, also.")
def again(file: Path | None) -> None:
    """Erase again whoever an older backup brought back, then what is over by the keeping times. Workers do it each hour."""
    services = build_services(Settings.from_environment())
    try:
        now = services.clock.now()
        count = ErasureLedger(services.database, services.settings.home).replay(now=now, also=file)
        KeepingTimes(services.database, services.settings.home).look_round(now)
    finally:
        services.close()
    click.echo(f"Erased again: {count}. The keeping times were kept.")


def _actor(services: Services, slug: str) -> Actor:
    with services.database.unscoped_reading() as session:
        return Actor.system(find_network(session, slug).id)


def _today(session: Session, actor: Actor, now: datetime) -> date:
    return now.astimezone(ZoneInfo(session.get_one(Network, actor.network_id).timezone)).date()


def _days(wanted: tuple[str, ...], held: RetentionTimes) -> dict[str, int]:
    days: dict[str, int] = {}
    for each in wanted:
        name, _, number = each.partition("=")
        if name not in held.to_settings() or not number.isdecimal():
            raise BadInput(f"Write --set as NAME=DAYS, with a name of: {', '.join(held.to_settings())}.")
        days[name] = int(number)
    return days
