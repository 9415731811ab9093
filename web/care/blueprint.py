"""The blueprints of the follow-ups and of the welfare calls."""

from __future__ import annotations

from flask import Blueprint

calls = Blueprint("calls", __name__, url_prefix="/calls", template_folder="templates")
care = Blueprint("care", __name__, url_prefix="/follow-ups", template_folder="templates")
