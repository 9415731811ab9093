"""The dispatcher's blueprint, apart from its views so that each of them can import it."""

from __future__ import annotations

from flask import Blueprint

dispatch = Blueprint("dispatch", __name__)
