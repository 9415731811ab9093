"""Goes through every page and form of one who comes, with the texts of one family, and judges each answer."""

from __future__ import annotations

import csv
import io
import json
import logging
import random
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import quote, urlencode, urljoin, urlsplit
from xml.etree import ElementTree as ET

from werkzeug.exceptions import HTTPException
from werkzeug.routing import RequestRedirect
from werkzeug.test import TestResponse

from tests.crawl.network import DONOR_BY_LINK, DRIVER, NOT_OPENED, Address, OpenNetwork
from tests.crawl.page_reader import MARK, Form, PageReader
from tests.crawl.payloads import HEADERS, LEADING, PAYLOADS
from tests.web.world import Visitor

OWN_HOSTS = frozenset({"", "localhost"})
PAGES_OF_A_KIND = 2
_ENDS_THE_SESSION = frozenset({"security.logout", "account.end_other_sign_ins"})
_SCRIPTS = frozenset({"drive.worker", "static", "drive.static", "donate.static", "request.static", "map_assets.file"})


@dataclass(kw_only=True)
class Crawl:
    """One walk. `faults` holds what must not be, each once, with what led there."""

    network: OpenNetwork
    who: str
    seed: int = 1
    thorough: bool = True
    faults: dict[str, str] = field(default_factory=dict)
    counts: Counter[str] = field(default_factory=Counter)

    def __post_init__(self) -> None:
        self._random = random.Random(self.seed)
        self._client: Visitor = self.network.come(self.who)
        self._adapter = self.network.app.url_map.bind("localhost")
        logging.getLogger("web.errors").setLevel(logging.CRITICAL)

    @property
    def visitor(self) -> Visitor:
        """The client that asks, with its cookies."""
        return self._client

    def pages(self) -> dict[str, str]:
        """Address -> text of every page that this visitor can open: the table's routes, and what those lead to."""
        waiting = [a.url for a in self.network.crawled.addresses if a.method == "GET" and a.endpoint not in NOT_OPENED]
        seen: Counter[str] = Counter()
        found: dict[str, str] = {}
        asked: set[str] = set()
        while waiting:
            url = waiting.pop(0)
            endpoint = self.endpoint_of(url)
            if url in asked or endpoint in NOT_OPENED | {""} or seen[endpoint] >= PAGES_OF_A_KIND:
                continue
            asked.add(url)
            response = self.ask("GET", url)
            if response is None or response.status_code != 200 or response.mimetype != "text/html":
                continue
            if "attachment" in response.headers.get("Content-Disposition", ""):
                continue
            seen[endpoint] += 1
            found[url] = response.text
            links = (urljoin(url, link).partition("#")[0] for link in PageReader.of(response.text).links)
            waiting += [link for link in links if link.startswith("/") and not link.startswith("//")]
        self.counts.setdefault("pages", len(found))
        return found

    def attack(self, family: str) -> None:
        """Send the family's texts (or lying headers) wherever this visitor can send something; then look at every page again."""
        pages = self.pages()
        if family == "headers":
            self._headers()
        else:
            payloads = PAYLOADS[family] if self.thorough else PAYLOADS[family][:1]
            self._forms(pages, payloads)
            self._routes(payloads)
            if family == "redirect":
                self._leading(payloads)
        self._again()
        self._look_again()

    def endpoint_of(self, url: str, method: str = "GET") -> str:
        """The view behind an address, or nothing."""
        try:
            return str(self._adapter.match(urlsplit(url).path, method=method)[0])
        except (HTTPException, RequestRedirect):
            return ""

    def ask(self, method: str, url: str, planted: str = "", **sent: Any) -> TestResponse | None:
        """One request, judged. None where the address cannot be asked by this client at all."""
        self.counts["requests"] += 1
        try:
            response = self._client.open(url, method=method, **sent)
        except UnicodeError:
            self.counts["not sent"] += 1
            return None
        self.counts[str(response.status_code)] += 1
        for fault in faults_of(response, planted, is_script=self.endpoint_of(url, method) in _SCRIPTS):
            what = f"{self.who}: {method} {self.endpoint_of(url, method) or url[:80]}: {fault}"
            self.faults.setdefault(what, f"{url[:200]!r} with {planted[:60]!r} {str(sent)[:300]}")
        return response

    def _forms(self, pages: Mapping[str, str], payloads: Iterable[str]) -> None:
        """Each kind of form: all its fields at once, then each alone beside what a person would have sent."""
        done: set[tuple[str, tuple[str, ...]]] = set()
        for url, text in pages.items():
            for form in PageReader.of(text).forms:
                action = urljoin(url, form.action)
                kind = (self.endpoint_of(action, form.method), form.names)
                if kind in done or kind[0] in _ENDS_THE_SESSION | {""}:
                    continue
                done.add(kind)
                for payload in payloads:
                    self._send(form, action, dict.fromkeys(form.names, payload), payload)
                    for name in form.names if self.thorough else self._some(form.names):
                        self._send(form, action, {name: payload}, payload)
        self.counts["forms"] = len(done)

    def _some(self, names: tuple[str, ...]) -> list[str]:
        return self._random.sample(names, min(2, len(names)))

    def _send(self, form: Form, action: str, changed: Mapping[str, str], payload: str) -> None:
        sent: dict[str, Any] = {
            **form.baseline,
            **{name: value for name, value in changed.items() if name != "csrf_token"},
        }
        sent.pop("csrf_token", None)
        for each in form.fields:
            if each.kind == "file":
                file_name = "".join(c for c in payload if c not in "\r\n\0")[:100] or "x.jpg"
                sent[each.name] = (io.BytesIO(payload.encode()), file_name)
        if form.method == "GET":
            self.ask("GET", f"{action.partition('?')[0]}?{urlencode(sent, doseq=True)}", payload)
            return
        answer = self.ask("POST", action, payload, data=sent)
        if answer is not None and answer.headers.get("Location", "").startswith("/sign-in"):
            self._again()

    def _routes(self, payloads: Iterable[str]) -> None:
        """Each route: the text in every part of its path, in its query, as a form and as JSON."""
        for payload in payloads:
            for address in self.network.crawled.addresses:
                if address.endpoint in _ENDS_THE_SESSION | NOT_OPENED:
                    continue
                for url in self._spoilt_paths(address, payload):
                    self.ask(address.method, url, payload)
                if address.method == "GET":
                    names = ("q", "page", "day", "kind", "route", "stop", "seen", "mark", "next", "week", "who")
                    self.ask("GET", with_query(address.url, dict.fromkeys(names, payload)), payload)
                    continue
                names = (*address.data, "note", "next", "reason", "seen", "token", "code")
                self.ask("POST", address.url, payload, data=dict.fromkeys(names, payload))
                body: Any = {
                    "events": [{"id": payload, "kind": payload, "details": {"note": payload}}],
                    "email": payload,
                }
                self.ask("POST", address.url, payload, json=body)
                self.ask("POST", address.url, payload, data=payload.encode(), content_type="application/json")

    def _spoilt_paths(self, address: Address, payload: str) -> Iterable[str]:
        path, _, query = address.url.partition("?")
        parts = path.split("/")
        encoded = quote(payload[:2_000], safe="")
        for number, part in enumerate(parts):
            if part and number:
                spoilt = "/".join([*parts[:number], encoded, *parts[number + 1 :]])
                if not self.thorough and self._random.random() > 0.1:
                    continue
                yield spoilt + (f"?{query}" if query else "")

    def _leading(self, payloads: Iterable[str]) -> None:
        """Wherever a page may be told where to go on: in the query and in the form, with what the page needs besides."""
        for payload in payloads:
            leading = dict.fromkeys(LEADING, payload)
            for address in self.network.crawled.addresses:
                if address.endpoint in NOT_OPENED:
                    continue
                data = None if address.method == "GET" else {**address.data, **leading}
                self.ask(address.method, with_query(address.url, leading), payload, data=data)
            self._again()
            # After a sign-in that is right, too.
            fresh = self.network.app.test_client()
            assert isinstance(fresh, Visitor)
            email = self.network.crawled.emails.get(self.who)
            if email:
                kept, self._client = self._client, fresh
                data = {"email": email, "password": "plum-kettle-heron-oak", "next": payload}
                self.ask("POST", with_query("/sign-in", {"next": payload}), payload, data=data)
                self._client = kept

    def _headers(self) -> None:
        for headers in HEADERS:
            for address in self.network.crawled.addresses:
                if address.endpoint in _ENDS_THE_SESSION | NOT_OPENED:
                    continue
                planted = next(iter(headers.values()))
                self.ask(address.method, address.url, planted, headers=dict(headers), data=dict(address.data) or None)

    def _again(self) -> None:
        """A new session: whatever ended the old one. A link goes on with the phone that it is bound to."""
        if self.who not in (DRIVER, DONOR_BY_LINK):
            self._client = self.network.come(self.who)

    def _look_again(self) -> None:
        """What was stored is shown on pages, to this visitor and to those who see most: it must be text there too."""
        others = ("coordinator", "safeguarding_lead", "admin") if self.thorough else ()
        for who in dict.fromkeys((self.who, *others)):
            self.who, kept = who, self.who
            self._again()
            self.pages()
            self.who = kept


