"""The pieces of a board as they go over its open line: what a fetch would answer, written once for all who see the same.

A line lives long after the request that opened it, so nothing here may use that request: each writing has a context and a
session of its own, and the reader's rights as they were when the line began (`DayWatch` asks whether they still hold).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date
from typing import Self

from flask import current_app, g, render_template, request
from flask.ctx import RequestContext

from logistics.domain.authority import Actor
from logistics.queries.accounts import NetworkView
from logistics.queries.day_marks import DayMarks
from web.context import SignedIn, actor, now, own_account, services
from web.context import network as chosen_network
from web.dispatch.day import DayFilter, asks, pieces, roles_of, shown, view_of
from web.dispatch.day_lines import kept_days


@dataclass(frozen=True, slots=True, kw_only=True)
class PushedNews:
    """Writes what has changed for one open board."""

    context: Callable[..., RequestContext]
    base_url: str
    day: date
    chosen: DayFilter
    account: SignedIn
    network: NetworkView
    actor: Actor

    @classmethod
    def of_request(cls, day: date) -> Self:
        """For the reader who opens a line now."""
        network = chosen_network()
        assert network is not None
        return cls(
            context=current_app.test_request_context,
            base_url=request.root_url,
            day=day,
            chosen=DayFilter.of_request(),
            account=own_account(),
            network=network,
            actor=actor(),
        )

    def __call__(self, marks: DayMarks, letters: frozenset[str]) -> str:
        """The head, the order, what was told, what asks for something, and these routes. Its forms have no token: the page has one."""
        with self.context(base_url=self.base_url):
            g.account, g.network, g.actor = self.account, self.network, self.actor
            minute = now().astimezone(UTC).strftime("%Y-%m-%dT%H:%M")
            key = (
                *("pushed", self.network.id, self.day, marks.whole, minute),
                *(roles_of(self.actor), self.chosen, self.base_url, letters),
            )
            return kept_days().piece(key, lambda: self._write(marks, letters))

    def _write(self, marks: DayMarks, letters: frozenset[str]) -> str:
        with services().database.reading(self.network.id) as g.db:
            view = view_of(self.day, told=marks.whole)
            seen = shown(view, self.chosen)
            news = render_template("dispatch/day_news.html", **seen, pieces=pieces(view, self.chosen, seen, letters))
            asked = render_template("dispatch/day_asks.html", **seen, **asks(view), csrf_token=str)
        g.db = None
        return news + asked
