"""Every error as an answer that helps: a page in our look, or JSON for a script. Nothing inside is shown."""

from __future__ import annotations

import logging
import secrets
from dataclasses import dataclass

from flask import Flask, Response, jsonify, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_wtf.csrf import CSRFError
from werkzeug.exceptions import HTTPException, SecurityError

from logistics.domain.errors import BadInput, Conflict, FoodRoundsError, Forbidden, NotFound, RuleBroken
from logistics.gateways.fault_reports import tell_fault
from logistics.gateways.logs import places_of
from web.security.boundary import LinkNeeded, NetworkNeeded, SecondFactorNeeded, SignInNeeded

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class Problem:
    """What a person is told: what is wrong, then what to do."""

    status: int
    title: str
    sentence: str


STATUS_OF: tuple[tuple[type[FoodRoundsError], int], ...] = (
    (NotFound, 404),
    (Forbidden, 403),
    (Conflict, 409),
    (BadInput, 422),
    (RuleBroken, 409),
)
"""The one place where our errors become HTTP."""

_TITLES = {
    400: "We could not read that",
    401: "Sign in first",
    403: "This page is not open to you",
    404: "There is nothing here",
    405: "This page does not work that way",
    409: "That cannot be done now",
    413: "That is too big",
    422: "There is a problem with what was sent",
    429: "Too many tries",
    500: "Something went wrong on our side",
}
_SENTENCES = {
    400: "Go back, load the page again and repeat it.",
    404: "Check the address, or start again from your first page. It may also belong to somebody else.",
    405: "Go back and use the buttons of the page.",
    413: "Send a smaller file: at most 16 MB.",
    429: "Wait a minute, then try again; after many tries, ten minutes. If you forgot your password, ask your admin for a new one.",
    500: "Nothing was saved. Try again; if it happens again, tell your admin the number below.",
}
_TOO_MANY = {
    "drive.add_photo": "Many photos came from this phone. Wait a minute, then send the next.",
    "admin.invite": "This address was sent five invitations today. Ask them to look among unwanted mail, or invite again tomorrow.",
}
_TOO_MANY["admin.send_invitation"] = _TOO_MANY["admin.invite"]
"""What a limit says where it is not about signing in, by the view."""
_FORM_TOO_OLD = Problem(
    status=400,
    title="This form was open too long",
    sentence="Nothing was saved. Go back, load the page again, and send it once more.",
)


def wants_json() -> bool:
    """Whether a script asks: it sends JSON, or would rather have JSON than a page."""
    best = request.accept_mimetypes.best_match(["text/html", "application/json"])
    return request.is_json or best == "application/json"


def answer(problem: Problem, *, fields: dict[str, str] | None = None, reference: str = "") -> Response:
    """The problem as a page, or as JSON: {"error": ..., "fields": ..., "reference": ...}."""
    if wants_json():
        body: dict[str, object] = {"error": problem.sentence}
        if fields:
            body["fields"] = fields
        if reference:
            body["reference"] = reference
        response = jsonify(body)
    else:
        page = render_template("errors/problem.html", problem=problem, fields=fields or {}, reference=reference)
        response = Response(page, content_type="text/html; charset=utf-8")
    response.status_code = problem.status
    return response


def _own_error(error: FoodRoundsError) -> ResponseReturnValue:
    status = next((status for kind, status in STATUS_OF if isinstance(error, kind)), None)
    if status is None:
        return _broken(error)
    fields = error.fields if isinstance(error, BadInput) else None
    return answer(Problem(status=status, title=_TITLES[status], sentence=str(error)), fields=fields)


def _http_error(error: HTTPException) -> ResponseReturnValue:
    status = error.code or 500
    if status < 400:
        return error.get_response()
    if isinstance(error, SecurityError):
        # A stranger's host name: no address can be built, so no page either.
        return Response("This site answers at its own address only.\n", 400, content_type="text/plain; charset=utf-8")
    title = _TITLES.get(status, "That did not work")
    sentence = _TOO_MANY.get(request.endpoint or "", "") if status == 429 else ""
    sentence = sentence or _SENTENCES.get(status, _SENTENCES[400])
    response = answer(Problem(status=status, title=title, sentence=sentence))
    for name, value in error.get_headers():
        if name in ("Allow", "Retry-After"):
            response.headers[name] = value
    return response


def _broken(error: Exception) -> ResponseReturnValue:
    reference = secrets.token_hex(4)
    log.error("request failed, reference %s, endpoint %s\n%s", reference, request.endpoint, places_of(error))
    tell_fault(error, reference=reference, endpoint=request.endpoint or "")
    return answer(Problem(status=500, title=_TITLES[500], sentence=_SENTENCES[500]), reference=reference)


def _sign_in_needed(_error: SignInNeeded) -> ResponseReturnValue:
    if wants_json():
        return answer(Problem(status=401, title=_TITLES[401], sentence="Sign in first: your session has ended."))
    back = request.full_path.rstrip("?") if request.method == "GET" else ""
    return redirect(url_for("security.login", next=back or None))


def _second_factor_needed(_error: SecondFactorNeeded) -> ResponseReturnValue:
    if wants_json():
        return answer(Problem(status=403, title=_TITLES[403], sentence="Set up your second factor first."))
    return redirect(url_for("account.set_up_second_factor"))


def _network_needed(_error: NetworkNeeded) -> ResponseReturnValue:
    if wants_json():
        return answer(Problem(status=409, title=_TITLES[409], sentence="Choose a network first."))
    return redirect(url_for("account.networks"))


def _link_needed(_error: LinkNeeded) -> ResponseReturnValue:
    sentence = "Open the link in your message again. If it does not work any more, ring your dispatcher for a new one."
    return answer(Problem(status=401, title="This link is not open", sentence=sentence))


def init_errors(app: Flask) -> None:
    """Register the answers."""
    app.register_error_handler(CSRFError, lambda _error: answer(_FORM_TOO_OLD))
    app.register_error_handler(FoodRoundsError, _own_error)
    app.register_error_handler(SignInNeeded, _sign_in_needed)
    app.register_error_handler(SecondFactorNeeded, _second_factor_needed)
    app.register_error_handler(NetworkNeeded, _network_needed)
    app.register_error_handler(LinkNeeded, _link_needed)
    app.register_error_handler(HTTPException, _http_error)
    app.register_error_handler(Exception, _broken)
