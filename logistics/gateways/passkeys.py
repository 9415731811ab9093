"""Passkeys as devices answer for them (WebAuthn Level 3): what is asked of a browser, and whether its answer holds.

The answer must be for our own address, of a person whom the device has recognised (by finger, face or PIN), and signed by
the key. Nothing of a device's make is asked for.
"""

from __future__ import annotations

import json
import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from ipaddress import ip_address
from typing import Any
from urllib.parse import urlsplit

from webauthn import (
    base64url_to_bytes,
    generate_authentication_options,
    generate_registration_options,
    options_to_json,
    verify_authentication_response,
    verify_registration_response,
)
from webauthn.helpers import bytes_to_base64url
from webauthn.helpers.exceptions import WebAuthnException
from webauthn.helpers.structs import (
    AuthenticatorSelectionCriteria,
    PublicKeyCredentialDescriptor,
    ResidentKeyRequirement,
    UserVerificationRequirement,
)

from logistics.domain.errors import BadInput

NOT_TAKEN = "That passkey did not work here. Try again, or sign in another way."
WAITED_FOR_MS = 120_000
_SITE = "Food Rounds"
_LOOPBACK = frozenset({"localhost", "127.0.0.1", "::1"})
_BAD_ANSWER = (WebAuthnException, ValueError, LookupError, TypeError, AttributeError, OverflowError)
"""What the library raises for an answer that is none: its own errors, and those of the readers below it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class NewPasskey:
    """What is kept of a passkey: its name on the device, the public key, and how often it was used."""

    credential_id: str
    public_key: bytes
    sign_count: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Site:
    """The address that passkeys are bound to. `host`: the name a device knows us by; `origin`: where the page must stand."""

    host: str
    origin: str

    def ask_for_new(
        self, account_id: uuid.UUID, email: str, *, challenge: bytes, known: Sequence[str]
    ) -> dict[str, Any]:
        """What a browser is to make; no second one on a device that holds one of `known`."""
        options = generate_registration_options(
            rp_id=self.host,
            rp_name=_SITE,
            user_name=email,
            user_id=account_id.bytes,
            challenge=challenge,
            timeout=WAITED_FOR_MS,
            authenticator_selection=AuthenticatorSelectionCriteria(
                resident_key=ResidentKeyRequirement.REQUIRED, user_verification=UserVerificationRequirement.REQUIRED
            ),
            exclude_credentials=_described(known),
        )
        asked: dict[str, Any] = json.loads(options_to_json(options))
        return asked

    def ask_for_proof(self, *, challenge: bytes, known: Sequence[str] = ()) -> dict[str, Any]:
        """What a browser is to sign; with one of `known` where the account is known already, else with any of ours."""
        options = generate_authentication_options(
            rp_id=self.host,
            challenge=challenge,
            timeout=WAITED_FOR_MS,
            allow_credentials=_described(known),
            user_verification=UserVerificationRequirement.REQUIRED,
        )
        asked: dict[str, Any] = json.loads(options_to_json(options))
        return asked

    def read_new(self, answer: dict[str, Any], *, challenge: bytes) -> NewPasskey:
        """The passkey that was made. Raises BadInput for an answer that does not hold."""
        try:
            made = verify_registration_response(
                credential=answer,
                expected_challenge=challenge,
                expected_rp_id=self.host,
                expected_origin=self.origin,
                require_user_verification=True,
            )
        except _BAD_ANSWER as error:
            raise BadInput(NOT_TAKEN) from error
        return NewPasskey(
            credential_id=bytes_to_base64url(made.credential_id),
            public_key=made.credential_public_key,
            sign_count=made.sign_count,
        )

    def read_proof(self, answer: dict[str, Any], *, challenge: bytes, public_key: bytes) -> int:
        """How often the passkey says it was used. Raises BadInput for an answer that does not hold.

        Whether that number has grown is for whoever keeps the last one, in one step with writing this one down.
        """
        try:
            proved = verify_authentication_response(
                credential=answer,
                expected_challenge=challenge,
                expected_rp_id=self.host,
                expected_origin=self.origin,
                credential_public_key=public_key,
                credential_current_sign_count=0,
                require_user_verification=True,
            )
        except _BAD_ANSWER as error:
            raise BadInput(NOT_TAKEN) from error
        return proved.new_sign_count


def site_of(base_url: str) -> Site | None:
    """The site of this address; None where browsers give no passkeys: without https, or where the address is a number.

    One's own machine is a secure place for browsers without https, under the name localhost.
    """
    parts = urlsplit(base_url)
    host = parts.hostname or ""
    port = f":{parts.port}" if parts.port else ""
    if host in _LOOPBACK or host.endswith(".localhost"):
        name = "localhost" if host in _LOOPBACK else host
        return Site(host=name, origin=f"{parts.scheme}://{name}{port}")
    if parts.scheme != "https" or _is_number(host):
        return None
    return Site(host=host, origin=f"https://{host}{'' if parts.port == 443 else port}")


def credential_id_of(answer: dict[str, Any]) -> str:
    """The name of the passkey in an answer, as it is kept; empty where there is none."""
    named = answer.get("id")
    try:
        return bytes_to_base64url(base64url_to_bytes(named)) if isinstance(named, str) else ""
    except ValueError:
        return ""


def user_of(answer: dict[str, Any]) -> uuid.UUID | None:
    """Whose passkey the device says it is; None where it does not say."""
    response = answer.get("response")
    handle = response.get("userHandle") if isinstance(response, dict) else None
    if not isinstance(handle, str) or not handle:
        return None
    try:
        return uuid.UUID(bytes=base64url_to_bytes(handle))
    except ValueError:
        return uuid.UUID(int=0)


def _described(known: Sequence[str]) -> list[PublicKeyCredentialDescriptor]:
    return [PublicKeyCredentialDescriptor(id=base64url_to_bytes(each)) for each in known]


def _is_number(host: str) -> bool:
    try:
        ip_address(host)
    except ValueError:
        return False
    return True
