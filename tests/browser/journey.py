"""What each person does on the day: one function for each part of it, through the pages alone."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import unquote

from playwright.sync_api import TimeoutError as NotInTime
from playwright.sync_api import expect

from tests.browser.person import Person

if TYPE_CHECKING:
    from playwright.sync_api import Locator

DISH = "Lentil and spinach curry"
DONOR = "Bermondsey food charity"
NAME = "Amina Rahman"
FIRST_NAME = "Amina"
STREET = "Flat 4, Marigold House"
POSTCODE = "SE17 2FT"
ANY_POSTCODE = re.compile(r"\b[A-Z]{1,2}\d{1,2}[A-Z]? \d[A-Z]{2}\b")
WEDNESDAY = "Wed 2 Dec"


@dataclass(frozen=True, slots=True, kw_only=True)
class Sent:
    """What a dispatcher sends to a driver: the link, and the number that the message goes to."""

    link: str
    phone: str
    letter: str
    bag: str


def donor_offers_lunch(donor: Person) -> None:
    """Thirteen portions for today, hot, vegan, with mustard and celery and without nuts or soya."""
    donor.sign_in("donor")
    donor.look("donations")
    donor.follow("Log a donation")
    donor.look("empty form")
    donor.choose("Hot")
    donor.write("Dish", DISH)
    donor.write("Portions", "13")
    for diet in ("Vegan", "Vegetarian", "Halal"):
        donor.tick(diet)
    donor.choose("It contains some of the 14")
    donor.tick("Celery")
    donor.tick("Mustard")
    donor.choose(WEDNESDAY)
    donor.write("Ready at", "11:45")
    donor.write("Collect by", "12:30")
    donor.look("filled form")
    donor.press("Offer this food")
    donor.sees("Logged for Wed 2 Dec")
    donor.look("logged")


def referrer_adds_household(referrer: Person) -> str:
    """One question a page; nuts and soya are not safe for them, and they eat vegan food. Returns the reference."""
    referrer.sign_in("referrer")
    referrer.look("requests")
    referrer.follow("Add a household")
    _answer_where_they_live(referrer)
    _answer_what_they_eat(referrer)
    _answer_what_they_would_like(referrer)
    referrer.sees("Check the answers")
    referrer.look("check")
    referrer.press("Ask for this food")
    said = referrer.page.get_by_role("status").inner_text()
    referrer.look("added")
    found = re.search(r"\bH\d+\b", said)
    assert found is not None, said
    return found.group()


def _continue(referrer: Person, title: str) -> None:
    expect(referrer.page.get_by_role("heading", level=1)).to_have_text(title)
    referrer.look(title.rstrip("?").replace(",", ""))
    referrer.page.locator("main").get_by_role("button", name="Continue").click()


def _answer_where_they_live(referrer: Person) -> None:
    referrer.write("Name to ask for at the door", NAME)
    referrer.write("Address", STREET)
    referrer.write("Postcode", POSTCODE)
    _continue(referrer, "Who is it for, and where do they live?")
    _continue(referrer, "How many people eat there?")
    referrer.write("Phone (optional)", "07700 900777")
    _continue(referrer, "How do we reach them?")
    referrer.write("Floor", "2")
    referrer.page.get_by_role("group", name="Is there a lift?").get_by_label("Yes").check()
    referrer.write("How to get in (optional)", "Buzzer 4, second door on the left")
    _continue(referrer, "How does the driver get to the door?")


def _answer_what_they_eat(referrer: Person) -> None:
    for legend in ("Name, address and phone", "Diet and allergies"):
        referrer.page.get_by_role("group", name=legend).get_by_label("Yes, they agree").check()
    _continue(referrer, "Do they agree that we keep this?")
    referrer.tick("Vegan")
    _continue(referrer, "Is there food they do not eat?")
    referrer.choose("Yes")
    referrer.tick("Nuts")
    referrer.tick("Soya")
    _continue(referrer, "Does anyone have a food allergy?")
    _continue(referrer, "Does anyone need softer food?")
    _continue(referrer, "Can they cook at home?")
    _continue(referrer, "What else would help?")


def _answer_what_they_would_like(referrer: Person) -> None:
    referrer.choose("Hot meal")
    referrer.tick("Wednesday")
    referrer.write("At home from", "12:00")
    referrer.write("until", "14:00")
    referrer.choose("Every week")
    _continue(referrer, "What would they like?")
    _continue(referrer, "Until when, and how much?")


def hot_meals_wanted_on_wednesday(dispatcher: Person) -> int:
    """As the board counts them before planning."""
    table = dispatcher.page.get_by_role("table", name="Orders by day")
    heads = table.get_by_role("columnheader").all_inner_texts()
    row = table.get_by_role("row").filter(has=dispatcher.page.get_by_role("rowheader", name="Hot meals"))
    cells = row.get_by_role("cell").all_inner_texts()
    return int(cells[next(n for n, head in enumerate(heads) if head.startswith("Wed")) - 1])


def dispatcher_plans(dispatcher: Person) -> None:
    """One button; the figures move without a reload; whoever will not wait for better routes has the best so far."""
    page = dispatcher.page
    dispatcher.press("Plan the week")
    page.get_by_role("button", name="Stop, keep the best").wait_for()
    page.evaluate("window.sameLoad = true")
    used = page.locator('[data-part="used"]')
    first = int(used.inner_text())
    page.locator('[data-part="line"][points]:not([points=""])').wait_for(state="attached")
    page.wait_for_function(
        "before => Number(document.querySelector('[data-part=used]').textContent) > before", arg=first
    )
    dispatcher.sees(re.compile(r"\d+ doors? reached, \d+ not yet"))
    assert page.evaluate("window.sameLoad"), "the figures moved only because the page was loaded again"
    dispatcher.look("planning")
    dispatcher.press("Stop, keep the best")
    page.get_by_text("Proposed, version 1").wait_for(timeout=40_000)
    dispatcher.look("proposed")


def dispatcher_reads_plan(dispatcher: Person, ref: str) -> None:
    """Whoever is left out has a reason; Wednesday's map has a mark for each door; the new household is on a route."""
    page = dispatcher.page
    reasons = page.locator(".why")
    for reason in reasons.all():
        assert len((reason.locator("> div").text_content() or "").split(". ", 1)[1]) > 20, reason.text_content()
    expect(reasons.or_(page.get_by_text("Everybody who asked is served.")).first).to_be_visible()
    _open_wednesday(dispatcher)
    marks = page.frame_locator("iframe").locator(".mark")
    marks.first.wait_for()
    dispatcher.look("wednesday")
    card = _card_of(dispatcher, ref)
    letter = card.locator(".badge").inner_text()
    # A mark stands for one door or for neighbours.
    marks.filter(has_text=re.compile(rf"^{letter}\d")).nth(2).wait_for(state="attached")
    expect(card.get_by_text(DISH)).to_have_count(1)


