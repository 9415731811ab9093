"""The mark that every view carries: which permission opens it, or why none is needed. A view without one is never served.

    @blueprint.get("/households")
    @allow(Permission.SEE_HOUSEHOLD)
    def households() -> str: ...

The mark is the innermost decorator, directly above `def`. It is enforced in `web.security.boundary`, before the view.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from logistics.domain.authority import Permission

_MARK = "_food_rounds_access"


class Door(StrEnum):
    """The ways into a page."""

    PERMISSION = "permission"
    SIGNED_IN = "signed_in"
    OWN_ACCOUNT = "own_account"
    DRIVER_LINK = "driver_link"
    PUBLIC = "public"


@dataclass(frozen=True, slots=True, kw_only=True)
class Access:
    """How one view is opened. `reason` says why, where no permission is asked."""

    door: Door
    permission: Permission | None = None
    reason: str = ""
    before_factor: bool = False
    """Whether it is open to somebody who must set up a second factor before anything else."""


def _marked[View: Callable[..., Any]](access: Access) -> Callable[[View], View]:
    def mark(view: View) -> View:
        setattr(view, _MARK, access)
        return view

    return mark


def allow[View: Callable[..., Any]](permission: Permission) -> Callable[[View], View]:
    """Only for a signed-in actor with this permission for at least something; the service checks for what."""
    return _marked(Access(door=Door.PERMISSION, permission=permission))


def signed_in[View: Callable[..., Any]](reason: str) -> Callable[[View], View]:
    """For every signed-in account, whatever its role. `reason` says why no permission is needed."""
    return _marked(Access(door=Door.SIGNED_IN, reason=reason))


def own_account_only[View: Callable[..., Any]](reason: str, *, before_factor: bool = False) -> Callable[[View], View]:
    """For every signed-in account, on what is its own in all networks. There is no `g.db`: the view opens what it needs."""
    return _marked(Access(door=Door.OWN_ACCOUNT, reason=reason, before_factor=before_factor))


def public[View: Callable[..., Any]](reason: str) -> Callable[[View], View]:
    """For anybody. `reason` says why. There is no `g.db` in a public view."""
    return _marked(Access(door=Door.PUBLIC, reason=reason))


def by_driver_link[View: Callable[..., Any]](view: View) -> View:
    """For the holder of a driver's link, as the door that `web.drive` registered recognises one."""
    marked: View = _marked(Access(door=Door.DRIVER_LINK, reason="the driver's link is the key"))(view)
    return marked


FRAMEWORK_VIEWS = {
    "security.login": Access(door=Door.PUBLIC, reason="signing in"),
    "security.logout": Access(door=Door.PUBLIC, reason="signing out harms nobody"),
    "security.verify": Access(door=Door.OWN_ACCOUNT, reason="typing one's own password again", before_factor=True),
    "security.two_factor_token_validation": Access(door=Door.PUBLIC, reason="signing in, after the password"),
    "security.mf_recovery": Access(door=Door.PUBLIC, reason="signing in with a recovery code, after the password"),
}
"""The marks of views that we did not write."""


def access_of(endpoint: str, view: Callable[..., Any]) -> Access | None:
    """The mark of a view, or None when it has none. Static files hold nothing about anybody."""
    if endpoint == "static" or endpoint.endswith(".static"):
        return Access(door=Door.PUBLIC, reason="files that hold no data")
    return FRAMEWORK_VIEWS.get(endpoint) or getattr(view, _MARK, None)
