"""How often somebody may fail to sign in: by address of the network, and by the account that is tried."""

from __future__ import annotations

import hashlib
from typing import Any

from flask import Flask, Response, request
from flask_limiter import Limiter
from flask_limiter.util import get_remote_address

FAILURES_BY_ADDRESS = "20 per 10 minutes; 100 per day"
FAILURES_BY_ACCOUNT = "8 per 10 minutes; 40 per day"


def _tried_account() -> str:
    """The account that a sign-in tries, hashed: what counts attempts must hold no address of a person."""
    email = request.form.get("email", "").strip().lower()
    return "account:" + hashlib.sha256(email.encode()).hexdigest()[:32]


def _failed(response: Response) -> bool:
    return response.status_code != 302


def init_rate_limits(app: Flask, *, redis_url: str) -> Limiter:
    """Count failed sign-ins; in the process, or in Redis where several machines serve the pages."""
    limiter = Limiter(
        get_remote_address,
        app=app,
        storage_uri=redis_url or "memory://",
        headers_enabled=False,
        strategy="moving-window",
    )
    view: Any = app.view_functions["security.login"]
    for limits, key in ((FAILURES_BY_ADDRESS, get_remote_address), (FAILURES_BY_ACCOUNT, _tried_account)):
        view = limiter.limit(limits, key_func=key, methods=["POST"], deduct_when=_failed)(view)
    app.view_functions["security.login"] = view
    return limiter
