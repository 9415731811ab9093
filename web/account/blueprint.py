"""The pages of a person's own account, whatever their role."""

from __future__ import annotations

from flask import Blueprint

account = Blueprint("account", __name__)
