"""One's own account: signing in and out, where one is signed in, one's password, the choice of a network, one's own desk."""

from web.account import invitation, passkeys, password, second_factor, sign_ins, views
from web.account.blueprint import account

__all__ = ["account", "invitation", "passkeys", "password", "second_factor", "sign_ins", "views"]
