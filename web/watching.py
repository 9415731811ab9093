"""Each request gets an id, and is counted for whoever watches the server: the pattern of its route, never its address."""

from __future__ import annotations

import logging
import secrets
import time

from flask import Flask, Response, g, request

from logistics.gateways.logs import REQUEST_ID
from logistics.gateways.metrics import count_request

log = logging.getLogger(__name__)


def init_watching(app: Flask, *, lines: bool) -> None:
    """Count every answer. With `lines` each is a line of the log too: method, pattern, status, milliseconds."""

    @app.before_request
    def begin() -> None:
        g.began = time.perf_counter()
        # Ours, not the visitor's: a header could smuggle a person's name into the log.
        g.request_id = secrets.token_hex(8)
        REQUEST_ID.set(g.request_id)

    @app.after_request
    def end(response: Response) -> Response:
        # A strange host name is refused before anything else begins.
        seconds = time.perf_counter() - g.get("began", time.perf_counter())
        route = request.url_rule.rule if request.url_rule is not None else None
        count_request(route=route, method=request.method, status=response.status_code, seconds=seconds)
        if "request_id" in g:
            response.headers["X-Request-Id"] = g.request_id
        if lines:
            log.info("%s %s %d %.0f ms", request.method, route or "none", response.status_code, seconds * 1000)
        return response

    @app.teardown_request
    def forget(_error: BaseException | None) -> None:
        REQUEST_ID.set("")
