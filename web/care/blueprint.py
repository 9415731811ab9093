"""The blueprint of the follow-ups."""

from __future__ import annotations

from flask import Blueprint

care = Blueprint("care", __name__, url_prefix="/follow-ups", template_folder="templates")
