"""Cache, then gazetteer; a failure is not an answer."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from pathlib import Path

import pytest

from logistics.domain.errors import BadInput
from logistics.domain.vocabulary import GeocodePrecision
from logistics.gateways.geocoding import (
    CachedAnswer,
    ChainedGeocoder,
    CodePointGazetteer,
    Geocoder,
    Placement,
    gazetteer_provider,
)

ADDRESS = "Flat 17, Cedar Court"


@dataclass
class DictCache:
    """A cache as the database keeps it: by provider and query, misses too."""

    kept: dict[tuple[str, str], CachedAnswer] = field(default_factory=dict)

    def get(self, provider: str, query: str) -> CachedAnswer | None:
        return self.kept.get((provider, query))

    def put(self, provider: str, query: str, placement: Placement | None) -> None:
        self.kept[provider, query] = CachedAnswer(placement=placement)


@pytest.fixture
def rows(tmp_path: Path) -> Path:
    (tmp_path / "se.csv").write_text("SE16 3AA,10,534921,178226\n")
    return tmp_path


def _geocoder(rows: Path, cache: DictCache, edition: str = "") -> Geocoder:
    provider = replace(gazetteer_provider(CodePointGazetteer(rows)), edition=edition)
    return ChainedGeocoder(cache=cache, providers=[provider])


def test_the_gazetteer_answers_to_postcode_precision(rows: Path) -> None:
    """A place from the gazetteer says where it is from and how well it is known."""
    placed = _geocoder(rows, DictCache()).place(ADDRESS, "se163aa")
    assert placed is not None
    assert (placed.source, placed.precision) == ("code-point-open", GeocodePrecision.POSTCODE)


def test_the_cache_goes_before_the_gazetteer(rows: Path) -> None:
    """What was answered once is not asked again, even when the file is gone."""
    cache = DictCache()
    first = _geocoder(rows, cache).place(ADDRESS, "SE16 3AA")
    (rows / "se.csv").unlink()
    assert _geocoder(rows, cache).place(ADDRESS, "SE16 3AA") == first is not None


def test_a_miss_is_kept_too(rows: Path) -> None:
    """An unknown postcode is asked once."""
    cache = DictCache()
    assert _geocoder(rows, cache).place(ADDRESS, "SE16 9ZZ") is None
    (rows / "se.csv").write_text("SE16 9ZZ,10,534921,178226\n")
    assert _geocoder(rows, cache).place(ADDRESS, "SE16 9ZZ") is None


def test_a_new_edition_does_not_inherit_old_misses(rows: Path) -> None:
    """A postcode that the files of last year did not know is looked up again in those of this year."""
    cache = DictCache()
    assert _geocoder(rows, cache, edition="2025").place(ADDRESS, "SE16 9ZZ") is None
    (rows / "se.csv").write_text("SE16 9ZZ,10,534921,178226\n")
    placed = _geocoder(rows, cache, edition="2026").place(ADDRESS, "SE16 9ZZ")
    assert placed is not None
    assert placed.source == "code-point-open"
    assert _geocoder(rows, cache, edition="2026").place(ADDRESS, "SE16 9ZZ") == placed


def test_no_address_is_kept_in_the_gazetteers_cache(rows: Path) -> None:
    """The cache holds postcodes: a person's door is not to be found in it."""
    cache = DictCache()
    _geocoder(rows, cache).place(ADDRESS, "SE16 3AA")
    assert list(cache.kept) == [("code-point-open", "SE16 3AA")]


def test_what_is_no_postcode_is_neither_asked_nor_kept(rows: Path) -> None:
    """A typing error goes back to the typist and leaves no miss behind."""
    cache = DictCache()
    with pytest.raises(BadInput):
        _geocoder(rows, cache).place(ADDRESS, "SE16")
    assert cache.kept == {}
