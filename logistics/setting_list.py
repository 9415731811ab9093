"""The list of every setting: its variable, its default, how its text is read, and what it is for.

`logistics.settings` reads and checks them; `docs/settings.md` documents each entry and a test compares the two.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from logistics import setting_values
from logistics.setting_values import AddressServiceKind, LogLevel, Roads


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
        name="ROUNDS_FIELD_KEYS",
        field="field_keys",
        default="",
        parse=setting_values.field_keys,
        about="Seal health, religion, concerns and door codes in the database; the newest first. Empty: kept in ROUNDS_HOME.",
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
    Setting(
        name="ROUNDS_LOG_FORMAT",
        field="log_format",
        default="text",
        parse=setting_values.choice(setting_values.LogFormat),
        about="How the log is written: text for people, json for programs.",
    ),
    Setting(
        name="ROUNDS_METRICS_BIND",
        field="metrics_bind",
        default="",
        parse=setting_values.loopback_bind,
        about="HOST:PORT of this machine where Prometheus asks for figures. Empty: nowhere.",
    ),
    Setting(
        name="ROUNDS_SENTRY_DSN",
        field="sentry_dsn",
        default="",
        parse=setting_values.url("http", "https", empty=True),
        about="The Sentry server that is told of faults: kinds and lines of code alone. Empty: nobody is.",
        secret=True,
    ),
    Setting(
        name="ROUNDS_SECURITY_CONTACT",
        field="security_contact",
        default="",
        parse=setting_values.contact,
        about="Where somebody who found a hole writes to, as mailto: or https:. It is told to everybody who asks.",
    ),
)