def with_query(url: str, values: Mapping[str, str]) -> str:
    """The address with these values behind what its query holds."""
    return f"{url}{'&' if '?' in url else '?'}{urlencode(values)}"


def faults_of(response: TestResponse, planted: str = "", *, is_script: bool = False) -> list[str]:
    """What no answer may be, whatever was sent."""
    found = []
    if response.status_code >= 500:
        found.append(f"status {response.status_code}")
    found += _header_faults(response)
    if response.mimetype == "text/html":
        text = response.text
        found += PageReader.of(text).broken_out
        # Text that stands for itself: only text with a mark of HTML in it would be seen as more than text.
        if planted and len(planted) < 200 and "<" in planted and planted in text:
            found.append("planted text stands unescaped in the page")
        if "1337zq" in text:
            found.append("a template ran planted text")
        if "root:x:0:0" in text:
            found.append("a file of the machine is shown")
    elif response.mimetype == "text/csv":
        found += [f"a formula in a table: {cell[:40]!r}" for cell in formulas_in(response.text)]
    elif response.mimetype == "application/json" and response.data:
        found += _unreadable(json.loads, response.text, "JSON")
    elif response.mimetype in ("application/gpx+xml", "image/svg+xml") and response.data:
        found += _unreadable(ET.fromstring, response.data, "XML")
    elif not is_script and MARK in response.mimetype:
        found.append("planted text is the type of the answer")
    return found


