"""A process that has just started gets its pages ready before anybody asks for the first one."""

from __future__ import annotations

from threading import Thread

from flask import Flask


def warm(app: Flask) -> None:
    """Compile every template; one that cannot be compiled raises here as it would on its page."""
    for name in app.jinja_env.list_templates(extensions=("html", "txt", "xml")):
        app.jinja_env.get_template(name)


def start_warming(app: Flask) -> Thread:
    """Do so beside the first requests. The thread ends by itself."""
    thread = Thread(target=warm, args=(app,), name="warm-pages", daemon=True)
    thread.start()
    return thread
