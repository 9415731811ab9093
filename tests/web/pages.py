"""What browser tests share: opening a page as somebody, at the two sizes, and asking axe."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from axe_playwright_python.sync_playwright import Axe

from tests.web.world import PASSWORD

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

PHONE = {"width": 390, "height": 844}
LAPTOP = {"width": 1366, "height": 768}
SIZES = {"phone": PHONE, "laptop": LAPTOP}
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]


@contextmanager
def opened(
    browser: Browser, url: str, *, size: str = "laptop", dark: bool = False, script: bool = True, worker: bool = True
) -> Iterator[Page]:
    """A page in a context of its own. A message on the console that is an error fails the test at the end.

    Without `worker` nothing was fetched ahead, as on a first visit or where service workers are off.
    """
    context = browser.new_context(
        viewport=SIZES[size],  # type: ignore[arg-type]  # a width and a height
        color_scheme="dark" if dark else "light",
        java_script_enabled=script,
        service_workers="allow" if worker else "block",
        base_url=url,
    )
    page = context.new_page()
    said: list[str] = []
    page.on("console", lambda message: said.append(message.text) if message.type == "error" else None)
    page.on("pageerror", lambda error: said.append(str(error)))
    strangers: list[str] = []
    page.on(
        "request", lambda request: strangers.append(request.url) if not request.url.startswith((url, "data:")) else None
    )
    yield page
    context.close()
    # A page that was refused on purpose (404, 422) is reported by the browser as a failed load.
    assert [text for text in said if "Failed to load resource" not in text] == []
    assert strangers == [], "a page asked another host"


def sign_in(page: Page, email: str) -> None:
    """Through the sign-in page, as people do."""
    page.goto("/sign-in")
    page.get_by_label("Email address").fill(email)
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in").click()


# What is far below the screen has no size yet where a page leaves it out until it is near, and axe would measure a guess.
ALL_DRAWN = """() => {
    scrollTo(0, 0);
    for (const each of document.querySelectorAll("*"))
        if (getComputedStyle(each).contentVisibility === "auto") each.style.contentVisibility = "visible";
}"""


def assert_accessible(page: Page, *, script: bool = True) -> None:
    """No violation of WCAG 2.2 A or AA that axe can see, and no sideways scrolling.

    After a click that leads to another page, wait for something on that page first: what is asked of a page while the browser
    changes to the next may never be answered. `script`: whether the page may run scripts; axe needs timers, which a page
    without them has not, so that only its width is looked at.
    """
    page.wait_for_load_state("load")
    # Where a page was left scrolled, a bar that stays at the edge covers half a link, and axe calls the link too small.
    page.evaluate(ALL_DRAWN)
    if script:
        # Without resultTypes axe describes every element that passed as well: most of its time.
        results = Axe().run(page, options={"runOnly": RULES, "resultTypes": ["violations"]})
        assert results.violations_count == 0, results.generate_report()
    overflow = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
    assert overflow <= 0, f"the page is {overflow} px wider than the screen"
