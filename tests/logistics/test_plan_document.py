"""The plan document: as its schema says, by refs only, and enough for a stranger's program to check the plan."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from copy import deepcopy
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator, FormatChecker

from logistics.demo import DEMO_WEEK_FOLDER
from logistics.domain.week import IsoWeek
from logistics.gateways.clock import SystemClock
from logistics.gateways.geocoding.chain import ChainedGeocoder, gazetteer_provider
from logistics.persistence.database import Database, open_database
from logistics.persistence.geocodes import DatabaseGeocodeCache
from logistics.queries.network import find_network
from logistics.queries.plan_document import plan_document
from logistics.services.imports import import_network
from logistics.services.plan_week import PlanOrder, plan_week
from tests.logistics.plans import ROADS, StoredPlan, store_good_plan

ROOT = Path(__file__).parents[2]
SCHEMA = json.loads((ROOT / "logistics" / "schemas" / "plan.schema.json").read_text())
PROGRAM = ROOT / "benchmarks" / "check_plan_document.py"

type Json = dict[str, Any]


@pytest.fixture
def stored(database: Database) -> StoredPlan:
    """The tiny network with its good plan."""
    return store_good_plan(database)


@pytest.fixture
def document(stored: StoredPlan) -> Json:
    """The tiny plan as a stranger reads it from a file."""
    with stored.database.reading(stored.network_id) as session:
        written: Json = json.loads(json.dumps(plan_document(session, stored.plan_id)))
    return written


def schema_faults(document: Json) -> list[str]:
    """What the schema says against a document."""
    validator = Draft202012Validator(SCHEMA, format_checker=FormatChecker())
    return [f"{list(error.path)}: {error.message}" for error in validator.iter_errors(document)]


def test_the_schema_is_one() -> None:
    """The schema itself keeps draft 2020-12."""
    Draft202012Validator.check_schema(SCHEMA)


def test_a_document_is_as_the_schema_says(document: Json) -> None:
    """Each field is there, of its type, and no other."""
    assert schema_faults(document) == []


@pytest.mark.parametrize("path", [["orders", 0, "quantity"], ["routes", 0, "stops", 0, "leg_s"], ["totals", "doors"]])
def test_a_missing_field_is_against_the_schema(document: Json, path: list[Any]) -> None:
    """The schema is not one that everything satisfies."""
    part: Any = document
    for step in path[:-1]:
        part = part[step]
    del part[path[-1]]
    assert schema_faults(document)


def every_object(part: Any) -> Iterator[Json]:
    """All object descriptions of a schema."""
    if isinstance(part, dict):
        if "properties" in part:
            yield part
        for inner in part.values():
            yield from every_object(inner)
    elif isinstance(part, list):
        for inner in part:
            yield from every_object(inner)


def described(part: Json) -> bool:
    """Whether a field says what it means, itself or where it refers to."""
    return "description" in part or "description" in SCHEMA["$defs"][part["$ref"].rsplit("/", 1)[-1]]


def test_every_field_is_described() -> None:
    """Each field has words, its own or those of the type it refers to."""
    silent = [
        name for part in every_object(SCHEMA) for name, field in part["properties"].items() if not described(field)
    ]
    assert silent == []


def test_the_page_names_every_part() -> None:
    """docs/plan-document.md has each part of the document in its table."""
    page = (ROOT / "docs" / "plan-document.md").read_text()
    table = {
        name for row in re.findall(r"^\| (`[^|]+) \|", page, flags=re.MULTILINE) for name in re.findall(r"`(\w+)`", row)
    }
    assert table == set(SCHEMA["properties"])


def test_people_are_refs(document: Json) -> None:
    """No name, no phone, no address, no coordinates; what somebody needs is in no field."""
    text = json.dumps(document)
    for private in (
        "Resident",
        "Volunteer ",
        "07700",
        "Test Row",
        "Cedar Court",
        "SE16",
        "51.5",
        "-0.05",
        "milk",
        "vegan",
    ):
        assert private not in text
    assert {route["volunteer"] for route in document["routes"]} == {"V001", "V003"}


def test_totals_count_portions_orders_and_people(document: Json) -> None:
    """A part-served order is neither served nor unserved; a parcel feeds its household."""
    products = document["totals"]["products"]
    assert products["hot_meal"] == {
        "quantity": {"wanted": 5, "served": 3, "unserved": 2, "collected": 0},
        "orders": {"wanted": 3, "served": 1, "part_served": 1, "unserved": 1},
        "people": {"wanted": 5, "served": 3, "unserved": 2},
    }
    assert products["parcel"]["quantity"] == {"wanted": 3, "served": 3, "unserved": 0, "collected": 1}
    assert products["parcel"]["people"] == {"wanted": 5, "served": 5, "unserved": 0}
    assert document["totals"]["households"] == {"wanted": 6, "served": 4, "part_served": 2, "unserved": 0}


def test_instants_are_local_with_their_offset(document: Json) -> None:
    """The same wall time in winter and summer reads as people read it."""
    assert document["routes"][0]["departs_at"] == "2026-11-30T11:30:00+00:00"


def test_the_same_plan_is_the_same_document(stored: StoredPlan, document: Json) -> None:
    """Two documents can be compared line by line."""
    with stored.database.reading(stored.network_id) as session:
        assert plan_document(session, stored.plan_id) == document


@pytest.fixture(scope="module")
def planned(tmp_path_factory: pytest.TempPathFactory, sqlite_tables: Path) -> Json:
    """The bundled demo week, imported and planned in a second."""
    path = tmp_path_factory.mktemp("planned") / "rounds.sqlite"
    shutil.copyfile(sqlite_tables, path)
    database = open_database(f"sqlite:///{path}")
    now = datetime(2026, 11, 26, 15, tzinfo=UTC)
    geocoder = ChainedGeocoder(cache=DatabaseGeocodeCache(database, SystemClock()), providers=[gazetteer_provider()])
    assert not import_network(database, DEMO_WEEK_FOLDER, now=now, geocoder=geocoder).problems
    with database.unscoped_reading() as session:
        network_id = find_network(session).id
    order = PlanOrder(week=IsoWeek.of(date(2026, 12, 1)), seconds=1)
    plan_id = plan_week(database, network_id, order, roads=ROADS, now=now)
    with database.reading(network_id) as session:
        written: Json = json.loads(json.dumps(plan_document(session, plan_id)))
    database.close()
    return written


def run_program(document: Json, folder: Path) -> subprocess.CompletedProcess[str]:
    """Run the stand-alone program, in isolated mode so that nothing of ours can be imported."""
    path = folder / "plan.json"
    path.write_text(json.dumps(document))
    return subprocess.run(
        [sys.executable, "-I", str(PROGRAM), str(path), str(DEMO_WEEK_FOLDER)],
        capture_output=True,
        text=True,
        check=False,
    )


def test_a_real_plan_passes_schema_and_program(planned: Json, tmp_path: Path) -> None:
    """A stranger's program, with the spreadsheets alone, finds nothing against a plan of ours."""
    assert schema_faults(planned) == []
    assert planned["totals"]["doors"] > 20
    result = run_program(planned, tmp_path)
    assert (result.returncode, result.stderr) == (0, ""), result.stdout
    assert result.stdout.startswith("0 faults")


