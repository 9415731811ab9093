"""The long proof about spoilt folders, at the size that fits into the tests."""

from __future__ import annotations

import pytest

from benchmarks.mutated_imports import run


@pytest.mark.slow
def test_spoilt_folders_are_told_and_leave_nothing() -> None:
    """Twenty-five spoilt folders: no stack trace, nothing half-saved, each message names file and line."""
    counts = run(25, seed=0)
    assert sum(counts.values()) >= 25
    assert counts["refused"] > 0
    assert counts["taken"] > 0
