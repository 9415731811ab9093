"""How an open board hears of news: by a line that carries what has changed, or by asking for the mark and fetching that."""

from __future__ import annotations

import re
from collections.abc import Callable

from flask import Response, jsonify, render_template, request, session
from flask.typing import ResponseReturnValue

from logistics.domain.authority import Permission
from logistics.queries.accounts import memberships_of
from logistics.queries.day_marks import day_marks
from logistics.services.sessions import live_session
from web.context import actor, db, services
from web.dispatch.blueprint import dispatch
from web.dispatch.day import DayFilter, asks, date_of, note_look, pieces, roles_of, shown, view_of
from web.dispatch.day_lines import day_watch
from web.dispatch.day_pushed import PushedNews
from web.dispatch.day_watch import Place
from web.security.access import allow
from web.security.boundary import TOKEN

_LETTERS = re.compile(r"[A-Z]{1,4}")


@dispatch.get("/day/<day>/mark")
@allow(Permission.SEE_DAY)
def day_mark(day: str) -> ResponseReturnValue:
    """`{"mark": ..., "routes": {letter: mark}}`: words that change when the board, or that route, would look different."""
    return jsonify(day_marks(db(), date_of(day)).as_json)


@dispatch.get("/day/<day>/stream")
@allow(Permission.SEE_DAY)
def day_stream(day: str) -> ResponseReturnValue:
    """The same as events of a line that stays open, with the pieces that have changed since the one before (`news`), as the filters show them.

    503 when this process has no line left: ask for the mark instead.
    """
    place = Place(actor().network_id, date_of(day))
    watch = day_watch()
    if not watch.take(place):
        return Response("No line is free: ask for the mark.\n", 503, {"Retry-After": "30"}, mimetype="text/plain")
    last_id = request.headers.get("Last-Event-ID", "") or request.args.get("mark", "")
    response = Response(
        watch.messages(place, last_id=last_id[:80], is_open=_still_open(), news=PushedNews.of_request(place.day)),
        mimetype="text/event-stream",
    )
    # Proxies that gather an answer before they pass it on would gather for ever.
    response.headers["X-Accel-Buffering"] = "no"
    response.call_on_close(lambda: watch.leave(place))
    return response


@dispatch.get("/day/<day>/board")
@allow(Permission.SEE_DAY)
def day_board(day: str) -> ResponseReturnValue:
    """The pieces of the board that may have changed: its head, its order, what was told, and the routes that are asked for.

    `routes=A,C` names them, `routes=all` means every one; `mark` is the day's mark that the reader was told of; the filters
    are those of the page.
    """
    on, chosen = date_of(day), DayFilter.of_request()
    asked = request.args.get("routes", "")
    letters = None if asked == "all" else frozenset(_LETTERS.findall(asked[:2000]))
    view = view_of(on, told=request.args.get("mark", "")[:80])
    note_look(on)
    seen = shown(view, chosen)
    news = render_template("dispatch/day_news.html", **seen, pieces=pieces(view, chosen, seen, letters))
    return news + render_template("dispatch/day_asks.html", **seen, **asks(view))


def _still_open() -> Callable[[], bool]:
    """Whether whoever listens may still see the day, with the same roles: asked long after the request and its session are over."""
    held, token, network_id, roles = services(), session[TOKEN], actor().network_id, roles_of(actor())

    def ask() -> bool:
        with held.database.unscoped_reading() as reading:
            live = live_session(reading, token, now=held.clock.now())
            here = [
                each
                for each in (memberships_of(reading, live.account_id) if live else ())
                if each.network.id == network_id
            ]
        if live is None:
            return False
        readers = [each.actor(live.account_id) for each in here]
        return any(each.may_somewhere(Permission.SEE_DAY) and roles_of(each) == roles for each in readers)

    return ask
