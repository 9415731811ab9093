"""Settings are read once, checked at start, and explained when they cannot be used."""

from __future__ import annotations

import stat
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from logistics.settings import Address, AddressServiceKind, LogLevel, Roads, SettingError, Settings

PASSWORD = "correct-horse-battery-staple"


def test_an_empty_environment_is_enough() -> None:
    """Somebody who sets nothing gets SQLite in their home, on their own machine only, with nothing sent anywhere."""
    settings = Settings.from_environment({})
    assert settings.database_url == f"sqlite:///{settings.home}/rounds.sqlite"
    assert settings.home == Path("~/.local/share/food-rounds").expanduser()
    assert settings.bind == Address("127.0.0.1", 8000)
    assert settings.base_url == "http://127.0.0.1:8000"
    assert (settings.tile_url, settings.mail_url, settings.redis_url) == ("", "", "")
    assert settings.roads is Roads.AUTO


def test_what_is_set_is_used(tmp_path: Path) -> None:
    """Each kind of value arrives as its type."""
    settings = Settings.from_environment(
        {
            "ROUNDS_HOME": str(tmp_path),
            "ROUNDS_BIND": "[::1]:0",
            "ROUNDS_BASE_URL": "https://rounds.example.org/",
            "ROUNDS_SOLVER_SECONDS": "120",
            "ROUNDS_LOG_LEVEL": "WARNING",
            "ROUNDS_DATABASE_URL": "postgres://amira@db/rounds",
        }
    )
    assert settings.bind == Address("::1", 0)
    assert str(settings.bind) == "[::1]:0"
    assert settings.base_url == "https://rounds.example.org"
    assert settings.solver_seconds == 120
    assert settings.log_level is LogLevel.WARNING
    assert settings.database_url == "postgresql+psycopg://amira@db/rounds"


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("ROUNDS_HOME", "not/a/full/path"),
        ("ROUNDS_DATABASE_URL", "mysql://db/rounds"),
        ("ROUNDS_DATABASE_URL", "sqlite:///:memory:"),
        ("ROUNDS_DATABASE_URL", "postgresql://db"),
        ("ROUNDS_DATABASE_URL", "postgresql://u:p[@db/rounds"),
        ("ROUNDS_SECRET_KEY", "short"),
        ("ROUNDS_BASE_URL", "rounds.example.org"),
        ("ROUNDS_BASE_URL", "https://user@rounds.example.org"),
        ("ROUNDS_BIND", "8000"),
        ("ROUNDS_BIND", "127.0.0.1:99999"),
        ("ROUNDS_WEB_WORKERS", "0"),
        ("ROUNDS_WEB_WORKERS", "two"),
        ("ROUNDS_TRUSTED_PROXIES", "-1"),
        ("ROUNDS_TILE_URL", "https://tiles.example.org/{z}/{x}"),
        ("ROUNDS_ROADS", "guess"),
        ("ROUNDS_MAIL_URL", "mail.example.org"),
        ("ROUNDS_MAIL_FROM", "Food Rounds"),
        ("ROUNDS_REDIS_URL", "http://cache"),
        ("ROUNDS_SOLVER_SECONDS", "1.5"),
        ("ROUNDS_SOLVER_THREADS", "²"),
        ("ROUNDS_LOG_LEVEL", "loud"),
        ("ROUNDS_BACKUP_KEY", "secret"),
        ("ROUNDS_ADDRESS_SERVICE", "google"),
        ("ROUNDS_ADDRESS_SERVICE_CONTACT", "us\r\nX-Injected: yes"),
        ("ROUNDS_ADDRESS_SERVICE_PAUSE_MS", "-1"),
        ("ROUNDS_ADDRESS_SERVICE_TIMEOUT_S", "0"),
    ],
)
def test_a_value_that_cannot_be_used_is_refused_by_name(name: str, value: str) -> None:
    """The sentence begins with the variable, so that the reader knows which line to mend."""
    with pytest.raises(SettingError, match=f"^{name} ") as error:
        Settings.from_environment({name: value})
    assert str(error.value).endswith(".")


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("ROUNDS_DATABASE_URL", f"mysql://u:{PASSWORD}@db/rounds"),
        ("ROUNDS_MAIL_URL", f"http://u:{PASSWORD}@mail"),
        ("ROUNDS_REDIS_URL", f"http://:{PASSWORD}@cache"),
        ("ROUNDS_SECRET_KEY", PASSWORD),
        ("ROUNDS_BACKUP_KEY", PASSWORD),
    ],
)
def test_a_refusal_never_repeats_a_secret(name: str, value: str) -> None:
    """Error messages end in logs and screenshots; a password must not."""
    with pytest.raises(SettingError) as error:
        Settings.from_environment({name: value})
    assert PASSWORD not in str(error.value)


