"""Every setting of the product, read from the environment once, at start, and checked there.

The one place that reads `os.environ`. `logistics.setting_list` has the list of them. A secret may be given as a file
instead, in the variable with `_FILE` behind its name.
"""

from __future__ import annotations

import difflib
import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

from logistics import setting_values
from logistics.domain.errors import FoodRoundsError
from logistics.secret_key_file import write_secret_key
from logistics.setting_list import SETTINGS, Setting
from logistics.setting_values import SECRET_KEY_MIN_LENGTH, Address, AddressServiceKind, LogLevel, Roads

PREFIX = "ROUNDS_"
# Read by the `dev` script and by the tests, never by the product.
DEVELOPER_PREFIXES = ("ROUNDS_TEST_",)
DEVELOPER_NAMES = ("ROUNDS_PYTHON",)


class SettingError(FoodRoundsError):
    """A setting cannot be used. The sentence names the variable and what to do, and never repeats a secret."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """The checked settings of one process. Values that may hold a password are not shown by `repr`."""

    home: Path
    database_url: str = field(repr=False)
    secret_key: str = field(repr=False)
    field_keys: tuple[str, ...] = field(default=(), repr=False)
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
    log_format: setting_values.LogFormat
    metrics_bind: Address | None
    sentry_dsn: str = field(repr=False)
    security_contact: str

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
