"""Second factors: an authenticator app and recovery codes of an account, kept sealed, each code good for one time.

Passkeys count as well (`logistics.services.passkeys`); what is taken away from somebody whose phone is lost is all of it.
"""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import delete, or_, select, update
from sqlalchemy.orm import Session

from logistics.domain.authority import Actor, Permission
from logistics.domain.errors import NotFound, RuleBroken
from logistics.persistence.tables import Membership, Passkey, RecoveryCode, SecondFactor
from logistics.queries.accounts import memberships_of
from logistics.services.accounts import sign_out_everywhere
from logistics.services.audit import note


@dataclass(frozen=True, slots=True, kw_only=True)
class SealedCode:
    """A recovery code that was not used yet, as it is stored."""

    id: uuid.UUID
    sealed: str


def set_second_factor(
    session: Session, account_id: uuid.UUID, totp_secret: str, *, step: int | None, now: datetime
) -> None:
    """Ask for codes of this app from here on, in place of one from before, and sign the account out everywhere.

    `totp_secret` is sealed. `step` is the half minute of the code that proved the app: it opens nothing again.
    """
    session.execute(delete(SecondFactor).where(SecondFactor.account_id == account_id))
    session.add(
        SecondFactor(id=uuid.uuid4(), account_id=account_id, totp_secret=totp_secret, last_step=step, made_at=now)
    )
    sign_out_everywhere(session, account_id, now=now)


def remove_second_factor(session: Session, account_id: uuid.UUID, *, now: datetime) -> bool:
    """Ask for the password alone from here on, and sign the account out everywhere. Whether there was a factor.

    Passkeys go as well: a lost phone may hold one.
    """
    apps = session.execute(
        delete(SecondFactor).where(SecondFactor.account_id == account_id).returning(SecondFactor.id)
    ).all()
    passkeys = session.execute(delete(Passkey).where(Passkey.account_id == account_id).returning(Passkey.id)).all()
    session.execute(delete(RecoveryCode).where(RecoveryCode.account_id == account_id))
    sign_out_everywhere(session, account_id, now=now)
    return bool(apps or passkeys)


def remove_app(session: Session, account_id: uuid.UUID, *, now: datetime) -> None:
    """Ask for no code of an app from here on, and sign the account out everywhere. Without a passkey, recovery codes go too."""
    session.execute(delete(SecondFactor).where(SecondFactor.account_id == account_id))
    if session.scalar(select(Passkey.id).where(Passkey.account_id == account_id).limit(1)) is None:
        session.execute(delete(RecoveryCode).where(RecoveryCode.account_id == account_id))
    sign_out_everywhere(session, account_id, now=now)


def take_step(session: Session, account_id: uuid.UUID, step: int) -> bool:
    """Use the code of this half minute. False when it, or a later one, was used before: of two at once, one gets it."""
    taken = session.execute(
        update(SecondFactor)
        .where(
            SecondFactor.account_id == account_id, or_(SecondFactor.last_step.is_(None), SecondFactor.last_step < step)
        )
        .values(last_step=step)
        .returning(SecondFactor.id)
    ).all()
    return bool(taken)


def set_recovery_codes(session: Session, account_id: uuid.UUID, sealed: Sequence[str]) -> None:
    """Keep these codes, and none from before."""
    session.execute(delete(RecoveryCode).where(RecoveryCode.account_id == account_id))
    session.add_all(RecoveryCode(id=uuid.uuid4(), account_id=account_id, sealed=each) for each in sealed)


def unused_recovery_codes(session: Session, account_id: uuid.UUID) -> tuple[SealedCode, ...]:
    """The codes that still open."""
    rows = session.scalars(
        select(RecoveryCode).where(RecoveryCode.account_id == account_id, RecoveryCode.used_at.is_(None))
    )
    return tuple(SealedCode(id=row.id, sealed=row.sealed) for row in rows)


def spend_recovery_code(session: Session, code_id: uuid.UUID, *, now: datetime) -> bool:
    """Use a code up. False when it was used before: of two at once, one gets it."""
    spent = session.execute(
        update(RecoveryCode)
        .where(RecoveryCode.id == code_id, RecoveryCode.used_at.is_(None))
        .values(used_at=now)
        .returning(RecoveryCode.id)
    ).all()
    return bool(spent)


def works_in_another_network(session: Session, account_id: uuid.UUID, network_id: uuid.UUID) -> bool:
    """Whether the account has a role outside this network. Needs an unscoped session."""
    return any(other.network.id != network_id for other in memberships_of(session, account_id))


def account_to_reset(session: Session, actor: Actor, membership_id: uuid.UUID) -> uuid.UUID:
    """Whose factor the actor would reset. Raises Forbidden, NotFound for nobody of this network, RuleBroken for one's own."""
    actor.require(Permission.MANAGE_ACCOUNTS)
    membership = session.scalar(select(Membership).where(Membership.id == membership_id))
    if membership is None:
        raise NotFound("There is no such account in this network: its role may have been taken away.")
    account_id = membership.account_id
    if account_id == actor.account_id:
        raise RuleBroken("This is your own second factor. Change it under “Your account”, or ask another admin.")
    return account_id


def reset_second_factor(
    session: Session, actor: Actor, account_id: uuid.UUID, *, works_elsewhere: bool, now: datetime
) -> None:
    """Take the factor of somebody of the actor's network away, as when their phone is lost, and write down who did it.

    `account_id` is that of `account_to_reset`. Raises RuleBroken for somebody who works in another network as well: an
    admin of one network must not open what lies in another.
    """
    actor.require(Permission.MANAGE_ACCOUNTS)
    if works_elsewhere and not actor.is_system:
        raise RuleBroken(
            "This person works in another network too. Ask whoever runs the server: rounds account reset-factor EMAIL"
        )
    remove_second_factor(session, account_id, now=now)
    note_reset(session, actor, account_id, now=now)


def note_reset(session: Session, actor: Actor, account_id: uuid.UUID, *, now: datetime) -> None:
    """Write down in the actor's network that somebody's factor was reset."""
    note(session, actor, "second_factor_reset", "account", account_id, now=now)
