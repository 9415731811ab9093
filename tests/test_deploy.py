"""The files of deploy, as far as they can be tried without a server: read by the programs that read them, private, hardened."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psycopg
import pytest
import yaml

from logistics.persistence.engine import make_engine
from logistics.persistence.row_security import is_bypassed
from logistics.persistence.schema import schema_differences, upgrade_schema

DEPLOY = Path(__file__).parent.parent / "deploy"
MOST_EXPOSED = 2.5
"""By systemd's own measure, from 0 (nothing) to 10 (everything)."""
ONE_FILE = {"./database-user.sh"}
SECRET = re.compile(r"PASSWORD|SECRET|KEY|TOKEN|DATABASE_URL|MAIL_URL|DSN")


def compose() -> dict[str, Any]:
    """The compose file."""
    read: dict[str, Any] = yaml.safe_load((DEPLOY / "compose.yaml").read_text())
    return read


def containerfile() -> list[tuple[str, str]]:
    """Each instruction of the Containerfile with its words."""
    text = re.sub(r"\\\n", " ", (DEPLOY / "Containerfile").read_text())
    lines = (line.strip() for line in text.splitlines() if line.strip() and not line.startswith("#"))
    return [(line.partition(" ")[0], line.partition(" ")[2].strip()) for line in lines]


def test_compose_is_understood_by_compose() -> None:
    """The program that will read it finds no fault, and refuses to start without a name for the site."""
    program = shutil.which("docker") or shutil.which("podman")
    command = [str(program), "compose", "-f", str(DEPLOY / "compose.yaml"), "config", "-q"]
    environment = {"PATH": os.environ["PATH"], "HOME": os.environ.get("HOME", "/")}
    if (
        program is None
        or subprocess.run([program, "compose", "version"], capture_output=True, check=False).returncode != 0
    ):
        pytest.skip("NOT RUN: there is no compose on this machine; the tests below read the file")
    done = subprocess.run(
        command,
        env={**environment, "SITE": "rounds.example.org"},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert (done.returncode, done.stdout) == (0, ""), done.stderr
    nameless = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=60, check=False)
    assert nameless.returncode != 0
    assert "SITE" in nameless.stderr


def test_compose_holds_no_secret_and_opens_one_door() -> None:
    """Secrets come as files that are not here; nothing but the proxy can be reached from outside; all names lead somewhere."""
    told = compose()
    for name, service in told["services"].items():
        for variable, value in (service.get("environment") or {}).items():
            assert not SECRET.search(variable) or variable.endswith("_FILE"), f"{name} has {variable}"
            assert not re.search(r"://[^/]*:[^/]*@", str(value)), f"{name}: {variable} holds a password"
        assert set(service.get("secrets") or ()) <= set(told["secrets"])
        assert set(service.get("depends_on") or ()) <= set(told["services"])
        assert not service.get("privileged")
        named = {volume.partition(":")[0] for volume in service.get("volumes") or ()} - ONE_FILE
        assert named <= set(told["volumes"]), f"{name} mounts a folder of the machine"
    assert all((DEPLOY / file).is_file() for file in ONE_FILE)
    assert [volume for volume in told["services"]["database"]["volumes"] if volume.endswith(":ro")] == [
        "./database-user.sh:/docker-entrypoint-initdb.d/database-user.sh:ro"
    ]
    assert [name for name, service in told["services"].items() if "ports" in service] == ["caddy"]
    for secret in told["secrets"].values():
        assert not (DEPLOY / secret["file"]).exists(), "a secret is in the repository"
    rounds = told["services"]["rounds"]
    assert rounds["cap_drop"] == ["ALL"]
    assert rounds["environment"]["ROUNDS_BASE_URL"].startswith("https://")
    assert told["services"]["database"]["image"].split("/")[-1].startswith("postgres:")


