"""`rounds export`: what it writes, whom it lets read it, and what it refuses."""

from __future__ import annotations

import zipfile
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from logistics.cli import main
from tests.databases import sqlite_database
from tests.logistics.imports.conftest import FILES


@pytest.fixture
def small(tmp_path: Path) -> Path:
    """The small network as a folder."""
    folder = tmp_path / "small"
    folder.mkdir()
    for name, text in FILES.items():
        (folder / name).write_text(text, encoding="utf-8")
    return folder


def rounds(home: Path, *arguments: str | Path) -> Result:
    """Run the command on the database in this home."""
    environment = {"ROUNDS_HOME": str(home), "ROUNDS_DATABASE_URL": f"sqlite:///{home / 'rounds.sqlite'}"}
    return CliRunner(env=environment).invoke(main, [str(part) for part in arguments])


def test_out_and_in_again(tmp_path: Path, small: Path, sqlite_tables: Path) -> None:
    """A folder, a ZIP and a workbook, none readable by others, none written over; each is the same network."""
    home = tmp_path / "home"
    home.mkdir()
    with sqlite_database(home, sqlite_tables):
        assert rounds(home, "import", small).exit_code == 0
        out = tmp_path / "out"
        first = rounds(home, "export", out)
        assert first.exit_code == 0, first.output
        assert "households 2" in first.output
        assert "Note: Without their address, because it is confidential: H2." in first.output
        for path in (tmp_path / "out.zip", tmp_path / "out.xlsx"):
            assert rounds(home, "export", path).exit_code == 0
            assert path.stat().st_mode & 0o777 == 0o600
        assert out.stat().st_mode & 0o777 == 0o700
        assert {file.stat().st_mode & 0o777 for file in out.iterdir()} == {0o600}
        with zipfile.ZipFile(tmp_path / "out.zip") as archive:
            held = {name.rpartition("/")[2]: archive.read(name) for name in archive.namelist()}
        assert held == {file.name: file.read_bytes() for file in out.iterdir()}
        for path in (out, tmp_path / "out.zip", tmp_path / "out.xlsx"):
            again = rounds(home, "export", path)
            assert again.exit_code == 2
            assert "name a new" in again.output
        for path in (out, tmp_path / "out.xlsx"):
            told = rounds(home, "import", path).output
            assert "nothing changed" in told
            assert "ignored" not in told
        assert rounds(home, "export", tmp_path / "not" / "there").exit_code == 2
        assert "ends in .zip or .xlsx" in rounds(home, "export", tmp_path / "out.csv").output
        assert b"SE17 2FT" not in (out / "households.csv").read_bytes()
        assert rounds(home, "export", tmp_path / "all", "--with-confidential").exit_code == 0
        assert b"SE17 2FT" in (tmp_path / "all" / "households.csv").read_bytes()
        assert rounds(home, "export", tmp_path / "other", "--network", "nowhere").exit_code == 1
        assert not (tmp_path / "other").exists()