def _open_wednesday(dispatcher: Person) -> None:
    """The board of the one day, once its page is there: a click returns before the next page has come."""
    dispatcher.page.get_by_label("Days of the map").get_by_role("link", name="Wed").click()
    dispatcher.page.get_by_role("heading", level=1, name="Wednesday 2 December").wait_for()


def _card_of(dispatcher: Person, ref: str) -> Locator:
    """The opened card of the route that goes to this household."""
    card = dispatcher.page.locator(".rcard", has_text=ref)
    expect(card).to_have_count(1)
    if card.get_attribute("open") is None:
        card.locator("summary").click()
    return card


def dispatcher_publishes(dispatcher: Person) -> None:
    """Nothing is sent before the question is answered."""
    dispatcher.follow("Publish week")
    dispatcher.sees("Publish version 1 of week 49?")
    dispatcher.look("publish")
    dispatcher.press("Publish version 1")
    dispatcher.sees("No link yet")
    dispatcher.look("links")


def dispatcher_makes_link(dispatcher: Person, ref: str) -> Sent:
    """From the route of the new household, a link and the number it is sent to."""
    page = dispatcher.page
    dispatcher.follow("Back to the board")
    _open_wednesday(dispatcher)
    card = _card_of(dispatcher, ref)
    letter = card.locator(".badge").inner_text()
    bag = card.get_by_role("row").filter(has_text=ref).locator(".code").inner_text()
    card.get_by_role("link", name="Driver’s link").click()
    dispatcher.look("route")
    page.get_by_role("button", name="Make link").first.click()
    link = page.get_by_label("Link, route").input_value()
    dispatcher.look("link")
    message = page.get_by_role("link", name="Text message").get_attribute("href") or ""
    assert link in unquote(message)
    phone = message.removeprefix("sms:").split("?")[0]
    return Sent(link=link, phone=phone, letter=letter, bag=bag)


