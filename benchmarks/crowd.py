"""People who use a server at once, as the pages' scripts do: boards that watch a day, and phones that report from doors.

Each is a thread with cookies of its own over real sockets. They keep what went wrong, and when each thing happened.
"""

from __future__ import annotations

import json
import random
import re
import threading
import time
import uuid
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

import requests

PATIENCE_S = 20.0
LOOK_AGAIN_S = 120.0
"""How often a phone that lies open asks for its route: as the page's script does."""
_TOKEN = re.compile(r'name="csrf_token"[^>]*value="([^"]+)"')
_MARKS = re.compile(r'data-route="([A-Z]+)"[^>]*data-mark="([^"]*)"')
_MARK = re.compile(r'data-mark="([^"]*)"')


class Visitor:
    """A browser without a screen at one address. `errors` gets whatever was not answered as it should be."""

    def __init__(self, url: str, errors: list[str]) -> None:
        self.url, self.errors = url, errors
        self.http = requests.Session()

    def get(self, path: str, **options: Any) -> requests.Response:
        """Ask for a page; an answer that is no success is an error."""
        return self._checked("GET", path, **options)

    def post(self, path: str, **options: Any) -> requests.Response:
        """Send a form or a list."""
        return self._checked("POST", path, **options)

    def send_form(self, page: str, to: str, **fields: str) -> requests.Response:
        """Open a page and send its form."""
        found = _TOKEN.search(self.get(page).text)
        assert found, f"{page} has no form"
        return self.post(to, data={"csrf_token": found[1], **fields})

    def _checked(self, method: str, path: str, **options: Any) -> requests.Response:
        try:
            answer = self.http.request(method, self.url + path, timeout=PATIENCE_S, **options)
        except requests.RequestException as error:
            self.errors.append(f"{method} {path.split('?', maxsplit=1)[0]}: {type(error).__name__}")
            raise
        if not answer.ok:
            self.errors.append(f"{method} {path.split('?', maxsplit=1)[0]}: {answer.status_code}")
        return answer


@dataclass(kw_only=True)
class Told:
    """When each tap was answered, by the letter of its route, and when each board showed it."""

    taps: list[tuple[str, float, float]] = field(default_factory=list)
    shown: list[tuple[int, str, float]] = field(default_factory=list)
    lock: threading.Lock = field(default_factory=threading.Lock)

    def tapped(self, letter: str, began: float, at: float) -> None:
        """A phone that sent a tap when it `began` has its answer."""
        with self.lock:
            self.taps.append((letter, began, at))

    def saw(self, board: int, letters: set[str], at: float) -> None:
        """A board holds the new pieces of these routes."""
        with self.lock:
            self.shown.extend((board, letter, at) for letter in letters)

    def delays(self, boards: int, since: float, until: float) -> tuple[list[float], int]:
        """Seconds from each answer to each board that showed that route next; and how many never came.

        Taps that began before `since`, when some boards' pages were still on their way with the tap in them, or were answered after
        `until`, do not count.
        """
        seen: dict[tuple[int, str], list[float]] = {}
        for board, letter, at in self.shown:
            seen.setdefault((board, letter), []).append(at)
        found, missing = [], 0
        for letter, began, at in self.taps:
            if began < since or at > until:
                continue
            for board in range(boards):
                # A board may have it before the phone has its answer.
                later = [each - at for each in seen.get((board, letter), ()) if each > began]
                if later:
                    found.append(max(0.0, min(later)))
                else:
                    missing += 1
        return found, missing


