"""900 households out and in again: the same demand, and the same food for the same people."""

from __future__ import annotations

from pathlib import Path

import pytest

from logistics.gateways.clock import SystemClock
from logistics.gateways.geocoding.chain import ChainedGeocoder, gazetteer_provider
from logistics.persistence.database import Database
from logistics.persistence.geocodes import DatabaseGeocodeCache
from tests.logistics.exports.world import allotted, another, export_of, frozen, take_in, week_of, write

FOLDER = Path(__file__).parents[4] / "shared" / "scenarios" / "three-boroughs"


def places(database: Database) -> ChainedGeocoder:
    """The places of the postcodes, as the product finds them."""
    return ChainedGeocoder(cache=DatabaseGeocodeCache(database, SystemClock()), providers=[gazetteer_provider()])


@pytest.mark.slow
@pytest.mark.skipif(not FOLDER.is_dir(), reason="NOT RUN: the three boroughs are not beside this checkout")
def test_three_boroughs_come_back_the_same(tmp_path: Path, sqlite_tables: Path) -> None:
    """Imported, exported, imported elsewhere: identical files, each line of demand and each portion by its names."""
    with another(tmp_path / "first", sqlite_tables) as first, another(tmp_path / "second", sqlite_tables) as second:
        take_in(first, FOLDER, places(first))
        folder = write(export_of(first), tmp_path / "out")
        take_in(second, folder, places(second))
        again = write(export_of(second), tmp_path / "again")
        assert {file.name: file.read_bytes() for file in folder.iterdir()} == {
            file.name: file.read_bytes() for file in again.iterdir()
        }
        (snapshot, demand), (other_snapshot, other_demand) = frozen(first), frozen(second)
        assert demand == other_demand
        assert len(demand) > 1000
        (week, named), (other_week, other_named) = week_of(first, snapshot), week_of(second, other_snapshot)
        assert week == other_week
        given, other_given = allotted(week, named), allotted(other_week, other_named)
        assert given == other_given
        assert given.total() > 1000
    print(f"{demand.total()} lines of demand, {given.total()} portions in {len(given)} allotments: the same")