def test_settings_can_be_logged_without_their_secrets() -> None:
    """`repr` shows no value that may hold a password."""
    settings = Settings.from_environment(
        {
            "ROUNDS_DATABASE_URL": f"postgresql://u:{PASSWORD}@db/rounds",
            "ROUNDS_MAIL_URL": f"smtp://u:{PASSWORD}@mail",
            "ROUNDS_REDIS_URL": f"redis://:{PASSWORD}@cache",
            "ROUNDS_SECRET_KEY": PASSWORD * 2,
        }
    )
    assert PASSWORD not in repr(settings)


def test_a_mistyped_name_is_refused_with_the_right_one() -> None:
    """A setting that does nothing because of one letter would be found out months later."""
    with pytest.raises(SettingError, match=r"ROUNDS_DATABSE_URL is not a setting; did you mean ROUNDS_DATABASE_URL\?"):
        Settings.from_environment({"ROUNDS_DATABSE_URL": "sqlite:////srv/rounds.sqlite"})


def test_names_of_the_tests_and_of_others_are_left_alone() -> None:
    """The test server's URL and other programs' variables are no settings of ours."""
    Settings.from_environment({"ROUNDS_TEST_POSTGRES_URL": "x", "ROUNDS_PYTHON": "x", "PATH": "/bin"})


def test_tiles_need_their_credit() -> None:
    """No map is shown without the attribution its owner asks for."""
    with pytest.raises(SettingError, match="ROUNDS_TILE_ATTRIBUTION"):
        Settings.from_environment({"ROUNDS_TILE_URL": "https://{s}.tiles.example.org/{z}/{x}/{y}.png"})


def test_a_secret_may_come_from_a_file(tmp_path: Path) -> None:
    """Containers and systemd hand secrets over as files."""
    path = tmp_path / "url"
    path.write_text("postgresql://u:p@db/rounds\n")
    settings = Settings.from_environment({"ROUNDS_DATABASE_URL_FILE": str(path)})
    assert settings.database_url == "postgresql+psycopg://u:p@db/rounds"


def test_a_secret_given_twice_is_refused(tmp_path: Path) -> None:
    """Of two answers, nobody can know which one was meant."""
    (tmp_path / "key").write_text("k" * 40)
    with pytest.raises(SettingError, match="are both set"):
        Settings.from_environment({"ROUNDS_SECRET_KEY": "s" * 40, "ROUNDS_SECRET_KEY_FILE": str(tmp_path / "key")})


@pytest.mark.parametrize("content", [None, b"", b"\xff\xfe"])
def test_a_secret_file_that_holds_no_secret_is_refused(tmp_path: Path, content: bytes | None) -> None:
    """Absent, empty or not text: an empty secret must not be taken for 'make one'."""
    path = tmp_path / "key"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(SettingError, match=r"^ROUNDS_SECRET_KEY_FILE names"):
        Settings.from_environment({"ROUNDS_SECRET_KEY_FILE": str(path)})


def test_defaults_of_a_command_give_way_to_the_environment(tmp_path: Path) -> None:
    """The demo has a home of its own, unless somebody says where it should be; a blank variable says nothing."""
    demo = {"ROUNDS_HOME": str(tmp_path / "demo"), "ROUNDS_LOG_LEVEL": "error"}
    settings = Settings.from_environment({"ROUNDS_LOG_LEVEL": "debug", "ROUNDS_HOME": " "}, defaults=demo)
    assert settings.home == tmp_path / "demo"
    assert settings.log_level is LogLevel.DEBUG


