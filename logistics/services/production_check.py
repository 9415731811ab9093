"""What is still missing before real people's data comes in, one finding each: what was looked at, whether it is well, what to do."""

from __future__ import annotations

import shutil
import stat
import subprocess
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from pathlib import Path

from redis import Redis, RedisError
from sqlalchemy import Engine, make_url, select
from sqlalchemy.exc import SQLAlchemyError

from logistics.domain.authority import ASKED_FOR_SECOND_FACTOR
from logistics.domain.vocabulary import Role
from logistics.persistence.database import Database
from logistics.persistence.row_security import is_bypassed
from logistics.persistence.schema import current_revision, newest_revision
from logistics.persistence.tables import Account, Membership, Passkey, SecondFactor
from logistics.queries.audit_trail import check_trail
from logistics.queries.network import list_networks
from logistics.setting_values import LogLevel, is_own_machine
from logistics.settings import Settings

LEAST_FREE_BYTES = 2 * 1024**3
LEAST_FREE_SHARE = 0.1
FRESH_FOR = timedelta(hours=26)
"""A copy is made each night; two hours late is no alarm."""
CLOCKS_APART = timedelta(seconds=5)
ANSWERS_WITHIN_S = 3


class Standing(StrEnum):
    """How one thing stands."""

    FINE = "fine"
    MISSING = "missing"
    UNKNOWN = "unknown"
    """It cannot be seen from here; somebody must look."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One thing. `todo` says what to do; empty where it is fine."""

    what: str
    standing: Standing
    todo: str = ""


def fine(what: str) -> Finding:
    """Nothing to do."""
    return Finding(what=what, standing=Standing.FINE)


def judged(what: str, is_well: object, todo: str) -> Finding:
    """Fine, or missing with what to do."""
    return fine(what) if is_well else Finding(what=what, standing=Standing.MISSING, todo=todo)


def unknown(what: str, todo: str) -> Finding:
    """What cannot be seen from here."""
    return Finding(what=what, standing=Standing.UNKNOWN, todo=todo)


def production_findings(
    settings: Settings, engine: Engine, *, backups: Path, environment: Mapping[str, str], now: datetime
) -> tuple[Finding, ...]:
    """Every finding, in the order in which one would put things right. Changes nothing.

    `backups` is the folder of the nightly copies. Whatever cannot be asked is a finding too, never an exception.
    """
    found = [*_of_settings(settings, environment), *_of_machine(settings, backups, now=now)]
    try:
        stands_at = current_revision(engine)
    except SQLAlchemyError as error:
        todo = f"It does not answer ({type(error).__name__}): start it, or put ROUNDS_DATABASE_URL right."
        return (*found, judged("The database answers", is_well=False, todo=todo))
    found.append(
        judged("The tables are those of this version", stands_at == newest_revision(), "Run: rounds db upgrade")
    )
    if stands_at == newest_revision():
        found += _of_rows(Database(engine))
    return (*found, *_of_database(settings, engine, now=now))


def _of_settings(settings: Settings, environment: Mapping[str, str]) -> Iterator[Finding]:
    is_debug = settings.log_level is LogLevel.DEBUG or environment.get("FLASK_DEBUG", "0").lower() not in (
        "",
        "0",
        "false",
    )
    yield judged("Nothing runs for debugging", not is_debug, "Set ROUNDS_LOG_LEVEL to info, and take FLASK_DEBUG away.")
    is_https = settings.base_url.startswith("https://") and not is_own_machine(settings.base_url)
    yield judged("People come by https", is_https, "Set ROUNDS_BASE_URL to https:// and the name that people type.")
    yield judged(
        "The proxy in front is believed",
        settings.trusted_proxies > 0,
        "Set ROUNDS_TRUSTED_PROXIES to 1 where Caddy or nginx stands in front: else all visitors share one limit of tries.",
    )
    yield judged(
        "Desk roles need a second factor",
        settings.asks_for_second_factor,
        "Leave ROUNDS_SECOND_FACTOR_REQUIRED out, or set it to on.",
    )
    yield _secret_key(settings)
    yield judged(
        "Backups have a key",
        settings.backup_key,
        "Run: rounds backup-key FILE, keep a copy on paper, and set ROUNDS_BACKUP_KEY_FILE.",
    )
    yield _redis(settings)
    yield judged(
        "Mail is sent",
        settings.mail_url and not settings.mail_from.rstrip(">").endswith("@localhost"),
        "Set ROUNDS_MAIL_URL and ROUNDS_MAIL_FROM: until then nobody is told of an urgent concern.",
    )
    yield judged(
        "Somebody can be told of a hole",
        settings.security_contact,
        "Set ROUNDS_SECURITY_CONTACT to mailto: and an address that somebody reads.",
    )


def _secret_key(settings: Settings) -> Finding:
    what, path = "The secret key is placed and private", settings.home / "secret-key"
    if settings.secret_key:
        return fine(what)
    if not path.is_file():
        return judged(what, is_well=False, todo="Set ROUNDS_SECRET_KEY_FILE, or start the server once: it makes one.")
    return judged(what, not _others_read(path), f"Run: chmod 600 {path}")


def _redis(settings: Settings) -> Finding:
    what = "Failed sign-ins are counted together"
    if not settings.redis_url:
        return judged(
            what,
            settings.web_workers == 1,
            "Set ROUNDS_REDIS_URL, or ROUNDS_WEB_WORKERS to 1: each process counts for itself.",
        )
    held = Redis.from_url(
        settings.redis_url, socket_connect_timeout=ANSWERS_WITHIN_S, socket_timeout=ANSWERS_WITHIN_S, retry=None
    )
    try:
        is_there = bool(held.ping())
    except (RedisError, OSError):
        is_there = False
    finally:
        held.close()
    return judged(what, is_there, "Redis does not answer: start it, or put ROUNDS_REDIS_URL right.")


