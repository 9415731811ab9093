"""When compiled code counts as ready."""

from pathlib import Path

import pytest

from routing.kernel import cache, search


def test_all_that_is_compiled_is_looked_at_and_nothing_else() -> None:
    """Every file with compiled functions that the search reaches, and no file that only prepares or reads arrays."""
    names = {source.stem for source in cache._sources()}
    folder = Path(search.__file__).parent
    compiled = {file.stem for file in folder.glob("*.py") if "\n@compiled\n" in file.read_text(encoding="utf-8")}
    assert compiled <= names
    assert names & {"cache", "fits", "packing", "session"} == set()


def test_a_change_of_a_source_or_a_lost_stamp_is_not_ready(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The stamp says what the code was made from; another size or time of a file, or no stamp, means compile again."""
    monkeypatch.setattr(cache, "_folder", lambda: tmp_path)
    assert not cache.ready()
    cache.mark_ready(cache.origin())
    assert cache.ready()
    mine = tmp_path / "search.py"
    mine.write_text("changed")
    monkeypatch.setattr(cache, "_sources", lambda: [mine])
    assert not cache.ready()
