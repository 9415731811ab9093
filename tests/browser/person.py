"""Somebody with a browser of their own: every page they look at is checked, and no host but ours may be asked."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, cast

from tests.browser.running_rounds import PASSWORD, Rounds
from tests.web.pages import SIZES, assert_accessible

if TYPE_CHECKING:
    from playwright.sync_api import Browser, BrowserContext, Page, ViewportSize

PICTURES = "ROUNDS_TEST_PICTURES"
"""A folder that gets a picture of every page looked at; without it none is taken."""
PATIENCE_MS = 20_000


@dataclass(kw_only=True)
class Person:
    """A page of a browser, and what it said and asked that it should not have."""

    name: str
    size: str
    page: Page
    pictures: Path | None
    faults: list[str] = field(default_factory=list)
    looked_at: int = 0

    def look(self, what: str) -> None:
        """The page as it stands has no fault that axe can see and fits the screen; it is kept as a picture."""
        self.page.wait_for_load_state("load")
        self.looked_at += 1
        if self.pictures is not None:
            name = f"{self.name} {self.looked_at:02} {what} {self.size}.png".replace(" ", "-")
            self.page.screenshot(path=self.pictures / name, full_page=True)
        assert_accessible(self.page)

    def sign_in(self, role: str) -> None:
        """From the start page, as people do."""
        self.page.goto("/")
        self.page.get_by_label("Email address").fill(f"{role}@demo.example")
        self.page.get_by_label("Password").fill(PASSWORD)
        self.press("Sign in")
        self.page.locator("body:not(:has(input[type=password]))").wait_for(state="attached")
        self.page.wait_for_load_state("load")

    def press(self, name: str) -> None:
        """Press the one button of this name."""
        self.page.get_by_role("button", name=name).click()

    def follow(self, name: str) -> None:
        """Follow the first link of this name that can be seen."""
        self.page.get_by_role("link", name=name).filter(visible=True).first.click()

    def go_to_desk(self, name: str) -> None:
        """By the masthead: a row of tabs, which a phone folds into a menu."""
        menu = self.page.locator(".masthead .menu")
        if menu.is_visible():
            menu.locator("summary").click()
            menu.get_by_role("link", name=name, exact=True).click()
        else:
            self.page.locator("nav.desks").get_by_role("link", name=name, exact=True).click()

    def choose(self, name: str | re.Pattern[str]) -> None:
        """Choose the option of this name."""
        self.page.get_by_role("radio", name=name).check()

    def tick(self, name: str) -> None:
        """Tick the box of this name."""
        self.page.get_by_role("checkbox", name=name, exact=True).check()

    def write(self, label: str, text: str) -> None:
        """Fill in the field of this label."""
        self.page.get_by_label(label, exact=True).fill(text)

    def sees(self, text: str | re.Pattern[str]) -> None:
        """It can be read on the page, now or in a moment."""
        self.page.get_by_text(text).first.wait_for(timeout=PATIENCE_MS)


@contextmanager
def person(browser: Browser, rounds: Rounds, name: str, size: str) -> Iterator[Person]:
    """A person in a browser context of their own, at the time of `rounds`. What they met in faults fails at the end."""
    viewport = cast("ViewportSize", SIZES[size])
    context = browser.new_context(viewport=viewport, base_url=rounds.url, locale="en-GB", timezone_id="Europe/London")
    context.set_default_timeout(PATIENCE_MS)
    context.clock.install(time=rounds.clock.now())
    folder = os.environ.get(PICTURES)
    pictures = Path(folder) if folder else None
    if pictures is not None:
        pictures.mkdir(parents=True, exist_ok=True)
    somebody = Person(name=name, size=size, page=context.new_page(), pictures=pictures)
    _watch(context, rounds.url, somebody.faults)
    yield somebody
    context.close()
    assert somebody.faults == []


def _watch(context: BrowserContext, url: str, faults: list[str]) -> None:
    """Note errors on the console, answers that are errors, and every wish to ask another host, which is not granted."""
    context.route(re.compile(rf"^(?!{re.escape(url)}/)http"), lambda route: route.abort())
    context.on("console", lambda said: faults.append(said.text) if said.type in ("error", "warning") else None)
    context.on("weberror", lambda error: faults.append(str(error.error)))
    context.on("response", lambda got: faults.append(f"{got.status} {got.url}") if got.status >= 400 else None)
    ours = (f"{url}/", "data:", "blob:", "about:")
    context.on("request", lambda asked: None if asked.url.startswith(ours) else faults.append(asked.url))