def test_the_signing_key_is_made_once_for_its_owner_alone(tmp_path: Path) -> None:
    """Sessions survive a restart, and nobody else on the machine can read the key."""
    environment = {"ROUNDS_HOME": str(tmp_path / "new" / "home")}
    first = Settings.from_environment(environment).signing_key()
    assert Settings.from_environment(environment).signing_key() == first
    [path] = (tmp_path / "new" / "home").iterdir()
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_processes_that_start_together_share_one_key(tmp_path: Path) -> None:
    """Two makers of the key at the same moment end with the same key, and leave no draft behind."""
    settings = Settings.from_environment({"ROUNDS_HOME": str(tmp_path)})
    with ThreadPoolExecutor(16) as pool:
        keys = set(pool.map(lambda _: settings.signing_key(), range(64)))
    assert len(keys) == 1
    assert [path.name for path in tmp_path.iterdir()] == ["secret-key"]


def test_a_home_that_cannot_be_written_is_explained(tmp_path: Path) -> None:
    """The sentence names the setting, not the system call."""
    (tmp_path / "file").write_text("")
    settings = Settings.from_environment({"ROUNDS_HOME": str(tmp_path / "file" / "home")})
    with pytest.raises(SettingError, match=r"^ROUNDS_HOME is "):
        settings.signing_key()


def test_a_damaged_key_is_refused(tmp_path: Path) -> None:
    """An empty key file (a full disk, a bad copy) must not sign anything."""
    (tmp_path / "secret-key").write_text("\n")
    with pytest.raises(SettingError, match="too short: delete the file"):
        Settings.from_environment({"ROUNDS_HOME": str(tmp_path)}).signing_key()


SERVICE = {"ROUNDS_ADDRESS_SERVICE": "nominatim", "ROUNDS_ADDRESS_SERVICE_CONTACT": "us@example.org"}


@pytest.mark.parametrize(
    "url",
    [
        "ftp://places.example.org",
        "file:///etc/passwd",
        "https://",
        "places.example.org",
        "https://user:pass@places.example.org",
        "https://places.example.org?key=x",
        "https://places.example.org#part",
        "https://places.example.org\\@evil.example.org",
        "http://169.254.169.254/latest/meta-data",
        "https://169.254.169.254",
        "https://[fe80::1]",
        "https://[fd00:ec2::254]",
        "https://[::ffff:169.254.169.254]",
        "https://[2002:a9fe:a9fe::]",
        "https://0.0.0.0",
        "https://[::]",
        "https://224.0.0.1",
        "https://255.255.255.255",
        "https://100.100.100.200",
        "http://2852039166",
        "http://0x7f.1",
        "http://0xa9fea9fe",
        "http://8.8.8.8",
        "https://nominatim.openstreetmap.org",
        "https://NOMINATIM.openstreetmap.org./search",
        "https://photon.komoot.io",
    ],
)
def test_an_address_service_that_may_not_be_asked_is_refused_at_start(url: str) -> None:
    """People's addresses go to no cloud's secrets, nowhere without TLS outside, and to no public service that forbids them."""
    with pytest.raises(SettingError, match=r"^ROUNDS_ADDRESS_SERVICE_URL "):
        Settings.from_environment({**SERVICE, "ROUNDS_ADDRESS_SERVICE_URL": url})


@pytest.mark.parametrize(
    "url",
    [
        "https://places.example.org",
        "https://places.example.org/nominatim/",
        "http://localhost:8080",
        "http://127.0.0.1:8080",
        "http://10.0.0.7",
        "http://[::1]:8080",
        "http://places.internal:8080",
    ],
)
def test_an_address_service_of_ones_own_is_taken(url: str) -> None:
    """With TLS anywhere, without it on this machine or a private network."""
    settings = Settings.from_environment({**SERVICE, "ROUNDS_ADDRESS_SERVICE_URL": url})
    assert settings.address_service is AddressServiceKind.NOMINATIM
    assert settings.address_service_url == url.rstrip("/")


def test_an_address_service_needs_its_address_and_a_contact() -> None:
    """Half a service is a mistake, and so is an address for none."""
    url = {"ROUNDS_ADDRESS_SERVICE_URL": "https://places.example.org"}
    for half in (SERVICE, {**url, "ROUNDS_ADDRESS_SERVICE": "photon"}, url):
        with pytest.raises(SettingError, match="ROUNDS_ADDRESS_SERVICE"):
            Settings.from_environment(half)
