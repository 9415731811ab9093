"""Accounts by Flask-Security-Too, over our own tables and with our own session rows. Nobody registers by themselves."""

from __future__ import annotations

import uuid
from typing import Any

from flask import Flask, request, session
from flask_login import user_logged_out
from flask_security import (
    LoginForm,
    RoleMixin,
    Security,
    UserDatastore,
    UserMixin,
    VerifyForm,
    login_user,
    user_authenticated,
)
from flask_security.datastore import Datastore

from logistics.bootstrap import Services
from logistics.queries.accounts import AccountView, find_account
from logistics.services.accounts import set_password_hash, set_uniquifier
from logistics.services.passwords import LONGEST, SHORTEST
from logistics.services.second_factors import set_recovery_codes, unused_recovery_codes
from logistics.services.sessions import end_session, start_session
from web.context import now, services
from web.security.boundary import NETWORK, TOKEN
from web.security.browsers import kind_of_browser
from web.security.half_way import begin_half_way
from web.security.passkeys import init_passkeys, remember_passkey
from web.security.second_factor import (
    OneTimeCodes,
    OneTimeRecoveryCodes,
    leave_out_unused_views,
    second_factor_config,
)


class SecurityUser(UserMixin):
    """An account in the form that Flask-Security works with. Changes are written by `AccountDatastore.put`."""

    # The library asks the class for this name before there is any user.
    fs_uniquifier: str = ""

    def __init__(self, account: AccountView) -> None:
        self.account_id = account.id
        self.email = account.email
        self.password = account.password
        self.active = account.is_active
        self.fs_uniquifier = account.fs_uniquifier
        self.roles: list[Any] = []
        self.tf_totp_secret = account.totp_secret
        self.tf_primary_method = "authenticator" if account.totp_secret else None
        self.tf_phone_number = None
        self.stored = account

    def check_tf_required(
        self, tf_setup_methods: list[tuple[str, str]], tf_fresh: bool
    ) -> tuple[bool, list[tuple[str, str]]]:
        """Whether a code is asked for after the password; from here on it is waited for."""
        begin_half_way()
        remember_passkey(has_passkey=self.stored.has_passkey)
        asked: tuple[bool, list[tuple[str, str]]] = super().check_tf_required(tf_setup_methods, tf_fresh)
        return asked


class SignInForm(LoginForm):
    """Without “remember me”: its cookie opens nothing here, and would outlive the session that does."""

    remember = None

    def validate(self, **kwargs: Any) -> bool:
        """Whether it signs somebody in; a password longer than anybody has is none, for the library breaks on it."""
        _leave_out_longer(self.password)
        return super().validate(**kwargs)


class PasswordAgainForm(VerifyForm):
    """The same for the page that asks for the password again."""

    def validate(self, **kwargs: Any) -> bool:
        """Whether it is the password of whoever is signed in."""
        _leave_out_longer(self.password)
        return super().validate(**kwargs)


def _leave_out_longer(field: Any) -> None:
    if len(field.data or "") > LONGEST:
        field.data = ""


class NoRole(RoleMixin):
    """Flask-Security's roles are not used: memberships say who may do what, per network."""

    name = ""


class AccountDatastore(Datastore, UserDatastore):
    """Finds and stores accounts through our services, each in a short transaction of its own."""

    def __init__(self, held: Services) -> None:
        Datastore.__init__(self, None)  # type: ignore[no-untyped-call]  # the library's
        UserDatastore.__init__(self, SecurityUser, NoRole)
        self._services = held

    def find_user(self, case_insensitive: bool = False, **kwargs: Any) -> SecurityUser | None:  # noqa: ARG002 - the library's signature
        """The account by `email` or by `fs_uniquifier`; an email is found in any case."""
        with self._services.database.unscoped_reading() as reading:
            found = find_account(reading, email=kwargs.get("email"), fs_uniquifier=kwargs.get("fs_uniquifier"))
        return None if found is None else SecurityUser(found)

    def find_role(self, role: str) -> None:  # noqa: ARG002 - the library's signature
        """There are none."""
        return

    def put(self, model: SecurityUser) -> SecurityUser:
        """Store a new password hash or sign-in key."""
        stored = model.stored
        with self._services.database.unscoped_writing() as writing:
            if model.password and model.password != stored.password:
                set_password_hash(writing, model.account_id, model.password)
            if model.fs_uniquifier != stored.fs_uniquifier:
                set_uniquifier(writing, model.account_id, model.fs_uniquifier)
        return model

    def mf_set_recovery_codes(self, user: Any, rcs: list[str] | None) -> None:
        """Store these sealed codes in place of those from before."""
        with self._services.database.unscoped_writing() as writing:
            set_recovery_codes(writing, user.account_id, rcs or [])

    def mf_get_recovery_codes(self, user: Any) -> list[str]:
        """The sealed codes that still open."""
        with self._services.database.unscoped_reading() as reading:
            return [each.sealed for each in unused_recovery_codes(reading, user.account_id)]

    def delete(self, model: SecurityUser) -> None:
        """Accounts are closed by an admin, not by the library."""
        raise NotImplementedError(model)


