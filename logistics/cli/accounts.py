"""`rounds account`: make accounts, give them roles, give them a new password, close them."""

from __future__ import annotations

import sys
import uuid
from datetime import datetime

import click
from sqlalchemy import select
from sqlalchemy.orm import Session

from logistics.bootstrap import Services, build_services
from logistics.domain.authority import Actor
from logistics.domain.errors import BadInput, NotFound
from logistics.domain.vocabulary import Role
from logistics.persistence.scope import narrow
from logistics.persistence.tables import Household, Organisation
from logistics.queries.accounts import AccountView, find_account, membership_rows, memberships_of
from logistics.queries.network import find_network
from logistics.services.accounts import NewMembership, add_account, change_password, close_account, reopen_account
from logistics.services.passwords import hash_password, make_password
from logistics.services.second_factors import note_reset, remove_second_factor
from logistics.settings import Settings

ROLES = [role.value for role in Role if role is not Role.DRIVER]
STDIN_HELP = "Read the password from standard input instead of making one."


@click.group()
def account() -> None:
    """Make accounts and give them roles."""


@account.command()
@click.argument("email")
@click.option("--role", type=click.Choice(ROLES), required=True, help="What the account may do.")
@click.option("--network", "slug", help="The network's short name; may be left out when there is only one.")
@click.option("--organisation", "code", help="The organisation's code, for a group lead, a donor or a referrer.")
@click.option("--household", "ref", help="The household's number, for a recipient.")
@click.option("--name", default="", help="The person's name.")
@click.option("--password-stdin", is_flag=True, help=STDIN_HELP)
def add(
    email: str, *, role: str, slug: str | None, code: str | None, ref: str | None, name: str, password_stdin: bool
) -> None:
    """Give EMAIL a role in a network, and an account if it has none; its password is printed once.

    Asking twice for the same changes nothing. An account that is there already keeps its password.
    """
    services = build_services(Settings.from_environment())
    password = _password(from_stdin=password_stdin, email=email, name=name)
    try:
        with services.database.unscoped_writing() as session:
            network = find_network(session, slug)
            narrow(session, network.id)
            wanted = NewMembership(
                email=email,
                role=Role(role),
                name=name,
                organisation_id=_organisation(session, code),
                household_id=_household(session, ref),
            )
            added = _add(session, network.id, wanted, password, now=services.clock.now())
    finally:
        services.close()
    click.echo(f"{email} is {role.replace('_', ' ')} in {network.name}.")
    if added:
        click.echo("Its password is the one you gave." if password_stdin else f"Password (shown only now): {password}")


@account.command("password")
@click.argument("email")
@click.option("--password-stdin", is_flag=True, help=STDIN_HELP)
def new_password(email: str, *, password_stdin: bool) -> None:
    """Give EMAIL a new password, and sign it out everywhere."""
    services = build_services(Settings.from_environment())
    try:
        found = _existing(services, email)
        # Nothing is held while a person types.
        password = _password(from_stdin=password_stdin, email=found.email, name=found.name)
        hashed = _hash(password, email=found.email, name=found.name)
        with services.database.unscoped_writing() as session:
            change_password(session, found.id, hashed, now=services.clock.now())
    finally:
        services.close()
    click.echo("Password changed." if password_stdin else f"Password (shown only now): {password}")


@account.command()
@click.argument("email")
def close(email: str) -> None:
    """Let nobody sign in as EMAIL any more, in any network, and sign it out everywhere."""
    services = build_services(Settings.from_environment())
    try:
        found = _existing(services, email)
        with services.database.unscoped_writing() as session:
            close_account(session, found.id, now=services.clock.now())
    finally:
        services.close()
    click.echo(f"{found.email} is closed. Open it again: rounds account reopen {found.email}")


@account.command()
@click.argument("email")
def reopen(email: str) -> None:
    """Let EMAIL sign in again, with the password it had."""
    services = build_services(Settings.from_environment())
    try:
        found = _existing(services, email)
        with services.database.unscoped_writing() as session:
            reopen_account(session, found.id)
    finally:
        services.close()
    click.echo(f"{found.email} may sign in again.")


@account.command("reset-factor")
@click.argument("email")
def reset_factor(email: str) -> None:
    """Take EMAIL's second factor away, as when the phone is lost; a new one is set up at the next sign-in."""
    services = build_services(Settings.from_environment())
    try:
        found = _existing(services, email)
        with services.database.unscoped_writing() as session:
            networks = [each.network.id for each in memberships_of(session, found.id)]
            was_there = remove_second_factor(session, found.id, now=services.clock.now())
            for network_id in networks:
                note_reset(session, Actor.system(network_id), found.id, now=services.clock.now())
    finally:
        services.close()
    click.echo(f"{found.email} is signed out" + ("." if was_there else "; it had no second factor."))


@account.command("list")
@click.option("--network", "slug", help="The network's short name; may be left out when there is only one.")
def list_accounts(slug: str | None) -> None:
    """Who may do what in a network."""
    services = build_services(Settings.from_environment())
    try:
        with services.database.unscoped_reading() as session:
            narrow(session, find_network(session, slug).id)
            rows = membership_rows(session)
    finally:
        services.close()
    for row in rows:
        click.echo(f"{row.email}\t{row.role.value}\t{row.organisation_name or ''}".rstrip())


def _existing(services: Services, email: str) -> AccountView:
    with services.database.unscoped_reading() as session:
        found = find_account(session, email=email)
    if found is None:
        raise NotFound(f"There is no account {email}. Make one: rounds account add {email} --role ROLE")
    return found


def _password(*, from_stdin: bool, email: str, name: str) -> str:
    if not from_stdin:
        return make_password(email=email, name=name)
    return sys.stdin.readline().rstrip("\n")


def _hash(password: str, *, email: str, name: str) -> str:
    try:
        return hash_password(password, email=email, name=name)
    except BadInput as error:
        # A command has no fields to show the sentences beside.
        raise BadInput(". ".join(error.fields.values()) + ".") from error


def _add(session: Session, network_id: uuid.UUID, wanted: NewMembership, password: str, *, now: datetime) -> bool:
    """Whether the account is new."""
    hashed = _hash(password, email=wanted.email, name=wanted.name)
    try:
        added = add_account(session, Actor.system(network_id), wanted, password_hash=hashed, now=now)
    except BadInput as error:
        # A command has no fields to show the sentences beside.
        raise BadInput(". ".join(error.fields.values()) or str(error)) from error
    return added.is_new


def _organisation(session: Session, code: str | None) -> uuid.UUID | None:
    if code is None:
        return None
    found = session.scalar(select(Organisation.id).where(Organisation.code == code.upper()))
    if found is None:
        raise NotFound(f"There is no organisation {code} in this network.")
    return found


def _household(session: Session, ref: str | None) -> uuid.UUID | None:
    if ref is None:
        return None
    found = session.scalar(select(Household.id).where(Household.ref == ref.upper()))
    if found is None:
        raise NotFound(f"There is no household {ref} in this network.")
    return found