def driver_accepts(driver: Person, sent: Sent) -> None:
    """The link, the check, and an offer that names nobody."""
    driver.page.goto(sent.link)
    driver.page.wait_for_url("**/check")
    driver.look("check")
    driver.page.get_by_label("The last 3 digits").fill(sent.phone[-3:])
    driver.press("Open my route")
    driver.sees("Can you take this route?")
    driver.look("offer")
    source = driver.page.content()
    for personal in (NAME, FIRST_NAME, STREET, POSTCODE, "900777", "Resident", "Allergy", sent.bag):
        assert personal not in source, f"{personal} before accepting"
    assert not ANY_POSTCODE.search(source)
    driver.press("Accept the route")


def driver_delivers(driver: Person, sent: Sent) -> None:
    """Two doors, one of them the new household's, and nobody opens the third."""
    driver.sees("Put on board")
    driver.look("load")
    _load(driver)
    met = _see_their_bag(driver, sent)
    _deliver(driver, 1)
    if not met:
        _go_to(driver, DONOR)
        _load(driver)
        _go_to(driver, FIRST_NAME)
        assert _see_their_bag(driver, sent)
    _load(driver)
    _deliver(driver, 2)
    assert FIRST_NAME not in driver.page.content(), "a stop that is done keeps no name on the phone"
    _load(driver)
    driver.page.get_by_text("No reply", exact=True).click()
    driver.look("no reply")
    driver.press("Report no reply")
    driver.sees(re.compile(r"delivered, 1 not"))
    driver.look("after no reply")


def _load(driver: Person) -> None:
    """Every pickup until the next stop is a door."""
    for _ in range(12):
        header = driver.page.locator("h2.who")
        header.wait_for()
        if not driver.page.get_by_role("button", name="Loaded").count():
            return
        place = header.inner_text()
        try:
            driver.page.get_by_role("button", name="Loaded").click(timeout=5_000)
        except NotInTime:
            continue  # the page was drawn anew under the thumb: look again at what it asks for
        driver.page.wait_for_function("place => document.querySelector('h2.who')?.innerText !== place", arg=place)
    raise AssertionError("the loading never ended")


def _deliver(driver: Person, done: int) -> None:
    driver.look(f"door {done}")
    driver.press("Delivered")
    driver.sees(re.compile(rf"^{done} of \d+ delivered"))


def _go_to(driver: Person, name: str) -> None:
    """A driver chooses the order. Nothing to do where this stop is the next, or was visited."""
    page = driver.page
    line = page.locator("ol.later li", has_text=name)
    if page.locator("h2.who").inner_text() == name or not line.count():
        return
    if not line.is_visible():
        page.get_by_text(re.compile(r"\d+ more stops?")).click()
    line.get_by_text("Go here now").click()
    page.locator("h2.who", has_text=name).wait_for()


def _see_their_bag(driver: Person, sent: Sent) -> bool:
    """At their door: the way in, the dish in its bag, and what it must not hold; nothing more. False at another door."""
    page = driver.page
    if page.locator("h2.who").inner_text() != FIRST_NAME:
        return False
    for shown in (STREET, "Floor 2, lift", "Buzzer 4, second door on the left", "Allergy: nuts, soya"):
        expect(page.get_by_text(shown).first).to_be_visible()
    item = page.locator("ul.items li")
    expect(item).to_have_count(1)
    assert DISH in item.inner_text()
    assert sent.bag in item.inner_text()
    assert NAME not in page.content(), "a driver needs the first name alone"
    return True


def coordinator_finds_household(coordinator: Person, ref: str) -> None:
    """By the building, where a neighbour lives who is served as well; then by the end of the phone number, which is theirs alone."""
    coordinator.sign_in("coordinator")
    coordinator.look("start")
    if coordinator.size == "phone":
        coordinator.page.locator("summary", has_text="Menu").click()
        coordinator.follow("Search people and streets")
    search = coordinator.page.get_by_role("searchbox")
    search.fill("marigold house")
    search.press("Enter")
    coordinator.page.get_by_role("link", name=f"{NAME} {ref}").wait_for()
    coordinator.look("search")
    search.fill("0777")
    search.press("Enter")
    coordinator.page.get_by_role("heading", level=1, name=NAME).wait_for()
    expect(coordinator.page.get_by_text("Nuts and Soya")).to_be_visible()
    coordinator.look("household")
