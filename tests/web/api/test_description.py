"""The OpenAPI document: everything that answers as JSON is in it, and answers as it says, whatever is sent."""

from __future__ import annotations

import inspect
import logging
from collections.abc import Mapping
from typing import Any

import jsonschema
import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from schemathesis.generation import GenerationMode

from logistics.domain.vocabulary import Role
from logistics.persistence.engine import make_engine
from logistics.persistence.tables import Route
from tests.crawl.network import DRIVER, OpenNetwork, open_network
from tests.web.world import Visitor
from web.api.description import ERROR, openapi_of
from web.api.operations import OPERATIONS
from web.security.boundary import BoundedApp

EXAMPLES = 25
NOT_DESCRIBED = {
    "dispatch.day_stream": "an answer that goes on by itself, in events",
    "map_assets.cell": "a piece of the ground map, in the map file's own packed form",
    "drive.report": "a form",
}


def test_every_view_that_answers_as_json_is_described(app: BoundedApp) -> None:
    """A view that makes JSON and stands in no operation is one that nobody can check."""
    described = {operation.endpoint for operation in OPERATIONS}
    forgotten = []
    for endpoint, view in app.view_functions.items():
        if endpoint.startswith("security."):
            continue
        plain = inspect.unwrap(view)
        returns = str(inspect.signature(plain).return_annotation)
        names = plain.__code__.co_names
        if ("jsonify" in names or returns.startswith("dict[")) and endpoint not in described | set(NOT_DESCRIBED):
            forgotten.append(endpoint)
    assert forgotten == []


def test_description_is_served_to_everybody_and_is_valid(visitor: Visitor, app: BoundedApp) -> None:
    """It is the same document as the one made here, and it names no version of the product."""
    served = visitor.get("/openapi.json")
    assert served.status_code == 200
    assert served.json == openapi_of(app)
    for path in served.json["paths"].values():
        for operation in path.values():
            for answer in operation["responses"].values():
                for content in answer.get("content", {}).values():
                    jsonschema.Draft202012Validator.check_schema(content["schema"])


def test_watching_words_say_nothing_about_anybody(visitor: Visitor) -> None:
    """Alive and ready are one word each."""
    assert visitor.get("/healthz").json == {"status": "ok"}
    assert visitor.get("/readyz").json == {"status": "ready"}


def test_not_ready_while_the_tables_are_of_another_version(app: BoundedApp, visitor: Visitor) -> None:
    """Behind a migration the process is alive and not ready, and the reason names no version."""
    held = app.extensions["food_rounds"]
    with held.database.engine.begin() as connection:
        connection.exec_driver_sql("UPDATE alembic_version SET version_num = '0003'")
    assert visitor.get("/healthz").status_code == 200
    answer = visitor.get("/readyz")
    assert answer.status_code == 503
    assert answer.json == {"error": "The database has the tables of another version."}


def test_not_ready_while_no_database_answers(app: BoundedApp, visitor: Visitor) -> None:
    """A PostgreSQL that is away is a sentence and no fault, and its address is told to nobody."""
    held = app.extensions["food_rounds"]
    held.database.engine.dispose()
    held.database.engine = make_engine("postgresql+psycopg://nobody:secret@127.0.0.1:1/none")
    answer = visitor.get("/readyz")
    assert answer.status_code == 503
    assert answer.json == {"error": "The database does not answer."}


def _ids(network: OpenNetwork) -> Mapping[str, str]:
    """Real rows for the parts of a path, so that not every question ends at the door."""
    found = {}
    for address in network.crawled.addresses:
        if address.endpoint == "dispatch.draft":
            found["draft_id"] = address.url.rpartition("/")[2]
        if address.endpoint == "dispatch.replan":
            found["replan_id"] = address.url.rpartition("/")[2]
    with network.world.session() as session:
        found["day"] = str(session.query(Route.service_date).limit(1).scalar())
    return found


@pytest.mark.slow
@pytest.mark.parametrize("who", [Role.COORDINATOR.value, DRIVER])
def test_schemathesis_finds_no_fault(who: str) -> None:
    """Right and wrong questions by somebody who may ask them: never a server error, always an answer of the described form."""
    logging.getLogger("web.errors").setLevel(logging.ERROR)
    with open_network() as network:
        client = network.come(who)
        ids = _ids(network)
        schema = schemathesis.openapi.from_dict(openapi_of(network.app))
        statuses: dict[int, int] = {}
        for result in schema.get_all_operations():
            _try_operation(result.ok(), client, ids, statuses)
        assert sum(statuses.values()) > 10 * EXAMPLES
        assert statuses.get(200, 0) > EXAMPLES


def _try_operation(operation: Any, client: Visitor, ids: Mapping[str, str], statuses: dict[int, int]) -> None:
    described = operation.definition.raw
    takes_something = described["parameters"] or "requestBody" in described
    for mode in (GenerationMode.POSITIVE, GenerationMode.NEGATIVE) if takes_something else (GenerationMode.POSITIVE,):
        real = ids if mode is GenerationMode.POSITIVE else {}
        _try_cases(operation.as_strategy(generation_mode=mode), client, real, statuses)


def _try_cases(strategy: Any, client: Visitor, ids: Mapping[str, str], statuses: dict[int, int]) -> None:
    @given(case=strategy)
    @settings(
        max_examples=EXAMPLES,
        deadline=None,
        database=None,
        derandomize=True,
        phases=(Phase.generate,),
        suppress_health_check=list(HealthCheck),
    )
    def check(case: Any) -> None:
        for name in set(case.path_parameters or {}) & set(ids):
            case.path_parameters[name] = ids[name]
        answer = _send(client, case)
        statuses[answer.status_code] = statuses.get(answer.status_code, 0) + 1
        assert answer.status_code < 500, (case.formatted_path, answer.text[:300])
        told = case.operation.definition.raw["responses"].get(str(answer.status_code))
        if told is None or answer.mimetype != "application/json":
            # What was spoilt may lead to no view at all: an address that is none, or asked in a way that is none.
            assert answer.status_code in (308, 404, 405, 413), (
                case.formatted_path,
                answer.status_code,
                answer.mimetype,
            )
            return
        schema = told["content"]["application/json"]["schema"]
        jsonschema.validate(answer.json, ERROR if "$ref" in schema else schema, jsonschema.Draft202012Validator)

    check()


def _send(client: Visitor, case: Any) -> Any:
    headers = {
        name: str(value)
        for name, value in (case.headers or {}).items()
        if name.lower() not in ("x-csrftoken", "host", "content-length", "cookie")
        and str(value).isascii()
        and str(value).isprintable()
    }
    headers["Accept"] = "application/json"
    sent: dict[str, Any] = {}
    if case.method.upper() == "POST":
        sent["json" if _is_json(case.body) else "data"] = case.body if _is_json(case.body) else b"not json"
    return client.open(case.formatted_path, method=case.method, query_string=_flat(case.query), headers=headers, **sent)


def _is_json(body: Any) -> bool:
    return isinstance(body, dict | list | str | int | float | bool) or body is None


def _flat(query: Any) -> dict[str, Any]:
    return {str(name): value if isinstance(value, list) else str(value) for name, value in (query or {}).items()}
