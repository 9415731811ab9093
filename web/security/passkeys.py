"""Passkeys at the door: what was asked of this browser, signing in with one, and the step after the password.

The number that a device signs stands in the session's cookie, which we have signed; it is taken for five minutes, once.
"""

from __future__ import annotations

import secrets
import uuid
from datetime import timedelta
from typing import Any

from flask import Flask, redirect, request, session, url_for
from flask.typing import ResponseValue
from flask_security import Security
from flask_security.tf_plugin import TfPluginBase
from webauthn.helpers import base64url_to_bytes, bytes_to_base64url

from logistics.domain.errors import RuleBroken
from logistics.gateways.passkeys import Site, site_of
from logistics.queries.accounts import find_account
from web.context import now, services

ASKED_LIMIT = timedelta(minutes=5)
SIGN_IN = "sign in"
_ASKED = "passkey_asked"
_CHALLENGE_BYTES = 32
_HAS_PASSKEY = "half_way_has_passkey"


def site() -> Site | None:
    """The address that passkeys of this server are bound to, or None where it can have none."""
    return site_of(services().settings.base_url)


def site_needed() -> Site:
    """The same. Raises RuleBroken with what to do where there is none."""
    found = site()
    if found is None:
        raise RuleBroken("Passkeys need an address that begins with https. Sign in with your password.")
    return found


def new_challenge(purpose: str) -> bytes:
    """A random number for this browser to have signed, for one purpose."""
    challenge = secrets.token_bytes(_CHALLENGE_BYTES)
    session[_ASKED] = {"challenge": bytes_to_base64url(challenge), "for": purpose, "at": now().timestamp()}
    return challenge


def asked_challenge(purpose: str) -> bytes | None:
    """The number that this browser was asked to have signed, forgotten by the question; None when too old or for something else."""
    asked: dict[str, Any] = session.pop(_ASKED, {})
    if asked.get("for") != purpose or not 0 <= now().timestamp() - asked["at"] <= ASKED_LIMIT.total_seconds():
        return None
    return base64url_to_bytes(asked["challenge"])


def answer_of_request() -> dict[str, Any]:
    """What the device answered, as the page's script sent it; empty where it sent something else."""
    sent = request.get_json(silent=True)
    answer = sent.get("answer") if isinstance(sent, dict) else None
    return answer if isinstance(answer, dict) else {}


def half_way_account() -> uuid.UUID | None:
    """The account whose password was typed in this browser, and whose second factor is waited for."""
    key = session.get("tf_user_id")
    if not isinstance(key, str):
        return None
    with services().database.unscoped_reading() as reading:
        found = find_account(reading, fs_uniquifier=key)
    return found.id if found is not None else None


class PasskeyStep(TfPluginBase):
    """Flask-Security's step after the password, for those whose second factor is a passkey and no app.

    Who has both types the code, or goes on to the passkey from there.
    """

    def create_blueprint(self, app: Flask, bp: Any, state: Security) -> None:
        """Our page is a view of our own."""

    def get_setup_methods(self, user: Any) -> list[tuple[str, str]]:
        """A passkey, where it is the only factor."""
        only_passkey = user.stored.has_passkey and not user.tf_primary_method
        return [("passkey", "Passkey")] if only_passkey else []

    def tf_login(self, user: Any, json_payload: dict[str, Any], next_loc: str | None) -> ResponseValue:  # noqa: ARG002 - the library's signature
        """To the page that asks for it; recovery codes work from there too."""
        session["tf_state"] = "ready"
        return redirect(url_for("account.passkey_sign_in", next=next_loc or None))


def remember_passkey(*, has_passkey: bool) -> None:
    """Whether the page of codes shows the way to a passkey: kept while a sign-in is half-way."""
    session[_HAS_PASSKEY] = has_passkey


def init_passkeys(app: Flask) -> None:
    """Have Flask-Security ask for a passkey where that is somebody's second factor."""
    held = app.extensions["security"]
    assert isinstance(held, Security)
    held.two_factor_plugins.register_tf_impl(app, "passkey", PasskeyStep)

    @held.tf_token_validation_context_processor
    def whose_code() -> dict[str, bool]:
        return {"has_passkey": bool(session.get(_HAS_PASSKEY))}
