"""The WSGI application of one web process: `web.wsgi:app`, made from the environment's settings when it is imported."""

from __future__ import annotations

from logistics.jobs.assembly import build_planning_services
from logistics.settings import Settings
from web import create_app

app = create_app(build_planning_services(Settings.from_environment()))
