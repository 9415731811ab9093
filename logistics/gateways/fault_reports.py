"""Faults told to a Sentry server, where the settings name one: kinds and places, and nothing about anybody.

What is sent is made from a list of what may be, not by taking away what may not: no words of an exception, no values, no
request, no user, no machine.
"""

from __future__ import annotations

from collections.abc import Mapping
from importlib import import_module
from typing import Any

from logistics.gateways.logs import REQUEST_ID
from logistics.settings import SettingError, Settings

_EVENT = ("event_id", "timestamp", "level", "platform")
_FRAME = ("filename", "function", "lineno", "module", "in_app")
_TAGS = ("reference", "endpoint", "run_id", "request_id")
_state: dict[str, Any] = {}


def scrubbed(event: Mapping[str, Any], _hint: object = None) -> dict[str, Any]:
    """The event with what may leave the building: when, which kinds of fault, which lines of code, and our own ids."""
    kept = {name: event[name] for name in _EVENT if name in event}
    told = (event.get("exception") or {}).get("values") or []
    kept["exception"] = {
        "values": [
            {
                "type": each.get("type"),
                "module": each.get("module"),
                "stacktrace": {
                    "frames": [
                        {name: frame[name] for name in _FRAME if name in frame}
                        for frame in (each.get("stacktrace") or {}).get("frames", ())
                    ]
                },
            }
            for each in told
        ]
    }
    kept["tags"] = {name: str(value) for name, value in (event.get("tags") or {}).items() if name in _TAGS}
    return kept


def start_fault_reports(settings: Settings) -> None:
    """Tell faults from here on, where ROUNDS_SENTRY_DSN is set. Raises SettingError where its library is not installed."""
    if not settings.sentry_dsn:
        return
    try:
        sentry = import_module("sentry_sdk")
    except ImportError:
        raise SettingError(
            "ROUNDS_SENTRY_DSN is set, but the library sentry-sdk is not installed: pip install sentry-sdk, or leave it out."
        ) from None
    sentry.init(
        dsn=settings.sentry_dsn,
        before_send=scrubbed,
        # Nothing is gathered by itself: no requests, no log lines, no SQL, no local values, no names of machines.
        default_integrations=False,
        auto_enabling_integrations=False,
        include_local_variables=False,
        include_source_context=False,
        max_breadcrumbs=0,
        server_name="",
        auto_session_tracking=False,
        send_client_reports=False,
    )
    _state["sentry"] = sentry


def tell_fault(error: BaseException, **ids: str) -> None:
    """Tell one fault; `ids` are our own references. Does nothing where no server was named."""
    sentry = _state.get("sentry")
    if sentry is None:
        return
    with sentry.new_scope() as scope:
        for name, value in {**ids, "request_id": REQUEST_ID.get()}.items():
            if value:
                scope.set_tag(name, value)
        sentry.capture_exception(error)


def finish_fault_reports(timeout_s: float = 2.0) -> None:
    """Send what waits; for a process that stops."""
    sentry = _state.pop("sentry", None)
    if sentry is not None:
        sentry.flush(timeout_s)
        sentry.get_client().close()
