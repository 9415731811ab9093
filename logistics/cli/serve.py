"""`rounds serve`: the web server and one worker, started together and stopped together."""

from __future__ import annotations

import os
import socket
import sys
import tempfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from pathlib import Path

import click

from logistics.cli.supervisor import ChildProgram, Supervisor
from logistics.domain.errors import BadInput
from logistics.gateways.metrics import VARIABLE, serve_metrics
from logistics.gateways.sealing import FieldKeys
from logistics.persistence.database import open_database
from logistics.setting_values import Address, is_own_machine
from logistics.setting_values import bind as parse_bind
from logistics.settings import Settings

BACKLOG = 256
_NO_SECOND_FACTOR = (
    "ROUNDS_SECOND_FACTOR_REQUIRED is off: a password alone opens what coordinators and admins see. "
    "Leave the setting out before real people's data comes in."
)


@click.command()
@click.option("--bind", "bind_text", metavar="HOST:PORT", help="Where to listen, instead of ROUNDS_BIND.")
@click.option("--workers", type=click.IntRange(1, 64), help="How many web processes, instead of ROUNDS_WEB_WORKERS.")
def serve(bind_text: str | None, workers: int | None) -> None:
    """Run the web server and a worker, until Ctrl-C or SIGTERM."""
    settings = Settings.from_environment()

    def say_start(link: str) -> None:
        _say_address(link)
        if not settings.redis_url:
            click.echo(_tries_apart(workers or settings.web_workers), err=True)
        if not settings.asks_for_second_factor and not is_own_machine(link):
            click.echo(_NO_SECOND_FACTOR, err=True)

    bind = _bind_of(bind_text, settings)
    sys.exit(serve_until_stopped(settings, bind=bind, workers=workers, on_ready=say_start))


def serve_until_stopped(
    settings: Settings,
    *,
    bind: Address | None = None,
    workers: int | None = None,
    environment: Mapping[str, str] | None = None,
    on_ready: Callable[[str], None] | None = None,
) -> int:
    """Serve until a signal; returns the exit code. `on_ready` is told the address once pages can be asked for.

    `environment` holds ROUNDS_ variables that the children need and that this process was not started with. Raises
    SchemaBehind before anything is started, and BadInput when somebody else listens at the address.
    """
    open_database(settings.database_url, keys=FieldKeys.of(settings)).close()
    with (
        _listening(bind or settings.bind) as (listener, address),
        _pipe() as (ready_read, ready_write),
        _counting(settings) as counting,
    ):
        os.set_blocking(ready_read, False)
        link = _link_to(settings, bind or settings.bind, address)
        supervisor = Supervisor(
            [
                _web_server(listener.fileno(), ready_write, workers or settings.web_workers, settings.live_boards),
                ChildProgram(
                    name="worker",
                    command=[sys.executable, "-m", "logistics.cli", "worker", "--parent", str(os.getpid())],
                ),
            ],
            environment={**(environment or {}), **counting, "ROUNDS_BIND": str(address), "ROUNDS_BASE_URL": link},
            tell=lambda sentence: click.echo(sentence, err=True),
            is_ready=lambda: _has_byte(ready_read),
            on_ready=lambda: (on_ready or _say_address)(link),
        )
        return supervisor.run()


def _say_address(link: str) -> None:
    click.echo(f"Food Rounds is served at {link} (Ctrl-C stops it)")


def _tries_apart(workers: int) -> str:
    """What it means that failed sign-ins are counted in a process's memory: whoever runs a server should know."""
    each = (
        f"each of the {workers} web processes counts for itself" if workers > 1 else "the one web process counts them"
    )
    return (
        f"Failed sign-ins are held in memory: {each}, and forgets them when it is started again. "
        "Set ROUNDS_REDIS_URL to count them together."
    )


def _bind_of(text: str | None, settings: Settings) -> Address:
    if text is None:
        return settings.bind
    try:
        return parse_bind(text)
    except ValueError as error:
        raise BadInput(f"--bind {error}.") from None


def _web_server(listening_fd: int, ready_fd: int, workers: int, lines: int) -> ChildProgram:
    arguments = [str(number) for number in (listening_fd, ready_fd, os.getpid(), workers, lines)]
    return ChildProgram(
        name="web server",
        command=[sys.executable, "-m", "logistics.cli.web_server", *arguments],
        pass_fds=(listening_fd, ready_fd),
        is_essential=True,
    )


def _link_to(settings: Settings, wanted: Address, bound: Address) -> str:
    """The address people see: the configured one, unless that was made from ROUNDS_BIND and we listen elsewhere."""
    made_from_bind = settings.base_url == f"http://{settings.bind}"
    return f"http://{bound}" if made_from_bind or wanted.port == 0 else settings.base_url


@contextmanager
def _listening(address: Address) -> Iterator[tuple[socket.socket, Address]]:
    """A bound socket and its address. We bind, not gunicorn: a web server that is started again loses no visitor."""
    family = socket.AF_INET6 if ":" in address.host else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as listener:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            listener.bind((address.host, address.port))
            listener.listen(BACKLOG)
        except OSError as error:
            raise BadInput(
                f"Nothing can be served at {address}: {error.strerror or error}. Stop what listens there, or choose "
                "another place with --bind HOST:PORT."
            ) from None
        yield listener, Address(address.host, listener.getsockname()[1])


@contextmanager
def _counting(settings: Settings) -> Iterator[dict[str, str]]:
    """What the children need to count together, where ROUNDS_METRICS_BIND says that somebody asks; served from here."""
    if settings.metrics_bind is None:
        yield {}
        return
    with tempfile.TemporaryDirectory(prefix="rounds-metrics-") as folder, ExitStack() as served:
        try:
            served.enter_context(serve_metrics(settings.metrics_bind, Path(folder)))
        except OSError as error:
            raise BadInput(
                f"No figures can be served at {settings.metrics_bind}: {error.strerror or error}. Stop what listens "
                "there, or set ROUNDS_METRICS_BIND to another port."
            ) from None
        yield {VARIABLE: folder}


@contextmanager
def _pipe() -> Iterator[tuple[int, int]]:
    read, write = os.pipe()
    try:
        yield read, write
    finally:
        os.close(read)
        os.close(write)


def _has_byte(descriptor: int) -> bool:
    try:
        return bool(os.read(descriptor, 1))
    except BlockingIOError:
        return False
