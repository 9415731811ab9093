"""The page of threats keeps its word: each line names a test that is there."""

from __future__ import annotations

import ast
import re
from pathlib import Path

ROOT = Path(__file__).parent.parent
PAGE = ROOT / "docs" / "threat-model.md"


def lines() -> list[list[str]]:
    """The cells of the table, its head left out."""
    table = re.search(r"^\| Who \|.+?(?=\n\n)", PAGE.read_text(encoding="utf-8"), flags=re.MULTILINE | re.DOTALL)
    assert table, "the table is gone"
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in table[0].splitlines()[2:]]


def names_of(path: Path) -> set[str]:
    """The names of a file's tests."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    return {node.name for node in tree.body if isinstance(node, ast.FunctionDef) and node.name.startswith("test_")}


def test_every_threat_has_who_what_how_and_a_test_that_is_there() -> None:
    """A threat without a test is a hope; one whose test was renamed is one that nobody shows any more."""
    rows = lines()
    assert len(rows) > 25
    missing = []
    for row in rows:
        assert len(row) == 4, row
        assert all(row), row
        found = re.fullmatch(r"`(tests/[\w/]+\.py)::(test_\w+)`", row[3])
        if found is None or not (ROOT / found[1]).is_file() or found[2] not in names_of(ROOT / found[1]):
            missing.append(row[3])
    assert missing == []