@contextmanager
def new_server() -> Iterator[dict[str, str]]:
    """A PostgreSQL of its own, asking no password, as the container's is while its first scripts run; what reaches it."""
    programs = next(iter(sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"))), None)
    user = "postgres" if os.geteuid() == 0 else None
    if programs is None:
        pytest.skip("NOT RUN: the programs of a PostgreSQL server are not on this machine")
    folder = Path(tempfile.mkdtemp(prefix="rounds-server-"))
    if user:
        shutil.chown(folder, user)

    def run(program: str, *words: str) -> None:
        command = [str(programs.with_name(program)), "-D", str(folder / "data"), *words]
        subprocess.run(command, user=user, cwd=folder, check=True, stdout=subprocess.DEVNULL)

    try:
        run("initdb", "--username=postgres", "--auth=trust", "--no-sync")
        options = f"-c listen_addresses= -c unix_socket_directories={folder} -c fsync=off"
        run("pg_ctl", "--wait", "--silent", "--log", str(folder / "log"), "--options", options, "start")
        try:
            yield {"PGHOST": str(folder), "PATH": os.environ["PATH"]}
        finally:
            run("pg_ctl", "--wait", "--silent", "--mode=immediate", "stop")
    finally:
        shutil.rmtree(folder)


def test_compose_makes_a_user_whom_policies_hold(tmp_path: Path) -> None:
    """The script of the first start: a user that is no superuser, whose tables keep networks apart, and a superuser without a password."""
    secret = tmp_path / "database-password"
    secret.write_text('it\'s a "word" of \\ many signs')
    with new_server() as reached:
        script = [str(DEPLOY / "database-user.sh")]
        subprocess.run(script, env={**reached, "POSTGRES_PASSWORD_FILE": str(secret)}, check=True)
        url = f"postgresql://rounds@/rounds?host={reached['PGHOST']}"
        upgrade_schema(url)
        engine = make_engine(url)
        with engine.connect() as connection:
            assert not is_bypassed(connection)
            assert connection.exec_driver_sql("SELECT rolcreatedb FROM pg_roles WHERE rolname = 'rounds'").scalar_one()
        assert schema_differences(engine) == []
        engine.dispose()
        with psycopg.connect(host=reached["PGHOST"], user="postgres") as connection:
            held = dict(connection.execute("SELECT usename, passwd IS NOT NULL FROM pg_shadow").fetchall())
            jobs = connection.execute("SELECT datdba::regrole::text FROM pg_database WHERE datname = 'rounds_jobs'")
            assert (held, jobs.fetchone()) == ({"postgres": False, "rounds": True}, ("rounds",))


def test_container_runs_as_nobody_special_with_pinned_packages() -> None:
    """The last user is ours and not root, every package is checked by its hash, and no secret is built in."""
    told = containerfile()
    users = [words for name, words in told if name == "USER"]
    assert users == ["rounds"]
    assert [name for name, _ in told].index("USER") < [name for name, _ in told].index("CMD")
    made = next(words for name, words in told if name == "RUN" and "useradd" in words)
    assert "--uid 10001" in made
    for name, words in told:
        if name == "RUN" and "pip install" in words:
            assert "--require-hashes" in words or "--no-deps" in words
        if name in ("ENV", "ARG"):
            assert not SECRET.search(words.replace("PYTHONDONTWRITEBYTECODE", "")), words
        if name in ("COPY", "ADD"):
            assert name == "COPY", "ADD fetches and unpacks"
            assert words.split()[0] != ".", "a whole folder may hold secrets"


def test_unit_is_closed_by_systemds_own_measure() -> None:
    """systemd judges the unit without starting it."""
    program = shutil.which("systemd-analyze")
    if program is None:
        pytest.skip("NOT RUN: systemd-analyze is not on this machine; the test below reads the unit")
    command = [program, "security", "--offline=true", "--no-pager", str(DEPLOY / "food-rounds.service")]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
    found = re.search(r"Overall exposure level for [^:]*: ([0-9.]+)", done.stdout)
    assert found, done.stdout + done.stderr
    assert float(found[1]) <= MOST_EXPOSED, done.stdout


def test_unit_says_what_keeps_it_apart() -> None:
    """Without root, without what it does not need, and with one folder of its own."""
    told = dict(re.findall(r"^(\w+)=(.*)$", (DEPLOY / "food-rounds.service").read_text(), flags=re.MULTILINE))
    yes = (
        "NoNewPrivileges",
        "ProtectHome",
        "PrivateTmp",
        "PrivateDevices",
        "ProtectKernelModules",
        "RestrictNamespaces",
    )
    assert {name: told.get(name) for name in yes} == dict.fromkeys(yes, "yes")
    assert told["ProtectSystem"] == "strict"
    assert told["User"] not in ("", "root")
    assert told["CapabilityBoundingSet"] == ""
    assert (told["UMask"], told["StateDirectoryMode"]) == ("0077", "0700")


def test_proxies_write_no_addresses_down() -> None:
    """Addresses of pages name households: neither proxy keeps a log of them, and what a visitor claims is not believed."""
    nginx, caddy = (DEPLOY / "nginx.conf").read_text(), (DEPLOY / "Caddyfile").read_text()
    assert "access_log off;" in nginx
    assert "proxy_set_header X-Forwarded-For $remote_addr;" in nginx
    assert not re.search(r"^\s*log\b", caddy, flags=re.MULTILINE)
