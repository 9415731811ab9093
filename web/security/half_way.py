"""A sign-in that stopped after the password, before the code of the second factor: it is waited for ten minutes."""

from __future__ import annotations

from datetime import timedelta

from flask import session

from web.context import now

HALF_WAY_LIMIT = timedelta(minutes=10)
_SINCE = "half_way_since"


def begin_half_way() -> None:
    """Remember when the password was shown."""
    session[_SINCE] = now().timestamp()


def forget_old_half_way() -> None:
    """Forget one that is too old, so that a copy of its cookie is worth nothing later."""
    if "tf_user_id" in session and now().timestamp() - session.get(_SINCE, 0) > HALF_WAY_LIMIT.total_seconds():
        for name in ("tf_user_id", "tf_state", "half_way_has_passkey", _SINCE):
            session.pop(name, None)