def _header_faults(response: TestResponse) -> list[str]:
    found = []
    policy = response.headers.get("Content-Security-Policy", "")
    if "unsafe-" in policy or not policy:
        found.append(f"policy {policy!r}")
    if response.headers.get("X-Content-Type-Options") != "nosniff":
        found.append("no nosniff")
    target = response.headers.get("Location", "")
    # As browsers read it: a backslash is a slash, tabs and line ends are not there, spaces at the ends neither.
    read = target.strip().replace("\\", "/").translate({9: None, 10: None, 13: None})
    if (
        (urlsplit(read).hostname or "") not in OWN_HOSTS
        or read.startswith("///")
        or urlsplit(read).scheme not in ("", "http")
    ):
        found.append(f"leads to {target[:80]!r}")
    if any("zq7x" in name.lower() for name in response.headers.keys()):  # noqa: SIM118 - werkzeug's headers are pairs
        found.append("a planted header")
    return found


def formulas_in(text: str) -> list[str]:
    """Cells of a table that a spreadsheet would run; a number with a sign is a number."""
    risky = []
    for row in csv.reader(io.StringIO(text)):
        for cell in row:
            is_number = cell.lstrip("+-").replace(".", "", 1).isdecimal()
            if cell.startswith(("=", "+", "-", "@", "\t", "\r")) and not is_number:
                risky.append(cell)
    return risky


def _unreadable(read: Any, body: Any, kind: str) -> list[str]:
    try:
        read(body)
    except (ValueError, ET.ParseError):
        return [f"an answer that is no {kind}"]
    return []
