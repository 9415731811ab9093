"""Accounts, what they may do where, their sessions and second factors, and the trail of who did what."""

from __future__ import annotations

import uuid
from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, LargeBinary, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from logistics.domain.vocabulary import Role
from logistics.persistence.base import Base, Scoped, reference_to, within_network
from logistics.persistence.columns import UtcDateTime, words_of


class Account(Base):
    """A person's sign-in. It belongs to no network by itself: its memberships do."""

    __tablename__ = "accounts"

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=uuid.uuid4)
    email: Mapped[str] = mapped_column(String(254), unique=True)
    name: Mapped[str] = mapped_column(String(200), default="")
    password: Mapped[str | None] = mapped_column(String(255))
    active: Mapped[bool] = mapped_column(default=True)
    fs_uniquifier: Mapped[str] = mapped_column(String(64), unique=True)
    confirmed_at: Mapped[datetime | None] = mapped_column(UtcDateTime())
    made_at: Mapped[datetime] = mapped_column(UtcDateTime())

    memberships: Mapped[list[Membership]] = relationship(back_populates="account")


class Membership(Scoped, Base):
    """An account's role in a network, or in one organisation of it (donor, referrer, group lead)."""

    __tablename__ = "memberships"
    __table_args__ = (
        *within_network(
            ("organisation_id", "organisations"), ("household_id", "households"), ("volunteer_id", "volunteers")
        ),
        UniqueConstraint("network_id", "account_id", "role", "organisation_id"),
    )

    account_id: Mapped[uuid.UUID] = mapped_column(reference_to("accounts"), index=True)
    role: Mapped[Role] = mapped_column(words_of(Role))
    organisation_id: Mapped[uuid.UUID | None] = mapped_column()
    household_id: Mapped[uuid.UUID | None] = mapped_column()
    volunteer_id: Mapped[uuid.UUID | None] = mapped_column()

    account: Mapped[Account] = relationship(
        back_populates="memberships", foreign_keys=account_id, primaryjoin="Membership.account_id == Account.id"
    )


class AccountSession(Base):
    """A signed-in browser. Only the hash of its id is kept; an ended one makes its cookie worthless at once.

    `browser` is its kind in words, such as "Firefox on Windows": no version and no address, so that it is nobody's mark.
    """

    __tablename__ = "account_sessions"

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=uuid.uuid4)
    account_id: Mapped[uuid.UUID] = mapped_column(reference_to("accounts"), index=True)
    token_hash: Mapped[str] = mapped_column(String(64), unique=True)
    made_at: Mapped[datetime] = mapped_column(UtcDateTime())
    seen_at: Mapped[datetime] = mapped_column(UtcDateTime())
    browser: Mapped[str | None] = mapped_column(String(60))
    ended_at: Mapped[datetime | None] = mapped_column(UtcDateTime())


class SecondFactor(Base):
    """The authenticator app of an account. The secret is sealed with a key that is not in the database.

    `last_step` is the half minute whose code was used last: a code that was seen over a shoulder opens nothing again.
    """

    __tablename__ = "second_factors"

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=uuid.uuid4)
    account_id: Mapped[uuid.UUID] = mapped_column(reference_to("accounts"), unique=True)
    totp_secret: Mapped[str] = mapped_column(String(500))
    last_step: Mapped[int | None] = mapped_column()
    made_at: Mapped[datetime] = mapped_column(UtcDateTime())


class RecoveryCode(Base):
    """A code on paper that opens once in place of the app. Sealed like the app's secret; a used one keeps its row."""

    __tablename__ = "recovery_codes"

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=uuid.uuid4)
    account_id: Mapped[uuid.UUID] = mapped_column(reference_to("accounts"), index=True)
    sealed: Mapped[str] = mapped_column(String(300))
    used_at: Mapped[datetime | None] = mapped_column(UtcDateTime())


class Passkey(Base):
    """A key pair that a phone, a laptop or a security key holds for an account; only the public half is here.

    `credential_id` is what the device calls it, in base64url. `sign_count` is a number of 32 bits that devices which count
    raise at each use: one that does not grow is a copy of the key, or an old answer.
    """

    __tablename__ = "passkeys"

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=uuid.uuid4)
    account_id: Mapped[uuid.UUID] = mapped_column(reference_to("accounts"), index=True)
    credential_id: Mapped[str] = mapped_column(String(1400), unique=True)
    public_key: Mapped[bytes] = mapped_column(LargeBinary)
    sign_count: Mapped[int] = mapped_column(BigInteger)
    name: Mapped[str] = mapped_column(String(60))
    made_at: Mapped[datetime] = mapped_column(UtcDateTime())
    used_at: Mapped[datetime | None] = mapped_column(UtcDateTime())


class SpentChallenge(Base):
    """A random number that a passkey has signed, by its hash: what signed it opens nothing again."""

    __tablename__ = "spent_challenges"

    challenge_hash: Mapped[str] = mapped_column(String(64), primary_key=True)
    spent_at: Mapped[datetime] = mapped_column(UtcDateTime())


class AuditEvent(Scoped, Base):
    """An entry of the trail: who did what to which thing, when. Ids only; `details` holds from and to of a change where they
    are no personal value.

    `number` counts the network's entries from 1 without a gap; `hash` is of all that the entry says and of `previous_hash`,
    the entry before (`logistics.persistence.audit_chain`). The database refuses to change or delete an entry.
    """

    __tablename__ = "audit_events"
    __table_args__ = (*within_network(), UniqueConstraint("network_id", "number"))

    at: Mapped[datetime] = mapped_column(UtcDateTime(), index=True)
    account_id: Mapped[uuid.UUID | None]
    action: Mapped[str] = mapped_column(String(60))
    subject: Mapped[str] = mapped_column(String(60))
    subject_id: Mapped[uuid.UUID | None] = mapped_column(index=True)
    details: Mapped[dict[str, Any]] = mapped_column(default=dict)
    number: Mapped[int]
    previous_hash: Mapped[str] = mapped_column(String(64))
    hash: Mapped[str] = mapped_column(String(64))


class AuditChain(Scoped, Base):
    """The end of a network's trail: how many entries there are, and the hash of the last. Whoever adds one locks this row."""

    __tablename__ = "audit_chains"
    __table_args__ = (*within_network(), UniqueConstraint("network_id"))

    length: Mapped[int]
    hash: Mapped[str] = mapped_column(String(64))
