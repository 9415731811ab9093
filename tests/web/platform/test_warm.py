"""A process that has just started compiles its pages beside the first requests."""

from __future__ import annotations

from web.security.boundary import BoundedApp
from web.warm import start_warming


def test_every_template_is_ready_before_its_page_is_asked_for(app: BoundedApp) -> None:
    """All of ours, extended and included ones too, are compiled when the thread has ended, and stay so."""
    ours = {name for name in app.jinja_env.list_templates() if name.endswith((".html", ".txt", ".xml"))}
    assert "dispatch/day.html" in ours
    start_warming(app).join(timeout=60)
    cache = app.jinja_env.cache
    assert cache is not None
    assert ours <= {name for _, name in cache}
