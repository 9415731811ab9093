"""The log of a process: lines for people, or JSON for programs. Ids only; what an exception says of itself stays out."""

from __future__ import annotations

import logging
import sys
import traceback
from collections.abc import Iterable
from contextvars import ContextVar
from types import TracebackType
from typing import Any

from pythonjsonlogger.json import JsonFormatter

from logistics.setting_values import LogFormat
from logistics.settings import Settings

REQUEST_ID: ContextVar[str] = ContextVar("request_id", default="")
"""The id of the request that is answered here and now; its lines carry it."""
MOST_CAUSES = 5
_FIELDS = "%(asctime)s %(levelname)s %(name)s %(message)s %(process)d %(request_id)s"

type ExcInfo = tuple[type[BaseException], BaseException, TracebackType | None] | tuple[None, None, None]


def places_of(error: BaseException) -> str:
    """The kinds of fault and the places they came through, the first cause last; a message may hold a person's data."""
    told: list[str] = []
    cause: BaseException | None = error
    while cause is not None and len(told) < MOST_CAUSES:
        told.append(f"{type(cause).__qualname__}\n{''.join(traceback.format_tb(cause.__traceback__))}")
        cause = cause.__cause__ or (None if cause.__suppress_context__ else cause.__context__)
    return "caused by ".join(told)


class _Text(logging.Formatter):
    """A line for people, with the request's id where there is one."""

    def __init__(self) -> None:
        super().__init__("%(asctime)s %(levelname)s %(name)s: %(message)s%(request_end)s")

    def format(self, record: logging.LogRecord) -> str:
        """The line."""
        record.request_end = f" (request {REQUEST_ID.get()})" if REQUEST_ID.get() else ""
        return super().format(record)

    def formatException(self, ei: ExcInfo) -> str:  # noqa: N802 - logging's name
        """Kinds and places, without words."""
        return places_of(ei[1]) if ei[1] is not None else ""


class _Json(JsonFormatter):
    """One object a line: time, level, logger, message, process and request_id."""

    def __init__(self) -> None:
        renamed = {"asctime": "time", "levelname": "level", "name": "logger"}
        super().__init__(_FIELDS, rename_fields=renamed, datefmt="%Y-%m-%dT%H:%M:%S%z")

    def format(self, record: logging.LogRecord) -> str:
        """The line."""
        record.request_id = REQUEST_ID.get()
        return super().format(record)

    def formatException(self, ei: Any) -> str:  # noqa: N802 - logging's name
        """Kinds and places, without words."""
        return places_of(ei[1]) if ei[1] is not None else ""


def start_logging(settings: Settings, *, quiet: Iterable[str] = ("alembic", "dbos", "werkzeug")) -> None:
    """Log to standard error as the settings ask. Loggers of libraries named `quiet` tell warnings alone."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(_Json() if settings.log_format is LogFormat.JSON else _Text())
    logging.basicConfig(level=settings.log_level.upper(), handlers=[handler], force=True)
    for name in quiet:
        logging.getLogger(name).setLevel(logging.WARNING)
