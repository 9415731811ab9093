"""The long proofs: the runner keeps its promises, and each proof holds at the size that fits into the tests."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from benchmarks.prove import Proof, load_proof, main, proof_names, read_rows, run_proof


def _squares(broken: set[str]) -> tuple[Proof, list[str]]:
    ran: list[str] = []

    def run(case: str) -> dict[str, int]:
        ran.append(case)
        assert case not in broken, "not a square"
        return {"square": int(case) ** 2}

    return Proof(claim="Squares", cases=lambda reduced: ["1", "2"] if reduced else ["1", "2", "3"], run=run), ran


def _quiet(_line: str) -> None:
    return


def test_a_stopped_proof_goes_on_where_it_was(tmp_path: Path) -> None:
    """Cases that held are not run again; what is missing is."""
    proof, ran = _squares(set())
    run_proof(proof, tmp_path / "rows.jsonl", reduced=True, tell=_quiet)
    rows = run_proof(proof, tmp_path / "rows.jsonl", reduced=False, tell=_quiet)
    assert ran == ["1", "2", "3"]
    assert [row["figures"] for row in rows] == [{"square": 1}, {"square": 4}, {"square": 9}]


def test_a_row_torn_by_a_kill_is_run_again(tmp_path: Path) -> None:
    """Half a line at the end loses that case only, and the next row starts on a line of its own."""
    path = tmp_path / "rows.jsonl"
    proof, ran = _squares(set())
    run_proof(proof, path, reduced=True, tell=_quiet)
    path.write_text(path.read_text()[:-20])
    assert [row["case"] for row in read_rows(path)] == ["1"]
    run_proof(proof, path, reduced=True, tell=_quiet)
    assert ran == ["1", "2", "2"]


def test_a_broken_case_is_kept_and_tried_again(tmp_path: Path) -> None:
    """A failure is a row with its error, and it never counts as done."""
    broken = {"2"}
    proof, ran = _squares(broken)
    rows = run_proof(proof, tmp_path / "rows.jsonl", reduced=True, tell=_quiet)
    assert [row["ok"] for row in rows] == [True, False]
    assert "not a square" in rows[1]["error"]
    broken.clear()
    assert all(row["ok"] for row in run_proof(proof, tmp_path / "rows.jsonl", reduced=True, tell=_quiet))
    assert ran == ["1", "2", "2"]


def test_a_name_that_is_no_proof_is_refused(capsys: pytest.CaptureFixture[str]) -> None:
    """The answer lists the names there are."""
    assert main(["no-such-proof"]) == 2
    assert "no-such-proof" in capsys.readouterr().err


@pytest.mark.slow
@pytest.mark.parametrize("name", proof_names())
def test_a_proof_holds_at_reduced_size(name: str, tmp_path: Path) -> None:
    """What `./dev prove` shows at full size is run here in small."""
    # In a thread of its own: a browser that other tests of this process hold open has its loop in the main one.
    with ThreadPoolExecutor(max_workers=1) as alone:
        rows = alone.submit(run_proof, load_proof(name), tmp_path / "rows.jsonl", reduced=True, tell=print).result()
    assert rows, f"{name} has no reduced cases"
    assert [row for row in rows if not row["ok"]] == []
