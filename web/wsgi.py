"""The WSGI application of one web process: `web.wsgi:app`, made from the environment's settings when it is imported."""

from __future__ import annotations

from logistics.gateways.fault_reports import start_fault_reports
from logistics.gateways.logs import start_logging
from logistics.jobs.assembly import build_planning_services
from logistics.settings import Settings
from web import create_app
from web.warm import start_warming

settings = Settings.from_environment()
start_logging(settings)
start_fault_reports(settings)
app = create_app(build_planning_services(settings))
start_warming(app)
