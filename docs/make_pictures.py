"""Take the pictures of the README and the role pages from the running demo, in a real browser.

    python docs/make_pictures.py                        starts a demo in a folder of its own, and ends it
    python docs/make_pictures.py --log FILE             uses a demo that runs; FILE holds what it printed
    python docs/make_pictures.py --only board donor     only these
    python docs/make_pictures.py --into FOLDER          another place than docs/pictures

It needs what the tests need (Playwright, and a Chromium). A driver's link opens on one phone only, so with `--log` the
driver's pictures can be taken once. The demo's people are made up.
"""

# ruff: noqa: INP001 - a script beside the pages it serves, not a package
from __future__ import annotations

import argparse
import base64
import os
import re
import signal
import struct
import subprocess
import sys
import tempfile
import time
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

ROOT = Path(__file__).parent.parent
LAPTOP, PHONE = (1366, 768), (390, 844)
MOST_BYTES = 200_000
STARTS_WITHIN_S = 180
FLAGS = (
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Demo:
    """The ways into a running demo, as it printed them."""

    url: str
    password: str
    link: str
    phone_end: str

    @classmethod
    def of_output(cls, text: str) -> Demo | None:
        """From what the demo printed; None until it has printed all of it."""
        url = re.search(r"is served at (http://\S+)", text)
        password = re.search(r"password of this run: (\S+)", text)
        link = re.search(r"(http://\S+/d#\S+)", text)
        phone_end = re.search(r"driver's phone: (\d+)", text)
        if not (url and password and link and phone_end):
            return None
        return cls(url=url[1], password=password[1], link=link[1], phone_end=phone_end[1])


@contextmanager
def demo_of_its_own() -> Iterator[Demo]:
    """A demo in a temporary home on a free port, until the block ends."""
    with tempfile.TemporaryDirectory() as home, (Path(home) / "output").open("w+", encoding="utf-8") as output:
        settings = {name: value for name, value in os.environ.items() if not name.startswith("ROUNDS_")}
        process = subprocess.Popen(
            [sys.executable, "-m", "logistics.cli", "demo", "--bind", "127.0.0.1:0"],
            cwd=ROOT,
            env={**settings, "ROUNDS_HOME": home, "PYTHONUNBUFFERED": "1"},
            stdout=output,
            stderr=subprocess.STDOUT,
        )
        try:
            yield _once_it_serves(process, Path(output.name))
        finally:
            process.send_signal(signal.SIGTERM)
            process.wait(timeout=60)


def _once_it_serves(process: subprocess.Popen[bytes], output: Path) -> Demo:
    deadline = time.monotonic() + STARTS_WITHIN_S
    while time.monotonic() < deadline and process.poll() is None:
        demo = Demo.of_output(output.read_text(encoding="utf-8"))
        if demo is not None:
            return demo
        time.sleep(0.5)
    raise SystemExit(f"The demo did not start:\n{output.read_text(encoding='utf-8')}")


@contextmanager
def window(browser: Browser, demo: Demo, size: tuple[int, int]) -> Iterator[Page]:
    """A page of this size, as somebody in London sees it."""
    context = browser.new_context(
        viewport={"width": size[0], "height": size[1]}, base_url=demo.url, locale="en-GB", timezone_id="Europe/London"
    )
    try:
        yield context.new_page()
    finally:
        context.close()


def sign_in(page: Page, demo: Demo, email: str) -> None:
    """As one of the demo's accounts."""
    page.goto("/")
    page.locator("input[type=email]").fill(email)
    page.locator("input[type=password]").fill(demo.password)
    page.keyboard.press("Enter")
    page.locator("input[type=password]").wait_for(state="detached")
    page.wait_for_load_state("networkidle")


def settled(page: Page) -> None:
    """Nothing is on its way any more, frames included; the pointer rests nowhere."""
    page.wait_for_load_state("networkidle")
    page.mouse.move(0, 0)
    page.evaluate("document.activeElement && document.activeElement.blur()")
    page.wait_for_timeout(1200)


def board(browser: Browser, demo: Demo, into: Path) -> None:
    """The dispatcher's week, with one day on the map."""
    with window(browser, demo, LAPTOP) as page:
        sign_in(page, demo, "dispatcher@demo.example")
        page.get_by_role("link", name="Tue", exact=True).click()
        keep(page, into / "board.png")


def labels(browser: Browser, demo: Demo, into: Path) -> None:
    """Bag labels as printed, around the first one for somebody with an allergy."""
    with window(browser, demo, (794, 560)) as page:
        sign_in(page, demo, "dispatcher@demo.example")
        page.get_by_role("link", name="Print", exact=True).click()
        page.get_by_role("link", name="Bag labels").click()
        page.get_by_role("link", name="Tue", exact=False).click()
        page.emulate_media(media="print")
        labels_of_food = page.locator(".label-bag", has=page.locator(".contains"))
        labels_of_food.filter(has=page.locator(".warnline")).first.evaluate(
            "it => it.scrollIntoView({block: 'center'})"
        )
        keep(page, into / "bag-labels.png")


def driver(browser: Browser, demo: Demo, into: Path) -> None:
    """The route on offer, and a door: the first one where an allergy counts, else the first."""
    with window(browser, demo, PHONE) as page:
        page.goto(demo.link)
        page.locator("#digits").fill(demo.phone_end)
        page.get_by_role("button", name="Open my route").click()
        keep(page, into / "driver-offer.png")
        page.get_by_role("button", name="Accept the route").click()
        page.wait_for_load_state("networkidle")
        press(page, "Loaded", times=9)
        press(page, "Delivered", times=doors_before_an_allergy(page))
        at_noon(page)
        keep(page, into / "driver.png")


def press(page: Page, name: str, *, times: int) -> None:
    """Press this button on up to so many pages in a row."""
    button = page.get_by_role("button", name=name, exact=True)
    for _ in range(times):
        if button.count():
            button.click()
            page.wait_for_load_state("networkidle")


def doors_before_an_allergy(page: Page) -> int:
    """How many doors of the route come before the first with an allergy; 0 when there is none."""
    if page.locator(".allergy").count():
        return 0
    for position, line in enumerate(page.locator(".later > li").all(), start=1):
        if "Allergy:" in (line.text_content() or ""):
            return position
    return 0


def at_noon(page: Page) -> None:
    """Let the food clock show what it shows half an hour before the limit, whenever this runs."""
    until = page.locator(".foodclock[data-until]")
    if until.count():
        limit = page.evaluate("value => new Date(value).getTime()", until.first.get_attribute("data-until"))
        page.clock.set_fixed_time(limit / 1000 - 30 * 60)  # the library takes seconds
        page.wait_for_timeout(21_000)


def donor(browser: Browser, demo: Demo, into: Path) -> None:
    """A kitchen's form to log a donation, filled in by "Same again"."""
    with window(browser, demo, PHONE) as page:
        sign_in(page, demo, "donor@demo.example")
        page.get_by_role("link", name="Log a donation").first.click()
        page.get_by_role("link", name="Same again").click()
        keep(page, into / "donor.png")


def keep(page: Page, path: Path) -> None:
    """Write what the window shows, as a small file."""
    settled(page)
    path.write_bytes(with_palette(pixels_of(page, page.screenshot())))


def pixels_of(page: Page, png: bytes) -> np.ndarray:
    """A picture as height x width x 3 bytes, decoded by the browser that made it."""
    with page.context.browser.new_context() as context:  # type: ignore[union-attr]  # it was launched, so it is there
        width, height, raw = context.new_page().evaluate(
            """async png => {
                const bytes = Uint8Array.from(atob(png), letter => letter.charCodeAt(0));
                const image = await createImageBitmap(new Blob([bytes], {type: "image/png"}));
                const pen = new OffscreenCanvas(image.width, image.height).getContext("2d");
                pen.drawImage(image, 0, 0);
                const data = pen.getImageData(0, 0, image.width, image.height).data;
                let text = "";
                for (let at = 0; at < data.length; at += 32768) text += String.fromCharCode(...data.subarray(at, at + 32768));
                return [image.width, image.height, btoa(text)];
            }""",
            base64.b64encode(png).decode(),
        )
    return np.frombuffer(base64.b64decode(raw), dtype=np.uint8).reshape(height, width, 4)[:, :, :3]


def with_palette(pixels: np.ndarray) -> bytes:
    """A PNG of at most 256 colours: the commonest, and for each other one the nearest of them."""
    height, width, _ = pixels.shape
    colours, where, counts = np.unique(pixels.reshape(-1, 3), axis=0, return_inverse=True, return_counts=True)
    palette = colours[np.argsort(-counts, kind="stable")[:256]].astype(np.int64)
    nearest = np.empty(len(colours), dtype=np.uint8)
    for start in range(0, len(colours), 4096):
        some = colours[start : start + 4096].astype(np.int64)
        nearest[start : start + 4096] = ((some[:, None] - palette[None]) ** 2).sum(axis=2).argmin(axis=1)
    rows = nearest[where.reshape(height, width)]
    lines = np.hstack([np.zeros((height, 1), dtype=np.uint8), rows]).tobytes()
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body))
        for name, body in (
            (b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 3, 0, 0, 0)),
            (b"PLTE", palette.astype(np.uint8).tobytes()),
            (b"IDAT", zlib.compress(lines, 9)),
            (b"IEND", b""),
        )
    )


