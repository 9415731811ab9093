"""A coordinator hands out what is kept of somebody, and erases them: only with a reason and the reference typed."""

from __future__ import annotations

import io
import zipfile

import pytest
from sqlalchemy import select

from logistics.domain.vocabulary import Role
from logistics.jobs.keeping_times import SETTLE_EVERY, KeepingTimes
from logistics.persistence.tables import AuditEvent, Erasure, Household, Volunteer
from tests.web.dispatch.planned import published_week
from tests.web.world import NOW, World
from web.security.boundary import BoundedApp


@pytest.mark.parametrize(("kind", "ref"), [("household", "H0077"), ("volunteer", "V077")])
def test_handed_out_and_erased(app: BoundedApp, world: World, kind: str, ref: str) -> None:
    """The file is a ZIP that nobody keeps on the way; a wrong reference is refused beside its field; then they are gone."""
    is_household = kind == "household"
    person_id = (
        world.household(ref, contact_name="Zed Quill") if is_household else world.volunteer(ref, name="Zed Quill")
    )
    desk = world.enter(app, world.account_of(Role.COORDINATOR))
    path = f"/{kind}s/{person_id}"
    assert f"{path}/data" in desk.get(path).text
    assert f"Personal data of {ref}" in desk.get(f"{path}/data").text

    file = desk.post(f"{path}/data/file")
    assert (file.status_code, file.headers["Cache-Control"]) == (200, "no-store")
    with zipfile.ZipFile(io.BytesIO(file.data)) as packed:
        assert "Zed Quill" in packed.read("your-data.html").decode()

    refused = desk.post(f"{path}/data", data={"reason": "", "typed": "H0001"})
    assert refused.status_code == 422
    assert "Choose why" in refused.text
    assert f"Type {ref} to show that you mean this one" in refused.text
    assert desk.post(f"{path}/data", data={"reason": "retention", "typed": ref}).status_code == 422

    done = desk.post(f"{path}/data", data={"reason": "asked", "typed": ref})
    assert done.status_code == 302
    assert "Zed Quill" not in desk.get(f"/{kind}s").text
    assert "Zed Quill" not in desk.get(f"/{kind}s?closed=1&only=closed").text
    for page in (path, f"{path}/data", f"{path}/edit"):
        assert desk.get(page).status_code == 404
    assert desk.post(f"{path}/data/file").status_code == 404
    with world.session() as session:
        row = session.get_one(Household if is_household else Volunteer, person_id)
        assert row.erased_at is not None
        actions = session.scalars(select(AuditEvent.action).where(AuditEvent.subject_id == person_id)).all()
        assert [each for each in actions if each.startswith("person_")] == ["person_exported", "person_erased"]


def test_the_worker_overwrites_within_a_minute(app: BoundedApp, world: World) -> None:
    """What a page erased is on the list and overwritten at the worker's next look but one minute."""
    services = world.services
    job = KeepingTimes(services.database, services.settings.home)
    job.look_round(NOW)
    household_id = world.household("H0078")
    desk = world.enter(app, world.account_of(Role.COORDINATOR))
    desk.post(f"/households/{household_id}/data", data={"reason": "asked", "typed": "H0078"})
    job.look_round(NOW + SETTLE_EVERY / 2)
    assert not (services.settings.home / "erasures.jsonl").exists()
    job.look_round(NOW + SETTLE_EVERY)
    assert str(household_id) in (services.settings.home / "erasures.jsonl").read_text()
    with world.session() as session:
        assert session.scalars(select(Erasure.wiped_at)).one() is not None


def test_a_household_of_this_week_says_why_not_yet(app: BoundedApp, world: World) -> None:
    """In place of the form stands what has to be over first; posting all the same is refused with the same words."""
    plan = published_week(world)
    desk = world.enter(app, world.account_of(Role.COORDINATOR))
    path = f"/households/{plan.ids['H0004']}/data"
    page = desk.get(path).text
    assert "Not yet. A driver is to go there on Monday 30 November." in page
    assert "Erase for good" not in page
    assert desk.post(path, data={"reason": "asked", "typed": "H0004"}).status_code == 409