def first_stop(document: Json, kind: str) -> Json:
    """The first stop of a kind."""
    stop: Json = next(stop for route in document["routes"] for stop in route["stops"] if stop["kind"] == kind)
    return stop


def late(document: Json) -> None:
    """The first door is served four hours later."""
    stop = first_stop(document, "delivery")
    hour = int(stop["service_at"][11:13])
    stop["service_at"] = f"{stop['service_at'][:11]}{hour + 4:02d}{stop['service_at'][13:]}"


def forgotten(document: Json) -> None:
    """Whatever is not served is not spoken of."""
    document["unserved"].clear()


def invented_order(document: Json) -> None:
    """An order for one portion more than its household asked for."""
    document["orders"][0]["quantity"] += 1


def too_many(document: Json) -> None:
    """A pickup loads more than it should."""
    loaded = (item for route in document["routes"] for stop in route["stops"] for item in stop["items"])
    next(item for item in loaded if item["order"] is None and item["product"] is not None)["quantity"] += 500


def another_driver(document: Json) -> None:
    """A volunteer drives who offered no such shift."""
    crew = document["routes"][0]["crew"]
    crew[0]["volunteer"] = "V001" if crew[0]["volunteer"] != "V001" else "V002"


def wrong_load(document: Json) -> None:
    """The sheet says a portion more than is on board."""
    first_stop(document, "delivery")["load"]["portions"] += 1


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (late, "times:"),
        (forgotten, "balance:"),
        (invented_order, "invented:"),
        (too_many, "cargo:"),
        (another_driver, "shift:"),
        (wrong_load, "load:"),
    ],
    ids=lambda value: getattr(value, "__name__", ""),
)
def test_the_program_finds_what_was_tampered_with(planned: Json, tmp_path: Path, change: Any, words: str) -> None:
    """A program that passes everything proves nothing."""
    document = deepcopy(planned)
    change(document)
    result = run_program(document, tmp_path)
    assert result.returncode == 1, result.stderr
    assert words in result.stdout
