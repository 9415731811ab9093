"""How often somebody may do what costs others: fail to show who they are, by address of the network and by the account that is
tried; send forms, photos and invitations.

Both count, so that one address cannot try many accounts, and many addresses cannot try one. Only failures are counted:
a hub's helpers behind one address sign in as often as they need to.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from ipaddress import ip_address, ip_network
from typing import Any

from email_validator import EmailNotValidError, validate_email
from flask import Flask, Response, g, request, session
from flask_limiter import Limiter
from flask_limiter.util import get_remote_address
from werkzeug.datastructures import MultiDict

from logistics.gateways.passkeys import credential_id_of
from logistics.services.invitations import address_of
from web.context import db
from web.security.passkeys import answer_of_request

FORMS_BY_ADDRESS = "20 per hour; 60 per day"
"""Forms of residents that are kept from one address. A hub where many sit down to ask on one day has room."""
PHOTOS_BY_LINK = "30 per minute; 120 per hour; 300 per day"
"""Photos that one driver's link sends, taken or not: each has to be unpacked. A phone tries again what comes too soon."""
INVITATIONS_TO_ADDRESS = "5 per day"
"""Invitations that go to one mail address, of all networks and by whoever: nobody's letter box is filled through us."""
FAILURES_BY_ADDRESS = "5 per minute; 20 per 10 minutes; 100 per day"
FAILURES_BY_ACCOUNT = "5 per minute; 8 per 10 minutes; 40 per day"
_REDIS_ANSWERS_WITHIN_S = 2


def from_where() -> str:
    """The address that asks; of IPv6 the network of 64 bits, which one line at home has all of."""
    address = ip_address(get_remote_address())
    if address.version == 4 or address.ipv4_mapped:
        return str(address)
    return str(ip_network((address, 64), strict=False))


def _account_key(name: str) -> str:
    """Hashed: what counts attempts must hold no address of a person. JSON can hold half a letter; it counts as it is."""
    return "account:" + hashlib.sha256(name.encode(errors="surrogatepass")).hexdigest()[:32]


def _tried_account() -> str:
    """The account that a sign-in tries, however its address is written: each way of writing it counts for the same one.

    Read as Flask-Security reads it: of a list in JSON the first counts, and pairs are a form.
    """
    body: Any = request.get_json(silent=True) if request.is_json else request.form
    try:
        email = str(MultiDict(body or {}).get("email", ""))
    except (TypeError, ValueError):
        email = ""
    try:
        email = validate_email(email.strip(), check_deliverability=False, test_environment=True).normalized
    except EmailNotValidError:
        email = email.strip()
    return _account_key(email.lower())


def _half_way_account() -> str:
    """The account whose password was typed and whose second factor is asked for."""
    return _account_key(str(session.get("tf_user_id", "")))


def _tried_passkey() -> str:
    """The account that is half-way; without one, the passkey that is tried."""
    if "tf_user_id" in session:
        return _half_way_account()
    return _account_key("passkey " + credential_id_of(answer_of_request()))


def _own_account() -> str:
    """The account that is signed in and shows again who it is."""
    return _account_key(str(g.account.id) if g.account is not None else "")


def _driver_link() -> str:
    """The link that a phone holds, which another link of the same driver is not."""
    return f"link:{g.driver.link_id}"


def _invited_address() -> str:
    """The address that a mail would go to, in small letters and hashed."""
    invitation_id = (request.view_args or {}).get("invitation_id")
    typed = request.form.get("email", "") if invitation_id is None else address_of(db(), invitation_id)
    return _account_key("invited " + typed.strip().lower())


def _failed(response: Response) -> bool:
    """A page that leads on, or an answer to a script without an error, is no failure."""
    return response.status_code != 302 and not (response.is_json and response.status_code == 200)


TRIES: tuple[tuple[str, Callable[[], str]], ...] = (
    ("security.login", _tried_account),
    ("security.two_factor_token_validation", _half_way_account),
    ("security.mf_recovery", _half_way_account),
    ("account.sign_in_with_passkey", _tried_passkey),
    ("security.verify", _own_account),
    ("account.confirm_second_factor", _own_account),
    ("account.change_own_password", _own_account),
)
"""Each view where somebody shows who they are, and which account it is about."""


def init_rate_limits(app: Flask, *, redis_url: str) -> Limiter:
    """Count failures of every view of `TRIES`; in the process, or in Redis, which all processes and machines share.

    Where Redis does not answer, each process counts for itself until it does: nobody is kept out, nobody guesses freely.
    """
    limiter = Limiter(
        from_where,
        app=app,
        storage_uri=redis_url or "memory://",
        storage_options=(
            {"socket_connect_timeout": _REDIS_ANSWERS_WITHIN_S, "socket_timeout": _REDIS_ANSWERS_WITHIN_S}
            if redis_url
            else {}
        ),
        in_memory_fallback_enabled=bool(redis_url),
        headers_enabled=False,
        strategy="moving-window",
    )
    for endpoint, account_of in TRIES:
        view: Any = app.view_functions[endpoint]
        for limits, key in ((FAILURES_BY_ADDRESS, from_where), (FAILURES_BY_ACCOUNT, account_of)):
            view = limiter.limit(limits, key_func=key, methods=["POST"], deduct_when=_failed)(view)
        app.view_functions[endpoint] = view
    own: Any = app.view_functions["request.own_ask"]
    app.view_functions["request.own_ask"] = limiter.limit(
        FORMS_BY_ADDRESS, key_func=from_where, methods=["POST"], deduct_when=lambda _response: g.get("form_kept", False)
    )(own)
    photo: Any = app.view_functions["drive.add_photo"]
    app.view_functions["drive.add_photo"] = limiter.limit(PHOTOS_BY_LINK, key_func=_driver_link, methods=["POST"])(
        photo
    )
    to_one_address = limiter.shared_limit(
        INVITATIONS_TO_ADDRESS,
        scope="invitations",
        key_func=_invited_address,
        methods=["POST"],
        deduct_when=lambda response: response.status_code == 302,
    )
    for endpoint in ("admin.invite", "admin.send_invitation"):
        asked: Any = app.view_functions[endpoint]
        app.view_functions[endpoint] = to_one_address(asked)
    return limiter