def init_sign_in(app: Flask, held: Services) -> None:
    """Set Flask-Security up: our pages, argon2, one answer for unknown people and wrong passwords, no tokens."""
    app.config.update(
        SECURITY_LOGIN_URL="/sign-in",
        SECURITY_LOGOUT_URL="/sign-out",
        SECURITY_VERIFY_URL="/account/verify",
        SECURITY_LOGOUT_METHODS=["POST"],
        SECURITY_LOGIN_USER_TEMPLATE="account/sign_in.html",
        SECURITY_VERIFY_TEMPLATE="account/verify.html",
        SECURITY_POST_LOGIN_VIEW="/",
        SECURITY_POST_LOGOUT_VIEW="/sign-in",
        SECURITY_PASSWORD_HASH="argon2",  # noqa: S106 - the name of a scheme
        SECURITY_PASSWORD_SCHEMES=["argon2"],
        # argon2 salts by itself; a second, application-wide hash would tie passwords to the secret key.
        SECURITY_PASSWORD_SINGLE_HASH={"argon2"},
        SECURITY_PASSWORD_LENGTH_MIN=SHORTEST,
        SECURITY_RETURN_GENERIC_RESPONSES=True,
        SECURITY_API_ENABLED_METHODS=["session"],
        SECURITY_FLASH_MESSAGES=False,
        SECURITY_SEND_PASSWORD_CHANGE_EMAIL=False,
        SECURITY_STATIC_FOLDER=None,
        SECURITY_CACHE_CONTROL=None,
        SECURITY_CLI_USERS_NAME=None,
        SECURITY_CLI_ROLES_NAME=None,
        **second_factor_config(held.settings.signing_key()),
    )
    Security(
        app,
        AccountDatastore(held),
        login_form=SignInForm,
        verify_form=PasswordAgainForm,
        totp_cls=OneTimeCodes,
        mf_recovery_codes_util_cls=OneTimeRecoveryCodes,
    )
    leave_out_unused_views(app)
    init_passkeys(app)

    @user_authenticated.connect_via(app)
    def begin_session(_sender: Flask, user: SecurityUser, **_extra: Any) -> None:
        with services().database.unscoped_writing() as writing:
            session[TOKEN] = start_session(
                writing, user.account_id, now=now(), browser=kind_of_browser(request.user_agent.string)
            )

    @user_logged_out.connect_via(app)  # type: ignore[untyped-decorator]  # the library's
    def end_own_session(_sender: Flask, **_extra: Any) -> None:
        token = session.get(TOKEN)
        if isinstance(token, str):
            with services().database.unscoped_writing() as writing:
                end_session(writing, token, now=now())
        session.clear()


def user_of(account_id: uuid.UUID) -> SecurityUser:
    """An account that is there, in the form that Flask-Security works with."""
    with services().database.unscoped_reading() as reading:
        found = find_account(reading, account_id=account_id)
    assert found is not None
    return SecurityUser(found)


def sign_in_again(account_id: uuid.UUID) -> None:
    """Give this browser a new session and a new cookie, after something that ended every session of the account."""
    chosen = session.get(NETWORK)
    session.clear()
    login_user(user_of(account_id), authn_via=["password"])
    if chosen is not None:
        session[NETWORK] = chosen
