"""What a donor's browser carries after a week's link was opened: the signed id of the link. It opens that week and nothing else."""

from __future__ import annotations

import uuid

from flask import Request, Response, current_app
from itsdangerous import BadSignature, URLSafeSerializer

COOKIE = "rounds-donor-week"
_PATH = "/donate/week"
_KEPT_S = 14 * 86_400


def read_link(request: Request) -> uuid.UUID | None:
    """The link of a request; one whose signature is not ours counts as none."""
    try:
        return uuid.UUID(_signer().loads(request.cookies.get(_named(), "")))
    except (BadSignature, ValueError, AttributeError):
        return None


def remember_link(response: Response, link_id: uuid.UUID) -> Response:
    """Set the cookie on an answer."""
    secure = bool(current_app.config["SESSION_COOKIE_SECURE"])
    response.set_cookie(
        _named(),
        _signer().dumps(str(link_id)),
        max_age=_KEPT_S,
        path=_PATH,
        secure=secure,
        httponly=True,
        samesite="Lax",
    )
    return response


def _signer() -> URLSafeSerializer:
    return URLSafeSerializer(current_app.config["SECRET_KEY"], salt="donor-week")


def _named() -> str:
    return f"__Secure-{COOKIE}" if current_app.config["SESSION_COOKIE_SECURE"] else COOKIE