PICTURES: dict[str, Callable[[Browser, Demo, Path], None]] = {
    "board": board,
    "labels": labels,
    "driver": driver,
    "donor": donor,
}


def take(demo: Demo, names: list[str], into: Path) -> None:
    """Each of these pictures; says which are too large for a page that people open on a phone."""
    from playwright.sync_api import sync_playwright

    sys.path.insert(0, str(ROOT))
    from tests.chromium import find_chromium

    into.mkdir(parents=True, exist_ok=True)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=find_chromium(), args=list(FLAGS))
        for name in names:
            PICTURES[name](browser, demo, into)
        browser.close()
    for picture in sorted(into.glob("*.png")):
        size = picture.stat().st_size
        remark = "  too large" if size > MOST_BYTES else ""
        sys.stdout.write(f"{picture.name}: {size // 1000} kB{remark}\n")


def main() -> None:
    """Read the command line."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--log", type=Path, help="what a running demo printed")
    parser.add_argument("--only", nargs="+", choices=list(PICTURES), default=list(PICTURES))
    parser.add_argument("--into", type=Path, default=ROOT / "docs" / "pictures")
    options = parser.parse_args()
    if options.log is None:
        with demo_of_its_own() as demo:
            take(demo, options.only, options.into)
        return
    running = Demo.of_output(options.log.read_text(encoding="utf-8"))
    if running is None:
        raise SystemExit(f"{options.log} does not hold what a running demo prints.")
    take(running, options.only, options.into)


if __name__ == "__main__":
    main()
