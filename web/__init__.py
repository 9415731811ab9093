"""HTTP only: pages, forms and security headers over the services of `logistics`."""

from __future__ import annotations

from urllib.parse import urlsplit

from flask import Blueprint
from flask_babel import Babel
from flask_wtf.csrf import CSRFProtect
from werkzeug.middleware.proxy_fix import ProxyFix

from logistics.bootstrap import Services
from logistics.setting_values import LogFormat
from web.account import account
from web.admin import admin
from web.api import api
from web.care import calls, care
from web.dispatch import dispatch
from web.dispatch.day_lines import init_day_lines
from web.donate import donate
from web.drive import drive
from web.errors import init_errors
from web.formatting import init_formatting
from web.maps import map_assets
from web.pages import init_pages
from web.request import requests
from web.security.boundary import BoundedApp, init_boundary
from web.security.headers import init_headers
from web.security.rate_limits import init_rate_limits
from web.security.sign_in import init_sign_in
from web.static_files import init_static_files
from web.watching import init_watching

BLUEPRINTS: tuple[Blueprint, ...] = (account, admin, api, calls, care, dispatch, drive, donate, requests, map_assets)
"""Every role's pages. A new role adds its blueprint here and its routes to `tests/web/routes_table.py`."""

MOST_BYTES = 16 * 1024 * 1024
_LOOPBACK = ["localhost", "127.0.0.1", "[::1]"]


def create_app(services: Services) -> BoundedApp:
    """The web application over these services. It solves nothing; what it holds between requests it could read again."""
    settings = services.settings
    base = urlsplit(settings.base_url)
    https = base.scheme == "https"
    app = BoundedApp(__name__)
    app.extensions["food_rounds"] = services
    app.config.update(
        SECRET_KEY=settings.signing_key(),
        SESSION_COOKIE_NAME="__Host-rounds" if https else "rounds",
        SESSION_COOKIE_SECURE=https,
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SAMESITE="Lax",
        MAX_CONTENT_LENGTH=MOST_BYTES,
        TRUSTED_HOSTS=_trusted_hosts(base.hostname or "localhost"),
        WTF_CSRF_TIME_LIMIT=None,
        WTF_CSRF_SSL_STRICT=https,
        BABEL_DEFAULT_LOCALE="en",
        BABEL_DEFAULT_TIMEZONE="Europe/London",
    )
    app.jinja_env.trim_blocks = app.jinja_env.lstrip_blocks = True
    if settings.trusted_proxies:
        hops = settings.trusted_proxies
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=hops, x_proto=hops, x_host=hops)  # type: ignore[method-assign]
    init_watching(app, lines=settings.log_format is LogFormat.JSON)
    init_headers(app, https=https)
    init_boundary(app)
    CSRFProtect(app)
    Babel(app)
    init_sign_in(app, services)
    init_errors(app)
    init_formatting(app)
    init_static_files(app)
    init_pages(app)
    init_day_lines(app, services)
    for blueprint in BLUEPRINTS:
        app.register_blueprint(blueprint)
    init_rate_limits(app, redis_url=settings.redis_url)
    return app


def _trusted_hosts(host: str) -> list[str]:
    """The names by which a browser may call us: that of the base URL, and on one's own machine all its names."""
    named = f"[{host}]" if ":" in host else host
    return _LOOPBACK if named in _LOOPBACK else [named]
