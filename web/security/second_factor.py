"""Second factors by Flask-Security: its codes and its pages of signing in, over our rows, each code good for one time."""

from __future__ import annotations

import hmac
import logging
from typing import Any

from cryptography.fernet import InvalidToken
from flask import Flask, abort
from flask.typing import ResponseReturnValue
from flask_security import MfRecoveryCodesUtil, Totp
from passlib.totp import TokenError, TotpMatch

from logistics.gateways.sealing import key_for
from logistics.services.second_factors import spend_recovery_code, take_step, unused_recovery_codes
from web.context import now, services
from web.security.access import public

log = logging.getLogger(__name__)

ISSUER = "Food Rounds"
WINDOW_S = 30
"""How far a phone's clock may be off: one code before and one after the present one."""
RECOVERY_CODES = 10
OUR_OWN_PAGES_DO = (
    "security.two_factor_setup",
    "security.two_factor_setup_validate",
    "security.two_factor_rescue",
    "security.tf_select",
    "security.mf_recovery_codes",
)
"""Views of the library that are never served: setting up is ours, and no code is sent by mail."""


class OneTimeCodes(Totp):
    """The codes of authenticator apps (RFC 6238), told by our clock. A code opens once, also when it is sent twice at once."""

    def matching_step(self, code: str, totp_secret: str) -> int | None:
        """The half minute whose code this is, or None when it is none of the present ones."""
        try:
            match: TotpMatch = self._totp.verify(
                "".join(code.split()), totp_secret, time=int(now().timestamp()), window=WINDOW_S
            )
        except TokenError:
            return None
        except (ValueError, TypeError):
            # Sealed with another key: the site's secret key was replaced.
            log.error("a second factor cannot be read: it was sealed with another secret key")  # noqa: TRY400 - a trace says no more
            return None
        return int(match.counter)

    def verify_totp(self, token: str, totp_secret: str, user: Any, window: int = 0) -> bool:  # noqa: ARG002 - the library's signature
        """Whether this is a code of the person's app that was not used before; it is used up by the question."""
        step = self.matching_step(str(token), totp_secret)
        if step is None:
            return False
        with services().database.unscoped_writing() as writing:
            return take_step(writing, user.account_id, step)


class OneTimeRecoveryCodes(MfRecoveryCodesUtil):
    """Recovery codes, sealed one by one. Finding one uses it up in the same step, so that it cannot be used twice at once."""

    def check_recovery_code(self, user: Any, code: str) -> bool:
        """Whether this is a code that was not used before; it is used up by the question."""
        typed = "".join(letter for letter in code.lower() if letter.isalnum())
        with services().database.unscoped_writing() as writing:
            for each in unused_recovery_codes(writing, user.account_id):
                plain = self._opened(each.sealed)
                if plain is not None and hmac.compare_digest(plain, typed.encode()):
                    return spend_recovery_code(writing, each.id, now=now())
        return False

    def delete_recovery_code(self, user: Any, code: str) -> bool:  # noqa: ARG002 - the library's signature
        """Done already, by `check_recovery_code`."""
        return True

    def _opened(self, sealed: str) -> bytes | None:
        """The code without its dashes; None, which nothing that is typed equals, where it cannot be read."""
        assert self.cryptor is not None
        try:
            plain: bytes = self.cryptor.decrypt(sealed.encode())
        except InvalidToken:
            log.error("a recovery code cannot be read: it was sealed with another secret key")  # noqa: TRY400 - a trace says no more
            return None
        return plain.replace(b"-", b"")


def second_factor_config(secret_key: str) -> dict[str, Any]:
    """What Flask-Security must know: apps alone, no mail and no text messages, everything sealed by keys of our own."""
    return {
        "SECURITY_TWO_FACTOR": True,
        "SECURITY_TWO_FACTOR_ENABLED_METHODS": ["authenticator"],
        "SECURITY_TWO_FACTOR_ALWAYS_VALIDATE": True,
        "SECURITY_TWO_FACTOR_RESCUE_EMAIL": False,
        "SECURITY_TWO_FACTOR_TOKEN_VALIDATION_URL": "/sign-in/code",
        "SECURITY_TWO_FACTOR_VERIFY_CODE_TEMPLATE": "account/sign_in_code.html",
        "SECURITY_TOTP_SECRETS": {"1": key_for("second factors", secret_key)},
        "SECURITY_TOTP_ISSUER": ISSUER,
        "SECURITY_MULTI_FACTOR_RECOVERY_CODES": True,
        "SECURITY_MULTI_FACTOR_RECOVERY_CODES_N": RECOVERY_CODES,
        "SECURITY_MULTI_FACTOR_RECOVERY_CODES_KEYS": [key_for("recovery codes", secret_key)],
        "SECURITY_MULTI_FACTOR_RECOVERY_URL": "/sign-in/recovery-code",
        "SECURITY_MULTI_FACTOR_RECOVERY_TEMPLATE": "account/sign_in_recovery.html",
    }


def leave_out_unused_views(app: Flask) -> None:
    """Answer 404 where the library has a page that ours stand for."""
    for endpoint in OUR_OWN_PAGES_DO:
        app.view_functions[endpoint] = _nothing_here


@public("answers that nothing is here: a page of ours does it")
def _nothing_here(**_values: str) -> ResponseReturnValue:
    abort(404)
