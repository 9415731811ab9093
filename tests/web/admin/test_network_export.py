"""The network taken away as spreadsheets from its page: by whom, what is in the file, and what is not, on both databases."""

from __future__ import annotations

import dataclasses
import io
import zipfile
from collections.abc import Callable
from pathlib import Path

import openpyxl
import pytest

from logistics.domain.vocabulary import Role
from logistics.persistence.tables import AuditEvent
from logistics.settings import Settings
from tests.web.world import Visitor, World
from web.security.boundary import BoundedApp


@pytest.fixture
def settings(tmp_path: Path, upgraded_url: str) -> Settings:
    """The defaults, with a home of this test's own and a database of each kind."""
    return dataclasses.replace(Settings.from_environment({"ROUNDS_HOME": str(tmp_path)}), database_url=upgraded_url)


def test_a_coordinator_gets_both_files(world: World, signed_in: Callable[..., Visitor]) -> None:
    """Kept by nobody on the way, with no cell that is run, without the address of a refuge, each written down."""
    world.household("H0001", contact_name="=HYPERLINK(1)")
    hidden = world.site()
    world.household("H0002", contact_name="Zed Quill", site_id=hidden, confidential_address=True)
    desk = signed_in(Role.COORDINATOR)
    assert "Get one workbook" in desk.get("/network").text
    packed = desk.post("/network/export", data={"form": "zip"})
    assert (packed.status_code, packed.headers["Cache-Control"]) == (200, "no-store")
    assert packed.headers["Content-Disposition"].endswith('.zip"')
    with zipfile.ZipFile(io.BytesIO(packed.data)) as archive:
        (name,) = (name for name in archive.namelist() if name.endswith("/households.csv"))
        notes = archive.read(name.replace("households.csv", "notes.txt")).decode()
        header, first, second = archive.read(name).decode("utf-8-sig").splitlines()
    assert "confidential: H0002." in notes
    assert header.startswith("ref,group,")
    assert ",'=HYPERLINK(1)," in first
    assert ",Zed Quill," in second
    assert "Test Row" in first
    assert "Test Row" not in second
    book = openpyxl.load_workbook(io.BytesIO(desk.post("/network/export", data={"form": "xlsx"}).data))
    assert "confidential: H0002." in book["notes"].cell(2, 1).value
    cell = book["households"].cell(2, 4)
    assert (cell.value, cell.data_type) == ("=HYPERLINK(1)", "s")
    assert book["households"].cell(3, 7).value is None
    with world.session() as session:
        entries = session.query(AuditEvent).filter_by(action="network_exported").order_by(AuditEvent.number).all()
    assert [(entry.details["to"], entry.details["households"]) for entry in entries] == [("zip", 2), ("xlsx", 2)]
    assert {entry.details["with_confidential"] for entry in entries} == {False}


@pytest.mark.parametrize("form", ["", "folder", "exe"])
def test_what_is_no_file_leads_back(world: World, signed_in: Callable[..., Visitor], form: str) -> None:
    """And nothing is written down: nothing was taken."""
    assert signed_in(Role.COORDINATOR).post("/network/export", data={"form": form}).status_code == 303
    with world.session() as session:
        assert session.query(AuditEvent).filter_by(action="network_exported").count() == 0


def test_an_admin_does_not_see_it(signed_in: Callable[..., Visitor], app: BoundedApp) -> None:
    """The page is theirs as well, people's data are not."""
    del app
    admin = signed_in(Role.ADMIN)
    assert "Get one workbook" not in admin.get("/network").text
    assert admin.post("/network/export", data={"form": "zip"}).status_code == 403
