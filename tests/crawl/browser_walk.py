"""Every page of one visitor in a real Chromium: what its console said, what its policy refused, and whom it asked."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from threading import Thread
from typing import Any
from urllib.parse import urlsplit

from playwright.sync_api import Error, Frame, Page, sync_playwright
from werkzeug.serving import WSGIRequestHandler, make_server

from tests.chromium import FLAGS, find_chromium
from tests.crawl.crawler import Crawl
from tests.crawl.network import OpenNetwork, open_network
from tests.web.world import Visitor

SETTLES_MS = 150
TRIES = 20
PIECES = frozenset({"dispatch.day_board"})
"""What a page's script puts into a page; opened by itself it has no head, and the browser looks for an icon."""
LISTENS = """
window.refusedByPolicy = [];
document.addEventListener("securitypolicyviolation", (event) =>
    window.refusedByPolicy.push(`${event.violatedDirective} ${event.blockedURI} ${event.sourceFile}:${event.lineNumber}`));
"""


class _Quiet(WSGIRequestHandler):
    def log(self, type: str, message: str, *args: object) -> None:  # noqa: A002 - werkzeug's name
        """Say nothing."""


@contextmanager
def _served(network: OpenNetwork) -> Iterator[str]:
    server = make_server("127.0.0.1", 0, network.app, threaded=True, request_handler=_Quiet)
    thread = Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        network.app.end_lines()
        server.shutdown()
        thread.join()


def walk(who: str) -> tuple[dict[str, int], list[str]]:
    """How many pages were opened and how often they asked; and each thing that no page may do."""
    chromium = find_chromium()
    assert chromium is not None, "there is no Chromium to walk with: install Debian's package 'chromium'"
    with open_network() as network, _served(network) as url, sync_playwright() as playwright:
        crawl = Crawl(network=network, who=who)
        pages = [path for path in crawl.pages() if crawl.endpoint_of(path) not in PIECES]
        browser = playwright.chromium.launch(executable_path=chromium, args=list(FLAGS))
        context = browser.new_context(base_url=url)
        context.add_cookies(_cookies_of(crawl.visitor, url))
        context.add_init_script(LISTENS)
        page = context.new_page()
        faults, counts = _listened_to(page, url)
        for path in pages:
            counts["pages"] += 1
            page.goto(path, wait_until="load")
            page.wait_for_timeout(SETTLES_MS)
            faults += [f"{path}: the policy refused {what}" for what in _refused(page)]
        browser.close()
    return counts, [fault.replace(url, "") for fault in faults]


def _refused(page: Page) -> list[str]:
    found: list[str] = []
    for frame in page.frames:
        found += _asked(frame)
    return found


def _asked(frame: Frame) -> list[str]:
    """What the frame's policy refused; asked of the page that comes next, where the script of this one has sent us on."""
    for _ in range(TRIES):
        try:
            frame.wait_for_load_state("load")
            return list(frame.evaluate("window.refusedByPolicy || []"))
        except Error as error:
            if "context was destroyed" not in str(error):
                raise
    message = f"{frame.url} sends its reader on without end"
    raise AssertionError(message)


def _listened_to(page: Page, url: str) -> tuple[list[str], dict[str, int]]:
    faults: list[str] = []
    counts = {"pages": 0, "requests": 0}
    own = urlsplit(url).netloc

    def request(asked: Any) -> None:
        counts["requests"] += 1
        parts = urlsplit(asked.url)
        if parts.scheme not in ("data", "blob", "about") and parts.netloc != own:
            faults.append(f"{page.url}: asked {asked.url[:120]}")

    def said(message: Any) -> None:
        # The page for a phone without a signal asks for the route first; whoever holds no link is refused, as they should be.
        is_refused_link = message.text.startswith("Failed to load resource") and "/d/kept" in message.location["url"]
        if message.type in ("error", "warning") and not is_refused_link:
            faults.append(f"{page.url}: console: {message.text[:200]}")

    page.on("request", request)
    page.on("console", said)
    page.on("pageerror", lambda error: faults.append(f"{page.url}: script: {str(error)[:200]}"))
    return faults, counts


def _cookies_of(client: Visitor, url: str) -> list[Any]:
    """The visitor's cookies, for the browser."""
    found = []
    for name, path in (
        ("rounds", "/"),
        ("rounds-device", "/d"),
        ("rounds-route", "/d"),
        ("rounds-donor-week", "/donate/week"),
    ):
        cookie = client.get_cookie(name, path=path)
        if cookie is not None:
            found.append({"name": name, "value": cookie.value, "domain": urlsplit(url).hostname, "path": path})
    return found
