"""The blueprint of the donor's pages."""

from __future__ import annotations

from flask import Blueprint

donate = Blueprint("donate", __name__, url_prefix="/donate", template_folder="templates", static_folder="static")
