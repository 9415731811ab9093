"""The edge of every request: one transaction, the right headers, the right host, and answers that help."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from flask import abort

from logistics.domain.authority import Permission
from logistics.domain.errors import BadInput, Conflict, NotFound, RuleBroken
from logistics.domain.vocabulary import Role
from logistics.persistence.tables import Site
from tests.web.world import Visitor, World
from web.context import db
from web.security.access import allow, public
from web.security.boundary import BoundedApp


def _writes_then(app: BoundedApp, ending: Callable[[], object]) -> None:
    @app.post("/try")
    @allow(Permission.SEE_WEEK)
    def write_then() -> object:
        import uuid

        db().add(Site(id=uuid.uuid4(), address="written"))
        db().flush()
        return ending()


def _raise(error: Exception) -> object:
    raise error


@pytest.mark.parametrize(
    ("ending", "status", "kept"),
    [
        (lambda: "fine", 200, 1),
        (lambda: ("again", 422), 422, 0),
        (lambda: _raise(RuleBroken("no")), 409, 0),
        (lambda: _raise(ValueError("secret inside")), 500, 0),
        (lambda: abort(404), 404, 0),
    ],
    ids=["success", "form shown again", "our error", "a fault", "abort"],
)
def test_only_a_success_is_saved(
    app: BoundedApp, world: World, ending: Callable[[], object], status: int, kept: int
) -> None:
    """A view's changes are stored when it succeeds, and not at all otherwise."""
    _writes_then(app, ending)
    client = app.test_client()
    client.sign_in(world.account(Role.COORDINATOR))
    assert client.post("/try").status_code == status
    with world.session() as session:
        assert session.query(Site).filter_by(address="written").count() == kept


def test_reading_request_cannot_change_anything(app: BoundedApp, world: World) -> None:
    """A GET that tries to write is refused by its own session."""

    @app.get("/sneaky")
    @allow(Permission.SEE_WEEK)
    def sneaky() -> str:
        import uuid

        db().add(Site(id=uuid.uuid4(), address="written"))
        db().flush()
        return "written"

    client = app.test_client()
    client.sign_in(world.account(Role.COORDINATOR))
    assert client.get("/sneaky").status_code == 403


def test_view_without_a_mark_is_not_served(app: BoundedApp, visitor: Visitor) -> None:
    """Forgetting to say who may open a page closes it."""

    @app.get("/forgotten")
    def forgotten() -> str:
        return "open"

    response = visitor.get("/forgotten")
    assert response.status_code == 500
    assert "open" not in response.text.split("<main")[1].split("</main>")[0]


@pytest.mark.parametrize(
    ("error", "status"),
    [
        (NotFound("gone"), 404),
        (Conflict("changed"), 409),
        (RuleBroken("rule"), 409),
        (BadInput("bad", {"a": "wrong"}), 422),
    ],
    ids=lambda value: type(value).__name__ if isinstance(value, Exception) else str(value),
)
def test_our_errors_become_http_once(app: BoundedApp, visitor: Visitor, error: Exception, status: int) -> None:
    """Each of our errors has one code, and its sentence reaches people and scripts alike."""

    @app.get("/raises")
    @public("a test")
    def raises() -> str:
        raise error

    page = visitor.get("/raises")
    script = visitor.get("/raises", headers={"Accept": "application/json"})
    assert (page.status_code, script.status_code) == (status, status)
    assert str(error) in page.text
    assert script.json is not None
    assert script.json["error"] == str(error)


def test_fault_shows_a_number_and_nothing_inside(app: BoundedApp, visitor: Visitor) -> None:
    """An unexpected exception tells people nothing of the inside but a number that the log holds too."""

    @app.get("/breaks")
    @public("a test")
    def breaks() -> str:
        raise ValueError("postgresql://user:secret@host")

    response = visitor.get("/breaks")
    assert response.status_code == 500
    assert "secret" not in response.text
    assert "Traceback" not in response.text
    assert "Number to tell your admin" in response.text


def test_form_without_its_token_is_refused(app: BoundedApp, world: World) -> None:
    """A POST that no page of ours made changes nothing and says what to do."""
    _writes_then(app, lambda: "fine")
    client = app.test_client()
    client.sign_in(world.account(Role.COORDINATOR))
    response = client.post("/try", csrf=False)
    assert response.status_code == 400
    assert "open too long" in response.text


def test_json_without_its_token_gets_json(app: BoundedApp, visitor: Visitor) -> None:
    """A script that forgot X-CSRFToken is told so in JSON."""
    response = visitor.post("/account/networks", json={}, csrf=False)
    assert response.status_code == 400
    assert response.json is not None
    assert "error" in response.json


def test_strange_host_is_refused(app_at: Callable[[str], BoundedApp]) -> None:
    """A request that names another host than ours gets nothing: no link can be built to it."""
    client = app_at("https://rounds.example.org").test_client()
    assert client.get("/about", base_url="https://rounds.example.org").status_code == 200
    assert client.get("/about", base_url="https://evil.example").status_code == 400


def test_https_site_binds_its_cookie_and_its_browser(app_at: Callable[[str], BoundedApp], world: World) -> None:
    """Over TLS the cookie is Secure and bound to the host, and the browser is told to stay on TLS."""
    client = app_at("https://rounds.example.org").test_client()
    page = client.get("/sign-in", base_url="https://rounds.example.org")
    cookie = page.headers["Set-Cookie"]
    assert cookie.startswith("__Host-rounds=")
    for part in ("Secure", "HttpOnly", "SameSite=Lax", "Path=/"):
        assert part in cookie
    assert "max-age=31536000" in page.headers["Strict-Transport-Security"]


def test_every_answer_carries_the_policy(visitor: Visitor) -> None:
    """Pages, errors and files alike forbid foreign and inline content, with a new nonce each time."""
    policies = set()
    for path in ("/sign-in", "/nothing-here", "/static/base.css", "/health"):
        headers = visitor.get(path).headers
        policy = headers["Content-Security-Policy"]
        assert "default-src 'none'" in policy
        assert "frame-ancestors 'none'" in policy
        assert "unsafe" not in policy
        assert headers["X-Content-Type-Options"] == "nosniff"
        assert headers["Cross-Origin-Opener-Policy"] == "same-origin"
        policies.add(policy)
    assert len(policies) == 4


def test_pages_are_never_kept_and_hashed_files_long(visitor: Visitor, signed_in: Callable[..., Visitor]) -> None:
    """No cache keeps a page; a file named by its content is kept for a year, one without the hash is asked for again."""
    import re

    page = signed_in(Role.COORDINATOR).get("/account/networks")
    assert page.headers["Cache-Control"] == "no-store"
    found = re.search(r'href="(/static/base\.css\?v=[0-9a-f]{10})"', page.text)
    assert found is not None
    assert "max-age=31536000" in visitor.get(found[1]).headers["Cache-Control"]
    assert visitor.get("/static/base.css").headers["Cache-Control"] == "no-cache"


def test_too_big_a_body_is_refused_with_words(visitor: Visitor) -> None:
    """More than 16 MB is refused before anybody reads it."""
    response = visitor.post("/sign-in", data={"email": "x" * (17 * 1024 * 1024)})
    assert response.status_code == 413
    assert "16 MB" in response.text
