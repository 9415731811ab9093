"""Every setting of the product, read from the environment once, at start, and checked there.

The one place that reads `os.environ`. `SETTINGS` is the registry: `docs/settings.md` documents each entry and a test
compares the two. A secret may be given as a file instead, in the variable with `_FILE` behind its name.
"""

from __future__ import annotations

import difflib
import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

from logistics import setting_values
from logistics.domain.errors import FoodRoundsError
from logistics.secret_key_file import write_secret_key
from logistics.setting_values import SECRET_KEY_MIN_LENGTH, Address, AddressServiceKind, LogLevel, Roads

PREFIX = "ROUNDS_"
# Read by the `dev` script and by the tests, never by the product.
DEVELOPER_PREFIXES = ("ROUNDS_TEST_",)
DEVELOPER_NAMES = ("ROUNDS_PYTHON",)


class SettingError(FoodRoundsError):
    """A setting cannot be used. The sentence names the variable and what to do, and never repeats a secret."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Setting:
    """One variable: its name, the field it fills, its default as one would write it, and how its text is read.

    `parse` takes the text and returns the value, or raises ValueError with the second half of a sentence that starts
    with the variable's name ("must be ...").
    """

    name: str
    field: str
    default: str
    parse: Callable[[str], Any]
    about: str
    secret: bool = False


SETTINGS: tuple[Setting, ...] = (
    Setting(
        name="ROUNDS_HOME",
        field="home",
        default="~/.local/share/food-rounds",
        parse=setting_values.folder,
        about="The folder for data files: the SQLite database, the secret key, mail that is not sent.",
    ),
    Setting(
        name="ROUNDS_DATABASE_URL",
        field="database_url",
        default="",
        parse=setting_values.database_url,
        about="The database: sqlite:///FILE or postgresql://USER@HOST/NAME. Empty: rounds.sqlite in ROUNDS_HOME.",
        secret=True,
    ),
    Setting(
        name="ROUNDS_SECRET_KEY",
        field="secret_key",
        default="",
        parse=setting_values.secret_key,
        about="Signs sessions and links. Empty: made once and kept in ROUNDS_HOME, readable by its owner alone.",
        secret=True,
    ),
    Setting(
        name="ROUNDS_BACKUP_KEY",
        field="backup_key",
        default="",
        parse=setting_values.backup_key,
        about="The age key of backups, or its public half, which locks and does not open.",
        secret=True,
    ),
    Setting(
        name="ROUNDS_BASE_URL",
        field="base_url",
        default="",
        parse=setting_values.base_url,
        about="The address people see, for links in messages. Empty: http:// and ROUNDS_BIND.",
    ),
    Setting(
        name="ROUNDS_BIND",
        field="bind",
        default="127.0.0.1:8000",
        parse=setting_values.bind,
        about="HOST:PORT where the web server listens. Port 0 takes a free one.",
    ),
    Setting(
        name="ROUNDS_WEB_WORKERS",
        field="web_workers",
        default="2",
        parse=setting_values.whole(1, 64),
        about="How many web processes serve pages.",
    ),
    Setting(
        name="ROUNDS_LIVE_BOARDS",
        field="live_boards",
        default="60",
        parse=setting_values.whole(0, 500),
        about="How many open boards of the day each web process tells of news at once. Others ask every 5 seconds.",
    ),
    Setting(
        name="ROUNDS_TRUSTED_PROXIES",
        field="trusted_proxies",
        default="0",
        parse=setting_values.whole(0, 5),
        about="How many proxies in front (Caddy, nginx) may say who the visitor is and that the link was TLS.",
    ),
    Setting(
        name="ROUNDS_TILE_URL",
        field="tile_url",
        default="",
        parse=setting_values.tile_url,
        about="Map tiles, with {z}, {x} and {y}. Empty: no tiles, and no request leaves the browser for a map.",
    ),
    Setting(
        name="ROUNDS_TILE_ATTRIBUTION",
        field="tile_attribution",
        default="",
        parse=setting_values.text,
        about="The credit that the owner of the tiles asks for. Needed with ROUNDS_TILE_URL.",
    ),
    Setting(
        name="ROUNDS_WHOLE_ROUTE_LINKS",
        field="whole_route_links",
        default="off",
        parse=setting_values.switch,
        about="Whether drivers may hand their whole route to Google Maps in one go: on or off.",
    ),
    Setting(
        name="ROUNDS_ROADS",
        field="roads",
        default="auto",
        parse=setting_values.choice(Roads),
        about="Where distances come from: auto (the built road map in use, else the estimate), estimate, osrm, osrm-http.",
    ),
    Setting(
        name="ROUNDS_OSRM_URL",
        field="osrm_url",
        default="",
        parse=setting_values.osrm_url,
        about="The OSRM server for ROUNDS_ROADS=osrm-http; {profile} in it stands for car, bicycle, cargo_bike or foot.",
        secret=True,
    ),
    Setting(
        name="ROUNDS_OSRM_SECONDS",
        field="osrm_seconds",
        default="30",
        parse=setting_values.whole(1, 600),
        about="How long one question to the OSRM server may take, its retries included.",
    ),
    Setting(
        name="ROUNDS_OSRM_DATA_DATE",
        field="osrm_data_date",
        default="",
        parse=setting_values.optional_date,
        about="How old the OSRM server's map is, as 2026-11-22, where the server does not say so itself.",
    ),
    Setting(
        name="ROUNDS_SNAP_LIMIT_M",
        field="snap_limit_m",
        default="250",
        parse=setting_values.whole(10, 5_000),
        about="How far from a road a place may be, in metres; places farther off are reported and left out.",
    ),
    Setting(
        name="ROUNDS_ADDRESS_SERVICE",
        field="address_service",
        default="none",
        parse=setting_values.choice(AddressServiceKind),
        about="A service outside that may be asked where an address is: none, nominatim, photon or pelias.",
    ),
    Setting(
        name="ROUNDS_ADDRESS_SERVICE_URL",
        field="address_service_url",
        default="",
        parse=setting_values.address_service_url,
        about="Where that service is. People's addresses are sent there when a coordinator says so.",
    ),
    Setting(
        name="ROUNDS_ADDRESS_SERVICE_CONTACT",
        field="address_service_contact",
        default="",
        parse=setting_values.header_text,
        about="Whom the service may write to: an address or page, sent with each question. Needed with the service.",
    ),
    Setting(
        name="ROUNDS_ADDRESS_SERVICE_PAUSE_MS",
        field="address_service_pause_ms",
        default="1000",
        parse=setting_values.whole(0, 600_000),
        about="How long to wait between two questions to the service, over all processes, in thousandths of a second.",
    ),
    Setting(
        name="ROUNDS_ADDRESS_SERVICE_TIMEOUT_S",
        field="address_service_timeout_s",
        default="10",
        parse=setting_values.whole(1, 60),
        about="How long a whole answer of the service may take, in seconds.",
    ),
    Setting(
        name="ROUNDS_MAIL_URL",
        field="mail_url",
        default="",
        parse=setting_values.url("smtp", "smtps", "smtp+starttls", empty=True),
        about="The mail server: smtp+starttls://USER:PASSWORD@HOST:PORT. Empty: mail is written to ROUNDS_HOME/outbox.",
        secret=True,
    ),
    Setting(
        name="ROUNDS_MAIL_FROM",
        field="mail_from",
        default="Food Rounds <rounds@localhost>",
        parse=setting_values.mail_sender,
        about="Who mail comes from.",
    ),
    Setting(
        name="ROUNDS_REDIS_URL",
        field="redis_url",
        default="",
        parse=setting_values.url("redis", "rediss", empty=True),
        about="Where all web processes count failed sign-ins together. Empty: each process counts for itself.",
        secret=True,
    ),
    Setting(
        name="ROUNDS_SECOND_FACTOR_REQUIRED",
        field="second_factor_required",
        default="auto",
        parse=setting_values.choice(setting_values.SecondFactorRequired),
        about="Whether desk roles must set up a second factor: on, off, or auto (on unless ROUNDS_BASE_URL is this machine).",
    ),
    Setting(
        name="ROUNDS_SOLVER_SECONDS",
        field="solver_seconds",
        default="60",
        parse=setting_values.whole(1, 86_400),
        about="How long planning a week may look for better routes, in seconds, unless a run asks for another time.",
    ),
    Setting(
        name="ROUNDS_SOLVER_THREADS",
        field="solver_threads",
        default="1",
        parse=setting_values.whole(1, 256),
        about="How many threads the solver may use. Only one thread gives the same answer every time.",
    ),
    Setting(
        name="ROUNDS_LOG_LEVEL",
        field="log_level",
        default="info",
        parse=setting_values.choice(LogLevel),
        about="How much is logged: debug, info, warning or error. Logs carry ids, never personal values.",
    ),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """The checked settings of one process. Values that may hold a password are not shown by `repr`."""

    home: Path
    database_url: str = field(repr=False)
    secret_key: str = field(repr=False)
    backup_key: str = field(repr=False)
    base_url: str
    bind: Address
    web_workers: int
    live_boards: int
    trusted_proxies: int
    tile_url: str
    tile_attribution: str
    whole_route_links: bool
    roads: Roads
    address_service: AddressServiceKind
    address_service_url: str
    address_service_contact: str
    address_service_pause_ms: int
    address_service_timeout_s: int
    osrm_url: str = field(repr=False)
    osrm_seconds: int
    osrm_data_date: date | None
    snap_limit_m: int
    mail_url: str = field(repr=False)
    mail_from: str
    redis_url: str = field(repr=False)
    second_factor_required: setting_values.SecondFactorRequired
    solver_seconds: int
    solver_threads: int
    log_level: LogLevel

    @classmethod
    def from_environment(
        cls, env: Mapping[str, str] | None = None, *, defaults: Mapping[str, str] | None = None
    ) -> Settings:
        """Reads and checks every setting; `env` is the process's environment unless one is given.

        `defaults` (by variable) stands in for settings that the environment leaves out, as the demo's own ROUNDS_HOME.
        An empty variable counts as left out, as in a service file with the value still blank.

        Touches no file but those named by `..._FILE` variables. Raises SettingError for the first setting that cannot
        be used, for two that contradict each other, and for a ROUNDS_ name that is no setting (most often a typing
        mistake, which would otherwise do nothing in silence).
        """
        env = os.environ if env is None else env
        env = {**(defaults or {}), **{name: value for name, value in env.items() if value.strip()}}
        _refuse_unknown_names(env)
        values = {setting.field: _read(setting, env) for setting in SETTINGS}
        values["database_url"] = values["database_url"] or f"sqlite:///{values['home'] / 'rounds.sqlite'}"
        values["base_url"] = values["base_url"] or f"http://{values['bind']}"
        if values["tile_url"] and not values["tile_attribution"]:
            raise SettingError(
                "ROUNDS_TILE_URL is set without ROUNDS_TILE_ATTRIBUTION: set it to the credit the tiles' owner asks for."
            )
        _check_address_service(values)
        if values["roads"] is Roads.OSRM_HTTP and not values["osrm_url"]:
            raise SettingError("ROUNDS_ROADS is osrm-http without ROUNDS_OSRM_URL: set it to the server's address.")
        return cls(**values)

    @property
    def asks_for_second_factor(self) -> bool:
        """Whether desk roles must have one. A site at an address of this machine answers at no other, unless by a proxy."""
        if self.second_factor_required is setting_values.SecondFactorRequired.AUTO:
            return self.trusted_proxies > 0 or not setting_values.is_own_machine(self.base_url)
        return self.second_factor_required is setting_values.SecondFactorRequired.ON

    def signing_key(self) -> str:
        """The configured key, else the one in ROUNDS_HOME: made on first use, mode 600, one for all, however many start at once."""
        if self.secret_key:
            return self.secret_key
        path = self.home / "secret-key"
        if not path.exists():
            try:
                write_secret_key(path)
            except OSError as error:
                raise SettingError(
                    f"ROUNDS_HOME is {path.parent}, where no file can be written ({error.strerror}): "
                    "set it to a folder that this user may write to."
                ) from error
        try:
            key = path.read_text(encoding="ascii").strip()
        except (OSError, UnicodeDecodeError) as error:
            raise SettingError(f"The secret key in {path} cannot be read: check who owns the file.") from error
        if len(key) < SECRET_KEY_MIN_LENGTH:
            raise SettingError(f"The secret key in {path} is too short: delete the file, and a new one is made.")
        return key


def _check_address_service(values: Mapping[str, Any]) -> None:
    """A service needs its address and a contact; an address without a service would do nothing in silence."""
    if values["address_service"] is AddressServiceKind.NONE:
        if values["address_service_url"]:
            raise SettingError(
                "ROUNDS_ADDRESS_SERVICE_URL is set, but ROUNDS_ADDRESS_SERVICE is none: say which kind of service it is."
            )
        return
    contact = "set it to an address or page of yours, so that whoever runs the service can reach you"
    for name, what in (("URL", "say where it is"), ("CONTACT", contact)):
        if not values[f"address_service_{name.lower()}"]:
            raise SettingError(f"ROUNDS_ADDRESS_SERVICE is set without ROUNDS_ADDRESS_SERVICE_{name}: {what}.")


def _refuse_unknown_names(env: Mapping[str, str]) -> None:
    known = {setting.name for setting in SETTINGS}
    known |= {f"{setting.name}_FILE" for setting in SETTINGS if setting.secret}
    for name in sorted(env):
        is_developers = name.startswith(DEVELOPER_PREFIXES) or name in DEVELOPER_NAMES
        if not name.startswith(PREFIX) or name in known or is_developers:
            continue
        near = difflib.get_close_matches(name, known, n=1, cutoff=0.75)
        hint = f"did you mean {near[0]}?" if near else "see docs/settings.md for those that are."
        raise SettingError(f"{name} is not a setting; {hint}")


def _read(setting: Setting, env: Mapping[str, str]) -> Any:
    """The value of one setting: from its variable, from the file its `_FILE` names, or its default."""
    text = env.get(setting.name, "").strip()
    file_name = env.get(f"{setting.name}_FILE", "").strip() if setting.secret else ""
    if text and file_name:
        raise SettingError(f"{setting.name} and {setting.name}_FILE are both set: keep one of them.")
    if file_name:
        text = _read_secret_file(f"{setting.name}_FILE", Path(file_name))
    try:
        return setting.parse(text or setting.default)
    except ValueError as error:
        raise SettingError(f"{setting.name} {error}{'' if setting.secret else f' (it is {text!r})'}.") from None


def _read_secret_file(variable: str, path: Path) -> str:
    try:
        text = path.read_text(encoding="utf-8").strip()
    except (OSError, UnicodeDecodeError) as error:
        reason = error.strerror if isinstance(error, OSError) else "it is not text"
        raise SettingError(f"{variable} names {path}, which cannot be read: {reason}.") from None
    if not text:
        raise SettingError(f"{variable} names {path}, which is empty: write the value into it.")
    return text