def _of_machine(settings: Settings, backups: Path, *, now: datetime) -> Iterator[Finding]:
    home = settings.home
    yield judged(
        "The data folder is private", home.is_dir() and not _others_read(home), f"Run as its owner: chmod 700 {home}"
    )
    yield _backups(backups, now)
    yield _disk(home)
    yield _clock_kept()


def _backups(folder: Path, now: datetime) -> Finding:
    what = "A backup was made last night"
    try:
        newest = max((file.stat().st_mtime for file in folder.glob("rounds-*.age")), default=None)
    except PermissionError:
        return unknown(what, f"The folder {folder} cannot be read by this user: look there, or run this as its owner.")
    if newest is None:
        return judged(
            what, is_well=False, todo=f"There is none in {folder}: start food-rounds-backup.timer (docs/server.md)."
        )
    made_at = datetime.fromtimestamp(newest, UTC)
    todo = f"The newest in {folder} is of {made_at:%Y-%m-%d %H:%M} UTC: see journalctl -u food-rounds-backup."
    return judged(what, now - made_at < FRESH_FOR, todo)


def _disk(home: Path) -> Finding:
    what = "The disk has room"
    if not home.is_dir():
        return unknown(what, f"There is no folder {home} yet.")
    usage = shutil.disk_usage(home)
    is_well = usage.free >= LEAST_FREE_BYTES and usage.free >= LEAST_FREE_SHARE * usage.total
    return judged(what, is_well, f"{usage.free // 1024**2} MB are free below {home}: make room, or take a larger disk.")


def _clock_kept() -> Finding:
    what, program = "The clock is kept right", shutil.which("timedatectl")
    todo = "Look whether the machine keeps its clock by NTP: timedatectl"
    if program is None:
        return unknown(what, todo)
    command = [program, "show", "--property=NTPSynchronized", "--value"]
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=ANSWERS_WITHIN_S, check=False)  # noqa: S603 - no words of anybody's
    except (OSError, subprocess.TimeoutExpired):
        return unknown(what, todo)
    if done.returncode != 0:
        return unknown(what, todo)
    return judged(what, done.stdout.strip() == "yes", "The clock is not kept by NTP. Run: timedatectl set-ntp true")


def _of_database(settings: Settings, engine: Engine, *, now: datetime) -> Iterator[Finding]:
    url = make_url(settings.database_url)
    if engine.dialect.name == "sqlite":
        path = Path(str(url.database))
        yield judged(
            "The database file is private", path.is_file() and not _others_read(path), f"Run: chmod 600 {path}"
        )
        return
    with engine.connect() as connection:
        is_superuser = connection.exec_driver_sql("SELECT rolsuper FROM pg_roles WHERE rolname = current_user").scalar()
        bypasses = is_bypassed(connection)
        their_now = connection.exec_driver_sql("SELECT clock_timestamp()").scalar()
    yield judged(
        "The database's user owns its own tables only",
        not is_superuser,
        "It is a superuser: make a user for this database alone, and put it into ROUNDS_DATABASE_URL.",
    )
    yield judged(
        "The database itself keeps networks apart",
        not bypasses,
        f"Its policies do not hold for its user {url.username}: run “ALTER ROLE {url.username} NOSUPERUSER NOBYPASSRLS” as another "
        "superuser, or move to a user of its own (docs/server.md).",
    )
    yield judged(
        "The database's clock agrees",
        abs(their_now - now) < CLOCKS_APART if isinstance(their_now, datetime) else None,
        "The clocks of this machine and of the database differ by more than 5 seconds: keep both by NTP.",
    )


def _of_rows(database: Database) -> Iterator[Finding]:
    with database.unscoped_reading() as session:
        networks = list_networks(session)
        without = session.scalars(
            select(Account.id)
            .join(Membership)
            .where(
                Membership.role.in_(ASKED_FOR_SECOND_FACTOR),
                Account.active,
                Account.id.not_in(select(SecondFactor.account_id)),
                Account.id.not_in(select(Passkey.account_id)),
            )
            .distinct()
        ).all()
        held = {(each.network_id, each.role) for each in session.scalars(select(Membership))}
    yield judged(
        "Everybody at a desk has a second factor",
        not without,
        f"{len(without)} of them have none yet: they set it up when they sign in next. Close accounts that nobody uses.",
    )
    yield judged(
        "No demo is in this database", all(each.slug != "demo" for each in networks), "Start with an empty database."
    )
    for each in networks:
        for role, word in ((Role.ADMIN, "an admin"), (Role.SAFEGUARDING_LEAD, "a safeguarding lead")):
            todo = f"Run: rounds account add ADDRESS --role {role.value} --network {each.slug}"
            yield judged(f"{each.slug} has {word}", (each.id, role) in held, todo)
        with database.reading(each.id) as session:
            broken = check_trail(session, each.id).broken
        todo = f"{broken.sentence}. Run: rounds audit verify, and find out who changed it." if broken else ""
        yield judged(f"The trail of {each.slug} is what was written", broken is None, todo)


def _others_read(path: Path) -> bool:
    return bool(path.stat().st_mode & (stat.S_IRWXG | stat.S_IRWXO))
