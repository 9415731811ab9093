"""What answers as JSON, for scripts: its description, and words for whoever watches the server."""

from __future__ import annotations

from flask import Blueprint

api = Blueprint("api", __name__)

# The views register themselves on the blueprint above.
from web.api import views  # noqa: E402, F401
