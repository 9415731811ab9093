"""What a driver's phone carries: a random word that says which device it is, and the signed id of the link it opened.

Both cookies are HttpOnly and go to `/d` alone. They are no account: they open one route, until its link dies.
"""

from __future__ import annotations

import secrets
import uuid
from dataclasses import dataclass

from flask import Request, Response, current_app
from itsdangerous import BadSignature, URLSafeSerializer

DEVICE = "rounds-device"
LINK = "rounds-route"
_PATH = "/d"
_DEVICE_KEPT_S = 400 * 86_400  # the longest that browsers keep a cookie
_LINK_KEPT_S = 14 * 86_400


@dataclass(frozen=True, slots=True, kw_only=True)
class Phone:
    """What the cookies of a request say. Either may be missing or made up; the database decides what they open."""

    device: str | None
    link_id: uuid.UUID | None


def read_phone(request: Request) -> Phone:
    """The device and the link of a request; a link whose signature is not ours counts as none."""
    return Phone(device=request.cookies.get(_named(DEVICE)), link_id=_link_of(request.cookies.get(_named(LINK), "")))


def new_device() -> str:
    """A name for a phone that has none yet: 160 random bits."""
    return secrets.token_urlsafe(20)


def remember(response: Response, *, device: str, link_id: uuid.UUID) -> Response:
    """Set both cookies on an answer."""
    _set(response, DEVICE, device, _DEVICE_KEPT_S)
    _set(response, LINK, _signer().dumps(str(link_id)), _LINK_KEPT_S)
    return response


def _link_of(cookie: str) -> uuid.UUID | None:
    try:
        return uuid.UUID(_signer().loads(cookie))
    except (BadSignature, ValueError, AttributeError):
        return None


def _signer() -> URLSafeSerializer:
    return URLSafeSerializer(current_app.config["SECRET_KEY"], salt="driver-link")


def _named(name: str) -> str:
    return f"__Secure-{name}" if current_app.config["SESSION_COOKIE_SECURE"] else name


def _set(response: Response, name: str, value: str, kept_s: int) -> None:
    response.set_cookie(
        _named(name),
        value,
        max_age=kept_s,
        path=_PATH,
        secure=bool(current_app.config["SESSION_COOKIE_SECURE"]),
        httponly=True,
        samesite="Lax",
    )
