"""The blueprint of the request pages."""

from __future__ import annotations

from flask import Blueprint

requests = Blueprint("request", __name__, url_prefix="/request", template_folder="templates", static_folder="static")
