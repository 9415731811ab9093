"""Signing in and out, the choice of a network, and the way to one's own desk."""

from web.account.views import account

__all__ = ["account"]