class Board(threading.Thread):
    """An open board: its page, its line, and the pieces that the line brings or tells it to fetch."""

    def __init__(self, visitor: Visitor, number: int, day: str, told: Told, over: threading.Event) -> None:
        super().__init__(daemon=True, name=f"board-{number}")
        self.visitor, self.number, self.day, self.told, self.over = visitor, number, day, told, over
        self.marks: dict[str, str] = {}
        self.page_s = 0.0
        self.news = self.fetched = 0
        self.line_s = 0.0

    def sign_in(self, email: str, password: str) -> None:
        """Type both into the sign-in page."""
        self.visitor.send_form("/sign-in", "/sign-in", email=email, password=password)

    def open(self) -> str:
        """The page of the day; its mark."""
        began = time.perf_counter()
        text = self.visitor.get(f"/day/{self.day}").text
        self.page_s = time.perf_counter() - began
        self.marks = dict(_MARKS.findall(text))
        found = _MARK.search(text)
        assert found, "the page of the day has no mark: is the plan published?"
        return found[1]

    def run(self) -> None:
        """Listen until the end; a line that breaks is opened again."""
        mark = self.open()
        while not self.over.is_set():
            try:
                mark = self._listen(mark)
            except (requests.RequestException, OSError) as error:
                if not self.over.is_set():
                    self.visitor.errors.append(f"a board's line: {type(error).__name__}")
                    self.over.wait(3)

    def _listen(self, mark: str) -> str:
        address = f"{self.visitor.url}/day/{self.day}/stream"
        with self.visitor.http.get(address, params={"mark": mark}, stream=True, timeout=PATIENCE_S) as line:
            if line.status_code != 200:
                self.visitor.errors.append(f"GET a line: {line.status_code}")
                self.over.wait(3)
                return mark
            for said in line.iter_lines(chunk_size=65_536):
                if self.over.is_set():
                    break
                if said.startswith(b"data: "):
                    mark = self._take_in(json.loads(said[6:]), mark)
        return mark

    def _take_in(self, news: dict[str, Any], mark: str) -> str:
        changed = {letter for letter, its in news["routes"].items() if self.marks.get(letter) != its}
        if news["mark"] == mark:
            return mark
        if "news" in news and changed <= set(news["changed"]):
            text = news["news"]
        else:
            self.fetched += 1
            text = self.visitor.get(
                f"/day/{self.day}/board", params={"routes": ",".join(sorted(changed)), "mark": news["mark"]}
            ).text
        fresh = dict(_MARKS.findall(text))
        self.told.saw(self.number, changed & set(fresh), time.perf_counter())
        self.marks.update(fresh)
        self.news += 1
        return str(news["mark"])


class Phone(threading.Thread):
    """A driver's page: it asks for its route now and then, and, if it has doors, taps them one after the other."""

    def __init__(
        self,
        visitor: Visitor,
        letter: str,
        told: Told,
        over: threading.Event,
        *,
        doors: list[uuid.UUID],
        every_s: float,
    ) -> None:
        super().__init__(daemon=True, name=f"phone-{letter}")
        self.visitor, self.letter, self.told, self.over = visitor, letter, told, over
        self.doors, self.every_s = doors, every_s
        self.chance = random.Random(letter)
        self.taken = 0
        self.took: list[float] = []
        self.token = self.version = ""
        self.marks: list[str] = []

    def open_link(self, token: str, digits: str) -> None:
        """The link out of the message, and the second check."""
        self.visitor.send_form("/d", "/d/open", token=token)
        self.visitor.send_form("/d/check", "/d/check", digits=digits)

    def run(self) -> None:
        """Until the end."""
        tap_at = time.perf_counter() + self.chance.random() * self.every_s
        look_at = time.perf_counter() + self.chance.random() * LOOK_AGAIN_S
        while not self.over.wait(max(0.0, min(tap_at if self.doors else look_at, look_at) - time.perf_counter())):
            try:
                if self.doors and time.perf_counter() >= tap_at:
                    self._tap(self.doors.pop(0))
                    self.fetch_route()
                    tap_at += self.every_s
                if time.perf_counter() >= look_at:
                    self.fetch_route()
                    look_at += LOOK_AGAIN_S
            except requests.RequestException:
                self.over.wait(1)  # it is among the visitor's errors already; a phone tries again

    def fetch_route(self) -> None:
        """What the page asks for at each contact: the route, or that it is still the one it has."""
        got = self.visitor.get("/d/kept", params={"have": self.version, "stops": ",".join(self.marks)}).json()
        self.token, self.version = got["token"], got["version"]
        self.marks = [stop["mark"] for stop in got.get("stops", ())] or self.marks

    def report(self, kind: str, stop_id: uuid.UUID | None = None, **details: str) -> None:
        """One event, as the outbox sends it."""
        if not self.token:
            self.fetch_route()
        now = datetime.now(UTC).isoformat()
        event = {"id": str(uuid.uuid4()), "kind": kind, "happened_at": now, "details": details}
        if stop_id is not None:
            event["stop_id"] = str(stop_id)
        answer = self.visitor.post(
            "/d/events", json={"sent_at": now, "events": [event]}, headers={"X-CSRFToken": self.token}
        )
        refused = [each for each in answer.json()["events"] if each["status"] not in ("recorded", "known")]
        self.visitor.errors.extend(f"an event was {each['status']}: {each.get('error', '')}" for each in refused)

    def _tap(self, stop_id: uuid.UUID) -> None:
        began = time.perf_counter()
        self.report("stop_delivered", stop_id, how="handed_over")
        now = time.perf_counter()
        self.took.append(now - began)
        self.told.tapped(self.letter, began, now)
        self.taken += 1
